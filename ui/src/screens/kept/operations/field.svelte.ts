// An input of an operation, as one types it.
import type { InputView } from "../../../backend/bindings";
import { digitsOf, minorOf, typedOf } from "./amount";
import type { Problem } from "./problem";
import { isRecord, numberOf, recordOf, type RecordRow, rowOf, rowsOf } from "./record";
import { localOf, momentOf } from "./time";

export type Read = { value: unknown } | { none: true } | { problem: Problem; row?: number };

/** A name of a service's API: it stands in its query language without quotes. */
const NAME = /^[A-Za-z_][\w.]{0,199}$/;

export class Field {
  readonly input: InputView;
  text = $state("");
  /** Of a record. */
  rows = $state<RecordRow[]>([]);
  /** A record is typed as JSON. */
  asJson = $state(false);
  /** Of an amount. */
  currency = $state("");
  /** What the program had, and how that is typed: what nobody changed goes back as it came. */
  #was: { typed: string; value: unknown } | null = null;

  constructor(input: InputView, value: unknown) {
    this.input = input;
    if (input.kind === "amount") this.currency = input.choices[0] ?? "";
    if (input.kind === "record") this.rows = blank(input.example);
    if (value !== undefined) this.#take(value);
  }

  #take(value: unknown): void {
    const { kind } = this.input;
    if (kind === "amount" && isRecord(value) && typeof value.minor === "number" && typeof value.currency === "string") {
      this.currency = value.currency;
      this.text = typedOf(value.minor, digitsOf(value.currency) ?? 2);
    } else if (kind === "record" && isRecord(value)) {
      this.rows = rowsOf(value);
    } else if (kind === "record" || kind === "json") {
      this.asJson = true;
      this.text = JSON.stringify(value, null, 2);
    } else if (kind === "names" && Array.isArray(value)) {
      this.text = value.join(", ");
    } else if (kind === "time" && typeof value === "string") {
      this.text = localOf(value) ?? value;
    } else {
      this.text = typeof value === "string" ? value : JSON.stringify(value);
    }
    this.#was = { typed: this.#typed(), value };
  }

  /** What was typed in another operation's input of the same name and kind. */
  carry(from: Field): void {
    if (from.input.kind !== this.input.kind) return;
    if (this.input.choices.length > 0 && this.input.kind !== "amount" && !this.input.choices.includes(from.text)) return;
    this.text = from.text;
    this.rows = from.rows;
    this.asJson = from.asJson;
    if (this.input.choices.length === 0 || this.input.choices.includes(from.currency)) this.currency = from.currency;
  }

  #typed(): string {
    return JSON.stringify([this.text, this.input.kind === "record" && !this.asJson ? this.rows.map(({ name, kind, text }) => [name, kind, text]) : null, this.asJson, this.currency]);
  }

  /** How many of the most there may be, where that is counted. */
  get counted(): number | null {
    const { kind, most } = this.input;
    if (most === null || kind === "number") return null;
    if (kind === "names") return this.names.length;
    return kind === "text" || kind === "phone" || kind === "name" ? [...this.text].length : null;
  }

  get names(): string[] {
    return this.text.split(/[,、\s]+/).filter((one) => one !== "");
  }

  /** What it gives the operation. */
  get read(): Read {
    if (this.#was && this.#was.typed === this.#typed()) return { value: this.#was.value };
    const read = this.#parsed();
    return "none" in read && this.input.required && this.input.default === null ? { problem: { code: "missing" } } : read;
  }

  #parsed(): Read {
    const { kind, most } = this.input;
    const text = this.text;
    if (kind === "record" && !this.asJson) {
      const read = recordOf(this.rows);
      if ("problem" in read) return read;
      return Object.keys(read.record).length === 0 ? { none: true } : { value: read.record };
    }
    if (text.trim() === "") return { none: true };
    const over = (n: number): Read | null => (most !== null && n > most ? { problem: { code: "most", most } } : null);
    switch (kind) {
      case "number": {
        const read = numberOf(text);
        return "problem" in read ? read : (over(read.number) ?? { value: read.number });
      }
      case "boolean":
        return { value: text === "true" };
      case "phone": {
        const number = text.normalize("NFKC").replace(/[\s()-]/g, "");
        return /^\+[1-9]\d{6,14}$/.test(number) ? { value: number } : { problem: { code: "phone" } };
      }
      case "name":
        return NAME.test(text.trim()) ? { value: text.trim() } : { problem: { code: "name" } };
      case "names":
        return this.names.every((one) => NAME.test(one)) ? (over(this.names.length) ?? { value: this.names }) : { problem: { code: "names" } };
      case "time": {
        const moment = momentOf(text);
        return moment === null ? { problem: { code: "time" } } : { value: moment };
      }
      case "amount": {
        const digits = digitsOf(this.currency);
        if (digits === null) return { problem: { code: "currency" } };
        const read = minorOf(text, digits);
        return "problem" in read ? read : { value: { minor: read.minor, currency: this.currency } };
      }
      case "json":
      case "record":
        try {
          const value = JSON.parse(text) as unknown;
          return kind === "record" && !isRecord(value) ? { problem: { code: "record" } } : { value };
        } catch {
          return { problem: { code: "json" } };
        }
      default:
        return over([...text].length) ?? { value: text };
    }
  }

  /** Rows become JSON and JSON rows, where either can be read. */
  turn(asJson: boolean): boolean {
    if (asJson === this.asJson) return true;
    const was = this.#was && this.#was.typed === this.#typed() ? this.#was.value : undefined;
    const read = this.#parsed();
    if ("problem" in read) return false;
    if (asJson) this.text = "value" in read ? JSON.stringify(read.value, null, 2) : "{\n  \n}\n";
    else this.rows = "value" in read && isRecord(read.value) && Object.keys(read.value).length > 0 ? rowsOf(read.value) : blank(this.input.example);
    this.asJson = asJson;
    // The same, seen otherwise, is no change.
    if (was !== undefined) this.#was = { typed: this.#typed(), value: was };
    return true;
  }

  /** All that was typed, whether it can be sent or not. */
  get written(): unknown {
    const read = this.read;
    if ("value" in read) return read.value;
    return "none" in read || read.problem.code === "missing" ? undefined : this.#typed();
  }
}

/** One empty row for each field of the example, at most three. */
function blank(example: unknown): RecordRow[] {
  const n = isRecord(example) ? Math.min(3, Object.keys(example).length) : 1;
  return Array.from({ length: Math.max(1, n) }, () => rowOf());
}

/** A value as one would type it, to be shown where nothing is. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  return Array.isArray(value) && value.every((one) => typeof one === "string") ? value.join(", ") : JSON.stringify(value);
}
