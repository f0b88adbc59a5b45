import { describe, expect, it } from "vitest";
import type { PanelDraft, PanelShape } from "../../src/backend/bindings";
import { chartSummary, decimal, withUnit } from "../../src/screens/panels/figures";
import { Sketch } from "../../src/screens/panels/sketch.svelte";
import { turn } from "../../src/screens/panels/turns";

describe("numbers of a panel", () => {
  it("lose no digit on their way", () => {
    expect(decimal("36893488147419103230")).toBe("36,893,488,147,419,103,230");
    expect(decimal("9007199254740993.5")).toBe("9,007,199,254,740,993.5");
    expect(decimal("0.1")).toBe("0.1");
    expect(decimal("1234.5", 2)).toBe("1,234.50");
    expect(decimal("-0.666667", 0)).toBe("-1");
  });
  it("have their signs before them and their words behind", () => {
    expect(withUnit("1,234", "USD")).toBe("1,234 USD");
    expect(withUnit("1,234", "¥")).toBe("¥1,234");
    expect(withUnit("-5", "€")).toBe("-€5");
    expect(withUnit("12.5", "%")).toBe("12.5%");
    expect(withUnit("12", "")).toBe("12");
  });
});

const chart: Extract<PanelShape, { kind: "chart" }> = { kind: "chart", form: "bar", x: "Stage", span: null, figure: { of: "sum", field: "Amount" }, unit: "USD" };

describe("what a chart says", () => {
  it("names the ends, in words", () => {
    const points = [{ x: "Won", y: "1200" }, { x: "", y: "-3.5" }, { x: "Lost", y: null }];
    expect(chartSummary(chart, points)).toBe("Bars: Sum of Amount by Stage, 3 groups. Most: Won, 1,200 USD. Least: (nothing), -3.5 USD.");
  });
  it("says so where there is one group, or no number", () => {
    expect(chartSummary(chart, [{ x: "Won", y: "1" }])).toContain("1 group. Won: 1 USD.");
    expect(chartSummary(chart, [{ x: "Won", y: null }])).toContain("None of them has a number.");
  });
});

const draft = (shape: PanelShape): PanelDraft => ({
  id: "p", version: 3, application: "a", environment: "production", name: "Won", connection: "c", service: null,
  panel: { data: { from: "operation", operation: "list", given: { module: "Deals" } }, shape, width: "third", place: 4 },
});

describe("a panel that is written", () => {
  const SHAPES: PanelShape[] = [
    { kind: "table", columns: [{ field: "Name", label: "Company" }, { field: "/a/b", label: "" }] },
    { kind: "number", figure: { of: "value", pointer: "/info/count" }, unit: "USD", digits: 2 },
    { kind: "number", figure: { of: "count" }, unit: "", digits: null },
    chart,
    { ...chart, form: "line", span: "month" },
  ];
  it.each(SHAPES)("comes back as it was: $kind", (shape) => {
    expect(new Sketch(draft(shape)).draft).toEqual(draft(shape));
  });
  it("keeps what was typed for another shape", () => {
    const sketch = new Sketch(draft(chart));
    sketch.kind = "number";
    expect(sketch.shape).toEqual({ kind: "number", figure: { of: "sum", field: "Amount" }, unit: "USD", digits: null });
    sketch.kind = "chart";
    expect(sketch.shape).toEqual(chart);
  });
  it("asks for no one value where there are rows only", () => {
    const sketch = new Sketch(draft({ kind: "number", figure: { of: "value", pointer: "/n" }, unit: "", digits: null }));
    sketch.through({ source: "s" }, false);
    expect(sketch.draft.panel).toMatchObject({ data: { from: "source", source: "s" }, shape: { figure: { of: "count" } } });
  });
  it("says what it lacks", () => {
    expect(new Sketch(draft({ ...chart, x: " " })).shaped).toBe(false);
    expect(new Sketch(draft({ ...chart, figure: { of: "sum", field: "" } })).shaped).toBe(false);
    expect(new Sketch(draft({ kind: "number", figure: { of: "value", pointer: "n" }, unit: "", digits: null })).shaped).toBe(false);
    expect(new Sketch(draft({ kind: "table", columns: [] })).shaped).toBe(true);
  });
});

describe("turns", () => {
  it("let four ask at once, and the next one when one is over", async () => {
    const ends = await Promise.all([turn(), turn(), turn(), turn()]);
    let fifth = false;
    const waits = turn().then((end) => {
      fifth = true;
      return end;
    });
    await Promise.resolve();
    expect(fifth).toBe(false);
    ends[0]?.();
    ends[0]?.();
    const end = await waits;
    expect(fifth).toBe(true);
    for (const one of [...ends, end]) one();
  });
});
