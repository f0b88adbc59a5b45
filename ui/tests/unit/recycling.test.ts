import { describe, expect, it } from "vitest";
import { Pool, Slices } from "../../src/screens/connections/recycling";

const line = (key: number, shows: string | undefined): { key: number; shows: string | undefined } => ({ key, shows });
const shown = (lines: { shows: string | undefined }[]): (string | undefined)[] => lines.map((one) => one.shows);

describe("rows that are used again", () => {
  it("keeps the name of what stays, wherever it goes", () => {
    const pool = new Pool();
    const [a, b, c] = pool.name(["a", "b", "c"], true);
    expect(pool.name(["c", "a", "b"], true)).toEqual([c, a, b]);
  });

  it("gives what is new the names of what went, in their order", () => {
    const pool = new Pool();
    const [a, b, c] = pool.name(["a", "b", "c"], true);
    expect(pool.name(["x", "b", "y"], true)).toEqual([a, b, c]);
    expect(pool.name(["p", "q", "r"], true), "all new: none has to move").toEqual([a, b, c]);
  });

  it("never names two alike", () => {
    const pool = new Pool();
    pool.name(["a", "b"], true);
    for (const ids of [["b", "c", "d", "a"], ["d"], ["x", "y", "z", "d", "a"]]) {
      expect(new Set(pool.name(ids, true)).size).toBe(ids.length);
    }
  });

  it("makes new ones where none may be used again", () => {
    const pool = new Pool();
    const before = pool.name(["a", "b"], true);
    const [a, x] = pool.name(["a", "x"], false);
    expect(a).toBe(before[0]);
    expect(before).not.toContain(x);
  });
});

describe("lines that turn to another answer", () => {
  it("turn from the top, a few at a time, and keep what they show until then", () => {
    const slices = new Slices<string>();
    slices.take([line(0, "a"), line(1, "b"), line(2, "c")], Infinity);
    const next = [line(0, "x"), line(1, "y"), line(2, "z")];
    expect(shown(slices.take(next, 1))).toEqual(["x", "b", "c"]);
    expect(shown(slices.take(next, 2))).toEqual(["x", "y", "c"]);
    expect(shown(slices.take(next, 3))).toEqual(["x", "y", "z"]);
  });

  it("go on from what they show when yet another answer comes first", () => {
    const slices = new Slices<string>();
    slices.take([line(0, "a"), line(1, "b")], Infinity);
    slices.take([line(0, "x"), line(1, "y")], 1);
    expect(shown(slices.take([line(0, "p"), line(1, "q")], 0))).toEqual(["x", "b"]);
  });

  it("appear in their turn and go at once", () => {
    const slices = new Slices<string>();
    slices.take([line(0, "a")], Infinity);
    expect(shown(slices.take([line(0, "x"), line(1, "y")], 1)), "no line shows what is not there").toEqual(["x"]);
    expect(shown(slices.take([line(0, "x"), line(1, "y")], 2))).toEqual(["x", "y"]);
    expect(shown(slices.take([line(1, "y")], 0))).toEqual(["y"]);
  });

  it("are drawn at once where no row has come yet", () => {
    expect(shown(new Slices<string>().take([line(0, undefined)], 0))).toEqual([undefined]);
  });
});
