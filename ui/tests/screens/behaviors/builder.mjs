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
      await page.getByText("Asks for a refresh token").waitFor();
      assert.equal(await line(page, "Authorize parameters, name 1").inputValue(), "prompt", "and can be seen and changed");
      assert.ok(await line(page, "Authorize parameters, value 1").isVisible());
      await line(page, "Authorize parameters, value 1").fill("login consent");
      await page.locator("pre.code").getByText('prompt = "login consent"').waitFor();
    },
  },
  "builder: PKCE is used, refused by the service, or not documented, and off is never chosen unseen": {
    path: KURA,
    act: async (page) => {
      await section(page, "Security");
      const choice = page.getByRole("radiogroup", { name: "PKCE" });
      const warned = page.getByText("PKCE is off: a code that is caught on its way can be used.");
      const is = (name) => choice.getByRole("radio", { name, exact: true, checked: true }).waitFor();
      await is("S256");
      assert.equal(await warned.count(), 0);
      for (const off of ["Refused", "Not documented"]) {
        await choice.getByRole("radio", { name: off, exact: true }).click();
        await is(off);
        await warned.waitFor();
      }
      await choice.getByRole("radio", { name: "S256", exact: true }).click();
      await is("S256");
      await warned.waitFor({ state: "detached" });
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
  "builder: further parameters are rows, wrong ones say so there, and the others stay": {
    path: "index.html?x=1#/connector/press_office.toml",
    act: async (page) => {
      await section(page, "Security");
      const file = page.locator("pre.code");
      await page.getByRole("textbox", { name: "Authorize parameters, name 1" }).waitFor();
      assert.match(await file.innerText(), /prompt = "consent"/);
      const params = page.getByRole("group", { name: "Authorize parameters", exact: true });
      await params.getByRole("button", { name: "Add a parameter" }).press("Enter");
      const name = line(page, "Authorize parameters, name 3");
      assert.equal(await name.evaluate((one) => one === document.activeElement), true, "the new row has the focus");
      await name.pressSequentially("state");
      await page.getByText("“state” is for the program to send.").waitFor();
      assert.equal(await name.getAttribute("aria-invalid"), "true");
      await name.fill("audience");
      await line(page, "Authorize parameters, value 3").fill("https://api.press.example");
      await file.getByText('audience = "https://api.press.example"').first().waitFor();
      const text = await file.innerText();
      for (const kept of ['access_type = "offline"', 'prompt = "consent"', "realmId", 'invalid_code = "invalid_grant"']) assert.ok(text.includes(kept), `${kept} is lost:\n${text}`);
      // A name that stands twice is in no connector, and not forgotten either.
      await line(page, "Authorize parameters, name 3").fill("prompt");
      await page.getByText("“prompt” stands here twice.").waitFor();
      await section(page, "General");
      await section(page, "Security");
      assert.equal(await line(page, "Authorize parameters, value 3").inputValue(), "https://api.press.example", "what was typed is still there");
      assert.ok(await button(page, "Publish…").isDisabled());
      await page.getByText("Saved", { exact: true }).waitFor();
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      await page.getByRole("heading", { name: "Connectors" }).waitFor();
      await page.goBack();
      await section(page, "Security");
      await page.getByText("“prompt” stands here twice.").waitFor();
      assert.equal(await line(page, "Authorize parameters, name 3").inputValue(), "prompt", "nor when the draft is opened again");
      assert.equal(await line(page, "Authorize parameters, value 3").inputValue(), "https://api.press.example");
      assert.equal(await line(page, "Authorize parameters, name 3").getAttribute("aria-invalid"), "true");
      await button(page, "Authorize parameters, remove 3").press("Enter");
      await page.getByText("Nothing is missing. It can be published.").waitFor();
    },
  },
  "builder: a request has a form or JSON as its body, and the other one comes back when it is chosen again": {
    path: "index.html?x=1#/connector/press_office.toml",
    act: async (page) => {
      await section(page, "Requests");
      const json = line(page, "Who-am-I JSON");
      await json.fill('{ "query": ');
      await page.locator('[data-code="not_json"]').getByText("line 1, column 11: it ends before it is complete").waitFor();
      await json.fill('{ "query": "{ me { id } }" }');
      await page.getByRole("radiogroup", { name: "Who-am-I body" }).getByRole("radio", { name: "Form" }).click();
      await button(page, "Add a field").press("Enter");
      await line(page, "Who-am-I form, name 1").fill("action");
      await line(page, "Who-am-I form, value 1").fill("whoami");
      await page.locator("pre.code").getByText('form."action" = "whoami"').waitFor();
      await page.getByRole("radiogroup", { name: "Who-am-I body" }).getByRole("radio", { name: "JSON" }).click();
      assert.equal(await json.inputValue(), '{ "query": "{ me { id } }" }');
      await page.getByRole("radiogroup", { name: "Who-am-I method" }).getByRole("radio", { name: "GET" }).click();
      await page.getByRole("radiogroup", { name: "Who-am-I body" }).waitFor({ state: "detached" });
    },
  },
  "builder: a list is stored while it is typed, line by line, and left as it is typed": {
    path: "index.html?x=1#/connector/press_office.toml",
    act: async (page) => {
      await section(page, "Requests");
      await page.getByRole("checkbox", { name: "Follow from the addresses" }).uncheck();
      const hosts = line(page, "Hosts");
      await hosts.focus();
      await page.keyboard.press("Control+End");
      await hosts.pressSequentially("\nhttps://more.example\n");
      await page.locator("pre.code").getByText('"https://more.example"]').waitFor();
      assert.ok((await hosts.inputValue()).endsWith("https://more.example\n"), "the line that is begun stays");
      assert.equal(await hosts.evaluate((one) => one === document.activeElement), true);
    },
  },
  "builder: a body that is no JSON is told in Japanese, by line and column": {
    path: "index.html?locale=ja&x=1#/connector/press_office.toml",
    options: { locale: "ja" },
    act: async (page) => {
      await page.locator("#tab-requests").click();
      await page.locator("textarea").first().fill('{ "query": ');
      const told = page.locator('[data-code="not_json"]');
      await told.waitFor();
      assert.equal(await told.innerText(), "JSON として読めません。1行目の11文字目: 途中で終わっています。");
    },
  },
  "builder: presets choose among the scopes": {
    path: "index.html?x=1#/connector/press_office.toml",
    act: async (page) => {
      await section(page, "Scopes");
      await button(page, "Add a preset").press("Enter");
      await line(page, "Name of preset 1").fill("Read only");
      await line(page, "Name of preset 1 in Japanese").fill("読み取りのみ");
      await page.getByRole("group", { name: "Scopes of preset 1" }).getByRole("checkbox", { name: "papers.write" }).uncheck();
      await page.locator("pre.code").getByText('scopes = ["papers.read"]').waitFor();
    },
  },
  "builder: scopes say which page lists them, all of them or one, and both are kept": {
    path: KURA,
    act: async (page) => {
      await section(page, "Scopes");
      await line(page, "Scopes listed at").fill("https://docs.kura.example/scopes");
      await line(page, "Page that lists scope 2").fill("https://docs.kura.example/files");
      await page.keyboard.press("Control+s");
      await page.goto(`${page.url().split("#")[0]}#/connectors`);
      await page.getByRole("heading", { name: "Connectors" }).waitFor();
      await page.goto(`${page.url().split("#")[0]}#/connector/kura_archive.toml`);
      await section(page, "Scopes");
      assert.equal(await line(page, "Scopes listed at").inputValue(), "https://docs.kura.example/scopes");
      assert.equal(await line(page, "Page that lists scope 2").inputValue(), "https://docs.kura.example/files");
      assert.equal(await line(page, "Page that lists scope 1").inputValue(), "", "it is on the page of all");
    },
  },
  "builder: a device code beside the page or alone, and one of the two stays": {
    path: "index.html?x=1#/connector/press_office.toml",
    act: async (page) => {
      await section(page, "Security");
      const pressed = (name) => page.getByRole("button", { name, exact: true }).getAttribute("aria-pressed");
      await button(page, "Device code").click();
      await line(page, "Device address").fill("https://id.press.example/device");
      assert.equal(await pressed("OAuth 2 code"), "true", "beside the page");
      await button(page, "OAuth 2 code").click();
      await line(page, "Authorize address").waitFor({ state: "detached" });
      await page.getByText("no page is opened here").waitFor();
      await button(page, "Device code").click();
      assert.equal(await pressed("Device code"), "true", "the last one stays");
      await page.getByText("Nothing is missing. It can be published.").waitFor();
      await button(page, "OAuth 2 code").click();
      assert.equal(await line(page, "Authorize address").inputValue(), "https://id.press.example/auth", "as it was");
      assert.equal(await line(page, "Authorize parameters, name 1").inputValue(), "access_type");
    },
  },
  "builder: a pause while the link name is typed renames nothing": {
    path: "index.html?x=1#/connector/depot.toml",
    act: async (page) => {
      const name = line(page, "Link name");
      for (const typed of ["dep", "depot_n", "depot_north"]) {
        await name.fill(typed);
        await page.getByRole("status").getByText("Saved", { exact: true }).waitFor();
        assert.ok(page.url().endsWith("#/connector/depot.toml"), `${typed}: ${page.url()}`);
      }
      await name.press("Tab");
      await page.waitForURL(/#\/connector\/depot_north\.toml$/);
      await page.locator("pre.code").getByText("# depot_north.toml").waitFor();
    },
  },
  "builder: what cannot be stored is still there when one comes back": {
    path: "index.html?x=1#/connector/depot.toml",
    act: async (page) => {
      await line(page, "Description").fill("No room for this");
      await page.getByText("Not saved", { exact: true }).waitFor();
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      await page.getByRole("heading", { name: "Connectors" }).waitFor();
      await page.goBack();
      await page.getByRole("heading", { name: "Depot" }).waitFor();
      assert.equal(await line(page, "Description").inputValue(), "No room for this");
      await page.getByText("Not saved", { exact: true }).waitFor();
      await line(page, "Description").fill("There is room again");
      await page.getByText("Saved", { exact: true }).waitFor();
    },
  },
  "builder: what somebody else overtook stays until it is given up, with what is wrong with it": {
    path: "index.html?x=1#/connector/depot.toml",
    act: async (page) => {
      await line(page, "Name").fill("Depot elsewhere");
      await page.locator('[data-code="draft_changed"]').waitFor();
      await line(page, "Link name").fill("Not a link name");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      await page.getByRole("heading", { name: "Connectors" }).waitFor();
      await page.goBack();
      await page.locator('[data-code="draft_changed"]').waitFor();
      assert.equal(await line(page, "Link name").inputValue(), "Not a link name", "also what was typed after the refusal");
      await page.locator('[data-code="id_form"]').waitFor();
      assert.equal(await line(page, "Name").inputValue(), "Depot elsewhere");
      await button(page, "Open it again").click();
      await page.getByRole("heading", { name: "Depot", exact: true }).waitFor();
      await page.getByText("Saved", { exact: true }).waitFor();
      assert.equal(await line(page, "Link name").inputValue(), "depot", "as it is stored");
    },
  },
  "builder: a pattern that is none yet is kept, and says so": {
    path: "index.html?x=1#/connector/ledger.toml",
    act: async (page) => {
      await section(page, "Requests");
      await line(page, "Pattern of parameter 1").fill("[a-z");
      await page.locator('[data-code="pattern_bad"]').waitFor();
      await page.getByText("Saved", { exact: true }).waitFor();
      assert.ok(await button(page, "Publish…").isDisabled());
    },
  },
  "service: Esc leads to the gallery where it was opened directly": {
    path: "index.html?x=1#/service/slack",
    act: async (page) => {
      await page.getByRole("heading", { name: "Slack" }).first().waitFor();
      await page.keyboard.press("Escape");
      await page.waitForURL(/#\/new-connection$/);
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
