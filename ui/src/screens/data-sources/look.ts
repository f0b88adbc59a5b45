// How a data source stands, in a shape and a word.
import type { FieldView, InputKind, InputView, PullRecord, SourceField, SourceRow } from "../../backend/bindings";
import { number } from "../../i18n/format";
import { t, tn } from "../../i18n/i18n.svelte";
import type { Shape, Tone } from "../../parts/station";

export function look(row: SourceRow): { shape: Shape; tone: Tone; word: string } {
  if (row.stopped) return { shape: "revoked", tone: "danger", word: row.stopped.message };
  if (row.last?.failure) return { shape: "changed", tone: "warn", word: row.last.failure.message };
  if (row.came !== null) return { shape: "expired", tone: "warn", word: t("ui.sources.interrupted") };
  if (row.doneAt === null) return { shape: "never", tone: "idle", word: t("ui.sources.never") };
  return { shape: "connected", tone: "ok", word: t("ui.sources.up_to_date") };
}

export function ofPull(pull: PullRecord): { shape: Shape; tone: Tone; word: string } {
  if (pull.failure) return { shape: "revoked", tone: "danger", word: t("ui.sources.pull_failed") };
  return pull.stopped ? { shape: "disabled", tone: "off", word: t("ui.sources.pull_stopped") } : { shape: "connected", tone: "ok", word: t("ui.sources.pull_done") };
}

/** "212 rows came, 3 are gone". */
export function came(pull: PullRecord): string {
  const rows = tn("ui.sources.rows_came", pull.came);
  return pull.gone > 0 ? t("ui.sources.and_gone", { rows, n: number(pull.gone) }) : rows;
}

export const cellOf = (value: unknown): string => (value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value));

/** What one types for a field, by the word that its service has for its type. */
function kindOf(kind: string | null): InputKind {
  const word = kind?.toLowerCase() ?? "";
  if (/^bool|checkbox/.test(word)) return "boolean";
  if (/json|lookup|multi|array|object/.test(word)) return "json";
  return /^(integer|int|long|bigint|double|decimal|number|currency|percent)/.test(word) ? "number" : "text";
}

/** A field of a record, as an input of a form. */
export const inputOf = (field: SourceField): InputView => ({ name: field.name, label: field.label, kind: kindOf(field.kind), required: field.required, default: null, example: null, choices: [], most: null });

export const asField = (field: FieldView, shown: boolean): SourceField => ({ name: field.name, label: field.label, kind: field.kind, required: field.required, read_only: field.readOnly, shown });
