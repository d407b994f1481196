/**
 * `node --require register.cjs main.cjs`: from then on `require("electron")` gives the double, whoever
 * asks. The program itself is not changed.
 */
const Module = require("node:module");
const load = Module._load;

Module._load = function (request, ...rest) {
  return request === "electron" ? require("./index.cjs") : load.call(this, request, ...rest);
};
process.versions.electron ??= "0.0.0-double";
