// What a person does with integration tasks.
import assert from "node:assert/strict";
import { button, until } from "../hands.mjs";

const at = (item, more = "x=1") => `index.html?${more}#/tasks/app-orders/development/${item}`;
const payment = async (page) => {
  await page.locator(".pickers button").first().waitFor();
  const value = await page.locator(".through option", { hasText: "Shop payments" }).getAttribute("value");
  await page.locator(".through select").selectOption(value);
  await button(page, "Create a payment link").click();
  await page.getByLabel("Amount", { exact: false }).first().waitFor();
};
const answer = async (page) => {
  await page.locator("#tab-result-answer").click();
  return JSON.parse(await page.locator(".answer pre").textContent());
};

export const behaviors = {
  "a task: what is missing is said at its field, and nothing is run": {
    path: at("new"),
    act: async (page) => {
      await button(page, "Add a record").click();
      await page.keyboard.press("Control+Enter");
      await page.locator(".help.bad").first().waitFor();
      assert.equal(await page.locator(".help.bad").count(), 2, "module and record are both required");
      assert.equal(await page.evaluate(() => document.activeElement?.closest("[data-input]")?.getAttribute("data-input")), "module", "the first one has the focus");
      assert.equal(await page.locator(".outcome").count(), 0, "nothing came of it");
    },
  },
  "a task: an amount is sent exactly, in the currency's minor unit": {
    path: at("new"),
    act: async (page) => {
      await payment(page);
      await page.locator(".sum").fill("0.30");
      await page.keyboard.press("Control+Enter");
      await page.locator('[data-verdict="done"]').waitFor();
      await page.getByText("Waiting for the payer").waitFor();
      const sent = await answer(page);
      assert.deepEqual([sent.amount, sent.currency], [30, "USD"], "0.1 + 0.2 is 30 cents, and not 30.000000000000004");
      await page.getByLabel("Amount: currency").selectOption("JPY");
      await page.keyboard.press("Control+Enter");
      await page.getByText("The currency has no digits behind the point.").waitFor();
    },
  },
  "a task: what may have been done is called unclear, and said aloud": {
    path: at("task-3", "verdict=unclear"),
    act: async (page) => {
      await page.locator(".form").waitFor();
      assert.equal(await page.locator("#once").isVisible(), true, "it is warned beside Run that it runs at most once");
      await button(page, "Run Ctrl ↵").or(page.getByRole("button", { name: "Run", exact: true })).click();
      await page.locator('[data-verdict="unclear"]').waitFor();
      const said = await page.locator(".answer > [role=status]").textContent();
      assert.match(said ?? "", /^Unclear It may have been done/, "a screen reader hears it");
    },
  },
  "a task: a run is canceled, and nobody says that nothing happened": {
    path: at("task-3", "slow=1"),
    act: async (page) => {
      await page.locator(".form").waitFor();
      await page.keyboard.press("Control+Enter");
      await button(page, "Cancel").click();
      await page.locator('[data-code="call_stopped"]').waitFor();
      assert.equal(await page.locator('[data-input="text"] textarea').inputValue(), "See you tomorrow at 10.", "what was written stands");
      assert.equal(await page.locator(".waiting").count(), 0, "it waits no more");
    },
  },
  "a task: what is told anew takes nobody's focus": {
    path: at("new"),
    act: async (page) => {
      await page.locator(".pickers button").first().waitFor();
      await page.locator(".through select").selectOption("s/practice");
      await button(page, "Add a contact").click();
      await page.locator("[data-name]").first().fill("name");
      await page.evaluate(() => (document.activeElement.dataset.mine = "yes"));
      await page.keyboard.press("Control+Enter");
      // A connection came into being: the program tells of it everywhere, and the list loads anew behind the editor.
      await page.locator('a[href="#/connections"]', { hasText: "10" }).waitFor();
      await page.getByText("Goes through “Practice service”").waitFor();
      assert.equal(await page.evaluate(() => document.activeElement?.dataset.mine), "yes", "the field is the same one, and has the focus");
    },
  },
  "a task: what the program says of an input stands at its field": {
    path: at("task-3"),
    act: async (page) => {
      await page.locator(".form").waitFor();
      await page.locator('[data-input="to"] input').fill("+15005550001");
      await page.keyboard.press("Control+Enter");
      await page.locator('[data-input="to"] .help.bad').waitFor();
      assert.equal(await page.locator(".answer .note").count(), 0, "it is said once");
    },
  },
  "a task: it is kept, and its dot goes": {
    path: at("new"),
    act: async (page) => {
      await button(page, "Get modules").click();
      await page.locator(".rail .dot").waitFor();
      await page.keyboard.press("Control+s");
      await page.locator("dialog[open] input").fill("All modules");
      await page.keyboard.press("Enter");
      await page.locator(".rail a[aria-current]", { hasText: "All modules" }).waitFor();
      await until(page, () => document.querySelectorAll(".rail .dot").length === 0);
      assert.match(await page.evaluate(() => location.hash), /\/task-\d+$/, "its place is its own");
    },
  },
  "a task: without a connection the system connection comes into being, not authorized": {
    path: at("new"),
    act: async (page) => {
      await page.locator(".pickers button").first().waitFor();
      await page.locator(".through select").selectOption("s/salesforce");
      await page.getByText("A system connection of Salesforce comes into being").waitFor();
      const services = await page.locator(".through optgroup").last().locator("option").allTextContents();
      assert.ok(!services.includes("Razorpay"), "never for payments (R5)");
      await button(page, "Get records").click();
      await page.locator('[data-input="object"] input').fill("Account");
      await page.locator('[data-input="fields"] input').fill("Id, Name");
      await page.keyboard.press("Control+Enter");
      await page.locator('[data-code="not_connected"]').waitFor();
      await page.getByText("“Salesforce” has come into being for this task: a system connection.").waitFor();
      await page.locator(".note").getByRole("button", { name: "Authorize" }).waitFor();
    },
  },
  "a task: written and run by keyboard alone": {
    path: at("new"),
    act: async (page) => {
      await page.locator(".pickers button").first().waitFor();
      await page.keyboard.press("/");
      await page.keyboard.type("get records");
      await page.keyboard.press("Enter");
      await until(page, () => document.activeElement?.closest("[data-input]")?.getAttribute("data-input") === "module");
      await page.keyboard.type("Leads");
      await page.keyboard.press("Tab");
      await page.keyboard.type("Last_Name, Email");
      await page.keyboard.press("Control+Enter");
      await page.locator('[data-verdict="done"]').waitFor();
      assert.equal(await page.locator(".rows tbody tr").count(), 50, "the first fifty");
      await page.getByText("the service has more").waitFor();
      await page.locator(".wide").focus();
    },
  },
};
