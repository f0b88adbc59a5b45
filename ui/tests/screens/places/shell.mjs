// What stands around every screen, and how it looks to those who need more of it.
import { main, see, settle } from "../standing.mjs";

export const places = [
  {
    name: "palette", path: "index.html?x=1#/connections", ...main,
    ready: async (page) => {
      await page.locator(".conn-row").first().waitFor();
      await page.keyboard.press("Control+k");
      await page.locator(".entry").nth(7).waitFor();
      await settle(page);
    },
  },
  {
    name: "shortcuts", path: "index.html?x=1#/connections", ...main,
    ready: async (page) => {
      await page.locator(".conn-row").first().waitFor();
      await page.keyboard.press("?");
      await page.locator("dialog[open]").waitFor();
      await settle(page);
    },
  },
  { name: "vault-waiting", path: "index.html?vault=waiting#/connections", ...main, ready: see(".vault") },
  { name: "vault-locked", path: "index.html?vault=locked&problem=1#/connections", ...main, ready: see(".vault") },
  { name: "vault-passphrase", path: "index.html?vault=passphrase#/connections", ...main, ready: see(".vault input") },
  {
    name: "vault-recover", path: "index.html?vault=locked#/connections", ...main,
    ready: async (page) => {
      await page.locator(".vault button").first().click();
      await page.locator("dialog[open] .seg button, dialog[open] [role=radio]").nth(1).click();
      await settle(page);
    },
  },
  { name: "high-contrast", path: "index.html?x=1#/connections", options: { contrast: "more" }, ready: see(".conn-row") },
  { name: "forced-colors", path: "index.html?x=1#/connections", options: { forcedColors: "active" }, ready: see(".conn-row") },
];
