// The first start.
import { main, see } from "../standing.mjs";

export const places = [
  { name: "welcome", path: "index.html?home=first", ...main, ready: see("form button.primary") },
  {
    name: "welcome-restore", path: "index.html?home=first", ...main,
    ready: async (page) => {
      await page.locator("form .link").last().click();
      await page.locator("dialog input").first().waitFor();
    },
  },
  {
    name: "welcome-restore-refused", path: "index.html?home=first&keyring=no", ...main,
    ready: async (page) => {
      await page.locator("form .link").last().click();
      const inputs = page.locator("dialog input");
      for (const [i, text] of ["/media/usb/damaged.age", "a ladder in the orchard", "here only, please", "here only, please"].entries()) await inputs.nth(i).fill(text);
      await page.locator("dialog .primary").click();
      await page.locator('[data-code="backup_damaged"]').waitFor();
    },
  },
  { name: "welcome-passphrase", path: "index.html?home=first&keyring=no", ...main, ready: see('input[type="password"]') },
  { name: "opening", path: "index.html?opening=4000", ...main, ready: see('[role="status"]') },
];
