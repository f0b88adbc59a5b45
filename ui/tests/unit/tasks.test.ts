import { describe, expect, it } from "vitest";
import type { InputKind, InputView } from "../../src/backend/bindings";
import { digitsOf, minorOf, typedOf } from "../../src/screens/kept/operations/amount";
import { Field } from "../../src/screens/kept/operations/field.svelte";
import { numberOf, recordOf, rowOf, rowsOf } from "../../src/screens/kept/operations/record";
import { tableOf } from "../../src/screens/kept/operations/table";
import { localOf, momentOf } from "../../src/screens/kept/operations/time";

const input = (kind: InputKind, more: Partial<InputView> = {}): InputView => ({ name: "x", label: "X", kind, required: false, default: null, example: null, choices: [], most: null, ...more });
const typed = (kind: InputKind, text: string, more: Partial<InputView> = {}): Field => {
  const field = new Field(input(kind, more), undefined);
  field.text = text;
  return field;
};

describe("amounts", () => {
  it("are exact where floats are not", () => {
    for (const [text, minor] of [["0.30", 30], ["0.1", 10], ["0.2", 20], ["1.005", null], ["19.99", 1999], ["1.15", 115], ["4.35", 435], ["100", 10_000], ["0", 0], ["007", 700], ["90071992547409.91", 9_007_199_254_740_991]] as const) {
      expect(minorOf(text, 2), text).toEqual(minor === null ? { problem: { code: "amount_digits", digits: 2 } } : { minor });
    }
    const sum = ["0.1", "0.2"].map((text) => minorOf(text, 2)).reduce((all, one) => all + ("minor" in one ? one.minor : NaN), 0);
    expect(sum, "0.1 + 0.2 is 0.3").toBe(30);
  });
  it("have as many digits as their currency", () => {
    expect([digitsOf("USD"), digitsOf("JPY"), digitsOf("KWD"), digitsOf("usd"), digitsOf("")]).toEqual([2, 0, 3, null, null]);
    expect(minorOf("1000", 0)).toEqual({ minor: 1000 });
    expect(minorOf("1000.5", 0), "a yen has no fraction").toEqual({ problem: { code: "amount_whole" } });
    expect(minorOf("1000.00", 0), "nothing behind the point is nothing").toEqual({ minor: 1000 });
    expect(minorOf("1.234", 3)).toEqual({ minor: 1234 });
  });
  it("refuse what could be read in two ways, or not come through whole", () => {
    for (const text of ["1,000", "1e3", "-1", "+1", ".5", "5.", "$5", "", "0x10"]) expect(minorOf(text, 2), text).toEqual({ problem: { code: "amount" } });
    expect(minorOf("90071992547409.92", 2)).toEqual({ problem: { code: "number_big" } });
    expect(minorOf("１２．５", 2), "digits of full width are digits").toEqual({ minor: 1250 });
  });
  it("come back as they were typed", () => {
    for (const [minor, digits, text] of [[5, 2, "0.05"], [1999, 2, "19.99"], [1000, 0, "1000"], [1, 3, "0.001"], [0, 2, "0.00"]] as const) {
      expect(typedOf(minor, digits)).toBe(text);
      expect(minorOf(text, digits)).toEqual({ minor });
    }
  });
});

describe("records", () => {
  it("have values of their kinds, and no row that nothing was typed into", () => {
    expect(recordOf([rowOf("Name", "text", "007"), rowOf("Age", "number", "42"), rowOf("Active", "boolean", "true"), rowOf("Tags", "json", '["a"]'), rowOf()])).toEqual({ record: { Name: "007", Age: 42, Active: true, Tags: ["a"] } });
  });
  it("say which row is wrong", () => {
    const nameless = rowOf("", "text", "Ada");
    expect(recordOf([nameless])).toEqual({ problem: { code: "record_name" }, row: nameless.key });
    const twice = rowOf("Name", "text", "b");
    expect(recordOf([rowOf("Name", "text", "a"), twice])).toEqual({ problem: { code: "record_twice", name: "Name" }, row: twice.key });
    for (const [kind, code] of [["number", "record_number"], ["json", "record_json"]] as const) {
      const row = rowOf("x", kind, "nope");
      expect(recordOf([row])).toEqual({ problem: { code }, row: row.key });
    }
  });
  it("come back from their rows, whatever a field is called", () => {
    const record = JSON.parse('{"a":"1","b":1,"c":false,"d":null,"e":{"f":[1]},"__proto__":"x"}') as Record<string, unknown>;
    expect(recordOf(rowsOf(record))).toEqual({ record });
  });
  it("take no number that would come through as another one", () => {
    expect(numberOf("9007199254740993")).toEqual({ problem: { code: "number_big" } });
    expect(numberOf("1.50")).toEqual({ number: 1.5 });
    for (const text of ["1,5", "0x1", "01", "NaN", ""]) expect(numberOf(text), text).toEqual({ problem: { code: "number" } });
  });
});

describe("moments", () => {
  it("are sent with the offset of the local zone, and are the moment that was chosen", () => {
    const moment = momentOf("2026-01-31T09:00");
    expect(moment).toMatch(/^2026-01-31T09:00:00[+-]\d\d:\d\d$/);
    expect(new Date(moment ?? "").getTime()).toBe(new Date(2026, 0, 31, 9).getTime());
    expect(localOf(moment ?? "")).toBe("2026-01-31T09:00");
  });
  it("are none where no clock shows them", () => {
    for (const text of ["2026-02-30T09:00", "2026-01-31", "soon", "2026-01-31T25:00"]) expect(momentOf(text), text).toBeNull();
  });
});

describe("fields", () => {
  it("leave out what is empty, and miss what is required and has no default", () => {
    expect(typed("text", " ").read).toEqual({ none: true });
    expect(typed("text", "", { required: true }).read).toEqual({ problem: { code: "missing" } });
    expect(typed("number", "", { required: true, default: 200 }).read).toEqual({ none: true });
  });
  it("read each kind", () => {
    expect(typed("phone", "+81 90-1234-5678").read).toEqual({ value: "+819012345678" });
    expect(typed("phone", "090-1234").read).toEqual({ problem: { code: "phone" } });
    expect(typed("names", "Last_Name, Email").read).toEqual({ value: ["Last_Name", "Email"] });
    expect(typed("names", "Last_Name, e-mail").read).toEqual({ problem: { code: "names" } });
    expect(typed("boolean", "false").read).toEqual({ value: false });
    expect(typed("json", "{").read).toEqual({ problem: { code: "json" } });
    expect(typed("number", "201", { most: 200 }).read).toEqual({ problem: { code: "most", most: 200 } });
    expect(typed("text", "𠮷𠮷𠮷", { most: 3 }).read, "characters are counted, not halves of them").toEqual({ value: "𠮷𠮷𠮷" });
    expect(typed("amount", "0.30", { choices: ["USD"] }).read).toEqual({ value: { minor: 30, currency: "USD" } });
    expect(typed("amount", "1").read, "no currency was chosen").toEqual({ problem: { code: "currency" } });
  });
  it("give back what nobody changed as it came", () => {
    for (const [kind, value] of [["time", "2026-01-31T00:00:00Z"], ["record", { a: 1 }], ["amount", { minor: 5, currency: "USD" }], ["names", ["a", "b"]], ["json", { a: [1] }], ["number", 5], ["text", "  x "], ["boolean", false]] as const) {
      expect(new Field(input(kind), value).read, kind).toEqual({ value });
    }
  });
  it("show a record as JSON and back", () => {
    const field = new Field(input("record"), { a: 1 });
    expect(field.turn(true)).toBe(true);
    expect(JSON.parse(field.text)).toEqual({ a: 1 });
    field.text = '{"b":"2"}';
    expect(field.turn(false)).toBe(true);
    expect(field.read).toEqual({ value: { b: "2" } });
    field.turn(true);
    field.text = "{";
    expect(field.turn(false), "what cannot be read stays JSON, and is not lost").toBe(false);
    expect(field.text).toBe("{");
  });
});

describe("rows of an answer", () => {
  it("are found by their number, what is one value first", () => {
    const body = JSON.stringify({ info: { errors: [] }, data: [{ Owner: { id: 1 }, id: "1", n: 2 }, { id: "2", extra: null }] });
    expect(tableOf(body, 2)).toEqual({ columns: ["id", "n", "extra", "Owner"], rows: [["1", "2", "", '{"id":1}'], ["2", "", "", ""]] });
  });
  it("are none where the answer is cut off, or has another number", () => {
    expect(tableOf('{"data":[{"a":1}', 1)).toBeNull();
    expect(tableOf('{"data":[{"a":1}]}', 2)).toBeNull();
    expect(tableOf("[]", 0)).toBeNull();
  });
  it("are at most 50, of 8 columns", () => {
    const row = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`c${i}`, i]));
    const table = tableOf(JSON.stringify(Array.from({ length: 200 }, () => row)), 200);
    expect([table?.rows.length, table?.columns.length]).toEqual([50, 8]);
  });
});
