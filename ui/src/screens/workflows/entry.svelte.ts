// A field of a form, as one fills it in: what is typed, and the value that is. Numbers, phones, moments and amounts
// are read as the inputs of operations are.
import type { FormField, InputKind, InputView } from "../../backend/bindings";
import { Field, type Read } from "../kept/operations/field.svelte";
import type { Problem } from "../kept/operations/problem";

export type EntryProblem = Problem | { code: "email" } | { code: "date" };
export type EntryRead = { value: unknown } | { none: true } | { problem: EntryProblem };

const KINDS: Record<FormField["kind"], InputKind> = {
  text: "text", multiline: "text", number: "number", date: "text", date_time: "time", checkbox: "boolean", choice: "text", email: "text", phone: "phone", amount: "amount",
};

/** The input that a field is like. */
export const inputOf = (field: FormField): InputView => ({
  name: field.name, label: field.label || field.name, kind: KINDS[field.kind], required: field.required, default: null, example: null,
  choices: field.kind === "amount" && field.currency ? [field.currency] : [], most: null,
});

/** A column that nothing more is known of than its name. */
export const columnField = (name: string, label = name): FormField => ({ name, label, kind: "text", required: false, choices: [], currency: null, shows: null });

/** A calendar day that there is (ISO 8601, as RFC 3339 `full-date`). */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

export class Entry {
  readonly field: FormField;
  /** What is typed, where it is read as an input is. */
  inner = $state.raw<Field>(new Field({ name: "", label: "", kind: "text", required: false, default: null, example: null, choices: [], most: null }, undefined));
  checked = $state(false);

  constructor(field: FormField, value: unknown) {
    this.field = field;
    this.set(value);
  }

  /** Shows a value as it would be typed. */
  set(value: unknown): void {
    const there = value === null || value === "" ? undefined : value;
    this.checked = there === true;
    this.inner = new Field(inputOf(this.field), there);
  }

  get read(): EntryRead {
    const { kind, required } = this.field;
    if (kind === "checkbox") return required && !this.checked ? { problem: { code: "missing" } } : { value: this.checked };
    const read: Read = this.inner.read;
    if (!("value" in read) || typeof read.value !== "string") return read;
    // One @ with something before it and a name behind it: what else an address may be, only its server knows (RFC 5321 §4.1.2).
    if (kind === "email" && !/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)*$/.test(read.value.trim())) return { problem: { code: "email" } };
    if (kind === "date" && !isDay(read.value)) return { problem: { code: "date" } };
    return kind === "email" ? { value: read.value.trim() } : read;
  }

  /** What is there, as it goes to the program: nothing where it cannot be read. */
  get value(): unknown {
    const { read } = this;
    return "value" in read ? read.value : null;
  }
}

/** The values of a form by the names of its fields; what is empty is left out. */
export function valuesOf(entries: readonly Entry[]): Record<string, unknown> {
  return Object.fromEntries(entries.flatMap((entry) => (entry.value === null ? [] : [[entry.field.name, entry.value] as const])));
}
