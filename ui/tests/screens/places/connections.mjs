// Connections: the list, its filters, and the papers that are written from it.
import { main, see, settle } from "../standing.mjs";

export const places = [
  { name: "connections", path: "index.html?x=1#/connections", ...main, ready: see(".conn-row") },
  { name: "connections-1024", path: "index.html?x=1#/connections", options: { width: 1024, height: 768 }, ready: see(".conn-row") },
  { name: "connections-1600", path: "index.html?x=1#/connections", options: { width: 1600, height: 900 }, ready: see(".conn-row") },
  { name: "connections-empty", path: "index.html?home=empty#/connections", ...main, ready: see(".empty") },
  {
    name: "connections-filtered", path: "index.html?x=1#/connections", ...main,
    ready: async (page) => {
      await page.locator(".tag.add").click();
      await page.locator('[role="menuitemcheckbox"]').nth(1).click();
      await settle(page);
    },
  },
  {
    name: "papers-menu", path: "index.html?x=1#/connections", options: { width: 1024, height: 768 },
    ready: async (page) => {
      await page.locator(".conn-row").first().waitFor();
      await page.locator(".toolbar [aria-haspopup]").click();
      await page.locator('[role="menu"]').waitFor();
      await settle(page);
    },
  },
  {
    name: "papers-working", path: "index.html?slow=1#/connections", ...main,
    ready: async (page) => {
      await page.locator(".conn-row").first().waitFor();
      await page.locator(".toolbar [aria-haspopup]").click();
      await page.locator('[role="menuitem"]').first().click();
      await page.locator("progress").waitFor();
      await settle(page);
    },
  },
  {
    name: "bulk-looking", path: "index.html?home=many&latency=900#/connections", ...main,
    ready: async (page) => {
      await page.locator(".conn-row").first().focus();
      await page.keyboard.press("Control+a");
      await page.locator('[role="toolbar"] .btn').nth(2).click();
      await page.locator("dialog[open] progress").waitFor();
      await settle(page);
    },
  },
  {
    name: "papers-written", path: "index.html?x=1#/connections", options: { width: 1024, height: 768 },
    ready: async (page) => {
      await page.locator(".conn-row").first().waitFor();
      await page.locator(".toolbar [aria-haspopup]").click();
      await page.locator('[role="menuitem"]').first().click();
      await page.locator(".written p").waitFor();
    },
  },
  ...["import", "import-left-out", "import-gone", "imported"].map((name) => ({
    name, path: `index.html?file=${name === "import-gone" ? "gone" : "good"}#/connections`, ...main,
    ready: async (page) => {
      await page.locator(".conn-row").first().waitFor();
      await page.locator(".toolbar [aria-haspopup]").click();
      await page.locator('[role="menuitem"]').last().click();
      await page.locator("dialog[open] section").first().waitFor();
      if (name === "import-left-out") for (const at of [1, 2]) await page.locator("dialog[open] input.check").nth(at).uncheck();
      else if (name !== "import") await page.locator("dialog[open] .primary").click();
      if (name === "import-left-out") await page.locator('[data-code="import_needs_left_out"]').waitFor();
      if (name === "import-gone") await page.locator('[data-code="import_gone"]').waitFor();
      if (name === "imported") await page.locator("dialog[open] a.btn").waitFor();
      await settle(page);
    },
  })),
  {
    name: "connections-by-health", path: "index.html?x=1#/connections", options: { width: 1024, height: 768 },
    ready: async (page) => {
      await page.locator(".tag.add").click();
      // By place, since the words are of either language: expired, revoked, and the first application.
      for (const nth of [6, 7, 16]) await page.locator('[role="menuitemcheckbox"]').nth(nth).click();
      await page.locator(".tag b").nth(1).waitFor();
      await settle(page);
    },
  },
];
