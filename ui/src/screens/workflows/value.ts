// A field's value as it is read in a table.
import type { FormField } from "../../backend/bindings";
import { calendarDay, exact, number } from "../../i18n/format";
import { t } from "../../i18n/i18n.svelte";
import { digitsOf, typedOf } from "../kept/operations/amount";
import { isRecord } from "../kept/operations/record";
import { isDay } from "./entry.svelte";

/** Whether it stands at the right. */
export const numeric = (field: FormField): boolean => field.kind === "number" || field.kind === "amount";

export function valueText(field: FormField, value: unknown): string {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value === "boolean") return t(value ? "ui.tasks.yes" : "ui.tasks.no");
  if (typeof value === "number") return number(value);
  if (field.kind === "date" && typeof value === "string" && isDay(value)) return calendarDay(value);
  if (field.kind === "date_time" && typeof value === "string") {
    const at = new Date(value).getTime();
    return Number.isNaN(at) ? value : exact(at);
  }
  if (isRecord(value) && typeof value.minor === "number" && typeof value.currency === "string") return `${typedOf(value.minor, digitsOf(value.currency) ?? 2)} ${value.currency}`;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What a record is called: the first of its fields that says something. */
export function recordName(fields: readonly FormField[], values: Record<string, unknown>): string {
  for (const field of fields) {
    const text = field.kind === "checkbox" ? "" : valueText(field, values[field.name]);
    if (text !== "") return text;
  }
  return "";
}
