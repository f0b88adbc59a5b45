// What a person does with form and report workflows.
import assert from "node:assert/strict";
import { button, until } from "../hands.mjs";

const at = (item, more = "x=1") => `index.html?${more}#/workflows/app-orders/development/${item}`;
const names = (page) => page.locator("[data-one] b").allTextContents();
const entry = (page, name) => page.locator(`[data-entry="${name}"] :is(input, select, textarea)`);

export const behaviors = {
  "workflows: a form is made by keyboard, kept, and opened": {
    path: "index.html?workflows=none#/workflows/app-orders/development",
    act: async (page) => {
      await button(page, "New form").click();
      await until(page, () => document.activeElement?.hasAttribute("data-label"));
      await page.keyboard.type("Last name");
      await page.locator(".rail .dot").waitFor();
      assert.equal(await page.locator(".detail input.mono").first().inputValue(), "last_name", "its name follows from its label");
      await page.keyboard.press("Control+s");
      await page.locator("dialog[open] input").fill("Visitors");
      await page.keyboard.press("Enter");
      await page.locator(".rail a[aria-current]", { hasText: "Visitors" }).waitFor();
      await until(page, () => document.querySelectorAll(".rail .dot").length === 0);
      await button(page, "Open form").click();
      await page.locator('[data-entry="last_name"]').waitFor();
    },
  },
  "workflows: fields are put in order by keys and by buttons": {
    path: at("form-1"),
    act: async (page) => {
      await page.locator("[data-one]").nth(1).focus();
      await page.keyboard.press("Alt+ArrowUp");
      assert.deepEqual((await names(page)).slice(0, 2), ["E-mail", "Name"]);
      assert.equal(await page.evaluate(() => document.activeElement?.querySelector("b")?.textContent), "E-mail", "the focus goes with it");
      await page.locator('[role="status"]', { hasText: "E-mail is 1 of 8 now" }).first().waitFor();
      await page.getByRole("button", { name: "E-mail: move down", exact: true }).click();
      assert.deepEqual((await names(page)).slice(0, 2), ["Name", "E-mail"]);
      await page.locator(".rail .dot").waitFor({ state: "detached" });
    },
  },
  "workflows: a field that is renamed is followed by its rules, and one that is removed comes back": {
    path: at("form-1"),
    act: async (page) => {
      await page.locator("[data-one]", { hasText: "Phone" }).click();
      await page.locator(".detail input.mono").first().fill("mobile");
      await page.locator("#tab-workflow-rules").click();
      await page.locator("[data-one]").nth(1).click();
      await page.locator('[data-action="action_2"] [data-input="to"]').waitFor();
      assert.equal(await page.locator('[data-action="action_2"] [data-input="to"] [data-value]').inputValue(), "mobile");
      await page.locator("#tab-workflow-fields").click();
      await page.locator("[data-one]", { hasText: "Phone" }).click();
      await button(page, "Remove field").click();
      assert.ok(!(await names(page)).includes("Phone"));
      await page.locator(".statusbar .undo").click();
      await until(page, () => [...document.querySelectorAll("[data-one] b")].some((one) => one.textContent === "Phone"));
    },
  },
  "workflows: a rule is written by keyboard, and what is missing is said before it is kept": {
    path: at("form-3/rules"),
    act: async (page) => {
      await button(page, "Add a rule").click();
      await until(page, () => document.activeElement?.matches(".detail select"));
      await page.keyboard.press("Control+s");
      await page.locator('[role="status"]', { hasText: "The rule does nothing yet" }).first().waitFor();
      assert.equal(await page.locator("dialog[open]").count(), 0, "nothing was kept");
      await page.locator(".detail").getByRole("button", { name: "Add an action" }).click();
      await page.keyboard.press("Enter");
      await page.locator("[data-action]").waitFor();
      await page.locator("[data-action] select").first().selectOption("s/zoho_crm");
      await page.getByText("the system connection of Zoho CRM").waitFor();
      await page.locator(".pickers button", { hasText: "Add a record" }).click();
      await page.locator('[data-input="module"]').waitFor();
      await page.locator('[data-input="module"] select').selectOption("constant");
      await page.keyboard.type("Leads");
      await page.locator('[data-input="record"]').getByRole("button", { name: "Add a field" }).click();
      assert.equal(await page.locator('[data-input="record"] [data-name]').inputValue(), "Last_Name", "the service's own example leads");
      assert.equal(await page.locator('[data-input="record"] [data-value]').inputValue(), "last_name", "and the field that is called like it is meant");
      await page.keyboard.press("Control+s");
      await until(page, () => document.querySelectorAll(".rail .dot").length === 0);
    },
  },
  "workflows: the connection is left out for a push to a Zoho service only": {
    path: at("form-3/rules"),
    act: async (page) => {
      const through = page.locator("[data-action] select").first();
      await through.waitFor();
      assert.ok((await through.locator('optgroup option[value^="s/"]').count()) > 0, "R5: a push may leave it out");
      await page.locator(".detail").getByRole("button", { name: "Add an action" }).click();
      await page.getByRole("menuitem", { name: "Take payment" }).click();
      await page.locator("[data-action]").nth(1).waitFor();
      assert.equal(await page.locator("[data-action]").nth(1).locator('option[value^="s/"]').count(), 0, "never for payments");
    },
  },
  "workflows: what is typed is looked up at once, and what is typed meanwhile stays": {
    path: at("form-1/open", "latency=1200"),
    act: async (page) => {
      await entry(page, "email").fill("maja@example.com");
      await page.keyboard.press("Tab");
      await entry(page, "name").fill("My own");
      await until(page, () => document.querySelector('[data-entry="phone"] input')?.value === "+819012345670");
      await page.locator("[data-result]", { hasText: "Look up into fields" }).waitFor();
      assert.match((await page.locator("[data-result]").textContent()) ?? "", /Filled in: .*Phone/, "by its label");
      assert.equal(await entry(page, "name").inputValue(), "My own", "nothing is written over under the person's hands");
    },
  },
  "workflows: a record is added, and what its rules did is shown and said": {
    path: at("form-1/open", "outcome=unknown"),
    act: async (page) => {
      await page.locator('[data-entry="name"]').waitFor();
      await page.keyboard.press("Control+Enter");
      await page.locator(".help.bad").first().waitFor();
      assert.equal(await page.evaluate(() => document.activeElement?.closest("[data-entry]")?.getAttribute("data-entry")), "name", "the first that is missing has the focus");
      await entry(page, "name").fill("Noor Aziz");
      await entry(page, "email").fill("noor@example.com");
      await entry(page, "note").fill("Ring twice");
      await page.keyboard.press("Control+Enter");
      await page.locator('[data-result] [data-state="unknown"]').waitFor();
      assert.match(await page.locator(".fill > [role=status]").textContent(), /“.+” is added.*Push to a service: Unknown/, "a screen reader hears it");
      await page.locator("[data-record]", { hasText: "noor@example.com" }).waitFor();
    },
  },
  "workflows: a record is edited in its place, and deleted by name only": {
    path: at("form-1/open"),
    act: async (page) => {
      await page.getByRole("button", { name: "Edit Tunde Bello", exact: true }).click();
      await page.getByRole("heading", { name: "Edit “Tunde Bello”" }).waitFor();
      await entry(page, "name").fill("Tunde A. Bello");
      await page.locator(".fill .primary").click();
      await page.locator("[data-record]", { hasText: "Tunde A. Bello" }).waitFor();
      const before = await page.locator("[data-record]").count();
      await page.getByRole("button", { name: "Delete Ines Costa", exact: true }).click();
      await page.getByRole("heading", { name: "Delete “Ines Costa”?" }).waitFor();
      await page.keyboard.press("Escape");
      assert.equal(await page.locator("[data-record]").count(), before, "nothing is deleted unasked");
      await page.getByRole("button", { name: "Delete Ines Costa", exact: true }).click();
      await page.locator("dialog[open]").getByRole("button", { name: "Delete", exact: true }).click();
      await page.locator("[data-record]", { hasText: "Ines Costa" }).waitFor({ state: "detached" });
    },
  },
  "workflows: what is unknown is retried only after it was checked": {
    path: at("form-1/runs"),
    act: async (page) => {
      await button(page, "Retry failed").waitFor();
      assert.equal(await button(page, "Retry failed").isDisabled(), true, "nobody has looked at the service");
      await page.getByLabel("It was not: do it again").check();
      await button(page, "Retry failed").click();
      await page.locator(".run h2", { hasText: "Done" }).waitFor();
      await page.getByText("Done by the run before this one.").waitFor();
    },
  },
  "workflows: what a person says was done is not sent again": {
    path: at("form-1/runs"),
    act: async (page) => {
      await page.getByLabel("It was done", { exact: true }).check();
      await button(page, "Retry failed").click();
      await page.locator(".run h2", { hasText: "Done" }).waitFor();
      await page.getByText("A person looked at the service: it was done. Nothing was sent again.").waitFor();
    },
  },
  "workflows: a row of a report has its button": {
    path: at("report-1/open"),
    act: async (page) => {
      await page.getByRole("button", { name: "Remind: Tunde Bello", exact: true }).click();
      await page.locator('.acted [data-state="done"]').waitFor();
    },
  },
  "workflows: a form that waits for a service as it is opened can be canceled, and opens without that": {
    path: at("form-1/open", "slow=1"),
    act: async (page) => {
      await button(page, "Cancel").click();
      await page.locator('[data-entry="account"] .help.bad').waitFor();
      await entry(page, "name").fill("Noor Aziz");
      assert.equal(await page.locator('[data-entry="account"]').getByRole("button", { name: "Try again" }).count(), 1, "it can be fetched later");
    },
  },
  "workflows: a retry, a row's button and what a deletion sets off can be canceled": {
    path: at("form-1/runs", "slow=1"),
    act: async (page) => {
      await page.getByLabel("It was not: do it again").check();
      await button(page, "Retry failed").click();
      await button(page, "Cancel").click();
      await button(page, "Cancel").waitFor({ state: "detached" });
      assert.equal(await button(page, "Retry failed").isDisabled(), false, "it can be tried once more");
      await page.goto(page.url().replace("form-1/runs", "report-1/open"));
      await page.reload();
      const remind = page.getByRole("button", { name: "Remind: Tunde Bello", exact: true });
      await remind.waitFor({ timeout: 15_000 });
      await remind.click();
      await button(page, "Cancel").click();
      await until(page, () => document.querySelector('[aria-label="Remind: Tunde Bello"]')?.disabled === false);
      await page.getByRole("button", { name: "Delete Ines Costa", exact: true }).click();
      const dialog = page.getByRole("alertdialog");
      await dialog.getByRole("button", { name: "Delete", exact: true }).click();
      await dialog.getByRole("button", { name: "Cancel", exact: true }).click();
      await until(page, () => document.activeElement?.textContent?.trim() === "Keep it");
    },
  },
  "workflows: the columns of a report on a data source are chosen among its fields": {
    path: at("report-1"),
    act: async (page) => {
      await page.getByLabel("Rows of").selectOption({ label: "Deals" });
      const columns = page.getByRole("list", { name: "Columns" });
      await columns.getByLabel("First name").uncheck();
      await columns.getByLabel("City").uncheck();
      assert.deepEqual(await columns.getByRole("checkbox", { checked: true }).evaluateAll((all) => all.map((one) => one.closest("label")?.textContent?.trim())), ["Last name", "Email", "Status", "Years", "Changed"]);
    },
  },
  "workflows: what another window saved is not written over": {
    path: at("form-1", "theirs=1"),
    act: async (page) => {
      await page.locator("[data-label]").fill("Full name");
      await page.keyboard.press("Control+s");
      await page.locator("dialog[open]", { hasText: "Another window saved" }).waitFor();
      await button(page, "Decide later").click();
      assert.equal(await page.locator("[data-label]").inputValue(), "Full name", "what was written stands");
    },
  },
  "workflows: who only uses an application fills in its forms in live mode": {
    path: "index.html?role=user#/live/app-orders/development/live",
    act: async (page) => {
      await page.getByRole("button", { name: /^Open form\s+Candidates$/ }).click();
      await entry(page, "last_name").fill("Bello");
      await entry(page, "email").fill("bello@example.com");
      await page.locator(".fill .primary").click();
      await page.locator("[data-result]", { hasText: "“Bello” is added" }).waitFor();
    },
  },
  "workflows: choices that a service did not give are asked for again, and nothing typed is lost": {
    path: at("form-1/open", "choices=failed"),
    act: async (page) => {
      await entry(page, "name").fill("Noor Aziz");
      await page.locator('[data-entry="account"] .help.bad').waitFor();
      await entry(page, "name").evaluate((input) => (input.dataset.old = "yes"));
      await page.locator('[data-entry="account"]').getByRole("button", { name: "Try again" }).click();
      // Opened anew, it is another field.
      await until(page, () => document.querySelector('[data-entry="name"] input')?.dataset.old === undefined);
      assert.equal(await entry(page, "name").inputValue(), "Noor Aziz");
    },
  },
};
