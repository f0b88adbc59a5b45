import { describe, expect, it } from "vitest";
import { Rows } from "../../src/screens/builder/rows.svelte";

describe("rows of a map", () => {
  it("keep what a file has as a number, as long as it is one", () => {
    const rows = new Rows();
    rows.take({ audience: "api", seconds: 60 });
    const seconds = rows.list.find((row) => row.name === "seconds");
    if (!seconds) throw new Error("there is no such row");
    seconds.value = "90";
    expect(rows.map()).toEqual({ audience: "api", seconds: 90 });
    seconds.value = "90s";
    expect(rows.map(), "it is text now").toEqual({ audience: "api", seconds: "90s" });
  });

  it("stay as they are typed where the draft has the same", () => {
    const rows = new Rows();
    rows.take({ b: "1", a: "2" });
    const before = rows.list.map((row) => row.key);
    rows.take({ a: "2", b: "1" });
    expect(rows.list.map((row) => row.key), "another order is no other map").toEqual(before);
    rows.take({ a: "3", b: "1" });
    expect(rows.map(), "what the program put there is taken over").toEqual({ a: "3", b: "1" });
  });

  it("say which names stand twice, and give the draft the first of them", () => {
    const rows = new Rows();
    rows.take({ prompt: "consent" });
    rows.add("");
    rows.add("");
    expect(rows.list.length, "one empty row is enough").toBe(2);
    const last = rows.list[1];
    if (!last) throw new Error("there is no such row");
    last.name = "prompt";
    last.value = "none";
    expect(rows.map()).toEqual({ prompt: "consent" });
    const doubled = rows.doubled("/oauth/authorize_params");
    expect(doubled).toEqual([{ at: "/oauth/authorize_params", name: "prompt", value: "none" }]);
    const before = rows.list.map((row) => row.key);
    rows.take(rows.map(), doubled);
    expect(rows.list.map((row) => row.key), "and the other is not forgotten").toEqual(before);
    const later = new Rows();
    later.take({ prompt: "consent" }, doubled);
    expect(later.list.map((row) => [row.name, row.value]), "nor when the draft is opened again").toEqual([["prompt", "consent"], ["prompt", "none"]]);
  });

  it("take any name that JSON takes", () => {
    const rows = new Rows();
    rows.take(JSON.parse('{"__proto__": "x", "a/b": "y"}') as Record<string, string>);
    expect(JSON.stringify(rows.map())).toBe('{"__proto__":"x","a/b":"y"}');
  });
});
