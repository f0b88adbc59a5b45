// Invoke URL: calls that are written, sent and kept.
import { main, see, settle } from "../standing.mjs";

const leads = "index.html?x=1#/calls/app-orders/development/call-1";
const lead = "index.html?x=1#/calls/app-orders/development/call-2";
const sent = async (page) => {
  await page.locator(".send .primary").waitFor();
  await page.keyboard.press("Control+Enter");
  await page.locator(".result").waitFor();
  await settle(page);
};
const written = async (page) => {
  await page.locator(".cm-content").waitFor();
  await settle(page);
};

export const places = [
  { name: "calls", path: "index.html?x=1#/calls", ...main, ready: see(".send") },
  { name: "calls-query", path: leads, ...main, ready: see(".pair") },
  {
    name: "calls-answer", path: lead, ...main,
    ready: async (page) => {
      await written(page);
      await sent(page);
    },
  },
  {
    name: "calls-answer-1024", path: lead, options: { width: 1024, height: 700 },
    ready: async (page) => {
      await written(page);
      await sent(page);
    },
  },
  {
    name: "calls-answer-1920", path: lead, options: { width: 1920, height: 1200 },
    ready: async (page) => {
      await written(page);
      await sent(page);
    },
  },
  {
    name: "calls-headers", path: leads, ...main,
    ready: async (page) => {
      await sent(page);
      await page.locator("#tab-request-headers").click();
      await page.locator("#tab-answer-headers").click();
      await page.locator(".heads dt").first().waitFor();
    },
  },
  {
    name: "calls-refused", path: "index.html?x=1#/calls/app-orders/production/call-6", ...main,
    ready: async (page) => {
      await page.locator(".send .primary").click();
      await page.locator('[data-code="not_connected"]').waitFor();
      await settle(page);
    },
  },
  {
    name: "calls-waiting", path: "index.html?slow=1#/calls/app-orders/development/call-1", ...main,
    ready: async (page) => {
      await page.locator(".send .primary").click();
      await page.locator(".waiting").waitFor();
    },
  },
  {
    name: "calls-wrong", path: lead, ...main,
    ready: async (page) => {
      await written(page);
      await page.locator(".cm-line").nth(4).click();
      await page.keyboard.press("End");
      await page.keyboard.press("Backspace");
      await page.locator(".wrong .link").waitFor();
      await settle(page);
    },
  },
  { name: "calls-form", path: "index.html?x=1#/calls/app-tasks/production/call-7", ...main, ready: see(".pair") },
  { name: "calls-unreadable", path: "index.html?x=1#/calls/app-tasks/production/call-8", ...main, ready: see('[data-code="item_unreadable"]') },
  {
    name: "calls-copy", path: leads, ...main,
    ready: async (page) => {
      await page.locator(".toolbar .btn").first().click();
      await page.getByRole("menuitem").first().click();
      await page.locator("dialog[open] pre", { hasText: "curl" }).waitFor();
      await settle(page);
    },
  },
  {
    name: "calls-keep", path: "index.html?x=1#/calls/app-orders/development/new", ...main,
    ready: async (page) => {
      await page.locator(".toolbar .btn").last().click();
      await page.locator("dialog[open]").waitFor();
      await settle(page);
    },
  },
  {
    name: "calls-stale", path: "index.html?theirs=1#/calls/app-orders/development/call-1", ...main,
    ready: async (page) => {
      await page.locator(".address input").fill("/Contacts");
      await page.locator(".toolbar .btn").last().click();
      await page.locator("dialog[open]").waitFor();
      await settle(page);
    },
  },
  { name: "calls-none", path: "index.html?calls=none#/calls/app-tasks/development", ...main, ready: see(".idle") },
  { name: "calls-no-application", path: "index.html?home=empty#/calls", ...main, ready: see(".nothing") },
  {
    name: "calls-no-connection", path: "index.html?x=1#/applications", ...main,
    ready: async (page) => {
      await page.locator(".toolbar .primary").click();
      await page.locator("dialog[open] input").first().fill("Kiosk");
      await page.locator("dialog[open] .primary").click();
      await page.locator("dialog[open]").waitFor({ state: "detached" });
      await page.evaluate(() => (location.hash = "#/calls/app-made-4/stage"));
      await page.locator(".nothing").waitFor();
    },
  },
  { name: "calls-forced-colors", path: leads, options: { forcedColors: "active" }, ready: see(".pair") },
];
