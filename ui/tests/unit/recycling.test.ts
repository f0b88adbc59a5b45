import { describe, expect, it } from "vitest";
import { Pool } from "../../src/screens/connections/recycling";

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
