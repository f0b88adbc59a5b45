// Where a text stops being JSON. Engines word it differently and one of them names no place, so the
// place comes from the editor's own grammar; whether it is JSON at all, the engine says (RFC 8259).
import { jsonLanguage } from "@codemirror/lang-json";

/** Offset of the first thing wrong; `null` where it is JSON, or nothing yet. */
export function wrongAt(text: string): number | null {
  if (text.trim() === "") return null;
  try {
    JSON.parse(text);
    return null;
  } catch {
    let first: number | null = null;
    jsonLanguage.parser.parse(text).iterate({
      enter: (node) => {
        if (first === null && node.type.isError) first = node.from;
        return first === null;
      },
    });
    return first ?? text.length;
  }
}

/** Line and column of an offset, both from 1. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: [...(before.at(-1) ?? "")].length + 1 };
}
