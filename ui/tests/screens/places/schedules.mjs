// Schedules: what runs by itself, when next, and how it went.
import { main, see, settle } from "../standing.mjs";

const form = async (page) => {
  await page.locator(".toolbar .primary").click();
  await page.locator("dialog[open] .preview table").waitFor();
  await settle(page);
};

export const places = [
  { name: "schedules", path: "index.html?x=1#/schedules", ...main, ready: see("#schedule-name") },
  { name: "schedules-stopped-1024", path: "index.html?x=1#/schedules/app-orders/production/schedule-3", options: { width: 1024, height: 700 }, ready: see('[data-code="no_primary"]') },
  { name: "schedules-cron", path: "index.html?x=1#/schedules/app-orders/production/schedule-2", ...main, ready: see("section li") },
  { name: "schedules-paused", path: "index.html?x=1#/schedules/app-orders/production/schedule-4", ...main, ready: see("#schedule-name") },
  { name: "schedules-suspended", path: "index.html?suspended=1#/schedules/app-orders/stage", ...main, ready: see(".note") },
  { name: "schedules-none", path: "index.html?schedules=none#/schedules/app-orders/production", ...main, ready: see(".nothing .primary") },
  { name: "schedules-nothing-to-run", path: "index.html?x=1#/schedules/app-library/production", ...main, ready: see(".nothing .primary") },
  { name: "schedules-new", path: "index.html?x=1#/schedules/app-orders/production", ...main, ready: form },
  {
    name: "schedules-weekly", path: "index.html?x=1#/schedules/app-orders/production", ...main,
    ready: async (page) => {
      await form(page);
      await page.locator("dialog[open] select").nth(1).selectOption("weekly");
      await page.locator("dialog[open] .week").waitFor();
      await settle(page);
    },
  },
  {
    name: "schedules-bad-cron", path: "index.html?x=1#/schedules/app-orders/production", ...main,
    ready: async (page) => {
      await form(page);
      await page.locator("dialog[open] select").nth(1).selectOption("cron");
      await page.locator("dialog[open] input.mono").fill("0 9 * *");
      await page.locator('dialog[open] [data-code="schedule_expression"]').waitFor();
      await settle(page);
    },
  },
];
