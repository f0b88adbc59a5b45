// The rows of a data source as one looks at them: by number, a page where they are in sight; or
// those that have a text, as far as was looked. What is asked last counts.
import { call } from "../../app.svelte";
import type { Failure, ItemId, SourcePage, SourceRecord } from "../../backend/bindings";
import { asFailure } from "../../backend/failure";

export const PAGE = 100;
/** Pages that are kept: what one has just seen is there at once, and a million rows are not. */
const KEPT = 40;
/** Rows that are looked for at a time, and how near the last of them one comes before there are more. */
const FOUND = 200;
const NEAR = 50;
/** Rows that are looked through in no time. */
const QUICK = 50_000;

interface Page {
  rows: SourceRecord[];
  /** Which telling of the program it is from. */
  told: number;
}

export class RowsOf {
  readonly #item: ItemId;
  #pages = $state.raw(new Map<number, Page>());
  #told = $state(0);
  /** Up to which row one sees, and whether that is being fetched. */
  #sight: [number, number] = [0, 0];
  #fetching = false;

  /** What is looked for; empty: nothing is. */
  text = $state("");
  found = $state.raw<SourceRecord[]>([]);
  /** Rows looked through for it. */
  looked = $state(0);
  looking = $state(false);
  /** Some have not been looked through. */
  more = $state(false);
  /** The first answer has come. */
  loaded = $state(false);
  failure = $state.raw<Failure | null>(null);
  #next: number | null = null;
  #asked = 0;
  #stopped = false;
  #left = false;

  constructor(item: ItemId) {
    this.#item = item;
  }

  /** The row of this number, counted from 0. */
  at(row: number): SourceRecord | undefined {
    return this.text === "" ? this.#pages.get(Math.floor(row / PAGE))?.rows[row % PAGE] : this.found[row];
  }

  /** The rows that there are of those that have come first: what columns are measured by. */
  get first(): SourceRecord[] {
    return this.text === "" ? (this.#pages.get(0)?.rows ?? []) : this.found.slice(0, PAGE);
  }

  #ask(after: number | null, skip: number, limit: number): Promise<SourcePage> {
    return call("source_rows", { item: this.#item, after, skip, limit, find: this.text });
  }

  /** Nobody looks any more. */
  leave(): void {
    this.#left = true;
    this.#asked += 1;
  }

  /**
   * The program told of changes: what is shown is asked for anew, and stays until it comes. What was
   * found stays as it is where it took long: a pull tells of itself all the time.
   */
  async renew(): Promise<void> {
    this.#told += 1;
    if (this.text === "") await this.#fetch();
    else if (!this.looking && !this.#stopped && this.looked <= QUICK) await this.look(this.text, this.found.length);
  }

  /** These rows are in sight. */
  async see(first: number, last: number): Promise<void> {
    this.#sight = [first, last];
    if (this.text === "") await this.#fetch();
    else if (last > this.found.length - NEAR && !this.#stopped) await this.lookOn();
  }

  #missing(): number | undefined {
    const [first, last] = this.#sight;
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page += 1) if (this.#pages.get(page)?.told !== this.#told) return page;
    return undefined;
  }

  /** One page after the other, of those that are in sight by then. */
  async #fetch(): Promise<void> {
    if (this.#fetching) return;
    this.#fetching = true;
    const mine = this.#asked;
    try {
      for (let page = this.#missing(); page !== undefined; page = this.#missing()) {
        const told = this.#told;
        // Behind a page that is there one goes on by its last row, which costs nothing.
        const before = this.#pages.get(page - 1);
        const end = before?.told === told && before.rows.length === PAGE ? (before.rows.at(-1)?.place ?? null) : null;
        const { rows } = await this.#ask(end, end === null ? page * PAGE : 0, PAGE);
        if (mine !== this.#asked) break;
        this.#keep(page, { rows, told });
        this.failure = null;
        this.loaded = true;
      }
    } catch (reason) {
      if (mine === this.#asked) this.failure = asFailure(reason);
    } finally {
      this.#fetching = false;
    }
    // Somebody looked for something meanwhile, and does not any more.
    if (mine !== this.#asked && !this.#left && this.text === "") await this.#fetch();
  }

  #keep(page: number, come: Page): void {
    const pages = new Map(this.#pages).set(page, come);
    const far = (one: number): number => Math.abs(one - page);
    if (pages.size > KEPT) pages.delete([...pages.keys()].reduce((a, b) => (b !== 0 && far(b) > far(a) ? b : a), page));
    this.#pages = pages;
  }

  /** Looks for a text, from the first row on; `shown`: so many finds stay until as many have come. */
  async look(text: string, shown = 0): Promise<void> {
    this.#asked += 1;
    this.#stopped = false;
    this.looking = false;
    this.failure = null;
    if (text !== this.text) this.found = [];
    this.text = text;
    if (text === "") {
      await this.#fetch();
      return;
    }
    this.#next = null;
    this.looked = 0;
    await this.#go([], Math.max(FOUND, shown), shown);
  }

  /** Looks on from where it stopped. */
  async lookOn(): Promise<void> {
    if (this.looking || !this.more) return;
    this.#stopped = false;
    await this.#go(this.found, this.found.length + FOUND, 0);
  }

  stop(): void {
    this.#stopped = true;
  }

  async #go(known: SourceRecord[], wanted: number, shown: number): Promise<void> {
    const mine = this.#asked;
    let found = known;
    this.looking = true;
    this.failure = null;
    try {
      do {
        const page = await this.#ask(this.#next, 0, Math.min(FOUND, wanted - found.length));
        if (mine !== this.#asked) return;
        found = [...found, ...page.rows];
        this.#next = page.next;
        this.more = page.next !== null;
        this.looked += page.looked;
        if (found.length >= shown || !this.more || this.#stopped) this.found = found;
        this.loaded = true;
      } while (this.more && found.length < wanted && !this.#stopped);
    } catch (reason) {
      if (mine === this.#asked) this.failure = asFailure(reason);
    } finally {
      if (mine === this.#asked) this.looking = false;
    }
  }
}
