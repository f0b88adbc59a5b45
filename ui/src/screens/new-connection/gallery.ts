// What of the gallery is shown, in which order. Looked for as people type it: width, case and the
// two kana make no difference, every word has to be found, and a name goes before what is said of it.
import type { AuthKind, GalleryEntry } from "../../backend/bindings";

/** The ways a service can be authorized, as they are filtered by. */
export const WAYS: readonly AuthKind[] = ["sign_in", "key", "client", "unknown"];

/** An entry with what it is found by, folded once. */
export interface Item {
  entry: GalleryEntry;
  /** Name and identifier. */
  name: string;
  /** Everything else. */
  words: string;
}

/** What a tile says, put together once. */
export interface Face {
  name: string;
  monogram: string;
  hue: number;
  practice: boolean;
  line: string;
  /** A mark behind the name, where there is something to say. */
  chip: string;
  /** Where its own page is, and what the way there is called. */
  page: string;
  about: string;
  /** Why no connection can be made; empty where one can. */
  refused: string;
}

export interface Wish {
  search: string;
  custom: boolean;
  /** A category's id, `recent`, or all. */
  category: string | null;
  way: AuthKind | null;
}

/** The identifier of what was used last, where a category's would stand. */
export const RECENT = "recent";

/** Why a service is refused of which nobody says how it is spoken to. Where all are, for another reason, it is one of them. */
export const UNKNOWN = "wire_unknown";

/** One form for all ways of writing the same: width and case go, hiragana becomes katakana. */
export function fold(text: string): string {
  return text
    .normalize("NFKC")
    .toLocaleLowerCase("en")
    .replace(/[\u3041-\u3096]/g, (kana) => String.fromCodePoint((kana.codePointAt(0) ?? 0) + 0x60));
}

/** Puts services in the order of their names as the language has it, once: what is found later keeps it. */
export function prepare(gallery: readonly GalleryEntry[], tag = "en"): Item[] {
  const { compare } = new Intl.Collator(tag);
  return gallery.toSorted((a, b) => compare(a.service.name, b.service.name)).map((entry) => ({ entry, name: fold(`${entry.service.name} ${entry.service.id}`), words: fold(`${entry.about} ${entry.words}`) }));
}

/** How well it fits: 0 begins so, 1 a word of the name does, 2 in the name, 3 in what is said of it; `null` not at all. */
function rank(item: Item, words: readonly string[]): number | null {
  let worst = 0;
  for (const word of words) {
    const at = item.name.indexOf(word);
    if (at === 0) continue;
    if (at > 0) worst = Math.max(worst, /[\s_-]/.test(item.name[at - 1] ?? "") ? 1 : 2);
    else if (item.words.includes(word)) worst = 3;
    else return null;
  }
  return worst;
}

/** What fits, best first; without a search in the order of the list. */
export function find(items: readonly Item[], wish: Wish): GalleryEntry[] {
  const words = fold(wish.search).split(/\s+/).filter(Boolean);
  const ranks: GalleryEntry[][] = [[], [], [], []];
  for (const item of items) {
    const { entry } = item;
    if (entry.custom !== wish.custom || (wish.way !== null && entry.way !== wish.way)) continue;
    if (wish.category !== null && (wish.category === RECENT ? entry.recent === null : entry.category !== wish.category)) continue;
    const fits = rank(item, words);
    if (fits !== null) ranks[fits]?.push(entry);
  }
  const found = ranks.flat();
  return wish.category === RECENT && words.length === 0 ? found.toSorted((a, b) => (a.recent ?? 0) - (b.recent ?? 0)) : found;
}

/** A part of what is shown. */
export interface Section {
  /** `found`, `recent`, `unknown`, `refused`, or a category's id. */
  id: string;
  entries: GalleryEntry[];
  /** How many there are, where not all are shown. */
  of: number;
}

/** Rows of a category where all categories are shown. */
const ROWS = 2;

/**
 * Cuts what was found into sections. `whole`: one list, because somebody narrowed it; otherwise by category, some of each:
 * rows of so many columns, all of them full.
 */
export function sections(found: readonly GalleryEntry[], whole: boolean, columns: number, byName: (a: string, b: string) => number): Section[] {
  const all: Section[] = [];
  const add = (id: string, entries: GalleryEntry[], most = entries.length): void => {
    if (entries.length > 0) all.push({ id, entries: entries.slice(0, most), of: entries.length });
  };
  const offered = found.filter((entry) => entry.refused === null);
  if (whole) add("found", offered);
  else {
    const recent = offered.filter((entry) => entry.recent !== null).toSorted((a, b) => (a.recent ?? 0) - (b.recent ?? 0));
    add(RECENT, recent, recent.length > columns ? Math.floor(recent.length / columns) * columns : recent.length);
    const categories = [...new Set(offered.map((entry) => entry.category))].toSorted(byName);
    for (const id of categories) {
      const here = offered.filter((entry) => entry.category === id);
      add(id, here, ROWS * columns);
    }
  }
  add("unknown", found.filter((entry) => entry.refused?.code === UNKNOWN));
  add("refused", found.filter((entry) => entry.refused !== null && entry.refused.code !== UNKNOWN));
  return all;
}

/** What stands in one place of the grid: a section's head across all columns, or a tile. */
export interface Cell {
  /** Its place among the tiles from 0, or among the heads from -1: what is drawn there is used again. */
  place: number;
  /** Tells a tile from the same service's in another section. */
  key: string;
  /** The section. */
  id: string;
  /** What a tile is about and says; `null` of a head. */
  tile: { entry: GalleryEntry; face: Face } | null;
  /** How many the section has, and whether that is what it shows. */
  of: number;
  all: boolean;
}

/** Lays sections out, up to so many tiles. */
export function cut(all: readonly Section[], most: number, faces: ReadonlyMap<string, Face>): Cell[] {
  const cells: Cell[] = [];
  let [tiles, heads, room] = [0, 0, most];
  for (const { id, entries, of } of all) {
    if (room <= 0) break;
    const whole = entries.length === of;
    cells.push({ place: (heads -= 1), key: id, id, tile: null, of, all: whole });
    for (const entry of entries.slice(0, room)) {
      const face = faces.get(entry.service.id);
      if (face) cells.push({ place: tiles++, key: `${id}/${entry.service.id}`, id, tile: { entry, face }, of, all: whole });
    }
    room -= entries.length;
  }
  return cells;
}
