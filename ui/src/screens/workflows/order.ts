// Things in an order that a person gives them.

/** The list with one thing elsewhere; the same list where it stays or would leave it. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  if (from === to || from < 0 || to < 0 || from >= list.length || to >= list.length) return list;
  const rest = list.toSpliced(from, 1);
  return rest.toSpliced(to, 0, list[from] as T);
}

/** Which way an Alt+arrow moves; 0 for any other key. */
export function way(event: KeyboardEvent): -1 | 0 | 1 {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return 0;
  return event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
}

/** A name that no other one has: `email`, `email_2`. Made of letters, digits and `_`, a letter first. */
export function freeName(label: string, taken: readonly string[], stem: string): string {
  const plain = label.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 40) || stem;
  if (!taken.includes(plain)) return plain;
  for (let n = 2; ; n += 1) if (!taken.includes(`${plain}_${n}`)) return `${plain}_${n}`;
}
