// What a person does with templates.
import assert from "node:assert/strict";
import { button } from "../hands.mjs";

const entry = (page, name) => page.locator(`[data-entry="${name}"] :is(input, select, textarea)`);

export const behaviors = {
  "templates: one is started from the menu, signed in to, and stands open": {
    path: "index.html#/workflows/app-orders/development/form-1",
    act: async (page) => {
      await button(page, "New").click();
      await page.getByRole("menuitem", { name: "Start from a template…" }).click();
      await page.locator("dialog[open] .card").nth(2).waitFor();
      await page.keyboard.press("ArrowDown");
      await page.locator("dialog[open] .card.on", { hasText: "Customer from Salesforce" }).waitFor();
      await page.locator("dialog[open] select").first().selectOption("practice");
      await page.locator("dialog[open] select").nth(1).selectOption({ label: "A new connection" });
      await button(page, "Use template").click();
      await page.locator("dialog[open]").waitFor({ state: "detached" });
      await entry(page, "email").waitFor();
      await page.locator(".rail a[aria-current]", { hasText: "Support ticket" }).waitFor();
    },
  },
  "templates: a newcomer without an application begins with one, which brings an application": {
    path: "index.html?home=empty#/workflows",
    act: async (page) => {
      await button(page, "Start from a template…").click();
      await page.locator("dialog[open] .card").first().waitFor();
      await button(page, "Use template").click();
      await entry(page, "last_name").waitFor();
      await page.locator(".rail a[aria-current]", { hasText: "Job application" }).waitFor();
    },
  },
  "templates: one whose service needs a client registration says so, and what to do": {
    path: "index.html?home=empty#/workflows",
    act: async (page) => {
      await button(page, "Start from a template…").click();
      await page.locator("dialog[open] .card", { hasText: "Customer from Salesforce" }).click();
      await page.locator("dialog[open] select").first().selectOption("salesforce");
      await page.locator('dialog[open] [data-code="registration_needed"]').waitFor();
      assert.ok(await button(page, "Use template").isDisabled());
    },
  },
};
