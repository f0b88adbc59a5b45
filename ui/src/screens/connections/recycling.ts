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
