// The list: moving in it, filtering, many at once, papers.
import assert from "node:assert/strict";
import { button, focus, focused, ready, row, until } from "../hands.mjs";

export const behaviors = {
  "home: where something cannot be read, nothing says that all is well": {
    path: "index.html?unreadable=1&home=quiet#/home",
    act: async (page) => {
      await page.getByRole("list", { name: "Cannot be read" }).waitFor();
      assert.equal(await page.getByText("All connected").count(), 0, "it is not known of all of them");
    },
  },
  "home: a connection that cannot be read is deleted, and who was not told is said": {
    path: "index.html?unreadable=1#/home",
    act: async (page) => {
      const list = page.getByRole("list", { name: "Cannot be read" });
      await list.waitFor();
      const rows = await list.getByRole("listitem").count();
      const remove = list.getByRole("button", { name: "Delete…" }).first();
      assert.match((await remove.evaluate((one) => document.getElementById(one.getAttribute("aria-describedby")).textContent)) ?? "", /Parcel labels/, "which one");
      await remove.click();
      await page.getByRole("alertdialog", { name: "Delete Parcel labels?" }).waitFor();
      await button(page, "Keep it").click();
      assert.equal(await list.getByRole("listitem").count(), rows, "nothing is deleted");
      await remove.click();
      await button(page, "Delete").click();
      await page.getByText("Which service it was cannot be read").waitFor();
      await button(page, "Close").click();
      await list.getByText("Parcel labels").waitFor({ state: "detached" });
      assert.equal(await list.getByRole("listitem").count(), rows - 1, "the others are still told of");
    },
  },
  "empty state: one press to a practice connection": {
    path: "index.html?home=empty&signin=100#/connections",
    act: async (page) => {
      await button(page, "Try it with the practice service").click();
      await page.getByText("aiko@practice.example").first().waitFor();
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
      await until(page, () => document.activeElement?.getAttribute("data-line") === "21");
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
      await page.getByText("Authorize Customer lookup in the window").waitFor();
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
      await page.getByText("Authorize Books ledger in the window").waitFor();
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
      await until(page, () => document.querySelector(".toolbar .count")?.textContent === "5 of 20");
      await button(page, "Remove filter: Kind").click();
      await until(page, () => document.querySelector(".toolbar .count")?.textContent === "20");
      await page.getByLabel("Filter by name or account").fill("kumo");
      await until(page, () => document.querySelector(".toolbar .count")?.textContent === "2 of 20");
      await page.keyboard.press("Escape");
      await until(page, () => document.querySelector(".toolbar .count")?.textContent === "20");
      await page.getByLabel("Filter by name or account").fill("nothing has this");
      await page.getByText("No connection matches").waitFor();
      await button(page, "Clear all").first().click();
      await ready(page);
    },
  },
  "filters: rows that are used again show what is found and nothing of what was": {
    path: "index.html?home=many#/connections",
    act: async (page) => {
      await ready(page);
      // Everything a row is: its words, names, tips, signs, and its place among the others.
      const drawn = () => page.locator(".conn-row").evaluateAll((rows) => rows.map((one) => one.outerHTML.replaceAll(/<!--.*?-->/g, "")));
      // The rows turn to what was found a few at a time; until then the grid says that it is busy.
      const found = (count) =>
        until(page, (text) => document.querySelector(".toolbar .count")?.textContent === text && document.querySelector('[role="grid"]')?.getAttribute("aria-busy") === "false", count);
      const before = await drawn();
      await page.locator(".conn-row").first().evaluate((one) => (one.drawnBefore = true));
      await page.getByLabel("Filter by name or account").fill("lima");
      await found("250 of 2,000");
      const used = await page.locator(".conn-row").evaluateAll((rows) => rows.some((one) => one.drawnBefore));
      assert.ok(used, "a row was used again");
      const places = await page.locator(".conn-row").evaluateAll((rows) => rows.map((one) => Number(one.getAttribute("aria-rowindex"))));
      assert.deepEqual(places, places.toSorted((a, b) => a - b), "they stand in order for who hears them too");
      const filtered = await drawn();
      assert.ok(filtered.every((one) => one.includes("Lima")), "each is one that was found");
      await page.getByLabel("Filter by name or account").fill("");
      // The count stands there at once, the rows come with the answer.
      await until(page, () => !document.querySelector(".conn-row")?.textContent?.includes("Lima") && document.querySelector('[role="grid"]')?.getAttribute("aria-busy") === "false");
      assert.deepEqual(await drawn(), before, "and all is as it was");
      await page.getByLabel("Filter by name or account").fill("lima");
      await found("250 of 2,000");
      assert.deepEqual(await drawn(), filtered, "the same again");
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
      await until(page, () => {
        const rows = [...document.querySelectorAll(".conn-row")].map((row) => [...row.querySelectorAll("[role='gridcell']")].map((cell) => cell.getAttribute("aria-label") ?? "").join(" "));
        return rows.length > 0 && rows.length < 20 && rows.every((words) => words.includes("Expired"));
      });
      await button(page, "Filter").focus();
      await page.keyboard.press("Enter");
      await page.getByRole("menuitemcheckbox", { name: "Library desk" }).focus();
      await page.keyboard.press("Enter");
      await page.keyboard.press("Escape");
      await page.getByText("No connection matches").waitFor();
      await button(page, "Remove filter: Health").focus();
      await page.keyboard.press("Enter");
      await until(page, () => document.querySelector(".toolbar .count")?.textContent === "1 of 20");
      await button(page, "Remove filter: Application").focus();
      await page.keyboard.press("Enter");
      await until(page, () => document.querySelector(".toolbar .count")?.textContent === "20");
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
  "grid: what would stop of very many is asked slice by slice, and can be left": {
    path: "index.html?home=many&latency=150#/connections",
    act: async (page) => {
      await page.locator(".conn-row").first().waitFor();
      await page.locator(".conn-row").first().focus();
      await page.keyboard.press("Control+a");
      const bar = page.getByRole("toolbar", { name: "Chosen connections" });
      await bar.getByText("2,000 chosen").waitFor();
      await bar.getByRole("button", { name: "Disable…" }).click();
      const dialog = page.getByRole("alertdialog", { name: "Disable 2,000 connections?" });
      await dialog.getByText("Looking at what would stop.").waitFor();
      await dialog.getByText(/[1-9]\d* of 2,000/).waitFor();
      assert.equal(await dialog.getByRole("button", { name: "Disable", exact: true }).count(), 0, "R18: nothing is done before all of it is known");
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await dialog.waitFor({ state: "detached" });
      await bar.getByRole("button", { name: "Disable…" }).click();
      await dialog.getByRole("button", { name: /^Disable/ }).click();
      await dialog.getByRole("button", { name: "Stop" }).click();
      const told = page.getByRole("dialog", { name: "Stopped before the end" });
      await told.getByText(/of 2,000 done|of 1,\d+ done/).waitFor();
    },
  },
  "papers: an export that takes long says how far it is, and can be stopped": {
    path: "index.html?slow=1#/connections",
    act: async (page) => {
      await ready(page);
      await button(page, "Export and import").click();
      await page.getByRole("menuitem", { name: "Inventory as a sheet (CSV)" }).click();
      await page.getByRole("progressbar", { name: "Progress" }).waitFor();
      await page.getByText(/of 1,200/).waitFor();
      await button(page, "Cancel").click();
      await page.getByText("Stopped. Nothing was changed.").first().waitFor();
      await page.getByRole("progressbar").waitFor({ state: "detached" });
      assert.equal(await page.getByRole("alert").count(), 0, "to be stopped is no failure");
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
      await focused(page, "Keep it enabled", "the harmless answer has the focus");
      await page.getByRole("button", { name: /^Disable and stop/ }).click();
      await page.getByText("6 connections disabled").waitFor();
      await button(page, "Undo").click();
      await until(page, () => document.querySelectorAll(".slot.is-off").length === 0);
    },
  },
  "many: every connection that loses a shared authorization is named": {
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      await row(page, "Team alerts").click({ modifiers: ["Control"] });
      await page.getByRole("toolbar", { name: "Chosen connections" }).getByRole("button", { name: "Revoke…" }).click();
      const shared = page.getByRole("alertdialog").getByRole("group", { name: "10 other connections lose it as well" });
      assert.equal(await shared.getByRole("listitem").count(), 10, "R21: lists all that use it");
      await shared.getByText("Night watch").scrollIntoViewIfNeeded();
    },
  },
  "many: where another computer has the workspace, what is refused is not said to be in use": {
    path: "index.html?restored=1#/connections",
    act: async (page) => {
      await ready(page);
      await row(page, "Customer lookup").click({ modifiers: ["Control"] });
      await page.getByRole("toolbar", { name: "Chosen connections" }).getByRole("button", { name: "Revoke…" }).click();
      const dialog = page.getByRole("alertdialog");
      await dialog.getByText("1 stays as it is").waitFor();
      await dialog.getByText(/another computer may still be using it/).waitFor();
      assert.equal(await dialog.getByText(/while it is used/).count(), 0, "that is not why");
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
      // It is told before the list has been asked for anew.
      await row(page, "Contract search").waitFor({ state: "detached" });
      assert.equal(await row(page, "Customer lookup").count(), 1, "the other is not");
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
  "import: it says how far it is, and what is stopped can be gone on with": {
    path: "index.html?slow=1#/connections",
    act: async (page) => {
      await ready(page);
      await button(page, "Export and import").click();
      await page.getByRole("menuitem", { name: "Import definitions…" }).click();
      const dialog = page.getByRole("dialog", { name: "Import definitions" });
      await dialog.getByRole("button", { name: "Import 4 items" }).click();
      const working = dialog.locator(".working");
      await working.getByRole("progressbar").waitFor();
      await working.getByRole("button", { name: "Cancel" }).click();
      await page.getByText("Stopped. Nothing was changed.").waitFor();
      await dialog.getByRole("button", { name: "Import 4 items" }).click();
      await page.getByRole("dialog", { name: "Imported 2 connections" }).waitFor();
    },
  },
  "list: what is retired is migrated, from the list and from Home, and nobody is asked to sign in": {
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      const old = row(page, "Old store checkout");
      await old.getByText("Retired 26 Sep 2024").waitFor();
      await old.getByRole("button", { name: "Migrate" }).click();
      const dialog = page.getByRole("alertdialog", { name: "Migrate the uses of Old store checkout?" });
      await dialog.waitFor();
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await page.getByRole("link", { name: "Home", exact: true }).first().click();
      const needs = page.getByRole("listitem").filter({ hasText: "Migrate Old store checkout" });
      await needs.getByText("All environments").waitFor();
      await needs.getByRole("button", { name: "Migrate" }).click();
      await dialog.getByRole("button", { name: "Migrate 3 uses" }).click();
      await page.getByText("Nothing uses").first().waitFor();
      await page.getByRole("tab", { name: "Environments" }).click();
      assert.equal(await page.getByRole("button", { name: /^Authorize/ }).count(), 0, "there is nobody to sign in to");
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
};
