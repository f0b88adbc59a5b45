// What a panel shows, in words and numbers. Numbers come as decimal digits, and no digit is lost.
import type { PanelContentKind, PanelFigure, PanelPoint, PanelShape } from "../../backend/bindings";
import { t, tag, tn } from "../../i18n/i18n.svelte";

/** Decimal digits as the language writes them: what is written so is exact (ECMA-402 §15.5.16). */
export function decimal(value: string, digits: number | null = null): string {
  const format = new Intl.NumberFormat(tag(), digits === null ? { maximumFractionDigits: 20 } : { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return format.format(value as unknown as number);
}

/** With what it counts: signs stand before the number, words behind it. */
export function withUnit(written: string, unit: string): string {
  if (unit === "") return written;
  return /^\p{Sc}$/u.test(unit) ? (written.startsWith("-") ? `-${unit}${written.slice(1)}` : `${unit}${written}`) : unit === "%" ? `${written}%` : `${written} ${unit}`;
}

export function unitOf(shape: PanelShape): string {
  return shape.kind === "table" ? "" : shape.unit;
}

/** What is counted, as a head of a column has it. */
export function figureName(figure: PanelFigure): string {
  if (figure.of === "count") return t("ui.panels.figure_count");
  if (figure.of === "value") return figure.pointer;
  return t("ui.panels.figure_of", { figure: t(`ui.panels.figure_${figure.of}`), field: figure.field });
}

/** A group's name; rows that have nothing in the field are a group, too. */
export const groupName = (x: string): string => (x === "" ? t("ui.panels.empty_group") : x);

/** What a chart says, for whoever does not see it. */
export function chartSummary(shape: Extract<PanelShape, { kind: "chart" }>, points: readonly PanelPoint[]): string {
  const known = points.flatMap((point) => (point.y === null ? [] : [{ x: groupName(point.x), y: point.y, n: Number(point.y) }]));
  const said = (one: { y: string }): string => withUnit(decimal(one.y), shape.unit);
  const head = t(shape.form === "bar" ? "ui.panels.chart_bar" : "ui.panels.chart_line", { figure: figureName(shape.figure), field: shape.x, groups: tn("ui.panels.groups", points.length) });
  const first = known[0];
  if (!first) return `${head} ${t("ui.panels.chart_nothing")}`;
  const most = known.reduce((best, one) => (one.n > best.n ? one : best));
  const least = known.reduce((best, one) => (one.n < best.n ? one : best));
  const both = known.length > 1 ? t("ui.panels.chart_ends", { most: most.x, high: said(most), least: least.x, low: said(least) }) : t("ui.panels.chart_one", { group: first.x, value: said(first) });
  return `${head} ${both}`;
}

/** What is said when a panel has its data: short, and by its shape. */
export function announcement(content: PanelContentKind, shape: PanelShape): string {
  if (content.kind === "table") return tn("ui.panels.rows", content.cells.length);
  if (content.kind === "number") return content.value === null ? t("ui.panels.no_number") : withUnit(content.numeric ? decimal(content.value) : content.value, unitOf(shape));
  return shape.kind === "chart" ? chartSummary(shape, content.points) : "";
}
