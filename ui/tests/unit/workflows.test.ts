import { describe, expect, it } from "vitest";
import type { FormField, Workflow, WorkflowDraft } from "../../src/backend/bindings";
import { Entry, isDay, valuesOf } from "../../src/screens/workflows/entry.svelte";
import { freeName, moved } from "../../src/screens/workflows/order";
import { Sheet } from "../../src/screens/workflows/sheets.svelte";
import { namesIn, putIn, unknownIn, withName } from "../../src/screens/workflows/template";
import { recordName, valueText } from "../../src/screens/workflows/value";
import { fieldWrong, renamed, ruleWrong, usersOf } from "../../src/screens/workflows/wrong";

const field = (name: string, kind: FormField["kind"] = "text", more: Partial<FormField> = {}): FormField => ({ name, label: name, kind, required: false, choices: [], currency: null, shows: null, ...more });
const workflow = (): Workflow => ({
  subject: { kind: "form", fields: [field("name"), field("email", "email"), field("age", "number")] },
  rules: [{ id: "rule", name: "", on: { kind: "field_input", field: "email" }, when: { any: false, tests: [{ field: "age", is: "greater", value: "17" }] }, actions: [
    { id: "action", name: "", go_on: false, does: { kind: "look_up", operation: "search", inputs: [{ input: "q", field: null, value: { kind: "template", text: "{email} {{email}}" } }, { input: "record", field: "Name", value: { kind: "field", field: "name" } }], into: [{ at: "Name", field: "name" }] } },
  ] }],
});
const draft = (): WorkflowDraft => ({ id: "form-1", version: 3, application: "app", environment: "development", name: "A form", workflow: workflow(), seats: [{ part: "action", connection: null, service: "zoho_crm" }] });

describe("an order", () => {
  it("keeps everything, whatever is moved where", () => {
    const list = [..."abcde"];
    for (let from = -1; from <= 5; from += 1) {
      for (let to = -1; to <= 5; to += 1) {
        const next = moved(list, from, to);
        expect([...next].toSorted(), `${from} to ${to}`).toEqual(list);
        if (from >= 0 && from < 5 && to >= 0 && to < 5) expect(next[to]).toBe(list[from]);
      }
    }
  });
  it("names what is new as nothing else is", () => {
    expect(freeName("E-mail address", [], "field")).toBe("e_mail_address");
    expect(freeName("Email", ["email", "email_2"], "field")).toBe("email_3");
    expect(freeName("顧客", ["field"], "field"), "what has no letters of the alphabet is counted").toBe("field_2");
    expect(freeName("9 lives", [], "field")).toBe("lives");
  });
});

describe("a text with fields in it", () => {
  it("names them, and no braces that stand for themselves", () => {
    expect(namesIn("{a} {{b}} {a}{c}")).toEqual(["a", "c"]);
    expect(unknownIn("{name}, {nmae}", [field("name")])).toEqual(["nmae"]);
  });
  it("takes one in where the cursor is", () => {
    expect(putIn("Dear , yours", "name", 5, 5)).toEqual({ text: "Dear {name}, yours", at: 11 });
  });
  it("follows where a field has another name", () => {
    expect(withName("{email} {{email}} {mail}", "email", "address")).toBe("{address} {{email}} {mail}");
  });
});

describe("a form that is filled in", () => {
  it("gives each value as what it is, and nothing for what is empty", () => {
    const entries = [
      new Entry(field("name"), "Ada"), new Entry(field("age", "number"), undefined), new Entry(field("born", "date"), "2026-01-31"), new Entry(field("total", "amount", { currency: "USD" }), { minor: 30, currency: "USD" }),
      new Entry(field("gift", "checkbox"), true), new Entry(field("note"), ""),
    ];
    expect(valuesOf(entries)).toEqual({ name: "Ada", born: "2026-01-31", total: { minor: 30, currency: "USD" }, gift: true });
    const total = entries[3] as Entry;
    total.inner.text = "0.30";
    expect(total.value, "0.1 + 0.2 is 30 cents").toEqual({ minor: 30, currency: "USD" });
  });
  it("says what cannot be taken", () => {
    const typed = (kind: FormField["kind"], text: string, more: Partial<FormField> = {}): unknown => {
      const entry = new Entry(field("x", kind, more), undefined);
      entry.inner.text = text;
      return entry.read;
    };
    expect(typed("email", "maja@example.com ")).toEqual({ value: "maja@example.com" });
    for (const text of ["maja", "maja@", "@example.com", "a b@example.com", "a@.com"]) expect(typed("email", text), text).toEqual({ problem: { code: "email" } });
    expect(typed("date", "2026-02-30")).toEqual({ problem: { code: "date" } });
    expect(typed("phone", "090")).toEqual({ problem: { code: "phone" } });
    expect(typed("text", "", { required: true })).toEqual({ problem: { code: "missing" } });
    expect(new Entry(field("x", "checkbox", { required: true }), false).read, "what has to be ticked and is not").toEqual({ problem: { code: "missing" } });
  });
  it("knows a day from none", () => {
    expect(["2024-02-29", "2026-12-31"].every(isDay)).toBe(true);
    expect(["2026-02-29", "2026-13-01", "26-1-1", ""].some(isDay)).toBe(false);
  });
  it("is read in a table as people write it", () => {
    expect(valueText(field("total", "amount"), { minor: 1999, currency: "USD" })).toBe("19.99 USD");
    expect(valueText(field("total", "amount"), { minor: 1999, currency: "JPY" })).toBe("1999 JPY");
    expect(valueText(field("gift", "checkbox"), false)).toBe("No");
    expect(recordName([field("gift", "checkbox"), field("name")], { gift: true, name: "Ada" }), "a record is called by what says something").toBe("Ada");
  });
});

describe("a form that is written", () => {
  it("is not changed by being looked at", () => {
    const sheet = new Sheet("form-1", draft());
    // As the program has it, the number is one.
    const kept = { ...draft(), workflow: sheet.draft.workflow };
    sheet.stored(kept);
    expect(sheet.dirty).toBe(false);
    expect(sheet.draft.workflow.rules[0]?.when?.tests[0]?.value, "numbers are compared with numbers").toBe(17);
  });
  it("takes over the system connection that came into being for it", () => {
    const sheet = new Sheet("form-1", draft());
    sheet.stored({ ...draft(), workflow: sheet.draft.workflow, seats: [{ part: "action", connection: "c-1", service: null }] });
    expect([sheet.seats.action, sheet.dirty]).toEqual([{ connection: "c-1", service: null }, false]);
  });
  it("keeps no seat of what is gone", () => {
    const sheet = new Sheet("form-1", draft());
    sheet.workflow.rules.splice(0, 1);
    expect(sheet.draft.seats).toEqual([]);
  });
  it("has its rules follow a field to its new name", () => {
    const all = workflow();
    renamed(all, "email", "address");
    const [rule] = all.rules;
    expect(rule?.on).toEqual({ kind: "field_input", field: "address" });
    expect(rule?.actions[0]?.does).toMatchObject({ inputs: [{ value: { text: "{address} {{email}}" } }, { value: { field: "name" } }] });
    expect([usersOf("address", all).length, usersOf("email", all).length, usersOf("age", all).length]).toEqual([1, 0, 1]);
  });
  it("says what is not right yet", () => {
    const sheet = new Sheet("form-1", draft());
    expect(ruleWrong(sheet.workflow.rules[0]!, sheet)).toBeNull();
    sheet.workflow.rules[0]!.actions[0]!.does = { kind: "push", operation: "add", inputs: [{ input: "record", field: "Name", value: { kind: "template", text: "{nobody}" } }] };
    expect(ruleWrong(sheet.workflow.rules[0]!, sheet)).toContain("nobody");
    expect(fieldWrong(field("x", "choice"), sheet)).not.toBeNull();
    expect(fieldWrong(field("x", "amount", { currency: "USDX" }), sheet)).not.toBeNull();
    expect(fieldWrong(field("2x"), sheet)).not.toBeNull();
  });
});

