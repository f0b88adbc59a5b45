// Drawn rows that are used again. To make a row costs many times what it costs to fill one anew,
// and for somebody who types every row changes with each answer, while the next key waits.

/** Which drawn row shows what: gives each a name, by which the list is keyed. */
export class Pool {
  #names = new Map<string, number>();
  #made = 0;

  /**
   * A name for each of `ids`, in their order. What was there before keeps its name. What is new
   * gets, if `reuse`, the name of something that went, else one that never was.
   */
  name(ids: readonly string[], reuse: boolean): number[] {
    const before = this.#names;
    const wanted = new Set(ids);
    // In the order they were drawn in: where everything is new, nothing has to move.
    const free = reuse ? [...before].flatMap(([id, name]) => (wanted.has(id) ? [] : [name])) : [];
    const names = ids.map((id) => before.get(id) ?? free.shift() ?? this.#made++);
    this.#names = new Map(ids.map((id, at) => [id, names[at] ?? 0]));
    return names;
  }
}

/** Lines that turn to what they are to show a few at a time, from the top. */
export class Slices<R> {
  #shown = new Map<string | number, R>();

  /**
   * The lines as they are drawn once the first `turned` of them have turned. The others keep what
   * they show; what was not drawn yet waits for its turn.
   */
  take<L extends { key: string | number; shows: R | undefined }>(lines: readonly L[], turned: number): L[] {
    const drawn = lines.flatMap((line, at) => {
      if (at < turned || line.shows === undefined) return [line];
      const shows = this.#shown.get(line.key);
      return shows === undefined ? [] : [{ ...line, shows }];
    });
    this.#shown = new Map(drawn.flatMap((line) => (line.shows === undefined ? [] : [[line.key, line.shows] as const])));
    return drawn;
  }
}
