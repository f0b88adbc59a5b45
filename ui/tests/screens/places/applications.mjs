// Applications, what they use, and their panels.
import { main, see, settle } from "../standing.mjs";

export const places = [
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
];
