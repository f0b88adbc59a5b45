// Primary accounts and management actions of the fake workspace.
import type {
  AccountPlace, AccountView, AffectedUse, BulkAction, BulkResult, Commands, ConnectionEdit, ConnectionId, ConnectionRow, ConnectionView, EnvironmentCard, Failure, Fate, MemberView, NotConnected,
  OfferedToYou, OfferView, Reach, RegistrationView, Start, Station, Unreadable, UseView,
} from "../bindings";
import { heldOf } from "./backups";
import { failureOf, type FailureCode } from "./failures";

type Names = "primaries_list" | "primary_offer" | "primary_accept" | "primary_decline" | "primary_withdraw" | "connection_edit" | "connection_edit_undo" | "connection_edit_impact" | "connection_set_environment" | "connection_environment_impact" | "switch_offers"
  | "switch_impact" | "authorization_switch" | "connections_ids" | "connections_impact" | "connections_run" | "connection_test" | "connection_replacements" | "connection_replace" | "connection_replace_undo"
  | "registration_touches" | "registration_change" | "registration_delete";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["answer"] };

/** What the rest of the fake lends. */
interface Around {
  start: () => Start;
  rows: () => ConnectionRow[];
  put: (row: ConnectionRow) => void;
  remove: (id: ConnectionId) => void;
  /** What cannot be read. */
  torn: () => Unreadable[];
  setStation: (id: ConnectionId, reach: Reach, part: Partial<Station>) => void;
  view: (id: ConnectionId) => ConnectionView;
  list: (query: Commands["connections_list"]["args"]["query"]) => ConnectionRow[];
  registrations: () => RegistrationView[];
  setRegistrations: (all: RegistrationView[]) => void;
  changed: () => void;
  refuse: (code: FailureCode) => never;
  /** Nothing needs anybody. */
  quiet: boolean;
}

interface Open {
  connection: ConnectionId;
  reach: Reach;
  member: string;
  by: string | null;
  accepted: boolean;
}

const HOUR = 3_600_000;
/** Connections of a page of the Primary accounts screen. */
const PAGE = 200;
const DAY = 24 * HOUR;

const works = (station: Station): boolean => station.health.state === "connected";
const isAdmin = (member: MemberView): boolean => member.role === "super_admin" || member.role === "admin";

/** How the environments of a row differ. */
export function driftOf(stations: Station[]): ConnectionRow["drift"] {
  const [development, stage, production] = stations;
  if (!development || !stage || !production) return [];
  const found: ConnectionRow["drift"] = [];
  if (works(development) && !works(production)) found.push({ kind: "not_ready", environment: "production", scopes: [] });
  if (production.missingScopes > 0) found.push({ kind: "fewer_scopes", environment: "production", scopes: ["ZohoCRM.settings.READ", "ZohoCRM.users.READ"].slice(0, production.missingScopes) });
  for (const other of [development, stage]) {
    if (other.account && other.account.label === production.account?.label) found.push({ kind: "same_account", environment: other.reach === "stage" ? "stage" : "development", scopes: [] });
  }
  for (const station of stations) if (station.noPrimary && station.reach !== "all") found.push({ kind: "no_primary", environment: station.reach, scopes: [] });
  return found;
}

/** What runs on a connection, made up from how often it is used. */
export function usesOf(row: ConnectionRow, reach: Reach): UseView[] {
  const names: [string, string, number | null][] = [["Morning digest", "schedule", 2 * HOUR], ["Overdue reminder", "schedule", 5 * HOUR], ["New order", "form_workflow", null]];
  return names.slice(0, Math.min(3, row.uses)).map(([name, area, wait]) => ({ area, name, application: "Orders", environment: reach === "all" ? "production" : reach, nextRun: wait === null ? null : Date.now() + wait }));
}

/** Connections that share an authorization (R21). */
const SHARERS = ["Release notices", "Incident alerts", "Build results", "Deploy notices", "On-call handover", "Sales wins", "Support queue", "Weekly numbers", "Visitor notices", "Night watch"];

/** What runs there with nobody present. Where one authorization serves all, Development rehearses. */
const unattendedOf = (row: ConnectionRow, reach: Reach): UseView[] => [
  ...(reach === "all" && row.uses > 0 ? [{ area: "schedule", name: "Rehearsal", application: "Orders", environment: "development" as const, nextRun: Date.now() + HOUR }] : []),
  ...usesOf(row, reach).filter((use) => use.nextRun !== null),
];

const affected = (row: ConnectionRow, fate: Fate): AffectedUse[] => usesOf(row, row.stations.at(-1)?.reach ?? "all").map((use) => ({ use, fate }));
const accountsOf = (row: ConnectionRow): number => row.stations.reduce((sum, station) => sum + (station.account ? 1 + station.others : 0), 0);

/** Offers, and what the acting member can do about them, put into a connection's details. */
export function managing(around: Around): { handlers: Handlers; decorate: (view: ConnectionView) => ConnectionView; offers: () => OfferedToYou[] } {
  const me = (): string => around.start().member.id ?? "";
  const need = (id: ConnectionId): ConnectionRow => around.rows().find((row) => row.id === id) ?? around.refuse("connection_unknown");
  const intake = around.rows().find((row) => row.linkName === "lead_intake");
  let open: Open[] = intake && !around.quiet ? [{ connection: intake.id, reach: "production", member: "member-1", by: "Chidi Nwosu", accepted: false }] : [];
  const offered = (connection: ConnectionId, reach: Reach, member: string | null): Open | undefined => open.find((one) => one.connection === connection && one.reach === reach && one.member === member);
  const holders = new Map<string, string>();

  const primaryOf = (view: ConnectionView, at: AccountPlace, member: MemberView): boolean => {
    const held = holders.get(`${view.row.id}/${at.reach}`);
    return held === undefined ? at.primary : held === member.id;
  };
  const offerView = (one: Open, member: MemberView): OfferView => ({
    member, offeredBy: one.by, offeredAt: one.by === null ? null : Date.now() - DAY, acceptedAt: one.accepted ? Date.now() - DAY : null, mine: one.by !== null && one.member === me(), mayWithdraw: one.by !== null && one.member !== me(),
  });

  /** What single environments have of their own. */
  const apart = new Map<string, Pick<EnvironmentCard, "settings" | "registration">>();
  const partOf = (connection: ConnectionId, reach: Reach): Pick<EnvironmentCard, "settings" | "registration"> => apart.get(`${connection}/${reach}`) ?? { settings: {}, registration: null };

  function decorate(view: ConnectionView): ConnectionView {
    const taken = (reach: Reach): boolean => !(view.row.stations.find((one) => one.reach === reach)?.noPrimary ?? false);
    return {
      ...view,
      environments: view.environments.map((card) => ({ ...card, ...partOf(view.row.id, card.station.reach) })),
      accounts: view.accounts.map((row) => ({
        ...row,
        places: row.places.map((at) => {
          const { member } = row;
          if (!member || view.row.kind !== "logged_in_user") return at;
          const primary = primaryOf(view, at, member);
          const fine = at.health.state === "connected";
          const one = offered(view.row.id, at.reach, member.id);
          const own = member.id === me();
          return {
            ...at, primary, primarySince: primary ? Date.now() - 80 * DAY : null, offer: one ? offerView(one, member) : null,
            acts: {
              take: own && fine && !taken(at.reach) && isAdmin(member),
              offer: !own && fine && !primary && isAdmin(member) && !one,
              accept: own && one?.by != null,
              acceptBeforehand: own && fine && !primary && taken(at.reach) && !one,
              decline: own && one !== undefined,
              withdraw: !own && one?.by != null,
            },
          };
        }),
      })),
    };
  }

  /** Rows before and after each edit, by what the log would call its entry. */
  const edits: { before: ConnectionRow; after: ConnectionRow }[] = [];
  const remembered = (before: ConnectionRow, after: ConnectionRow): number => edits.push({ before, after }) - 1;
  const setHealth = (row: ConnectionRow, enabled: boolean): void => {
    around.put({ ...row, enabled, stations: row.stations.map((station) => ({ ...station, health: enabled ? (station.account ? { state: "connected" } : { state: "not_connected", reason: "never_authorized" }) : { state: "not_connected", reason: "disabled" }, mend: enabled ? (station.account ? null : "authorize") : "enable" })) });
  };
  const fateOf: Record<BulkAction, Fate> = { disable: "stops", enable: "starts", revoke: "stops", delete: "stops" };
  const still = (row: ConnectionRow): Failure | null => (row.uses > 0 ? failureOf("still_used", around.start().locale) : null);
  const candidates = (row: ConnectionRow): ConnectionRow[] => around.rows().filter((other) => other.id !== row.id && other.service.id === (row.service.id === "payflow" ? "razorpay" : row.service.id));
  const seats = (view: ConnectionView, edit: ConnectionEdit, again: boolean): Commands["connection_edit_impact"]["answer"]["seats"] => {
    const last: AccountView = view.row.stations.findLast((station) => station.account)?.account ?? { label: "?", name: null, email: null };
    const reaches: Reach[] = edit.mode === "same" ? ["all"] : ["development", "stage", "production"];
    return reaches.map((reach) => ({ reach, member: view.row.kind === "logged_in_user" ? around.start().member.name : null, account: view.row.stations.find((one) => one.reach === reach)?.account ?? last, health: again ? { state: "not_connected", reason: "scopes_missing" } : { state: "connected" }, primary: view.row.kind === "logged_in_user" }));
  };

  const handlers: Handlers = {
    primaries_list: ({ after }) => {
      const all = around.rows().filter((row) => row.kind === "logged_in_user");
      const from = Number(after ?? 0);
      const page = all.slice(from, from + PAGE);
      const rows = page.flatMap((row) => {
        const view = decorate(around.view(row.id));
        return row.stations.map((station) => {
          const here = view.accounts.flatMap((account) => account.places.filter((at) => at.reach === station.reach).map((at) => ({ at, account })));
          const held = here.find(({ at }) => at.primary);
          const unattended = unattendedOf(row, station.reach);
          return {
            connection: row.id, name: row.name, service: row.service, reach: station.reach, accounts: here.length, unattended,
            primary: held?.account.member ? { member: held.account.member, account: held.account.account, health: held.at.health, since: Date.now() - 80 * DAY, own: held.account.member.id === me() } : null,
            offers: here.flatMap(({ at }) => at.offer ?? []), mayTake: here.some(({ at }) => at.acts.take),
          };
        });
      });
      return { rows, connections: page.length, all: all.length, next: from + PAGE < all.length ? String(from + PAGE) : null };
    },
    primary_offer: ({ connection, reach, member }) => {
      open = [...open, { connection, reach, member, by: around.start().member.name, accepted: false }];
      around.changed();
      return around.view(connection);
    },
    primary_accept: ({ connection, reach }) => {
      const one = offered(connection, reach, me());
      if (one?.by) {
        open = open.filter((other) => other.connection !== connection || other.reach !== reach);
        holders.set(`${connection}/${reach}`, me());
        around.setStation(connection, reach, { primary: true, noPrimary: false, account: { label: "aiko@example.com", name: "Aiko Mori", email: "aiko@example.com" } });
      } else open = [...open, { connection, reach, member: me(), by: null, accepted: true }];
      around.changed();
      return around.view(connection);
    },
    primary_decline: ({ connection, reach }) => {
      open = open.filter((one) => one !== offered(connection, reach, me()));
      around.changed();
      return around.view(connection);
    },
    primary_withdraw: ({ connection, reach, member }) => {
      open = open.filter((one) => one !== offered(connection, reach, member));
      around.changed();
      return around.view(connection);
    },
    connection_edit_impact: ({ connection, edit }) => {
      const view = around.view(connection);
      const before = view.scopes.map((scope) => scope.name);
      if (edit.name.trim() === "") around.refuse("name_empty");
      const added = edit.scopes.filter((scope) => !before.includes(scope));
      const removed = before.filter((scope) => !edit.scopes.includes(scope));
      const again = added.length > 0 || (edit.registration ?? null) !== (view.registration?.id ?? null);
      const filled = view.row.stations.some((station) => station.account !== null);
      return {
        changes: added.length + removed.length > 0 || edit.name !== view.row.name || edit.mode !== view.row.mode, scopesAdded: added, scopesRemoved: removed, modeChanges: edit.mode !== view.row.mode,
        seats: filled ? seats(view, edit, again) : [], asksAgain: again && filled ? seats(view, edit, true) : [],
        // One for all goes on with Production's; the others' are set aside.
        setAside: edit.mode === "same" && view.row.mode === "per_environment" && filled ? seats(view, { ...edit, mode: "per_environment" }, false).slice(0, 2) : [], uses: affected(view.row, again ? "stops" : "goes_on"),
      };
    },
    connection_edit: ({ connection, edit, seen }) => {
      const row = need(connection);
      const told = handlers.connection_edit_impact({ connection, edit });
      const last = row.stations.findLast((station) => station.account) ?? row.stations[0];
      const reaches: Reach[] = edit.mode === "same" ? ["all"] : ["development", "stage", "production"];
      const reshaped = edit.mode === row.mode || !last ? row.stations : reaches.map((reach) => ({ ...(row.stations.find((one) => one.reach === reach) ?? last), reach }));
      const stations = told.asksAgain.length > 0 ? reshaped.map((station): Station => ({ ...station, health: { state: "not_connected", reason: "scopes_missing" }, mend: "authorize", missingScopes: told.scopesAdded.length })) : reshaped;
      const after = { ...row, name: edit.name.trim(), mode: edit.mode, stations };
      around.put(after);
      around.changed();
      return { view: around.view(connection), undo: told.changes ? { before: seen, own: null, entry: remembered(row, need(connection)) } : null };
    },
    connection_edit_undo: ({ connection, undo }) => {
      const known = edits[undo.entry];
      if (!known || JSON.stringify(need(connection)) !== JSON.stringify(known.after)) around.refuse("undo_overtaken");
      else {
        around.put(known.before);
        if (undo.own) apart.set(`${connection}/${undo.own.reach}`, undo.own);
      }
      around.changed();
      return around.view(connection);
    },
    connection_environment_impact: ({ connection, reach, settings, registration }) => {
      const view = around.view(connection);
      const before = partOf(connection, reach);
      const changes = JSON.stringify(before) !== JSON.stringify({ settings, registration });
      const station = view.row.stations.find((one) => one.reach === reach);
      const again = changes && station?.account ? [{ reach, member: view.row.kind === "logged_in_user" ? around.start().member.name : null, account: station.account, health: { state: "not_connected" as const, reason: (registration === before.registration ? "connector_changed" : "client_refused") as NotConnected }, primary: station.primary }] : [];
      return { changes, scopesAdded: [], scopesRemoved: [], modeChanges: false, seats: [], asksAgain: again, setAside: [], uses: affected(view.row, again.length > 0 ? "stops" : "goes_on") };
    },
    connection_set_environment: (change) => {
      const { connection, reach, settings, registration } = change;
      const told = handlers.connection_environment_impact(change);
      const again = told.asksAgain[0];
      const [row, own] = [need(connection), { reach, ...partOf(connection, reach) }];
      const { name, mode } = row;
      apart.set(`${connection}/${reach}`, { settings, registration });
      if (again) around.setStation(connection, reach, { health: again.health, mend: "authorize" });
      around.changed();
      return { view: around.view(connection), undo: told.changes ? { before: { name, mode, scopes: [], registration: null, settings: {} }, own, entry: remembered(row, need(connection)) } : null };
    },
    switch_offers: ({ connection, reach }) =>
      candidates(need(connection)).flatMap((other) => {
        const station = other.stations.find((one) => one.reach === reach);
        return station?.account ? [{ from: other.id, fromName: other.name, account: station.account, health: station.health }] : [];
      }),
    switch_impact: ({ connection, reach, from }) => {
      const [row, other] = [need(connection), need(from)];
      const account = (one: ConnectionRow): AccountView | null => one.stations.find((station) => station.reach === reach)?.account ?? null;
      return { now: account(row), next: account(other) ?? { label: "?", name: null, email: null }, undo: null, uses: affected(row, "goes_on") };
    },
    authorization_switch: ({ connection, reach, from }) => {
      const station = need(from).stations.find((one) => one.reach === reach);
      around.setStation(connection, reach, { account: station?.account ?? null, health: { state: "connected" }, mend: null, missingScopes: 0 });
      around.changed();
      return around.view(connection);
    },
    connections_ids: ({ query }) => around.list(query).map((row) => row.id),
    connections_impact: ({ action, connections }) =>
      connections.flatMap((id) => {
        const row = around.rows().find((one) => one.id === id);
        const torn = around.torn().find((one) => one.id === id);
        if (torn) return [{ connection: id, name: torn.name || id, service: { id: "", name: "", monogram: "?", hue: 0, practice: false }, refused: null, nothing: false, uses: [], authorizations: 1, alsoLost: [] }];
        if (!row) return [];
        const nothing = action === "disable" ? !row.enabled : action === "enable" ? row.enabled : action === "revoke" ? accountsOf(row) === 0 : false;
        return [{ connection: id, name: row.name, service: row.service, refused: (action === "revoke" || action === "delete" ? heldOf(around.start()) : null) ?? (action === "delete" ? still(row) : null), nothing, uses: nothing ? [] : affected(row, fateOf[action]), authorizations: action === "revoke" || action === "delete" ? accountsOf(row) : 0, alsoLost: action === "revoke" && row.linkName === "team_alerts" ? SHARERS.map((name, at) => ({ connection: `c-other-${at}`, name, uses: [] })) : [] }];
      }),
    connections_run: ({ action, connections }) => {
      const results = connections.flatMap((id): BulkResult[] => {
        const row = around.rows().find((one) => one.id === id);
        const torn = around.torn().find((one) => one.id === id);
        if (torn) {
          around.remove(id);
          return [{ connection: id, name: torn.name || id, changed: true, failure: null, note: failureOf("revoke_unreadable", around.start().locale) }];
        }
        if (!row) return [];
        const failure = action === "delete" ? still(row) : null;
        if (!failure) {
          if (action === "disable" || action === "enable") setHealth(row, action === "enable");
          else if (action === "delete") around.remove(id);
          else around.put({ ...row, stations: row.stations.map((station): Station => (station.account ? { ...station, health: { state: "not_connected", reason: "revoked" }, primary: false, mend: "authorize" } : station)) });
        }
        return [{ connection: id, name: row.name, changed: failure === null, failure, note: null }];
      });
      around.changed();
      return results;
    },
    connection_test: ({ connection }) =>
      need(connection).stations.map((station) => {
        const ok = station.health.state === "connected" && !station.unreachable;
        return { reach: station.reach, ok, account: ok ? (station.account?.label ?? null) : null, millis: ok ? 84 : null, failure: ok ? null : failureOf("not_connected", around.start().locale) };
      }),
    connection_replacements: ({ connection }) => {
      const row = need(connection);
      return { retired: row.service.id === "payflow", candidates: candidates(row).map((other) => ({ connection: other.id, name: other.name, linkName: other.linkName, service: other.service, kind: other.kind, refused: other.enabled ? null : failureOf("disabled", around.start().locale), letsIn: row.uses > 0 ? ["Orders"] : [], uses: affected(row, other.stations.every((station) => station.health.state === "connected") ? "goes_on" : "stops") })) };
    },
    connection_replace: ({ connection, by }) => {
      const [row, other] = [need(connection), need(by)];
      around.put({ ...row, uses: 0, stations: row.stations.map((station) => (station.mend === "migrate" ? { ...station, mend: null } : station)) });
      around.put({ ...other, uses: other.uses + row.uses });
      around.changed();
      return { moved: row.uses, undo: row.service.id === "payflow" ? null : { uses: Array.from({ length: row.uses }, (_, at) => `${row.id}-${at}`), granted: [] } };
    },
    connection_replace_undo: ({ connection, by, replaced }) => {
      const [row, other] = [need(connection), need(by)];
      around.put({ ...row, uses: row.uses + replaced.uses.length });
      around.put({ ...other, uses: other.uses - replaced.uses.length });
      around.changed();
      return replaced.uses.length;
    },
    registration_touches: ({ registration }) => {
      const one = around.registrations().find((known) => known.id === registration);
      return around.rows().filter((row) => row.service.id === one?.connector).map((row) => ({ connection: row.id, name: row.name, service: row.service, reaches: row.stations.map((station) => station.reach), authorizations: accountsOf(row), uses: row.uses }));
    },
    registration_change: ({ change }) => {
      const one = around.registrations().find((known) => known.id === change.id) ?? around.refuse("connector_unknown");
      const form = change.redirect;
      const base = form?.form === "loopback_port" ? `http://127.0.0.1:${form.port}` : form?.form === "localhost_port" ? `http://localhost:${form.port}` : form?.form === "intercepted" ? form.base : "http://127.0.0.1";
      const next = { ...one, name: change.name, clientId: change.clientId, secretDue: change.clientSecret === null && one.secretDue, hasSecret: change.clientSecret === null ? one.hasSecret : change.clientSecret !== "", redirectAddress: form ? `${base}/callback/${one.id}` : one.redirectAddress };
      around.setRegistrations(around.registrations().map((known) => (known.id === one.id ? next : known)));
      around.changed();
      return next;
    },
    registration_delete: ({ registration }) => {
      around.setRegistrations(around.registrations().filter((known) => known.id !== registration));
      around.changed();
    },
  };

  return {
    handlers, decorate,
    offers: () =>
      open.filter((one) => one.by !== null && one.member === me()).map((one) => {
        const row = need(one.connection);
        return { connection: row.id, name: row.name, service: row.service, reach: one.reach, from: one.by ?? "", at: Date.now() - DAY };
      }),
  };
}
