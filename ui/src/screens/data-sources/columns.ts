// The columns of a sheet, each as wide as what the first rows have in it: rows that come later
// must not move what one looks at.
import type { SourceField, SourceRecord } from "../../backend/bindings";
import { cellOf } from "./look";

export interface Column {
  name: string;
  label: string;
  kind: string | null;
  /** Numbers stand at the right. */
  numeric: boolean;
  /** In pixels. */
  width: number;
}
const [NARROWEST, WIDEST] = [72, 260];
/** A Latin letter of the table's size, and what a cell has around its text. */
const [LETTER, AROUND] = [7.6, 20];

/** How wide a text is, in Latin letters: those of East Asia take two (Unicode's East Asian Width, roughly). */
const letters = (text: string): number => [...text].reduce((sum, one) => sum + (/[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]/.test(one) ? 2 : 1), 0);

/** Those that are chosen; where nobody knows which there are, what the rows have. */
export function columnsOf(fields: SourceField[], rows: SourceRecord[]): Column[] {
  const chosen = fields.filter((one) => one.shown);
  const named = chosen.length > 0 ? chosen : [...new Set(rows.flatMap((row) => Object.keys(row.fields)))].map((name) => ({ name, label: name, kind: null }));
  return named.map(({ name, label, kind }) => {
    const values = rows.map((row) => row.fields[name]);
    const longest = Math.max(letters(label), letters(kind ?? ""), ...values.map((value) => letters(cellOf(value).slice(0, 60))));
    return {
      name, label, kind, width: Math.min(WIDEST, Math.max(NARROWEST, longest * LETTER + AROUND)),
      numeric: rows.length > 0 && values.every((value) => value === null || value === undefined || typeof value === "number"),
    };
  });
}
