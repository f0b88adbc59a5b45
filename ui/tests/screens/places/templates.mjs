// Templates: what one can start from.
import { main, settle } from "../standing.mjs";

export const places = [
  {
    name: "templates", path: "index.html?home=empty#/workflows", ...main,
    ready: async (page) => {
      await page.locator(".nothing .primary").click();
      await page.locator("dialog[open] .try").waitFor();
      await settle(page);
    },
  },
];
