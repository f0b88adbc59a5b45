// The common forms of a cron expression: what the form offers, and how each reads as a sentence.
// What is none of them is shown as it was written; the program alone knows when it comes.
import type { ScheduleWhen } from "../../backend/bindings";
import { exact, listed } from "../../i18n/format";
import { t, tag, tn } from "../../i18n/i18n.svelte";

export const PRESETS = ["minutes", "hourly", "daily", "weekdays", "weekly", "monthly", "once", "cron"] as const;
export type Preset = (typeof PRESETS)[number];
/** Those that divide an hour: others would begin anew with each hour. */
export const STEPS = [1, 5, 10, 15, 20, 30] as const;
/** Monday first. */
export const WEEK = [1, 2, 3, 4, 5, 6, 0] as const;

/** What the form asks; what a form does not need keeps what was there. */
export interface Told {
  preset: Preset;
  /** Minutes from one to the next. */
  every: number;
  /** Minute of the hour. */
  minute: number;
  /** Of the day, as `08:00`. */
  time: string;
  /** Days of the week, Sunday is 0. */
  days: number[];
  /** Day of the month; 0 is the last one. */
  day: number;
  /** Date and time of what comes once, as `2026-11-27T08:00`. */
  at: string;
  expression: string;
}

const NICKNAMES: Record<string, string> = { "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *" };
const NAMES = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const two = (n: number): string => String(n).padStart(2, "0");
const whole = (text: string | undefined, most: number): number | null => (text !== undefined && /^\d{1,2}$/.test(text) && Number(text) <= most ? Number(text) : null);
const dayOf = (text: string): number | null => (NAMES.includes(text) ? NAMES.indexOf(text) : /^[0-7]$/.test(text) ? Number(text) % 7 : null);

export const BLANK: Told = { preset: "daily", every: 15, minute: 0, time: "08:00", days: [1], day: 1, at: "", expression: "0 8 * * *" };

/** What an expression says in the form's words. */
export function read(when: ScheduleWhen): Told {
  if (when.kind === "once") return { ...BLANK, preset: "once", at: when.at };
  const expression = when.expression.trim().replace(/\s+/g, " ");
  const other: Told = { ...BLANK, preset: "cron", expression: when.expression.trim() };
  const fields = (NICKNAMES[expression.toLowerCase()] ?? expression.toUpperCase()).split(" ");
  const [minutes, hours, days, months, week] = fields;
  if (fields.length !== 5 || minutes === undefined || hours === undefined || days === undefined || week === undefined || months !== "*") return other;
  const step = minutes === "*" ? 1 : Number(/^\*\/(\d{1,2})$/.exec(minutes)?.[1] ?? Number.NaN);
  if (hours === "*" && days === "*" && week === "*") {
    if (STEPS.some((known) => known === step)) return { ...other, preset: "minutes", every: step };
    const minute = whole(minutes, 59);
    return minute === null ? other : { ...other, preset: "hourly", minute };
  }
  const minute = whole(minutes, 59);
  const hour = whole(hours, 23);
  if (minute === null || hour === null) return other;
  const time = `${two(hour)}:${two(minute)}`;
  if (days === "*" && week === "*") return { ...other, preset: "daily", time };
  if (days === "*") {
    if (week === "1-5" || week === "MON-FRI") return { ...other, preset: "weekdays", time };
    const some = week.split(",").map(dayOf);
    return some.some((day) => day === null) ? other : { ...other, preset: "weekly", time, days: [...new Set(some as number[])] };
  }
  if (week !== "*") return other;
  const day = days === "L" ? 0 : whole(days, 31);
  return day === null || days === "0" ? other : { ...other, preset: "monthly", time, day };
}

/** What the form says, as it is kept. */
export function write(told: Told): ScheduleWhen {
  const [hour = 0, minute = 0] = told.time.split(":").map(Number);
  const at = (rest: string): ScheduleWhen => ({ kind: "cron", expression: `${minute} ${hour} ${rest}` });
  switch (told.preset) {
    case "minutes": return { kind: "cron", expression: told.every === 1 ? "* * * * *" : `*/${told.every} * * * *` };
    case "hourly": return { kind: "cron", expression: `${told.minute} * * * *` };
    case "daily": return at("* * *");
    case "weekdays": return at("* * 1-5");
    case "weekly": return at(`* * ${told.days.toSorted((a, b) => WEEK.findIndex((day) => day === a) - WEEK.findIndex((day) => day === b)).join(",")}`);
    case "monthly": return at(`${told.day === 0 ? "L" : told.day} * *`);
    case "once": return { kind: "once", at: told.at };
    case "cron": return { kind: "cron", expression: told.expression.trim() };
  }
}

/** "Monday"; a day of the week, Sunday is 0. */
export function weekday(day: number, length: "long" | "short" = "long"): string {
  // The first of February 2026 is a Sunday.
  return new Intl.DateTimeFormat(tag(), { weekday: length, timeZone: "UTC" }).format(Date.UTC(2026, 1, 1 + day));
}

/** When it runs, in a sentence; `null` where only its expression says it. */
export function sentence(when: ScheduleWhen): string | null {
  const told = read(when);
  switch (told.preset) {
    case "minutes": return tn("ui.schedules.every_minutes", told.every);
    case "hourly": return told.minute === 0 ? t("ui.schedules.on_the_hour") : t("ui.schedules.hourly_at", { minute: told.minute });
    case "daily": return t("ui.schedules.daily_at", { time: told.time });
    case "weekdays": return t("ui.schedules.weekdays_at", { time: told.time });
    case "weekly": return t("ui.schedules.weekly_at", { days: listed(WEEK.filter((day) => told.days.includes(day)).map((day) => weekday(day))), time: told.time });
    case "monthly": return told.day === 0 ? t("ui.schedules.last_day_at", { time: told.time }) : t("ui.schedules.monthly_at", { day: told.day, time: told.time });
    case "once": {
      const at = Date.parse(told.at);
      return Number.isNaN(at) ? null : t("ui.schedules.once_at", { at: exact(at) });
    }
    case "cron": return null;
  }
}
