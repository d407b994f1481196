import { describe, expect, it } from "vitest";
import { atHome, documentIn } from "../../../../src/renderer/panel/api/document.js";

const HERE = "http://127.0.0.1:8121";

describe("an OpenAPI document", () => {
  it.each(['{"openapi": "3.1.0"}', '{"swagger": "2.0"}'])("is what says so: %s", (text) => {
    expect(documentIn(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ["<!doctype html>", "json"],
    ["", "json"],
    ['{"detail": "Not Found"}', "openapi"],
    ["[1]", "openapi"],
    ["null", "openapi"],
  ])("is not %j", (text, why) => {
    expect(documentIn(text)).toBe(why);
  });

  it("is about the server that offers it, wherever it says it is", () => {
    const servers = [{ url: "https://api.example.com/v1" }, { url: "//cdn.example.com" }];
    expect(atHome({ openapi: "3.1.0", servers }, HERE).servers).toEqual([{ url: HERE }]);
    expect(atHome({ openapi: "3.1.0" }, HERE).servers).toEqual([{ url: HERE }]);
  });

  it("keeps the folder of that server that its paths are in", () => {
    const servers = [{ url: "/api/v1", description: "the newest" }, { url: "https://example.com" }];
    expect(atHome({ openapi: "3.0.3", servers }, HERE).servers).toEqual([
      { url: `${HERE}/api/v1`, description: "the newest" },
    ]);
  });

  it("has no path and no operation that is elsewhere", () => {
    const servers = [{ url: "https://upload.example.com" }];
    const paths = { "/files": { summary: "Files", servers, post: { operationId: "add", servers } } };
    expect(atHome({ openapi: "3.1.0", paths }, HERE).paths).toEqual({
      "/files": { summary: "Files", post: { operationId: "add" } },
    });
  });

  it("of the second version is about that server too", () => {
    const document = { swagger: "2.0", host: "example.com", schemes: ["https"], basePath: "/v2" };
    expect(atHome(document, HERE)).toEqual({
      swagger: "2.0",
      host: "127.0.0.1:8121",
      schemes: ["http"],
      basePath: "/v2",
    });
  });
});
