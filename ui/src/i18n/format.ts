// Numbers and times, in the language in use. Near times are relative, exact ones go in the tip.
import { locale, t, tag, tn } from "./i18n.svelte";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const dayOf = (at: number): number => {
  const date = new Date(at);
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY;
};

/** "Just now", "12 min ago", "3 h ago", "Yesterday", "9 days ago", "Sep 2024"; `null` is "Never". */
export function ago(at: number | null, now = Date.now()): string {
  if (at === null) return t("ui.time.never");
  const past = now - at;
  if (past < MINUTE) return t("ui.time.now");
  if (past < HOUR) return tn("ui.time.minutes_ago", Math.floor(past / MINUTE));
  const days = dayOf(now) - dayOf(at);
  if (days === 0 || past < 6 * HOUR) return tn("ui.time.hours_ago", Math.floor(past / HOUR));
  if (days === 1) return t("ui.time.yesterday");
  if (days < 30) return tn("ui.time.days_ago", days);
  return month(at);
}

/** How long until then: "42 min left", "3 h left", "5 days left"; past times are "ended". */
export function left(at: number, now = Date.now()): string {
  const ahead = at - now;
  if (ahead <= 0) return t("ui.time.ended");
  if (ahead < MINUTE) return t("ui.time.under_minute_left");
  if (ahead < HOUR) return tn("ui.time.minutes_left", Math.floor(ahead / MINUTE));
  if (ahead < DAY) return tn("ui.time.hours_left", Math.floor(ahead / HOUR));
  return tn("ui.time.days_left", Math.floor(ahead / DAY));
}

/** Whole days until then, at least 0. */
export function daysUntil(at: number, now = Date.now()): number {
  return Math.max(0, dayOf(at) - dayOf(now));
}

// Engines disagree about English short months ("Sep", "Sept"); we say which.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const timeOf = (at: number): string => new Intl.DateTimeFormat(tag(), { hour: "2-digit", minute: "2-digit", hour12: false }).format(at);

/** "Sep 2024". */
function month(at: number): string {
  const d = new Date(at);
  return locale() === "ja" ? `${d.getFullYear()}年${d.getMonth() + 1}月` : `${MONTHS[d.getMonth()]} ${d.getFullYear()}`;
}

/** "28 Nov". */
export function shortDay(at: number): string {
  const d = new Date(at);
  return locale() === "ja" ? `${d.getMonth() + 1}月${d.getDate()}日` : `${d.getDate()} ${MONTHS[d.getMonth()]}`;
}

/** A day without a time, such as `2026-09-03`, wherever one is: "3 Sep 2026". */
export function calendarDay(day: string): string {
  const [year, month, of] = day.split("-").map(Number);
  return date(new Date(year ?? 0, (month ?? 1) - 1, of ?? 1).getTime());
}

/** "3 Sep 2026". */
export function date(at: number): string {
  const year = new Date(at).getFullYear();
  return locale() === "ja" ? `${year}年${shortDay(at)}` : `${shortDay(at)} ${year}`;
}

/** "3 Sep 2026, 09:12". */
export function exact(at: number): string {
  return `${date(at)}${locale() === "ja" ? " " : ", "}${timeOf(at)}`;
}

/** "09:12" today, "3 Sep, 09:12" before. */
export function clock(at: number, now = Date.now()): string {
  if (dayOf(at) === dayOf(now)) return timeOf(at);
  return `${shortDay(at)}${locale() === "ja" ? " " : ", "}${timeOf(at)}`;
}

const two = (n: number): string => String(n).padStart(2, "0");

/** "09:12:04.318": a step of a timeline. */
export function precise(at: number): string {
  const d = new Date(at);
  const ms = String(d.getMilliseconds()).padStart(3, "0");
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}.${ms}`;
}

/** "Monday 23 November". */
export function longDay(at: number): string {
  return new Intl.DateTimeFormat(tag(), { weekday: "long", day: "numeric", month: "long" })
    .format(at)
    .replace(",", "");
}

/** "84 ms", "1.24 s". */
export function duration(millis: number): string {
  return millis < 1000 ? `${millis} ms` : `${(millis / 1000).toFixed(2)} s`;
}

/** "512 B", "1.2 kB", "3.4 MB". */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  if (n < 1_000_000) return `${(n / 1000).toFixed(1)} kB`;
  return `${(n / 1_000_000).toFixed(1)} MB`;
}

/** 1,234. */
export function number(n: number): string {
  return n.toLocaleString(tag());
}

/** "1:24" of a countdown, rounded up so that 0:00 means over. */
export function countdown(millis: number): string {
  const s = Math.max(0, Math.ceil(millis / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

/** Words in a row: "Hiring, Helpdesk". */
export function listed(words: readonly string[]): string {
  return words.join(locale() === "ja" ? "、" : ", ");
}

/** Sentences one after another; Japanese has no space between them. */
export function sentences(...all: (string | null | undefined | false)[]): string {
  return all.filter(Boolean).join(locale() === "ja" ? "" : " ");
}
