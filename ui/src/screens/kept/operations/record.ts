// A record: values by the names of fields, as rows that one types.
import type { Problem } from "./problem";

export type ValueKind = "text" | "number" | "boolean" | "json";
export const VALUE_KINDS: readonly ValueKind[] = ["text", "number", "boolean", "json"];

export interface RecordRow {
  key: number;
  name: string;
  kind: ValueKind;
  text: string;
}

let next = 0;
export const rowOf = (name = "", kind: ValueKind = "text", text = ""): RecordRow => ({ key: next++, name, kind, text });

/** A JSON number that comes through whole (RFC 8259 §6); the problem where it does not. */
export function numberOf(typed: string): { number: number } | { problem: Problem } {
  const text = typed.normalize("NFKC").trim();
  if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return { problem: { code: "number" } };
  const number = Number(text);
  const whole = /^-?\d+$/.test(text);
  return !Number.isFinite(number) || (whole && !Number.isSafeInteger(number)) ? { problem: { code: "number_big" } } : { number };
}

function valueOf(row: RecordRow): { value: unknown } | { problem: Problem } {
  switch (row.kind) {
    case "text":
      return { value: row.text };
    case "boolean":
      return { value: row.text === "true" };
    case "number": {
      const read = numberOf(row.text);
      if ("number" in read) return { value: read.number };
      return { problem: read.problem.code === "number_big" ? read.problem : { code: "record_number" } };
    }
    default:
      try {
        return { value: JSON.parse(row.text) as unknown };
      } catch {
        return { problem: { code: "record_json" } };
      }
  }
}

/** The record that rows are; a row that nothing was typed into is none. */
export function recordOf(rows: readonly RecordRow[]): { record: Record<string, unknown> } | { problem: Problem; row: number } {
  // A field may be called `__proto__`: it is one like any other.
  const record = new Map<string, unknown>();
  for (const row of rows) {
    const name = row.name.trim();
    if (name === "" && row.text === "") continue;
    if (name === "") return { problem: { code: "record_name" }, row: row.key };
    if (record.has(name)) return { problem: { code: "record_twice", name }, row: row.key };
    const read = valueOf(row);
    if ("problem" in read) return { problem: read.problem, row: row.key };
    record.set(name, read.value);
  }
  return { record: Object.fromEntries(record) };
}

/** A record's rows. */
export function rowsOf(record: Record<string, unknown>): RecordRow[] {
  return Object.entries(record).map(([name, value]) => {
    if (typeof value === "string") return rowOf(name, "text", value);
    if (typeof value === "number") return rowOf(name, "number", String(value));
    return typeof value === "boolean" ? rowOf(name, "boolean", String(value)) : rowOf(name, "json", JSON.stringify(value));
  });
}

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
