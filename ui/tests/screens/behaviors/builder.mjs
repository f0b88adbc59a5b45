// The builder of custom connectors.
import assert from "node:assert/strict";
import { button } from "../hands.mjs";

const KURA = "index.html?x=1#/connector/kura_archive.toml";

/** Opens a section of the builder. */
const section = (page, name) => page.getByRole("tab", { name: new RegExp(`^${name}`) }).click();
const line = (page, name) => page.getByRole("textbox", { name, exact: true });

export const behaviors = {
  "builder: a connector from scratch is a draft at once, and published once nothing is missing": {
    path: "index.html?x=1#/connectors",
    act: async (page) => {
      await button(page, "New connector").click();
      const dialog = page.getByRole("dialog", { name: "New connector" });
      assert.ok(await dialog.getByRole("button", { name: "Create draft" }).isDisabled(), "not without a name");
      await dialog.getByLabel("Name", { exact: true }).fill("Paper Mill");
      await dialog.getByRole("button", { name: "Create draft" }).click();
      await page.getByRole("heading", { name: "Paper Mill" }).waitFor();
      await page.getByText("Draft", { exact: true }).waitFor();
      assert.ok(await button(page, "Publish…").isDisabled(), "much is missing");
      await section(page, "Security");
      await line(page, "Authorize address").fill("https://id.mill.example/auth");
      await line(page, "Token address").fill("http://id.mill.example/token");
      await page.getByText("This address is not https").waitFor();
      await line(page, "Token address").fill("https://id.mill.example/token");
      await section(page, "Requests");
      await line(page, "API address").fill("https://api.mill.example/v1");
      await page.getByText("Nothing is missing. It can be published.").waitFor();
      await page.locator(".bar .primary:not([disabled])").click();
      await page.getByRole("dialog", { name: "Publish Paper Mill?" }).getByRole("button", { name: "Publish", exact: true }).click();
      await page.getByText("Published", { exact: true }).waitFor();
    },
  },
  "builder: an issuer fills the addresses, and one that lies is refused": {
    path: "index.html?x=1#/connector/depot.toml",
    act: async (page) => {
      await section(page, "Security");
      await line(page, "Issuer").fill("https://liar.example");
      await button(page, "Fill from issuer").click();
      await page.getByText("The description is that of").waitFor();
      assert.equal(await line(page, "Token address").inputValue(), "", "nothing of it was used");
      await line(page, "Issuer").fill("https://id.depot.example");
      await button(page, "Fill from issuer").click();
      await page.getByText("names itself as the same issuer").waitFor();
      assert.equal(await line(page, "Token address").inputValue(), "https://id.depot.example/token");
      assert.equal(await page.getByText("from issuer", { exact: true }).count() > 2, true, "where it came from is said");
    },
  },
  "builder: an OpenAPI document is read before a way is chosen, and a bad one is refused by line": {
    path: "index.html?x=1#/new-connection",
    act: async (page) => {
      await page.getByRole("button", { name: "New connector", exact: true }).click();
      const dialog = page.getByRole("dialog", { name: "New connector" });
      await dialog.getByRole("radio", { name: "OpenAPI document" }).click();
      await dialog.getByLabel("Text of the file").fill("swagger: '2.0'");
      await dialog.getByRole("button", { name: "Read the document" }).click();
      await dialog.getByText("openapi.yaml:1: Swagger 2.0").waitFor();
      await dialog.getByLabel("Text of the file").fill("openapi: 3.0.3");
      await dialog.getByRole("button", { name: "Read the document" }).click();
      await dialog.getByText("Line 13:").waitFor();
      await dialog.getByRole("radio", { name: /API key in a header/ }).click();
      await dialog.getByRole("button", { name: "Create draft" }).click();
      await page.getByRole("heading", { name: "Paper Mill" }).waitFor();
      await section(page, "Security");
      assert.equal(await line(page, "Header name").inputValue(), "X-API-Key");
    },
  },
  "builder: what publishing removes is shown before": {
    path: KURA,
    act: async (page) => {
      await section(page, "Security");
      await line(page, "Token address").fill("https://login.kura.example/token");
      await page.locator(".bar .primary:not([disabled])").click();
      const dialog = page.getByRole("alertdialog", { name: "Publish Kura Archive?" });
      await dialog.getByText("1 client secret is removed").waitFor();
      await dialog.getByText("2 connections have to be authorized again").waitFor();
      assert.equal(await dialog.getByRole("button", { name: "Keep editing" }).evaluate((one) => one === document.activeElement), true, "the harmless answer has the focus");
      await dialog.getByRole("button", { name: "Publish", exact: true }).click();
      await page.getByText("Published as it is here").waitFor();
    },
  },
  "builder: a connector in use is neither withdrawn nor deleted": {
    path: KURA,
    act: async (page) => {
      await button(page, "Delete…").click();
      const dialog = page.getByRole("alertdialog", { name: "Delete Kura Archive?" });
      await dialog.getByText("Contract search").waitFor();
      assert.ok(await dialog.getByRole("button", { name: "Delete", exact: true }).isDisabled());
    },
  },
  "builder: an SVG logo is refused by name and reason": {
    path: "index.html?x=1#/connector/depot.toml",
    act: async (page) => {
      await page.getByLabel("Logo").setInputFiles({ name: "depot.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>") });
      await page.getByText("depot.svg: It is an SVG drawing").waitFor();
    },
  },
  "builder: what is typed is kept when one leaves at once, and a draft is found in the gallery": {
    path: "index.html?x=1#/connector/depot.toml",
    act: async (page) => {
      await line(page, "Name").fill("Depot of the north");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      await page.getByRole("heading", { name: "Connectors" }).waitFor();
      await page.goto(`${page.url().split("#")[0]}#/new-connection`);
      await page.getByRole("radio", { name: /^Custom/ }).click();
      await page.getByRole("button", { name: /depot/i }).filter({ hasText: "Draft" }).click();
      await page.getByRole("heading", { name: "Depot of the north" }).waitFor();
    },
  },
  "builder: the sections are one stop of the keyboard, and arrows go from one to the next": {
    path: KURA,
    act: async (page) => {
      await page.getByRole("tab", { name: "General" }).focus();
      await page.keyboard.press("ArrowDown");
      await line(page, "Token address").waitFor();
      assert.equal(await page.getByRole("tab", { name: "Security" }).evaluate((one) => one === document.activeElement), true);
    },
  },
};
