// The program, in memory: for development in a browser and for the screen tests. Never part of
// what is shipped. `?locale=ja&theme=dark&home=first|empty|many|quiet&vault=…&keyring=no` choose
// where it begins; `opening=<ms>` how long it takes to; `?flow=<stage>` what the flow window meets.
import type { Backend, Events } from "./backend";
import type {
  AccountView, ApplicationId, Commands, ConnectionId, ConnectionRow, Failure, FlowRecord, FlowView, GalleryEntry, KeptSignInView, NewConnection, PracticeFaults, Reach,
  RegistrationView, Role, Seen, Start, Station, WorkflowDraft,
} from "./bindings";
import { many, serviceHandlers, withRecent } from "./fake/services";
import { availabilityHandlers, offeredBy, refusedBy } from "./fake/availability";
import { applicationHandlers } from "./fake/applications";
import { callHandlers } from "./fake/calls";
import { retentionHandlers } from "./fake/retention";
import { scheduleHandlers } from "./fake/schedules";
import { sourceHandlers } from "./fake/sources";
import { failureOf, type FailureCode } from "./fake/failures";
import { CODE, flowView, succeed } from "./fake/flows";
import { sendingHandlers } from "./fake/sending";
import { panelHandlers } from "./fake/panels";
import { taskHandlers } from "./fake/tasks";
import { templateHandlers } from "./fake/templates";
import { workflowHandlers } from "./fake/workflows";
import { typedInto } from "./fake/typing";
import { builderHandlers } from "./fake/builder";
import { keyHandlers } from "./fake/keys";
import { driftOf, managing } from "./fake/managing";
import { paperHandlers } from "./fake/papers";
import { fakeWork } from "./fake/work";
import { memberHandlers } from "./fake/members";
import { backupHandlers, heldOf, restoredView, unusableOf } from "./fake/backups";
import { ACTORS, seedActivity } from "./fake/activity";
import { answerOf, connectorView, environmentsOf, gallery, impactOf, seed, seedFiles, seedKept, seedMany, seedRegistrations, seedTimeline, seedUnreadable } from "./fake/seed";

type Args<K extends keyof Commands> = Commands[K]["args"];
type Answer<K extends keyof Commands> = Commands[K]["answer"];
type Handlers = { [K in keyof Commands]: (args: Args<K>) => Answer<K> | Promise<Answer<K>> };

const query = new URLSearchParams(typeof location === "undefined" ? "" : location.search);
const ask = (name: string): string | null => query.get(name);
/** How long the program takes to answer, in milliseconds. */
const LATENCY = Number(ask("latency") ?? 4);
/** How long a person takes to sign in. */
const SIGN_IN = Number(ask("signin") ?? 500);

const ROLES: readonly Role[] = ["super_admin", "admin", "developer", "user", "portal_user"];

interface World {
  start: Start;
  /** The workspace's country. */
  country: string | null;
  rows: ConnectionRow[];
  drafts: Map<ConnectionId, NewConnection>;
  registrations: RegistrationView[];
  timelines: Map<ConnectionId, FlowRecord[]>;
  faults: PracticeFaults;
  accepted: Set<string>;
  flow: FlowView | null;
  kept: KeptSignInView[];
  /** A kept sign-in whose page is open. */
  open: string | null;
  made: number;
}

const needing = (row: ConnectionRow): boolean => row.enabled && row.stations.some((station) => station.mend !== null);
const slug = (name: string): string => name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "");

/** As the program has it: what stands beside a health stands beside "connected". */
const isIn = (station: Station, state: Seen): boolean => {
  if (station.health.state !== "connected") return station.health.reason === state;
  return state === "connected" || (state === "unreachable" && station.unreachable !== null) || (state === "no_primary" && station.noPrimary);
};

/** Makes a program; tests make their own. */
export function makeFake(options: URLSearchParams = query): Backend & { world: World } {
  const of = (name: string): string | null => options.get(name);
  const locale = of("locale") === "ja" ? "ja" : "en";
  const home = of("home") ?? "full";
  const opened = Date.now() + Number(of("opening") ?? 0);
  let damaged = of("broken") === "damaged";
  const heard = new Map<keyof Events, Set<(payload: never) => void>>();

  const world: World = {
    start: {
      workspace: home === "first" ? null : { name: "Kumo Works", plan: of("plan") === "free" ? "free" : "paid", dataCenter: of("dc") ?? "us" },
      refused: null,
      unusable: null,
      member: { id: home === "first" ? null : "member-1", name: locale === "ja" ? "森 愛子" : "Aiko Mori", role: ROLES.find((role) => role === of("role")) ?? "super_admin" },
      session: {
        signedIn: of("seat") !== "locked", passphrase: of("passphrase") === "set", askPassphrase: of("ask") === "1",
        alone: home === "first" || of("members") === "one", autoLock: 15,
      },
      vault: { state: "open", keyring: of("keyring") !== "no" },
      restored: null,
      setAside: of("aside") ? ["data.sqlite.damaged-2026-11-26-093000"] : [],
      locale,
      theme: of("theme") === "dark" ? "dark" : of("theme") === "system" ? "system" : "light",
      problems: of("problem") ? [failureOf("connector_file", locale)] : [],
      keyring: of("keyring") !== "no",
      needing: 0,
      version: "0.1.0",
      home: "~/.local/share/tsunagi",
    },
    country: of("country") ?? "IN",
    rows: home === "first" || home === "empty" ? [] : home === "many" ? seedMany(2000) : seed(locale, home === "quiet"),
    drafts: new Map(),
    registrations: home === "first" || home === "empty" ? [] : seedRegistrations(),
    timelines: new Map(),
    faults: { accessSeconds: null, token: null, api: null, slowMillis: null },
    accepted: new Set(),
    flow: null,
    kept: home === "full" ? seedKept() : [],
    open: of("open"),
    made: 0,
  };
  world.start.refused = refusedBy(world.start);
  if (home === "first") world.start.vault = { state: "none" };
  const restore = (): void => {
    world.start.restored = restoredView(of("restored") === "taken", world.start.member.role);
    world.rows = world.rows.map((row) => ({ ...row, stations: row.stations.map((station) => ({ ...station, unproven: station.account !== null })) }));
  };
  if (of("restored")) restore();
  const vault = of("vault");
  if (vault === "waiting") world.start.vault = { state: "waiting" };
  if (vault === "locked") world.start.vault = { state: "locked", failure: failureOf("keyring_locked", locale) };
  if (vault === "passphrase") world.start.vault = { state: "needs_passphrase" };

  const tell = <K extends keyof Events>(event: K, payload: Events[K]): void => {
    for (const one of heard.get(event) ?? []) one(payload as never);
  };
  const changed = (): void => tell("changed", null);
  const refuse = (code: FailureCode, with_: Partial<Failure> = {}): never => {
    throw { ...failureOf(code, world.start.locale), ...with_ };
  };
  const need = (id: ConnectionId): ConnectionRow => world.rows.find((row) => row.id === id) ?? refuse("connection_unknown");
  const started = (): Start => ({ ...world.start, unusable: unusableOf(world.start), needing: world.rows.flatMap((row) => (row.enabled ? row.stations.filter((station) => station.mend !== null) : [])).length });
  const put = (row: ConnectionRow): void => {
    const now = { ...row, needsPerson: needing(row), drift: driftOf(row.stations) };
    world.rows = world.rows.some((one) => one.id === row.id) ? world.rows.map((one) => (one.id === row.id ? now : one)) : [...world.rows, now];
  };
  const setStation = (id: ConnectionId, reach: Reach, part: Partial<Station>): void => {
    const row = need(id);
    put({ ...row, stations: row.stations.map((station) => (station.reach === reach || reach === "all" ? { ...station, ...part } : station)) });
  };
  const viewOf = (id: ConnectionId): Answer<"connection_get"> => managed.decorate(environmentsOf(need(id), world.registrations, world.drafts.get(id) ?? null, world.start, world.kept));
  let torn = of("unreadable") ? seedUnreadable() : [];
  const work = fakeWork(options);
  const managed = managing({
    start: () => world.start, rows: () => world.rows, put, setStation, view: (id) => viewOf(id), changed, refuse,
    remove: (id) => {
      world.rows = world.rows.filter((row) => row.id !== id);
      torn = torn.filter((one) => one.id !== id);
    },
    torn: () => torn,
    list: (asked) => found(asked),
    quiet: home === "quiet",
    registrations: () => world.registrations, setRegistrations: (all) => (world.registrations = all),
  });

  /** Signing in as a person would, a moment later. */
  const signIn = (row: ConnectionRow, reach: Reach, id: string): void => {
    world.flow = flowView(id, row, reach);
    setTimeout(() => {
      const account = succeed(row);
      setStation(row.id, reach, {
        health: { state: "connected" }, account, primary: row.kind === "logged_in_user", noPrimary: false, unreachable: null, missingScopes: 0, mend: null,
      });
      world.timelines.set(row.id, [seedTimeline(reach, true, world.start.locale, Date.now()), ...(world.timelines.get(row.id) ?? [])]);
      if (world.flow?.id === id) {
        world.flow = { ...world.flow, stage: "done", account, primary: row.kind === "logged_in_user" };
        tell("flow", world.flow);
      }
      changed();
    }, SIGN_IN);
  };

  const applications = applicationHandlers({ start: () => world.start, rows: () => world.rows, setStation, changed, create: (draft) => create(draft) }, home === "first" || home === "empty");

  function found(asked: Args<"connections_list">["query"]): ConnectionRow[] {
    const wanted = asked.search.normalize("NFKC").toLowerCase();
    const fits = (row: ConnectionRow): boolean =>
      `${row.name} ${row.linkName} ${row.service.name} ${row.stations.map((station) => station.account?.label ?? "").join(" ")}`.normalize("NFKC").toLowerCase().includes(wanted) &&
      (asked.kinds.length === 0 || asked.kinds.includes(row.kind)) &&
      (asked.services.length === 0 || asked.services.includes(row.service.id)) &&
      (asked.applications.length === 0 || applications.mayUse(asked.applications, row)) &&
      (asked.health.length === 0 || row.stations.some((station) => asked.health.some((state) => isIn(station, state))));
    const fitting = world.rows.filter(fits);
    return fitting
      .filter((row) => asked.needsPerson === null || needing(row) === asked.needsPerson)
      .toSorted((a, b) => (asked.sort === "name" ? a.name.localeCompare(b.name, world.start.locale) : (b.lastUsed ?? 0) - (a.lastUsed ?? 0)));
  }

  const services = (): GalleryEntry[] => many(gallery(world.start.locale), Number(of("services") ?? 0));
  const calls = callHandlers({ start: () => world.start, rows: () => world.rows, view: (id) => viewOf(id), live: (application, environment) => applications.handlers.live_get({ application, environment }), changed }, work, options, home === "first" || home === "empty");
  const workflows = workflowHandlers({
    start: () => world.start, rows: () => world.rows, live: (application, environment) => applications.handlers.live_get({ application, environment }),
    grant: (application, connection) => applications.handlers.application_grant({ application, connection, granted: true }), create: (draft) => create(draft), changed,
  }, work, options, home === "first" || home === "empty");
  const handlers: Handlers = {
    ...serviceHandlers({ start: () => world.start, country: () => world.country, gallery: services, connector: (id) => connectorView(id, world.registrations, world.start.locale), missing: () => refuse("connector_unknown") }),
    start: async () => {
      if (damaged) throw failureOf("catalog_damaged", locale);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, opened - Date.now())));
      return started();
    },
    welcome_found: ({ founding }) => {
      if (!world.start.keyring && (founding.passphrase ?? "").length < 8) refuse("passphrase_short");
      world.start = {
        ...world.start,
        workspace: { name: founding.workspace, plan: "paid", dataCenter: "us" },
        member: { id: "member-1", name: founding.member, role: "super_admin" },
        vault: { state: "open", keyring: world.start.keyring },
      };
      let connection: ConnectionId | null = null;
      if (founding.practice) {
        connection = create({ name: "Practice CRM", linkName: null, connector: "practice", kind: "logged_in_user", mode: "same", scopes: ["openid", "profile", "email", "contacts.read"], registration: null, settings: {}, reuse: null });
      }
      return { start: started(), connection };
    },
    vault_unlock: ({ passphrase }) => {
      if (world.start.vault.state === "needs_passphrase" && passphrase !== "correct horse") refuse("passphrase_wrong");
      world.start = { ...world.start, vault: { state: "open", keyring: passphrase === null } };
      return started();
    },
    settings_change: ({ change }) => {
      const { workspace, member } = world.start;
      world.start = {
        ...world.start,
        locale: change.locale ?? world.start.locale,
        theme: change.theme ?? world.start.theme,
        member: { ...member, name: change.member ?? member.name },
        workspace: workspace && { ...workspace, name: change.workspace ?? workspace.name },
      };
      return started();
    },
    home_get: () => {
      const needs = world.rows.flatMap((row) => (row.enabled ? row.stations.filter((station) => station.mend !== null).map((station) => ({ connection: row.id, name: row.name, service: row.service, station })) : []));
      const soon = Date.now() + 14 * 86_400_000;
      const lapsing = world.rows.flatMap((row) => row.stations.filter((station) => station.lapsesAt !== null && station.lapsesAt < soon && station.health.state === "connected").map((station) => ({ connection: row.id, name: row.name, service: row.service, station })));
      const failed = world.rows.find((row) => row.linkName === "customer_lookup");
      const failures = failed ? [{ connection: failed.id, name: failed.name, flow: seedTimeline("production", false, world.start.locale, Date.now() - 3 * 3_600_000) }] : [];
      const crowded = of("crowded") ? [20, 18].flatMap((held, i) => {
        const row = world.rows.filter((one) => one.service.id.startsWith("zoho"))[i];
        return row ? [{ service: row.service, account: i === 0 ? "aiko.mori@kumo.example" : "ren.ito@kumo.example", crowded: { held, most: 20, full: held >= 20 }, since: Date.now() - (210 - i * 60) * 86_400_000, connection: row.id, name: row.name }] : [];
      }) : [];
      return { offers: managed.offers(), needs, lapsing, crowded, failures, unreadable: torn, connections: world.rows.length };
    },
    connections_list: ({ query: asked }) => {
      const rows = found(asked);
      const all = found({ ...asked, needsPerson: null });
      const from = asked.after === null ? 0 : Number(asked.after);
      const to = from + Math.min(200, asked.limit);
      return { rows: rows.slice(from, to), total: rows.length, all: world.rows.length, needing: all.filter(needing).length, next: to < rows.length ? String(to) : null };
    },
    gallery_list: () => offeredBy(world.start, world.country, withRecent(services(), world.rows)),
    provider_open: () => undefined,
    gallery_service: ({ service }) => connectorView(service, world.registrations, world.start.locale) ?? refuse("connector_unknown"),
    connection_check_name: ({ service, name, linkName }) => {
      const suggested = slug(name) || `${service}_${world.rows.filter((row) => row.service.id === service).length + 1}`;
      const taken = (wanted: string): boolean => world.rows.some((row) => row.linkName === wanted);
      let free = suggested;
      for (let n = 2; taken(free); n += 1) free = `${suggested}_${n}`;
      const link = linkName ?? free;
      return {
        linkName: link,
        problem: name.trim() === "" ? failureOf("name_empty", world.start.locale) : [...name].length > 50 ? failureOf("name_too_long", world.start.locale) : null,
        linkProblem: !/^[a-z][a-z0-9_]*$/.test(link) ? failureOf("link_name_invalid", world.start.locale) : world.rows.some((row) => row.linkName === link) ? failureOf("link_name_taken", world.start.locale) : null,
      };
    },
    connection_reuse: ({ draft }) =>
      world.rows
        .filter((row) => row.service.id === draft.connector && row.kind === draft.kind && row.mode === draft.mode)
        .flatMap((row) => row.stations.filter((station) => station.health.state === "connected" && station.account).slice(0, 1).map((station) => ({ connection: row.id, connectionName: row.name, reach: station.reach, account: station.account as AccountView })))
        .slice(0, 1),
    connection_create: ({ draft, application }) => {
      const id = create(draft);
      if (application) handlers.application_grant({ application, connection: id, granted: true });
      return id;
    },
    registration_draft: ({ redirect }) => {
      const id = "019ab0c4-7c1e-7d22-9a51-5b1f0a7c2e10";
      const address = redirect.form === "loopback_any_port" ? "http://127.0.0.1" : redirect.form === "loopback_port" ? `http://127.0.0.1:${redirect.port}` : redirect.form === "localhost_port" ? `http://localhost:${redirect.port}` : redirect.base;
      return { id, redirectAddress: `${address}/callback/${id}` };
    },
    registration_add: ({ registration }) => {
      const view: RegistrationView = { id: registration.id, connector: registration.connector, name: registration.name, clientId: registration.clientId, hasSecret: registration.clientSecret !== null, secretDue: false, forClients: false, sentBack: true, redirectAddress: `http://127.0.0.1/callback/${registration.id}`, connections: 0 };
      world.registrations = [...world.registrations, view];
      return view;
    },
    connection_get: ({ connection }) => viewOf(connection),
    connection_rename: ({ connection, name }) => {
      if (name.trim() === "") refuse("name_empty");
      put({ ...need(connection), name: name.trim() });
      changed();
      return viewOf(connection);
    },
    connection_set_enabled: ({ connection, enabled }) => {
      const row = need(connection);
      put({ ...row, enabled, stations: row.stations.map((station) => ({ ...station, health: enabled ? (station.account ? { state: "connected" } : { state: "not_connected", reason: "never_authorized" }) : { state: "not_connected", reason: "disabled" }, mend: enabled ? (station.account ? null : "authorize") : "enable" })) });
      changed();
      return viewOf(connection);
    },
    connection_timeline: ({ connection }) => {
      const row = need(connection);
      if (!world.timelines.has(row.id) && row.lastUsed !== null) {
        const reach = row.stations.at(-1)?.reach ?? "all";
        const failed = row.stations.some((station) => station.health.state !== "connected");
        world.timelines.set(row.id, [
          ...(failed ? [seedTimeline(reach, false, world.start.locale, Date.now() - 3 * 3_600_000)] : []),
          seedTimeline(row.stations[0]?.reach ?? "all", true, world.start.locale, Date.now() - 9 * 86_400_000),
        ]);
      }
      return world.timelines.get(row.id) ?? [];
    },
    connection_try: ({ request }) => {
      const row = need(request.connection);
      const station = row.stations.find((one) => one.reach === "all" || one.reach === request.environment);
      if (!row.enabled) refuse("disabled");
      if (station?.health.state !== "connected") refuse("not_connected");
      if (/^https?:/.test(request.path)) refuse("host_not_listed");
      return answerOf(row, request.path, station?.account?.label ?? "");
    },
    connection_delete: ({ connection }) => {
      if (need(connection).uses > 0) refuse("still_used");
      world.rows = world.rows.filter((row) => row.id !== connection);
      changed();
    },
    authorization_rename: ({ connection, reach, label }) => {
      const row = need(connection);
      put({ ...row, stations: row.stations.map((station) => (station.reach === reach && station.account ? { ...station, account: { ...station.account, label } } : station)) });
      changed();
      return viewOf(connection);
    },
    primary_choose: ({ connection, reach }) => {
      const row = need(connection);
      setStation(connection, reach, { noPrimary: false, primary: true, account: succeed(row), mend: null });
      changed();
      return viewOf(connection);
    },
    authorization_impact: ({ connection, reach }) => ({ ...impactOf(need(connection), reach), refused: heldOf(world.start) }),
    authorization_revoke: ({ connection, reach }) => {
      setStation(connection, reach, { health: { state: "not_connected", reason: "revoked" }, primary: false, mend: "authorize" });
      changed();
      return { atProvider: true, failure: null };
    },
    authorize: ({ connection, reach }) => {
      const row = need(connection);
      // The program takes no place that the connection has not.
      if (!row.stations.some((station) => station.reach === reach)) refuse("connection_unknown");
      world.made += 1;
      const id = `flow-${world.made}`;
      signIn(row, reach, id);
      return id;
    },
    flow_get: ({ flow }) => {
      // Another object each time, as from the program.
      if (world.flow?.id === flow) return { ...structuredClone(world.flow), now: Date.now() };
      const row = world.rows.find((one) => one.linkName === "lead_intake") ?? world.rows[0] ?? refuse("flow_unknown");
      world.flow = flowView(flow, row, row.stations.at(-1)?.reach ?? "all");
      return world.flow;
    },
    flow_cancel: () => undefined,
    flow_extend: ({ flow }) => {
      const view = world.flow ?? refuse("flow_unknown");
      const now = Date.now();
      world.flow = { ...view, id: flow, now, deadline: view.deadline + 120_000, seconds: view.seconds + 120 };
      return world.flow;
    },
    flow_in_browser: () => {
      world.flow = { ...(world.flow ?? refuse("flow_unknown")), agent: "browser", now: Date.now() };
      return world.flow;
    },
    flow_stay: ({ wanted }) => {
      world.flow = { ...(world.flow ?? refuse("flow_unknown")), stay: wanted ? "on" : "off", now: Date.now() };
      return world.flow;
    },
    flow_by_code: () => {
      world.flow = {
        ...(world.flow ?? refuse("flow_unknown")),
        agent: "device",
        code: CODE,
        now: Date.now(),
      };
      return world.flow;
    },
    flow_open_address: () => undefined,
    flow_paste: ({ address }) => {
      if (!address.includes("code=")) refuse("paste_not_an_answer");
      world.flow = { ...(world.flow ?? refuse("flow_unknown")), stage: "checking", now: Date.now() };
      return world.flow;
    },
    flow_typed: ({ typed }) => {
      world.flow = typedInto(world.flow ?? refuse("flow_unknown"), typed, world.start.locale);
      return world.flow;
    },
    flow_open_setup: () => undefined,
    flow_answer: ({ answer }) => {
      const view = world.flow ?? refuse("flow_unknown");
      world.flow = { ...view, stage: "done", account: answer === "replace" ? view.account : view.previous, now: Date.now() };
      return world.flow;
    },
    flow_primary: ({ wanted }) => {
      world.flow = { ...(world.flow ?? refuse("flow_unknown")), primaryWanted: wanted, now: Date.now() };
      return world.flow;
    },
    flow_again: () => {
      world.made += 1;
      const id = `flow-${world.made}`;
      const row = world.rows[0] ?? refuse("flow_unknown");
      world.flow = flowView(id, row, row.stations.at(-1)?.reach ?? "all", "waiting");
      // The program opens another window and closes this one; here the page becomes that window.
      if (location.pathname.endsWith("flow.html")) setTimeout(() => location.assign(`flow.html?flow=${id}&stage=waiting`));
      return id;
    },
    own_accounts: () => ({
      accounts: world.rows.flatMap((row) =>
        row.stations.flatMap((station) =>
          station.account && row.kind === "logged_in_user" ? [{ connection: row.id, name: row.name, service: row.service, reaches: [station.reach], whose: row.kind === "logged_in_user" ? (world.start.member.id ?? null) : null, account: station.account, health: station.health, authorizedAt: Date.now() - 80 * 86_400_000 }] : [],
        ),
      ).slice(0, 4),
      more: 0,
    }),
    own_account_rename: ({ connection, reach, whose, label }) => {
      handlers.authorization_rename({ connection, reach, whose, label });
      return handlers.own_accounts({}) as Answer<"own_accounts">;
    },
    kept_sign_ins_list: () => world.kept,
    kept_sign_ins_clear: ({ only }) => {
      const cleared = world.kept.filter((kept) => only === null || kept.id === only);
      if (cleared.some((kept) => kept.id === world.open)) refuse("sign_in_open");
      world.kept = world.kept.filter((kept) => !cleared.includes(kept));
      changed();
      return world.kept;
    },
    connectors_get: () => ({
      folder: "~/.local/share/tsunagi/connectors",
      files: seedFiles(world.accepted),
      builtIn: gallery(world.start.locale).filter((entry) => !entry.custom),
      registrations: world.registrations,
      mayManage: true,
    }),
    connectors_accept: ({ file }) => {
      world.accepted.add(file);
      return handlers.connectors_get({}) as Answer<"connectors_get">;
    },
    connectors_open_folder: () => undefined,

    activity_list: ({ query }) => {
      const entries = seedActivity(world.start.locale);
      const hour = 3600 * 1000;
      const shown = entries.filter((entry) =>
        (query.connection === null || entry.connection === query.connection)
        && (query.actor === null || entry.actor === ACTORS[query.actor]) && (!query.byProgram || entry.actor === null)
        && (query.groups.length === 0 || query.groups.includes(entry.action.split(".")[0] ?? ""))
        && (query.since === null || entry.at >= query.since - hour) && (query.before === null || entry.seq < query.before));
      return {
        entries: shown.slice(0, 20), next: shown.length > 20 ? (shown[19]?.seq ?? null) : null,
        actors: Object.entries(ACTORS).map(([id, name]) => ({ id, name })),
        groups: ["workspace", "member", "connection", "authorization", "primary"],
      };
    },
    activity_verify: () => (ask("log") === "broken"
      ? { whole: 27, failure: failureOf("log_broken", world.start.locale) }
      : { whole: seedActivity(world.start.locale).length, failure: null }),
    activity_export: ({ query }) => ({ path: "~/.local/share/tsunagi/exports/activity-2026-11-24-091500.csv", entries: query.groups.length === 0 ? seedActivity(world.start.locale).length : 12, leftOut: 0 }),
    exports_open_folder: () => undefined,
    ...backupHandlers({
      start: () => world.start, started, changed, 
      mended: () => {
        damaged = false;
        world.start = { ...world.start, workspace: null, vault: { state: "none" } };
        world.rows = [];
      },
      fill: () => {
        Object.assign(world.start, { workspace: { name: "Kumo Works", plan: "paid", dataCenter: "us" }, member: { ...world.start.member, id: "member-1" }, vault: { state: "open", keyring: world.start.keyring } });
        world.rows = seed(locale, false);
        restore();
      },
    }),
    practice_get: () => ({ running: true, address: "http://127.0.0.1:41990", failure: null, faults: world.faults }),
    practice_set_faults: ({ faults }) => {
      world.faults = faults;
      return handlers.practice_get({}) as Answer<"practice_get">;
    },
    practice_revoke_all: () => handlers.practice_get({}) as Answer<"practice_get">,
    show_main: () => undefined,
    ...managed.handlers,
    ...builderHandlers({ locale: () => world.start.locale, changed, mark: (id) => gallery(world.start.locale).find((entry) => entry.service.id === id)!.service }),
    ...keyHandlers({ start: () => world.start, setStart: (start) => (world.start = start), answer: started, changed }, options),
    ...memberHandlers({ start: () => world.start, setStart: (start) => (world.start = start), answer: started, changed }, work, options),
    ...work.handlers,
    ...paperHandlers({
      locale: () => world.start.locale, mark: (service) => gallery(world.start.locale).find((one) => one.service.id === service)?.service ?? null, connections: () => world.rows.length, unreadable: () => (of("unreadable") ? 2 : 0), changed,
      add: (name, linkName) => void create({ name, linkName, connector: "practice", kind: "admin", mode: "same", scopes: ["contacts.read"], registration: null, settings: {}, reuse: null }),
    }, refuse, work, options),
    ...availabilityHandlers({ start: () => world.start, setStart: (start) => (world.start = start), country: () => world.country, setCountry: (country) => (world.country = country), connections: () => world.rows.length, changed }),
    ...retentionHandlers({ start: () => world.start, changed, quiet: home === "first" || home === "empty" || home === "quiet" }),
    ...applications.handlers,
    ...calls,
    ...scheduleHandlers({ start: () => world.start, calls: (application, environment) => calls.calls_get({ application, environment }), changed }, options, home === "first" || home === "empty"),
    ...sendingHandlers({ start: () => world.start, live: (application, environment) => applications.handlers.live_get({ application, environment }), marks: () => world.rows, changed }, work, options, home === "first" || home === "empty"),
    ...sourceHandlers({ start: () => world.start, live: (application, environment) => applications.handlers.live_get({ application, environment }), changed }, work, options, home === "first" || home === "empty"),
    ...panelHandlers({
      start: () => world.start, rows: () => world.rows, live: (application, environment) => applications.handlers.live_get({ application, environment }),
      grant: (application, connection) => applications.handlers.application_grant({ application, connection, granted: true }), create: (draft) => create(draft), changed,
    }, options, home === "first" || home === "empty"),
    ...taskHandlers({
      start: () => world.start, rows: () => world.rows, live: (application, environment) => applications.handlers.live_get({ application, environment }),
      grant: (application, connection) => applications.handlers.application_grant({ application, connection, granted: true }), create: (draft) => create(draft), changed,
    }, work, options, home === "first" || home === "empty"),
    ...workflows,
    ...templateHandlers({
      start: () => world.start, rows: () => world.rows, registered: (connector) => world.registrations.some((one) => one.connector === connector), create: (draft) => create(draft), keep: (draft) => workflows.workflow_keep({ draft }) as WorkflowDraft,
      createApplication: (name) => applications.handlers.application_create({ name, edition: "c6" }) as ApplicationId,
      grant: (application, connection) => applications.handlers.application_grant({ application, connection, granted: true }),
    }),
  };

  function create(draft: NewConnection): ConnectionId {
    const entry = gallery(world.start.locale).find((one) => one.service.id === draft.connector) ?? refuse("connector_unknown");
    const linkName = draft.linkName ?? (handlers.connection_check_name({ service: draft.connector, name: draft.name, linkName: null }) as Answer<"connection_check_name">).linkName;
    if (world.rows.some((row) => row.linkName === linkName)) refuse("link_name_taken");
    world.made += 1;
    const id = `made-${world.made}`;
    const reused = draft.reuse === null ? null : (need(draft.reuse).stations.find((station) => station.account)?.account ?? null);
    const reaches: Reach[] = draft.mode === "same" ? ["all"] : ["development", "stage", "production"];
    put({
      id, name: draft.name, linkName, service: entry.service, kind: draft.kind, mode: draft.mode, enabled: true, uses: 0, lastUsed: null, needsPerson: true, drift: [],
      stations: reaches.map((reach) => ({
        reach, health: reused ? { state: "connected" } : { state: "not_connected", reason: "never_authorized" }, retired: null, unreachable: null, unproven: false, account: reused,
        primary: false, noPrimary: false, others: 0, lapsesAt: null, missingScopes: 0, mend: reused ? null : "authorize",
      })),
    });
    world.drafts.set(id, draft);
    changed();
    return id;
  }

  return {
    world,
    call: async (name, args) => {
      await new Promise((resolve) => setTimeout(resolve, LATENCY));
      const handler = handlers[name] as (args: unknown) => unknown;
      const answer = await handler(args);
      // As over IPC: what arrives is a copy.
      return (answer === undefined ? undefined : structuredClone(answer)) as never;
    },
    on: (event, hear) => {
      const all = heard.get(event) ?? new Set();
      all.add(hear as (payload: never) => void);
      heard.set(event, all);
      return () => all.delete(hear as (payload: never) => void);
    },
  };
}

export const backend: Backend = makeFake();
