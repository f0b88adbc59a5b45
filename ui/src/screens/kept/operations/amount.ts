// Amounts of money: typed in the currency's major unit, sent as an integer of its minor unit. All by
// string arithmetic: a float would make 0.1 + 0.2 something else.
import type { Problem } from "./problem";

/** How many digits a currency has behind the point (ISO 4217, as Intl knows it); `null` where it is no currency's code. */
export function digitsOf(currency: string): number | null {
  if (!/^[A-Z]{3}$/.test(currency)) return null;
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** The integer of the minor unit that a typed amount is. */
export function minorOf(typed: string, digits: number): { minor: number } | { problem: Problem } {
  // A Japanese input method types digits of full width.
  const text = typed.normalize("NFKC").trim();
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) return { problem: { code: "amount" } };
  const fraction = (match[2] ?? "").replace(/0+$/, "");
  if (fraction.length > digits) return { problem: digits === 0 ? { code: "amount_whole" } : { code: "amount_digits", digits } };
  const minor = BigInt(`${match[1]}${fraction.padEnd(digits, "0")}`);
  // JSON numbers beyond 2^53 - 1 do not come through whole (RFC 8259 §6).
  return minor > BigInt(Number.MAX_SAFE_INTEGER) ? { problem: { code: "number_big" } } : { minor: Number(minor) };
}

/** How one types it. */
export function typedOf(minor: number, digits: number): string {
  const all = String(minor).padStart(digits + 1, "0");
  return digits === 0 ? all : `${all.slice(0, -digits)}.${all.slice(-digits)}`;
}
