// What the fake workspace holds: one of every state there is.
import type {
  AccountRow, AccountView, AuthKind, ConnectionRow, ConnectionView, ConnectorFile, ConnectorView, EnvironmentCard, FlowRecord, GalleryEntry, Health, Impact, KeptSignInView, Kind,
  Locale, NewConnection, NotConnected, Reach, RegistrationView, ScopeView, ServiceMark, Start, Station, StepView, TryAnswer, Unreadable,
} from "../bindings";
import { failureOf } from "./failures";
import { driftOf, usesOf } from "./managing";
import { alsoOf } from "./services";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Both = [en: string, ja: string];
const pick = (both: Both, locale: Locale): string => both[locale === "ja" ? 1 : 0];

interface Service {
  mark: ServiceMark;
  about: Both;
  category: string;
  kinds: Kind[];
  verified: boolean;
  custom?: boolean;
  /** Whether anybody says how it is spoken to. */
  wire?: boolean;
  refused?: Both;
  host: string;
}

function service(id: string, name: string, monogram: string, hue: number, category: string, kinds: Kind[], verified: boolean, host: string, about: Both): Service {
  return { mark: { id, name, monogram, hue, practice: id === "practice" }, about, category, kinds, verified, host };
}

const ALL: Kind[] = ["admin", "logged_in_user"];
const ADMIN: Kind[] = ["admin"];
const RETIRED: Both = ["Retired 26 Sep 2024. Use PayPal.", "2024年9月26日に終了しました。PayPal を使ってください。"];

const SERVICES: Service[] = [
  service("practice", "Practice service", "Pr", 231, "practice", ALL, true, "127.0.0.1:41990", ["Runs on this computer", "このコンピューターの中で動きます"]),
  service("zoho_crm", "Zoho CRM", "CR", 62, "crm", ALL, true, "accounts.zoho.com", ["Leads, contacts and deals", "見込み客・連絡先・商談"]),
  service("zoho_recruit", "Zoho Recruit", "RE", 62, "crm", ALL, true, "accounts.zoho.com", ["Candidates and interviews", "候補者と面接"]),
  service("salesforce", "Salesforce", "SF", 255, "crm", ALL, false, "login.salesforce.com", ["Any object of an organization", "組織のすべてのオブジェクト"]),
  service("hubspot", "HubSpot", "HS", 25, "crm", ADMIN, false, "app.hubspot.com", ["Contacts, companies, tickets", "連絡先・会社・チケット"]),
  service("quickbooks", "QuickBooks", "QB", 145, "accounting", ADMIN, false, "appcenter.intuit.com", ["Invoices and ledgers", "請求書と元帳"]),
  service("xero", "Xero", "XE", 225, "accounting", ADMIN, false, "login.xero.com", ["Invoices and contacts", "請求書と連絡先"]),
  service("zoho_sheet", "Zoho Sheet", "SH", 62, "files", ALL, true, "accounts.zoho.com", ["Worksheets and rows", "ワークシートと行"]),
  service("google_drive", "Google Drive", "GD", 95, "files", ALL, false, "accounts.google.com", ["Files one chooses", "選んだファイル"]),
  service("slack", "Slack", "SL", 310, "messages", ADMIN, false, "slack.com", ["Channels and messages", "チャンネルとメッセージ"]),
  service("twilio", "Twilio", "TW", 352, "messages", ADMIN, false, "login.twilio.com", ["SMS and voice", "SMS と通話"]),
  service("zoho_projects", "Zoho Projects", "PJ", 62, "work", ALL, false, "accounts.zoho.com", ["Projects, tasks and time", "プロジェクト・タスク・時間"]),
  service("github", "GitHub", "GH", 280, "work", ALL, false, "github.com", ["Repositories and issues", "リポジトリと課題"]),
  service("razorpay", "Razorpay", "RZ", 245, "payments", ADMIN, true, "auth.razorpay.com", ["Payments in India", "インドでの支払い"]),
  service("stripe_connect", "Stripe Connect", "SC", 250, "payments", ADMIN, false, "connect.stripe.com", ["Payments of accounts that connect to yours", "接続したアカウントの支払い"]),
  { ...service("sms_magic", "SMS-Magic", "Sm", 305, "messages", ALL, false, "", ["Text messages from a CRM", "CRM からの SMS"]), wire: false },
  { ...service("payflow", "Payflow Pro", "PF", 235, "payments", ADMIN, false, "pilot-payflowpro.paypal.com", ["Card payments", "カード決済"]), refused: RETIRED },
  { ...service("kura_archive", "Kura Archive", "KA", 125, "files", ALL, false, "id.kura.example", ["Contracts, sealed and searchable", "契約書の保管と検索"]), custom: true },
];
const byId = (id: string): Service => SERVICES.find((one) => one.mark.id === id) ?? (SERVICES[0] as Service);

const CRM = "https://www.zoho.com/crm/developer/docs/api/v8/scopes.html";
const FILES = "https://www.zoho.com/crm/developer/docs/api/v8/upload-files-to-zfs.html";
const SCOPES: Record<string, ScopeView[]> = {
  practice: [
    { name: "openid", about: "Confirm who signs in", default: true, source: null },
    { name: "profile", about: "Read the account's name", default: true, source: null },
    { name: "email", about: "Read the account's e-mail address", default: true, source: null },
    { name: "contacts.read", about: "Read contacts", default: true, source: null },
    { name: "contacts.write", about: "Add and change contacts", default: false, source: null },
  ],
  zoho_crm: [
    { name: "ZohoCRM.modules.ALL", about: "Read and change records of all modules", default: true, source: CRM },
    { name: "ZohoCRM.settings.READ", about: "Read fields and layouts", default: true, source: CRM },
    { name: "ZohoCRM.users.READ", about: "Who has signed in", default: true, source: CRM },
    { name: "ZohoCRM.bulk.READ", about: "Export many records at once", default: false, source: CRM },
    { name: "ZohoCRM.notifications.ALL", about: "Be told of changes", default: false, source: CRM },
    { name: "ZohoCRM.org.READ", about: "Read the organization", default: false, source: CRM },
    { name: "ZohoCRM.coql.READ", about: "Query records", default: false, source: CRM },
    { name: "ZohoCRM.files.CREATE", about: "Upload files", default: false, source: FILES },
  ],
};

/** How a service is authorized. */
const wayOf = (one: Service): AuthKind => (one.wire === false ? "unknown" : one.mark.id === "twilio" ? "key" : one.mark.id === "razorpay" ? "client" : "sign_in");
/** The categories' names, in both languages: what a service is found by. */
const CATEGORIES: Record<string, string> = { crm: "Customers and sales 顧客と営業", accounting: "Accounting 会計", files: "Files ファイル", messages: "Messages and SMS メッセージと SMS", work: "Work and code 仕事と開発", payments: "Payments 決済", practice: "Practice 練習" };

/** The gallery. */
export function gallery(locale: Locale): GalleryEntry[] {
  return SERVICES.map((one) => ({
    service: one.mark, about: pick(one.about, locale), category: one.category, way: wayOf(one), kinds: one.kinds, verified: one.verified, custom: one.custom ?? false, recent: null,
    words: [one.mark.id, ...one.about, CATEGORIES[one.category] ?? "", ...alsoOf(one.mark.id)].join(" "),
    refused: one.refused ? { code: "connector_retired", message: pick(one.refused, locale), help: "" } : one.wire === false ? failureOf("wire_unknown", locale) : null,
  }));
}

/** A custom one's own, and what a page lists. */
const scopesOf = (id: string): ScopeView[] => {
  const source = byId(id).custom ? null : `https://docs.${id}.example/scopes`;
  return SCOPES[id] ?? [{ name: "read", about: "Read everything the account may read", default: true, source }, { name: "write", about: "Add and change", default: false, source }];
};

/** A connector, to set up. */
export function connectorView(id: string, registrations: RegistrationView[], locale: Locale): ConnectorView | null {
  const one = SERVICES.find((known) => known.mark.id === id);
  if (!one) return null;
  const practice = one.mark.practice;
  const scopes = scopesOf(id);
  return {
    service: one.mark, about: pick(one.about, locale), kinds: one.kinds, scopes,
    presets: id === "zoho_crm"
      ? [
          { id: "read", name: "Read only", scopes: ["ZohoCRM.settings.READ", "ZohoCRM.users.READ", "ZohoCRM.bulk.READ"] },
          { id: "records", name: "Records", scopes: ["ZohoCRM.modules.ALL", "ZohoCRM.settings.READ", "ZohoCRM.users.READ"] },
          { id: "everything", name: "Everything", scopes: scopes.map((scope) => scope.name) },
        ]
      : [],
    parameters: id === "salesforce" ? [{ name: "subdomain", label: locale === "ja" ? "サブドメイン" : "Subdomain", pattern: "[a-z0-9-]{1,63}", default: "login" }] : [],
    host: one.host, hosts: practice ? ["127.0.0.1:41990"] : id.startsWith("zoho") ? ["www.zohoapis.com", "accounts.zoho.com"] : [one.host.replace(/^[a-z]+\./, "api.")],
    needsRegistration: !practice && id !== "twilio", typed: id === "twilio", byCodeAlone: false, forClients: id === "razorpay", registrations: registrations.filter((registration) => registration.connector === id),
    browserBecause: id === "google_drive" ? (locale === "ja" ? "Google はアプリ内のサインインを受け付けないため、ブラウザーで開きます。" : "Google refuses sign-in inside an app, so it opens in your browser.") : null,
    verified: one.verified, custom: one.custom ?? false, suggestedName: practice ? "Practice CRM" : one.mark.name,
    setup: practice || one.custom
      ? null
      : {
          url: "https://api-console.zoho.com/",
          steps: locale === "ja"
            ? ["API コンソールを開き、「Add Client」を押します", "「Server-based Applications」を選びます", "「Authorized Redirect URIs」に、Tsunagi に表示されるリダイレクトアドレスを入力します", "表示されたクライアント ID とシークレットを下に入力します"]
            : ["Open the API console and press Add Client", "Choose Server-based Applications", "Put the redirect address shown in Tsunagi into Authorized Redirect URIs", "Copy the client ID and secret that are shown then"],
          redirect: id === "salesforce" ? "localhost" : "loopback",
        },
    notes: practice
      ? []
      : locale === "ja"
        ? ["アクセストークンの有効期間は 1 時間です。", "リフレッシュトークンは 1 ユーザーにつき 20 個までで、21 個目を発行すると最も古いものが無効になります。"]
        : ["Access tokens last one hour.", "A user may have 20 refresh tokens; the 21st ends the oldest."],
    sources: practice ? [] : ["https://www.zoho.com/accounts/protocol/oauth/multi-dc.html"],
  };
}

const connected: Health = { state: "connected" };
const not = (reason: NotConnected): Health => ({ state: "not_connected", reason });
const account = (label: string, name: string | null = null): AccountView => ({ label, name, email: label.includes("@") ? label : null });

function station(reach: Reach, part: Partial<Station>): Station {
  const health = part.health ?? connected;
  const enabled = !(health.state === "not_connected" && health.reason === "disabled");
  return {
    reach, health, retired: null, unreachable: null, unproven: false, account: null, primary: false, noPrimary: false, others: 0, lapsesAt: null, missingScopes: 0,
    mend: health.state === "connected" ? (part.noPrimary ? "choose_primary" : null) : enabled ? (part.retired ? "migrate" : "authorize") : "enable", ...part,
  };
}
const NO_ACTS = { primarySince: null, offer: null, acts: { take: false, offer: false, accept: false, acceptBeforehand: false, decline: false, withdraw: false }, mayRevoke: true };
const three = (d: Partial<Station>, s: Partial<Station>, p: Partial<Station>): Station[] => [station("development", d), station("stage", s), station("production", p)];

let made = 0;
function row(name: string, linkName: string, serviceId: string, kind: Kind, stations: Station[], used: number | null, uses = 0): ConnectionRow {
  made += 1;
  const enabled = !stations.every((one) => one.health.state === "not_connected" && one.health.reason === "disabled");
  return {
    id: `c-${String(made).padStart(4, "0")}`, name, linkName, service: byId(serviceId).mark, kind, mode: stations.length === 1 ? "same" : "per_environment",
    enabled, stations, drift: driftOf(stations), uses, lastUsed: used === null ? null : Date.now() - used, needsPerson: enabled && stations.some((one) => one.mend !== null),
  };
}

/** One connection of every kind and state; `quiet`: only those that are well. */
export function seed(locale: Locale, quiet: boolean): ConnectionRow[] {
  made = 0;
  const now = Date.now();
  const n = (en: string, ja: string): string => pick([en, ja], locale);
  const troubled = [
    row(n("Customer lookup", "顧客の照会"), "customer_lookup", "salesforce", "admin", three({ account: account("helpdesk-dev@example.com") }, { account: account("helpdesk-stg@example.com") }, { health: not("revoked"), account: account("helpdesk@example.com") }), 12 * MINUTE, 9),
    row(n("Task messages", "タスクの通知"), "task_messages", "zoho_crm", "logged_in_user", three({ account: account("aiko@example.com", "Aiko Mori"), primary: true, others: 3 }, { account: account("aiko@example.com", "Aiko Mori"), primary: true, others: 3 }, { noPrimary: true, others: 4 }), 3 * HOUR, 4),
    row("Zoho Recruit", "zoho_recruit", "zoho_recruit", "system", [station("all", { health: not("never_authorized") })], null, 2),
    row(n("Books ledger", "会計元帳"), "books_ledger", "quickbooks", "admin", three({ account: account("Sandbox Company 04") }, { health: not("expired"), account: account("Sandbox Company 07") }, { account: account("Kumo Works K.K."), lapsesAt: now + 5 * DAY }), 26 * HOUR, 6),
  ];
  const well = [
    row("Zoho CRM", "zoho_crm", "zoho_crm", "system", [station("all", { account: account("ops@example.com") })], 20_000, 23),
    row(n("Lead intake", "見込み客の受付"), "lead_intake", "zoho_crm", "logged_in_user", three({ account: account("ben@example.com", "Ben Osei"), primary: true, others: 4 }, { account: account("ben@example.com", "Ben Osei"), primary: true, others: 4 }, { account: account("chidi@example.com", "Chidi Nwosu"), primary: true, missingScopes: quiet ? 0 : 2 }), 2 * MINUTE, 11),
    row(n("Team alerts", "チームへの連絡"), "team_alerts", "slack", "admin", [station("all", { account: account("alerts@example.com"), lapsesAt: quiet ? null : now + 11 * DAY })], 5 * MINUTE, 8),
    row(n("Candidate sheet", "候補者一覧"), "candidate_sheet", "zoho_sheet", "logged_in_user", [station("all", { account: account("dana@example.com", "Dana Kim"), primary: true, others: 11 })], 26 * MINUTE, 3),
    row(n("Shop payments", "店舗の支払い"), "shop_payments", "razorpay", "admin", three({ account: account("rzp_test 4k2d") }, { account: account("rzp_test 9m1x") }, { account: account("rzp_live 7w0q") }), MINUTE, 5),
    row(n("Visit reminders", "来店リマインダー"), "visit_reminders", "twilio", "admin", three({ account: account("Twilio Account 2") }, { account: account("Twilio Account 2"), lapsesAt: quiet ? null : now + 8 * DAY }, { account: account("Twilio Account 1") }), 40 * MINUTE, 7),
    row(n("Project mirror", "プロジェクトの写し"), "project_mirror", "zoho_projects", "admin", three({ account: account("pm-dev@example.com") }, { account: account("pm-stg@example.com"), unreachable: quiet ? null : { since: now - 32 * MINUTE, code: "timeout", long: false } }, { account: account("pm@example.com") }), HOUR, 2),
    row(n("Contract archive", "契約書の保管"), "contract_archive", "kura_archive", "admin", [station("all", { account: account("kura-client-01") })], 6 * HOUR, 1),
    row(n("Practice CRM", "練習用 CRM"), "practice_crm", "practice", "logged_in_user", [station("all", { account: account("aiko@practice.example", "Aiko Mori"), primary: true })], 2 * DAY),
    row(n("Release notices", "リリースのお知らせ"), "release_notices", "slack", "admin", [station("all", { health: not("disabled"), account: account("build-bot") })], 9 * DAY, 2),
    row(n("Issue mirror", "課題の写し"), "issue_mirror", "github", "admin", [station("all", { account: account("kumo-bot") })], 4 * DAY, 1),
    row(n("Drive uploads", "ドライブへの保存"), "drive_uploads", "google_drive", "logged_in_user", [station("all", { account: account("aiko@example.com", "Aiko Mori"), primary: true })], 45 * DAY),
  ];
  const more = [
    row(n("Invoice export", "請求書の書き出し"), "invoice_export", "xero", "admin", [station("all", { health: not("scopes_missing"), account: account("books@example.com") })], 3 * DAY, 1),
    row(n("Newsletter list", "メール配信先"), "newsletter_list", "hubspot", "admin", three({ account: account("mkt-dev@example.com") }, { health: not("client_refused"), account: account("mkt-stg@example.com") }, { health: not("outcome_unknown"), account: account("mkt@example.com") }), 2 * HOUR, 2),
    row(n("Contract search", "契約書の検索"), "contract_search", "kura_archive", "admin", [station("all", { health: not("connector_changed"), account: account("kura-client-02") })], 5 * DAY),
  ];
  // At the end, so that the others keep their identifiers.
  more.push(row(n("Old store checkout", "旧ストアの決済"), "old_store_checkout", "payflow", "admin", [station("all", { health: not("retired"), retired: "2024-09-26", account: account("store-till") })], 800 * DAY, 3));
  return quiet ? well.filter((one) => one.enabled) : [...troubled, ...more, ...well];
}

/** Very many connections. */
export function seedMany(count: number): ConnectionRow[] {
  made = 0;
  const places = ["Tokyo", "Osaka", "Lagos", "Lisbon", "Austin", "Pune", "Oslo", "Lima"];
  const things = ["orders", "leads", "invoices", "tickets", "stock", "visits", "reviews"];
  return Array.from({ length: count }, (_, i) => {
    const one = SERVICES[(i * 7) % (SERVICES.length - 3)] as Service;
    const name = `${places[i % places.length]} ${things[i % things.length]} ${String(i + 1).padStart(5, "0")}`;
    const bad = i % 23 === 5;
    const link = name.toLowerCase().replaceAll(" ", "_");
    const stations = i % 3 === 0
      ? three({ account: account(`dev${i}@example.com`) }, { account: account(`stg${i}@example.com`) }, bad ? { health: not("expired") } : { account: account(`ops${i}@example.com`) })
      : [station("all", bad ? { health: not("revoked") } : { account: account(`ops${i}@example.com`) })];
    return row(name, link, one.mark.id, i % 5 === 0 ? "logged_in_user" : "admin", stations, (i % 200) * HOUR, i % 12);
  });
}

/** Client registrations. */
export function seedRegistrations(): RegistrationView[] {
  return [
    { id: "019ab0c4-1111-7d22-9a51-5b1f0a7c2e10", connector: "zoho_crm", name: "Kumo Works, main", clientId: "1000.A7Q2MXP4H0ZLK8V3", hasSecret: true, secretDue: false, forClients: false, sentBack: true, redirectAddress: "http://127.0.0.1/callback/019ab0c4-1111-7d22-9a51-5b1f0a7c2e10", connections: 6 },
    { id: "019ab0c4-2222-7d22-9a51-5b1f0a7c2e10", connector: "salesforce", name: "Kumo sandbox", clientId: "3MVG9pRzvMkjMb6l", hasSecret: false, secretDue: true, forClients: false, sentBack: true, redirectAddress: "http://127.0.0.1:41990/callback/019ab0c4-2222-7d22-9a51-5b1f0a7c2e10", connections: 1 },
  ];
}

const mark = (id: string, name: string, monogram: string, hue: number): ServiceMark => ({ id, name, monogram, hue, practice: false });

/** Files of the connectors folder, one of each state. */
export function seedFiles(accepted: Set<string>): ConnectorFile[] {
  const hash = "9f2c4b7ad1e0835566aa01c3ffb2d4770a1e5b9c3d2f4e6a8b0c1d2e3f405162";
  const kura = byId("kura_archive").mark;
  const files: ConnectorFile[] = [
    { file: "depot.toml", hash, state: "draft", service: mark("depot", "Depot", "DE", 175), hosts: ["id.depot.example", "api.depot.example"], line: null, problem: null, unfinished: false, diff: [], connections: 0 },
    {
      file: "kura_archive.toml", hash, state: "changed", service: kura, hosts: ["id.kura.example", "api.kura.example", "files.kura.example"], line: null, problem: null, unfinished: false, connections: 2,
      diff: [
        { change: "same", text: "[api]" },
        { change: "same", text: 'base = "https://api.kura.example/v1"' },
        { change: "removed", text: 'hosts = ["api.kura.example"]' },
        { change: "added", text: 'hosts = ["api.kura.example", "files.kura.example"]' },
      ],
    },
    { file: "old-forms.toml", hash, state: "bad", service: null, hosts: [], line: 14, problem: "`token` must be an https address.", unfinished: false, diff: [], connections: 0 },
    { file: "warehouse.toml", hash, state: "accepted", service: mark("warehouse", "Warehouse", "WH", 40), hosts: ["sso.warehouse.example"], line: null, problem: null, unfinished: false, diff: [], connections: 1 },
  ];
  return files.map((file) => (accepted.has(file.file) ? { ...file, state: "accepted", diff: [] } : file));
}

/** Where the acting member stays signed in. */
export function seedKept(): KeptSignInView[] {
  const now = Date.now();
  const kept = (id: string, at: string, account: string, used: number): KeptSignInView => ({ id, service: byId(at).mark, account, keptSince: now - 60 * DAY, lastUsed: now - used });
  return [kept("kept-1", "zoho_crm", "aiko@example.com", 2 * DAY), kept("kept-2", "practice", "aiko@practice.example", 9 * DAY), kept("kept-3", "kura_archive", "the-account-for-long-names-of-the-accounting-department@kumo-works.example", 40 * DAY)];
}

/** The connection whose token has no end. */
const KEY = "team_alerts";

/** A connection's details, made up from its row. */
export function environmentsOf(one: ConnectionRow, registrations: RegistrationView[], draft: NewConnection | null, start: Start, kept: KeptSignInView[] = []): ConnectionView {
  const keptOf = (id: string): string | null => kept.find((sign) => sign.service.id === id)?.id ?? null;
  const now = Date.now();
  const scopes = scopesOf(one.service.id).filter((scope) => (draft ? draft.scopes.includes(scope.name) : scope.default));
  const host = byId(one.service.id).host;
  const own = registrations.filter((registration) => registration.connector === one.service.id);
  const connector = connectorView(one.service.id, registrations, start.locale);
  const asked = scopes.map((scope) => scope.name);
  const cards = one.stations.map((at, i): EnvironmentCard => {
    const filled = at.account !== null;
    return {
      station: at, authorizedAt: filled ? now - (80 - i) * DAY : null, authorizedBy: filled ? start.member.name : null, primarySince: at.primary ? now - (80 - i) * DAY : null,
      // What has no end is verified instead of renewed.
      renews: filled && one.linkName !== KEY, expiresAt: filled && one.linkName !== KEY ? now + (42 - i * 12) * MINUTE : null,
      lastRenewed: filled && one.linkName !== KEY ? now - 18 * MINUTE : null, verifiedAt: filled && one.linkName === KEY ? now - 3 * HOUR : null, asked,
      granted: filled ? asked.slice(0, asked.length - at.missingScopes) : null, settings: {}, registration: null,
      member: null,
      sharedWith: one.linkName === "team_alerts" ? ["Release notices"] : [],
      unattended: usesOf(one, at.reach).filter((use) => use.nextRun !== null),
    };
  });
  const people: [string, string][] = [["Aiko Mori", "aiko@example.com"], ["Ben Osei", "ben@example.com"], ["Chidi Nwosu", "chidi@example.com"], ["Dana Kim", "dana@example.com"]];
  const filledStations = one.stations.filter((at) => at.account !== null);
  const accounts: ConnectionView["accounts"] =
    one.kind === "logged_in_user" && one.stations.length === 3
      ? people.map(([name, email], i) => ({
          member: { id: `member-${i + 1}`, name, role: i === 0 ? "super_admin" : i < 3 ? "admin" : "developer" }, account: { label: email, name, email },
          places: one.stations.map((at) => ({ reach: at.reach, health: i === 2 && at.reach === "production" ? not("revoked") : connected, primary: at.primary && at.account?.label === email, ...NO_ACTS })),
          authorizedAt: now - (80 - i * 20) * DAY, lastUsed: now - i * 22 * HOUR - 3 * MINUTE, locked: i === 1, lapsesAt: i === 1 ? now + 40 * MINUTE : null, kept: i === 0 ? keptOf(one.service.id) : null,
        }))
      : filledStations.map((at) => ({
          member: one.kind === "logged_in_user" ? start.member : null, account: at.account as AccountView,
          places: [{ reach: at.reach, health: at.health, primary: at.primary, ...NO_ACTS }], authorizedAt: now - 80 * DAY, lastUsed: one.lastUsed, locked: false, lapsesAt: null, kept: keptOf(one.service.id),
        }));
  return {
    row: one, scopes, registration: one.service.practice ? null : (own[0] ?? null), registrations: own, parameters: connector?.parameters ?? [],
    settings: draft?.settings ?? (one.service.id === "salesforce" ? { subdomain: "kumo" } : {}), host, hosts: connector?.hosts ?? [],
    apiBase: one.service.practice ? "http://127.0.0.1:41990/api" : `https://${connector?.hosts[0] ?? host}/v1`, tryPath: one.service.practice ? "/contacts" : "/users/me",
    createdAt: now - 81 * DAY, createdBy: one.kind === "system" ? null : start.member.name, environments: cards, accounts, setAside: one.linkName === "team_alerts" ? [setAside(now)] : [], mayManage: true, problem: null,
    needed: one.linkName === "lead_intake" ? [{ scope: "ZohoCRM.bulk.READ", uses: ["Morning digest"], asked: false }] : [],
  };
}

/** An account of the environments a connection had before. */
const setAside = (now: number): AccountRow => ({
  member: null, account: { label: "stage-alerts@example.com", name: null, email: "stage-alerts@example.com" },
  places: [{ reach: "stage", health: connected, primary: false, ...NO_ACTS }], authorizedAt: now - 92 * DAY, lastUsed: now - 40 * DAY, locked: false, lapsesAt: null, kept: null,
});

/** What revoking would stop. */
export function impactOf(one: ConnectionRow, reach: Reach): Impact {
  const at = one.stations.find((known) => known.reach === reach) ?? (one.stations[0] as Station);
  const now = Date.now();
  const stops = at.primary && one.uses > 0
    ? [["Morning digest", 2 * HOUR], ["Overdue reminder", 5 * HOUR], ["Weekly summary", 3 * DAY]].map(([name, wait]) => ({
        area: "schedule", name: String(name), application: "Tasks", environment: reach === "all" ? ("production" as const) : reach, nextRun: now + Number(wait),
      }))
    : [];
  const goesOn = at.primary && one.uses > 2 ? [{ area: "form_workflow", name: "Post when a task is done", application: "Tasks", environment: reach === "all" ? ("production" as const) : reach, nextRun: null }] : [];
  return {
    refused: null, goesOn, account: at.account ?? account("?"), own: true, environments: reach === "all" ? ["development", "stage", "production"] : [reach], stops,
    sharedWith: one.linkName === "team_alerts" ? ["Release notices"] : [], primary: at.primary, atProvider: true, host: byId(one.service.id).host,
  };
}

/** An answer of *Try it*. */
export function answerOf(one: ConnectionRow, path: string, as: string): TryAnswer {
  const body = JSON.stringify({ data: [{ id: 1, name: "Hana Sato", email: "hana@practice.example", active: true }, { id: 2, name: "Luis Ortega", email: "luis@practice.example", active: false, note: null }], total: 2 }, null, 2);
  return {
    status: 200, ok: true, address: `${byId(one.service.id).host}${path.startsWith("/") ? "" : "/"}${path}`,
    headers: [["content-type", "application/json; charset=utf-8"], ["cache-control", "no-store"], ["date", "Mon, 23 Nov 2026 05:32:10 GMT"], ["set-cookie", "••••24"]],
    mediaType: "application/json", body, truncated: false, bytes: body.length, millis: 84, account: as,
  };
}

/** An attempt, as the timeline tells it. */
export function seedTimeline(reach: Reach, ok: boolean, locale: Locale, at: number): FlowRecord {
  const n = (en: string, ja: string): string => pick([en, ja], locale);
  const step = (after: number, well: boolean, text: string, wire: string[] = [], millis: number | null = null, help: string | null = null): StepView => ({ at: at + after, ok: well, text, help, wire, millis });
  const begun = [
    step(0, true, n("Aiko Mori began, from the window", "森 愛子さんがウィンドウから開始")),
    step(12, true, n("Sign-in page asked for, with PKCE S256 and state", "サインイン画面を要求 (PKCE S256、state)"), ["GET https://accounts.zoho.com/oauth/v2/auth", "  response_type=code  client_id=1000.A7Q2…", "  code_challenge=••••43  state=••••43"]),
  ];
  return ok
    ? {
        id: `flow-seed-${at}`, reach, startedAt: at, agent: "webview", outcome: "connected", ok, summary: n("Connected as aiko@example.com", "aiko@example.com として接続"),
        steps: [
          ...begun,
          step(21_407, true, n("The page answered with a code; state and issuer match", "コードを受け取り、state と発行者が一致"), ["GET http://127.0.0.1/callback/019ab0c4…", "  code=••••70  state=••••43  iss=https://accounts.zoho.com"]),
          step(21_690, true, n("Code exchanged for tokens", "コードをトークンに交換"), ["POST https://accounts.zoho.com/oauth/v2/token", "  grant_type=authorization_code  code=••••70  code_verifier=••••43", "200 application/json", "  access_token=••••70  refresh_token=••••70  expires_in=3600"], 283),
          step(21_802, true, n("Asked who signed in: aiko@example.com", "サインインした人を確認: aiko@example.com"), [], 112),
          step(21_816, true, n("Sealed and stored", "封をして保存"), [], 9),
        ],
      }
    : {
        id: `flow-seed-${at}`, reach, startedAt: at, agent: "webview", outcome: "access_denied", ok, summary: n("The sign-in page said “access denied”", "サインイン画面が「access denied」と回答"),
        steps: [
          ...begun,
          step(34_120, false, n("The page answered with error access_denied", "エラー access_denied を受け取り"), ["GET http://127.0.0.1/callback/019ab0c4…", "  error=access_denied  state=••••43"], null, n("Somebody pressed Reject on the consent page, or the account may not grant these scopes. Authorize again with an account that may, or ask for fewer scopes.", "同意画面で拒否されたか、このアカウントには許可できない範囲です。許可できるアカウントで認証し直すか、スコープを減らしてください。")),
        ],
      };
}

/** What a damaged disk might leave. */
export function seedUnreadable(): Unreadable[] {
  return [
    { what: "connection", id: "0198f2c4-77aa-7c11-9d0e-2f1a4c5b6d7e", name: "Parcel labels", why: "scopes: JSON, line 1 column 2", since: Date.UTC(2026, 10, 25, 8, 12) },
    { what: "authorization", id: "0198f2c4-77aa-7c11-9d0e-2f1a4c5b6d7f", name: "Lead intake, Customer lookup", why: "health: unknown word `splendid`", since: Date.UTC(2026, 10, 25, 8, 12) },
    { what: "member", id: "0198f2c4-77aa-7c11-9d0e-2f1a4c5b6d80", name: "Rei", why: "role: unknown word `pirate`", since: Date.UTC(2026, 10, 25, 8, 12) },
    { what: "connection", id: "412", name: "", why: "column id holds Text", since: Date.UTC(2026, 10, 26, 7, 40) },
  ];
}
