// Data sources of the fake workspace: rows that are made as they are looked at, pulls that take a
// while where `slow` wishes it. `?rows=1000000` chooses how many there are, `?pull=<code>` what a
// pull fails with, `?sources=none` that there are none.
import type { ApplicationId, Commands, ConnectionId, Environment, Failure, FieldView, ItemId, LiveRow, PullRecord, SourceConnection, SourceDraft, SourceField, SourceForm, SourceRecord, SourceRow, SourceView, Start, TaskDone, TaskVerdict } from "../bindings";
import en from "../../../messages/en.json";
import ja from "../../../messages/ja.json";
import { failureOf, type FailureCode } from "./failures";
import { answered, operationsOf } from "./operations";
import type { FakeWork } from "./work";

type Names = "sources_get" | "source_get" | "source_operations" | "source_modules" | "source_fields" | "source_keep" | "source_delete" | "source_pull" | "source_stop" | "source_rows" | "source_export" | "source_forms" | "source_add";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["answer"] | Promise<Commands[K]["answer"]> };

interface Kept extends SourceDraft {
  id: ItemId;
  version: number;
  connection: ConnectionId;
  rows: number;
  /** Rows of a pull that is not over. */
  came: number | null;
  pulling: boolean;
  doneAt: number | null;
  history: PullRecord[];
}
/** What the rest of the fake lends. */
interface Around {
  start: () => Start;
  live: (application: ApplicationId, environment: Environment) => Commands["live_get"]["answer"];
  changed: () => void;
}

const refuse = (failure: Failure): never => {
  throw failure;
};
const HOUR = 3_600_000;
const FIRST = ["Haru", "Lena", "Omar", "Yui", "Grace", "Mateo", "Priya", "Noah", "Mei", "Ivan", "Sara", "佐藤"];
const LAST = ["Tanaka", "Fischer", "Haddad", "Sato", "Obi", "Ruiz", "Rao", "Berg", "Lin", "Petrov", "花子"];
/** Rows that a search looks through before it tells how far it is. */
const LOOKED = 50_000;
const STATUS = ["New", "Screening", "Interview", "Offer", "Rejected"];
const CITY = ["Osaka", "Berlin", "Lyon", "Sapporo", "Lagos", "Bilbao", "Pune", "Oslo", "Taipei", "Varna"];

const view = (name: string, label: string, kind: string, more: Partial<FieldView> = {}): FieldView => ({ name, label, kind, required: false, readOnly: false, ...more });
const fieldOf = (one: FieldView): SourceField => ({ name: one.name, label: one.label, kind: one.kind, required: one.required, read_only: one.readOnly, shown: true });

function record(i: number): SourceRecord {
  const [first, last] = [FIRST[i % FIRST.length] ?? "", LAST[i % LAST.length] ?? ""];
  const email = `${/^[A-Z]/.test(first) ? first.toLowerCase() : "hanako"}.${i}@example.com`;
  return {
    place: i + 1, id: `r${i}`,
    fields: { id: `r${i}`, First_Name: first, Last_Name: last, Email: email, Status: STATUS[i % STATUS.length], City: CITY[i % CITY.length], Years: (i * 7) % 13, Modified_Time: new Date(Date.UTC(2026, 10, 23, 14, 31) - i * 61_000).toISOString() },
  };
}

export function sourceHandlers(around: Around, work: FakeWork, options: URLSearchParams, empty: boolean): Handlers {
  const japanese = around.start().locale === "ja";
  const messages: Record<string, string> = japanese ? ja : en;
  const n = (english: string, other: string): string => (japanese ? other : english);
  const said = (code: string, args: Record<string, string> = {}): Failure => {
    const fill = (key: string): string => (messages[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => args[name] ?? whole);
    return { code, message: fill(`error.${code}`), help: fill(`error.${code}.help`) };
  };
  const known = (code: FailureCode): Failure => failureOf(code, around.start().locale);
  const FIELDS = [
    view("First_Name", n("First name", "名"), "text"), view("Last_Name", n("Last name", "姓"), "text", { required: true }), view("Email", n("Email", "メール"), "email"),
    view("Status", n("Status", "状況"), "picklist"), view("City", n("City", "市区町村"), "text"), view("Years", n("Years", "年数"), "integer"), view("Modified_Time", n("Changed", "更新日時"), "datetime", { readOnly: true }),
  ];

  const total = Number(options.get("rows") ?? 1240);
  let made = 0;
  const at = (link: string, application: ApplicationId, environment: Environment, name: string, source: SourceDraft["source"], more: Partial<Kept> = {}): Kept[] => {
    const seat = around.live(application, environment).rows.find((row) => row.connection.linkName === link);
    made += 1;
    const done: PullRecord = { at: Date.now() - 2 * HOUR, who: "", came: 212, gone: 3, stopped: false, failure: null };
    const first: PullRecord = { at: Date.now() - 26 * HOUR, who: "Aiko Mori", came: total, gone: 0, stopped: false, failure: null };
    const failed: PullRecord = { at: Date.now() - 25 * HOUR, who: "Aiko Mori", came: 0, gone: 0, stopped: false, failure: said("source_refused_silently", { status: "503" }) };
    return seat ? [{ id: `source-${made}`, version: 1, application, environment, name, connection: seat.connection.id, source, rows: total, came: null, pulling: false, doneAt: done.at, history: [done, failed, first], ...more }] : [];
  };
  const crm = (module: string, fields: FieldView[]): SourceDraft["source"] => ({ operation: "get_records", given: { module, fields: fields.map((one) => one.name) }, key: null, changes: true, fields: fields.map(fieldOf) });
  let all: Kept[] = empty || options.get("sources") === "none" ? [] : [
    ...at("zoho_crm", "app-orders", "production", n("Candidates", "応募者"), crm("Candidates", FIELDS)),
    ...at("customer_lookup", "app-orders", "production", n("Accounts", "取引先"), { operation: "query", given: { object: "Account", fields: ["Id", "Name"] }, key: null, changes: false, fields: [] }, { came: 600 }),
    ...at("practice_crm", "app-tasks", "production", n("Practice contacts", "練習用の連絡先"), { operation: "list_contacts", given: {}, key: null, changes: false, fields: FIELDS.map(fieldOf) }, { rows: 12 }),
  ];

  const rowsOf = (service: string): ReturnType<typeof operationsOf> => operationsOf(service, japanese).filter((one) => one.role === "rows");
  const adds = (service: string): ReturnType<typeof operationsOf>[number] | undefined => operationsOf(service, japanese).find((one) => one.role === "add");
  const need = (id: ItemId): Kept => all.find((one) => one.id === id) ?? refuse(said("missing"));
  const seatOf = (one: { application: ApplicationId; environment: Environment; connection: ConnectionId | null }): LiveRow | undefined => around.live(one.application, one.environment).rows.find((row) => row.connection.id === one.connection);
  const refusedOf = (seat: LiveRow): Failure | null => (seat.reach !== "all" ? said("same_authorization_needed", { connection: seat.connection.linkName }) : seat.health.state !== "connected" ? known("not_connected") : null);

  function rowOf(one: Kept): SourceRow {
    const seat = seatOf(one);
    const what = one.source.given["module"] ?? one.source.given["object"];
    const label = seat && rowsOf(seat.connection.service.id).find((each) => each.id === one.source.operation)?.label;
    return {
      id: one.id, name: one.name, what: typeof what === "string" ? what : (label ?? ""), connection: seat?.connection ?? null, changedAt: Date.now() - 26 * HOUR, stopped: seat ? refusedOf(seat) : known("application_no_access"),
      rows: one.rows, pulling: one.pulling, came: one.came, doneAt: one.doneAt, last: one.history[0] ?? null,
    };
  }
  function viewOf(one: Kept): SourceView {
    const { rows: _r, came: _c, pulling: _p, doneAt: _d, history, ...draft } = one;
    const seat = seatOf(one);
    return {
      draft, row: rowOf(one), canAskForChanges: one.source.operation === "get_records", runsAs: seat?.account ?? null,
      schedules: one.id === "source-1" ? [{ id: "schedule-1", name: n("Every hour", "毎時"), next: Math.ceil(Date.now() / HOUR) * HOUR }] : [],
      canAdd: seat !== undefined && adds(seat.connection.service.id) !== undefined, history,
    };
  }
  const connections = (application: ApplicationId, environment: Environment): SourceConnection[] =>
    around.live(application, environment).rows.filter((row) => rowsOf(row.connection.service.id).length > 0).map((seat) => ({ seat, refused: refusedOf(seat) }));

  return {
    sources_get: ({ application, environment }) => ({
      application: around.live(application, environment).application,
      sources: all.filter((one) => one.application === application && one.environment === environment).map(rowOf).toSorted((a, b) => a.name.localeCompare(b.name, around.start().locale)),
      connections: connections(application, environment), mayManage: true,
    }),
    source_get: ({ item }) => viewOf(need(item)),
    source_operations: ({ connection }) => {
      const seat = ["app-orders", "app-tasks"].flatMap((application) => around.live(application, "production").rows).find((row) => row.connection.id === connection);
      return rowsOf(seat?.connection.service.id ?? "").map((operation) => ({ operation: { ...operation, inputs: operation.inputs.filter((input) => input.name !== "since") }, canAskForChanges: operation.id === "get_records" }));
    },
    source_modules: ({ through }) => (seatOf(through)?.connection.service.id === "zoho_crm" ? ["Leads", "Contacts", "Candidates"].map((name) => view(name, name, "module")) : []),
    source_fields: async ({ through, module }) => {
      await work.slowly("task", 40);
      return module !== null || seatOf(through)?.connection.service.id === "practice" ? FIELDS : [];
    },
    source_keep: ({ draft }) => {
      const name = draft.name.trim();
      if (name === "") refuse(said("name_empty"));
      if (all.some((one) => one.id !== draft.id && one.application === draft.application && one.environment === draft.environment && one.name === name)) refuse(known("name_taken"));
      const before = draft.id === null ? null : need(draft.id);
      made += 1;
      const one: Kept = {
        ...(before ?? { rows: 0, came: null, pulling: false, doneAt: null, history: [] }), ...draft, id: before?.id ?? `source-made-${made}`, version: (before?.version ?? 0) + 1, name, connection: draft.connection ?? refuse(said("call_connection_needed")),
      };
      all = [...all.filter((each) => each.id !== one.id), one];
      around.changed();
      return viewOf(one);
    },
    source_delete: ({ item }) => {
      const one = need(item);
      if (one.pulling) refuse(said("source_busy"));
      all = all.filter((each) => each.id !== item);
      around.changed();
    },
    source_pull: async ({ item, anew }) => {
      const one = need(item);
      if (one.pulling) refuse(said("source_busy"));
      one.pulling = true;
      if (anew || one.came === null) one.came = 0;
      around.changed();
      const end = (more: Partial<PullRecord>): void => {
        one.history = [{ at: Date.now(), who: around.start().member.name, came: one.came ?? 0, gone: 0, stopped: false, failure: null, ...more }, ...one.history];
        one.pulling = false;
        around.changed();
      };
      const all_ = Math.max(total, one.came);
      while (options.get("slow") && one.came < all_) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        if (!one.pulling) {
          end({ stopped: true });
          return viewOf(one);
        }
        one.came = Math.min(all_, one.came + 20);
        around.changed();
      }
      const fails = options.get("pull");
      if (fails) {
        one.came = 400;
        const failure = said(fails, { host: "pages.example.net", status: "503" });
        end({ failure });
        refuse(failure);
      }
      one.came = all_;
      end({});
      [one.rows, one.came, one.doneAt] = [all_, null, Date.now()];
      around.changed();
      return viewOf(one);
    },
    source_stop: ({ item }) => {
      need(item).pulling = false;
    },
    source_rows: async ({ item, after, skip, limit, find }) => {
      const one = need(item);
      if (find !== "" && options.get("slow")) await new Promise((resolve) => setTimeout(resolve, 400));
      const wanted = find.toLowerCase();
      const rows: SourceRecord[] = [];
      const from = (after ?? 0) + skip;
      const end = Math.min(one.rows, wanted === "" ? from + limit : from + LOOKED);
      let i = from;
      for (; i < end && rows.length < limit; i += 1) {
        const made_ = record(i);
        if (wanted === "" || Object.values(made_.fields).some((value) => String(value).toLowerCase().includes(wanted))) rows.push(made_);
      }
      return { rows, looked: i - from, next: i < one.rows ? i : null };
    },
    source_export: async ({ item, form }) => {
      const one = need(item);
      if ((await work.slowly("rows", one.rows)) !== null) refuse(said("work_stopped"));
      return { path: `/home/aiko/Downloads/tsunagi/rows-20261127-1430.${form}`, entries: one.rows, leftOut: 0 };
    },
    source_forms: ({ application, environment }) =>
      all.filter((one) => one.application === application && one.environment === environment).flatMap((one): SourceForm[] => {
        const seat = seatOf(one);
        return seat && adds(seat.connection.service.id) ? [{ id: one.id, name: one.name, what: rowOf(one).what, seat, fields: one.source.fields }] : [];
      }),
    source_add: ({ item, record: given }) => {
      const one = need(item);
      const seat = seatOf(one) ?? refuse(known("application_no_access"));
      const none: TaskDone = { connection: seat.connection, made: false, verdict: null, id: null, message: null, records: [], payment: null, link: null, rows: 0, more: false, answer: null, refused: null };
      if (seat.health.state !== "connected") return { ...none, refused: known("not_connected") };
      const operation = adds(seat.connection.service.id) ?? refuse(said("source_takes_none", { service: seat.connection.service.name }));
      const verdict = (options.get("verdict") ?? "done") as TaskVerdict;
      return { ...none, verdict, ...answered(operation, { operation: operation.id, given: { record: given } }, verdict, seat.account?.label ?? "") };
    },
  };
}
