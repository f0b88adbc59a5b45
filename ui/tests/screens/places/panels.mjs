// Page panels: the page, one that is edited, and where there is nothing.
import { main, see, settle } from "../standing.mjs";

const drawn = async (page) => {
  await page.locator('[data-panel="panel-11"] canvas, [data-panel="panel-4"] canvas').first().waitFor();
  await settle(page);
};

export const places = [
  { name: "panels", path: "index.html?x=1#/panels/app-orders/production", ...main, ready: drawn },
  {
    name: "panels-refused-1024", path: "index.html?x=1#/panels/app-orders/production", options: { width: 1024, height: 700 },
    ready: async (page) => {
      await page.locator("article").last().scrollIntoViewIfNeeded();
      await page.locator("article table").first().waitFor();
      await settle(page);
    },
  },
  {
    name: "panels-edit", path: "index.html?x=1#/panels/app-orders/production/panel-11", ...main,
    ready: async (page) => {
      await page.locator(".preview canvas").waitFor();
      await settle(page);
    },
  },
  { name: "panels-new", path: "index.html?x=1#/panels/app-orders/production/new", ...main, ready: see(".list li") },
  { name: "panels-none", path: "index.html?panels=none#/panels/app-orders/production", ...main, ready: see(".nothing h2") },
];
