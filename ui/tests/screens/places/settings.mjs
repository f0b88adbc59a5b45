// Settings, backups, and what the plan and the place allow.
import { main, see, settle } from "../standing.mjs";

export const places = [
  { name: "settings", path: "index.html?x=1#/settings", options: { width: 1280, height: 1000 }, ready: see("[data-kept] li") },
  ...["no", "yes"].map((keyring) => ({
    name: keyring === "no" ? "backup" : "backup-own", path: `index.html?keyring=${keyring}&passphrase=set#/settings`, ...main,
    ready: async (page) => {
      await page.locator("[data-backup] .btn").click();
      await page.locator("dialog input").nth(2).waitFor();
    },
  })),
  {
    name: "backup-made", path: "index.html?x=1#/settings", ...main,
    ready: async (page) => {
      await page.locator("[data-backup] .btn").click();
      for (const i of [0, 1]) await page.locator("dialog input").nth(i).fill("a ladder in the orchard");
      await page.locator("dialog .primary").click();
      await page.locator("[data-backup] .made").waitFor();
      await page.locator("[data-backup] .made").scrollIntoViewIfNeeded();
    },
  },
  { name: "restored", path: "index.html?restored=1#/connections", ...main, ready: see("[data-restored]") },
  { name: "restored-1024", path: "index.html?restored=1#/connections", options: { width: 1024, height: 768 }, ready: see("[data-held]") },
  { name: "restored-live", path: "index.html?restored=1#/live/app-orders/production/live", ...main, ready: see("[data-held]") },
  { name: "restored-environments", path: "index.html?restored=1#/connection/c-0002/environments", ...main, ready: see("[data-held]") },
  { name: "restored-home", path: "index.html?restored=1&role=developer#/home", options: { width: 1024, height: 768 }, ready: see("[data-restored]") },
  {
    name: "take-over", path: "index.html?restored=1#/connections", ...main,
    ready: async (page) => {
      await page.locator("[data-restored] .btn").click();
      await page.locator("dialog .danger").waitFor();
    },
  },
  { name: "settings-1024", path: "index.html?x=1#/settings", options: { width: 1024, height: 768 }, ready: see("[data-kept] li") },
  { name: "settings-developer", path: "index.html?role=developer#/settings", ...main, ready: see("#auto-lock") },
  {
    name: "settings-availability", path: "index.html?x=1#/settings", ...main,
    ready: async (page) => {
      await page.locator("#data-center").selectOption("jp");
      await page.locator("#country").selectOption("JP");
      await page.locator("[data-availability] .warn").waitFor();
    },
  },
  {
    name: "settings-retention", path: "index.html?x=1#/settings", options: { width: 1280, height: 1000 },
    ready: async (page) => {
      await page.locator("#retention-days").selectOption({ index: 0 });
      await page.locator("#retention-size").selectOption({ index: 0 });
      await page.locator("[data-retention] .warn").nth(1).waitFor();
      await page.locator("[data-retention] .about").scrollIntoViewIfNeeded();
    },
  },
  { name: "free-plan", path: "index.html?plan=free#/connections", ...main, ready: see(".conn-row") },
  { name: "free-plan-gallery", path: "index.html?plan=free#/new-connection", ...main, ready: see(".tile.off") },
  { name: "free-plan-portal", path: "index.html?role=portal_user&plan=free#/live", ...main, ready: see(".acts") },
  { name: "not-served-1024", path: "index.html?dc=jp#/home", options: { width: 1024, height: 768 }, ready: see("[data-refused]") },
  { name: "settings-none-kept", path: "index.html?home=quiet#/settings", ...main, ready: see("[data-kept] .none") },
  ...[
    ["recovery-code-make", "code=made&passphrase=set", ["[data-keys] .acts button"]],
    ["recovery-code-shown", "code=made", ["[data-keys] .acts button", "dialog[open] button.primary"]],
    ["key-replace", "x=1", ["[data-keys] .row-form:last-child button"]],
    ["key-replace-begun", "code=made", ["[data-keys] .row-form:last-child button", "dialog[open] button.primary"]],
    ["key-replacing", "rotation=paused", []],
  ].map(([name, query, presses]) => ({
    name, path: `index.html?${query}#/settings`, options: { width: 1280, height: 1000 },
    ready: async (page) => {
      await page.locator("[data-keys]").waitFor();
      for (const press of presses) {
        await page.locator(press).first().click();
        await settle(page);
      }
    },
  })),
];
