// Every screen there is, and how to know that it stands.
const main = { options: {} };
const small = { width: 460, height: 300 };
const see = (selector) => (page) => page.locator(selector).first().waitFor();
const settle = async (page) => page.waitForTimeout(250);

export const places = [
  { name: "welcome", path: "index.html?home=first", ...main, ready: see("form button.primary") },
  { name: "welcome-passphrase", path: "index.html?home=first&keyring=no", ...main, ready: see('input[type="password"]') },
  { name: "opening", path: "index.html?opening=4000", ...main, ready: see('[role="status"]') },
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
  { name: "home", path: "index.html?x=1#/home", ...main, ready: see(".todo") },
  { name: "home-1024", path: "index.html?x=1#/home", options: { width: 1024, height: 768 }, ready: see(".todo") },
  { name: "home-quiet", path: "index.html?home=quiet#/home", ...main, ready: see(".well-done") },
  { name: "new-connection", path: "index.html?x=1#/new-connection", ...main, ready: see(".tile") },
  { name: "set-up", path: "index.html?x=1#/new-connection/zoho_crm", ...main, ready: see(".scopes li") },
  { name: "set-up-1024", path: "index.html?x=1#/new-connection/zoho_crm", options: { width: 1024, height: 768 }, ready: see(".scopes li") },
  { name: "set-up-registration", path: "index.html?x=1#/new-connection/hubspot", options: { width: 1280, height: 1000 }, ready: see("[data-redirect-address]") },
  { name: "overview", path: "index.html?x=1#/connection/c-0002/overview", ...main, ready: see(".facts") },
  { name: "overview-practice", path: "index.html?x=1#/connection/c-0013/overview", ...main, ready: see(".practice") },
  { name: "environments", path: "index.html?x=1#/connection/c-0002/environments", ...main, ready: see(".slotcard") },
  { name: "environments-trouble", path: "index.html?x=1#/connection/c-0018/environments", options: { width: 1024, height: 768 }, ready: see(".slotcard") },
  { name: "environments-all", path: "index.html?x=1#/connection/c-0007/environments", ...main, ready: see(".slotcard") },
  { name: "accounts", path: "index.html?x=1#/connection/c-0002/accounts", ...main, ready: see("table") },
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
  {
    name: "revoke", path: "index.html?x=1#/connection/c-0002/environments", ...main,
    ready: async (page) => {
      await page.locator(".slotcard footer .ghost").first().click();
      await page.locator("dialog[open]").waitFor();
      await settle(page);
    },
  },
  { name: "connectors", path: "index.html?x=1#/connectors", ...main, ready: see(".file") },
  { name: "settings", path: "index.html?x=1#/settings", options: { width: 1280, height: 1000 }, ready: see("[data-kept] li") },
  { name: "settings-1024", path: "index.html?x=1#/settings", options: { width: 1024, height: 768 }, ready: see("[data-kept] li") },
  { name: "settings-none-kept", path: "index.html?home=quiet#/settings", ...main, ready: see("[data-kept] .none") },
  {
    name: "palette", path: "index.html?x=1#/connections", ...main,
    ready: async (page) => {
      await page.locator(".conn-row").first().waitFor();
      await page.keyboard.press("Control+k");
      await page.locator(".entry").nth(7).waitFor();
      await settle(page);
    },
  },
  {
    name: "shortcuts", path: "index.html?x=1#/connections", ...main,
    ready: async (page) => {
      await page.locator(".conn-row").first().waitFor();
      await page.keyboard.press("?");
      await page.locator("dialog[open]").waitFor();
      await settle(page);
    },
  },
  { name: "vault-waiting", path: "index.html?vault=waiting#/connections", ...main, ready: see(".vault") },
  { name: "vault-locked", path: "index.html?vault=locked&problem=1#/connections", ...main, ready: see(".vault") },
  { name: "vault-passphrase", path: "index.html?vault=passphrase#/connections", ...main, ready: see(".vault input") },
  { name: "high-contrast", path: "index.html?x=1#/connections", options: { contrast: "more" }, ready: see(".conn-row") },
  { name: "forced-colors", path: "index.html?x=1#/connections", options: { forcedColors: "active" }, ready: see(".conn-row") },
  ...["waiting", "low", "browser", "device", "stay", "no_account", "checking", "ask_replace", "done", "failed"].map((stage) => ({
    name: `flow-${stage}`, path: `flow.html?flow=f&stage=${stage}`, options: small, ready: see(".tbar"),
  })),
];
