// Page panels: looked at, refreshed, moved, made, and refused in their own place.
import assert from "node:assert/strict";
import { button } from "../hands.mjs";

const PAGE = "index.html?x=1#/panels/app-orders/production";
const names = (page) => page.locator("article").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));

export const behaviors = {
  "panels: each shows what it is made of, a chart has its table and its sentence, a refusal stands in its place": {
    path: PAGE,
    act: async (page) => {
      const sum = page.getByRole("article", { name: "Won this year" });
      await sum.getByText(/^[\d,]+ USD$/).waitFor();
      await sum.getByText(/^As of/).waitFor();
      await page.getByRole("article", { name: "Leads pulled" }).getByText("128,400", { exact: true }).waitFor();
      const chart = page.getByRole("article", { name: "Leads by industry" });
      await chart.getByRole("img", { name: /^Bars: Sum of Employees by Industry, 4 groups\. Most: / }).waitFor();
      await button(page, "Leads by industry as a table").press("Enter");
      const table = chart.getByRole("region", { name: "Leads by industry, table" });
      assert.equal(await table.getByRole("row").count(), 5, "a head and four groups");
      const refused = page.getByRole("article", { name: "Accounts" });
      await refused.scrollIntoViewIfNeeded();
      await refused.locator('[role="alert"]').waitFor();
      await refused.getByRole("button", { name: /^Authorize/ }).click();
      await refused.getByRole("region", { name: "Accounts, table" }).waitFor();
      assert.equal(await refused.locator('[role="alert"]').count(), 0, "what it was refused is gone by itself");
    },
  },
  "panels: moved by keys and by the menu, widened, deleted and taken back": {
    path: PAGE,
    act: async (page) => {
      await page.getByRole("article", { name: "Won this year" }).locator(".value").waitFor();
      assert.deepEqual((await names(page)).slice(0, 3), ["Won this year", "Leads pulled", "Average deal"]);
      await button(page, "Refresh Won this year").focus();
      await page.keyboard.press("Alt+ArrowRight");
      await page.getByRole("status").getByText("Won this year is panel 2 of 7.").waitFor();
      assert.deepEqual((await names(page)).slice(0, 3), ["Leads pulled", "Won this year", "Average deal"]);
      await button(page, "More for Average deal").click();
      await page.getByRole("menuitem", { name: /Move before/ }).click();
      await page.getByRole("status").getByText("Average deal is panel 2 of 7.").waitFor();
      await button(page, "More for Average deal").click();
      await page.getByRole("menuitemcheckbox", { name: "Whole width" }).click();
      await page.locator('article.is-whole[aria-label="Average deal"]').waitFor();
      await page.getByRole("menuitem", { name: "Delete panel" }).click();
      await page.getByRole("article", { name: "Average deal" }).waitFor({ state: "detached" });
      await button(page, "Undo").click();
      await page.getByRole("article", { name: "Average deal" }).waitFor();
    },
  },
  "panels: one is made, with a preview that follows its shape": {
    path: PAGE,
    act: async (page) => {
      await button(page, "New panel").click();
      assert.ok(await button(page, "Keep panel").isDisabled(), "there is nothing to keep yet");
      await page.getByLabel("Name", { exact: true }).fill("By industry");
      await page.getByRole("combobox", { name: "What with" }).selectOption({ label: "All leads" });
      const preview = page.getByRole("region", { name: "Preview" }).first();
      await preview.getByRole("region", { name: "By industry, table" }).waitFor();
      await page.getByRole("radio", { name: "Chart" }).click();
      await page.getByLabel("Grouped by (field)").fill("Industry");
      await preview.getByRole("img", { name: /^Bars: Count by Industry, 4 groups/ }).waitFor();
      await page.getByRole("radio", { name: "Number", exact: true }).click();
      await page.getByRole("combobox", { name: "Number" }).selectOption("sum");
      await page.getByLabel("Field", { exact: true }).fill("Employees");
      await preview.locator(".value").waitFor();
      await page.keyboard.press("Control+s");
      await page.getByRole("article", { name: "By industry", exact: true }).waitFor();
    },
  },
  "panels: what waits is cancelled by itself, and what was typed is not lost on the way": {
    path: "index.html?panels=slow#/panels/app-orders/production",
    act: async (page) => {
      await button(page, "Cancel Won this year").click();
      const sum = page.getByRole("article", { name: "Won this year" });
      await sum.locator('[data-code="panel_stopped"]').waitFor();
      await page.getByRole("article", { name: "Leads pulled" }).getByText("128,400", { exact: true }).waitFor();
      await button(page, "New panel").click();
      await page.getByLabel("Name", { exact: true }).fill("Half done");
      await page.goBack();
      await sum.waitFor();
      await button(page, "New panel").click();
      assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Half done");
    },
  },
  "panels: one that the service refused is not asked for again by itself": {
    path: "index.html?panels=refused#/panels/app-orders/production",
    act: async (page) => {
      const sum = page.getByRole("article", { name: "Won this year" }).getByRole("alert");
      await sum.getByText("“1”").waitFor();
      const average = page.getByRole("article", { name: "Average deal" }).getByRole("alert");
      await average.getByText("“1”").waitFor();
      await button(page, "Refresh Average deal").click();
      await average.getByText("“2”").waitFor();
      await button(page, "Refresh Average deal").click();
      await average.getByText("“3”").waitFor();
      assert.equal(await sum.getByText("“1”").count(), 1, "the others are left alone");
    },
  },
  "panels: R15: whom the application is shared with sees the page, and edits nothing": {
    path: "index.html?role=user#/live/app-orders/production/page",
    act: async (page) => {
      await page.getByRole("article", { name: "Leads pulled" }).getByText("128,400", { exact: true }).waitFor();
      assert.equal(await button(page, "More for Leads pulled").count(), 0);
      assert.equal(await page.getByRole("radio", { name: "Edit mode" }).count(), 0);
      await page.getByRole("article", { name: "Won this year" }).waitFor();
    },
  },
};
