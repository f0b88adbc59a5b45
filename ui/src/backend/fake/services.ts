// Services' own pages in the fake program, and as many services as anybody asks for.
import type { AuthKind, Commands, ConnectionRow, ConnectorView, Failure, GalleryEntry, ServiceView, SignInView, Start } from "../bindings";
import { offeredBy, OFFERED_IN } from "./availability";

const CENTERS = ["us", "eu", "in", "au", "jp", "ca", "sa", "cn", "ae"];
const SERVED = ["us", "eu", "in", "au"];
const SMS = ["sms", "integration_task", "invoke_url", "schedule"];
const GENERAL = ["data_source", "form_workflow", "report_workflow", "integration_task", "invoke_url", "page_panel", "schedule"];
const ALSO: Record<string, string[]> = { salesforce: ["セールスフォース"], slack: ["スラック"], github: ["ギットハブ"], hubspot: ["ハブスポット"], zoho_crm: ["ゾーホー"], sms_magic: ["SMSマジック"], quickbooks: ["Intuit", "クイックブックス"] };

/** Other names of a service. */
export const alsoOf = (id: string): string[] => ALSO[id] ?? [];

/** Puts what was used last to the front: services of connections, the newest use first. */
export function withRecent(entries: GalleryEntry[], rows: ConnectionRow[]): GalleryEntry[] {
  const ids = [...new Set(rows.filter((row) => row.kind !== "system").toSorted((a, b) => (b.lastUsed ?? 0) - (a.lastUsed ?? 0)).map((row) => row.service.id))].slice(0, 6);
  return entries.map((entry) => ({ ...entry, recent: ids.includes(entry.service.id) ? ids.indexOf(entry.service.id) : null }));
}

const CATEGORIES = ["accounting", "commerce", "crm", "files", "messages", "other", "payments", "work"];
const PARTS = ["Harbor", "Cedar", "Orbit", "Lantern", "Quill", "Tidal", "Maple", "Signal", "Copper", "Meadow", "帳票", "名刺", "在庫", "勤怠"];
const KINDS = ["Books", "Desk", "Mail", "Pay", "Drive", "Forms", "Board", "Cloud"];
const WAYS: AuthKind[] = ["sign_in", "sign_in", "key", "sign_in", "key", "client"];

/** Services made up, beside the given ones, until there are so many. */
export function many(entries: GalleryEntry[], count: number): GalleryEntry[] {
  const more = Array.from({ length: Math.max(0, count - entries.length) }, (_, i): GalleryEntry => {
    const name = `${PARTS[i % PARTS.length]} ${KINDS[Math.floor(i / PARTS.length) % KINDS.length]} ${i + 1}`;
    return {
      service: { id: `made_${i + 1}`, name, monogram: name.slice(0, 2), hue: (i * 47) % 360, practice: false },
      about: `Read and change the records of ${name}.`, category: CATEGORIES[i % CATEGORIES.length] ?? "other", way: WAYS[i % WAYS.length] ?? "sign_in",
      kinds: ["admin"], verified: false, custom: false, recent: null, words: `made_${i + 1} ${name} のデータを読み取り、変更します。 顧客と営業 会計 連絡`, refused: null,
    };
  });
  return [...entries, ...more];
}

interface Around {
  start: () => Start;
  country: () => string | null;
  gallery: () => GalleryEntry[];
  connector: (id: string) => ConnectorView | null;
  missing: () => never;
}

function signInOf(view: ConnectorView, way: AuthKind): SignInView | null {
  if (way !== "sign_in" && way !== "client") return null;
  return {
    authorize: way === "client" ? null : `https://${view.host}/oauth/v2/auth`, token: `https://${view.host}/oauth/v2/token`, needsRegistration: view.needsRegistration, secret: true,
    pkce: way === "client" ? null : view.service.id === "quickbooks" ? "undocumented" : view.service.id === "slack" ? "refused" : "supported", redirect: view.setup?.redirect ?? null, browserBecause: view.browserBecause, device: view.service.id === "github",
    tokenSeconds: 3600, refreshSeconds: view.service.id === "quickbooks" ? 8_640_000 : null, rotates: view.service.id === "quickbooks", graceSeconds: view.service.id === "quickbooks" ? 86_400 : null,
    revocable: view.service.id !== "google_drive", rateRefreshes: view.service.id.startsWith("zoho") ? 10 : null, rateSeconds: view.service.id.startsWith("zoho") ? 600 : null,
  };
}

type Handlers = { [K in "service_get" | "service_open_source"]: (args: Commands[K]["args"]) => Commands[K]["answer"] };

export function serviceHandlers(around: Around): Handlers {
  return {
    service_get: ({ service }) => {
      const start = around.start();
      const entry = offeredBy(start, around.country(), around.gallery()).find((one) => one.service.id === service) ?? around.missing();
      const view = around.connector(service) ?? around.missing();
      const ja = start.locale === "ja";
      const unknown = entry.way === "unknown";
      const payment = entry.category === "payments";
      const refused: Failure | null = entry.refused;
      const page: ServiceView = {
        service: entry.service, about: entry.about, also: alsoOf(service), category: entry.category, way: entry.way, kinds: entry.kinds, verified: entry.verified, custom: entry.custom, payment, refused,
        areas: payment ? ["payment"] : service === "twilio" || unknown ? SMS : GENERAL,
        offered: {
          plan: start.workspace?.plan ?? "paid", dataCenter: start.workspace?.dataCenter ?? "us", country: around.country(),
          known: !payment ? "everywhere" : OFFERED_IN[service] ? "listed" : "unstated", countries: OFFERED_IN[service] ?? [],
          dataCenters: CENTERS.map((id) => ({ id, served: SERVED.includes(id) })),
        },
        retired: service === "payflow" ? { date: "2024-09-26", over: true, successor: around.gallery().find((one) => one.service.id === "razorpay")?.service ?? null } : null,
        signIn: signInOf(view, entry.way),
        keys: entry.way === "key"
          ? {
              fields: [
                { label: "Account SID", help: ja ? "Twilio コンソールの「Account Info」にあります" : "Under Account Info in the Twilio console", secret: false },
                { label: ja ? "認証トークン (Auth Token)" : "Auth Token", help: ja ? "Account SID の下にあります" : "Below the Account SID", secret: true },
              ],
              attached: [{ place: "basic", name: null }],
            }
          : null,
        parameters: view.parameters, scopes: entry.way === "sign_in" ? view.scopes : [], presets: view.presets,
        api: unknown ? "" : `https://${view.hosts[0] ?? view.host}/v8`, hosts: unknown ? [] : view.hosts.map((host) => `https://${host}`),
        setup: unknown ? null : view.setup, notes: unknown ? (ja ? ["API について、公開された仕様は見つかっていません。"] : ["No description of its API that anybody published could be found."]) : view.notes,
        sources: unknown ? ["https://www.sms-magic.com/", "https://pipedream.com/apps/sms-magic/integrations/openai"] : [...new Set([...view.sources, ...(entry.way === "sign_in" ? view.scopes.flatMap((scope) => scope.source ?? []) : [])])],
      };
      return page;
    },
    service_open_source: () => undefined,
  };
}
