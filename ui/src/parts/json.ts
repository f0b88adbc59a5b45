// Colors for JSON that is shown: keys, strings, numbers. Text in, pieces out; nothing is parsed
// or changed, so that what is not quite JSON shows as it is.

/** Class of a piece: `k` key, `v` string, `d` number or word, or none. */
export type Piece = [kind: "" | "k" | "v" | "d", text: string];

/** Beyond this many characters it stays plain: a span per token would be slow. */
const LIMIT = 60_000;

/** The text in pieces; joined they are the text. */
export function colored(text: string): Piece[] {
  if (text.length > LIMIT) return [["", text]];
  const pieces: Piece[] = [];
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null)\b/g;
  let at = 0;
  for (const match of text.matchAll(token)) {
    if (match.index > at) pieces.push(["", text.slice(at, match.index)]);
    const colon = match[1];
    const whole = match[0];
    if (colon === undefined) {
      pieces.push([whole.startsWith('"') ? "v" : "d", whole]);
    } else {
      pieces.push(["k", whole.slice(0, whole.length - colon.length)], ["", colon]);
    }
    at = match.index + whole.length;
  }
  if (at < text.length) pieces.push(["", text.slice(at)]);
  return pieces;
}
