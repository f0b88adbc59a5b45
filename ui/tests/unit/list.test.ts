import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ConnectionPage, ConnectionRow, ListQuery } from "../../src/backend/bindings";

/** What the list has asked for, each to be answered by the test. */
const asked: { query: ListQuery; answer: (page: ConnectionPage) => void }[] = [];
vi.mock("../../src/app.svelte", () => ({
  app: { whenSeatChanges: () => undefined },
  call: (_name: string, args: { query: ListQuery }) => new Promise((answer) => asked.push({ query: args.query, answer })),
}));
const { list } = await import("../../src/screens/connections/list.svelte");

const page = (...names: string[]): ConnectionPage => ({
  rows: names.map((name) => ({ id: name, name }) as unknown as ConnectionRow),
  total: names.length,
  all: 9,
  needing: 0,
  next: null,
});
/** Answers what was asked last, both groups, and lets the list take it. */
async function answer(...names: string[]): Promise<void> {
  asked.at(-2)?.answer(page());
  asked.at(-1)?.answer(page(...names));
  await vi.advanceTimersByTimeAsync(0);
}
const shown = (): string[] => list.others.rows.map((row) => row.name);

describe("the list while somebody types", () => {
  beforeEach(async () => {
    vi.useFakeTimers();
    list.clear();
    list.loaded = false;
    void list.load();
    await answer("all");
  });
  afterEach(() => vi.useRealTimers());

  it("asks for a page at first, and for what is in sight of another search", async () => {
    expect(asked.at(-1)?.query.limit).toBe(100);
    list.search = "o";
    void list.load();
    expect(asked.at(-1)?.query.limit).toBe(50);
    await answer("o");
    void list.load();
    expect(asked.at(-1)?.query.limit, "the same search again: no fewer rows than a page").toBe(100);
    await answer("o");
  });

  it("does not draw what nobody looks for by now", async () => {
    list.search = "o";
    void list.load();
    list.search = "or";
    await answer("o");
    expect(shown(), "the answer waits").toEqual(["all"]);
    void list.load();
    await answer("or");
    await vi.advanceTimersByTimeAsync(2000);
    expect(shown(), "and is never drawn").toEqual(["or"]);
  });

  it("draws an answer that is wanted again", async () => {
    list.search = "o";
    void list.load();
    list.search = "or";
    await answer("o");
    list.search = "o";
    await vi.advanceTimersByTimeAsync(20);
    expect(shown(), "taken back before anything else was asked for").toEqual(["o"]);
  });

  it("does not wait for ever: the list may have been left in the middle of a word", async () => {
    list.search = "o";
    void list.load();
    list.search = "or";
    await answer("o");
    await vi.advanceTimersByTimeAsync(2000);
    expect(shown()).toEqual(["o"]);
  });
});
