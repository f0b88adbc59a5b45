import { describe, expect, it } from "vitest";
import type { AuthKind, GalleryEntry } from "../../src/backend/bindings";
import { cut, find, fold, prepare, RECENT, sections, type Face, type Wish } from "../../src/screens/new-connection/gallery";

function entry(id: string, name: string, category: string, words: string, part: Partial<GalleryEntry> = {}): GalleryEntry {
  return {
    service: { id, name, monogram: name.slice(0, 2), hue: 10, practice: false }, about: "", category, way: "sign_in", kinds: ["admin"], verified: false, custom: false, recent: null, words, refused: null, ...part,
  };
}
const refused = (code: string): Partial<GalleryEntry> => ({ refused: { code, message: code, help: "" } });

const GALLERY = [
  entry("line", "LINE", "messages", "ライン Messages and SMS メッセージと SMS"),
  entry("linear", "Linear", "work", "リニア Issues and projects 課題"),
  entry("quickbooks", "QuickBooks Online", "accounting", "クイックブックス Accounting 会計", { recent: 1 }),
  entry("salesforce", "Salesforce", "crm", "セールスフォース Customers and sales 顧客と営業", { recent: 0 }),
  entry("kintone", "kintone", "work", "サイボウズ キントーン 業務アプリ", { way: "key" }),
  entry("sms_magic", "SMS-Magic", "messages", "SMSマジック", { way: "unknown", ...refused("wire_unknown") }),
  entry("payflow", "Payflow Pro", "payments", "決済", refused("connector_retired")),
  entry("kura", "Kura Archive", "files", "契約書", { custom: true }),
];
const items = prepare(GALLERY, "en-GB");
const byName = (a: string, b: string): number => a.localeCompare(b);
const ids = (whole: boolean): string[] => sections(find(items, wish), whole, 3, byName).map((one) => `${one.id}: ${one.entries.map((e) => e.service.id).join(" ")}`);
const wish: Wish = { search: "", custom: false, category: null, way: null };
const found = (narrowed: Partial<Wish>): string[] => find(items, { ...wish, ...narrowed }).map((one) => one.service.id);

describe("the gallery's order", () => {
  it("is that of a language, not of bytes", () => {
    expect(items.map((item) => item.entry.service.name)).toEqual(["kintone", "Kura Archive", "LINE", "Linear", "Payflow Pro", "QuickBooks Online", "Salesforce", "SMS-Magic"]);
  });
});

describe("the gallery's search", () => {
  it("puts a name before a word of it, and that before what is said of a service", () => {
    expect(found({ search: "line" }), "QuickBooks Online has it too, further inside").toEqual(["line", "linear", "quickbooks"]);
    expect(found({ search: "sms" })).toEqual(["sms_magic", "line"]);
  });

  it.each([
    ["セールスフォース", "salesforce"], ["せーるすふぉーす", "salesforce"], ["ｾｰﾙｽﾌｫｰｽ", "salesforce"], ["顧客", "salesforce"], ["会計", "quickbooks"],
    ["ＬＩＮＥ", "line"], ["サイボウズ", "kintone"], ["さいぼうず", "kintone"], ["accounting", "quickbooks"], ["customers　営業", "salesforce"],
  ])("finds by %s", (search, id) => {
    expect(found({ search })).toContain(id);
  });

  it("wants every word", () => {
    expect(found({ search: "quick online" })).toEqual(["quickbooks"]);
    expect(found({ search: "quick nothing" })).toEqual([]);
  });

  it("narrows by category and by way, together and with a search", () => {
    expect(found({ category: "messages" })).toEqual(["line", "sms_magic"]);
    expect(found({ way: "key" })).toEqual(["kintone"]);
    expect(found({ category: "work", way: "key" as AuthKind })).toEqual(["kintone"]);
    expect(found({ category: "work", search: "課題" })).toEqual(["linear"]);
    expect(found({ category: "accounting", way: "key" })).toEqual([]);
    expect(found({ category: RECENT }), "what was used last first").toEqual(["salesforce", "quickbooks"]);
    expect(found({ custom: true })).toEqual(["kura"]);
  });

  it("treats width, case and the two kana as one", () => {
    expect(fold("ＡＢｃ")).toBe("abc");
    expect(fold("がっこう")).toBe(fold("ガッコウ"));
    expect(fold("ｶﾞ")).toBe("ガ");
  });
});

describe("the gallery's order", () => {
  it.each(["en-GB", "ja-JP"])("is that of names, not of bytes, in %s", (tag) => {
    const names = ["Zoom", "freee", "Slack", "kintone", "Élan", "Freshdesk"].map((name) => entry(name, name, "work", ""));
    expect(find(prepare(names, tag), wish).map((one) => one.service.name), "a small first letter is no reason to be last").toEqual(["Élan", "freee", "Freshdesk", "kintone", "Slack", "Zoom"]);
  });

  it("of kana is that of their sound, hiragana and katakana alike", () => {
    const names = ["ライン", "あおい", "カオナビ", "きんとん"].map((name) => entry(name, name, "work", ""));
    expect(find(prepare(names, "ja-JP"), wish).map((one) => one.service.name)).toEqual(["あおい", "カオナビ", "きんとん", "ライン"]);
  });
});

describe("the gallery's sections", () => {
  it("begin with what was used last, and end with what cannot be used", () => {
    expect(ids(false)).toEqual([
      "recent: salesforce quickbooks", "accounting: quickbooks", "crm: salesforce", "messages: line", "work: kintone linear", "unknown: sms_magic", "refused: payflow",
    ]);
  });

  it("are one list where somebody narrows", () => {
    expect(ids(true)).toEqual(["found: kintone line linear quickbooks salesforce", "unknown: sms_magic", "refused: payflow"]);
  });

  it("fill their rows and say how many there are", () => {
    const many = prepare(Array.from({ length: 20 }, (_, i) => entry(`s${i}`, `S ${i}`, "work", "", i < 5 ? { recent: i } : {})), "en-GB");
    const cut = sections(find(many, wish), false, 4, byName);
    expect(cut.map((one) => [one.id, one.entries.length, one.of])).toEqual([["recent", 4, 5], ["work", 8, 20]]);
  });

  it("are laid out head by head, as many tiles as there is room for", () => {
    const face: Face = { name: "", monogram: "", hue: 0, practice: false, line: "", chip: "", page: "", about: "", refused: "" };
    const faces = new Map(GALLERY.map((one) => [one.service.id, face]));
    const all = cut(sections(find(items, wish), false, 3, byName), 4, faces);
    expect(all.map((cell) => cell.key)).toEqual(["recent", "recent/salesforce", "recent/quickbooks", "accounting", "accounting/quickbooks", "crm", "crm/salesforce"]);
    expect(new Set(all.map((cell) => cell.key)).size, "the same service twice is two places").toBe(all.length);
    expect(all.map((cell) => cell.place), "heads and tiles are counted apart: a head more or less moves no tile").toEqual([-1, 0, 1, -2, 2, -3, 3]);
  });
});
