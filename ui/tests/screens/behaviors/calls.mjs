// Invoke URL: what a person does with a call.
import assert from "node:assert/strict";
import { button, until } from "../hands.mjs";

const LEADS = "index.html?x=1#/calls/app-orders/development/call-1";
const LEAD = "index.html?x=1#/calls/app-orders/development/call-2";
const address = (page) => page.getByRole("textbox", { name: "Path or address" });
const answer = (page) => page.getByRole("region", { name: "Answer", exact: true });
const call = (page, name) => page.getByRole("navigation", { name: "Calls" }).getByRole("link", { name: new RegExp(`^${name}`) });
const said = (page) => page.locator(".statusbar .said");
const hasFocus = (page, locator) => locator.evaluate((one) => one === document.activeElement);

export const behaviors = {
  "calls: a first request through what works, sent and kept": {
    path: "index.html?calls=none#/calls",
    act: async (page) => {
      await page.getByText("Nothing is kept yet.").waitFor();
      assert.equal(await address(page).inputValue(), "/users/me", "a path worth a first request stands there");
      await button(page, "Send").click();
      await answer(page).getByText("200", { exact: true }).waitFor();
      await button(page, "Keep call…").click();
      await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("Who am I");
      await page.getByRole("dialog").getByRole("button", { name: "Keep", exact: true }).click();
      await call(page, "Who am I").waitFor();
      await answer(page).getByText("200", { exact: true }).waitFor();
      assert.match(page.url(), /call-1$/, "it has a place of its own from then on");
      assert.ok(await button(page, "Save").isDisabled(), "nothing is left to save");
    },
  },
  "calls: the keyboard sends, goes to the address and copies as curl, from the editor of the body too": {
    path: LEAD,
    options: { permissions: ["clipboard-read", "clipboard-write"] },
    act: async (page) => {
      const body = page.getByRole("textbox", { name: "Body", exact: true });
      await body.click();
      await page.keyboard.press("Control+End");
      await page.keyboard.type("n?/");
      assert.ok(page.url().endsWith("call-2"), "letters go into the text: none is a shortcut there");
      assert.equal(await page.getByRole("dialog").count(), 0);
      for (let i = 0; i < 3; i += 1) await page.keyboard.press("Backspace");
      await page.keyboard.press("Control+Enter");
      await answer(page).getByText("201", { exact: true }).waitFor();
      await page.keyboard.press("Control+l");
      assert.ok(await hasFocus(page, address(page)), "Ctrl L goes to the address");
      await page.keyboard.press("Control+Shift+C");
      await said(page).getByText("Copied as curl").waitFor();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.match(copied, /^curl -X POST .*YOUR_ACCESS_TOKEN/s, "the credential is a placeholder");
    },
  },
  "calls: Escape, then Tab, leaves the editor of the body": {
    path: LEAD,
    act: async (page) => {
      const body = page.getByRole("textbox", { name: "Body", exact: true });
      await body.click();
      await page.keyboard.press("Tab");
      const inside = () => page.evaluate(() => document.activeElement?.shadowRoot !== null && document.activeElement?.shadowRoot !== undefined);
      assert.ok(await inside(), "Tab alone indents");
      await page.keyboard.press("Escape");
      assert.ok(await inside(), "Escape alone stays");
      await page.keyboard.press("Tab");
      assert.ok(!(await inside()), "the keyboard gets out");
      const about = await body.evaluate((one) => one.getRootNode().getElementById(one.getAttribute("aria-describedby"))?.textContent);
      assert.match(about, /Escape, then Tab/, "and the editor says how");
    },
  },
  "calls: an Enter that ends a composition sends nothing": {
    path: LEADS,
    act: async (page) => {
      await address(page).focus();
      for (const init of [{ key: "Enter", isComposing: true }, { key: "Enter", keyCode: 229 }, { key: "Enter", isComposing: true, ctrlKey: true }]) {
        await page.evaluate((one) => {
          const event = new KeyboardEvent("keydown", { ...one, bubbles: true, cancelable: true });
          if (one.keyCode) Object.defineProperty(event, "keyCode", { value: one.keyCode });
          document.activeElement?.dispatchEvent(event);
        }, init);
      }
      await answer(page).getByText("Nothing sent yet").waitFor();
      await page.getByRole("textbox", { name: "Parameters, row 1: value" }).focus();
      await page.evaluate(() => document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true })));
      assert.equal(await page.locator(".pair").count(), 3, "nor does it begin a row");
      await page.keyboard.press("Control+l");
      await page.keyboard.press("Enter");
      await answer(page).getByText("200", { exact: true }).waitFor();
    },
  },
  "calls: rows are added, switched off and removed by keyboard": {
    path: LEADS,
    act: async (page) => {
      const name = (n) => page.getByRole("textbox", { name: `Parameters, row ${n}: name` });
      await page.getByRole("textbox", { name: "Parameters, row 1: value" }).press("Enter");
      assert.ok(await hasFocus(page, name(2)), "Enter begins the next row");
      await page.keyboard.type("sort_by");
      await page.getByRole("checkbox", { name: "Parameters, row 2: send" }).press("Space");
      await page.getByRole("button", { name: "Parameters, row 1: remove" }).press("Enter");
      assert.ok(await hasFocus(page, name(1)), "the focus is not lost with the row");
      assert.equal(await name(1).inputValue(), "sort_by");
      await page.keyboard.press("Control+Enter");
      await answer(page).locator("code", { hasText: "/Leads" }).waitFor();
      await page.getByRole("tab", { name: /^Parameters/ }).getByText("1", { exact: true }).waitFor();
    },
  },
  "calls: a refusal says why, and authorizing is one press away": {
    path: "index.html?signin=100#/calls/app-orders/production/call-6",
    act: async (page) => {
      const stopped = call(page, "Ticket by its number").getByRole("img", { name: /^Not connected/ });
      await stopped.waitFor();
      await page.getByText("Not connected: Revoked", { exact: true }).waitFor();
      await button(page, "Send").click();
      const refusal = answer(page).getByRole("alert");
      await refusal.waitFor();
      assert.equal(await refusal.getAttribute("data-code"), "not_connected");
      await refusal.getByRole("button", { name: "Authorize" }).click();
      await page.getByText("Connected, the gate lets this through", { exact: true }).waitFor();
      await button(page, "Send").click();
      await answer(page).getByText("200", { exact: true }).waitFor();
      await stopped.waitFor({ state: "detached" });
    },
  },
  "calls: on the free plan no connection is said to be let through": {
    path: "index.html?plan=free#/calls/app-orders/production/call-4",
    act: async (page) => {
      await page.locator(".state .whole", { hasText: "paid plan" }).waitFor();
      assert.equal(await page.getByText("Connected, the gate lets this through").count(), 0, "it is not");
    },
  },
  "calls: in a copy that was not taken over no connection is said to be let through": {
    path: "index.html?restored=1#/calls/app-orders/production/call-4",
    act: async (page) => {
      await page.locator(".state .whole", { hasText: "restored from a backup" }).waitFor();
      assert.equal(await page.getByText("Connected, the gate lets this through").count(), 0, "it is not");
    },
  },
  "calls: one that waits is stopped, and what is not known is said": {
    path: "index.html?slow=1#/calls/app-orders/development/call-2",
    act: async (page) => {
      await button(page, "Send").click();
      assert.equal(await button(page, "Send").getAttribute("aria-disabled"), "true", "one at a time");
      assert.ok(await hasFocus(page, button(page, "Send")), "and the focus stays where it was");
      await answer(page).getByRole("button", { name: "Cancel" }).click();
      await answer(page).getByText("Whether the service acted on the request is not known.").waitFor();
      await page.getByRole("navigation", { name: "Calls" }).getByText("stopped", { exact: true }).waitFor();
    },
  },
  "calls: what is written survives choosing another call, and a dot shows it": {
    path: LEADS,
    act: async (page) => {
      await address(page).fill("/Contacts");
      await call(page, "New lead").click();
      await until(page, () => document.querySelector(".address input")?.value === "/Leads" && document.querySelector(".method select")?.value === "POST");
      await call(page, "Latest leads").getByText("Not saved").waitFor({ state: "attached" });
      await call(page, "Latest leads").click();
      await until(page, () => document.querySelector(".address input")?.value === "/Contacts");
      await page.keyboard.press("Control+s");
      await said(page).getByText("“Latest leads” is kept").waitFor();
      assert.equal(await call(page, "Latest leads").getByText("Not saved").count(), 0);
    },
  },
  "calls: saved by another window meanwhile, nothing is lost unasked": {
    path: "index.html?theirs=1#/calls/app-orders/development/call-1",
    act: async (page) => {
      await address(page).fill("/Mine");
      await button(page, "Save").click();
      await button(page, "Keep mine as new…").click();
      await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("Mine");
      await page.getByRole("dialog").getByRole("button", { name: "Keep", exact: true }).click();
      await call(page, "Mine").waitFor();
      await call(page, "Latest leads").click();
      await until(page, () => document.querySelector(".address input")?.value === "/Contacts");
      await call(page, "New lead").click();
      await until(page, () => document.querySelector(".method select")?.value === "POST");
      await address(page).fill("/Mine");
      await button(page, "Save").click();
      await button(page, "Load theirs").click();
      await until(page, () => document.querySelector(".address input")?.value === "/Contacts");
      assert.ok(await button(page, "Save").isDisabled(), "what is shown is what is kept");
    },
  },
  "calls: deleting says what it frees, and can be taken back": {
    path: LEADS,
    act: async (page) => {
      await address(page).waitFor();
      await button(page, "More actions").click();
      await page.getByRole("menuitem", { name: "Delete" }).click();
      await said(page).getByText("“Latest leads” is deleted; Lead intake is not used by it any more").waitFor();
      await call(page, "Latest leads").waitFor({ state: "detached" });
      await button(page, "Undo").click();
      await call(page, "Latest leads").waitFor();
      await page.getByRole("textbox", { name: "Parameters, row 1: name" }).waitFor();
    },
  },
  "calls: the history gives method and path, and this session's requests whole": {
    path: LEAD,
    act: async (page) => {
      const rail = page.getByRole("navigation", { name: "Calls" });
      await page.getByRole("textbox", { name: "Body", exact: true }).waitFor();
      await page.keyboard.press("Control+Enter");
      await answer(page).getByText("201", { exact: true }).waitFor();
      await rail.getByRole("button", { name: /^GET \/settings\/fields/ }).click();
      await until(page, () => document.querySelector(".address input")?.value === "/settings/fields");
      await said(page).getByText("parameters and bodies are not kept there").waitFor();
      await button(page, "Undo").click();
      await until(page, () => document.querySelector(".address input")?.value === "/Leads");
      await rail.getByRole("button", { name: /^GET \/settings\/fields/ }).click();
      await rail.getByText("This session, whole").waitFor();
      await rail.getByRole("button", { name: /^POST \/Leads/ }).first().click();
      await page.getByRole("textbox", { name: "Body", exact: true }).getByText("Lindqvist").waitFor();
    },
  },
  "calls: at 1024 by 700 the history is folded away, and opens": {
    path: LEADS,
    options: { width: 1024, height: 700 },
    act: async (page) => {
      const history = page.getByRole("button", { name: /^History/ });
      await history.waitFor();
      assert.equal(await history.getAttribute("aria-expanded"), "false");
      await history.press("Enter");
      await page.getByText("Method and path only").waitFor();
    },
  },
  "calls: the palette and the sidebar lead there, back to the last application and environment": {
    path: "index.html?x=1#/calls/app-tasks/production",
    act: async (page) => {
      await call(page, "Overdue alert").waitFor();
      await page.getByRole("link", { name: "Home" }).click();
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "Search or jump" }).fill("Invoke");
      await page.getByRole("option", { name: "Invoke URL" }).waitFor();
      await page.keyboard.press("Enter");
      await call(page, "Overdue alert").waitFor();
      assert.match(page.url(), /app-tasks\/production$/);
      await page.getByRole("link", { name: "Home" }).click();
      await page.getByRole("link", { name: "Invoke URL" }).click();
      await call(page, "Overdue alert").waitFor();
    },
  },
  "calls: a user who manages nothing has no way to it": {
    path: "index.html?role=user#/calls",
    act: async (page) => {
      await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
      await until(page, () => location.hash.startsWith("#/live"));
      assert.equal(await page.getByRole("link", { name: "Invoke URL" }).count(), 0, "R2");
      assert.equal(await page.getByRole("heading", { name: "Automation" }).count(), 0, "no heading over nothing");
    },
  },
};
