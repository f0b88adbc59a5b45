// Members and their roles.
import assert from "node:assert/strict";
import { button, focused } from "../hands.mjs";

export const behaviors = {
  "members: raising a role asks for one's passphrase, lowering one shows what is lost": {
    path: "index.html?passphrase=set#/members",
    act: async (page) => {
      await button(page, "Actions for Ben Osei").click();
      await page.getByRole("menuitem", { name: "Edit…" }).click();
      const dialog = page.getByRole("dialog", { name: "Edit Ben Osei" });
      await dialog.getByRole("radio", { name: /^Super admin/ }).check();
      await dialog.getByLabel("Your passphrase").fill("wrong horse");
      await dialog.getByRole("button", { name: "Save" }).click();
      await dialog.getByText("That is not the passphrase.").waitFor();
      await dialog.getByRole("radio", { name: /^User/ }).check();
      await dialog.getByText("2 primary accounts are lost.").waitFor();
      await dialog.getByText("Morning digest").waitFor();
      await dialog.getByRole("button", { name: "Save" }).click();
      await page.getByRole("row", { name: /Ben Osei/ }).getByText("User", { exact: true }).waitFor();
    },
  },
  "members: deactivating shows what goes, keeps by Escape, and says what came of it": {
    path: "index.html?x=1#/members",
    act: async (page) => {
      const open = async () => {
        await button(page, "Actions for Ben Osei").click();
        await page.getByRole("menuitem", { name: "Deactivate…" }).click();
      };
      await open();
      const dialog = page.getByRole("alertdialog", { name: "Deactivate Ben Osei?" });
      await dialog.waitFor();
      await focused(page, "Keep them", "the harmless answer has the focus");
      await dialog.getByText("revoke it by hand at accounts.zoho.com").waitFor();
      const handed = dialog.getByRole("group", { name: "10 connections are handed over" }).getByRole("listitem");
      assert.equal(await handed.count(), 10, "R18: every one is named");
      await handed.last().scrollIntoViewIfNeeded();
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await open();
      await dialog.getByLabel("Hand over to").selectOption({ label: "Chidi Nwosu (Developer)" });
      await dialog.getByRole("button", { name: "Deactivate and remove 2 authorizations" }).click();
      const left = page.getByRole("dialog", { name: "Ben Osei has left" });
      await left.getByText("10 connections were handed over to Chidi Nwosu.").waitFor();
      await left.getByRole("button", { name: "Close" }).click();
      await page.getByRole("row", { name: /Ben Osei/ }).getByText("Deactivated").waitFor();
    },
  },
  "members: deactivating names a connection that cannot be read, and goes on": {
    path: "index.html?unreadable=1#/members",
    act: async (page) => {
      await button(page, "Actions for Ben Osei").click();
      await page.getByRole("menuitem", { name: "Deactivate…" }).click();
      const dialog = page.getByRole("alertdialog", { name: "Deactivate Ben Osei?" });
      const torn = dialog.getByRole("listitem").filter({ hasText: "Parcel labels" });
      await torn.getByText("This connection cannot be read.").waitFor();
      await torn.getByText(/revoke it by hand in the account’s settings there/).waitFor();
      await torn.getByText("an account that cannot be read").waitFor();
      await dialog.getByRole("button", { name: "Deactivate and remove 3 authorizations" }).click();
      const left = page.getByRole("dialog", { name: "Ben Osei has left" });
      await left.getByText("This connection cannot be read.").waitFor();
    },
  },
  "members: deactivating says how far it is, and stopped halfway what is left": {
    path: "index.html?slow=1#/members",
    act: async (page) => {
      await button(page, "Actions for Ben Osei").click();
      await page.getByRole("menuitem", { name: "Deactivate…" }).click();
      const dialog = page.getByRole("alertdialog", { name: "Deactivate Ben Osei?" });
      await dialog.getByRole("button", { name: "Deactivate and remove 2 authorizations" }).click();
      await dialog.getByRole("progressbar").waitFor();
      await dialog.getByText("0 of 2").waitFor();
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await dialog.locator('[data-code="leave_stopped"]').waitFor();
      await dialog.getByRole("button", { name: "Keep them" }).click();
      assert.equal(await page.getByRole("row", { name: /Ben Osei/ }).getByText("Deactivated").count(), 0, "still active");
    },
  },
};
