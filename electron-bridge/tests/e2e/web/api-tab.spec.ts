import type { ConsoleMessage } from "@playwright/test";
import { expect, test } from "../fixtures/web-panel.js";

const SERVER = `
[servers.api]
app = "app:app"
port = 0
autostart = true
`;

const APP = `
import base64

from fastapi import FastAPI, Response
from pydantic import BaseModel

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

app = FastAPI(title="Orders", servers=[{"url": "https://production.example.com"}])


class Order(BaseModel):
    item: str
    count: int = 1


@app.post("/orders/{number}", status_code=201)
def order(number: int, wanted: Order) -> dict[str, object]:
    print("ordered", wanted.item, flush=True)
    return {"number": number, "item": wanted.item * wanted.count}


@app.get("/picture.png", response_class=Response)
def picture() -> Response:
    return Response(base64.b64decode(PIXEL), media_type="image/png")
`;

test.use({ toml: SERVER, files: { "app.py": APP } });

/** What the browser refused on this page, from now on. */
function refusalsOn(page: { on(event: "console", listener: (message: ConsoleMessage) => void): unknown }) {
  const refusals: string[] = [];
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) refusals.push(message.text());
  });
  return refusals;
}

test("an operation can be opened, executed and read, under the page's own policy", async ({ panel }) => {
  const refusals = refusalsOn(panel);
  await panel.getByRole("tab", { name: "API" }).click();
  await expect(panel.getByRole("heading", { name: /^Orders/ })).toBeVisible();

  const operation = panel.locator(".opblock", { hasText: "/orders/{number}" });
  await operation.locator(".opblock-summary-control").click();
  await operation.getByPlaceholder("number").fill("7");
  await operation.locator("textarea").fill('{"item": "사과", "count": 2}');
  await operation.getByRole("button", { name: "Execute" }).click();

  const answer = operation.locator(".live-responses-table");
  await expect(answer.locator("tbody .response-col_status")).toContainText("201");
  await expect(answer).toContainText('"item": "사과사과"');
  await expect(operation.locator(".request-url")).toContainText(/http:\/\/127\.0\.0\.1:\d+\/orders\/7/);
  expect(refusals).toEqual([]);
});

test("a picture is seen as a picture", async ({ panel }) => {
  const refusals = refusalsOn(panel);
  await panel.getByRole("tab", { name: "API" }).click();
  const operation = panel.locator(".opblock", { hasText: "/picture.png" });
  await operation.locator(".opblock-summary-control").click();
  await operation.getByRole("button", { name: "Execute" }).click();
  const picture = operation.locator(".live-responses-table img");
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1);
  expect(refusals).toEqual([]);
});

test("an answer is still there after a look at the log", async ({ panel }) => {
  await panel.getByRole("tab", { name: "API" }).click();
  const operation = panel.locator(".opblock", { hasText: "/orders/{number}" });
  await operation.locator(".opblock-summary-control").click();
  await operation.getByPlaceholder("number").fill("8");
  await operation.locator("textarea").fill('{"item": "tea"}');
  await operation.getByRole("button", { name: "Execute" }).click();
  await expect(operation.locator(".live-responses-table")).toContainText('"item": "tea"');

  await panel.getByRole("tab", { name: "Logs" }).click();
  await expect(panel.getByText("ordered tea")).toBeVisible();
  await panel.getByRole("tab", { name: "API" }).click();
  await expect(operation.locator(".live-responses-table")).toContainText('"item": "tea"');
});

test.describe("a server without OpenAPI", () => {
  test.use({ files: {} });

  test("is asked by hand", async ({ panel }) => {
    await panel.getByRole("tab", { name: "API" }).click();
    await expect(panel.getByText("/openapi.json is no OpenAPI document")).toBeVisible();
    await panel.getByRole("radio", { name: "Send a request" }).click();
    await panel.getByRole("textbox", { name: "Path" }).fill("/health");
    await panel.getByRole("button", { name: "Send" }).click();
    const answer = panel.getByRole("region", { name: "Answer" });
    await expect(answer).toContainText("200 OK");
    await expect(answer.locator("pre")).toHaveText("ok");
  });
});
