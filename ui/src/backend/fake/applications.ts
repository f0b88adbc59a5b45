// Applications of the fake workspace: with whom they are shared, what they may use, what they do.
import type {
  ApplicationMark, Commands, Component, ConnectionId, ConnectionMark, ConnectionRow, Edition, Environment, Failure, LiveRow, NewConnection, Role, Start, Station, UsePlace,
} from "../bindings";
import { failureOf, type FailureCode } from "./failures";
import { answerOf, gallery, impactOf } from "./seed";

type Names = "applications_list" | "application_get" | "application_create" | "application_change" | "application_delete" | "application_share" | "application_grant"
  | "application_grantable" | "application_access_impact" | "application_services" | "application_try" | "connection_uses" | "live_applications" | "live_get" | "live_rename" | "live_impact" | "live_revoke" | "edit_get";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["answer"] };

interface Place {
  id: string;
  link: string;
  application: string;
  environment: Environment;
  area: string;
  name: string;
  scopes: string[];
  wait: number | null;
  unattended: boolean;
}
interface One {
  mark: ApplicationMark;
  createdAt: number;
  members: string[];
  links: string[];
}
/** What the rest of the fake lends. */
interface Around {
  start: () => Start;
  rows: () => ConnectionRow[];
  setStation: (id: ConnectionId, reach: Station["reach"], part: Partial<Station>) => void;
  changed: () => void;
  /** Makes a connection; the fake of the program knows how. */
  create: (draft: NewConnection) => ConnectionId;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PEOPLE: [id: string, name: string, role: Role, active: boolean][] = [
  ["member-1", "Aiko Mori", "super_admin", true], ["member-2", "Ben Osei", "admin", true], ["member-3", "Chidi Nwosu", "developer", true],
  ["member-4", "Dana Kim", "user", true], ["member-5", "Elif Kaya", "portal_user", true], ["member-6", "Farid Aziz", "user", false],
];

/** Of each area, one that other parts of the fake workspace know. */
const ITEMS: Record<string, string> = { form_workflow: "form-1", schedule: "schedule-1", page_panel: "panel-1", integration_task: "task-1", invoke_url: "call-1" };

const application = (id: string, name: string, edition: Edition, members: number[], links: string[]): One => ({
  mark: { id, name, edition }, createdAt: Date.now() - 200 * DAY, members: members.map((at) => `member-${at}`), links,
});
const place = (link: string, app: string, environment: Environment, area: string, name: string, scopes: string[], wait: number | null = null, unattended = wait !== null): Place => ({ id: `use-${link}-${environment}-${name}`, link, application: app, environment, area, name, scopes, wait, unattended });
const markOf = (row: ConnectionRow): ConnectionMark => ({ id: row.id, name: row.name, linkName: row.linkName, service: row.service, kind: row.kind, enabled: row.enabled });
const stationOf = (row: ConnectionRow, environment: Environment): Station => row.stations.find((one) => one.reach === "all" || one.reach === environment) ?? (row.stations[0] as Station);

export function applicationHandlers(around: Around, empty: boolean): { handlers: Handlers; mayUse: (applications: string[], row: ConnectionRow) => boolean } {
  const ja = around.start().locale === "ja";
  const n = (en: string, other: string): string => (ja ? other : en);
  let all: One[] = empty ? [] : [
    application("app-orders", n("Orders", "注文管理"), "c6", [1, 2, 4, 5], ["lead_intake", "customer_lookup", "visit_reminders", "shop_payments", "zoho_crm"]),
    application("app-tasks", n("Tasks", "タスク"), "c6", [1, 4], ["task_messages", "team_alerts", "practice_crm", "candidate_sheet"]),
    application("app-library", n("Library desk", "図書カウンター"), "c5", [2], ["team_alerts"]),
  ];
  const places: Place[] = empty ? [] : [
    place("lead_intake", "app-orders", "production", "form_workflow", n("New order", "注文の登録"), ["leads.create"]),
    place("lead_intake", "app-orders", "development", "form_workflow", n("New order", "注文の登録"), ["leads.create"]),
    place("customer_lookup", "app-orders", "production", "form_workflow", n("New order", "注文の登録"), []),
    place("lead_intake", "app-orders", "production", "schedule", n("Nightly sync", "夜間の同期"), ["leads.read"], 5 * HOUR),
    place("visit_reminders", "app-orders", "production", "sms", n("Visit tomorrow", "明日の来店"), [], 2 * HOUR),
    place("shop_payments", "app-orders", "production", "payment", n("Checkout", "お支払い"), ["payments.write", "refunds.write"]),
    place("zoho_crm", "app-orders", "stage", "page_panel", n("Customer card", "顧客カード"), []),
    place("task_messages", "app-tasks", "production", "schedule", n("Morning digest", "朝のまとめ"), [], 9 * HOUR),
    place("task_messages", "app-tasks", "production", "integration_task", n("Tell the owner", "担当者へ通知"), []),
    place("team_alerts", "app-tasks", "production", "invoke_url", n("Overdue alert", "期限切れの通知"), ["chat:write"]),
  ];
  const refuse = (code: FailureCode): never => {
    throw failureOf(code, around.start().locale);
  };
  const need = (id: string): One => all.find((one) => one.mark.id === id) ?? refuse("application_unknown");
  const rowOf = (link: string): ConnectionRow | undefined => around.rows().find((row) => row.linkName === link);
  const ofId = (id: ConnectionId): ConnectionRow => around.rows().find((row) => row.id === id) ?? refuse("connection_unknown");
  const fits = (one: One, row: ConnectionRow): Failure | null => (one.mark.edition === "c5" && row.kind === "logged_in_user" ? failureOf("edition_too_old", around.start().locale) : null);
  const manages = (): boolean => !["user", "portal_user"].includes(around.start().member.role);
  const managers = (): void => {
    if (!manages()) refuse("role_not_allowed");
  };

  function used(one: Place): UsePlace[] {
    const row = rowOf(one.link);
    const owner = all.find((known) => known.mark.id === one.application);
    if (!row || !owner) return [];
    const at = stationOf(row, one.environment);
    const stopped = !owner.links.includes(row.linkName) ? failureOf("application_no_access", around.start().locale)
      : at.health.state !== "connected" ? failureOf("not_connected", around.start().locale)
      : one.unattended && at.noPrimary ? failureOf("no_primary", around.start().locale) : null;
    return [{
      id: one.id, connection: markOf(row), application: owner.mark, environment: one.environment, area: one.area, item: ITEMS[one.area] ?? null, name: one.name,
      scopes: one.scopes.map((name) => ({ name, asked: name !== "refunds.write" })), unattended: one.unattended, nextRun: one.wait === null ? null : Date.now() + one.wait, stopped,
    }];
  }
  const usesOf = (test: (one: Place) => boolean): UsePlace[] => places.filter(test).flatMap(used);

  function live(row: ConnectionRow, environment: Environment): LiveRow {
    const at = stationOf(row, environment);
    const mine = at.account !== null;
    return {
      connection: markOf(row), reach: at.reach, health: at.health, unreachable: at.unreachable, unproven: at.unproven, account: at.account, lapsesAt: at.lapsesAt, primary: at.primary && row.kind === "logged_in_user" && manages(),
      mayAuthorize: row.enabled, mayRevoke: mine && !(at.health.state === "not_connected" && at.health.reason === "revoked"),
    };
  }
  const liveRows = (one: One, environment: Environment): LiveRow[] =>
    one.links.flatMap((link) => rowOf(link) ?? []).filter((row) => manages() || row.kind === "logged_in_user").map((row) => live(row, environment));

  // A member who is no manager has authorized nothing yet.
  if (!manages()) {
    for (const row of around.rows().filter((one) => one.kind === "logged_in_user")) {
      around.setStation(row.id, "all", {
        health: { state: "not_connected", reason: "never_authorized" }, account: null, primary: false, noPrimary: false, others: 0, lapsesAt: null, retired: null, unreachable: null, unproven: false, missingScopes: 0, mend: "authorize",
      });
    }
  }

  const handlers: Handlers = {
    applications_list: () => {
      managers();
      return all.map((one) => ({ application: one.mark, members: one.members.length, connections: one.links.length, uses: places.filter((each) => each.application === one.mark.id).length }));
    },
    application_get: ({ application: id }) => {
      managers();
      const one = need(id);
      return {
        application: one.mark, createdAt: one.createdAt, kinds: one.mark.edition === "c6" ? ["system", "admin", "logged_in_user"] : ["system", "admin"],
        members: PEOPLE.map(([member, name, role, active]) => ({ member: { id: member, name, role }, active, manager: !["user", "portal_user"].includes(role), shared: one.members.includes(member) })),
        connections: one.links.flatMap((link) => rowOf(link) ?? []).map((row) => ({ connection: markOf(row), uses: places.filter((each) => each.application === id && each.link === row.linkName).length })),
        uses: usesOf((each) => each.application === id), mayManage: true, mayGrant: true,
      };
    },
    application_create: ({ name, edition }) => {
      if (all.some((one) => one.mark.name.toLowerCase() === name.toLowerCase())) refuse("name_taken");
      const id = `app-made-${all.length + 1}`;
      all = [...all, { mark: { id, name, edition }, createdAt: Date.now(), members: ["member-1"], links: [] }];
      around.changed();
      return id;
    },
    application_change: ({ application: id, name, edition }) => {
      const one = need(id);
      if (edition === "c5" && one.links.some((link) => rowOf(link)?.kind === "logged_in_user")) refuse("edition_too_old");
      one.mark = { id, name, edition };
      around.changed();
      return handlers.application_get({ application: id });
    },
    application_delete: ({ application: id }) => {
      all = all.filter((one) => one.mark.id !== need(id).mark.id);
      around.changed();
    },
    application_share: ({ application: id, member, shared }) => {
      const one = need(id);
      one.members = shared ? [...one.members, member] : one.members.filter((known) => known !== member);
      return handlers.application_get({ application: id });
    },
    application_grant: ({ application: id, connection, granted }) => {
      const one = need(id);
      const row = ofId(connection);
      if (granted && fits(one, row)) refuse("edition_too_old");
      one.links = granted ? [...one.links, row.linkName] : one.links.filter((link) => link !== row.linkName);
      around.changed();
    },
    application_grantable: ({ application: id, search }) => {
      const one = need(id);
      const wanted = search.normalize("NFKC").toLowerCase();
      return around.rows().filter((row) => !one.links.includes(row.linkName) && `${row.name} ${row.service.name}`.normalize("NFKC").toLowerCase().includes(wanted)).map((row) => ({ connection: markOf(row), refused: fits(one, row) }));
    },
    application_access_impact: ({ application: id, connection }) => {
      const one = need(id);
      const row = ofId(connection);
      const uses = usesOf((each) => each.application === id && each.link === row.linkName);
      return {
        application: one.mark, connection: markOf(row), stops: uses.filter((use) => use.stopped === null), stopped: uses.filter((use) => use.stopped !== null).length,
        members: row.kind === "logged_in_user" ? PEOPLE.filter(([member, , role]) => one.members.includes(member) && ["user", "portal_user"].includes(role)).map(([, name]) => name) : [],
      };
    },
    application_services: ({ application: id }) => {
      managers();
      need(id);
      const known = (service: string): ConnectionMark[] => around.rows().filter((row) => row.kind === "system" && row.service.id === service).map(markOf);
      return gallery(around.start().locale).filter((one) => one.category !== "payments")
        .map((one) => ({ service: one.service, tryPath: one.service.practice ? "/contacts" : null, connection: known(one.service.id)[0] ?? null, refused: one.refused }));
    },
    application_try: ({ request }) => {
      managers();
      const one = need(request.application);
      const system = (): ConnectionRow | undefined => around.rows().find((each) => each.kind === "system" && each.service.id === request.service);
      const made = system() === undefined;
      const service = gallery(around.start().locale).find((each) => each.service.id === request.service)?.service ?? refuse("connector_unknown");
      if (made) around.create({ name: service.name, linkName: null, connector: service.id, kind: "system", mode: "same", scopes: [], registration: null, settings: {}, reuse: null });
      const row = system() ?? refuse("connection_unknown");
      one.links = [...new Set([...one.links, row.linkName])];
      const at = stationOf(row, request.environment);
      const works = at.health.state === "connected";
      return {
        connection: markOf(row), made, answer: works ? answerOf(row, request.path, at.account?.label ?? "") : null,
        refused: works ? null : failureOf("not_connected", around.start().locale),
      };
    },
    connection_uses: ({ connection }) => {
      const row = ofId(connection);
      const has = (one: One): boolean => one.links.includes(row.linkName);
      return {
        applications: all.filter(has).map((one) => ({ application: one.mark, uses: places.filter((each) => each.application === one.mark.id && each.link === row.linkName).length })),
        others: all.filter((one) => !has(one)).map((one) => ({ application: one.mark, refused: fits(one, row) })),
        uses: usesOf((each) => each.link === row.linkName), mayManage: true, mayGrant: true,
      };
    },
    live_applications: () => all.filter((one) => manages() || one.members.includes("member-4")).map((one) => one.mark),
    live_get: ({ application: id, environment }) => {
      const one = need(id);
      if (!manages() && !one.members.includes("member-4")) refuse("application_not_shared");
      return { application: one.mark, environment, rows: liveRows(one, environment), mayEdit: manages() };
    },
    live_rename: ({ application: id, environment, connection, label }) => {
      const row = ofId(connection);
      const at = stationOf(row, environment);
      around.setStation(connection, at.reach, { account: at.account && { ...at.account, label } });
      return handlers.live_get({ application: id, environment });
    },
    live_impact: ({ environment, connection }) => {
      const row = ofId(connection);
      const impact = impactOf(row, stationOf(row, environment).reach);
      return manages() ? impact : { ...impact, stops: [], sharedWith: [] };
    },
    live_revoke: ({ environment, connection }) => {
      const row = ofId(connection);
      around.setStation(connection, stationOf(row, environment).reach, { health: { state: "not_connected", reason: "revoked" }, primary: false, mend: "authorize" });
      around.changed();
      return { atProvider: true, failure: null };
    },
    edit_get: ({ application: id, environment, component }) => {
      managers();
      const one = need(id);
      const here = places.filter((each) => each.application === id && each.environment === environment);
      const known: Component[] = [];
      for (const each of here) if (!known.some((other) => other.area === each.area && other.name === each.name)) known.push({ area: each.area, name: each.name });
      known.sort((a, b) => a.area.localeCompare(b.area) || a.name.localeCompare(b.name));
      const of = (wanted: Component): Place[] => here.filter((each) => each.area === wanted.area && each.name === wanted.name);
      const shown = known.find((each) => each.area === component?.area && each.name === component.name) ?? known[0] ?? null;
      return {
        application: one.mark, environment, component: shown,
        components: known.map((each) => ({ component: each, connections: new Set(of(each).map((place_) => place_.link)).size })),
        rows: shown === null ? [] : [...new Set(of(shown).map((each) => each.link))].flatMap((link) => {
          const row = rowOf(link);
          return row ? [{ row: live(row, environment), uses: of(shown).filter((each) => each.link === link).flatMap(used) }] : [];
        }),
      };
    },
  };
  return { handlers, mayUse: (wanted, row) => all.some((one) => wanted.includes(one.mark.id) && one.links.includes(row.linkName)) };
}
