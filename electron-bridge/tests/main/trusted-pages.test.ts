/** Which pages may control the servers if the app does not say. */
import { expect, test } from "vitest";
import { isOwnPage, isTrustedSender } from "../../src/main/trusted-pages.js";

test.each([
  "file:///opt/app/index.html",
  "app://main/index.html",
  "http://localhost:5173/",
  "http://127.0.0.1:8000/",
  "https://[::1]:8443/",
])("%s is the app's own", (url) => {
  expect(isOwnPage(url)).toBe(true);
});

test.each([
  "https://example.com/",
  "http://localhost.example.com/",
  "http://127.0.0.1.example.com/",
  "http://192.168.1.7/",
  "https://localhost@example.com/",
  "about:blank",
  "data:text/html,hello",
  "blob:https://example.com/1",
  "devtools://devtools/bundled/inspector.html",
  "chrome-extension://abc/page.html",
  "",
  "not a url",
])("%s is not", (url) => {
  expect(isOwnPage(url)).toBe(false);
});

test("outside of Electron, an event need tell nothing; a page that it does tell is looked at", () => {
  for (const event of [undefined, null, {}, { sender: {} }]) expect(isTrustedSender(event)).toBe(true);
  const from = (url: string) => ({ sender: { getURL: () => url } });
  expect(isTrustedSender(from("file:///opt/app/index.html"))).toBe(true);
  expect(isTrustedSender(from("https://example.com/"))).toBe(false);
});

test("only the main frame is trusted, and only while it is there", () => {
  const url = "file:///opt/app/index.html";
  expect(isTrustedSender({ senderFrame: { url, parent: null } })).toBe(true);
  expect(isTrustedSender({ senderFrame: { url, parent: { url } } })).toBe(false);
  expect(isTrustedSender({ senderFrame: null })).toBe(false);
});
