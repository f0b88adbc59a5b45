// Activity.
import { main, see } from "../standing.mjs";

export const places = [
  { name: "activity", path: "index.html?x=1#/activity", ...main, ready: see("tbody tr") },
  {
    name: "activity-verified", path: "index.html?x=1#/activity", options: { width: 1024, height: 768 },
    ready: async (page) => {
      await page.locator(".toolbar .btn").nth(0).click();
      await page.locator(".told p").waitFor();
      await page.locator(".toolbar .btn").nth(1).click();
      await page.locator(".told p").nth(1).waitFor();
    },
  },
  {
    name: "activity-broken", path: "index.html?log=broken#/activity", ...main,
    ready: async (page) => {
      await page.locator(".toolbar .btn").nth(0).click();
      await page.locator('[data-code="log_broken"]').waitFor();
    },
  },
];
