// Who sits at the keyboard, and opening what is locked.
import assert from "node:assert/strict";
import { button, ready, until } from "../hands.mjs";

export const behaviors = {
  "vault: a passphrase opens it, a wrong one says so": {
    path: "index.html?vault=passphrase#/connections",
    act: async (page) => {
      await page.getByLabel("Passphrase").fill("wrong wrong");
      await button(page, "Unlock").click();
      await page.getByText("This is not the passphrase of the workspace.").waitFor();
      await page.getByLabel("Passphrase").fill("correct horse");
      await button(page, "Unlock").click();
      await page.locator(".vault").waitFor({ state: "detached" });
      await page.getByText("Vault open, key behind your passphrase").waitFor();
    },
  },
  "vault: a recovery code opens it and gives the key a new home": {
    path: "index.html?vault=passphrase&keyring=no#/connections",
    act: async (page) => {
      await button(page, "Use a recovery code…").click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Recovery code").fill("7Q3ZK");
      await dialog.getByLabel("New passphrase", { exact: true }).fill("another horse");
      await dialog.getByLabel("New passphrase again").fill("another horse");
      await button(dialog, "Open the workspace").click();
      await page.getByText("The recovery code has a typing mistake.").waitFor();
      await dialog.getByLabel("Recovery code").fill("7q3zk m0x9t b4hwd c2v8n pg6ej 5rysa");
      await button(dialog, "Open the workspace").click();
      await page.locator(".vault").waitFor({ state: "detached" });
      await page.getByText("Vault open, key behind your passphrase").waitFor();
    },
  },
  "sign in: a wrong passphrase says so, the right one opens": {
    path: "index.html?seat=locked",
    act: async (page) => {
      assert.equal(await page.getByRole("navigation").count(), 0, "nothing of the workspace is shown");
      await page.getByLabel("Passphrase", { exact: true }).fill("wrong horse");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText("That is not the passphrase.").waitFor();
      assert.equal(await page.getByLabel("Passphrase", { exact: true }).inputValue(), "", "and is forgotten");
      await page.getByLabel("Passphrase", { exact: true }).fill("correct horse");
      await button(page, "Sign in").click();
      await ready(page);
    },
  },
  "sign in: after five wrong ones a wait is counted down": {
    path: "index.html?seat=locked",
    act: async (page) => {
      await page.getByRole("radio", { name: /Ben Osei/ }).check({ force: true });
      for (let i = 0; i < 5; i += 1) {
        await page.getByLabel("Passphrase", { exact: true }).fill("wrong horse");
        await page.keyboard.press("Enter");
        await until(page, () => document.querySelector('.seat input[type="password"]')?.value === "");
      }
      await page.getByText(/The next try is possible in (30|2\d) s\./).waitFor();
      assert.ok(await button(page, "Sign in").isDisabled(), "nothing can be tried meanwhile");
      await page.getByRole("radio", { name: /Chidi Nwosu/ }).check({ force: true });
      assert.ok(await button(page, "Sign in").isEnabled(), "others sign in as ever");
    },
  },
  "lock and switch from the top bar": {
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await ready(page);
      await page.getByRole("button", { name: /^(AM )?Aiko Mori/ }).click();
      await page.getByRole("menuitem", { name: "Switch member…" }).click();
      const dialog = page.getByRole("dialog", { name: "Switch member" });
      await dialog.getByRole("radio", { name: /Chidi Nwosu/ }).check({ force: true });
      await dialog.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("button", { name: /Chidi Nwosu/ }).click();
      await page.getByRole("menuitem", { name: "Lock" }).click();
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      assert.equal(await page.locator(".conn-row").count(), 0, "the list is gone with its member");
    },
  },
  "what a member chose in the list is not chosen for the next one": {
    path: "index.html?x=1#/connections",
    act: async (page) => {
      await page.locator(".conn-row input[type=checkbox]").first().check({ force: true });
      const bar = page.getByRole("toolbar", { name: "Chosen connections" });
      await bar.getByText("1 chosen").waitFor();
      await page.getByRole("button", { name: /^(AM )?Aiko Mori/ }).click();
      await page.getByRole("menuitem", { name: "Switch member…" }).click();
      const dialog = page.getByRole("dialog", { name: "Switch member" });
      await dialog.getByRole("radio", { name: /Chidi Nwosu/ }).check({ force: true });
      await dialog.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("button", { name: /Chidi Nwosu/ }).waitFor();
      await page.locator(".conn-row").first().waitFor();
      assert.equal(await bar.count(), 0, "they would act on another's choice");
    },
  },
  "what a member was told, and could take back, is gone when somebody else sits down": {
    path: "index.html?x=1#/connection/c-0005/environments",
    act: async (page) => {
      await button(page, "Disable…").click();
      await page.getByRole("alertdialog").getByRole("button", { name: /^Disable/ }).click();
      await button(page, "Undo").waitFor();
      await page.getByRole("button", { name: /^(AM )?Aiko Mori/ }).click();
      await page.getByRole("menuitem", { name: "Switch member…" }).click();
      const dialog = page.getByRole("dialog", { name: "Switch member" });
      await dialog.getByRole("radio", { name: /Chidi Nwosu/ }).check({ force: true });
      await dialog.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("button", { name: /Chidi Nwosu/ }).waitFor();
      assert.equal(await button(page, "Undo").count(), 0, "it was not theirs to undo");
    },
  },
  "a portal user sees applications and settings, and no shortcut leads further": {
    path: "index.html?role=portal_user#/connections",
    act: async (page) => {
      await page.getByRole("link", { name: "Applications" }).waitFor();
      assert.deepEqual(await page.locator(".sidebar a").allTextContents().then((all) => all.map((one) => one.trim())), ["Applications", "Settings"]);
      await page.keyboard.press("Control+k");
      await page.keyboard.press("n");
      assert.match(page.url(), /#\/live/, "still there");
      assert.equal(await page.getByRole("dialog").count(), 0, "and nothing opened");
    },
  },
  "a second member has the first one asked for a passphrase": {
    path: "index.html?members=one#/members",
    act: async (page) => {
      await button(page, "Invite").click();
      await page.getByRole("dialog").getByLabel("Name").fill("Rei Tanaka");
      await page.getByRole("dialog").getByRole("radio", { name: /^Admin/ }).check();
      await page.getByRole("dialog").getByRole("button", { name: "Invite" }).click();
      await page.getByRole("row", { name: /Rei Tanaka/ }).waitFor();
      const ask = page.getByRole("region", { name: "You no longer work here alone." });
      await ask.getByRole("button", { name: "Set passphrase…" }).click();
      const dialog = page.getByRole("dialog", { name: "Set a passphrase" });
      await dialog.getByLabel("New passphrase", { exact: true }).fill("correct horse");
      await dialog.getByLabel("New passphrase again").fill("correct horse");
      await dialog.getByRole("button", { name: "Set passphrase" }).click();
      await ask.waitFor({ state: "detached" });
    },
  },
};
