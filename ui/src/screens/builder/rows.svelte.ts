// Rows of names and values, as they are typed: the draft has them as a map, in which no name can
// stand twice and nothing has an order; what stands twice is beside it.
import type { Doubled } from "../../backend/bindings";

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

  /** Takes over what is something else than these rows are: a map, and the rows whose name it has already. */
  take(map: Pairs, doubled: readonly Doubled[] = []): void {
    const more = doubled.map(({ name, value }) => [name, value]);
    if (canon(map) === canon(this.map()) && JSON.stringify(more) === JSON.stringify(this.twice().map(({ name, value }) => [name, value]))) return;
    this.list = [
      ...Object.entries(map).map(([name, value]) => ({ key: next++, name, value: String(value), number: typeof value === "number" })),
      ...doubled.map(({ name, value }) => ({ key: next++, name, value, number: false })),
    ];
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

  /** What no map can hold, as the draft has it. */
  doubled(at: string): Doubled[] {
    return this.twice().map(({ name, value }) => ({ at, name, value }));
  }
}
