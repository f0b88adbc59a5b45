// Live mode and edit mode (R15).
import assert from "node:assert/strict";
import { button, focused } from "../hands.mjs";

export const behaviors = {
  "live mode: a portal user authorizes, renames and revokes their own, and sees nothing else": {
    path: "index.html?role=portal_user&signin=100#/connections",
    act: async (page) => {
      await page.getByRole("heading", { name: "Orders" }).waitFor({ state: "attached" });
      assert.ok(page.url().includes("#/live"), "every place leads to live mode");
      assert.equal(await page.getByRole("listitem", { name: "Customer lookup" }).count(), 0, "R15: not an admin connection");
      assert.equal(await page.getByRole("radio", { name: "Edit mode" }).count(), 0, "nor edit mode");
      const own = page.getByRole("listitem", { name: "Lead intake" });
      await own.getByText("Never authorized").waitFor();
      await own.getByRole("button", { name: "Authorize Lead intake" }).click();
      await own.getByText("Connected", { exact: true }).waitFor();
      await own.getByRole("button", { name: /^Rename / }).click();
      await page.getByRole("dialog").getByRole("textbox").fill("Mine");
      await button(page, "Save").click();
      await own.getByText("Mine", { exact: true }).waitFor();
      await own.getByRole("button", { name: "Authorize again Lead intake" }).click();
      await own.getByText("Connected", { exact: true }).waitFor();
      await own.getByRole("button", { name: "Revoke… Lead intake" }).click();
      // The dialog opens once its impact is known; the harmless button has the focus then.
      await focused(page, "Keep it", "the harmless answer has the focus");
      await button(page, "Revoke").click();
      await own.getByText("Not connected").waitFor();
      await own.getByRole("button", { name: "Authorize again Lead intake" }).waitFor();
    },
  },
  "live mode: the environment switch follows the connection's mode": {
    path: "index.html?x=1#/live/app-orders/production/live",
    act: async (page) => {
      const lookup = page.getByRole("listitem", { name: "Customer lookup" });
      await lookup.getByText("Revoked").waitFor();
      await page.getByRole("radio", { name: "Stage" }).click();
      await lookup.getByText("helpdesk-stg").waitFor();
      await page.getByRole("listitem", { name: "Zoho CRM" }).getByText("ops").waitFor();
      await page.keyboard.press("ArrowLeft");
      await lookup.getByText("helpdesk-dev").waitFor();
      assert.ok(page.url().includes("/development/live"), "the address says where one is");
    },
  },
  "edit mode: what the component uses, and no other connection": {
    path: "index.html?x=1#/live/app-orders/production/live",
    act: async (page) => {
      await page.getByRole("radio", { name: "Edit mode" }).click();
      await page.getByRole("button", { name: /^New order/ }).click();
      await page.getByRole("listitem", { name: "Lead intake" }).waitFor();
      await page.getByRole("listitem", { name: "Customer lookup" }).waitFor();
      assert.equal(await page.getByRole("listitem", { name: "Shop payments" }).count(), 0, "R15: the checkout uses that one");
      await page.getByRole("button", { name: /^Checkout/ }).press("Enter");
      await page.getByRole("listitem", { name: "Shop payments" }).waitFor();
      await page.getByText("1 not asked for").waitFor();
      assert.equal(await page.getByRole("listitem", { name: "Lead intake" }).count(), 0, "only the other component's");
    },
  },
};
