// One connection: its environments, accounts, uses, and what is done about them.
import assert from "node:assert/strict";
import { button, focused, ready, row, until } from "../hands.mjs";

export const behaviors = {
  "revoke: the dialog asks with Keep it in focus, and Escape keeps": {
    path: "index.html?x=1#/connection/c-0002/environments",
    act: async (page) => {
      await page.getByRole("region", { name: "Development" }).getByRole("button", { name: "Revoke…" }).click();
      const dialog = page.getByRole("alertdialog", { name: "Revoke aiko@example.com in Development?" });
      await dialog.waitFor();
      await focused(page, "Keep it", "the harmless answer has the focus");
      await dialog.getByText("Morning digest").waitFor();
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await focused(page, "Revoke…", "focus goes back to where it was");
      await page.getByRole("region", { name: "Development" }).getByRole("button", { name: "Revoke…" }).click();
      await button(page, "Revoke and stop 3 uses").click();
      await page.getByRole("region", { name: "Development" }).getByText("Revoked").waitFor();
      await page.getByRole("region", { name: "Development" }).getByRole("button", { name: "Authorize", exact: true }).waitFor();
    },
  },
  "rename, disable, enable, delete": {
    path: "index.html?x=1#/connection/c-0019/environments",
    act: async (page) => {
      await button(page, "Edit…").click();
      await page.getByRole("dialog").getByLabel("Name").fill("Drive, renamed");
      await button(page, "Save").click();
      await page.getByRole("heading", { name: "Drive, renamed" }).waitFor();
      await button(page, "Undo").waitFor();
      await button(page, "Disable…").click();
      await focused(page, "Keep it enabled", "the harmless answer has the focus");
      await button(page, "Disable").click();
      await page.getByRole("button", { name: "Enable", exact: true }).first().click();
      await button(page, "Disable…").waitFor();
      await button(page, "More actions").click();
      await page.getByRole("menuitem", { name: "Delete…" }).click();
      await focused(page, "Keep it", "the harmless answer has the focus");
      await button(page, "Delete").click();
      await ready(page);
      assert.equal(await row(page, "Drive, renamed").count(), 0, "it is gone");
    },
  },
  "disable: undone from the status bar": {
    path: "index.html?x=1#/connection/c-0001/environments",
    act: async (page) => {
      await button(page, "Disable…").click();
      const dialog = page.getByRole("alertdialog", { name: "Disable Customer lookup?" });
      await dialog.getByText("3 uses stop").waitFor();
      await button(page, "Disable and stop 3 uses").click();
      await button(page, "Enable").first().waitFor();
      await button(page, "Undo").click();
      await button(page, "Disable…").waitFor();
    },
  },
  "delete: refused with the places that use it": {
    path: "index.html?x=1#/connection/c-0001/overview",
    act: async (page) => {
      await button(page, "More actions").click();
      await page.getByRole("menuitem", { name: "Delete…" }).click();
      const dialog = page.getByRole("alertdialog", { name: "Delete Customer lookup?" });
      await dialog.getByText("2 places use this connection.").waitFor();
      await dialog.getByText(/Used in Morning digest/).waitFor();
      assert.ok(await button(page, "Delete").isDisabled(), "not while it is used");
      await page.keyboard.press("Escape");
      await page.getByRole("heading", { name: "Customer lookup" }).waitFor();
    },
  },
  "edit: a scope more shows who signs in again before anything is done": {
    path: "index.html?signin=5000#/connection/c-0005/environments",
    act: async (page) => {
      await button(page, "Edit…").click();
      await page.getByRole("checkbox", { name: /ZohoCRM.bulk.READ/ }).check();
      await button(page, "Save").click();
      const dialog = page.getByRole("alertdialog", { name: "Change Zoho CRM?" });
      await dialog.getByText("ZohoCRM.bulk.READ").waitFor();
      await dialog.getByText("What has to be authorized again").waitFor();
      await focused(page, "Back", "the harmless answer has the focus");
      await button(page, "Save and authorize").click();
      await page.getByRole("region", { name: "All environments" }).getByText("Scopes missing").waitFor();
      await page.getByText("Authorize Zoho CRM in the window that has opened").waitFor();
    },
  },
  "edit: one authorization per environment says what sits where": {
    path: "index.html?x=1#/connection/c-0005/environments",
    act: async (page) => {
      await button(page, "Edit…").click();
      await page.getByRole("radio", { name: "One per environment" }).click();
      await button(page, "Save").click();
      const dialog = page.getByRole("alertdialog", { name: "Change Zoho CRM?" });
      await dialog.getByText("Nothing has to be authorized again.").waitFor();
      await dialog.getByText("What is used where afterwards").waitFor();
      await dialog.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByRole("region", { name: "Production" }).getByText("Connected", { exact: true }).waitFor();
      await page.getByText("Stage runs as the same account as Production.").waitFor();
    },
  },
  "edit: taken back from the status bar": {
    path: "index.html?x=1#/connection/c-0005/environments",
    act: async (page) => {
      await button(page, "Edit…").click();
      await page.getByRole("dialog").getByLabel("Name").fill("Zoho CRM, apart");
      await page.getByRole("radio", { name: "One per environment" }).click();
      await button(page, "Save").click();
      const dialog = page.getByRole("alertdialog", { name: "Change Zoho CRM?" });
      await dialog.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByRole("region", { name: "Production" }).getByText("Connected", { exact: true }).waitFor();
      await page.getByText("Changed: Zoho CRM, apart").waitFor();
      await button(page, "Undo").click();
      await page.getByRole("heading", { name: "Zoho CRM", exact: true }).waitFor();
      await page.getByRole("region", { name: "All environments" }).getByText("Connected", { exact: true }).waitFor();
      await page.getByText("Taken back: Zoho CRM").waitFor();
      assert.equal(await button(page, "Undo").count(), 0, "once");
    },
  },
  "scopes that uses need are asked for in one press": {
    path: "index.html?signin=5000#/connection/c-0006/environments",
    act: async (page) => {
      const note = page.locator(".note", { hasText: "Uses need 1 scope that is not asked for." });
      await note.getByRole("button", { name: "Ask for the missing scopes" }).click();
      await page.getByRole("alertdialog", { name: "Change Lead intake?" }).getByText("ZohoCRM.bulk.READ").waitFor();
      await button(page, "Save and authorize").waitFor();
    },
  },
  "switch authorization: another one of the same service, or a new sign-in": {
    path: "index.html?signin=5000#/connection/c-0017/environments",
    act: async (page) => {
      await button(page, "Actions for All environments").click();
      await page.getByRole("menuitem", { name: "Switch authorization…" }).click();
      const dialog = page.getByRole("dialog", { name: /^Switch authorization of/ });
      await dialog.getByRole("radio", { name: "Authorize with another account" }).waitFor();
      await dialog.getByRole("button", { name: "Authorize", exact: true }).click();
      await page.getByText(/^Authorize .* in the window that has opened$/).waitFor();
    },
  },
  "settings of one environment: who has to sign in again is said, and asked to": {
    path: "index.html?signin=5000#/connection/c-0001/environments",
    act: async (page) => {
      await button(page, "Actions for Development").click();
      await page.getByRole("menuitem", { name: "Settings…" }).click();
      const dialog = page.getByRole("dialog", { name: "Settings of Development" });
      await dialog.getByLabel("Subdomain").fill("test");
      await dialog.getByRole("button", { name: "Save" }).click();
      await page.getByRole("alertdialog", { name: "Change the settings of Development?" }).getByText("1 account has to be authorized again.").waitFor();
      await button(page, "Save and authorize").click();
      await page.getByText("Authorize Customer lookup in the window").first().waitFor();
    },
  },
  "replace in all uses": {
    path: "index.html?x=1#/connection/c-0006/environments",
    act: async (page) => {
      await button(page, "More actions").click();
      await page.getByRole("menuitem", { name: "Replace in all uses…" }).click();
      const dialog = page.getByRole("alertdialog", { name: "Replace Lead intake in all its uses?" });
      await dialog.getByRole("radio", { name: /Zoho CRM/ }).check();
      await button(page, "Replace in 3 uses").click();
      await page.getByText(/uses now go through Zoho CRM/).waitFor();
      await button(page, "Undo").click();
      await page.getByText(/uses now go through Lead intake/).waitFor();
    },
  },
  "accounts: a manager revokes another member's": {
    path: "index.html?x=1#/connection/c-0002/accounts",
    act: async (page) => {
      await button(page, "Actions for Ben Osei").click();
      await page.getByRole("menuitem", { name: "Revoke… Stage" }).click();
      await page.getByRole("alertdialog", { name: /^Revoke/ }).waitFor();
      await focused(page, "Keep it", "the harmless answer has the focus");
    },
  },
  "make primary": {
    path: "index.html?x=1#/connection/c-0002/environments",
    act: async (page) => {
      await page.getByRole("button", { name: /^Choose primary…/ }).click();
      await page.getByRole("button", { name: "Make primary", exact: true }).click();
      await page.getByRole("img", { name: "Primary account in Production" }).waitFor();
    },
  },
  "try it: an answer, a refusal with its way out, a foreign host": {
    path: "index.html?signin=100#/connection/c-0001/try",
    act: async (page) => {
      await button(page, "Send").click();
      await page.locator(".status", { hasText: "200" }).waitFor();
      await page.getByText('"hana@practice.example"').waitFor();
      await page.getByRole("radio", { name: "Production" }).click();
      await button(page, "Send").click();
      await page.getByRole("alert").getByText("Not connected").waitFor();
      await page.getByRole("alert").getByRole("button", { name: "Authorize" }).click();
      await page.getByText("Authorize Customer lookup in the window").waitFor();
      await page.getByLabel("Path").fill("https://elsewhere.example/x");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText(/does not list this host|Not connected/).waitFor();
    },
  },
  "tabs: [ and ] and arrows move, letters in a field do not": {
    path: "index.html?x=1#/connection/c-0001/environments",
    act: async (page) => {
      const selected = () => page.locator('[role="tab"][aria-selected="true"]').textContent();
      await page.getByRole("tab", { name: "Environments" }).waitFor();
      await page.keyboard.press("]");
      await page.locator('[role="tab"][aria-selected="true"]', { hasText: "Accounts" }).waitFor();
      await page.keyboard.press("]");
      await page.keyboard.press("]");
      await page.keyboard.press("]");
      await page.keyboard.press("]");
      await page.getByLabel("Path").fill("");
      await page.getByLabel("Path").pressSequentially("/a[0]n?");
      assert.equal(await page.getByLabel("Path").inputValue(), "/a[0]n?", "typing types");
      assert.match(await selected(), /Try it/, "and moves nothing");
    },
  },
  "accounts: a kept sign-in is cleared where the account is": {
    path: "index.html?x=1#/connection/c-0013/accounts",
    act: async (page) => {
      await page.getByText("Stays signed in").waitFor();
      await button(page, "Clear Practice service, aiko@practice.example").click();
      await page.getByText("Stays signed in").waitFor({ state: "detached" });
    },
  },
  "used in: each place is one press away": {
    path: "index.html?x=1#/connection/c-0002/uses",
    act: async (page) => {
      await page.getByRole("link", { name: "Tell the owner" }).click();
      await until(page, () => location.hash === "#/tasks/app-tasks/production/task-1");
      await page.goBack();
      await page.getByRole("link", { name: "Morning digest" }).click();
      await until(page, () => location.hash === "#/schedules/app-tasks/production/schedule-1");
    },
  },
  "used in: places, what stops them, and access granted from the connection": {
    path: "index.html?x=1#/connection/c-0002/uses",
    act: async (page) => {
      const place = page.getByRole("row", { name: /^Morning digest/ });
      await place.getByText("Stops").waitFor();
      await place.getByText("Nobody is primary there").waitFor();
      await button(page, "Grant access").click();
      assert.ok(await page.getByRole("menuitem", { name: "Library desk (C5)" }).isDisabled(), "R10");
      await page.getByRole("menuitem", { name: "Orders" }).click();
      await page.getByRole("link", { name: "Orders" }).waitFor();
      await button(page, "Remove access… Tasks").click();
      await page.getByText("1 more use has stopped already").waitFor();
      await button(page, "Remove access and stop 1 use").click();
      await page.getByText("The application may not use this connection.").first().waitFor();
    },
  },
};
