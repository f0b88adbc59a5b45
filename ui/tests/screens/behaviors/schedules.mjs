// Schedules: made, run by hand, paused, suspended, deleted.
import assert from "node:assert/strict";
import { button, focused } from "../hands.mjs";

export const behaviors = {
  "schedules: made with its next times in sight, run by hand, paused, resumed and deleted": {
    path: "index.html?schedules=none#/schedules/app-orders/production",
    act: async (page) => {
      await button(page, "New schedule").click();
      const dialog = page.getByRole("dialog", { name: "New schedule" });
      assert.ok(await button(page, "Create schedule").isDisabled(), "without a name there is nothing to keep");
      await dialog.getByLabel("Name", { exact: true }).fill("Morning leads");
      await dialog.getByRole("combobox", { name: "When", exact: true }).selectOption("weekdays");
      await dialog.getByLabel("Time", { exact: true }).fill("07:30");
      await dialog.getByRole("combobox", { name: "Time zone" }).selectOption("Asia/Tokyo");
      const next = dialog.getByRole("table", { name: "Next runs" });
      await next.getByText(/, 07:30$/).nth(4).waitFor();
      assert.equal(await next.locator("td:first-child").getByText(/^(Sat|Sun)/).count(), 0, "Monday to Friday in Tokyo");
      await next.getByText("On this computer").waitFor();
      await button(page, "Create schedule").click();
      await page.getByRole("heading", { name: "Morning leads" }).waitFor();
      await page.getByText("Monday to Friday at 07:30 · Tokyo").waitFor();
      await page.getByText("It has not run yet.").waitFor();
      await button(page, "Run now").click();
      await page.getByText("Run by Aiko Mori").waitFor();
      await page.getByRole("status").getByText("Morning leads: Done").waitFor();
      await button(page, "More for this schedule").click();
      await page.getByRole("menuitem", { name: "Pause" }).click();
      await page.getByText("It is paused: nothing runs until it is resumed.").waitFor();
      await button(page, "More for this schedule").click();
      await page.getByRole("menuitem", { name: "Resume" }).click();
      await page.getByRole("table", { name: "Next runs" }).waitFor();
      await button(page, "More for this schedule").click();
      await page.getByRole("menuitem", { name: "Delete schedule" }).click();
      await focused(page, "Keep it", "the harmless button has the focus");
      await button(page, "Delete schedule").click();
      await page.getByText("Nothing runs on schedule in Production").waitFor();
    },
  },
  "schedules: what cannot be kept is told while it is written, and a call without a primary account is not offered to run": {
    path: "index.html?x=1#/schedules/app-orders/production",
    act: async (page) => {
      await button(page, "New schedule").click();
      const dialog = page.getByRole("dialog", { name: "New schedule" });
      await dialog.getByLabel("Name", { exact: true }).fill("Tickets");
      await dialog.getByRole("combobox", { name: "When", exact: true }).selectOption("cron");
      await dialog.getByRole("textbox", { name: "Cron expression" }).fill("0 0 30 2 *");
      await dialog.locator('[data-code="schedule_never"]').waitFor();
      assert.ok(await button(page, "Create schedule").isDisabled());
      await dialog.getByRole("textbox", { name: "Cron expression" }).fill("0 8 * * 1-5");
      await dialog.getByRole("table", { name: "Next runs" }).waitFor();
      await dialog.getByRole("combobox", { name: "What runs" }).selectOption({ label: "GET Ticket by its number" });
      await dialog.locator('[data-code="no_primary"]').waitFor();
      assert.ok(await button(page, "Create schedule").isDisabled(), "R14");
    },
  },
  "schedules: Stage rests as a whole until somebody lets it run again": {
    path: "index.html?suspended=1#/schedules/app-orders/stage",
    act: async (page) => {
      await page.getByText("Schedules are suspended in Stage").waitFor();
      await button(page, "Let them run again").click();
      await page.getByRole("table", { name: "Next runs" }).waitFor();
      await button(page, "More for all schedules").click();
      await page.getByRole("menuitem", { name: "Suspend all in Stage" }).click();
      await page.getByText("Schedules are suspended in Stage").waitFor();
      await page.getByRole("radio", { name: "Production" }).click();
      await page.getByRole("heading", { name: "End of the month" }).waitFor();
      assert.equal(await button(page, "More for all schedules").count(), 0, "Production is never suspended as a whole");
    },
  },
};
