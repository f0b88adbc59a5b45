// Connectors, and the builder of one.
import { main, see, settle } from "../standing.mjs";

export const places = [
  { name: "connectors", path: "index.html?x=1#/connectors", ...main, ready: see(".file") },
  ...["scratch", "issuer", "toml", "openapi"].map((from, i) => ({
    name: `new-connector-${from}`, path: "index.html?x=1#/connectors", ...main,
    ready: async (page) => {
      await page.locator(".toolbar .primary").click();
      await page.locator("dialog[open] .starts input").nth(i).click();
      if (from === "openapi") {
        await page.locator("dialog[open] textarea").fill("openapi: 3.0.3");
        await page.locator("dialog[open] .primary").click();
        await page.locator("dialog[open] .choice").first().waitFor();
      }
      await settle(page);
    },
  })),
  ...["general", "security", "scopes", "requests", "references"].map((section, i) => ({
    name: `builder-${section}`, path: "index.html?x=1#/connector/kura_archive.toml", options: { width: 1280, height: 900 },
    ready: async (page) => {
      await page.locator('[role="tab"]').nth(i).click();
      await page.locator("#panel .row-form").first().waitFor();
      await settle(page);
    },
  })),
  {
    name: "builder-wrong", path: "index.html?x=1#/connector/kura_archive.toml", ...main,
    ready: async (page) => {
      await page.locator('[role="tab"]').nth(1).click();
      await page.locator(".pair .btn").click();
      await page.locator(".found li").first().waitFor();
      await page.locator("#panel input.mono").nth(2).fill("http://id.kura.example/revoke");
      await page.locator("[data-code]").first().waitFor();
      await settle(page);
    },
  },
  {
    name: "builder-unfinished", path: "index.html?x=1#/connector/depot.toml", options: { width: 1024, height: 768 },
    ready: async (page) => {
      await page.locator('[role="tab"]').nth(1).click();
      await page.locator("[data-code]").first().waitFor();
      await settle(page);
    },
  },
  ...[["params", 0], ["said", 1], ["errors", 2]].map(([what, i]) => ({
    name: `builder-unusual-${what}`, path: "index.html?x=1#/connector/press_office.toml", options: { width: 1280, height: 900 },
    ready: async (page) => {
      await page.locator('[role="tab"]').nth(1).click();
      await page.locator("details.more").nth(i).scrollIntoViewIfNeeded();
      await page.locator("details.more").nth(i).evaluate((one) => one.scrollIntoView({ block: "start" }));
      await settle(page);
    },
  })),
  {
    name: "builder-asked", path: "index.html?x=1#/connector/press_office.toml", options: { width: 1280, height: 900 },
    ready: async (page) => {
      await page.locator('[role="tab"]').nth(3).click();
      await page.locator("textarea.json").fill('{ "query": ');
      await page.locator('[data-code="not_json"]').waitFor();
      await settle(page);
    },
  },
  {
    name: "builder-by-code", path: "index.html?x=1#/connector/depot.toml", options: { width: 1280, height: 900 },
    ready: async (page) => {
      await page.locator('[role="tab"]').nth(1).click();
      await page.locator(".kinds .btn").nth(2).click();
      await page.locator(".kinds .btn").nth(0).click();
      await settle(page);
    },
  },
  ...["security", "requests"].map((section, i) => ({
    name: `builder-fields-${section}`, path: "index.html?x=1#/connector/ledger.toml", options: { width: 1280, height: 900 },
    ready: async (page) => {
      await page.locator('[role="tab"]').nth(i === 0 ? 1 : 3).click();
      await page.locator(".entry").first().waitFor();
      await settle(page);
    },
  })),
  {
    name: "builder-publish", path: "index.html?x=1#/connector/kura_archive.toml", options: { width: 1280, height: 900 },
    ready: async (page) => {
      await page.locator('[role="tab"]').nth(1).click();
      await page.locator("#panel input.mono").nth(1).fill("https://login.kura.example/token");
      await page.locator(".bar .primary:not([disabled])").click();
      await page.locator("dialog[open] section").first().waitFor();
      await settle(page);
    },
  },
  {
    name: "builder-delete", path: "index.html?x=1#/connector/kura_archive.toml", ...main,
    ready: async (page) => {
      await page.locator(".toolbar .btn").last().click();
      await page.locator("dialog[open] li").first().waitFor();
      await settle(page);
    },
  },
];
