// The first start, and a backup in its place.
import assert from "node:assert/strict";
import { button, focused, ready } from "../hands.mjs";

export const behaviors = {
  "first start: one press, sign in, Connected": {
    path: "index.html?home=first&signin=150",
    act: async (page) => {
      assert.equal(await page.getByLabel("Your name").inputValue(), "Aiko Mori", "the name comes from the OS account");
      assert.equal(await page.getByLabel("Passphrase", { exact: true }).count(), 0, "with a keyring there is nothing to remember");
      await button(page, "Try it with the practice service").click();
      await page.getByRole("heading", { name: "Practice CRM" }).waitFor();
      await page.getByText("aiko@practice.example").first().waitFor();
      await page.getByRole("link", { name: /Connections/ }).click();
      const cell = page.getByRole("gridcell", { name: "All environments: Connected, aiko@practice.example, primary" });
      await cell.waitFor();
      await page.getByRole("heading", { name: "Connections" }).waitFor();
    },
  },
  "a start that takes long says what it does, then goes on": {
    path: "index.html?opening=1500#/connections",
    act: async (page) => {
      await page.getByRole("status").filter({ hasText: "Opening the catalog…" }).waitFor();
      assert.equal(await page.locator(".conn-row").count(), 0, "nothing is made up meanwhile");
      await ready(page);
      assert.equal(await page.getByText("Opening the catalog…").count(), 0, "and then it is over");
    },
  },
  "first start: Start empty, in Japanese": {
    path: "index.html?home=first",
    act: async (page) => {
      await page.getByRole("radio", { name: "日本語" }).click();
      await page.getByRole("button", { name: "空の状態で始める" }).click();
      await page.getByRole("heading", { name: "外部連携はまだありません" }).waitFor();
    },
  },
  "first start: without a keyring a passphrase is asked for, twice": {
    path: "index.html?home=first&keyring=no",
    act: async (page) => {
      assert.ok(await button(page, "Start empty").isDisabled(), "not without a passphrase");
      await page.getByLabel("Passphrase", { exact: true }).fill("correct horse");
      await page.getByLabel("Passphrase again").fill("correct house");
      await page.getByText("The two are not alike.").waitFor();
      await page.getByLabel("Passphrase again").fill("correct horse");
      await button(page, "Start empty").click();
      await page.getByRole("heading", { name: "No connections yet" }).waitFor();
    },
  },
  "a damaged catalog: named, set aside on a press that is asked back, and told of until noted": {
    path: "index.html?broken=damaged",
    act: async (page) => {
      await page.getByText("The file catalog.sqlite cannot be read").waitFor();
      await button(page, "Try again").click();
      await button(page, "Set aside and start anew").click();
      const dialog = page.getByRole("alertdialog", { name: "Set the damaged catalog aside?" });
      await focused(page, "Cancel", "the harmless button has the focus");
      await dialog.getByRole("button", { name: "Set aside and start anew" }).click();
      await button(page, "Start empty").click();
      await page.getByText("The damaged file catalog.sqlite.damaged-2026-11-26-093000 was set aside.").waitFor();
      await page.getByRole("note").getByRole("button", { name: "Close" }).click();
      await page.getByText("was set aside").waitFor({ state: "detached" });
    },
  },
  "a damaged catalog: a backup takes its place, and nothing is moved for one that does not open": {
    path: "index.html?broken=damaged",
    act: async (page) => {
      await button(page, "Restore a backup…").click();
      await page.getByLabel("Backup file").fill("/media/usb/b.age");
      await page.getByLabel("Passphrase of the backup").fill("another");
      await button(page, "Restore").click();
      await page.getByText("This passphrase does not open").waitFor();
      await page.getByLabel("Passphrase of the backup").fill("a ladder in the orchard");
      await button(page, "Restore").click();
      await page.getByText("The damaged file catalog.sqlite.damaged-2026-11-26-093000 was set aside.").waitFor();
      await page.getByText("not taken over").first().waitFor();
    },
  },
  "first start: a backup is refused by name, then restored, then taken over": {
    path: "index.html?home=first",
    act: async (page) => {
      await button(page, "Restore a backup…").click();
      await page.getByLabel("Backup file").fill("/media/usb/letter.txt");
      await page.getByLabel("Passphrase of the backup").fill("a ladder in the orchard");
      await button(page, "Restore").click();
      await page.getByRole("alert").filter({ hasText: "/media/usb/letter.txt is not a backup" }).waitFor();
      await page.getByLabel("Backup file").fill("/media/usb/mine.age");
      await page.getByLabel("Passphrase of the backup").fill("a ladder in the garden");
      await button(page, "Restore").click();
      await page.getByRole("alert").filter({ hasText: "does not open /media/usb/mine.age" }).waitFor();
      await page.getByLabel("Passphrase of the backup").fill("a ladder in the orchard");
      await button(page, "Restore").click();
      await ready(page);
      const cell = page.getByRole("gridcell", { name: /Connected, .*unproven/ }).first();
      await cell.waitFor();
      await button(page, "Take over…").click();
      await page.getByText("First stop Tsunagi on the other computer").waitFor();
      await focused(page, "Not yet", "the harmless answer has the focus");
      await button(page, "Take over on this computer").click();
      await page.getByRole("note").waitFor({ state: "detached" });
      await cell.waitFor();
    },
  },
  "first start: the desktop's dialog fills the path of a backup": {
    path: "index.html?home=first",
    act: async (page) => {
      await button(page, "Restore a backup…").click();
      const choose = button(page, "Choose a file…");
      await choose.waitFor();
      await focused(page, "Choose a file…", "the usual way has the focus");
      await choose.press("Enter");
      await page.waitForFunction(() => document.activeElement?.matches('dialog input[type="password"]'));
      assert.equal(await page.getByLabel("Backup file").inputValue(), "/media/usb/backup-2026-11-24T093000Z.age");
      await page.keyboard.type("a ladder in the orchard");
      await page.keyboard.press("Enter");
      await ready(page);
    },
  },
};
