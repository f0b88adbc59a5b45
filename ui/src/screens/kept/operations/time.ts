// Moments: chosen in the local zone, sent with its offset (RFC 3339).

const two = (n: number): string => String(n).padStart(2, "0");

/** What a field of date and time shows of a moment; `null` where it is none. */
export function localOf(moment: string): string | null {
  const at = new Date(moment);
  if (Number.isNaN(at.getTime())) return null;
  const seconds = at.getSeconds() === 0 ? "" : `:${two(at.getSeconds())}`;
  return `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}${seconds}`;
}

/** The moment that a local date and time is; `null` where it is none, such as in the hour that a clock skips. */
export function momentOf(local: string): string | null {
  const match = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(?::(\d{2}))?$/.exec(local.trim());
  if (!match) return null;
  const bare = `${match[1]}T${match[2]}:${match[3] ?? "00"}`;
  const at = new Date(bare);
  // An engine moves what is not there (30 February, a skipped hour) to another moment.
  const back = Number.isNaN(at.getTime()) ? null : localOf(at.toISOString());
  if (back === null || (back.length === 16 ? `${back}:00` : back) !== bare) return null;
  const offset = -at.getTimezoneOffset();
  const size = Math.abs(offset);
  return `${bare}${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** The zone that local times are of: "Asia/Tokyo". */
export const zone = (): string => new Intl.DateTimeFormat("en").resolvedOptions().timeZone;
