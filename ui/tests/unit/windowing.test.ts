import { describe, expect, it } from "vitest";
import { countOf, HEAD, heightOf, indexOf, lineAt, ROW, windowOf, type Group } from "../../src/screens/connections/windowing";

const groups = (...of: [total: number, open?: boolean, headed?: boolean][]): Group[] =>
  of.map(([total, open = true, headed = true]) => ({ total, open, headed }));

describe("windowing", () => {
  it("draws only what is in sight and a little more, however long the list", () => {
    const long = groups([40], [100_000]);
    const lines = windowOf(long, 1_800_000, 700);
    expect(lines.length, "700 px hold 20 rows").toBeLessThan(40);
    expect(lines[0]?.y, "from above the edge").toBeLessThan(1_800_000);
    expect(lines.at(-1)?.y, "to below it").toBeGreaterThan(1_800_700 - ROW);
  });

  it("agrees with itself: every line is found at its own index", () => {
    for (const all of [groups([3], [5]), groups([0, true, false], [7, true, false]), groups([2, false], [4]), groups([3], [0])]) {
      for (let index = 0; index < countOf(all); index += 1) {
        const line = lineAt(all, index);
        expect(line, `line ${index} exists`).not.toBeNull();
        expect(indexOf(all, line ?? { group: 0, row: 0 }), "index and line are one").toBe(index);
      }
      expect(lineAt(all, countOf(all)), "nothing after the end").toBeNull();
      expect(lineAt(all, -1), "nothing before the start").toBeNull();
      expect(windowOf(all, 0, 10_000).length, "a high window shows all").toBe(countOf(all));
    }
  });

  it("places lines one under the other without gaps", () => {
    const all = groups([3], [5]);
    const lines = windowOf(all, 0, 10_000);
    let y = 0;
    for (const line of lines) {
      expect(line.y).toBe(y);
      y += line.row < 0 ? HEAD : ROW;
    }
    expect(y, "and the height is their sum").toBe(heightOf(all));
  });

  it("a closed group is its head", () => {
    expect(heightOf(groups([1000, false]))).toBe(HEAD);
    expect(countOf(groups([1000, false]))).toBe(1);
  });
});
