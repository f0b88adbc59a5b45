// What a person does with data sources.
import assert from "node:assert/strict";
import { button, until } from "../hands.mjs";

const at = (item, more = "x=1", application = "app-orders") => `index.html?${more}#/data-sources/${application}/production/${item}`;
const rowed = (page) => page.locator(".sheet tbody tr").first().waitFor();
const range = (page) => page.locator(".bar [role=status]").textContent();

export const behaviors = {
  "a data source: a million rows are turned page by page, and found": {
    path: at("source-1", "rows=1000000"),
    act: async (page) => {
      await rowed(page);
      assert.equal(await range(page), "1–200 of 1,000,000");
      assert.equal(await page.locator(".sheet tbody tr").count(), 200, "no more are drawn than are on the page");
      await button(page, "Next").click();
      await until(page, () => document.querySelector(".bar [role=status]")?.textContent === "201–400 of 1,000,000");
      assert.equal(await page.locator(".sheet tbody .n").first().textContent(), "201");
      await page.keyboard.press("Control+f");
      await page.keyboard.type("haru.1200@");
      await until(page, () => document.querySelectorAll(".sheet tbody tr").length === 1);
      assert.match((await page.locator(".sheet tbody").textContent()) ?? "", /haru\.1200@example\.com/);
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
