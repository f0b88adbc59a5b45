// Data sources: rows of services, pulled, looked at, and added to.
import { main, see, settle } from "../standing.mjs";

const at = (item, more = "x=1", application = "app-orders") => `index.html?${more}#/data-sources/${application}/production/${item}`;
const rowed = async (page) => {
  await page.locator(".sheet [data-line]").first().waitFor();
  await settle(page);
};

export const places = [
  { name: "data-sources", path: at("source-1"), ...main, ready: rowed },
  {
    name: "data-sources-pulling", path: at("source-1", "slow=1"), ...main,
    ready: async (page) => {
      await rowed(page);
      await page.keyboard.press("r");
      await page.locator(".pull").waitFor();
    },
  },
  {
    name: "data-sources-pulls-1024", path: at("source-1", "pull=source_next_elsewhere"), options: { width: 1024, height: 700 },
    ready: async (page) => {
      await rowed(page);
      await page.keyboard.press("r");
      await page.locator('[data-code="source_next_elsewhere"]').waitFor();
      await page.locator("#tab-source-history").click();
      await page.locator(".page table").waitFor();
      await settle(page);
    },
  },
  {
    name: "data-sources-new", path: at("source-1"), ...main,
    ready: async (page) => {
      await rowed(page);
      await page.locator(".toolbar .primary").click();
      await page.locator("dialog[open] select").first().waitFor();
      const crm = await page.locator("dialog[open] option", { hasText: "Zoho CRM (Zoho CRM)" }).first().getAttribute("value");
      await page.locator("dialog[open] select").first().selectOption(crm);
      await page.locator("dialog[open] option[value=Candidates]").waitFor({ state: "attached" });
      await page.locator("dialog[open] select", { has: page.locator("option[value=Candidates]") }).selectOption("Candidates");
      await page.locator("dialog[open] .picks").waitFor();
      await settle(page);
    },
  },
  {
    name: "data-sources-add", path: at("source-1"), ...main,
    ready: async (page) => {
      await rowed(page);
      await page.locator(".body > .toolbar .btn").first().click();
      await page.locator("dialog[open] .btn.primary").click();
      await page.locator("dialog[open] .help.bad").waitFor();
      await settle(page);
    },
  },
  { name: "data-sources-none", path: "index.html?sources=none#/data-sources/app-orders/production", ...main, ready: see(".nothing .primary") },
];
