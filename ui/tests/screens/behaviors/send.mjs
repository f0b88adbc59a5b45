// What a person does with SMS and payments.
import assert from "node:assert/strict";
import { button } from "../hands.mjs";

const at = (kind, environment = "development", more = "x=1") => `index.html?${more}#/send/app-orders/${environment}/${kind}`;

export const behaviors = {
  "a message: its parts are counted before it is paid for": {
    path: at("sms"),
    act: async (page) => {
      const text = page.locator('[data-input="text"] textarea');
      await text.fill("a".repeat(160));
      await page.getByText("160 characters").waitFor();
      await page.getByText("1 SMS", { exact: true }).waitFor();
      await text.fill("a".repeat(161));
      await page.getByText("2 SMS, each paid for").waitFor();
      await text.fill(`${"a".repeat(70)}’`);
      await page.getByText("UCS-2, because of “’”").waitFor();
      await page.getByText("2 SMS, each paid for").waitFor();
    },
  },
  "a message: what is missing is said at its field, and nothing is sent": {
    path: at("sms"),
    act: async (page) => {
      await page.locator('[data-stakes="message"]').waitFor();
      await page.locator(".form").waitFor();
      await button(page, "Send message").click();
      await page.locator(".help.bad").first().waitFor();
      assert.equal(await page.locator(".help.bad").count(), 2, "to and text");
      assert.equal(await page.evaluate(() => document.activeElement?.closest("[data-input]")?.getAttribute("data-input")), "to", "the first has the focus");
      await page.getByText("Nothing sent yet").waitFor();
    },
  },
  "a message: where the answer was lost nobody says that nothing happened": {
    path: at("sms", "development", "lost=1"),
    act: async (page) => {
      await page.locator('[data-input="to"] input').fill("+819012345678");
      await page.locator('[data-input="text"] textarea').fill("Hello");
      await page.keyboard.press("Control+Enter");
      const note = page.locator('[data-code="answer_lost"]');
      await note.waitFor();
      await note.getByText("Whether the service acted on the request is not known.", { exact: false }).waitFor();
      assert.equal(await note.getByRole("button").count(), 0, "no button sends it again");
      assert.equal(await page.locator('[data-input="text"] textarea').inputValue(), "Hello", "what was written stands");
      await page.locator("tbody tr").first().getByText("No answer").waitFor();
    },
  },
  "a payment: in the sandbox it goes out at once, and is looked up by what came of it": {
    path: at("payment"),
    act: async (page) => {
      await page.locator('[data-stakes="sandbox"]').waitFor();
      await page.locator(".sum").fill("0.30");
      await page.keyboard.press("Control+Enter");
      await page.locator('[data-verdict="done"]').waitFor();
      await page.getByText("Waiting for the payer").waitFor();
      await page.getByText("https://rzp.io/i/nxrHnLJ").waitFor();
      await button(page, "Look up this payment").click();
      await page.getByText("Paid", { exact: true }).waitFor();
      assert.equal(await page.locator('[data-input="id"] input').inputValue(), "plink_ExjpAUN3gVHrPJ", "by the id that the service gave");
    },
  },
  "a payment: where money moves, nothing goes out before one more word": {
    path: at("payment", "production"),
    act: async (page) => {
      await page.locator('[data-stakes="live"]').waitFor();
      await page.locator(".sum").fill("1234.5");
      await page.keyboard.press("Control+Enter");
      const dialog = page.locator("dialog[open]");
      await dialog.waitFor();
      assert.match(((await dialog.locator("[data-amount]").textContent()) ?? "").replace(/\s/g, " "), /USD 1,234\.50/, "the whole amount is said");
      assert.equal(await page.evaluate(() => document.activeElement?.textContent), "Cancel", "the harmless answer has the focus");
      await page.keyboard.press("Enter");
      await dialog.waitFor({ state: "detached" });
      await page.getByText("Nothing sent yet").waitFor();
      await page.locator(".foot .btn").click();
      await button(page, "For real").click();
      await page.locator('[data-verdict="done"]').waitFor();
    },
  },
  "a payment: what has ended offers to migrate, and takes nothing": {
    path: at("payment", "development", "retired=1"),
    act: async (page) => {
      const note = page.locator('[data-code="connector_retired"]');
      await note.getByRole("link", { name: "Migrate" }).waitFor();
      assert.equal(await page.locator(".form").count(), 0, "there is nothing to fill in");
      await page.keyboard.press("Control+Enter");
      await page.getByText("Nothing sent yet").waitFor();
      await note.getByRole("link", { name: "Migrate" }).click();
      await page.waitForFunction(() => location.hash.includes("/uses"));
    },
  },
  "SMS and payments: what was typed for one is there after a look at the other": {
    path: at("sms"),
    act: async (page) => {
      await page.locator('[data-input="text"] textarea').fill("Hello");
      await page.getByRole("tab", { name: "Payments" }).click();
      await page.locator(".sum").waitFor();
      await page.getByRole("tab", { name: "SMS" }).click();
      await page.locator('[data-input="text"] textarea').waitFor();
      assert.equal(await page.locator('[data-input="text"] textarea').inputValue(), "Hello");
      await page.getByText("Why SMS-Magic cannot send").click();
      await page.getByText("publishes no description of its API", { exact: false }).waitFor();
    },
  },
};
