// Members.
import { main, see, settle } from "../standing.mjs";

/** Opens a member's menu and chooses an entry. */
const memberMenu = async (page, row, entry) => {
  await page.locator("table.list tbody tr").nth(row).locator("button").click();
  await page.locator('[role="menuitem"]').nth(entry).click();
};

export const places = [
  { name: "members", path: "index.html?passphrase=set#/members", ...main, ready: see("table.list tbody tr") },
  { name: "members-leftover", path: "index.html?leftover=1#/members", ...main, ready: see(".leftover") },
  { name: "members-leave-unreadable", path: "index.html?unreadable=1#/members", ...main, ready: async (page) => {
    await page.locator("table.list tbody tr").first().waitFor();
    await memberMenu(page, 1, 2);
    await page.locator("dialog[open]").waitFor();
    await settle(page);
  } },
  { name: "members-1024", path: "index.html?x=1#/members", options: { width: 1024, height: 768 }, ready: see("table.list tbody tr") },
  ...[
    ["invite", async (page) => page.locator(".toolbar .primary").click()],
    ["edit", async (page) => memberMenu(page, 1, 0)],
    ["demote", async (page) => {
      await memberMenu(page, 1, 0);
      await page.locator('dialog[open] input[value="developer"]').check();
      await page.locator(".losses").waitFor();
    }],
    ["reset", async (page) => memberMenu(page, 1, 1)],
    ["leave", async (page) => memberMenu(page, 1, 2)],
    ["reactivate", async (page) => memberMenu(page, 5, 1)],
    ["left", async (page) => {
      await memberMenu(page, 1, 2);
      await page.locator("dialog[open] .danger").click();
      await page.locator("dialog[open] .btn.primary").waitFor();
    }],
  ].map(([what, open]) => ({
    name: `members-${what}`, path: "index.html?passphrase=set#/members", ...main,
    ready: async (page) => {
      await page.locator("table.list tbody tr").first().waitFor();
      await open(page);
      await page.locator("dialog[open]").waitFor();
      await settle(page);
    },
  })),
  ...["set", "change", "remove"].map((what, i) => ({
    name: `passphrase-${what}`, path: `index.html?passphrase=${what === "set" ? "none" : "set"}#/settings`, ...main,
    ready: async (page) => {
      await page.locator(".row-form .acts button").nth(Math.max(0, i - 1)).click();
      await page.locator("dialog[open]").waitFor();
      await settle(page);
    },
  })),
  {
    name: "switch-member", path: "index.html?x=1#/connections", ...main,
    ready: async (page) => {
      await page.locator(".topbar .acting").click();
      await page.locator('[role="menuitem"]').nth(1).click();
      await page.locator("dialog[open] .seat").waitFor();
      await settle(page);
    },
  },
  {
    name: "acting-menu", path: "index.html?x=1#/connections", ...main,
    ready: async (page) => {
      await page.locator(".topbar .acting").click();
      await page.locator('[role="menu"]').waitFor();
      await settle(page);
    },
  },
  { name: "portal-user", path: "index.html?role=portal_user#/connections", ...main, ready: see(".sidebar a[aria-current]") },
];
