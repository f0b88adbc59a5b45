import { describe, expect, it } from "vitest";
import { drawn, drawnAt, heightOf, inSight, ROW, toSee } from "../../src/screens/data-sources/sight";

const HEIGHT = 600;

describe("rows in sight", () => {
  it("are those between the edges", () => {
    expect(inSight(0, HEIGHT, 1000)).toEqual([0, 19]);
    expect(inSight(45, HEIGHT, 1000)).toEqual([1, 21]);
    expect(inSight(0, HEIGHT, 3)).toEqual([0, 2]);
    expect(inSight(0, HEIGHT, 0)).toBeNull();
    expect(inSight(0, 0, 5), "before it is measured").toEqual([0, 0]);
    expect(drawn(0, HEIGHT, 1000)).toHaveLength(28);
    expect(drawn(0, HEIGHT, 0)).toEqual([]);
  });

  it.each([[1000], [1_000_000], [5_000_000]])("reach the last of %d", (total) => {
    const bottom = heightOf(total) - HEIGHT;
    expect(inSight(bottom, HEIGHT, total)?.[1]).toBe(total - 1);
    const last = drawnAt(total - 1, bottom, total, HEIGHT);
    expect(Math.abs(last + ROW - heightOf(total)), "it ends where the sheet ends").toBeLessThan(0.01);
    expect(drawnAt(0, 0, total, HEIGHT)).toBe(0);
  });

  it.each([[1000], [5_000_000]])("are brought there, no further than it takes, of %d", (total) => {
    for (const row of [0, 57, 500, total - 1]) {
      const top = toSee(row, 0, total, HEIGHT);
      const sight = inSight(top, HEIGHT, total);
      expect(sight && sight[0] <= row && row <= sight[1], `${row}`).toBe(true);
      expect(drawnAt(row, top, total, HEIGHT) - top).toBeGreaterThanOrEqual(-0.01);
      expect(toSee(row, top, total, HEIGHT), "it stays").toBeCloseTo(top, 3);
    }
  });
});
