// How much of what has run the fake program keeps.
import type { Commands, RetentionView, Start } from "../bindings";

interface Around {
  start: () => Start;
  changed: () => void;
  quiet: boolean;
}

const DAY = 24 * 3600 * 1000;
/** How old what it keeps is, in days, with how many requests and runs that are. */
const AGES = [[30, 41_208, 612], [90, 3_410, 57], [180, 0, 0], [365, 0, 0]] as const;

type Handlers = { [K in "retention_get" | "retention_change"]: (args: Commands[K]["args"]) => Commands[K]["answer"] };

export function retentionHandlers({ start, changed, quiet }: Around): Handlers {
  let days: number | null = 180;
  let megabytes: number | null = 500;
  const view = (): RetentionView => {
    const { member, refused } = start();
    const gone = AGES.find(([age]) => age === days) ?? [0, 0, 0];
    const left = (all: number, old: number): number => (quiet ? 0 : all - old);
    const shrunk = megabytes === 100 ? 12_400 : 0;
    const size = quiet ? 0 : 137_400_000 - (gone[1] + shrunk) * 2_100;
    const none = { days: null, runs: 0, executions: 0 };
    return {
      days, megabytes,
      ages: [...AGES.map(([age, runs, executions]) => ({ days: age, runs: left(runs, Math.min(gone[1], runs)), executions: left(executions, Math.min(gone[2], executions)) })), none],
      sizes: [100, 250, 500, 1000, null].map((most) => ({ megabytes: most, over: most !== null && size > most * 1_000_000 })),
      runs: left(64_731, gone[1] + shrunk), executions: left(1_204, gone[2]),
      oldest: quiet ? null : Date.now() - Math.min(days ?? 171, 171) * DAY + DAY / 2,
      bytes: size, file: size + 18_600_000,
      mayChange: !refused && (member.role === "super_admin" || member.role === "admin"),
    };
  };
  return {
    retention_get: view,
    retention_change: (asked) => {
      ({ days, megabytes } = asked.change);
      changed();
      return view();
    },
  };
}
