// Applications and what they may use.
import assert from "node:assert/strict";
import { button, focused } from "../hands.mjs";

export const behaviors = {
  "applications: made, shared, granted a connection, and access taken back with its impact": {
    path: "index.html?x=1#/applications",
    act: async (page) => {
      await button(page, "New application").click();
      await page.getByLabel("Name", { exact: true }).fill("Returns");
      await button(page, "Create").click();
      await page.getByRole("heading", { name: "Returns" }).waitFor();
      await page.getByText("It may use no connection yet.").waitFor();
      await button(page, "Grant access…").click();
      await page.getByLabel("Find a connection").fill("team");
      await button(page, "Grant Team alerts").click();
      await page.getByText("Granted", { exact: true }).waitFor();
      await button(page, "Done").click();
      await page.getByRole("tab", { name: "Shared with 1" }).click();
      await page.getByRole("switch", { name: "Share with Dana Kim" }).check();
      await page.getByRole("tab", { name: "Shared with 2" }).waitFor();
      await page.getByRole("tab", { name: "Connections 1" }).click();
      await button(page, "Remove access… Team alerts").click();
      const dialog = page.getByRole("alertdialog", { name: "Stop Returns from using Team alerts?" });
      await dialog.getByText("No use stops").waitFor();
      await focused(page, "Keep access", "the harmless button has the focus");
      await button(page, "Remove access").click();
      await page.getByText("It may use no connection yet.").waitFor();
      await button(page, "Undo").click();
      await page.getByRole("link", { name: "Team alerts" }).waitFor();
    },
  },
  "applications: a service tried without a connection gets its system connection, and works once authorized": {
    path: "index.html?x=1#/application/app-library/connections",
    act: async (page) => {
      await button(page, "Try a service…").click();
      const dialog = page.getByRole("dialog", { name: "Try a service for Library desk" });
      await dialog.getByLabel("Service").selectOption("practice");
      await dialog.getByText("It has no system connection yet.").waitFor();
      assert.equal(await dialog.getByText("PayPal").count(), 0, "R5: never for payments");
      await button(page, "Send").click();
      await dialog.getByText("The system connection Practice service came into being.").waitFor();
      await dialog.getByRole("alert").getByRole("button", { name: "Authorize", exact: true }).click();
      await dialog.getByText("Through its system connection, Practice service.").waitFor();
      await button(page, "Send").click();
      await dialog.getByRole("region", { name: "Answer" }).waitFor();
      await button(page, "Close").click();
      await page.getByRole("link", { name: "Practice service" }).waitFor();
    },
  },
  "applications: what a C5 application cannot use says why": {
    path: "index.html?x=1#/application/app-library/connections",
    act: async (page) => {
      await button(page, "Grant access…").click();
      const refused = button(page, "Grant Lead intake");
      await refused.waitFor();
      assert.ok(await refused.isDisabled(), "R10: a logged-in-user connection");
      await page.getByText("C5 applications have no logged-in-user connections.").first().waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("link", { name: "Team alerts" }).waitFor();
    },
  },
  "applications: one that is used is not deleted, and its places are listed": {
    path: "index.html?x=1#/application/app-tasks/connections",
    act: async (page) => {
      await button(page, "Delete…").click();
      const dialog = page.getByRole("alertdialog", { name: "Tasks cannot be deleted yet" });
      await dialog.getByText("Morning digest").waitFor();
      assert.equal(await button(page, "Delete").count(), 0, "R18: there is nothing to press");
      await button(page, "Close").click();
      await page.goto(page.url().replace("app-tasks", "app-library"));
      await button(page, "Delete…").click();
      await button(page, "Delete").click();
      await page.getByRole("heading", { name: "Applications" }).waitFor();
      await page.getByRole("row", { name: /^Orders/ }).waitFor();
      assert.equal(await page.getByRole("row", { name: /^Library desk/ }).count(), 0, "it is gone");
    },
  },
  "applications: a connection made from one may be used by it": {
    path: "index.html?x=1#/application/app-library/connections",
    act: async (page) => {
      await button(page, "New connection").click();
      await page.getByRole("button", { name: /^Practice service/ }).click();
      await page.getByText("Made for Library desk").waitFor();
      assert.ok(await page.getByRole("radio", { name: "Logged-in user" }).isDisabled(), "R10, before anything is stored");
      await page.getByLabel("Name", { exact: true }).fill("Readers");
      await button(page, "Create only").click();
      await page.getByRole("heading", { name: "Readers" }).waitFor();
      await page.getByRole("tab", { name: "Used in" }).click();
      await page.getByRole("link", { name: "Library desk" }).waitFor();
    },
  },
};
