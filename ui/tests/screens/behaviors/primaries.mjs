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
