// Form and report workflows: what a form takes, what its rules do, what came of it.
import { main, see, settle } from "../standing.mjs";

const at = (item, more = "x=1") => `index.html?${more}#/workflows/app-orders/development/${item}`;
const shown = (selector) => async (page) => {
  await page.locator(selector).first().waitFor();
  await settle(page);
};
const filled = async (page) => {
  await page.locator('[data-entry="name"] input').fill("Maja Lindqvist");
  await page.locator('[data-entry="email"] input').fill("maja@example.com");
  await page.locator('[data-entry="note"] textarea').fill("Leave it at the door");
  await page.keyboard.press("Control+Enter");
  await page.locator("[data-result]").waitFor();
  await settle(page);
};

export const places = [
  { name: "workflows-fields", path: at("form-1"), ...main, ready: shown(".detail") },
  {
    name: "workflows-integration-field", path: at("form-1"), ...main,
    ready: async (page) => {
      await page.locator("[data-one]").nth(3).click();
      await page.locator("[data-input]").first().waitFor();
      await settle(page);
    },
  },
  {
    name: "workflows-rules", path: at("form-1/rules"), ...main,
    ready: async (page) => {
      await page.locator("[data-one]").nth(1).click();
      await page.locator("[data-action] [data-input]").nth(2).waitFor();
      await settle(page);
    },
  },
  { name: "workflows-rules-1024", path: at("form-1/rules"), options: { width: 1024, height: 700 }, ready: shown("[data-action] [data-input]") },
  { name: "workflows-runs", path: at("form-1/runs"), ...main, ready: shown(".run") },
  {
    name: "workflows-filled", path: at("form-1/open", "outcome=unknown"), ...main,
    ready: async (page) => {
      await page.locator("[data-entry]").first().waitFor();
      await filled(page);
    },
  },
  { name: "workflows-open-1024", path: at("form-1/open", "choices=failed"), options: { width: 1024, height: 700 }, ready: shown("[data-entry]") },
  { name: "workflows-report-1920", path: at("report-1/open"), options: { width: 1920, height: 1200 }, ready: shown("[data-record]") },
  { name: "workflows-none", path: "index.html?workflows=none#/workflows/app-orders/development", ...main, ready: see(".nothing .primary") },
];
