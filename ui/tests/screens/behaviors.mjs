// What a person does, and what must come of it. Names are the English words of the screens.
import assert from "node:assert/strict";

const button = (page, name) => page.getByRole("button", { name, exact: true });
const row = (page, name) => page.getByRole("row", { name: new RegExp(`^${name}`) });
const ready = (page) => page.locator(".conn-row").first().waitFor();
/** Waits until a function of the page gives true. */
const until = (page, test, argument) => page.waitForFunction(test, argument, { timeout: 5000 });
/** What has the focus: line, column, name. */
const focus = (page) => page.evaluate(() => ({ line: document.activeElement?.getAttribute("data-line"), column: document.activeElement?.getAttribute("data-column"), text: document.activeElement?.textContent?.trim() }));

export const behaviors = {
  "first start: one press, sign in, Connected": {
    path: "index.html?home=first&signin=150",
    act: async (page) => {
      assert.equal(await page.getByLabel("Your name").inputValue(), "Aiko Mori", "the name comes from the OS account");
      assert.equal(await page.getByLabel("Passphrase", { exact: true }).count(), 0, "with a keyring there is nothing to remember");
      await button(page, "Try it with the practice service").click();
      await page.getByRole("heading", { name: "Practice CRM" }).waitFor();
      await page.getByText("aiko@practice.example").first().waitFor();
      await page.getByRole("link", { name: /Connections/ }).click();
      const cell = page.getByRole("gridcell", { name: "All environments: Connected, aiko@practice.example, primary" });
      await cell.waitFor();
      await page.getByRole("heading", { name: "Connections" }).waitFor();
    },
  },
  "a start that takes long says what it does, then goes on": {
    path: "index.html?opening=1500#/connections",
    act: async (page) => {
      await page.getByRole("status").filter({ hasText: "Opening the catalog…" }).waitFor();
      assert.equal(await page.locator(".conn-row").count(), 0, "nothing is made up meanwhile");
      await ready(page);
      assert.equal(await page.getByText("Opening the catalog…").count(), 0, "and then it is over");
    },
  },
  "a code for another device has a picture that cameras read in the dark theme, too": {
    path: "flow.html?flow=f-1&theme=dark&stage=device",
    options: { width: 460, height: 300, colorScheme: "dark" },
    act: async (page) => {
      const picture = page.getByRole("img", { name: "QR code for https://accounts.zoho.com/oauth/v3/device" });
      await picture.waitFor();
      const look = await picture.evaluate((svg) => ({ around: getComputedStyle(svg).backgroundColor, modules: getComputedStyle(svg.querySelector("path")).fill, wide: svg.getBoundingClientRect().width }));
      assert.deepEqual([look.around, look.modules], ["rgb(255, 255, 255)", "rgb(0, 0, 0)"], "dark on light");
      const [, , size] = (await picture.getAttribute("viewBox")).split(" ").map(Number);
      assert.ok(look.wide / size >= 3, `each module is ${look.wide / size} pixels wide: enough for a camera`);
    },
  },
  "first start: Start empty, in Japanese": {
    path: "index.html?home=first",
    act: async (page) => {
      await page.getByRole("radio", { name: "日本語" }).click();
      await page.getByRole("button", { name: "空の状態で始める" }).click();
      await page.getByRole("heading", { name: "外部連携はまだありません" }).waitFor();
    },
  },
  "first start: without a keyring a passphrase is asked for, twice": {
    path: "index.html?home=first&keyring=no",
    act: async (page) => {
      assert.ok(await button(page, "Start empty").isDisabled(), "not without a passphrase");
      await page.getByLabel("Passphrase", { exact: true }).fill("correct horse");
      await page.getByLabel("Passphrase again").fill("correct house");
      await page.getByText("The two are not alike.").waitFor();
      await page.getByLabel("Passphrase again").fill("correct horse");
      await button(page, "Start empty").click();
      await page.getByRole("heading", { name: "No connections yet" }).waitFor();
    },
  },
  "empty state: one press to a practice connection": {
    path: "index.html?home=empty&signin=100#/connections",
    act: async (page) => {
      await button(page, "Try it with the practice service").click();
      await page.getByText("aiko@practice.example").first().waitFor();
    },
  },
  "create and authorize": {
    path: "index.html?signin=150#/connections",
    act: async (page) => {
      await ready(page);
      await button(page, "New connection").click();
      await page.getByLabel("Search services").fill("practice");
      await page.getByRole("button", { name: /^Practice service/ }).click();
      const name = page.getByLabel("Name", { exact: true });
      await name.fill("Visitor list & 来客");
      await until(page, () => document.querySelector("#link-name")?.value === "visitor_list");
      await page.getByRole("radio", { name: "Logged-in user" }).check();
      await page.getByRole("radio", { name: "One per environment" }).check();
      await page.getByRole("checkbox", { name: /contacts.write/ }).check();
      await button(page, "Create and authorize").click();
      await page.getByRole("heading", { name: "Visitor list & 来客" }).waitFor();
      await page.getByRole("region", { name: "Development" }).getByText("Connected", { exact: true }).waitFor();
      const stage = page.getByRole("region", { name: "Stage" });
      await stage.getByText("Never authorized").waitFor();
      await stage.getByRole("button", { name: "Authorize", exact: true }).click();
      await stage.getByText("Connected", { exact: true }).waitFor();
    },
  },
  "create: a name that cannot be is told at once, and nothing can be created": {
    path: "index.html?x=1#/new-connection/practice",
    act: async (page) => {
      await page.getByLabel("Link name").fill("Bad Name");
      await page.getByRole("alert").getByText("A link name has small letters").waitFor();
      assert.ok(await button(page, "Create and authorize").isDisabled(), "refused before it is tried");
      await page.getByRole("button", { name: "Suggest again" }).click();
      await until(page, () => !document.querySelector(".help.bad"));
      assert.ok(await button(page, "Create only").isEnabled(), "the suggestion is fine");
    },
  },
  "create: a registration's redirect address is shown before its client ID is known": {
    path: "index.html?x=1#/new-connection/hubspot",
    act: async (page) => {
      const address = page.locator("[data-redirect-address]");
      await until(page, () => /^http:\/\/127\.0\.0\.1\/callback\/[0-9a-f-]{36}$/.test(document.querySelector("[data-redirect-address]")?.textContent ?? ""));
      assert.ok(await button(page, "Create only").isDisabled(), "not without a client ID");
      await page.getByLabel("Client ID").fill("abc");
      await page.getByRole("radio", { name: "Fixed port" }).click();
      await until(page, () => document.querySelector("[data-redirect-address]")?.textContent?.startsWith("http://127.0.0.1:41990/"));
      assert.equal(await page.getByLabel("Client ID").inputValue(), "abc", "what was typed stays");
      await page.getByLabel("Client secret").fill("s3cret");
      await button(page, "Create only").click();
      await page.getByRole("heading", { name: "HubSpot" }).waitFor();
      assert.ok(!(await page.content()).includes("s3cret"), "a secret is nowhere on the page afterwards");
      assert.ok(address, "");
    },
  },
  "create: an authorization that could be reused is offered, and then nobody signs in": {
    path: "index.html?x=1#/new-connection/github",
    act: async (page) => {
      await page.getByLabel("Client ID").fill("abc");
      await button(page, "Create only").waitFor();
      await page.goto(page.url().replace("github", "practice"));
      await page.getByRole("radio", { name: "Logged-in user" }).check();
      await button(page, "Use it").click();
      assert.equal(await button(page, "Create only").count(), 0, "nothing is left to authorize");
      await button(page, "Create").click();
      await page.getByRole("region", { name: "All environments" }).getByText("Connected", { exact: true }).waitFor();
    },
  },
  "create: Ctrl Enter does the primary": {
    path: "index.html?signin=100#/new-connection/practice",
    act: async (page) => {
      await page.getByLabel("Name", { exact: true }).fill("By keyboard");
      await until(page, () => document.querySelector("#link-name")?.value === "by_keyboard");
      await page.keyboard.press("Control+Enter");
      await page.getByRole("heading", { name: "By keyboard" }).waitFor();
    },
  },
  "grid: one tab stop, arrows rove": {
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      assert.equal(await page.locator('[role="grid"] [tabindex="0"]').count(), 1, "one tab stop in the whole grid");
      await page.getByLabel("Filter by name or account").focus();
      await page.keyboard.press("ArrowDown");
      assert.deepEqual([(await focus(page)).line, (await focus(page)).column], ["1", "0"], "from the filter into the first row");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowRight");
      assert.equal((await focus(page)).column, "2", "to Stage");
      await page.keyboard.press("ArrowDown");
      assert.deepEqual([(await focus(page)).line, (await focus(page)).column], ["2", "1"], "a joined slot is one cell");
      await page.keyboard.press("ArrowDown");
      assert.deepEqual([(await focus(page)).line, (await focus(page)).column], ["3", "2"], "and the column is kept across it");
      await page.keyboard.press("Control+End");
      await until(page, () => document.activeElement?.getAttribute("data-line") === "20");
      await page.keyboard.press("Control+Home");
      await until(page, () => document.activeElement?.getAttribute("data-line") === "0");
      assert.equal(await page.locator('[role="grid"] [tabindex="0"]').count(), 1, "still one");
      await page.keyboard.press("Enter");
      await until(page, () => document.querySelector(".group-head button")?.getAttribute("aria-expanded") === "false");
    },
  },
  "grid: A authorizes the slot in focus, Enter opens, Escape comes back to it": {
    path: "index.html?signin=100#/connections",
    act: async (page) => {
      await ready(page);
      await page.getByRole("gridcell", { name: "Production: Revoked. Authorize" }).focus();
      await page.keyboard.press("a");
      await page.getByText("Sign in to authorize Customer lookup").waitFor();
      await until(page, () => !document.querySelector('[aria-label="Production: Revoked. Authorize"]'));
      await until(page, () => document.activeElement?.closest(".conn-row")?.getAttribute("aria-label")?.startsWith("Customer lookup"));
      await row(page, "Customer lookup").locator('[data-column="0"]').focus();
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Customer lookup" }).waitFor();
      await page.keyboard.press("Escape");
      await ready(page);
      assert.equal(await row(page, "Customer lookup").getAttribute("aria-current"), "true", "one sees where one was");
      assert.equal(await row(page, "Customer lookup").locator('[tabindex="0"]').count(), 1, "and Tab goes there");
    },
  },
  "grid: a click on a row opens it, a click on Authorize does not": {
    path: "index.html?signin=100#/connections",
    act: async (page) => {
      await ready(page);
      await page.getByRole("gridcell", { name: "Stage: Expired. Authorize" }).getByRole("button", { name: "Authorize" }).click();
      await page.getByText("Sign in to authorize Books ledger").waitFor();
      assert.ok(page.url().endsWith("#/connections"), "still in the list");
      await row(page, "Lead intake").click();
      await page.getByRole("heading", { name: "Lead intake" }).waitFor();
    },
  },
  "grid: thousands of rows, few of them drawn, every one reached": {
    path: "index.html?home=many#/connections",
    act: async (page) => {
      await ready(page);
      const drawn = () => page.locator(".conn-row").count();
      assert.ok((await drawn()) < 60, "only what is in sight is drawn");
      assert.equal(await page.getByRole("grid").getAttribute("aria-rowcount"), "2003", "and the grid says how many there are");
      await page.locator(".conn-row [data-column='0']").first().focus();
      await page.keyboard.press("Control+End");
      await until(page, () => document.activeElement?.closest(".conn-row")?.getAttribute("aria-rowindex") === "2003");
      assert.ok((await drawn()) < 60, "still few");
      await page.locator(".conn-grid").evaluate((grid) => (grid.scrollTop = 0));
      await page.locator('[aria-rowindex="3"]').waitFor();
      assert.equal((await focus(page)).line, "2001", "the active row stays although it is out of sight");
    },
  },
  "filters: tags are put on and taken off": {
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      await button(page, "Filter").click();
      await page.getByRole("menuitemcheckbox", { name: "Logged-in user" }).click();
      await page.keyboard.press("Escape");
      await until(page, () => document.querySelector(".toolbar .count")?.textContent === "5 of 19");
      await button(page, "Remove filter: Kind").click();
      await until(page, () => document.querySelector(".toolbar .count")?.textContent === "19");
      await page.getByLabel("Filter by name or account").fill("kumo");
      await until(page, () => document.querySelector(".toolbar .count")?.textContent === "2 of 19");
      await page.keyboard.press("Escape");
      await until(page, () => document.querySelector(".toolbar .count")?.textContent === "19");
      await page.getByLabel("Filter by name or account").fill("nothing has this");
      await page.getByText("No connection matches").waitFor();
      await button(page, "Clear all").first().click();
      await ready(page);
    },
  },
  "filters: by health and by application, with the keyboard alone": {
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      await button(page, "Filter").focus();
      await page.keyboard.press("Enter");
      await page.getByRole("menuitemcheckbox", { name: "Expired" }).focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("Escape");
      await until(page, () => document.querySelector(".toolbar .count")?.textContent?.endsWith(" of 19"));
      assert.ok((await page.locator(".conn-row").count()) > 0, "some have expired");
      const stations = await page.locator(".conn-row").evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("[role='gridcell']")].map((cell) => cell.getAttribute("aria-label") ?? "").join(" ")));
      assert.ok(stations.every((words) => words.includes("Expired")), `every row that is found shows it: ${stations}`);
      await button(page, "Filter").focus();
      await page.keyboard.press("Enter");
      await page.getByRole("menuitemcheckbox", { name: "Library desk" }).focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("Escape");
      await page.getByText("No connection matches").waitFor();
      await button(page, "Remove filter: Health").focus();
      await page.keyboard.press("Enter");
      await until(page, () => document.querySelector(".toolbar .count")?.textContent === "1 of 19");
      await button(page, "Remove filter: Application").focus();
      await page.keyboard.press("Enter");
      await until(page, () => document.querySelector(".toolbar .count")?.textContent === "19");
    },
  },
  "sort by last used": {
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      await page.getByRole("button", { name: "Sorted by name" }).click();
      await page.getByRole("menuitemcheckbox", { name: "Last used" }).click();
      await until(page, () => document.querySelector('[aria-rowindex="3"]')?.getAttribute("aria-label")?.startsWith("Customer lookup"));
      await page.locator('[role="columnheader"][aria-sort="descending"]').waitFor();
    },
  },
  "revoke: the dialog asks with Keep it in focus, and Escape keeps": {
    path: "index.html?x=1#/connection/c-0002/environments",
    act: async (page) => {
      await page.getByRole("region", { name: "Development" }).getByRole("button", { name: "Revoke…" }).click();
      const dialog = page.getByRole("alertdialog", { name: "Revoke aiko@example.com in Development?" });
      await dialog.waitFor();
      assert.equal((await focus(page)).text, "Keep it", "the harmless answer has the focus");
      await dialog.getByText("Morning digest").waitFor();
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      assert.equal((await focus(page)).text, "Revoke…", "focus goes back to where it was");
      await page.getByRole("region", { name: "Development" }).getByRole("button", { name: "Revoke…" }).click();
      await button(page, "Revoke and stop 3 uses").click();
      await page.getByRole("region", { name: "Development" }).getByText("Revoked").waitFor();
      await page.getByRole("region", { name: "Development" }).getByRole("button", { name: "Authorize", exact: true }).waitFor();
    },
  },
  "rename, disable, enable, delete": {
    path: "index.html?x=1#/connection/c-0019/environments",
    act: async (page) => {
      await button(page, "Edit…").click();
      await page.getByRole("dialog").getByLabel("Name").fill("Drive, renamed");
      await button(page, "Save").click();
      await page.getByRole("heading", { name: "Drive, renamed" }).waitFor();
      await button(page, "Undo").waitFor();
      await button(page, "Disable…").click();
      assert.equal((await focus(page)).text, "Keep it enabled", "the harmless answer has the focus");
      await button(page, "Disable").click();
      await page.getByRole("button", { name: "Enable", exact: true }).first().click();
      await button(page, "Disable…").waitFor();
      await button(page, "More actions").click();
      await page.getByRole("menuitem", { name: "Delete…" }).click();
      assert.equal((await focus(page)).text, "Keep it", "the harmless answer has the focus");
      await button(page, "Delete").click();
      await ready(page);
      assert.equal(await row(page, "Drive, renamed").count(), 0, "it is gone");
    },
  },
  "disable: undone from the status bar": {
    path: "index.html?x=1#/connection/c-0001/environments",
    act: async (page) => {
      await button(page, "Disable…").click();
      const dialog = page.getByRole("alertdialog", { name: "Disable Customer lookup?" });
      await dialog.getByText("3 uses stop").waitFor();
      await button(page, "Disable and stop 3 uses").click();
      await button(page, "Enable").first().waitFor();
      await button(page, "Undo").click();
      await button(page, "Disable…").waitFor();
    },
  },
  "delete: refused with the places that use it": {
    path: "index.html?x=1#/connection/c-0001/overview",
    act: async (page) => {
      await button(page, "More actions").click();
      await page.getByRole("menuitem", { name: "Delete…" }).click();
      const dialog = page.getByRole("alertdialog", { name: "Delete Customer lookup?" });
      await dialog.getByText("2 places use this connection.").waitFor();
      await dialog.getByText(/Used in Morning digest/).waitFor();
      assert.ok(await button(page, "Delete").isDisabled(), "not while it is used");
      await page.keyboard.press("Escape");
      await page.getByRole("heading", { name: "Customer lookup" }).waitFor();
    },
  },
  "edit: a scope more shows who signs in again before anything is done": {
    path: "index.html?signin=5000#/connection/c-0005/environments",
    act: async (page) => {
      await button(page, "Edit…").click();
      await page.getByRole("checkbox", { name: /ZohoCRM.bulk.READ/ }).check();
      await button(page, "Save").click();
      const dialog = page.getByRole("alertdialog", { name: "Change Zoho CRM?" });
      await dialog.getByText("ZohoCRM.bulk.READ").waitFor();
      await dialog.getByText("Who has to sign in again").waitFor();
      assert.equal((await focus(page)).text, "Back", "the harmless answer has the focus");
      await button(page, "Save and authorize").click();
      await page.getByRole("region", { name: "All environments" }).getByText("Scopes missing").waitFor();
      await page.getByText("Sign in to authorize Zoho CRM in the window that has opened").waitFor();
    },
  },
  "edit: one authorization per environment says what sits where": {
    path: "index.html?x=1#/connection/c-0005/environments",
    act: async (page) => {
      await button(page, "Edit…").click();
      await page.getByRole("radio", { name: "One per environment" }).click();
      await button(page, "Save").click();
      const dialog = page.getByRole("alertdialog", { name: "Change Zoho CRM?" });
      await dialog.getByText("Nobody has to sign in again.").waitFor();
      await dialog.getByText("What is used where afterwards").waitFor();
      await dialog.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByRole("region", { name: "Production" }).getByText("Connected", { exact: true }).waitFor();
      await page.getByText("Stage runs as the same account as Production.").waitFor();
    },
  },
  "scopes that uses need are asked for in one press": {
    path: "index.html?signin=5000#/connection/c-0006/environments",
    act: async (page) => {
      const note = page.locator(".note", { hasText: "Uses need 1 scope that is not asked for." });
      await note.getByRole("button", { name: "Ask for the missing scopes" }).click();
      await page.getByRole("alertdialog", { name: "Change Lead intake?" }).getByText("ZohoCRM.bulk.READ").waitFor();
      await button(page, "Save and authorize").waitFor();
    },
  },
  "switch authorization: another one of the same service, or a new sign-in": {
    path: "index.html?signin=5000#/connection/c-0017/environments",
    act: async (page) => {
      await button(page, "Actions for All environments").click();
      await page.getByRole("menuitem", { name: "Switch authorization…" }).click();
      const dialog = page.getByRole("dialog", { name: /^Switch authorization of/ });
      await dialog.getByRole("radio", { name: "Sign in with another account" }).waitFor();
      await dialog.getByRole("button", { name: "Authorize", exact: true }).click();
      await page.getByText(/^Sign in to authorize/).waitFor();
    },
  },
  "replace in all uses": {
    path: "index.html?x=1#/connection/c-0006/environments",
    act: async (page) => {
      await button(page, "More actions").click();
      await page.getByRole("menuitem", { name: "Replace in all uses…" }).click();
      const dialog = page.getByRole("alertdialog", { name: "Replace Lead intake in all its uses?" });
      await dialog.getByRole("radio", { name: /Zoho CRM/ }).check();
      await button(page, "Replace in 3 uses").click();
      await page.getByText(/uses now go through Zoho CRM/).waitFor();
    },
  },
  "test: each slot answers or says why not": {
    path: "index.html?x=1#/connection/c-0001/environments",
    act: async (page) => {
      await button(page, "More actions").click();
      await page.getByRole("menuitem", { name: "Test" }).click();
      const dialog = page.getByRole("dialog", { name: "Test Customer lookup" });
      await dialog.getByText("1 did not answer as it should").waitFor();
      assert.equal(await dialog.getByRole("listitem").count(), 3, "one line a slot");
    },
  },
  "grid: chosen by Space, Shift and Ctrl A, and disabled together": {
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      const first = row(page, "Books ledger").locator("[data-column='0']");
      await first.focus();
      await page.keyboard.press("Space");
      await page.getByText("1 chosen").first().waitFor();
      await page.keyboard.press("Shift+ArrowDown");
      await page.getByRole("toolbar", { name: "Chosen connections" }).getByText("2 chosen").waitFor();
      await page.keyboard.press("Escape");
      await until(page, () => !document.querySelector('[role="toolbar"]'));
      await page.getByLabel("Filter by name or account").fill("zoho");
      await until(page, () => document.querySelector(".toolbar .count")?.textContent?.startsWith("6 of"));
      await page.locator(".conn-row [data-column='0']").first().focus();
      await page.keyboard.press("Control+a");
      const bar = page.getByRole("toolbar", { name: "Chosen connections" });
      await bar.getByText("6 chosen").waitFor();
      await bar.getByRole("button", { name: "Disable…" }).click();
      await page.getByRole("alertdialog", { name: "Disable 6 connections?" }).waitFor();
      assert.equal((await focus(page)).text, "Keep it enabled", "the harmless answer has the focus");
      await page.getByRole("button", { name: /^Disable and stop/ }).click();
      await page.getByText("6 connections disabled").waitFor();
      await button(page, "Undo").click();
      await until(page, () => document.querySelectorAll(".slot.is-off").length === 0);
    },
  },
  "many: what cannot be deleted is told, and the rest goes on": {
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      await row(page, "Customer lookup").click({ modifiers: ["Control"] });
      await row(page, "Contract search").click({ modifiers: ["Control"] });
      await page.getByRole("toolbar", { name: "Chosen connections" }).getByRole("button", { name: "Delete…" }).click();
      const dialog = page.getByRole("alertdialog", { name: "Delete 2 connections?" });
      await dialog.getByText("1 cannot be deleted while it is used").waitFor();
      await button(page, "Delete").click();
      await page.getByText("1 connection deleted").waitFor();
      assert.equal(await row(page, "Contract search").count(), 0, "one is gone");
      assert.equal(await row(page, "Customer lookup").count(), 1, "the other is not");
    },
  },
  "primary accounts: an offer is accepted from Home": {
    path: "index.html?x=1#/home",
    act: async (page) => {
      await page.getByText("Accept the primary account of Lead intake").waitFor();
      await button(page, "Accept").click();
      await until(page, () => !document.body.textContent.includes("Accept the primary account"));
      await page.getByRole("link", { name: "Primary accounts" }).click();
      await page.getByRole("row", { name: /Lead intake/ }).getByText("Aiko Mori").waitFor();
    },
  },
  "primary accounts: offered to another member, and withdrawn": {
    path: "index.html?x=1#/connection/c-0006/accounts",
    act: async (page) => {
      await button(page, "Actions for Chidi Nwosu").click();
      await page.getByRole("menuitem", { name: "Offer Development" }).click();
      const note = page.locator(".note", { hasText: "Aiko Mori offers Chidi Nwosu the primary account of Development" });
      await note.getByRole("button", { name: "Withdraw" }).click();
      await note.waitFor({ state: "detached" });
      await button(page, "Accept").click();
      await page.getByRole("img", { name: "Primary account in Production" }).waitFor();
    },
  },
  "accounts: a manager revokes another member's": {
    path: "index.html?x=1#/connection/c-0002/accounts",
    act: async (page) => {
      await button(page, "Actions for Ben Osei").click();
      await page.getByRole("menuitem", { name: "Revoke… Stage" }).click();
      await page.getByRole("alertdialog", { name: /^Revoke/ }).waitFor();
      assert.equal((await focus(page)).text, "Keep it", "the harmless answer has the focus");
    },
  },
  "client registration: a change lists what it touches, and one in use is not deleted": {
    path: "index.html?x=1#/connectors",
    act: async (page) => {
      await button(page, "Actions for Kumo Works, main").click();
      await page.getByRole("menuitem", { name: "Edit…" }).click();
      const dialog = page.getByRole("dialog", { name: "Change Kumo Works, main" });
      await dialog.getByText("Lead intake").waitFor();
      await dialog.getByLabel("Client ID").fill("1000.OTHER");
      await dialog.getByText("each of these has to be authorized again").waitFor();
      await dialog.getByRole("button", { name: /^Change for/ }).click();
      await page.getByText("1000.OTHER").waitFor();
      await button(page, "Actions for Kumo Works, main").click();
      await page.getByRole("menuitem", { name: "Delete…" }).click();
      assert.ok(await button(page, "Delete").isDisabled(), "not while connections use it");
    },
  },
  "make primary": {
    path: "index.html?x=1#/connection/c-0002/environments",
    act: async (page) => {
      await page.getByRole("button", { name: /^Choose primary…/ }).click();
      await page.getByRole("button", { name: "Make primary", exact: true }).click();
      await page.getByRole("img", { name: "Primary account in Production" }).waitFor();
    },
  },
  "try it: an answer, a refusal with its way out, a foreign host": {
    path: "index.html?signin=100#/connection/c-0001/try",
    act: async (page) => {
      await button(page, "Send").click();
      await page.locator(".status", { hasText: "200" }).waitFor();
      await page.getByText('"hana@practice.example"').waitFor();
      await page.getByRole("radio", { name: "Production" }).click();
      await button(page, "Send").click();
      await page.getByRole("alert").getByText("Not connected").waitFor();
      await page.getByRole("alert").getByRole("button", { name: "Authorize" }).click();
      await page.getByText("Sign in to authorize Customer lookup").waitFor();
      await page.getByLabel("Path").fill("https://elsewhere.example/x");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText(/does not list this host|Not connected/).waitFor();
    },
  },
  "tabs: [ and ] and arrows move, letters in a field do not": {
    path: "index.html?x=1#/connection/c-0001/environments",
    act: async (page) => {
      const selected = () => page.locator('[role="tab"][aria-selected="true"]').textContent();
      await page.getByRole("tab", { name: "Environments" }).waitFor();
      await page.keyboard.press("]");
      await page.locator('[role="tab"][aria-selected="true"]', { hasText: "Accounts" }).waitFor();
      await page.keyboard.press("]");
      await page.keyboard.press("]");
      await page.keyboard.press("]");
      await page.keyboard.press("]");
      await page.getByLabel("Path").fill("");
      await page.getByLabel("Path").pressSequentially("/a[0]n?");
      assert.equal(await page.getByLabel("Path").inputValue(), "/a[0]n?", "typing types");
      assert.match(await selected(), /Try it/, "and moves nothing");
    },
  },
  "input method: Enter and letters of a composition do nothing": {
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      await page.locator(".conn-row [data-column='0']").first().focus();
      for (const init of [{ key: "Enter", isComposing: true }, { key: "n", isComposing: true }, { key: "Enter", keyCode: 229 }, { key: "a", keyCode: 229 }]) {
        await page.evaluate((one) => {
          const event = new KeyboardEvent("keydown", { ...one, bubbles: true, cancelable: true });
          if (one.keyCode) Object.defineProperty(event, "keyCode", { value: one.keyCode });
          document.activeElement?.dispatchEvent(event);
        }, init);
      }
      assert.ok(page.url().endsWith("#/connections"), "nothing opened");
      assert.equal(await page.getByText("Sign in to authorize").count(), 0, "nothing began");
    },
  },
  "palette: finds a connection, runs it, and Escape closes": {
    path: "index.html?x=1#/home",
    act: async (page) => {
      await page.locator(".todo").first().waitFor();
      await page.keyboard.press("Control+k");
      const box = page.getByRole("combobox", { name: "Search or jump" });
      await box.fill("lead");
      await page.getByRole("option", { name: /^Lead intake/ }).waitFor();
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Lead intake" }).waitFor();
      await page.keyboard.press("Control+k");
      await box.waitFor();
      await page.keyboard.press("Escape");
      await box.waitFor({ state: "detached" });
    },
  },
  "shortcuts: N, ?, F6": {
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      const regions = new Set();
      for (let i = 0; i < 4; i += 1) {
        await page.keyboard.press("F6");
        regions.add(await page.evaluate(() => document.activeElement?.closest("[data-region]")?.className.split(" ")[0]));
      }
      assert.equal(regions.size, 4, "each region once");
      await page.evaluate(() => document.activeElement?.blur());
      await page.keyboard.press("n");
      await page.getByRole("heading", { name: "New connection" }).waitFor();
      await page.keyboard.press("Escape");
      await ready(page);
    },
  },
  "vault: a passphrase opens it, a wrong one says so": {
    path: "index.html?vault=passphrase#/connections",
    act: async (page) => {
      await page.getByLabel("Passphrase").fill("wrong wrong");
      await button(page, "Unlock").click();
      await page.getByText("This is not the passphrase of the workspace.").waitFor();
      await page.getByLabel("Passphrase").fill("correct horse");
      await button(page, "Unlock").click();
      await page.locator(".vault").waitFor({ state: "detached" });
      await page.getByText("Vault open, key behind your passphrase").waitFor();
    },
  },
  "keys: a recovery code is shown once and counts once its last group was typed back": {
    path: "index.html?x=1#/settings",
    act: async (page) => {
      await button(page, "Make a recovery code…").click();
      await button(page, "Make and show it").click();
      const code = page.getByRole("list", { name: "Recovery code" });
      await code.waitFor();
      assert.equal(await code.getByRole("listitem").count(), 6);
      const last = await code.getByRole("listitem").last().textContent();
      const field = page.getByLabel("Its last group, from what you wrote down");
      await field.fill("AAAAA");
      await button(page, "I have written it down").click();
      await page.getByText("That is not the last group of the code that was shown.").waitFor();
      await field.fill(last);
      await button(page, "I have written it down").click();
      await page.locator("dialog").waitFor({ state: "detached" });
      await page.getByText("Made", { exact: true }).waitFor();
      assert.equal(await page.getByText(last).count(), 0, "and is nowhere on the screen any more");
    },
  },
  "keys: replacing the key goes on in the background and asks for a new recovery code": {
    path: "index.html?code=made#/settings",
    act: async (page) => {
      await button(page, "Replace the key…").click();
      await page.getByText("A recovery code made so far is useless afterwards: make a new one.").waitFor();
      await button(page, "Replace the key").click();
      await page.getByText("The new key is in place").waitFor();
      await button(page, "Later").click();
      await page.getByRole("progressbar", { name: "Replacing the key" }).waitFor({ state: "detached" });
      await button(page, "Replace the key…").waitFor();
      await page.getByText("If the keyring loses the key, every credential is lost with it.").waitFor();
    },
  },
  "keys: only a super admin sees them": {
    path: "index.html?role=admin#/settings",
    act: async (page) => {
      await page.locator("[data-kept]").waitFor();
      assert.equal(await page.locator("[data-keys]").count(), 0);
    },
  },
  "vault: a recovery code opens it and gives the key a new home": {
    path: "index.html?vault=passphrase&keyring=no#/connections",
    act: async (page) => {
      await button(page, "Use a recovery code…").click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Recovery code").fill("7Q3ZK");
      await dialog.getByLabel("New passphrase", { exact: true }).fill("another horse");
      await dialog.getByLabel("New passphrase again").fill("another horse");
      await button(dialog, "Open the workspace").click();
      await page.getByText("The recovery code has a typing mistake.").waitFor();
      await dialog.getByLabel("Recovery code").fill("7q3zk m0x9t b4hwd c2v8n pg6ej 5rysa");
      await button(dialog, "Open the workspace").click();
      await page.locator(".vault").waitFor({ state: "detached" });
      await page.getByText("Vault open, key behind your passphrase").waitFor();
    },
  },
  "connectors: a draft is accepted": {
    path: "index.html?x=1#/connectors",
    act: async (page) => {
      const draft = page.getByRole("article", { name: "depot.toml" });
      await draft.getByText("api.depot.example").waitFor();
      await draft.getByRole("button", { name: "Accept depot.toml", exact: true }).click();
      await draft.getByText("Accepted", { exact: true }).waitFor();
      await page.getByRole("article", { name: "old-forms.toml" }).getByText("Line 14:").waitFor();
    },
  },
  "sign in: a wrong passphrase says so, the right one opens": {
    path: "index.html?seat=locked",
    act: async (page) => {
      assert.equal(await page.getByRole("navigation").count(), 0, "nothing of the workspace is shown");
      await page.getByLabel("Passphrase", { exact: true }).fill("wrong horse");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText("That is not the passphrase.").waitFor();
      assert.equal(await page.getByLabel("Passphrase", { exact: true }).inputValue(), "", "and is forgotten");
      await page.getByLabel("Passphrase", { exact: true }).fill("correct horse");
      await button(page, "Sign in").click();
      await ready(page);
    },
  },
  "sign in: after five wrong ones a wait is counted down": {
    path: "index.html?seat=locked",
    act: async (page) => {
      await page.getByRole("radio", { name: /Ben Osei/ }).check({ force: true });
      for (let i = 0; i < 5; i += 1) {
        await page.getByLabel("Passphrase", { exact: true }).fill("wrong horse");
        await page.keyboard.press("Enter");
        await until(page, () => document.querySelector('.seat input[type="password"]')?.value === "");
      }
      await page.getByText(/The next try is possible in (30|2\d) s\./).waitFor();
      assert.ok(await button(page, "Sign in").isDisabled(), "nothing can be tried meanwhile");
      await page.getByRole("radio", { name: /Chidi Nwosu/ }).check({ force: true });
      assert.ok(await button(page, "Sign in").isEnabled(), "others sign in as ever");
    },
  },
  "lock and switch from the top bar": {
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      await page.getByRole("button", { name: /^(AM )?Aiko Mori/ }).click();
      await page.getByRole("menuitem", { name: "Switch member…" }).click();
      const dialog = page.getByRole("dialog", { name: "Switch member" });
      await dialog.getByRole("radio", { name: /Chidi Nwosu/ }).check({ force: true });
      await dialog.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("button", { name: /Chidi Nwosu/ }).click();
      await page.getByRole("menuitem", { name: "Lock" }).click();
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      assert.equal(await page.locator(".conn-row").count(), 0, "the list is gone with its member");
    },
  },
  "a portal user sees applications and settings, and no shortcut leads further": {
    path: "index.html?role=portal_user#/connections",
    act: async (page) => {
      await page.getByRole("link", { name: "Applications" }).waitFor();
      assert.deepEqual(await page.locator(".sidebar a").allTextContents().then((all) => all.map((one) => one.trim())), ["Applications", "Settings"]);
      await page.keyboard.press("Control+k");
      await page.keyboard.press("n");
      assert.match(page.url(), /#\/live/, "still there");
      assert.equal(await page.getByRole("dialog").count(), 0, "and nothing opened");
    },
  },
  "a second member has the first one asked for a passphrase": {
    path: "index.html?members=one#/members",
    act: async (page) => {
      await button(page, "Invite").click();
      await page.getByRole("dialog").getByLabel("Name").fill("Rei Tanaka");
      await page.getByRole("dialog").getByRole("radio", { name: /^Admin/ }).check();
      await page.getByRole("dialog").getByRole("button", { name: "Invite" }).click();
      await page.getByRole("row", { name: /Rei Tanaka/ }).waitFor();
      const ask = page.getByRole("region", { name: "You no longer work here alone." });
      await ask.getByRole("button", { name: "Set passphrase…" }).click();
      const dialog = page.getByRole("dialog", { name: "Set a passphrase" });
      await dialog.getByLabel("New passphrase", { exact: true }).fill("correct horse");
      await dialog.getByLabel("New passphrase again").fill("correct horse");
      await dialog.getByRole("button", { name: "Set passphrase" }).click();
      await ask.waitFor({ state: "detached" });
    },
  },
  "members: raising a role asks for one's passphrase, lowering one shows what is lost": {
    path: "index.html?passphrase=set#/members",
    act: async (page) => {
      await button(page, "Actions for Ben Osei").click();
      await page.getByRole("menuitem", { name: "Edit…" }).click();
      const dialog = page.getByRole("dialog", { name: "Edit Ben Osei" });
      await dialog.getByRole("radio", { name: /^Super admin/ }).check();
      await dialog.getByLabel("Your passphrase").fill("wrong horse");
      await dialog.getByRole("button", { name: "Save" }).click();
      await dialog.getByText("That is not the passphrase.").waitFor();
      await dialog.getByRole("radio", { name: /^User/ }).check();
      await dialog.getByText("2 primary accounts are lost.").waitFor();
      await dialog.getByText("Morning digest").waitFor();
      await dialog.getByRole("button", { name: "Save" }).click();
      await page.getByRole("row", { name: /Ben Osei/ }).getByText("User", { exact: true }).waitFor();
    },
  },
  "members: deactivating shows what goes, keeps by Escape, and says what came of it": {
    path: "index.html?x=1#/members",
    act: async (page) => {
      const open = async () => {
        await button(page, "Actions for Ben Osei").click();
        await page.getByRole("menuitem", { name: "Deactivate…" }).click();
      };
      await open();
      const dialog = page.getByRole("alertdialog", { name: "Deactivate Ben Osei?" });
      await dialog.waitFor();
      assert.equal((await focus(page)).text, "Keep them", "the harmless answer has the focus");
      await dialog.getByText("revoke it by hand at accounts.zoho.com").waitFor();
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await open();
      await dialog.getByLabel("Hand over to").selectOption({ label: "Chidi Nwosu (Developer)" });
      await dialog.getByRole("button", { name: "Deactivate and remove 2 authorizations" }).click();
      const left = page.getByRole("dialog", { name: "Ben Osei has left" });
      await left.getByText("3 connections were handed over to Chidi Nwosu.").waitFor();
      await left.getByRole("button", { name: "Close" }).click();
      await page.getByRole("row", { name: /Ben Osei/ }).getByText("Deactivated").waitFor();
    },
  },
  "settings: language and theme change at once": {
    path: "index.html?x=1#/settings",
    act: async (page) => {
      await page.getByRole("radio", { name: "Dark" }).click();
      await until(page, () => document.documentElement.dataset.theme === "dark");
      await page.getByRole("radio", { name: "日本語" }).click();
      await page.getByRole("heading", { name: "設定" }).waitFor();
      await page.getByRole("radio", { name: "English" }).click();
      await page.getByLabel("Your name").fill("Aiko M.");
      await button(page, "Save").first().click();
      await page.getByRole("button", { name: /Aiko M\./ }).waitFor();
    },
  },
  "flow: time is added when little is left, and the address can be pasted": {
    path: "flow.html?flow=f&stage=low",
    options: { width: 460, height: 260 },
    act: async (page) => {
      await button(page, "2 more minutes").click();
      await button(page, "2 more minutes").waitFor({ state: "detached" });
      assert.match(await page.getByRole("timer").textContent(), /^2:1\d$/, "two minutes more");
      await button(page, "Open in browser instead").click();
      await page.getByLabel(/Paste the address/).fill("https://example.com");
      await button(page, "Use this address").click();
      await page.getByText("This is not the address the sign-in ended on.").waitFor();
      await page.getByLabel(/Paste the address/).fill("http://127.0.0.1:1/callback/x?code=a&state=b");
      await button(page, "Use this address").click();
      await page.getByText("Checking the answer").waitFor();
    },
  },
  "flow: another account is not taken without asking": {
    path: "flow.html?flow=f&stage=ask_replace",
    options: { width: 460, height: 260 },
    act: async (page) => {
      await page.getByText("You signed in as ben@example.com, not aiko@example.com").waitFor();
      assert.equal((await focus(page)).text, "Keep aiko@example.com", "keeping is the harmless answer");
      await button(page, "Keep aiko@example.com").click();
      await page.getByText("Connected as aiko@example.com").waitFor();
    },
  },
  "flow: staying signed in is the person's wish, and can be taken back": {
    path: "flow.html?flow=f&stage=waiting",
    options: { width: 460, height: 300 },
    act: async (page) => {
      const box = page.getByRole("checkbox", { name: "Stay signed in on this computer." });
      assert.equal(await box.isChecked(), false, "nothing is kept unless it is wished for");
      await box.check();
      await page.waitForTimeout(50);
      assert.equal(await box.isChecked(), true);
      await box.uncheck();
      await page.waitForTimeout(50);
      assert.equal(await box.isChecked(), false);
    },
  },
  "papers: the inventory is written, and the folder is one press away": {
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      for (const [entry, ending] of [["Inventory as a sheet (CSV)", "csv"], ["Inventory to read and print (HTML)", "html"], ["Export definitions (TOML)", "toml"]]) {
        await button(page, "Export and import").click();
        await page.getByRole("menuitem", { name: entry }).click();
        await page.getByRole("status").getByText(new RegExp(`written to .*\\.${ending}$`)).waitFor();
        await button(page, "Open folder").waitFor();
      }
      await page.locator(".written").getByRole("button", { name: "Close" }).click();
      assert.equal(await page.locator(".written p").count(), 0, "put away");
    },
  },
  "import: what cannot come in says why and where, the rest comes in at once": {
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      await button(page, "Export and import").click();
      await page.getByRole("menuitem", { name: "Import definitions…" }).click();
      const dialog = page.getByRole("dialog", { name: "Import definitions" });
      await dialog.getByText("From kumo-osaka.toml.").waitFor();
      assert.equal(await page.evaluate(() => document.activeElement?.textContent?.trim()), "Cancel", "the harmless answer has the focus");
      const refused = dialog.getByRole("group", { name: "2 cannot be imported" });
      await refused.getByText("line 62").waitFor();
      await refused.locator('[data-code="name_character"]').waitFor();
      await dialog.getByRole("group", { name: "1 clashes with what is here" }).locator('[data-code="link_name_taken"]').waitFor();
      const adds = dialog.getByRole("group", { name: "4 would be added" });
      await adds.locator('[data-code="connector_retired"]').waitFor();
      await dialog.getByRole("button", { name: "Import 4 items" }).click();
      await page.getByRole("dialog", { name: "Imported 2 connections" }).getByText("waits for its secret").waitFor();
      await button(page, "Close").click();
      await page.getByLabel("Filter by name or account").fill("visitor list");
      await row(page, "Visitor list").waitFor();
    },
  },
  "import: what is left out stays out, and what needs it says so": {
    path: "index.html?file=good#/connections",
    act: async (page) => {
      await ready(page);
      await button(page, "Export and import").click();
      await page.getByRole("menuitem", { name: "Import definitions…" }).click();
      const dialog = page.getByRole("dialog", { name: "Import definitions" });
      await dialog.getByRole("checkbox", { name: "Import Old payments" }).uncheck();
      await dialog.getByRole("checkbox", { name: "Import Front desk" }).focus();
      await page.keyboard.press("Space");
      const refused = dialog.getByRole("group", { name: "3 cannot be imported" });
      await refused.getByText("It needs “Front desk”, which is left out.").waitFor();
      await dialog.getByRole("button", { name: "Import 1 item", exact: true }).waitFor();
      await page.keyboard.press("Space");
      await dialog.getByRole("group", { name: "3 would be added" }).getByText("Visitor list").waitFor();
      await dialog.getByRole("button", { name: "Import 3 items" }).click();
      await button(page, "Close").click();
      await page.getByLabel("Filter by name or account").fill("old payments");
      await page.getByText("No connection matches").or(page.locator(".empty, .none")).first().waitFor();
      assert.equal(await row(page, "Old payments").count(), 0, "it was left out");
    },
  },
  "import: nothing chosen changes nothing, and a file of a later version is named": {
    path: "index.html?file=newer#/connections",
    act: async (page) => {
      await ready(page);
      await button(page, "Export and import").click();
      await page.getByRole("menuitem", { name: "Import definitions…" }).click();
      await page.locator('[data-code="definitions_newer"]').getByText("kumo-osaka.toml").waitFor();
      assert.equal(await page.locator("dialog[open]").count(), 0, "nothing to confirm");
    },
  },
  "import: an empty workspace can be filled from a file": {
    path: "index.html?home=empty#/connections",
    act: async (page) => {
      await button(page, "Export and import").click();
      assert.ok(await page.getByRole("menuitem", { name: "Export definitions (TOML)" }).isDisabled(), "nothing to write");
      await page.getByRole("menuitem", { name: "Import definitions…" }).click();
      await button(page, "Import 4 items").click();
      await button(page, "Close").click();
      await row(page, "Visitor list").waitFor();
    },
  },
  "settings: a super admin changes plan and place, and every screen says what that refuses": {
    path: "index.html?x=1#/settings",
    act: async (page) => {
      const form = page.getByRole("form", { name: "Availability" });
      await page.getByLabel("Data center").selectOption({ label: "Japan (JP) (not available)" });
      await form.getByText(/In Japan \(JP\) everything is shown/).waitFor();
      await form.getByText(/connections stay visible, and can no longer be authorized or used/).waitFor();
      await form.getByRole("button", { name: "Cancel" }).click();
      assert.equal(await page.getByLabel("Data center").inputValue(), "us", "taken back");
      await page.getByLabel("Country").selectOption({ label: "Japan" });
      await page.getByRole("radio", { name: "Free" }).click();
      await form.getByText(/On the free plan everything is shown/).waitFor();
      await form.getByRole("button", { name: "Save" }).click();
      const told = page.locator('[data-refused] [data-code="plan_free"]');
      await told.waitFor();
      await page.getByRole("link", { name: /^Connections/ }).click();
      await ready(page);
      await told.getByText("this workspace is on the free one").waitFor();
      await button(page, "New connection").click();
      await page.getByRole("heading", { name: "Not offered to this workspace" }).waitFor();
      assert.equal(await page.locator(".tile:not([disabled])").count(), 0, "nothing is offered");
      await page.locator(".tile.off").first().getByText("Connections are part of the paid plan").waitFor();
      await told.getByRole("link", { name: "Settings" }).click();
      assert.equal(await page.getByLabel("Country").inputValue(), "JP", "what was saved is there");
      await page.getByRole("radio", { name: "Paid" }).click();
      await form.getByRole("button", { name: "Save" }).click();
      await until(page, () => !document.querySelector("[data-refused]"));
    },
  },
  "settings: a developer sees plan and place, and cannot change them": {
    path: "index.html?role=developer#/settings",
    act: async (page) => {
      await page.getByText("A super admin can change this.").waitFor();
      assert.equal(await page.getByLabel("Data center").count(), 0, "nothing to choose");
      await page.getByText("United States (US)").waitFor();
    },
  },
  "settings: a kept sign-in is cleared, then all": {
    path: "index.html?x=1#/settings",
    act: async (page) => {
      const rows = page.locator("[data-kept] li");
      await rows.first().waitFor();
      assert.equal(await rows.count(), 3);
      await button(page, "Clear Zoho CRM, aiko@example.com").click();
      await button(page, "Clear Zoho CRM, aiko@example.com").waitFor({ state: "detached" });
      assert.equal(await rows.count(), 2, "one less");
      assert.equal((await focus(page)).text, "Kept sign-ins", "the focus is not lost with the button");
      await button(page, "Clear all").click();
      await page.getByText("None. Tick").waitFor();
      assert.equal(await rows.count(), 0);
    },
  },
  "settings: what is open is not cleared": {
    path: "index.html?open=kept-2#/settings",
    act: async (page) => {
      await button(page, "Clear all").click();
      await page.getByText("so nothing was cleared").waitFor();
      assert.equal(await page.locator("[data-kept] li").count(), 3, "nor is anything else");
    },
  },
  "accounts: a kept sign-in is cleared where the account is": {
    path: "index.html?x=1#/connection/c-0013/accounts",
    act: async (page) => {
      await page.getByText("Stays signed in").waitFor();
      await button(page, "Clear Practice service, aiko@practice.example").click();
      await page.getByText("Stays signed in").waitFor({ state: "detached" });
    },
  },
  "flow: a failure can be tried again": {
    path: "flow.html?flow=f&stage=failed",
    options: { width: 460, height: 260 },
    act: async (page) => {
      await page.getByText("Not authorized").first().waitFor();
      await button(page, "Try again").click();
      await page.getByRole("timer").waitFor();
    },
  },
  "policy: an inline style attribute would be blocked": {
    meant: /Applying inline style violates/,
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      const color = await page.evaluate(() => {
        const probe = document.createElement("p");
        probe.setAttribute("style", "color: rgb(1, 2, 3)");
        document.body.append(probe);
        const seen = getComputedStyle(probe).color;
        probe.remove();
        return seen;
      });
      assert.notEqual(color, "rgb(1, 2, 3)", "the tests do run under the policy");
      await page.waitForTimeout(50);
      await page.evaluate(() => (window.__breaches.length = 0));
    },
  },
  "applications: made, shared, granted a connection, and access taken back with its impact": {
    path: "index.html?x=1#/applications",
    act: async (page) => {
      await button(page, "New application").click();
      await page.getByLabel("Name", { exact: true }).fill("Returns");
      await button(page, "Create").click();
      await page.getByRole("heading", { name: "Returns" }).waitFor();
      await page.getByText("It may use no connection yet.").waitFor();
      await button(page, "Grant access…").click();
      await page.getByLabel("Find a connection").fill("team");
      await button(page, "Grant Team alerts").click();
      await page.getByText("Granted", { exact: true }).waitFor();
      await button(page, "Done").click();
      await page.getByRole("tab", { name: "Shared with 1" }).click();
      await page.getByRole("switch", { name: "Share with Dana Kim" }).check();
      await page.getByRole("tab", { name: "Shared with 2" }).waitFor();
      await page.getByRole("tab", { name: "Connections 1" }).click();
      await button(page, "Remove access… Team alerts").click();
      const dialog = page.getByRole("alertdialog", { name: "Stop Returns from using Team alerts?" });
      await dialog.getByText("No use stops").waitFor();
      assert.equal((await focus(page)).text, "Keep access", "the harmless button has the focus");
      await button(page, "Remove access").click();
      await page.getByText("It may use no connection yet.").waitFor();
      await button(page, "Undo").click();
      await page.getByRole("link", { name: "Team alerts" }).waitFor();
    },
  },
  "applications: what a C5 application cannot use says why": {
    path: "index.html?x=1#/application/app-library/connections",
    act: async (page) => {
      await button(page, "Grant access…").click();
      const refused = button(page, "Grant Lead intake");
      await refused.waitFor();
      assert.ok(await refused.isDisabled(), "R10: a logged-in-user connection");
      await page.getByText("C5 applications have no logged-in-user connections.").first().waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("link", { name: "Team alerts" }).waitFor();
    },
  },
  "applications: one that is used is not deleted, and its places are listed": {
    path: "index.html?x=1#/application/app-tasks/connections",
    act: async (page) => {
      await button(page, "Delete…").click();
      const dialog = page.getByRole("alertdialog", { name: "Tasks cannot be deleted yet" });
      await dialog.getByText("Morning digest").waitFor();
      assert.equal(await button(page, "Delete").count(), 0, "R18: there is nothing to press");
      await button(page, "Close").click();
      await page.goto(page.url().replace("app-tasks", "app-library"));
      await button(page, "Delete…").click();
      await button(page, "Delete").click();
      await page.getByRole("heading", { name: "Applications" }).waitFor();
      await page.getByRole("row", { name: /^Orders/ }).waitFor();
      assert.equal(await page.getByRole("row", { name: /^Library desk/ }).count(), 0, "it is gone");
    },
  },
  "applications: a connection made from one may be used by it": {
    path: "index.html?x=1#/application/app-library/connections",
    act: async (page) => {
      await button(page, "New connection").click();
      await page.getByRole("button", { name: /^Practice service/ }).click();
      await page.getByText("Made for Library desk").waitFor();
      assert.ok(await page.getByRole("radio", { name: "Logged-in user" }).isDisabled(), "R10, before anything is stored");
      await page.getByLabel("Name", { exact: true }).fill("Readers");
      await button(page, "Create only").click();
      await page.getByRole("heading", { name: "Readers" }).waitFor();
      await page.getByRole("tab", { name: "Used in" }).click();
      await page.getByRole("link", { name: "Library desk" }).waitFor();
    },
  },
  "used in: places, what stops them, and access granted from the connection": {
    path: "index.html?x=1#/connection/c-0002/uses",
    act: async (page) => {
      const place = page.getByRole("row", { name: /^Morning digest/ });
      await place.getByText("Stops").waitFor();
      await place.getByText("Nobody is primary there").waitFor();
      await button(page, "Grant access").click();
      assert.ok(await page.getByRole("menuitem", { name: "Library desk (C5)" }).isDisabled(), "R10");
      await page.getByRole("menuitem", { name: "Orders" }).click();
      await page.getByRole("link", { name: "Orders" }).waitFor();
      await button(page, "Remove access… Tasks").click();
      await page.getByText("1 more use has stopped already").waitFor();
      await button(page, "Remove access and stop 1 use").click();
      await page.getByText("The application may not use this connection.").first().waitFor();
    },
  },
  "live mode: a portal user authorizes, renames and revokes their own, and sees nothing else": {
    path: "index.html?role=portal_user&signin=100#/connections",
    act: async (page) => {
      await page.getByRole("heading", { name: "Orders" }).waitFor({ state: "attached" });
      assert.ok(page.url().includes("#/live"), "every place leads to live mode");
      assert.equal(await page.getByRole("listitem", { name: "Customer lookup" }).count(), 0, "R15: not an admin connection");
      assert.equal(await page.getByRole("radio", { name: "Edit mode" }).count(), 0, "nor edit mode");
      const own = page.getByRole("listitem", { name: "Lead intake" });
      await own.getByText("Never authorized").waitFor();
      await own.getByRole("button", { name: "Authorize Lead intake" }).click();
      await own.getByText("Connected", { exact: true }).waitFor();
      await own.getByRole("button", { name: /^Rename / }).click();
      await page.getByRole("dialog").getByRole("textbox").fill("Mine");
      await button(page, "Save").click();
      await own.getByText("Mine", { exact: true }).waitFor();
      await own.getByRole("button", { name: "Revoke… Lead intake" }).click();
      assert.equal((await focus(page)).text, "Keep it", "the harmless button has the focus");
      await button(page, "Revoke").click();
      await own.getByText("Not connected").waitFor();
      await own.getByRole("button", { name: "Authorize again Lead intake" }).waitFor();
    },
  },
  "live mode: the environment switch follows the connection's mode": {
    path: "index.html?x=1#/live/app-orders/production/live",
    act: async (page) => {
      const lookup = page.getByRole("listitem", { name: "Customer lookup" });
      await lookup.getByText("Revoked").waitFor();
      await page.getByRole("radio", { name: "Stage" }).click();
      await lookup.getByText("helpdesk-stg").waitFor();
      await page.getByRole("listitem", { name: "Zoho CRM" }).getByText("ops").waitFor();
      await page.keyboard.press("ArrowLeft");
      await lookup.getByText("helpdesk-dev").waitFor();
      assert.ok(page.url().includes("/development/live"), "the address says where one is");
    },
  },
  "edit mode: what the component uses, and no other connection": {
    path: "index.html?x=1#/live/app-orders/production/live",
    act: async (page) => {
      await page.getByRole("radio", { name: "Edit mode" }).click();
      await page.getByRole("button", { name: /^New order/ }).click();
      await page.getByRole("listitem", { name: "Lead intake" }).waitFor();
      await page.getByRole("listitem", { name: "Customer lookup" }).waitFor();
      assert.equal(await page.getByRole("listitem", { name: "Shop payments" }).count(), 0, "R15: the checkout uses that one");
      await page.getByRole("button", { name: /^Checkout/ }).press("Enter");
      await page.getByRole("listitem", { name: "Shop payments" }).waitFor();
      await page.getByText("1 not asked for").waitFor();
      assert.equal(await page.getByRole("listitem", { name: "Lead intake" }).count(), 0, "only the other component's");
    },
  },
  "settings: a backup needs twelve characters, twice, and says where it lies": {
    path: "index.html?x=1#/settings",
    act: async (page) => {
      await button(page, "Back up…").click();
      const [one, two] = [page.getByLabel("Passphrase of the backup", { exact: true }), page.getByLabel("Passphrase of the backup again")];
      await one.fill("eleven char");
      await page.getByText("Use at least 12 characters.").waitFor();
      await one.fill("a ladder in the orchard");
      await two.fill("a ladder in the garden");
      await page.getByText("The two are not alike.").waitFor();
      assert.ok(await button(page, "Back up").isDisabled(), "a mistyped passphrase would be found out too late");
      await two.fill("a ladder in the orchard");
      await button(page, "Back up").click();
      await page.getByText(/backup-.*\.age/).waitFor();
      assert.equal(await page.getByRole("dialog").count(), 0);
    },
  },
  "settings: an admin sees no backup": {
    path: "index.html?role=admin#/settings",
    act: async (page) => {
      await page.getByRole("heading", { name: "Kept sign-ins" }).waitFor();
      assert.equal(await button(page, "Back up…").count(), 0, "only super admins make one");
    },
  },
  "first start: a backup is refused by name, then restored, then taken over": {
    path: "index.html?home=first",
    act: async (page) => {
      await button(page, "Restore a backup…").click();
      await page.getByLabel("Backup file").fill("/media/usb/letter.txt");
      await page.getByLabel("Passphrase of the backup").fill("a ladder in the orchard");
      await button(page, "Restore").click();
      await page.getByRole("alert").filter({ hasText: "/media/usb/letter.txt is not a backup" }).waitFor();
      await page.getByLabel("Backup file").fill("/media/usb/mine.age");
      await page.getByLabel("Passphrase of the backup").fill("a ladder in the garden");
      await button(page, "Restore").click();
      await page.getByRole("alert").filter({ hasText: "does not open /media/usb/mine.age" }).waitFor();
      await page.getByLabel("Passphrase of the backup").fill("a ladder in the orchard");
      await button(page, "Restore").click();
      await ready(page);
      const cell = page.getByRole("gridcell", { name: /Connected, .*unproven/ }).first();
      await cell.waitFor();
      await button(page, "Take over…").click();
      await page.getByText("First stop Tsunagi on the other computer").waitFor();
      assert.equal((await focus(page)).text, "Not yet", "the harmless answer has the focus");
      await button(page, "Take over on this computer").click();
      await page.getByRole("note").waitFor({ state: "detached" });
      await cell.waitFor();
    },
  },
  "first start: the desktop's dialog fills the path of a backup": {
    path: "index.html?home=first",
    act: async (page) => {
      await button(page, "Restore a backup…").click();
      const choose = button(page, "Choose a file…");
      await choose.waitFor();
      assert.equal((await focus(page)).text, "Choose a file…", "the usual way has the focus");
      await choose.press("Enter");
      await page.waitForFunction(() => document.activeElement?.matches('dialog input[type="password"]'));
      assert.equal(await page.getByLabel("Backup file").inputValue(), "/media/usb/backup-2026-11-24T093000Z.age");
      await page.keyboard.type("a ladder in the orchard");
      await page.keyboard.press("Enter");
      await ready(page);
    },
  },
  "a restored workspace offers to authorize only once it is taken over, and says why until then": {
    path: "index.html?restored=1#/connections",
    act: async (page) => {
      await ready(page);
      const cell = page.getByRole("gridcell", { name: /: Revoked\. / }).first();
      assert.match(await cell.getAttribute("aria-label"), /Revoked\. Not taken over$/, "the cell says why, and offers nothing");
      assert.match(await cell.locator("[data-held]").getAttribute("title"), /restored from a backup, and another computer/, "the whole reason is in the tip");
      const offered = page.getByRole("button", { name: /Authorize/ });
      assert.equal(await offered.count(), 0, "no row offers what would be refused");
      await cell.focus();
      await page.keyboard.press("a");
      await page.getByText("This workspace was restored from a backup, and another computer may still be using it.").first().waitFor();
      for (const address of ["#/home", "#/live/app-orders/production/live"]) {
        await page.evaluate((to) => (location.hash = to), address);
        await page.locator("[data-held]").filter({ hasText: "Not taken over" }).first().waitFor();
        assert.equal(await offered.count(), 0, `nor does ${address}`);
      }
      await page.getByRole("link", { name: /Connections/ }).click();
      await ready(page);
      await page.locator(".conn-row:has([data-held])").first().locator(".conn-name b").dblclick();
      await page.locator(".slotcard").first().waitFor();
      await page.locator(".slotcard [data-held]").first().waitFor();
      assert.equal(await page.locator(".slotcard").getByRole("button", { name: /Authorize/ }).count(), 0, "nor a card");
      await button(page, "Take over…").click();
      await button(page, "Take over on this computer").click();
      await page.locator(".slotcard").getByRole("button", { name: "Authorize", exact: true }).first().waitFor();
      assert.equal(await page.locator("[data-held]").count(), 0, "from then on it is offered");
    },
  },
  "a restored workspace is taken over by a super admin only": {
    path: "index.html?restored=1&role=developer#/connections",
    act: async (page) => {
      await page.getByText("until a super admin takes the workspace over").waitFor();
      assert.equal(await button(page, "Take over…").count(), 0);
    },
  },
};
