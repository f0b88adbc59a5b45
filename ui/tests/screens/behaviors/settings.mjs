// Settings: keys, plan and place, kept sign-ins, backups.
import assert from "node:assert/strict";
import { button, focused, ready, until } from "../hands.mjs";

export const behaviors = {
  "keys: a recovery code is shown once and counts once its last group was typed back": {
    path: "index.html?x=1#/settings",
    act: async (page) => {
      await button(page, "Make a recovery code…").click();
      await button(page, "Make and show it").click();
      const code = page.getByRole("list", { name: "Recovery code" });
      await code.waitFor();
      assert.equal(await code.getByRole("listitem").count(), 6);
      const last = await code.getByRole("listitem").last().textContent();
      const field = page.getByLabel("Its last group, from what you wrote down");
      await field.fill("AAAAA");
      await button(page, "I have written it down").click();
      await page.getByText("That is not the last group of the code that was shown.").waitFor();
      await field.fill(last);
      await button(page, "I have written it down").click();
      await page.locator("dialog").waitFor({ state: "detached" });
      await page.getByText("Made", { exact: true }).waitFor();
      assert.equal(await page.getByText(last).count(), 0, "and is nowhere on the screen any more");
    },
  },
  "keys: replacing the key goes on in the background and asks for a new recovery code": {
    path: "index.html?code=made#/settings",
    act: async (page) => {
      await button(page, "Replace the key…").click();
      await page.getByText("A recovery code made so far is useless afterwards: make a new one.").waitFor();
      await button(page, "Replace the key").click();
      await page.getByText("The new key is in place").waitFor();
      await button(page, "Later").click();
      await page.getByRole("progressbar", { name: "Replacing the key" }).waitFor({ state: "detached" });
      await button(page, "Replace the key…").waitFor();
      await page.getByText("If the keyring loses the key, every credential is lost with it.").waitFor();
    },
  },
  "settings: R2, whoever authorized an account renames it there": {
    path: "index.html?role=portal_user&signin=100#/live/app-orders/production/live",
    act: async (page) => {
      await button(page, "Authorize Lead intake").click();
      await button(page, "Revoke… Lead intake").waitFor();
      await page.evaluate(() => location.assign("#/settings"));
      const own = page.locator("[data-own-accounts]");
      await own.getByRole("button", { name: /^Rename / }).first().click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("textbox").fill("Mine");
      await dialog.getByRole("button", { name: "Save" }).click();
      await own.getByText("Mine", { exact: true }).waitFor();
    },
  },
  "keys: only a super admin sees them": {
    path: "index.html?role=admin#/settings",
    act: async (page) => {
      await page.locator("[data-kept]").waitFor();
      assert.equal(await page.locator("[data-keys]").count(), 0);
    },
  },
  "settings: language and theme change at once": {
    path: "index.html?x=1#/settings",
    act: async (page) => {
      await page.getByRole("radio", { name: "Dark" }).click();
      await until(page, () => document.documentElement.dataset.theme === "dark");
      await page.getByRole("radio", { name: "日本語" }).click();
      await page.getByRole("heading", { name: "設定" }).waitFor();
      await page.getByRole("radio", { name: "English" }).click();
      await page.getByLabel("Your name").fill("Aiko M.");
      await button(page, "Save").first().click();
      await page.getByRole("button", { name: /Aiko M\./ }).waitFor();
    },
  },
  "settings: a super admin changes plan and place, and every screen says what that refuses": {
    path: "index.html?x=1#/settings",
    act: async (page) => {
      const form = page.getByRole("form", { name: "Availability" });
      await page.getByLabel("Data center").selectOption({ label: "Japan (JP) (not available)" });
      await form.getByText(/In Japan \(JP\) everything is shown/).waitFor();
      await form.getByText(/connections stay visible, and can no longer be authorized or used/).waitFor();
      await form.getByRole("button", { name: "Cancel" }).click();
      assert.equal(await page.getByLabel("Data center").inputValue(), "us", "taken back");
      await page.getByLabel("Country").selectOption({ label: "Japan" });
      await page.getByRole("radio", { name: "Free" }).click();
      await form.getByText(/On the free plan everything is shown/).waitFor();
      await form.getByRole("button", { name: "Save" }).click();
      const told = page.locator('[data-refused] [data-code="plan_free"]');
      await told.waitFor();
      await page.getByRole("link", { name: /^Connections/ }).click();
      await ready(page);
      await told.getByText("this workspace is on the free one").waitFor();
      await button(page, "New connection").click();
      await page.getByRole("heading", { name: "Not offered to this workspace" }).waitFor();
      assert.equal(await page.locator(".tile:not(.off)").count(), 0, "nothing is offered");
      await page.locator(".tile.off").first().getByText("Connections are part of the paid plan").waitFor();
      await told.getByRole("link", { name: "Settings" }).click();
      assert.equal(await page.getByLabel("Country").inputValue(), "JP", "what was saved is there");
      await page.getByRole("radio", { name: "Paid" }).click();
      await form.getByRole("button", { name: "Save" }).click();
      await until(page, () => !document.querySelector("[data-refused]"));
    },
  },
  "settings: a developer sees plan and place, and cannot change them": {
    path: "index.html?role=developer#/settings",
    act: async (page) => {
      await page.getByText("A super admin can change this.").waitFor();
      assert.equal(await page.getByLabel("Data center").count(), 0, "nothing to choose");
      await page.getByText("United States (US)").waitFor();
    },
  },
  "settings: a kept sign-in is cleared, then all": {
    path: "index.html?x=1#/settings",
    act: async (page) => {
      const rows = page.locator("[data-kept] li");
      await rows.first().waitFor();
      assert.equal(await rows.count(), 3);
      await button(page, "Clear Zoho CRM, aiko@example.com").click();
      await button(page, "Clear Zoho CRM, aiko@example.com").waitFor({ state: "detached" });
      assert.equal(await rows.count(), 2, "one less");
      await focused(page, "Kept sign-ins", "the focus is not lost with the button");
      await button(page, "Clear all").click();
      await page.getByText("None. Tick").waitFor();
      assert.equal(await rows.count(), 0);
    },
  },
  "settings: what is open is not cleared": {
    path: "index.html?open=kept-2#/settings",
    act: async (page) => {
      await button(page, "Clear all").click();
      await page.getByText("so nothing was cleared").waitFor();
      assert.equal(await page.locator("[data-kept] li").count(), 3, "nor is anything else");
    },
  },
  "settings: a backup needs twelve characters, twice, and says where it lies": {
    path: "index.html?x=1#/settings",
    act: async (page) => {
      await button(page, "Back up…").click();
      const [one, two] = [page.getByLabel("Passphrase of the backup", { exact: true }), page.getByLabel("Passphrase of the backup again")];
      await one.fill("eleven char");
      await page.getByText("Use at least 12 characters.").waitFor();
      await one.fill("a ladder in the orchard");
      await two.fill("a ladder in the garden");
      await page.getByText("The two are not alike.").waitFor();
      assert.ok(await button(page, "Back up").isDisabled(), "a mistyped passphrase would be found out too late");
      await two.fill("a ladder in the orchard");
      await button(page, "Back up").click();
      await page.getByText(/backup-.*\.age/).waitFor();
      assert.equal(await page.getByRole("dialog").count(), 0);
    },
  },
  "settings: an admin sees no backup": {
    path: "index.html?role=admin#/settings",
    act: async (page) => {
      await page.getByRole("heading", { name: "Kept sign-ins" }).waitFor();
      assert.equal(await button(page, "Back up…").count(), 0, "only super admins make one");
    },
  },
  "settings: an admin chooses what is kept of runs, and what that forgets is said before": {
    path: "index.html?role=admin#/settings",
    act: async (page) => {
      const kept = page.locator("[data-retention]");
      await kept.getByText("64,731 requests").waitFor();
      await page.getByLabel("Keep for").selectOption({ label: "90 days" });
      await kept.getByText("3,410 requests and up to 57 runs are older than that, and are deleted for good within minutes.").waitFor();
      await kept.getByRole("button", { name: "Cancel" }).click();
      assert.equal(await kept.getByRole("button").count(), 0, "nothing is asked any more");
      await page.getByLabel("Keep for").selectOption({ label: "Keep all" });
      assert.equal(await kept.locator(".warn").count(), 0, "nothing goes");
      await page.getByLabel("Keep for").selectOption({ label: "90 days" });
      await kept.getByRole("button", { name: "Save" }).click();
      await kept.getByText("61,321 requests").waitFor();
      await page.getByText("The activity log is a chain and is never trimmed.").waitFor();
    },
  },
  "settings: a developer sees what is kept of runs, and cannot change it": {
    path: "index.html?role=developer#/settings",
    act: async (page) => {
      const kept = page.locator("[data-retention]");
      await kept.getByText("A super admin or an admin can change this.").waitFor();
      await kept.getByText("180 days", { exact: true }).waitFor();
      assert.equal(await kept.getByRole("combobox").count(), 0);
    },
  },
};
