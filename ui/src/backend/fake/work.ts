// What takes long in the fake program, where `slow` wishes it.
import type { Commands, WorkKind } from "../bindings";

type Names = "work_get" | "work_stop";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["answer"] };

/** Work of one fake program. */
export interface FakeWork {
  handlers: Handlers;
  /** Takes as long as `all` steps do; gives how many were done before it was stopped, `null` where it was not. */
  slowly: (kind: WorkKind, all: number, known?: boolean) => Promise<number | null>;
}

export function fakeWork(options: URLSearchParams): FakeWork {
  let running: { kind: WorkKind; done: number; all: number; stopped: boolean } | null = null;
  return {
    handlers: {
      work_get: ({ kind }) => (running?.kind === kind ? { done: running.done, all: running.all } : null),
      work_stop: ({ kind }) => {
        if (running?.kind === kind) running.stopped = true;
      },
    },
    slowly: async (kind, all, known = true) => {
      if (!options.get("slow")) return null;
      const work = { kind, done: 0, all: known ? all : 0, stopped: false };
      running = work;
      const step = Math.max(1, Math.floor(all / 30));
      for (; work.done < all && !work.stopped; work.done += step) await new Promise((resolve) => setTimeout(resolve, all < 30 ? 1500 : 100));
      running = null;
      return work.stopped ? work.done : null;
    },
  };
}
