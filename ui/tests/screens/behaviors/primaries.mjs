// Primary accounts, offered and accepted.
import assert from "node:assert/strict";
import { button, until } from "../hands.mjs";

export const behaviors = {
  "primary accounts: an offer is accepted from Home": {
    path: "index.html?x=1#/home",
    act: async (page) => {
      await page.getByText("Accept the primary account of Lead intake").waitFor();
      await button(page, "Accept").click();
      await until(page, () => !document.body.textContent.includes("Accept the primary account"));
      await page.getByRole("link", { name: "Primary accounts" }).click();
      await page.getByRole("row", { name: /Lead intake/ }).getByText("Aiko Mori").waitFor();
    },
  },
  "primary accounts: an authorization for all shows what runs in the chosen environment, and when": {
    path: "index.html?x=1#/primaries",
    act: async (page) => {
      const row = page.getByRole("row").filter({ has: page.getByTitle("All environments") }).filter({ hasText: "Morning digest" }).first();
      await row.waitFor();
      const name = await row.locator("a.name .cut").textContent();
      const production = await row.getByRole("cell").nth(4).textContent();
      assert.equal(await row.getByText("Rehearsal").count(), 0, "that is Development's");
      await page.getByRole("radio", { name: "Development" }).click();
      const there = page.getByRole("row").filter({ hasText: name });
      await there.getByText("Rehearsal", { exact: true }).waitFor();
      assert.notEqual(await there.getByRole("cell").nth(4).textContent(), production, "and its own next run");
      await page.getByRole("radio", { name: "Stage" }).click();
      await there.getByText("Rehearsal").waitFor({ state: "detached" });
      assert.equal(await there.getByRole("cell").nth(4).textContent(), "–", "nothing runs in Stage");
    },
  },
  "primary accounts: of very many the first page says what is left, and the next comes below": {
    path: "index.html?home=many#/primaries",
    act: async (page) => {
      await page.getByText(/more connections are not shown yet/).waitFor();
      const rows = () => page.locator("table.list tbody tr").count();
      const before = await rows();
      await button(page, "Show more").click();
      await until(page, (had) => document.querySelectorAll("table.list tbody tr").length > had, before);
    },
  },
  "primary accounts: offered to another member, and withdrawn": {
    path: "index.html?x=1#/connection/c-0006/accounts",
    act: async (page) => {
      await button(page, "Actions for Chidi Nwosu").click();
      await page.getByRole("menuitem", { name: "Offer Development" }).click();
      const note = page.locator(".note", { hasText: "Aiko Mori offers Chidi Nwosu the primary account of Development" });
      await note.getByRole("button", { name: "Withdraw" }).click();
      await note.waitFor({ state: "detached" });
      await button(page, "Accept").click();
      await page.getByRole("img", { name: "Primary account in Production" }).waitFor();
    },
  },
};
