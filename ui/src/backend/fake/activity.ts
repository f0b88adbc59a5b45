// A log, for screens without a program.
import en from "../../../messages/en.json";
import ja from "../../../messages/ja.json";
import type { ActivityEntry, Locale } from "../bindings";

export const ACTORS: Record<string, string> = { "member-1": "Aiko Mori", "member-2": "Ken Sato" };

type Sentence = Extract<keyof typeof en, `event.${string}`>;

const DONE: [Sentence, string | null, string | null][] = [
  ["event.authorization.stored", "Aiko Mori", "c-0002"],
  ["event.primary.moved", "Ken Sato", "c-0003"],
  ["event.connection.disabled", "Ken Sato", "c-0014"],
  ["event.connection.renamed", "Aiko Mori", "c-0001"],
  ["event.authorization.revoked", null, "c-0002"],
  ["event.connection.deleted", "Aiko Mori", null],
  ["event.connection.created", "Ken Sato", "c-0007"],
];

const ARGS: Record<string, string> = { member: "Ken Sato", before: "Customer data", after: "Customer lookup", connection: "Customer lookup", environment: "Production", account: "aiko@example.com", service: "Salesforce", subject: "kura_archive" };

/** The latest first. */
export function seedActivity(locale: Locale, now = Date.now()): ActivityEntry[] {
  const messages: Record<string, string> = locale === "ja" ? ja : en;
  return Array.from({ length: 41 }, (_, n) => {
    const [key, actor, connection] = DONE[n % DONE.length] ?? DONE[0]!;
    return {
      seq: 41 - n, at: now - n * n * 420_000 - 60_000, actor, action: key.slice("event.".length), connection,
      text: (messages[key] ?? key).replace(/\{(\w+)\}/g, (_whole, name: string) => ARGS[name] ?? ""),
    };
  });
}
