// Every screen there is, and how to know that it stands.
const main = { options: {} };
const small = { width: 460, height: 300 };
const see = (selector) => (page) => page.locator(selector).first().waitFor();
const settle = async (page) => page.waitForTimeout(250);

/** Opens a member's menu and chooses an entry. */
const memberMenu = async (page, row, entry) => {
  await page.locator("table.list tbody tr").nth(row).locator("button").click();
  await page.locator('[role="menuitem"]').nth(entry).click();
};

export const places = [
  { name: "welcome", path: "index.html?home=first", ...main, ready: see("form button.primary") },
  {
    name: "welcome-restore", path: "index.html?home=first", ...main,
    ready: async (page) => {
      await page.locator("form .link").last().click();
      await page.locator("dialog input").first().waitFor();
    },
  },
  {
    name: "welcome-restore-refused", path: "index.html?home=first&keyring=no", ...main,
    ready: async (page) => {
      await page.locator("form .link").last().click();
      const inputs = page.locator("dialog input");
      for (const [i, text] of ["/media/usb/damaged.age", "a ladder in the orchard", "here only, please", "here only, please"].entries()) await inputs.nth(i).fill(text);
      await page.locator("dialog .primary").click();
      await page.locator('[data-code="backup_damaged"]').waitFor();
    },
  },
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
  { name: "home", path: "index.html?x=1#/home", ...main, ready: see(".todo") },
  { name: "home-1024", path: "index.html?x=1#/home", options: { width: 1024, height: 768 }, ready: see(".todo") },
  { name: "home-unreadable", path: "index.html?unreadable=1&aside=1#/home", ...main, ready: see('.fails code') },
  { name: "broken-damaged", path: "index.html?broken=damaged", ...main, ready: see(".ways .btn") },
  {
    name: "broken-aside", path: "index.html?broken=damaged", ...main,
    ready: async (page) => {
      await page.locator(".ways .btn").last().click();
      await page.locator("dialog[open] .danger").waitFor();
      await settle(page);
    },
  },
  { name: "home-quiet", path: "index.html?home=quiet#/home", ...main, ready: see(".well-done") },
  { name: "new-connection", path: "index.html?x=1#/new-connection", ...main, ready: see(".tile") },
  { name: "new-connection-1024", path: "index.html?x=1#/new-connection", options: { width: 1024, height: 700 }, ready: see(".tile") },
  { name: "new-connection-many", path: "index.html?services=500#/new-connection", options: { width: 1920, height: 1200 }, ready: see(".tile") },
  { name: "new-connection-none", path: "index.html?home=empty#/new-connection", options: { width: 1024, height: 700 }, ready: async (page) => {
    await page.locator("[data-filter]").fill("存在しない");
    await page.locator(".none h2").waitFor();
  } },
  {
    name: "new-connection-filtered", path: "index.html?services=120#/new-connection", ...main,
    ready: async (page) => {
      await page.locator("nav button").nth(4).click();
      await page.locator("nav [aria-pressed]").nth(1).click();
      await page.locator(".tag").nth(1).waitFor();
    },
  },
  { name: "service", path: "index.html?x=1#/service/zoho_crm", ...main, ready: see("#used-by") },
  { name: "service-1024", path: "index.html?x=1#/service/quickbooks", options: { width: 1024, height: 700 }, ready: see("#used-by") },
  { name: "service-1920", path: "index.html?x=1#/service/google_drive", options: { width: 1920, height: 1200 }, ready: see("#used-by") },
  { name: "service-key", path: "index.html?x=1#/service/twilio", ...main, ready: see("#used-by") },
  { name: "service-client", path: "index.html?x=1#/service/razorpay", ...main, ready: see("#used-by") },
  { name: "service-unknown-1024", path: "index.html?x=1#/service/sms_magic", options: { width: 1024, height: 700 }, ready: see("[data-refused]") },
  { name: "service-retired", path: "index.html?x=1#/service/payflow", ...main, ready: see("[data-retired]") },
  { name: "service-practice", path: "index.html?x=1#/service/practice", ...main, ready: see("#used-by") },
  { name: "service-free-plan", path: "index.html?plan=free#/service/slack", ...main, ready: see("#used-by") },
  { name: "service-missing", path: "index.html?x=1#/service/nobody", ...main, ready: see("[data-code]") },
  { name: "set-up", path: "index.html?x=1#/new-connection/zoho_crm", ...main, ready: see(".scopes li") },
  { name: "set-up-1024", path: "index.html?x=1#/new-connection/zoho_crm", options: { width: 1024, height: 768 }, ready: see(".scopes li") },
  { name: "set-up-registration", path: "index.html?x=1#/new-connection/hubspot", options: { width: 1280, height: 1000 }, ready: see("[data-redirect-address]") },
  { name: "set-up-client", path: "index.html?x=1#/new-connection/razorpay", options: { width: 1280, height: 1000 }, ready: see(".new input.mono") },
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
  { name: "connectors", path: "index.html?x=1#/connectors", ...main, ready: see(".file") },
  ...["scratch", "issuer", "toml", "openapi"].map((from, i) => ({
    name: `new-connector-${from}`, path: "index.html?x=1#/connectors", ...main,
    ready: async (page) => {
      await page.locator(".toolbar .primary").click();
      await page.locator("dialog[open] .starts input").nth(i).click();
      if (from === "openapi") {
        await page.locator("dialog[open] textarea").fill("openapi: 3.0.3");
        await page.locator("dialog[open] .primary").click();
        await page.locator("dialog[open] .choice").first().waitFor();
      }
      await settle(page);
    },
  })),
  ...["general", "security", "scopes", "requests", "references"].map((section, i) => ({
    name: `builder-${section}`, path: "index.html?x=1#/connector/kura_archive.toml", options: { width: 1280, height: 900 },
    ready: async (page) => {
      await page.locator('[role="tab"]').nth(i).click();
      await page.locator("#panel .row-form").first().waitFor();
      await settle(page);
    },
  })),
  {
    name: "builder-wrong", path: "index.html?x=1#/connector/kura_archive.toml", ...main,
    ready: async (page) => {
      await page.locator('[role="tab"]').nth(1).click();
      await page.locator(".pair .btn").click();
      await page.locator(".found li").first().waitFor();
      await page.locator("#panel input.mono").nth(2).fill("http://id.kura.example/revoke");
      await page.locator("[data-code]").first().waitFor();
      await settle(page);
    },
  },
  {
    name: "builder-unfinished", path: "index.html?x=1#/connector/depot.toml", options: { width: 1024, height: 768 },
    ready: async (page) => {
      await page.locator('[role="tab"]').nth(1).click();
      await page.locator("[data-code]").first().waitFor();
      await settle(page);
    },
  },
  ...[["params", 0], ["said", 1], ["errors", 2]].map(([what, i]) => ({
    name: `builder-unusual-${what}`, path: "index.html?x=1#/connector/press_office.toml", options: { width: 1280, height: 900 },
    ready: async (page) => {
      await page.locator('[role="tab"]').nth(1).click();
      await page.locator("details.more").nth(i).scrollIntoViewIfNeeded();
      await page.locator("details.more").nth(i).evaluate((one) => one.scrollIntoView({ block: "start" }));
      await settle(page);
    },
  })),
  {
    name: "builder-asked", path: "index.html?x=1#/connector/press_office.toml", options: { width: 1280, height: 900 },
    ready: async (page) => {
      await page.locator('[role="tab"]').nth(3).click();
      await page.locator("textarea.json").fill('{ "query": ');
      await page.locator('[data-code="not_json"]').waitFor();
      await settle(page);
    },
  },
  {
    name: "builder-by-code", path: "index.html?x=1#/connector/depot.toml", options: { width: 1280, height: 900 },
    ready: async (page) => {
      await page.locator('[role="tab"]').nth(1).click();
      await page.locator(".kinds .btn").nth(2).click();
      await page.locator(".kinds .btn").nth(0).click();
      await settle(page);
    },
  },
  ...["security", "requests"].map((section, i) => ({
    name: `builder-fields-${section}`, path: "index.html?x=1#/connector/ledger.toml", options: { width: 1280, height: 900 },
    ready: async (page) => {
      await page.locator('[role="tab"]').nth(i === 0 ? 1 : 3).click();
      await page.locator(".entry").first().waitFor();
      await settle(page);
    },
  })),
  {
    name: "builder-publish", path: "index.html?x=1#/connector/kura_archive.toml", options: { width: 1280, height: 900 },
    ready: async (page) => {
      await page.locator('[role="tab"]').nth(1).click();
      await page.locator("#panel input.mono").nth(1).fill("https://login.kura.example/token");
      await page.locator(".bar .primary:not([disabled])").click();
      await page.locator("dialog[open] section").first().waitFor();
      await settle(page);
    },
  },
  {
    name: "builder-delete", path: "index.html?x=1#/connector/kura_archive.toml", ...main,
    ready: async (page) => {
      await page.locator(".toolbar .btn").last().click();
      await page.locator("dialog[open] li").first().waitFor();
      await settle(page);
    },
  },
  { name: "activity", path: "index.html?x=1#/activity", ...main, ready: see("tbody tr") },
  {
    name: "activity-verified", path: "index.html?x=1#/activity", options: { width: 1024, height: 768 },
    ready: async (page) => {
      await page.locator(".toolbar .btn").nth(0).click();
      await page.locator(".told p").waitFor();
      await page.locator(".toolbar .btn").nth(1).click();
      await page.locator(".told p").nth(1).waitFor();
    },
  },
  {
    name: "activity-broken", path: "index.html?log=broken#/activity", ...main,
    ready: async (page) => {
      await page.locator(".toolbar .btn").nth(0).click();
      await page.locator('[data-code="log_broken"]').waitFor();
    },
  },
  { name: "sign-in", path: "index.html?seat=locked", ...main, ready: see(".seat input[type='password']") },
  {
    name: "sign-in-wrong", path: "index.html?seat=locked", options: { width: 1024, height: 768 },
    ready: async (page) => {
      await page.locator(".seat input[type='password']").fill("wrong horse");
      await page.keyboard.press("Enter");
      await page.locator('[data-code="member_passphrase_wrong"]').waitFor();
    },
  },
  { name: "ask-passphrase", path: "index.html?ask=1#/connections", ...main, ready: see(".ask") },
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
  { name: "applications", path: "index.html?x=1#/applications", ...main, ready: see("table.list") },
  { name: "applications-empty", path: "index.html?home=empty#/applications", ...main, ready: see(".empty") },
  { name: "application", path: "index.html?x=1#/application/app-orders/connections", ...main, ready: see("table.list") },
  { name: "application-members", path: "index.html?x=1#/application/app-orders/members", ...main, ready: see(".switch") },
  { name: "application-uses-1024", path: "index.html?x=1#/application/app-orders/uses", options: { width: 1024, height: 768 }, ready: see("table.list") },
  {
    name: "application-new", path: "index.html?x=1#/applications", ...main,
    ready: async (page) => {
      await page.locator(".toolbar .primary").click();
      await page.locator("dialog[open]").waitFor();
      await settle(page);
    },
  },
  {
    name: "application-grant", path: "index.html?x=1#/application/app-library/connections", ...main,
    ready: async (page) => {
      await page.locator(".section-head .btn").first().click();
      await page.locator("dialog[open] li").first().waitFor();
      await settle(page);
    },
  },
  ...["application-try", "application-tried"].map((name) => ({
    name, path: "index.html?x=1#/application/app-library/connections", ...main,
    ready: async (page) => {
      await page.locator(".section-head .btn").last().click();
      await page.locator("dialog[open] select option").nth(1).waitFor({ state: "attached" });
      if (name === "application-tried") {
        await page.locator("dialog[open] select").selectOption("practice");
        await page.locator("dialog[open] .primary").click();
        await page.locator('dialog[open] [data-code="not_connected"]').waitFor();
      }
      await settle(page);
    },
  })),
  {
    name: "application-remove", path: "index.html?x=1#/application/app-orders/connections", ...main,
    ready: async (page) => {
      await page.locator("table.list .btn").first().click();
      await page.locator("dialog[open]").waitFor();
      await settle(page);
    },
  },
  {
    name: "application-delete", path: "index.html?x=1#/application/app-tasks/connections", ...main,
    ready: async (page) => {
      await page.locator(".head .ghost").click();
      await page.locator("dialog[open]").waitFor();
      await settle(page);
    },
  },
  { name: "used-in", path: "index.html?x=1#/connection/c-0006/uses", ...main, ready: see(".apps") },
  { name: "used-in-1024", path: "index.html?x=1#/connection/c-0002/uses", options: { width: 1024, height: 768 }, ready: see(".apps") },
  { name: "live", path: "index.html?x=1#/live/app-orders/production/live", ...main, ready: see(".acts") },
  { name: "live-1024", path: "index.html?x=1#/live/app-tasks/stage/live", options: { width: 1024, height: 768 }, ready: see(".acts") },
  { name: "live-portal", path: "index.html?role=portal_user#/live", ...main, ready: see(".acts") },
  { name: "live-nothing", path: "index.html?role=portal_user&home=empty#/live", ...main, ready: see(".nothing") },
  { name: "edit-mode", path: "index.html?x=1#/live/app-orders/production/edit", ...main, ready: see(".components button") },
  { name: "set-up-for-application", path: "index.html?x=1#/new-connection/zoho_crm/app-library", ...main, ready: see(".scopes li") },
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
  {
    name: "vault-recover", path: "index.html?vault=locked#/connections", ...main,
    ready: async (page) => {
      await page.locator(".vault button").first().click();
      await page.locator("dialog[open] .seg button, dialog[open] [role=radio]").nth(1).click();
      await settle(page);
    },
  },
  { name: "high-contrast", path: "index.html?x=1#/connections", options: { contrast: "more" }, ready: see(".conn-row") },
  { name: "forced-colors", path: "index.html?x=1#/connections", options: { forcedColors: "active" }, ready: see(".conn-row") },
  ...["waiting", "low", "browser", "device", "stay", "no_account", "checking", "ask_replace", "ask_whose", "done", "failed"].map((stage) => ({
    name: `flow-${stage}`, path: `flow.html?flow=f&stage=${stage}`, options: small, ready: see(".tbar"),
  })),
  ...["form", "form_refused", "form_malformed", "form_checking"].map((stage) => ({
    name: `flow-${stage}`, path: `flow.html?flow=f&stage=${stage}`, options: { width: 520, height: 620 }, ready: see(".tbar"),
  })),
  { name: "flow-client", path: "flow.html?flow=f&stage=client", options: small, ready: see(".tbar") },
];
