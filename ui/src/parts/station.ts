// What a station looks and sounds like. Which state it is in comes from the program; nothing here
// decides one.
import type { AccountView, DriftView, Environment, Failure, Health, Reach, Station } from "../backend/bindings";
import { calendarDay, clock, daysUntil } from "../i18n/format";
import { t, tn } from "../i18n/i18n.svelte";

export type Shape =
  | "connected" | "never" | "expired" | "revoked" | "refused" | "scopes" | "changed" | "unknown"
  | "retired" | "disabled" | "unreachable" | "noprimary";
/** Color of a state; `ok` has none beyond its sign. */
export type Tone = "ok" | "idle" | "warn" | "danger" | "away" | "off";

const REASONS = {
  never_authorized: ["never", "idle"],
  expired: ["expired", "warn"],
  revoked: ["revoked", "danger"],
  client_refused: ["refused", "danger"],
  scopes_missing: ["scopes", "warn"],
  connector_changed: ["changed", "warn"],
  outcome_unknown: ["unknown", "warn"],
  retired: ["retired", "danger"],
  disabled: ["disabled", "off"],
} as const satisfies Record<string, readonly [Shape, Tone]>;

export const ENVIRONMENTS: readonly Environment[] = ["development", "stage", "production"];

/** Days before its end from which a lapsing authorization is pointed out. */
export const LAPSING_DAYS = 14;

/** Shape and tone of a health alone. */
export function ofHealth(health: Health): { shape: Shape; tone: Tone } {
  if (health.state === "connected") return { shape: "connected", tone: "ok" };
  const [shape, tone] = REASONS[health.reason];
  return { shape, tone };
}

/** Shape and tone of a station: health first, then what stands beside it. */
export function look(station: Station): { shape: Shape; tone: Tone } {
  if (station.health.state !== "connected") return ofHealth(station.health);
  if (station.unreachable) return { shape: "unreachable", tone: "away" };
  if (station.noPrimary) return { shape: "noprimary", tone: "warn" };
  return { shape: "connected", tone: "ok" };
}

/** "Connected", "Revoked". */
export function healthWord(health: Health): string {
  return t(health.state === "connected" ? "health.connected" : `health.${health.reason}`);
}

/** The state in a word: "Revoked", "Unreachable", "No primary". */
export function word(station: Station): string {
  const { shape } = look(station);
  if (shape === "unreachable") return t("health.unreachable");
  if (shape === "noprimary") return t("health.no_primary");
  if (shape === "retired" && station.retired) return t("ui.slot.retired", { date: calendarDay(station.retired) });
  return healthWord(station.health);
}

/**
 * The same in one word, for a single environment's bar: beside the action there is room for some
 * ten letters, and the sign has said it already. The whole word is in the tip and in the name.
 */
export function brief(station: Station): string {
  switch (look(station).shape) {
    case "never":
      return t("ui.slot.brief_never");
    case "refused":
      return t("ui.slot.brief_refused");
    case "changed":
      return t("ui.slot.brief_changed");
    case "unknown":
      return t("ui.slot.brief_unknown");
    case "scopes":
      return t("ui.slot.brief_scopes");
    case "retired":
      return t("health.retired");
    default:
      return word(station);
  }
}

/** In a word or two why nothing can be authorized, where a press would stand otherwise. */
export function heldWord(unusable: Failure): string {
  switch (unusable.code) {
    case "not_taken_over":
      return t("ui.held.not_taken_over");
    case "plan_free":
      return t("ui.held.plan_free");
    case "data_center_not_served":
      return t("ui.held.data_center_not_served");
    default:
      return unusable.message;
  }
}

/** The word of what mends it, or `null`; nothing does where all authorizing is held. */
export function mendWord(station: Station, unusable: Failure | null = null): string | null {
  switch (station.mend) {
    case "authorize":
      return unusable ? null : t("ui.act.authorize");
    case "choose_primary":
      return t("ui.act.choose");
    case "enable":
      return t("ui.act.enable");
    case "migrate":
      return t("ui.act.migrate");
    default:
      return null;
  }
}

/** How an environment differs, where its own sign does not say it already. */
export function driftWord(drift: DriftView): string | null {
  const environment = t(`environment.${drift.environment}`);
  if (drift.kind === "fewer_scopes") return tn("ui.drift.fewer_scopes", drift.scopes.length, { environment });
  if (drift.kind === "same_account") return t("ui.drift.same_account", { environment });
  return null;
}

/** "Production", "All environments". */
export function reachName(reach: Reach): string {
  return t(`environment.${reach}`);
}

/** An e-mail address in two parts, so that the domain can stand back and be cut first. */
export function split(label: string): [string, string] {
  const at = label.lastIndexOf("@");
  return at > 0 ? [label.slice(0, at), label.slice(at)] : [label, ""];
}

/** Days to the end of the authorization, where that is near. */
function lapsing(station: Station, now = Date.now()): number | null {
  if (station.lapsesAt === null || station.health.state !== "connected") return null;
  const days = daysUntil(station.lapsesAt, now);
  return days <= LAPSING_DAYS ? days : null;
}

/** How near its end is, in short and as it is read aloud: in hours within the last day. */
export function ending(station: Station, now = Date.now()): { short: string; long: string } | null {
  const days = lapsing(station, now);
  if (days === null || station.lapsesAt === null) return null;
  if (days > 0) return { short: t("ui.slot.days", { n: days }), long: tn("ui.slot.lapses_in", days) };
  const hours = Math.max(1, Math.ceil((station.lapsesAt - now) / 3_600_000));
  return { short: t("ui.slot.hours", { n: hours }), long: tn("ui.slot.lapses_hours", hours) };
}

/**
 * A station as it is read aloud: "Production: Revoked. Authorize",
 * "All environments: Connected, aiko@practice.example, primary". Where all authorizing is held,
 * "Production: Revoked. Not taken over".
 */
export function spoken(station: Station, unusable: Failure | null = null): string {
  const parts = [word(station)];
  const ok = station.health.state === "connected";
  if (ok && station.unreachable) {
    parts.push(t("ui.slot.since", { time: clock(station.unreachable.since) }));
  }
  const off = !ok && station.health.state === "not_connected" && station.health.reason === "disabled";
  if ((ok || off) && station.account && (!station.noPrimary || station.reach === "all")) parts.push(station.account.label);
  if (ok && station.primary) parts.push(t("ui.slot.primary"));
  if (ok && station.unproven) parts.push(t("ui.slot.unproven"));
  if (station.others > 0 && station.mend === null) parts.push(tn("ui.slot.others", station.others));
  const ends = ending(station);
  if (ends) parts.push(ends.long);
  if (ok && station.missingScopes > 0) parts.push(tn("ui.slot.scopes_missing", station.missingScopes));
  const mend = station.mend === "authorize" && unusable ? heldWord(unusable) : mendWord(station);
  const said = `${reachName(station.reach)}: ${parts.join(", ")}`;
  return mend ? `${said}. ${mend}` : said;
}

/** Two letters for a person. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u);
  const first = [...(words[0] ?? "")][0] ?? "";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return /[぀-ヿ㐀-鿿]/u.test(first) ? first : (first + last).toUpperCase();
}

/** A hue that stays with a name. */
export function hueOf(name: string): number {
  let hash = 7;
  for (const c of name) hash = (hash * 31 + (c.codePointAt(0) ?? 0)) % 3600;
  return hash % 360;
}

/**
 * The class of a hue, in steps of 15: what looks the same has the same rules, and many of them at once
 * (a gallery of 500) are styled once. `styles/tokens.css` has the classes.
 */
export function tint(hue: number): string {
  return `hue-${(Math.round(hue / 15) % 24) * 15}`;
}

/** Name shown for an account, and what stands under it. */
export function accountLines(account: AccountView): [string, string | null] {
  if (account.name && account.name !== account.label) return [account.name, account.label];
  return [account.label, account.email === account.label ? null : account.email];
}
