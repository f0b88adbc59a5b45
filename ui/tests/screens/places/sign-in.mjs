// Who sits at the keyboard.
import { main, see } from "../standing.mjs";

export const places = [
  { name: "sign-in", path: "index.html?seat=locked", ...main, ready: see(".seat input[type='password']") },
  {
    name: "sign-in-wrong", path: "index.html?seat=locked", options: { width: 1024, height: 768 },
    ready: async (page) => {
      await page.locator(".seat input[type='password']").fill("wrong horse");
      await page.keyboard.press("Enter");
      await page.locator('[data-code="member_passphrase_wrong"]').waitFor();
    },
  },
  { name: "ask-passphrase", path: "index.html?ask=1#/connections", ...main, ready: see(".ask") },
];
