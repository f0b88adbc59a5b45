// One message source for screens and program: ui/messages/{en,ja}.json. Flat keys, `{name}`
// placeholders, plurals by `.one` and `.other`.
import type { Locale } from "../backend/bindings";
import en from "../../messages/en.json";
import ja from "../../messages/ja.json";

/** What screens may say; the rest of the source is the program's own and is not bundled. */
type Owned = "ui" | "category" | "health" | "kind" | "environment" | "role" | "area" | "edition";
export type Key = Extract<keyof typeof en, `${Owned}.${string}`>;
/** A key that has `.one` and `.other`. */
export type PluralKey = Key extends infer K ? (K extends `${infer P}.other` ? P : never) : never;
export type Params = Record<string, string | number>;

const messages: Record<Locale, Record<string, string>> = { en, ja };
let current = $state<Locale>("en");

/** The language in use; reading it in a template follows changes. */
export function locale(): Locale {
  return current;
}

/** Switches the language of every screen. */
export function setLocale(next: Locale): void {
  current = next;
  document.documentElement.lang = next;
}

/** What Intl is given: never the language the engine says, which can be "C". Days before months. */
export function tag(): string {
  return current === "ja" ? "ja-JP" : "en-GB";
}

function fill(text: string, params?: Params): string {
  if (!params) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in params ? String(params[name]) : whole,
  );
}

/** The message of a key. */
export function t(key: Key, params?: Params): string {
  return fill(messages[current][key] ?? messages.en[key] ?? key, params);
}

/** The message for a number of things; `{n}` is the number. */
export function tn(key: PluralKey, n: number, params?: Params): string {
  const form = current === "en" && n === 1 ? "one" : "other";
  const text = messages[current][`${key}.${form}`] ?? key;
  return fill(text, { n: n.toLocaleString(tag()), ...params });
}

/** A name that may have no message, such as a category of a connector file. */
export function named(prefix: "category" | "area", id: string): string {
  return messages[current][`${prefix}.${id}`] ?? id;
}
