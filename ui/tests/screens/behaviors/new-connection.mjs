// Making a connection.
import assert from "node:assert/strict";
import { button, ready, until } from "../hands.mjs";

export const behaviors = {
  "create and authorize": {
    path: "index.html?signin=150#/connections",
    act: async (page) => {
      await ready(page);
      await button(page, "New connection").click();
      await page.getByLabel("Search services").fill("practice");
      await page.getByRole("button", { name: /^Practice service/ }).click();
      const name = page.getByLabel("Name", { exact: true });
      await name.fill("Visitor list & 来客");
      await until(page, () => document.querySelector("#link-name")?.value === "visitor_list");
      await page.getByRole("radio", { name: "Logged-in user" }).check();
      await page.getByRole("radio", { name: "One per environment" }).check();
      await page.getByRole("checkbox", { name: /contacts.write/ }).check();
      await button(page, "Create and authorize").click();
      await page.getByRole("heading", { name: "Visitor list & 来客" }).waitFor();
      await page.getByRole("region", { name: "Development" }).getByText("Connected", { exact: true }).waitFor();
      const stage = page.getByRole("region", { name: "Stage" });
      await stage.getByText("Never authorized").waitFor();
      await stage.getByRole("button", { name: "Authorize", exact: true }).click();
      await stage.getByText("Connected", { exact: true }).waitFor();
    },
  },
  "create: a name that cannot be is told at once, and nothing can be created": {
    path: "index.html?x=1#/new-connection/practice",
    act: async (page) => {
      await page.getByLabel("Link name").fill("Bad Name");
      await page.getByRole("alert").getByText("A link name has small letters").waitFor();
      assert.ok(await button(page, "Create and authorize").isDisabled(), "refused before it is tried");
      await page.getByRole("button", { name: "Suggest again" }).click();
      await until(page, () => !document.querySelector(".help.bad"));
      assert.ok(await button(page, "Create only").isEnabled(), "the suggestion is fine");
    },
  },
  "create: a registration's redirect address is shown before its client ID is known": {
    path: "index.html?x=1#/new-connection/hubspot",
    act: async (page) => {
      const address = page.locator("[data-redirect-address]");
      await until(page, () => /^http:\/\/127\.0\.0\.1\/callback\/[0-9a-f-]{36}$/.test(document.querySelector("[data-redirect-address]")?.textContent ?? ""));
      assert.ok(await button(page, "Create only").isDisabled(), "not without a client ID");
      await page.getByLabel("Client ID").fill("abc");
      await page.getByRole("radio", { name: "Fixed port" }).click();
      await until(page, () => document.querySelector("[data-redirect-address]")?.textContent?.startsWith("http://127.0.0.1:41990/"));
      assert.equal(await page.getByLabel("Client ID").inputValue(), "abc", "what was typed stays");
      await page.getByLabel("Client secret").fill("s3cret");
      await button(page, "Create only").click();
      await page.getByRole("heading", { name: "HubSpot" }).waitFor();
      assert.ok(!(await page.content()).includes("s3cret"), "a secret is nowhere on the page afterwards");
      assert.ok(address, "");
    },
  },
  "create: an authorization that could be reused is offered, and then nobody signs in": {
    path: "index.html?x=1#/new-connection/github",
    act: async (page) => {
      await page.getByLabel("Client ID").fill("abc");
      await button(page, "Create only").waitFor();
      await page.goto(page.url().replace("github", "practice"));
      await page.getByRole("radio", { name: "Logged-in user" }).check();
      await button(page, "Use it").click();
      assert.equal(await button(page, "Create only").count(), 0, "nothing is left to authorize");
      await button(page, "Create").click();
      await page.getByRole("region", { name: "All environments" }).getByText("Connected", { exact: true }).waitFor();
    },
  },
  "create: Ctrl Enter does the primary": {
    path: "index.html?signin=100#/new-connection/practice",
    act: async (page) => {
      await page.getByLabel("Name", { exact: true }).fill("By keyboard");
      await until(page, () => document.querySelector("#link-name")?.value === "by_keyboard");
      await page.keyboard.press("Control+Enter");
      await page.getByRole("heading", { name: "By keyboard" }).waitFor();
    },
  },
  "a client that authorizes itself has a secret, and no address that anybody is sent back to": {
    path: "index.html?x=1#/new-connection/razorpay",
    act: async (page) => {
      await page.getByLabel("Client ID").fill("rzp_live_4k2d");
      assert.equal(await page.locator("[data-redirect-address]").count(), 0, "nobody is sent back");
      assert.ok(await button(page, "Create only").isDisabled(), "without a secret it could not prove who it is");
      await page.getByLabel("Client secret").fill("a-secret");
      await until(page, () => ![...document.querySelectorAll("button")].find((one) => one.textContent?.trim() === "Create only")?.disabled);
    },
  },
};
