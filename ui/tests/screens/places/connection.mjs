// A connection.
import { main, see, settle } from "../standing.mjs";

export const places = [
  { name: "overview", path: "index.html?x=1#/connection/c-0002/overview", ...main, ready: see(".facts") },
  { name: "overview-practice", path: "index.html?x=1#/connection/c-0013/overview", ...main, ready: see(".practice") },
  { name: "environments", path: "index.html?x=1#/connection/c-0002/environments", ...main, ready: see(".slotcard") },
  { name: "environments-trouble", path: "index.html?x=1#/connection/c-0018/environments", options: { width: 1024, height: 768 }, ready: see(".slotcard") },
  { name: "environments-all", path: "index.html?x=1#/connection/c-0007/environments", ...main, ready: see(".slotcard") },
  { name: "accounts", path: "index.html?x=1#/connection/c-0002/accounts", ...main, ready: see("table") },
  { name: "connection-activity", path: "index.html?x=1#/connection/c-0002/activity", ...main, ready: see("table time") },
  { name: "timeline", path: "index.html?x=1#/connection/c-0001/timeline", ...main, ready: see(".flow") },
  {
    name: "try-it", path: "index.html?x=1#/connection/c-0007/try", ...main,
    ready: async (page) => {
      await page.locator("form.ask .primary").click();
      await page.locator(".answer").waitFor();
    },
  },
  {
    name: "try-it-refused", path: "index.html?x=1#/connection/c-0003/try", ...main,
    ready: async (page) => {
      await page.locator("form.ask .primary").click();
      await page.locator('[data-code="not_connected"]').waitFor();
    },
  },
  ...["revoke", "restored-revoke"].map((name) => ({
    name, path: `index.html?${name === "revoke" ? "x" : "restored"}=1#/connection/c-0002/environments`, ...main,
    ready: async (page) => {
      await page.locator(".slotcard footer .ghost").first().click();
      await page.locator("dialog[open]").waitFor();
      await settle(page);
    },
  })),
  { name: "primaries", path: "index.html?x=1#/primaries", ...main, ready: see("table.list td") },
  { name: "primaries-1024", path: "index.html?x=1#/primaries", options: { width: 1024, height: 768 }, ready: see("table.list td") },
  { name: "accounts-offer", path: "index.html?x=1#/connection/c-0006/accounts", ...main, ready: see(".note .primary") },
  { name: "environments-drift", path: "index.html?x=1#/connection/c-0006/environments", ...main, ready: see(".note code") },
  {
    name: "connections-chosen", path: "index.html?x=1#/connections", options: { width: 1024, height: 768 },
    ready: async (page) => {
      await page.locator(".conn-row [data-column='0']").first().focus();
      await page.keyboard.press("Space");
      await page.keyboard.press("Shift+ArrowDown");
      await page.keyboard.press("Shift+ArrowDown");
      await page.locator('[role="toolbar"]').waitFor();
      await settle(page);
    },
  },
  ...[["disable", 2], ["delete", 4], ["test", 0]].map(([name, at]) => ({
    name: `connections-${name}`, path: "index.html?x=1#/connections", ...main,
    ready: async (page) => {
      await page.locator(".conn-row [data-column='0']").first().focus();
      await page.keyboard.press("Space");
      await page.keyboard.press("Shift+ArrowDown");
      await page.keyboard.press("Shift+ArrowDown");
      await page.locator('[role="toolbar"] .btn').nth(at).click();
      await page.locator("dialog[open]").waitFor();
      await settle(page);
    },
  })),
  {
    name: "edit", path: "index.html?x=1#/connection/c-0006/environments", options: { width: 1280, height: 900 },
    ready: async (page) => {
      await page.locator(".head .btn").first().click();
      await page.locator("dialog[open] .scopes li").first().waitFor();
      await settle(page);
    },
  },
  {
    name: "edit-impact", path: "index.html?x=1#/connection/c-0006/environments", ...main,
    ready: async (page) => {
      await page.locator(".note .btn").first().click();
      await page.locator("dialog[open] .seats").waitFor();
      await settle(page);
    },
  },
  {
    name: "settings-impact", path: "index.html?x=1#/connection/c-0001/environments", ...main,
    ready: async (page) => {
      await page.locator(".slotcard footer .ghost.square").first().click();
      await page.getByRole("menuitem", { name: /Settings|設定/ }).click();
      await page.locator("dialog[open] input").first().fill("kumo-dev");
      await page.locator("dialog[open] .btn.primary").click();
      await page.locator("dialog[open] .seats").waitFor();
      await settle(page);
    },
  },
  { name: "accounts-set-aside", path: "index.html?x=1#/connection/c-0007/accounts", ...main, ready: see("ul.card.rows") },
  {
    name: "switch", path: "index.html?x=1#/connection/c-0018/environments", ...main,
    ready: async (page) => {
      await page.locator(".slotcard footer .ghost").last().click();
      await page.locator('[role="menuitem"]').first().click();
      await page.locator("dialog[open]").waitFor();
      await settle(page);
    },
  },
  {
    name: "replace", path: "index.html?x=1#/connection/c-0006/environments", ...main,
    ready: async (page) => {
      await page.locator(".head .btn").last().click();
      await page.locator('[role="menuitem"]').nth(1).click();
      await page.locator("dialog[open] .well").first().waitFor();
      await settle(page);
    },
  },
  {
    name: "registration-change", path: "index.html?x=1#/connectors", options: { width: 1280, height: 900 },
    ready: async (page) => {
      await page.locator("td.acts .btn").first().click();
      await page.locator('[role="menuitem"]').first().click();
      await page.locator("dialog[open] .touched").waitFor();
      await settle(page);
    },
  },
  {
    name: "settings-own", path: "index.html?x=1#/settings", options: { width: 1024, height: 768 },
    ready: async (page) => {
      await page.locator("[data-own-accounts] li").first().waitFor();
      await page.locator("[data-own-accounts]").evaluate((section) => section.scrollIntoView());
      await settle(page);
    },
  },
];
