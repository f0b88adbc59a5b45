// Times on the wall of another place.
import { locale, tag } from "../../i18n/i18n.svelte";

// Engines disagree about English short months ("Sep", "Sept"); we say which.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The zone of this computer; UTC where it does not say. */
export function here(): string {
  return new Intl.DateTimeFormat("en-GB").resolvedOptions().timeZone || "UTC";
}

/** "Fri 27 Nov, 08:00" in a zone; `null` where this engine does not know the zone. */
export function inZone(at: number, zone: string): string | null {
  try {
    const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).formatToParts(at);
    const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? "";
    const week = new Intl.DateTimeFormat(tag(), { timeZone: zone, weekday: "short" }).format(at);
    const [month, day, time] = [Number(of("month")), Number(of("day")), `${of("hour")}:${of("minute")}`];
    return locale() === "ja" ? `${month}月${day}日(${week}) ${time}` : `${week} ${day} ${MONTHS[month - 1]}, ${time}`;
  } catch {
    return null;
  }
}

/** "Europe/Berlin" for reading: "Berlin"; the whole where it stands alone. */
export const placeOf = (zone: string): string => (zone.split("/").pop() ?? zone).replaceAll("_", " ");
