import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import en from "../../messages/en.json";
import ja from "../../messages/ja.json";

const OWNED = /^(ui|category|health|kind|environment|role|area|edition)\./;
/** Families that are looked up by a word of the program's: every member counts as used. */
const FAMILIES = [/^ui\.calls\.body_(none|json|form|text)$/, /^ui\.schedules\.(preset|missed|overlap|outcome)_/, /^ui\.bulk\.(delete|disable|enable|revoke)/, /^ui\.activity\.group_/, /^category\./, /^health\./, /^kind\./, /^environment\./, /^role\./, /^ui\.members\.role_/, /^ui\.passphrase\.(set|change|remove)/, /^area\./, /^edition\./, /^ui\.application_tab\./, /^ui\.applications\.about_/, /^ui\.connectors\.state_/, /^ui\.builder\.(from|kind|way|section|state|in|name|delete|withdraw|asked|by|good|means)_/, /^ui\.new\.kind_/, /^ui\.tab\./, /^ui\.practice\.fault_/, /^ui\.availability\.data_center_/, /^ui\.import\.what_/, /^ui\.unreadable\.(what|do)_/, /^ui\.way\./, /^ui\.service\.(countries|pkce|redirect|sent)_/, /^ui\.calls\.body_/, /^ui\.tasks\.(wrong|verdict|about|kind|payment)_/, /^ui\.panels\.(figure|form|kind|span|width)_/, /^ui\.send\.(kind|idle|stakes|no_connection)_/, /^ui\.workflows\.(on|about|does|is|kind|run|state)_/];

/** Numbers that never are one. */
const FIXED = new Set(["ui.practice.short", "ui.practice.slow"]);

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return /\.(ts|svelte)$/.test(name) && !path.endsWith("bindings.ts") ? [readFileSync(path, "utf8")] : [];
  });
}

const text = sources("src").join("\n");
const placeholders = (message: string): string[] => [...message.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").toSorted();
const english: Record<string, string> = en;
const japanese: Record<string, string> = ja;

describe("messages", () => {
  it("are the same keys in both languages", () => {
    expect(Object.keys(japanese), "a key of one language alone would show as a bare key").toEqual(Object.keys(english));
  });

  it("never count a thing that has but one form: of one it would be wrong", () => {
    const counted = Object.entries(english).filter(([key, text]) => /^(error|event|why)\./.test(key) && /\{(count|connections|registrations|places|seconds)\} [a-z]{3,}/.test(text));
    expect(counted).toEqual([]);
  });

  it("have the same placeholders in both languages", () => {
    const differ = Object.keys(english).filter((key) => OWNED.test(key) && placeholders(english[key] ?? "").join() !== placeholders(japanese[key] ?? "").join());
    expect(differ, "a value would be lost in one language").toEqual([]);
  });

  it("are sorted, so that two people adding keys meet rarely", () => {
    expect(Object.keys(english)).toEqual(Object.keys(english).toSorted());
  });

  it("are all used by some screen", () => {
    const unused = Object.keys(english).filter((key) => {
      if (!OWNED.test(key) || FAMILIES.some((family) => family.test(key))) return false;
      const stem = key.replace(/\.(one|other)$/, "");
      return !text.includes(`"${key}"`) && !text.includes(`"${stem}"`);
    });
    expect(unused, "an unused message is one to translate for nobody").toEqual([]);
  });

  it("exist wherever a screen asks for one", () => {
    const asked = [...text.matchAll(/"(ui\.[a-z_]+(?:\.[a-z_]+)+)"/g)].map((match) => match[1] ?? "");
    const missing = asked.filter((key) => !(key in english) && !(`${key}.other` in english && `${key}.one` in english));
    expect(missing, "a missing message shows as its key").toEqual([]);
  });

  it("say of one thing that it is one", () => {
    // A number, and a word behind it that speaks of several; not "Error 1 means", where the number is a name.
    const many = /(?<!(?:value|error|scope) )\{(?:n|count|all|total|connections|registrations|places|seconds|minutes|tries)\} (?:[a-z]+ )?(?!(?:is|was|has|does|goes|as|this|its)\b)(?:[a-z]{2,}s|people|need|have|are|were)\b/i;
    const wrong = Object.entries(english).filter(([key, text]) => many.test(text) && !/\.(?:one|other)$/.test(key) && !FIXED.has(key)).map(([key]) => key);
    expect(wrong, "“1 connections”: give it .one and .other, or {count:noun} where the program says it").toEqual([]);
    const alone = Object.keys(english).filter((key) => key.endsWith(".other") && /\{(?:n|count)\}/.test(english[key] ?? "") && !(key.replace(/other$/, "one") in english));
    expect(alone, "many without one").toEqual([]);
  });

  it("have no empty text", () => {
    const empty = [english, japanese].flatMap((all) => Object.entries(all).filter(([key, value]) => OWNED.test(key) && value.trim() === "").map(([key]) => key));
    expect(empty, "an empty message is a gap on the screen").toEqual([]);
  });

  it("apologize to nobody, blame nobody and shout at nobody", () => {
    const loud = Object.entries(english).filter(([key, value]) => OWNED.test(key) && /sorry|please|oops|are you sure|!/i.test(value)).map(([key]) => key);
    expect(loud, "the tone of the design").toEqual([]);
  });
});
