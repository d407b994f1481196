/** Who may import whom: main, preload, renderer and testing know `shared` and never each other. */
const part = (name, allowed) => ({
  name: `${name}-knows-shared-alone`,
  severity: "error",
  from: { path: `^src/${name}/` },
  to: { path: "^src/", pathNot: `^src/(${[name, ...allowed].join("|")})/` },
});

module.exports = {
  forbidden: [
    part("shared", []),
    part("main", ["shared"]),
    part("preload", ["shared"]),
    part("renderer", ["shared"]),
    part("testing", ["shared"]),
    part("web", ["renderer", "shared"]),
    {
      name: "shared-imports-no-package",
      severity: "error",
      from: { path: "^src/shared/" },
      to: { dependencyTypes: ["npm", "npm-dev", "npm-peer", "core"] },
    },
    {
      name: "preload-imports-no-package",
      comment: "a sandboxed preload can require nothing but electron",
      severity: "error",
      from: { path: "^src/preload/" },
      to: { dependencyTypes: ["npm", "core"], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "the-store-knows-no-hooks-and-no-panel",
      severity: "error",
      from: { path: "^src/renderer/(store/|web)" },
      to: { path: ["^src/renderer/(hooks|panel)/", "^node_modules/react"] },
    },
    {
      name: "hooks-know-no-panel",
      severity: "error",
      from: { path: "^src/renderer/hooks/" },
      to: { path: "^src/renderer/panel/" },
    },
    {
      name: "json-rpc-in-one-file",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/main/json-rpc\\.ts$" },
      to: { path: "^node_modules/vscode-jsonrpc/" },
    },
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
