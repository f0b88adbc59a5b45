// What a person does with data sources.
import assert from "node:assert/strict";
import { button, until } from "../hands.mjs";

const at = (item, more = "x=1", application = "app-orders") => `index.html?${more}#/data-sources/${application}/production/${item}`;
const rowed = (page) => page.locator('.sheet [data-line="0"] [data-column="0"]:not(:empty)').waitFor();
const range = (page) => page.locator("[data-range]").textContent();
const text = (page, line) => page.locator(`.sheet [data-line="${line}"]`).textContent();
/** Waits until a row is there with what it has. */
const come = (page, line) => page.locator(`.sheet [data-line="${line}"] [data-column="2"]:not(:empty)`).waitFor();

export const behaviors = {
  "a data source: a million rows scroll, and only those in sight are drawn": {
    path: at("source-1", "rows=1000000"),
    act: async (page) => {
      await rowed(page);
      assert.match((await range(page)) ?? "", /^1–\d+ of 1,000,000$/);
      const grid = page.getByRole("grid", { name: "Rows" });
      assert.equal(await grid.getAttribute("aria-rowcount"), "1000001", "the head counts");
      assert.ok((await page.locator(".sheet [data-line]").count()) < 80, "no more are drawn than one sees");
      await grid.evaluate((frame) => frame.scrollTo({ top: frame.scrollHeight / 2 }));
      await until(page, () => /^(499|500),\d+–/.test(document.querySelector("[data-range]")?.textContent ?? ""));
      await come(page, 500_000);
      assert.match((await text(page, 500_000)) ?? "", /^500,001.*\.500000@example\.com/, "what stands there belongs there");
      await grid.evaluate((frame) => frame.scrollTo({ top: frame.scrollHeight }));
      await come(page, 999_999);
      assert.match((await range(page)) ?? "", /–1,000,000 of 1,000,000$/);
    },
  },
  "a data source: the keyboard goes through a million rows with one tab stop": {
    path: at("source-1", "rows=1000000"),
    act: async (page) => {
      await rowed(page);
      await page.keyboard.press("Control+f");
      await page.keyboard.press("ArrowDown");
      const at_ = () => page.evaluate(() => [document.activeElement?.closest("[data-line]")?.getAttribute("data-line"), document.activeElement?.getAttribute("data-column")].join("/"));
      assert.equal(await at_(), "0/0");
      for (const [key, there] of [["ArrowRight", "0/1"], ["ArrowDown", "1/1"], ["Control+End", "999999/6"], ["ArrowDown", "999999/6"], ["Home", "999999/0"], ["ArrowUp", "999998/0"], ["Control+Home", "0/0"]]) {
        await page.keyboard.press(key);
        await until(page, (wanted) => [document.activeElement?.closest("[data-line]")?.getAttribute("data-line"), document.activeElement?.getAttribute("data-column")].join("/") === wanted, there).catch(async () => assert.equal(await at_(), there, key));
      }
      await page.keyboard.press("PageDown");
      await until(page, () => Number(document.activeElement?.closest("[data-line]")?.getAttribute("data-line")) > 5);
      assert.equal(await page.locator('.sheet [tabindex="0"]').count(), 1);
      const seen = await page.evaluate(() => {
        const [cell, frame] = [document.activeElement?.getBoundingClientRect(), document.querySelector(".sheet")?.getBoundingClientRect()];
        return cell && frame && cell.top >= frame.top + 36 && cell.bottom <= frame.bottom;
      });
      assert.ok(seen, "what has the focus is in sight");
    },
  },
  "a data source: a search of a million rows tells how far it is, and what is typed last counts": {
    path: at("source-1", "rows=1000000&slow=1"),
    act: async (page) => {
      await rowed(page);
      await page.keyboard.press("Control+f");
      await page.keyboard.type("nobody has this");
      await page.locator(".bar progress").waitFor();
      await until(page, () => /^0 rows found, [\d,]+ of 1,000,000 looked through$/.test(document.querySelector("[data-range]")?.textContent ?? ""));
      await button(page, "Cancel").click();
      await button(page, "Look on").waitFor();
      await page.getByText("None of the rows looked through has this").waitFor();
      assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("type")), "search", "one types on");
      await page.keyboard.press("Control+a");
      await page.keyboard.type("haru.1200@");
      await until(page, () => document.querySelectorAll(".sheet [data-line]").length === 1);
      assert.match((await text(page, 0)) ?? "", /haru\.1200@example\.com/, "the first find is there at once");
      await page.keyboard.press("Escape");
      await button(page, "Look on").waitFor();
      await page.keyboard.press("Escape");
      await until(page, () => /^1–\d+ of 1,000,000$/.test(document.querySelector("[data-range]")?.textContent ?? ""));
    },
  },
  "a data source: what is found often comes as one scrolls": {
    path: at("source-1", "rows=1000000"),
    act: async (page) => {
      await rowed(page);
      await page.keyboard.press("Control+f");
      await page.keyboard.type("Osaka");
      await until(page, () => /^200 rows found, 1,991 of 1,000,000 looked through$/.test(document.querySelector("[data-range]")?.textContent ?? ""));
      const grid = page.getByRole("grid", { name: "Rows" });
      await grid.evaluate((frame) => frame.scrollTo({ top: frame.scrollHeight }));
      await until(page, () => document.querySelector("[data-range]")?.textContent?.startsWith("400 rows found"));
    },
  },
  "a data source: a pull shows how far it is, is canceled, and goes on where it was": {
    path: at("source-1", "slow=1&rows=400"),
    act: async (page) => {
      await rowed(page);
      await page.keyboard.press("r");
      await until(page, () => /[1-9]\d* rows so far/.test(document.querySelector(".pull")?.textContent ?? ""));
      await page.keyboard.press("Escape");
      await page.locator("[data-interrupted]").waitFor();
      const kept = Number(/after (\d+) rows/.exec((await page.locator("[data-interrupted]").textContent()) ?? "")?.[1]);
      assert.ok(kept > 0, "what had come is told");
      await page.locator("[data-interrupted] button").click();
      await page.locator(".pull").waitFor();
      const on = Number(/(\d+) rows so far/.exec((await page.locator(".pull").textContent()) ?? "")?.[1]);
      assert.ok(on >= kept, "it goes on there");
      await page.locator(".pull").waitFor({ state: "detached", timeout: 15_000 });
      await page.locator("#tab-source-history").click();
      assert.match((await page.locator(".page tbody tr").first().textContent()) ?? "", /Done400 rows came/);
      assert.match((await page.locator(".page tbody tr").nth(1).textContent()) ?? "", /Stopped/);
    },
  },
  "a data source: rows are written, and where is said": {
    path: at("source-1"),
    act: async (page) => {
      await rowed(page);
      await button(page, "Export").click();
      await page.getByRole("menuitem", { name: "As a sheet (CSV)" }).click();
      await page.getByText(/1,?240 rows written to .*\.csv/).waitFor();
    },
  },
  "a new data source: what is chosen is looked up, kept, and shown": {
    path: at("source-1"),
    act: async (page) => {
      await rowed(page);
      await button(page, "New data source").click();
      const dialog = page.locator("dialog[open]");
      await dialog.getByLabel("Name", { exact: true }).fill("Leads");
      const crm = await dialog.locator("option", { hasText: "Zoho CRM (Zoho CRM)" }).first().getAttribute("value");
      await dialog.getByLabel("Through which connection").selectOption(crm);
      await dialog.getByLabel("Module").selectOption("Leads");
      await dialog.locator(".picks").waitFor();
      await dialog.getByRole("checkbox", { name: /^City/ }).uncheck();
      await dialog.getByRole("checkbox", { name: "Only what has changed" }).check();
      await button(dialog, "Create data source").click();
      await dialog.waitFor({ state: "detached" });
      await page.getByRole("heading", { name: "Leads" }).waitFor();
      await page.getByText("No rows yet").waitFor();
    },
  },
  "R13 an integration form: a record goes with one's own account, and what came of it is told": {
    path: "index.html?x=1#/live/app-tasks/production/live",
    act: async (page) => {
      await page.getByRole("button", { name: "Add record… Practice contacts" }).click();
      const dialog = page.locator("dialog[open]");
      await dialog.getByText("As", { exact: false }).first().waitFor();
      await button(dialog, "Add record").click();
      await dialog.locator(".help.bad").waitFor();
      assert.equal(await page.evaluate(() => document.activeElement?.closest("[data-input]")?.getAttribute("data-input")), "Last_Name", "what is required has the focus");
      assert.equal(await dialog.locator('[data-input="Modified_Time"]').count(), 0, "what the service sets is not asked for");
      await page.keyboard.type("Okafor");
      await page.keyboard.press("Enter");
      await dialog.locator('[data-verdict="done"]').waitFor();
      await button(dialog, "Add another").waitFor();
    },
  },
};
