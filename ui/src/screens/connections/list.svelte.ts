// The list as it stands: filters, groups, rows by page. Lives longer than the screen, so that
// coming back shows the same place at once.
import { SvelteMap } from "svelte/reactivity";
import { app, call } from "../../app.svelte";
import type { ApplicationMark, ConnectionId, ConnectionPage, ConnectionRow, Failure, Kind, ListQuery, Seen, ServiceMark, SortBy } from "../../backend/bindings";
import { asFailure } from "../../backend/failure";

const PAGE = 100;
/** The first rows of another search: what is in sight and a little more. */
const SIGHT = 50;
/** Lines that turn to another answer at once, and then with each frame: a key pressed meanwhile waits for no more. */
const FIRST = 2;
const STEP = 3;

/** Rows of one group, loaded page by page. */
export class Rows {
  rows = $state.raw<ConnectionRow[]>([]);
  total = $state(0);
  open = $state(true);
  next: string | null = null;
  /** Under way, and up to which row. */
  loading: Promise<void> | null = null;
  wanted = -1;
}

class List {
  search = $state("");
  kinds = $state<Kind[]>([]);
  services = $state<ServiceMark[]>([]);
  /** Connections one of these may use. */
  applications = $state<ApplicationMark[]>([]);
  /** Connections with a station in one of these states. */
  health = $state<Seen[]>([]);
  onlyNeeding = $state(false);
  sort = $state<SortBy>("name");
  /** Rows that need a person, and the others. */
  needing = new Rows();
  others = new Rows();
  /** Connections there are, whatever the filters say. */
  all = $state(0);
  /** `false` until the first answer. */
  loaded = $state(false);
  failure = $state<Failure | null>(null);
  /** Lines that show the last answer; those below them still show the one before, until their turn. */
  turned = $state(Infinity);
  /** Where the list was left. */
  scrollTop = 0;
  active: { id: string; column: number } | null = null;
  /** Chosen connections, by id, with what each is called where that is known. */
  chosen = new SvelteMap<ConnectionId, string>();
  /** The row that was opened last: coming back, one sees where one was. */
  opened = $state<string | null>(null);
  /** Where a run of chosen rows began, for Shift. */
  anchor: number | null = null;

  #asked = 0;
  /** What the rows that are shown were asked for with. */
  #shown = $state("");

  get filtered(): boolean {
    return this.search !== "" || this.kinds.length > 0 || this.services.length > 0 || this.applications.length > 0 || this.health.length > 0 || this.onlyNeeding;
  }

  clear(): void {
    this.search = "";
    this.kinds = [];
    this.services = [];
    this.applications = [];
    this.health = [];
    this.onlyNeeding = false;
  }

  /** What the filters say, for everything they find. */
  get everything(): ListQuery {
    return { ...this.#query(false, null, 0), needsPerson: this.onlyNeeding ? true : null };
  }

  #query(needsPerson: boolean, after: string | null, limit: number): ListQuery {
    return {
      search: this.search.trim(),
      kinds: [...this.kinds],
      services: this.services.map((service) => service.id),
      applications: this.applications.map((application) => application.id),
      health: [...this.health],
      needsPerson,
      sort: this.sort,
      after,
      limit,
    };
  }

  /**
   * Loads the first pages anew: of the same search as many rows as were loaded before, of another
   * one what is in sight. Both groups at once.
   */
  async load(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const everything = this.everything;
    const wanted = JSON.stringify(everything);
    const another = this.loaded && wanted !== this.#shown;
    const first = (of: Rows, needsPerson: boolean): Promise<ConnectionPage | null> => {
      if (!needsPerson && this.onlyNeeding) return Promise.resolve(null);
      const limit = another ? SIGHT : Math.min(200, Math.max(PAGE, of.rows.length));
      return call("connections_list", { query: this.#query(needsPerson, null, limit) });
    };
    try {
      const pages = await Promise.all([first(this.needing, true), first(this.others, false)]);
      await this.#typedOut(everything.search);
      if (asked !== this.#asked) return;
      this.#shown = wanted;
      this.turned = another ? FIRST : Infinity;
      // Both at once: a row that went from one group to the other is never in neither.
      for (const [i, rows] of [this.needing, this.others].entries()) {
        const page = pages[i];
        rows.rows = page?.rows ?? [];
        rows.total = page?.total ?? 0;
        rows.next = page?.next ?? null;
        if (page) this.all = page.all;
      }
      this.failure = null;
      this.loaded = true;
    } catch (reason) {
      if (asked !== this.#asked) return;
      this.failure = asFailure(reason);
    }
  }

  /**
   * Waits while somebody types on after `search`: to draw what it found would keep the next key
   * waiting, and what they look for by then is asked for anyway. Not for long: the list may have
   * been left in the middle of a word.
   */
  async #typedOut(search: string): Promise<void> {
    for (let turn = 0; turn < 50 && search !== this.search.trim(); turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Whether the last answer is to what is asked now; not while somebody types on. */
  get current(): boolean {
    return JSON.stringify(this.everything) === this.#shown;
  }

  /** Another few lines turn to the last answer. */
  turn(): void {
    this.turned += STEP;
  }

  /** Loads on until the row with this number is there. */
  async reach(group: Rows, row: number): Promise<void> {
    group.wanted = Math.max(group.wanted, row);
    group.loading ??= this.#loadOn(group).finally(() => {
      group.loading = null;
      group.wanted = -1;
    });
    await group.loading;
  }

  async #loadOn(group: Rows): Promise<void> {
    const asked = this.#asked;
    try {
      while (group.rows.length <= group.wanted && group.next) {
        const page: ConnectionPage = await call("connections_list", {
          query: this.#query(group === this.needing, group.next, group.wanted - group.rows.length > PAGE ? 200 : PAGE),
        });
        if (asked !== this.#asked) return;
        group.rows = [...group.rows, ...page.rows];
        group.next = page.next;
      }
    } catch (reason) {
      this.failure = asFailure(reason);
    }
  }
}

export const list = new List();

// What one member chose is not what the next one acts on.
app.whenSeatChanges(() => {
  list.chosen.clear();
  list.anchor = null;
  list.opened = null;
});
