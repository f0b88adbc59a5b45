// Schedules of the fake workspace: kept, run by hand, paused, suspended. Its own clock is simple:
// a zone keeps the offset it has now.
import type { ApplicationId, CallsView, Commands, Environment, Failure, ItemId, ScheduleDraft, ScheduleOutcome, ScheduleRow, ScheduleRun, ScheduleTarget, ScheduleWhen, Start } from "../bindings";
import en from "../../../messages/en.json";
import ja from "../../../messages/ja.json";

type Names = "schedules_get" | "schedule_get" | "schedule_preview" | "schedule_save" | "schedule_pause" | "schedule_delete" | "schedule_run" | "schedule_history" | "schedules_suspend";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["answer"] | Promise<Commands[K]["answer"]> };

interface Kept extends ScheduleDraft {
  id: ItemId;
  version: number;
  paused: boolean;
  runs: ScheduleRun[];
}
/** What the rest of the fake lends. */
interface Around {
  start: () => Start;
  calls: (application: ApplicationId, environment: Environment) => CallsView | Promise<CallsView>;
  changed: () => void;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ZONES = ["America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "Europe/Berlin", "Europe/London", "UTC"];

/** How far a zone is ahead of UTC now; `null` where there is none of this name. */
function ahead(zone: string): number | null {
  try {
    const now = Math.floor(Date.now() / MINUTE) * MINUTE;
    const of = (timeZone: string): number => Date.parse(`${new Date(now).toLocaleString("sv-SE", { timeZone })}Z`);
    return of(zone) - of("UTC");
  } catch {
    return null;
  }
}
/** What one field of an expression matches; `null` where it is none. */
function field(text: string, least: number, most: number): Set<number> | null {
  const found = new Set<number>();
  for (const part of text.split(",")) {
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    if (!match) return null;
    const from = match[1] === undefined ? least : Number(match[1]);
    const to = match[1] === undefined ? most : match[2] === undefined ? from : Number(match[2]);
    const step = Number(match[3] ?? 1);
    if (from < least || to > most || step < 1) return null;
    for (let n = from; n <= to; n += step) found.add(n);
  }
  return found;
}

const kept = (id: string, environment: Environment, name: string, what: string | null, expression: string, zone: string, runs: ScheduleRun[], paused = false): Kept => ({
  id, version: 1, application: "app-orders", environment, name, what, when: { kind: "cron", expression }, zone, missed: "run_once", overlap: "skip", paused, runs,
});

export function scheduleHandlers(around: Around, options: URLSearchParams, empty: boolean): Handlers {
  const messages = (): Record<string, string> => (around.start().locale === "ja" ? ja : en);
  const japanese = around.start().locale === "ja";
  const n = (english: string, other: string): string => (japanese ? other : english);
  /** A sentence of the program's own. */
  const said = (code: string, args: Record<string, string> = {}): Failure => {
    const fill = (key: string): string => (messages()[key] ?? key).replace(/\{(\w+)\}/g, (all_, name: string) => messages()[`word.${name}.${args[name]}`] ?? args[name] ?? all_);
    return { code, message: fill(`error.${code}`), help: fill(`error.${code}.help`) };
  };
  const refuse = (code: string, args: Record<string, string> = {}): never => {
    throw said(code, args);
  };

  function times(when: ScheduleWhen, zone: string): number[] {
    const offset = ahead(zone);
    if (offset === null) return refuse("schedule_zone", { zone });
    if (when.kind === "once") {
      const at = Date.parse(`${when.at}Z`) - offset;
      if (Number.isNaN(at)) return refuse("schedule_at", { at: when.at });
      return at > Date.now() ? [at] : [];
    }
    const parts = when.expression.trim().split(/\s+/);
    const [minutes, hours, months, week] = [field(parts[0] ?? "", 0, 59), field(parts[1] ?? "", 0, 23), field(parts[3] ?? "", 1, 12), field(parts[4] ?? "", 0, 7)];
    const last = parts[2] === "L";
    const days = last ? new Set<number>() : field(parts[2] ?? "", 1, 31);
    if (parts.length !== 5 || !minutes || !hours || !days || !months || !week) return refuse("schedule_expression", { expression: when.expression });
    const found: number[] = [];
    const from = Math.floor((Date.now() + offset) / MINUTE) * MINUTE + MINUTE;
    for (let day = Math.floor(from / DAY) * DAY; found.length < 5 && day < from + 800 * DAY; day += DAY) {
      const date = new Date(day);
      const fits = months.has(date.getUTCMonth() + 1) && (week.has(date.getUTCDay()) || (week.has(7) && date.getUTCDay() === 0)) && (last ? new Date(day + DAY).getUTCDate() === 1 : days.has(date.getUTCDate()));
      if (!fits) continue;
      for (const hour of hours) for (const minute of minutes) {
        const at = day + hour * HOUR + minute * MINUTE;
        if (at >= from && found.length < 5) found.push(at - offset);
      }
    }
    return found;
  }

  let made = 0;
  const run = (outcome: ScheduleOutcome | null, wait: number, part: Partial<ScheduleRun> = {}): ScheduleRun => {
    made += 1;
    const at = Math.floor((Date.now() - wait) / HOUR) * HOUR;
    return { id: `run-${made}`, due: at, beganAt: at + 800, endedAt: outcome === null ? null : at + 1100, who: null, outcome, status: null, millis: null, bytes: null, rows: null, failure: null, first: null, count: 0, more: false, ...part };
  };
  const done = (wait: number, millis = 212): ScheduleRun => run("done", wait, { status: 200, millis, bytes: 1840 });
  let all: Kept[] = empty || options.get("schedules") === "none" ? [] : [
    kept("schedule-1", "production", n("Fetch the night’s leads", "夜間の見込み客を取得"), "call-4", "30 2 * * *", "Europe/Berlin", [
      done(9 * HOUR), done(33 * HOUR, 187),
      run("missed", 57 * HOUR, { first: Math.floor((Date.now() - 81 * HOUR) / HOUR) * HOUR, count: 2 }),
      run("failed", 105 * HOUR, { status: 503, millis: 940, bytes: 62, failure: said("schedule_answer", { status: "503" }) }),
      run("done", 110 * HOUR, { due: null, who: "Aiko Mori", status: 200, millis: 240, bytes: 1792 }),
    ]),
    kept("schedule-2", "production", n("New leads every quarter of an hour", "15分ごとの見込み客"), "call-5", "*/15 9-17 * * 1-5", "Asia/Tokyo", [run("unknown", 2 * HOUR, { failure: said("schedule_unknown") }), done(3 * HOUR)]),
    kept("schedule-3", "production", n("Tickets of the week", "週次のチケット"), "call-6", "0 8 * * 1", "Asia/Tokyo", [
      run("refused", 5 * HOUR, { failure: said("no_primary", { connection: "customer_lookup", environment: "production" }) }),
    ]),
    kept("schedule-4", "production", n("End of the month", "月末の締め"), "call-4", "0 18 L * *", "America/New_York", [], true),
  ];
  const suspended = new Set<string>(options.get("suspended") ? ["app-orders/stage"] : []);
  if (options.get("suspended")) all.push({ ...kept("schedule-5", "stage", n("Nightly trial", "夜間の試行"), null, "0 3 * * *", "UTC", [done(9 * HOUR)]) });
  const need = (id: ItemId): Kept => all.find((one) => one.id === id) ?? refuse("missing");

  async function targets(application: ApplicationId, environment: Environment): Promise<ScheduleTarget[]> {
    const { calls } = await around.calls(application, environment);
    return calls.map((one) => ({
      id: one.id, area: "invoke_url", name: one.name, method: one.method, connections: one.connection ? [one.connection] : [],
      refused: one.connection?.linkName === "customer_lookup" ? said("no_primary", { connection: "customer_lookup", environment }) : null,
    }));
  }
  function rowOf(one: Kept, known: ScheduleTarget[]): ScheduleRow {
    const what = known.find((target) => target.id === one.what) ?? null;
    const rests = one.paused || suspended.has(`${one.application}/${one.environment}`);
    return {
      id: one.id, name: one.name, what, when: one.when, zone: one.zone, paused: one.paused, next: rests ? [] : times(one.when, one.zone), running: 0,
      last: one.runs[0] ?? null, stopped: what === null && one.what !== null ? said("schedule_target_missing") : (what?.refused ?? null),
    };
  }

  return {
    schedules_get: async ({ application, environment }) => {
      const known = await targets(application, environment);
      const here = all.filter((one) => one.application === application && one.environment === environment).toSorted((a, b) => a.name.localeCompare(b.name));
      const { application: mark } = await around.calls(application, environment);
      return {
        application: mark, schedules: here.map((one) => rowOf(one, known)), targets: known, zones: ZONES,
        suspended: suspended.has(`${application}/${environment}`), maySuspend: environment !== "production", mayManage: true,
      };
    },
    schedule_get: ({ item }) => {
      const { paused: _, runs: __, ...draft } = need(item);
      return { ...draft };
    },
    schedule_preview: ({ when, zone }) => {
      const found = times(when, zone);
      if (found.length > 0) return found;
      return when.kind === "once" ? refuse("schedule_past") : refuse("schedule_never", { expression: when.expression });
    },
    schedule_save: ({ draft }) => {
      times(draft.when, draft.zone);
      if (all.some((one) => one.name === draft.name && one.id !== draft.id && one.application === draft.application && one.environment === draft.environment)) refuse("name_taken", { name: draft.name });
      const before = draft.id === null ? null : need(draft.id);
      made += 1;
      const next: Kept = { ...draft, id: before?.id ?? `schedule-made-${made}`, version: (before?.version ?? 0) + 1, paused: before?.paused ?? false, runs: before?.runs ?? [] };
      all = before ? all.map((one) => (one.id === before.id ? next : one)) : [...all, next];
      around.changed();
      return { ...draft, id: next.id, version: next.version };
    },
    schedule_pause: ({ item, paused }) => {
      need(item).paused = paused;
      around.changed();
    },
    schedule_delete: ({ item }) => {
      need(item);
      all = all.filter((one) => one.id !== item);
      around.changed();
    },
    schedule_run: ({ item }) => {
      const one = need(item);
      const ran = { ...done(0), due: null, beganAt: Date.now(), endedAt: Date.now() + 212, who: around.start().member.name };
      one.runs = [ran, ...one.runs];
      around.changed();
      return ran;
    },
    schedule_history: ({ item, before }) => (before === null ? need(item).runs : []),
    schedules_suspend: ({ application, environment, suspended: now }) => {
      if (now) suspended.add(`${application}/${environment}`);
      else suspended.delete(`${application}/${environment}`);
      around.changed();
    },
  };
}
