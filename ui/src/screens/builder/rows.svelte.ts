// Rows of names and values, as they are typed: the draft has them as a map, in which no name can
// stand twice and nothing has an order.
import type { FindingView } from "../../backend/bindings";
import { t } from "../../i18n/i18n.svelte";

export type Pairs = Record<string, string | number>;

export interface Row {
  key: number;
  name: string;
  value: string;
  /** A file has it as a number, and keeps it one while it is one. */
  number: boolean;
}

/** A name as it stands in a JSON pointer (RFC 6901). */
export const escaped = (name: string): string => name.replaceAll("~", "~0").replaceAll("/", "~1");

/** The same for the same names and values, whatever their order. */
const canon = (map: Pairs): string => JSON.stringify(Object.entries(map).toSorted(([one], [other]) => (one < other ? -1 : 1)));

let next = 0;

export class Rows {
  list = $state<Row[]>([]);

  /** Takes over a map that is another one than these rows are. */
  take(map: Pairs): void {
    if (canon(map) === canon(this.map())) return;
    this.list = Object.entries(map).map(([name, value]) => ({ key: next++, name, value: String(value), number: typeof value === "number" }));
  }

  /** As the draft has them: of a name that stands twice the first. */
  map(): Pairs {
    const all = new Map<string, string | number>();
    for (const { name, value, number } of this.list) {
      if (!all.has(name)) all.set(name, number && /^\d{1,15}$/.test(value) ? Number(value) : value);
    }
    return Object.fromEntries(all);
  }

  add(value: string): void {
    if (!this.list.some((row) => row.name === "")) this.list.push({ key: next++, name: "", value, number: false });
  }

  /** Rows whose name stands before them. */
  twice(): Row[] {
    return this.list.filter((row, i) => this.list.findIndex((one) => one.name === row.name) < i);
  }

  /** What only the rows know is wrong. */
  findings(at: string): FindingView[] {
    return this.twice().map((row) => ({ at: `${at}/${escaped(row.name)}`, code: "name_twice", message: t("ui.builder.row_twice", { name: row.name }) }));
  }
}
