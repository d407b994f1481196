import { screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { ViewerProps } from "../../../../src/renderer/panel/api/viewer.js";
import type { FakePythonServer } from "../../../../src/testing/fake-api.js";
import type { FakeRoute, FakeServerScript } from "../../../../src/testing/script.js";
import { onFreshPages, showPanel } from "../shell/show-panel.js";

// Swagger UI needs a real browser, where tests/e2e/web/api-tab.spec.ts looks at it.
vi.mock("../../../../src/renderer/panel/api/viewer.js", () => ({
  default: ({ openApi, url }: ViewerProps) => (
    <p>
      Paths at {url}: {Object.keys(openApi.document.paths as object).join(", ")}
    </p>
  ),
}));

const DOCUMENT: FakeRoute = { body: { openapi: "3.1.0", paths: { "/items": {} } } };

async function openApi(script: FakeServerScript) {
  const page = await showPanel({ servers: { api: { port: 8121, ...script } } });
  await page.user.click(screen.getByRole("tab", { name: "API" }));
  await screen.findByRole("region", { name: "API of api" });
  return page;
}

const asked = (sidecar: FakePythonServer) =>
  sidecar.calls
    .filter(({ method }) => method === "sendRequest")
    .map(({ params }) => (params as { path: string }).path);

describe("the API of a server", () => {
  onFreshPages();

  it("is read from the running server and shown", async () => {
    await openApi({ running: true, routes: { "GET /openapi.json": DOCUMENT } });
    expect(await screen.findByText("Paths at http://127.0.0.1:8121: /items")).toBeTruthy();
  });

  it("waits for the server, which can be started there", async () => {
    const { user, sidecar } = await openApi({ routes: { "GET /openapi.json": DOCUMENT } });
    const region = screen.getByRole("region", { name: "API of api" });
    expect(asked(sidecar)).toEqual([]);
    await user.click(within(region).getByRole("button", { name: "Start" }));
    expect(await screen.findByText(/Paths at .*: \/items/)).toBeTruthy();
  });

  it("is read anew when another process answers", async () => {
    const routes: Record<string, FakeRoute> = { "GET /openapi.json": DOCUMENT };
    const { sidecar } = await openApi({ running: true, routes });
    await screen.findByText(/: \/items$/);
    routes["GET /openapi.json"] = { body: { openapi: "3.1.0", paths: { "/orders": {} } } };
    await sidecar.restart("api");
    expect(await screen.findByText(/: \/orders$/)).toBeTruthy();
  });

  it("can be elsewhere: its path is named, and known the next time", async () => {
    const routes = { "GET /docs/api.json": DOCUMENT };
    const { user, sidecar } = await openApi({ running: true, routes });
    expect(await screen.findByText("This server offers no /openapi.json")).toBeTruthy();
    expect(screen.getByText(/It answers 404 there/)).toBeTruthy();
    const path = screen.getByRole("textbox", { name: "Path of the OpenAPI document" });
    await user.clear(path);
    await user.type(path, "docs/api.json");
    await user.click(screen.getByRole("button", { name: "Read" }));
    expect(screen.getByRole("alert").textContent).toBe("A path begins with “/”.");
    await user.type(path, "{Home}/");
    await user.keyboard("{Enter}");
    expect(await screen.findByText(/: \/items$/)).toBeTruthy();
    await user.click(screen.getByRole("tab", { name: "Metrics" }));
    await user.click(screen.getByRole("tab", { name: "API" }));
    expect(await screen.findByText(/: \/items$/)).toBeTruthy();
    await expect.poll(() => asked(sidecar).at(-1)).toBe("/docs/api.json");
  });

  it("is not what is no OpenAPI", async () => {
    await openApi({ running: true, routes: { "GET /openapi.json": { body: "<html>hello</html>" } } });
    expect(await screen.findByText("/openapi.json is no OpenAPI document")).toBeTruthy();
    expect(screen.getByText("What came is not JSON.")).toBeTruthy();
  });

  it("can be read once more after a failure", async () => {
    const { user, sidecar } = await showPanel({
      servers: { api: { running: true, routes: { "GET /openapi.json": DOCUMENT } } },
    });
    sidecar.failNext("sendRequest", { code: -32005, message: "the server did not answer within 30 s" });
    await user.click(screen.getByRole("tab", { name: "API" }));
    expect((await screen.findByRole("alert")).textContent).toContain("did not answer within 30 s");
    await user.click(screen.getByRole("button", { name: "Retry" }));
    expect(await screen.findByText(/: \/items$/)).toBeTruthy();
  });

  it("of a server on another host is not asked for", async () => {
    const { sidecar } = await openApi({ running: true, status: { kind: "supervisor" } });
    expect(await screen.findByText("Not asked from here")).toBeTruthy();
    expect(asked(sidecar)).toEqual([]);
  });
});

describe("a request by hand", () => {
  onFreshPages();

  const routes: Record<string, FakeRoute> = {
    "GET /health": { headers: { "x-version": "7" }, body: { status: "ok" } },
    "POST /items": { status: 201, body: "made" },
  };

  async function openForm() {
    const page = await openApi({ running: true, routes });
    await page.user.click(await screen.findByRole("radio", { name: "Send a request" }));
    return page;
  }

  it("shows status, headers and body of the answer", async () => {
    const { user } = await openForm();
    const path = screen.getByRole("textbox", { name: "Path" });
    await user.clear(path);
    await user.type(path, "/health{Enter}");
    const answer = await screen.findByRole("region", { name: "Answer" });
    expect(within(answer).getByText("200 OK")).toBeTruthy();
    expect(within(answer).getByText("x-version").nextSibling?.textContent).toBe("7");
    expect(answer.querySelector("pre")?.textContent).toBe('{\n  "status": "ok"\n}');
  });

  it("sends a body as what it is", async () => {
    const { user, sidecar } = await openForm();
    screen.getByRole("combobox", { name: "Method" }).focus();
    await user.keyboard("{ArrowDown}");
    await user.click(await screen.findByRole("option", { name: "POST" }));
    const path = screen.getByRole("textbox", { name: "Path" });
    await user.clear(path);
    await user.type(path, "/items");
    await user.type(screen.getByRole("textbox", { name: "Body" }), '{{"name": "사과"}');
    await user.click(screen.getByRole("button", { name: "Send" }));
    expect(await screen.findByText("201 Created")).toBeTruthy();
    expect(sidecar.calls.at(-1)?.params).toMatchObject({
      method: "POST",
      path: "/items",
      body: '{"name": "사과"}',
      headers: { "Content-Type": "application/json" },
    });
  });

  it("is kept with its answer while the log is looked at", async () => {
    const { user } = await openForm();
    const path = screen.getByRole("textbox", { name: "Path" });
    await user.clear(path);
    await user.type(path, "/health{Enter}");
    await screen.findByRole("region", { name: "Answer" });
    await user.click(screen.getByRole("tab", { name: "Logs" }));
    await user.click(screen.getByRole("tab", { name: "API" }));
    expect(await screen.findByRole("textbox", { name: "Path" })).toHaveProperty("value", "/health");
    expect(screen.getByRole("region", { name: "Answer" })).toBeTruthy();
  });

  it("says why there was no answer", async () => {
    const { user, sidecar } = await openForm();
    sidecar.failNext("sendRequest", { code: -32005, message: "api refused the connection" });
    await user.click(screen.getByRole("button", { name: "Send" }));
    expect(await screen.findByText("There was no answer")).toBeTruthy();
    expect(screen.getByText("api refused the connection")).toBeTruthy();
  });

  it("is not sent to what is no path", async () => {
    const { user, sidecar } = await openForm();
    const before = asked(sidecar).length;
    const path = screen.getByRole("textbox", { name: "Path" });
    await user.clear(path);
    await user.type(path, "http://example.com{Enter}");
    expect(path.getAttribute("aria-invalid")).toBe("true");
    expect(screen.getByRole("alert").textContent).toBe("A path begins with “/”.");
    expect(asked(sidecar)).toHaveLength(before);
  });
});
