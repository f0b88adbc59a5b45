// SMS and payments, sent by hand.
import { main, settle } from "../standing.mjs";

const at = (kind, environment = "development", more = "x=1") => `index.html?${more}#/send/app-orders/${environment}/${kind}`;
const formed = async (page) => {
  await page.locator(".form").waitFor();
  await settle(page);
};
const sent = async (page) => {
  await page.keyboard.press("Control+Enter");
  await page.locator(".outcome").waitFor();
  await settle(page);
};

export const places = [
  {
    name: "send-sms", path: at("sms"), ...main,
    ready: async (page) => {
      await formed(page);
      await page.locator('[data-input="to"] input').fill("+819012345678");
      await page.locator('[data-input="text"] textarea').fill("明日10時にお待ちしています。".repeat(6));
      await sent(page);
    },
  },
  {
    name: "send-payment", path: at("payment"), ...main,
    ready: async (page) => {
      await formed(page);
      await page.locator(".sum").fill("10.50");
      await sent(page);
    },
  },
  {
    name: "send-payment-live", path: at("payment", "production"), ...main,
    ready: async (page) => {
      await formed(page);
      await page.locator(".sum").fill("10.50");
      await page.keyboard.press("Control+Enter");
      await page.locator("dialog[open]").waitFor();
      await settle(page);
    },
  },
  {
    name: "send-retired-1024", path: at("payment", "development", "retired=1"), options: { width: 1024, height: 700 },
    ready: async (page) => {
      await page.locator('[data-code="connector_retired"]').waitFor();
      await settle(page);
    },
  },
  {
    name: "send-lost-1024", path: at("sms", "development", "lost=1"), options: { width: 1024, height: 700 },
    ready: async (page) => {
      await formed(page);
      await page.locator('[data-input="to"] input').fill("+819012345678");
      await page.locator('[data-input="text"] textarea').fill("See you tomorrow at 10.");
      await page.keyboard.press("Control+Enter");
      await page.locator('[data-code="answer_lost"]').waitFor();
      await settle(page);
    },
  },
  {
    name: "send-none", path: "index.html?x=1#/send/app-library/development/sms", ...main,
    ready: async (page) => {
      await page.locator(".nothing").waitFor();
      await settle(page);
    },
  },
];
