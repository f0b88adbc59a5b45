// How long something lasts, in the largest unit that tells it whole.
import { tag } from "../../i18n/i18n.svelte";

const UNITS: readonly [unit: string, seconds: number][] = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** "1 hour", "100 days", "90 minutes". */
export function length(seconds: number): string {
  const [unit, of] = UNITS.find(([, size]) => seconds >= size && seconds % size === 0) ?? ["second", 1];
  return new Intl.NumberFormat(tag(), { style: "unit", unit, unitDisplay: "long" }).format(seconds / of);
}
