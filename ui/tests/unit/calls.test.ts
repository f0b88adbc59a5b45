import { describe, expect, it } from "vitest";
import type { Call, CallDraft, CallRecord, Failure } from "../../src/backend/bindings";
import { firstCall, mediaTypeOf, type Own, pairsOf, recordedBefore, rowOf, sentOf, targetOf, wasSent } from "../../src/screens/calls/call";
import { placeOf, wrongAt } from "../../src/parts/code/jsonPlace";
import { Sheet } from "../../src/screens/calls/sheets.svelte";

const draft = (call: Call): CallDraft => ({ id: "call-1", version: 3, application: "app", environment: "stage", name: "Latest", connection: "c-1", call });
const own = (call: Call, began: number, ended: number): Own => ({ key: began, began, ended, draft: draft(call), status: 200, refused: null });
const failure = (code: string): Failure => ({ code, message: "", help: "" });
const record = (method: string, path: string, at: number): CallRecord => ({ at, who: "Aiko Mori", method, host: "h.example", path, status: 200, refused: null, millis: 9, bytes: 2 });

describe("a call that is written", () => {
  it("keeps no row that nothing was typed into, and counts what is sent", () => {
    const rows = [rowOf(), rowOf({ name: "page", value: "2", on: true }), rowOf({ name: "x", value: "", on: false }), rowOf({ name: "", value: "left", on: true })];
    expect(pairsOf(rows).map((pair) => pair.name), "a value without a name is not lost").toEqual(["page", "x", ""]);
    expect(sentOf(rows), "neither what is off nor what has no name").toBe(1);
  });

  it("says the media type that is added, unless a header of its own does", () => {
    const call: Call = { ...firstCall("/a"), method: "POST", body: { kind: "json", text: "{}" } };
    expect(mediaTypeOf(call)).toBe("application/json");
    expect(mediaTypeOf({ ...call, headers: [{ name: "content-TYPE", value: "x/y", on: true }] })).toBeNull();
    expect(mediaTypeOf({ ...call, headers: [{ name: "Content-Type", value: "x/y", on: false }] }), "one that is off says nothing").toBe("application/json");
  });

  it("is unsaved only while it differs from what is kept", () => {
    const sheet = new Sheet("call-1", draft({ ...firstCall("/a"), query: [{ name: "p", value: "1", on: true }] }));
    expect(sheet.dirty).toBe(false);
    sheet.query = [...sheet.query, rowOf()];
    expect(sheet.dirty, "an empty row is nothing").toBe(false);
    sheet.target = "/b";
    expect(sheet.dirty).toBe(true);
    sheet.target = "/a";
    expect(sheet.dirty, "typed back").toBe(false);
  });

  it("has what was typed while it was being stored, as unsaved", () => {
    const sheet = new Sheet("new", { ...draft(firstCall("/a")), id: null, version: null });
    const sent = sheet.draft;
    sheet.target = "/later";
    sheet.stored({ ...sent, id: "call-9", version: 1 });
    expect([sheet.id, sheet.target, sheet.dirty]).toEqual(["call-9", "/later", true]);
  });

  it("takes a text along to another kind of body", () => {
    const sheet = new Sheet("new", draft({ ...firstCall("/a"), method: "POST", body: { kind: "json", text: "[1]" } }));
    sheet.kind = "text";
    expect(sheet.body).toEqual({ kind: "text", media_type: "text/plain", text: "[1]" });
  });
});

describe("where a text stops being JSON", () => {
  it("is the first thing that is wrong", () => {
    for (const [text, at] of [
      ['{"a": 1}', null], ["", null], ["  \n", null], ['"\\u00e9"', null],
      ['{"a": 1,}', '{"a": 1,'.length], ['{\n  "a": 1\n  "b": 2\n}', '{\n  "a": 1\n  '.length], ["[1, 2", "[1, 2".length], ["{a: 1}", 1], ["01", 1],
    ] as const) {
      expect(wrongAt(text), text).toBe(at);
    }
  });

  it("is told by line and column, from 1, in characters", () => {
    expect(placeOf('{\n  "a": 1\n  "b"', 13)).toEqual({ line: 3, column: 3 });
    expect(placeOf("\u{20BB7}x", 2), "one character, two code units").toEqual({ line: 1, column: 2 });
  });
});

describe("the history", () => {
  it("shows a request of this session once, whole", () => {
    const mine = own(firstCall("/leads?page=2"), 10_000, 10_400);
    const records = [record("GET", "/v1/leads", 10_200), record("GET", "/v1/leads", 4000), record("POST", "/v1/leads", 10_200)];
    expect(recordedBefore([mine], records).map((one) => [one.method, one.at])).toEqual([["GET", 4000], ["POST", 10_200]]);
    expect(recordedBefore([mine], [records[0], records[0]] as CallRecord[]).length, "one for one").toBe(1);
  });

  it("gives what is typed to reach it again", () => {
    const base = "https://h.example/v1/";
    expect(targetOf({ host: "h.example", path: "/v1/leads" }, base), "below the base a path").toBe("/leads");
    expect(targetOf({ host: "h.example", path: "/v10/leads" }, base), "beside it the whole address").toBe("https://h.example/v10/leads");
    expect(targetOf({ host: "other.example", path: "/v1/leads" }, base)).toBe("https://other.example/v1/leads");
    expect(targetOf({ host: "", path: "/v1/leads" }, base), "refused before it went out").toBe("/leads");
    expect(targetOf({ host: "h.example", path: "/leads" }, ""), "a base that only the service knows").toBe("https://h.example/leads");
  });

  it("has what was stopped or refused, and not what never came to the gate", () => {
    expect([null, failure("call_stopped"), failure("not_connected"), failure("call_json")].map(wasSent)).toEqual([true, true, true, false]);
  });
});
