// What holds on every screen: palette, shortcuts, policy, a restored workspace.
import assert from "node:assert/strict";
import { button, ready } from "../hands.mjs";

export const behaviors = {
  "input method: Enter and letters of a composition do nothing": {
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      await page.locator(".conn-row [data-column='0']").first().focus();
      for (const init of [{ key: "Enter", isComposing: true }, { key: "n", isComposing: true }, { key: "Enter", keyCode: 229 }, { key: "a", keyCode: 229 }]) {
        await page.evaluate((one) => {
          const event = new KeyboardEvent("keydown", { ...one, bubbles: true, cancelable: true });
          if (one.keyCode) Object.defineProperty(event, "keyCode", { value: one.keyCode });
          document.activeElement?.dispatchEvent(event);
        }, init);
      }
      assert.ok(page.url().endsWith("#/connections"), "nothing opened");
      assert.equal(await page.getByText("in the window that has opened").count(), 0, "nothing began");
    },
  },
  "palette: finds a connection, runs it, and Escape closes": {
    path: "index.html?x=1#/home",
    act: async (page) => {
      await page.locator(".todo").first().waitFor();
      await page.keyboard.press("Control+k");
      const box = page.getByRole("combobox", { name: "Search or jump" });
      await box.fill("lead");
      await page.getByRole("option", { name: /^Lead intake/ }).waitFor();
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Lead intake" }).waitFor();
      for (const place of ["Members", "Activity", "Primary accounts"]) {
        await page.keyboard.press("Control+k");
        await box.fill(place);
        await page.getByRole("option", { name: place }).waitFor();
        await page.keyboard.press("Enter");
        await page.getByRole("heading", { name: place, level: 1 }).waitFor();
      }
      await page.keyboard.press("Control+k");
      await box.waitFor();
      await page.keyboard.press("Escape");
      await box.waitFor({ state: "detached" });
    },
  },
  "shortcuts: N, ?, F6": {
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      const regions = new Set();
      for (let i = 0; i < 4; i += 1) {
        await page.keyboard.press("F6");
        regions.add(await page.evaluate(() => document.activeElement?.closest("[data-region]")?.className.split(" ")[0]));
      }
      assert.equal(regions.size, 4, "each region once");
      await page.evaluate(() => document.activeElement?.blur());
      await page.keyboard.press("n");
      await page.getByRole("heading", { name: "New connection" }).waitFor();
      await page.keyboard.press("Escape");
      await ready(page);
    },
  },
  "policy: an inline style attribute would be blocked": {
    meant: /Applying inline style violates/,
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      const color = await page.evaluate(() => {
        const probe = document.createElement("p");
        probe.setAttribute("style", "color: rgb(1, 2, 3)");
        document.body.append(probe);
        const seen = getComputedStyle(probe).color;
        probe.remove();
        return seen;
      });
      assert.notEqual(color, "rgb(1, 2, 3)", "the tests do run under the policy");
      await page.waitForTimeout(50);
      await page.evaluate(() => (window.__breaches.length = 0));
    },
  },
  "a restored workspace offers to authorize only once it is taken over, and says why until then": {
    path: "index.html?restored=1#/connections",
    act: async (page) => {
      await ready(page);
      const cell = page.getByRole("gridcell", { name: /: Revoked\. / }).first();
      assert.match(await cell.getAttribute("aria-label"), /Revoked\. Not taken over$/, "the cell says why, and offers nothing");
      assert.match(await cell.locator("[data-held]").getAttribute("title"), /restored from a backup, and another computer/, "the whole reason is in the tip");
      const offered = page.getByRole("button", { name: /Authorize/ });
      assert.equal(await offered.count(), 0, "no row offers what would be refused");
      await cell.focus();
      await page.keyboard.press("a");
      await page.getByText("This workspace was restored from a backup, and another computer may still be using it.").first().waitFor();
      for (const address of ["#/home", "#/live/app-orders/production/live"]) {
        await page.evaluate((to) => (location.hash = to), address);
        await page.locator("[data-held]").filter({ hasText: "Not taken over" }).first().waitFor();
        assert.equal(await offered.count(), 0, `nor does ${address}`);
      }
      await page.getByRole("link", { name: /Connections/ }).click();
      await ready(page);
      await page.locator(".conn-row:has([data-held])").first().locator(".conn-name b").dblclick();
      await page.locator(".slotcard").first().waitFor();
      await page.locator(".slotcard [data-held]").first().waitFor();
      assert.equal(await page.locator(".slotcard").getByRole("button", { name: /Authorize/ }).count(), 0, "nor a card");
      await button(page, "Take over…").click();
      await button(page, "Take over on this computer").click();
      await page.locator(".slotcard").getByRole("button", { name: "Authorize", exact: true }).first().waitFor();
      assert.equal(await page.locator("[data-held]").count(), 0, "from then on it is offered");
    },
  },
  "a restored workspace is taken over by a super admin only": {
    path: "index.html?restored=1&role=developer#/connections",
    act: async (page) => {
      await page.getByText("until a super admin takes the workspace over").waitFor();
      assert.equal(await button(page, "Take over…").count(), 0);
    },
  },
};
