// Connectors and client registrations.
import assert from "node:assert/strict";
import { button } from "../hands.mjs";

export const behaviors = {
  "client registration: a change lists what it touches, and one in use is not deleted": {
    path: "index.html?x=1#/connectors",
    act: async (page) => {
      await button(page, "Actions for Kumo Works, main").click();
      await page.getByRole("menuitem", { name: "Edit…" }).click();
      const dialog = page.getByRole("dialog", { name: "Change Kumo Works, main" });
      await dialog.getByText("Lead intake").waitFor();
      await dialog.getByLabel("Client ID").fill("1000.OTHER");
      await dialog.getByText("each of these has to be authorized again").waitFor();
      await dialog.getByRole("button", { name: /^Change for/ }).click();
      await page.getByText("1000.OTHER").waitFor();
      await button(page, "Actions for Kumo Works, main").click();
      await page.getByRole("menuitem", { name: "Delete…" }).click();
      assert.ok(await button(page, "Delete").isDisabled(), "not while connections use it");
    },
  },
  "connectors: a draft is accepted": {
    path: "index.html?x=1#/connectors",
    act: async (page) => {
      const draft = page.getByRole("article", { name: "depot.toml" });
      await draft.getByText("api.depot.example").waitFor();
      await draft.getByRole("button", { name: "Accept depot.toml", exact: true }).click();
      await draft.getByText("Accepted", { exact: true }).waitFor();
      await page.getByRole("article", { name: "old-forms.toml" }).getByText("Line 14:").waitFor();
    },
  },
};
