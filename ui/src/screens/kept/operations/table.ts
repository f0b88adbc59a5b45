// Rows of an answer, as a table: the answer is JSON, and where its rows are only their number tells.
import { isRecord } from "./record";

export interface Table {
  columns: string[];
  rows: string[][];
}

/** How much of it is shown. */
export const ROWS_MAX = 50;
const COLUMNS_MAX = 8;
const SEEN_MAX = 10_000;

/** The first list of so many records, the outermost first. */
function find(whole: unknown, count: number): Record<string, unknown>[] | null {
  let level: unknown[] = [whole];
  for (let seen = 0; level.length > 0 && seen < SEEN_MAX; seen += level.length) {
    const list = level.find((one): one is Record<string, unknown>[] => Array.isArray(one) && one.length === count && one.every(isRecord));
    if (list) return list;
    level = level.flatMap((one) => (Array.isArray(one) ? (one as unknown[]) : isRecord(one) ? Object.values(one) : []));
  }
  return null;
}

const cell = (value: unknown): string => (value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value));

/** The first rows and columns; `null` where the answer shows none as a table. */
export function tableOf(body: string, count: number): Table | null {
  if (count === 0) return null;
  let whole: unknown;
  try {
    whole = JSON.parse(body);
  } catch {
    // Cut off, or no JSON: the answer itself is there to be looked at.
    return null;
  }
  const found = find(whole, count)?.slice(0, ROWS_MAX);
  if (!found) return null;
  const names = [...new Set(found.flatMap((row) => Object.keys(row)))];
  // What is one value reads better than what is many.
  const plain = names.filter((name) => found.every((row) => typeof row[name] !== "object" || row[name] === null));
  const columns = [...plain, ...names.filter((name) => !plain.includes(name))].slice(0, COLUMNS_MAX);
  return columns.length === 0 ? null : { columns, rows: found.map((row) => columns.map((name) => cell(row[name]))) };
}
