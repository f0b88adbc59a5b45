// Integration tasks: what services can do, kept and run.
import { main, see, settle } from "../standing.mjs";

const at = (item, more = "x=1") => `index.html?${more}#/tasks/app-orders/development/${item}`;
const formed = async (page) => {
  await page.locator(".form").waitFor();
  await settle(page);
};
const ran = async (page) => {
  await page.locator(".form").waitFor();
  await page.keyboard.press("Control+Enter");
  await page.locator(".outcome").waitFor();
  await settle(page);
};
const through = (service) => async (page) => {
  await page.locator(".through select").selectOption(`s/${service}`);
  await page.locator(".pickers button").first().waitFor();
};
const chosen = async (page, name) => {
  await page.locator(".pickers button").nth(name).click();
  await formed(page);
};

export const places = [
  { name: "tasks", path: at("new"), ...main, ready: see(".pickers button") },
  { name: "tasks-record", path: at("task-1"), ...main, ready: formed },
  { name: "tasks-done", path: at("task-1"), ...main, ready: ran },
  { name: "tasks-rows", path: at("task-2"), ...main, ready: ran },
  { name: "tasks-rows-1024", path: at("task-2"), options: { width: 1024, height: 700 }, ready: ran },
  { name: "tasks-rows-1920", path: at("task-2"), options: { width: 1920, height: 1200 }, ready: ran },
  { name: "tasks-sms", path: at("task-3"), ...main, ready: formed },
  { name: "tasks-partly", path: at("task-1", "verdict=partly"), ...main, ready: ran },
  { name: "tasks-refused", path: at("task-1", "verdict=refused"), ...main, ready: ran },
  { name: "tasks-unclear", path: at("task-3", "verdict=unclear"), ...main, ready: ran },
  {
    name: "tasks-json", path: at("task-1"), ...main,
    ready: async (page) => {
      await formed(page);
      await page.getByRole("radio", { name: "JSON" }).or(page.getByRole("button", { name: "JSON" })).first().click();
      await page.locator(".cm-content").waitFor();
      await settle(page);
    },
  },
  {
    name: "tasks-kinds", path: at("new"), ...main,
    ready: async (page) => {
      await through("zoho_crm")(page);
      await chosen(page, 2);
      await page.keyboard.press("Control+Enter");
      await page.locator(".help.bad").first().waitFor();
    },
  },
  {
    name: "tasks-amount", path: at("new"), ...main,
    ready: async (page) => {
      await page.locator(".pickers button").first().waitFor();
      await page.locator(".through select").selectOption({ index: await page.locator(".through option").evaluateAll((all) => all.findIndex((one) => /Shop payments|店舗の支払い/.test(one.textContent))) });
      await page.locator(".pickers button").first().waitFor();
      await chosen(page, 0);
      await page.locator(".sum").fill("0.30");
      await page.keyboard.press("Control+Enter");
      await page.locator(".outcome").waitFor();
      await settle(page);
    },
  },
  {
    name: "tasks-scopes", path: at("new"), ...main,
    ready: async (page) => {
      await page.locator(".pickers button", { has: page.locator(".chip.warn") }).click();
      await formed(page);
    },
  },
  {
    name: "tasks-left-out", path: at("new"), ...main,
    ready: async (page) => {
      await through("salesforce")(page);
      await page.locator(".left").waitFor();
    },
  },
  {
    name: "tasks-left-out-refused", path: at("new"), ...main,
    ready: async (page) => {
      await through("practice")(page);
      await chosen(page, 0);
      await page.keyboard.press("Control+Enter");
      await page.locator('[data-code="not_connected"]').waitFor();
      await page.locator(".note .btn").waitFor();
    },
  },
  {
    name: "tasks-waiting", path: at("task-1", "slow=1"), ...main,
    ready: async (page) => {
      await formed(page);
      await page.keyboard.press("Control+Enter");
      await page.locator(".waiting").waitFor();
    },
  },
  {
    name: "tasks-keep", path: at("new"), ...main,
    ready: async (page) => {
      await page.locator(".pickers button").first().click();
      await formed(page);
      await page.locator(".toolbar .btn").last().click();
      await page.locator("dialog[open]").waitFor();
      await settle(page);
    },
  },
  {
    name: "tasks-stale", path: at("task-1", "theirs=1"), ...main,
    ready: async (page) => {
      await formed(page);
      await page.locator("[data-name]").first().fill("Company");
      await page.locator(".toolbar .btn").last().click();
      await page.locator("dialog[open]").waitFor();
      await settle(page);
    },
  },
  { name: "tasks-unreadable", path: at("task-7"), ...main, ready: see('[data-code="item_unreadable"]') },
  { name: "tasks-none", path: "index.html?tasks=none#/tasks/app-library/development", ...main, ready: see(".idle") },
  { name: "tasks-no-application", path: "index.html?home=empty#/tasks", ...main, ready: see(".nothing") },
  { name: "tasks-forced-colors", path: at("task-1"), options: { forcedColors: "active" }, ready: ran },
  { name: "tasks-1024", path: at("task-1"), options: { width: 1024, height: 700 }, ready: formed },
];
