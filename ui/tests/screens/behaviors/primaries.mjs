// Primary accounts, offered and accepted.
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
