// Members of the fake workspace, and who sits at its keyboard. Everybody's passphrase is
// "correct horse".
import type { Commands, Failure, Farewell, MemberImpact, MemberRow, MembersView, Role, Start } from "../bindings";
import { failureOf, type FailureCode } from "./failures";
import type { FakeWork } from "./work";

type Names = "session_get" | "session_sign_in" | "session_lock" | "session_active" | "session_auto_lock" | "session_passphrase" | "session_passphrase_not_now"
  | "members_get" | "member_invite" | "member_impact" | "member_change" | "member_deactivate" | "member_reactivate" | "member_reset_passphrase";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["answer"] | Promise<Commands[K]["answer"]> };

/** What the rest of the fake lends. */
interface Around {
  start: () => Start;
  setStart: (start: Start) => void;
  answer: () => Start;
  changed: () => void;
}

export const PASSPHRASE = "correct horse";
/** What a leaver hands over: more than a short list shows at once. */
const OWNED = ["Customer lookup", "Lead intake", "Books ledger", "Team alerts", "Shop payments", "Ticket sync", "Text messages", "Candidate sheet", "Contract search", "Visitor book"];
const ROLES: Role[] = ["super_admin", "admin", "developer", "user", "portal_user"];
const MANAGERS: Role[] = ["super_admin", "admin", "developer"];

interface One {
  id: string;
  name: [en: string, ja: string];
  role: Role;
  active: boolean;
  passphrase: boolean;
  owned: number;
  authorized: number;
  primaries: number;
  signIns?: number;
  applications: [en: string, ja: string][];
}

const PEOPLE: One[] = [
  { id: "member-1", name: ["Aiko Mori", "森 愛子"], role: "super_admin", active: true, passphrase: false, owned: 12, authorized: 21, primaries: 6, applications: [["Visitor book", "来客簿"]] },
  { id: "member-2", name: ["Ben Osei", "ベン・オセイ"], role: "admin", active: true, passphrase: true, owned: 5, authorized: 9, primaries: 2, signIns: 2, applications: [["Visitor book", "来客簿"], ["Leads desk", "見込み客デスク"]] },
  { id: "member-3", name: ["Chidi Nwosu", "チディ・ヌウォス"], role: "developer", active: true, passphrase: false, owned: 2, authorized: 4, primaries: 0, applications: [] },
  { id: "member-4", name: ["Dana Levi", "ダナ・レヴィ"], role: "user", active: true, passphrase: true, owned: 0, authorized: 1, primaries: 0, applications: [["Leads desk", "見込み客デスク"]] },
  { id: "member-5", name: ["Emil Sand", "エミール・サンド"], role: "portal_user", active: true, passphrase: false, owned: 0, authorized: 1, primaries: 0, applications: [["Visitor book", "来客簿"]] },
  { id: "member-6", name: ["Farah Aziz", "ファラ・アジズ"], role: "developer", active: false, passphrase: false, owned: 0, authorized: 0, primaries: 0, applications: [] },
];

const farewellsOf = (one: One, torn: boolean): Farewell[] =>
  one.authorized === 0 ? [] : [
    ...(torn ? [{ connection: "c-0999", name: "Parcel labels", unreadable: true, reach: "all" as const, account: "", own: true, atProvider: false, locked: false, host: "", failure: null }] : []),
    { connection: "c-0001", name: "Customer lookup", unreadable: false, reach: "production", account: "crm-bot@kumo.example", own: false, atProvider: true, locked: false, host: "login.salesforce.com", failure: null },
    ...(one.passphrase ? [{ connection: "c-0002", name: "Lead intake", unreadable: false, reach: "all" as const, account: "ben@example.com", own: true, atProvider: false, locked: true, host: "accounts.zoho.com", failure: null }] : []),
  ];

/** Handlers of one fake program; `options` choose who sits and how sure that is. */
export function memberHandlers(around: Around, work: FakeWork, options: URLSearchParams): Handlers {
  const alone = options.get("home") === "first" || options.get("members") === "one";
  const farewells = (one: One): Farewell[] => farewellsOf(one, options.get("unreadable") === "1");
  let people = PEOPLE.filter((one) => !alone || one.id === "member-1").map((one) => ({ ...one }));
  let tries = 0;
  let until: number | null = null;
  let made = 0;
  const locale = () => around.start().locale;
  const pick = (both: [string, string]): string => both[locale() === "ja" ? 1 : 0];
  const refuse = (code: FailureCode, with_: Partial<Failure> = {}): never => {
    throw { ...failureOf(code, locale()), ...with_ };
  };
  const need = (id: string): One => people.find((one) => one.id === id) ?? refuse("member_unknown");
  const put = (id: string, part: Partial<One>): void => {
    people = people.map((one) => (one.id === id ? { ...one, ...part } : one));
    around.changed();
  };
  const you = (): string | null => around.start().member.id;
  const nameOf = (one: One): string => (one.id === you() ? around.start().member.name : pick(one.name));
  const mark = (part: Partial<Start["session"]>): Start => {
    const start = around.start();
    around.setStart({ ...start, session: { ...start.session, ...part } });
    return around.answer();
  };
  const prove = (passphrase: string | null): void => {
    if (around.start().session.passphrase && passphrase !== PASSPHRASE) refuse("member_passphrase_wrong");
  };
  const mayManage = (): boolean => ["super_admin", "admin"].includes(around.start().member.role);
  const mayGive = (one: One): Role[] => (mayManage() ? ROLES.filter((role) => around.start().member.role === "super_admin" || (role !== "super_admin" && one.role !== "super_admin")) : []);
  const lastOne = (one: One): boolean => one.role === "super_admin" && people.filter((other) => other.active && other.role === "super_admin").length < 2;

  const view = (): MembersView => ({
    members: people
      .map((one): MemberRow => ({
        id: one.id, name: nameOf(one), role: one.role, active: one.active, you: one.id === you(),
        passphrase: one.id === you() ? around.start().session.passphrase : one.passphrase,
        owned: one.owned, authorized: one.authorized, primaries: one.primaries, applications: one.applications.map(pick),
        roles: lastOne(one) ? ["super_admin"] : mayGive(one), mayDeactivate: one.active && mayManage() && !lastOne(one), mayReactivate: !one.active && mayManage(),
        mayReset: one.passphrase && one.id !== you() && around.start().member.role === "super_admin",
      }))
      .toSorted((a, b) => Number(b.active) - Number(a.active)),
    invitable: mayManage() ? ROLES.filter((role) => role !== "super_admin" || around.start().member.role === "super_admin") : [],
    leftover: options.get("leftover") ? ["/home/aiko/.local/share/tsunagi/sign-ins/0198c2f4-7a10-7b3e-9d51-2f1c6a0e44b7"] : [],
  });
  const losses = (one: One): MemberImpact["primaries"] =>
    one.primaries === 0 ? [] : [
      { connection: "c-0002", name: "Lead intake", reach: "production", stops: [{ area: "schedule", name: pick(["Morning digest", "朝のまとめ"]), application: pick(["Leads desk", "見込み客デスク"]), environment: "production", nextRun: Date.now() + 3_600_000 }] },
      { connection: "c-0007", name: pick(["Interview room", "面接室"]), reach: "stage", stops: [] },
    ];

  return {
    session_get: () => ({
      members: people.filter((one) => one.active).map((one) => ({ id: one.id, name: nameOf(one), role: one.role, passphrase: one.passphrase || (one.id === "member-1" && options.get("seat") === "locked"), refusedUntil: one.passphrase ? until : null })),
      last: options.get("last") ?? "member-1", now: Date.now(), autoLockChoices: [0, 1, 5, 15, 30, 60, 240],
    }),
    session_sign_in: ({ member, passphrase }) => {
      const one = need(member);
      const asks = one.passphrase || (one.id === "member-1" && options.get("seat") === "locked");
      if (asks && passphrase !== PASSPHRASE) {
        tries += 1;
        if (tries >= 5) until = Date.now() + 30_000;
        refuse(tries >= 5 ? "passphrase_wait" : "member_passphrase_wrong");
      }
      tries = 0;
      const start = around.start();
      around.setStart({ ...start, member: { id: one.id, name: pick(one.name), role: one.role }, session: { ...start.session, signedIn: true, passphrase: asks, askPassphrase: false } });
      around.changed();
      return around.answer();
    },
    session_lock: () => {
      const start = around.start();
      around.setStart({ ...start, member: { id: null, name: "", role: "portal_user" }, session: { ...start.session, signedIn: false } });
      around.changed();
      return around.answer();
    },
    session_active: () => undefined,
    session_auto_lock: ({ minutes }) => mark({ autoLock: minutes }),
    session_passphrase: ({ current, next }) => {
      if (around.start().session.passphrase && current !== PASSPHRASE) refuse("member_passphrase_wrong");
      if (next !== null && next.length < 8) refuse("passphrase_short");
      return mark({ passphrase: next !== null, askPassphrase: false });
    },
    session_passphrase_not_now: () => mark({ askPassphrase: false }),
    members_get: () => (MANAGERS.includes(around.start().member.role) ? view() : refuse("role_not_allowed")),
    member_invite: ({ invitation }) => {
      if (people.some((one) => nameOf(one).toLowerCase() === invitation.name.toLowerCase())) refuse("member_name_taken");
      made += 1;
      people = [...people, { id: `invited-${made}`, name: [invitation.name, invitation.name], role: invitation.role, active: true, passphrase: false, owned: 0, authorized: 0, primaries: 0, applications: [] }];
      const start = around.start();
      around.setStart({ ...start, session: { ...start.session, alone: false, askPassphrase: !start.session.passphrase && alone } });
      around.changed();
      return view();
    },
    member_impact: ({ member, role, active }) => {
      const one = need(member);
      const leaves = one.active && !active;
      const lost = one.passphrase && one.id !== you() ? farewells(one).filter((each) => each.locked) : [];
      const kept = active && (role === "super_admin" || role === "admin");
      return {
        member: { id: one.id, name: nameOf(one), role: one.role },
        asksPassphrase: (ROLES.indexOf(role) < ROLES.indexOf(one.role) || (active && !one.active)) && around.start().session.passphrase,
        primaries: kept ? [] : losses(one),
        connections: leaves && one.owned > 0 ? OWNED.map((name, at) => ({ id: `c-${String(at + 1).padStart(4, "0")}`, name })) : [],
        authorizations: leaves ? farewells(one) : [],
        stops: leaves && one.authorized > 0 ? [
          { area: "integration_task", name: pick(["Look up customer", "顧客を検索"]), application: pick(["Leads desk", "見込み客デスク"]), environment: "production", nextRun: null },
          ...losses(one).flatMap((loss) => loss.stops),
        ] : [],
        heirs: people.filter((other) => other.active && other.id !== one.id && MANAGERS.includes(other.role)).map((other) => ({ id: other.id, name: nameOf(other), role: other.role })),
        lostByReset: lost,
        stopsByReset: lost.slice(0, 1).map(() => ({ area: "integration_task", name: pick(["Look up customer", "顧客を検索"]), application: pick(["Leads desk", "見込み客デスク"]), environment: "production", nextRun: null })),
        signIns: one.signIns ?? 0,
      };
    },
    member_change: ({ member, change }) => {
      if (change.passphrase !== null && change.passphrase !== PASSPHRASE) refuse("member_passphrase_wrong");
      put(member, { name: [change.name, change.name], role: change.role });
      return view();
    },
    member_deactivate: async ({ member, heir }) => {
      const one = need(member);
      const authorizations = farewells(one);
      const done = await work.slowly("leaving", authorizations.length);
      if (done !== null) {
        put(member, { authorized: one.authorized - done });
        refuse("leave_stopped");
      }
      put(member, { active: false, owned: 0, authorized: 0, primaries: 0, signIns: 0 });
      return { authorizations, handedOver: heir ? OWNED.length : 0, heir: heir ? nameOf(need(heir)) : null, primaries: one.primaries, signIns: one.signIns ?? 0, members: view() };
    },
    member_reactivate: ({ member, passphrase }) => {
      prove(passphrase);
      put(member, { active: true });
      return view();
    },
    member_reset_passphrase: ({ member, passphrase }) => {
      prove(passphrase);
      put(member, { passphrase: false, signIns: 0 });
      return view();
    },
  };
}
