/** Seconds from which the time left is pointed out. */
export const LOW = 15;
const SPOKEN = [60, 30, 10] as const;

/** The number of seconds to read aloud when the time left went from one value to another, in milliseconds. */
export function announced(before: number, after: number): number | null {
  return SPOKEN.find((seconds) => before > seconds * 1000 && after <= seconds * 1000) ?? null;
}
