// Form and report workflows of the fake workspace: kept, opened, filled in, in memory. `?outcome=failed`, `unknown` or
// `refused` choose what comes of actions; `?choices=failed` that a service gives none.
import type {
  ActionRun, ApplicationId, Commands, ConnectionId, ConnectionMark, ConnectionRow, Environment, Failure, FieldShown, FormField, FormView, ItemId, LiveRow, NewConnection, OperationView, RecordPage, RecordView, ServiceMark, Start, Workflow, WorkflowDoes, WorkflowDraft, WorkflowPart, WorkflowRow, WorkflowRule, WorkflowRun, WorkflowSeat, WorkflowTest,
} from "../bindings";
import en from "../../../messages/en.json";
import ja from "../../../messages/ja.json";
import { failureOf, type FailureCode } from "./failures";
import { actionRun, callReport, candidateForm, orderForm, seedRecords, seedRuns } from "./forms";
import { operationsOf } from "./operations";
import { gallery } from "./seed";
import type { FakeWork } from "./work";

type Names = "workflows_get" | "workflow_get" | "workflow_operations" | "workflow_keep" | "workflow_delete" | "workflow_history" | "workflow_retry" | "forms_get" | "form_open" | "form_input" | "record_add" | "record_edit" | "record_delete" | "records_get" | "report_open" | "report_act";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["answer"] | Promise<Commands[K]["answer"]> };
type Values = Record<string, unknown>;

interface Kept extends WorkflowDraft {
  id: ItemId;
  version: number;
  changedAt: number;
  /** What is stored is no workflow. */
  torn: boolean;
  records: RecordView[];
  runs: WorkflowRun[];
}
/** What the rest of the fake lends. */
interface Around {
  start: () => Start;
  rows: () => ConnectionRow[];
  live: (application: ApplicationId, environment: Environment) => Commands["live_get"]["answer"];
  grant: (application: ApplicationId, connection: ConnectionId) => void;
  create: (draft: NewConnection) => ConnectionId;
  changed: () => void;
}

const PAGE = 50;
/** R5: a form's push to one of these may leave its connection out. */
const LEAVABLE = ["zoho_crm", "zoho_recruit"];
const ROLES: Record<WorkflowDoes, string[]> = { push: ["add", "update"], look_up: ["get", "search", "rows"], send_sms: ["message"], take_payment: ["payment"], show: ["rows", "search"], call_url: [] };
const refuse = (failure: Failure): never => {
  throw failure;
};
const markOf = (row: ConnectionRow): ConnectionMark => ({ id: row.id, name: row.name, linkName: row.linkName, service: row.service, kind: row.kind, enabled: row.enabled });
const fieldsOf = (workflow: Workflow): FormField[] => (workflow.subject.kind === "form" ? workflow.subject.fields : []);

const textOf = (value: unknown): string => (value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value)).toLowerCase();
const partsOf = (workflow: Workflow): string[] => [...fieldsOf(workflow).flatMap((field) => (field.shows ? [field.shows.id] : [])), ...workflow.rules.flatMap((rule) => rule.actions.map((action) => action.id))];

export function workflowHandlers(around: Around, work: FakeWork, options: URLSearchParams, empty: boolean): Handlers {
  const japanese = around.start().locale === "ja";
  const n = (english: string, other: string): string => (japanese ? other : english);
  const messages: Record<string, string> = japanese ? ja : en;
  /** A sentence of the program's own. */
  const said = (code: string, args: Record<string, string> = {}): Failure => {
    const fill = (key: string): string => (messages[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => args[name] ?? whole);
    return { code, message: fill(`error.${code}`), help: fill(`error.${code}.help`) };
  };
  const known = (code: FailureCode): Failure => failureOf(code, around.start().locale);
  const idOf = (link: string): ConnectionId | null => around.rows().find((row) => row.linkName === link)?.id ?? null;
  const able = (service: string): OperationView[] => operationsOf(service, japanese);
  const mark = (service: string): ServiceMark => gallery(around.start().locale).find((one) => one.service.id === service)?.service ?? refuse(known("connection_unknown"));

  const seats = (one: Pick<Kept, "application" | "environment">): LiveRow[] => around.live(one.application, one.environment).rows;

  let made = 0;
  const kept = (id: string, application: ApplicationId, environment: Environment, name: string, workflow: Workflow, links: Record<string, string>, more: Partial<Kept> = {}): Kept => ({
    id, version: 1, application, environment, name, workflow, seats: Object.entries(links).map(([part, link]) => ({ part, connection: idOf(link), service: null })), changedAt: Date.now() - 3 * 86_400_000, torn: false, records: [], runs: [], ...more,
  });
  const order = { look_up: "lead_intake", shows: "customer_lookup", action: "lead_intake", action_2: "visit_reminders", action_3: "shop_payments" };
  const environments: Environment[] = ["development", "production"];
  let all: Kept[] = empty || options.get("workflows") === "none" ? [] : environments.flatMap((environment) => {
    const form = `form-${environment === "development" ? 1 : 2}`;
    return [
      kept(form, "app-orders", environment, n("New order", "注文の登録"), orderForm(n), order, { records: environment === "development" ? seedRecords(n) : [] }),
      kept(`report-${environment === "development" ? 1 : 2}`, "app-orders", environment, n("Orders to call about", "連絡する注文"), callReport(n, form), { action: "visit_reminders" }),
    ];
  }).concat(
    kept("form-3", "app-orders", "development", n("Candidates", "応募者"), candidateForm(n), { action: "zoho_recruit" }),
    kept("form-9", "app-orders", "development", n("An old form", "古いフォーム"), candidateForm(n), {}, { torn: true }),
  );
  const form = all.find((one) => one.id === "form-1");
  if (form) {
    const via = (part: string): ConnectionMark | null => partOf(form, part).connection;
    const actions: Record<string, ActionRun[]> = {
      "run-4": [actionRun("action", "push", "done", { connection: via("action"), made: "5725767000000524157" }), actionRun("action_2", "send_sms", "unknown", { connection: via("action_2"), failure: said("answer_lost") }), actionRun("action_3", "take_payment", "skipped", { connection: via("action_3") })],
      "run-3": [actionRun("action", "push", "failed", { connection: via("action"), message: "invalid data: Last_Name is mandatory" }), actionRun("action_2", "send_sms", "skipped", { connection: via("action_2") }), actionRun("action_3", "take_payment", "skipped", { connection: via("action_3") })],
      "run-2": [actionRun("action", "push", "done", { connection: via("action"), made: "5725767000000524101" }), actionRun("action_2", "send_sms", "done", { connection: via("action_2"), made: "SM5a1f" }), actionRun("action_3", "take_payment", "done", { connection: via("action_3"), made: "plink_ExjpAUN3gVHrPJ", payment: "waiting", link: "https://rzp.io/i/nxrHnLJ" })],
      "run-1": [actionRun("action", "push", "waiting", { connection: via("action") })],
    };
    form.runs = seedRuns(form.id, n).map((run) => ({ ...run, actions: actions[run.id] ?? [] }));
  }

  const need = (id: ItemId): Kept => all.find((one) => one.id === id) ?? refuse(said("missing"));
  const draftOf = ({ changedAt: _changed, torn, records: _records, runs: _runs, ...draft }: Kept): WorkflowDraft => (torn ? refuse(said("item_unreadable", { name: draft.name })) : draft);

  function partOf(one: Kept, part: string): WorkflowPart {
    const { rules } = one.workflow;
    const action = rules.flatMap((rule) => rule.actions).find((each) => each.id === part);
    const shows = fieldsOf(one.workflow).find((field) => field.shows?.id === part)?.shows;
    const does: WorkflowDoes = action?.does.kind ?? "show";
    const id = shows?.operation ?? (action && "operation" in action.does ? action.does.operation : "");
    const wanted = one.seats.find((seat) => seat.part === part)?.connection;
    const row = around.rows().find((each) => each.id === wanted);
    const seat = seats(one).find((each) => each.connection.id === wanted);
    const stopped = !seat ? known("application_no_access") : seat.health.state === "connected" ? null : known("not_connected");
    return { id: part, does, operation: row ? (able(row.service.id).find((each) => each.id === id)?.label ?? "") : "", connection: row ? markOf(row) : null, stopped };
  }
  function rowOf(one: Kept): WorkflowRow {
    const parts = one.torn ? [] : partsOf(one.workflow).map((part) => partOf(one, part));
    const { subject } = one.workflow;
    const of = subject.kind === "report" ? all.find((each) => each.id === subject.of) : undefined;
    return {
      id: one.id, name: one.name, form: subject.kind === "form", subject: of ? { id: of.id, name: of.name, form: true } : null, rules: one.torn ? 0 : one.workflow.rules.length, records: one.records.length, parts, changedAt: one.changedAt,
      stopped: one.torn ? said("item_unreadable", { name: one.name }) : (parts.find((part) => part.stopped)?.stopped ?? null), last: one.runs[0] ?? null,
    };
  }

  /** R5: the system connection comes into being where a push left its connection out. */
  function seated({ part, connection, service }: WorkflowSeat, { application, environment }: WorkflowDraft): WorkflowSeat {
    if (connection !== null || service === null) return { part, connection, service: null };
    const before = around.rows().find((row) => row.kind === "system" && row.service.id === service);
    const id = before?.id ?? around.create({ name: mark(service).name, linkName: `${service}_system`, connector: service, kind: "system", mode: "same", scopes: [], registration: null, settings: {}, reuse: null });
    if (!around.live(application, environment).rows.some((row) => row.connection.id === id)) around.grant(application, id);
    return { part, connection: id, service: null };
  }

  function holds(test: WorkflowTest, values: Values, before: Values | null): boolean {
    const [mine, other] = [values[test.field], test.value];
    switch (test.is) {
      case "empty":
        return textOf(mine) === "";
      case "not_empty":
        return textOf(mine) !== "";
      case "changed":
        return before === null || textOf(before[test.field]) !== textOf(mine);
      case "contains":
        return textOf(mine).includes(textOf(other));
      case "starts_with":
        return textOf(mine).startsWith(textOf(other));
      case "greater":
        return typeof mine === "number" && typeof other === "number" ? mine > other : textOf(mine) > textOf(other);
      case "less":
        return typeof mine === "number" && typeof other === "number" ? mine < other : textOf(mine) < textOf(other);
      case "is":
        return textOf(mine) === textOf(other);
      default:
        return textOf(mine) !== textOf(other);
    }
  }
  const meets = ({ when }: WorkflowRule, values: Values, before: Values | null): boolean => when === null || (when.any ? when.tests.some((test) => holds(test, values, before)) : when.tests.every((test) => holds(test, values, before)));

  const aboutOf = (one: Kept, values: Values): string => String([...fieldsOf(one.workflow).map((field) => values[field.name]), ...Object.values(values)].find((value) => typeof value === "number" || (typeof value === "string" && value.trim() !== "")) ?? "");
  /** What a service says of somebody. */
  const FOUND: Values = { Full_Name: n("Maja Lindqvist", "森 美咲"), Phone: "+819012345670", id: "5725767000000524157" };
  function perform(one: Kept, rule: WorkflowRule, record: string | null, values: Values): WorkflowRun {
    made += 1;
    const outcome = options.get("outcome") ?? "done";
    let over = false;
    const actions = rule.actions.map((action): ActionRun => {
      const { connection, stopped } = partOf(one, action.id);
      const kind = action.does.kind;
      if (over) return actionRun(action.id, kind, "skipped", { connection });
      const fails = stopped !== null || (outcome !== "done" && kind !== "look_up");
      over = fails && !action.go_on;
      if (stopped) return actionRun(action.id, kind, "refused", { connection, failure: stopped });
      if (fails) return outcome === "unknown" ? actionRun(action.id, kind, "unknown", { connection, failure: said("answer_lost") }) : actionRun(action.id, kind, "failed", { connection, message: "invalid data: Last_Name is mandatory" });
      if (action.does.kind === "look_up") {
        for (const { at, field } of action.does.into) if (at in FOUND) values[field] = FOUND[at];
        return actionRun(action.id, kind, "done", { connection, status: 200, filled: action.does.into.map((into) => fieldsOf(one.workflow).find((field) => field.name === into.field)?.label ?? into.field) });
      }
      const paid: Partial<ActionRun> = kind === "take_payment" ? { payment: "waiting", link: "https://rzp.io/i/nxrHnLJ", made: "plink_ExjpAUN3gVHrPJ" } : { made: "5725767000000524158" };
      return actionRun(action.id, kind, "done", { connection, ...paid });
    });
    const state = actions.some((action) => action.state === "unknown") ? "unknown" : actions.every((action) => action.state === "done") ? "done" : "failed";
    const run: WorkflowRun = { id: `run-${made + 100}`, item: one.id, at: Date.now(), endedAt: Date.now(), who: around.start().member.name, rule: rule.name, trigger: rule.on, record, about: aboutOf(one, values), outcome: state, actions, mayRetry: state !== "done", retriedBy: null };
    one.runs = [run, ...one.runs];
    return run;
  }
  const acting = (one: Kept, is: (rule: WorkflowRule) => boolean, record: string | null, values: Values, before: Values | null = null): WorkflowRun[] => one.workflow.rules.filter((rule) => is(rule) && meets(rule, values, before)).map((rule) => perform(one, rule, record, values));
  const slowly = async (): Promise<void> => {
    if ((await work.slowly("workflow", 40)) !== null) refuse(said("call_stopped"));
  };

  const shown = (field: FormField, one: Kept): FieldShown => {
    const own = field.choices.map((value) => ({ label: value, value }));
    if (!field.shows) return { field, choices: own, more: false, failure: null };
    const { stopped } = partOf(one, field.shows.id);
    const failure = options.get("choices") === "failed" ? known("not_connected") : stopped;
    return { field, choices: failure ? [] : ["Lagos Lights", "Kumo Works", "Osaka Freight"].map((label) => ({ label, value: label })), more: !failure, failure };
  };
  const page = (one: Kept, after: number | null): RecordPage => {
    const rest = one.records.filter((record) => after === null || record.place < after);
    const records = rest.slice(0, PAGE);
    return { records, next: rest.length > PAGE ? (records.at(-1)?.place ?? null) : null, count: one.records.length };
  };
  /** Whose records are meant: of a report, its form's. */
  const owner = (one: Kept): Kept => (one.workflow.subject.kind === "report" ? need(one.workflow.subject.of) : one);
  const record = (one: Kept, id: string): RecordView => one.records.find((each) => each.id === id) ?? refuse(said("missing"));
  const both = (one: Kept, kind: "edit" | "delete", id: string, values: Values, before: Values): WorkflowRun[] => [...new Set([owner(one), one])].flatMap((each) => acting(each, (rule) => rule.on.kind === kind, id, values, before));

  return {
    workflows_get: ({ application, environment }) => ({
      application: around.live(application, environment).application,
      workflows: all.filter((one) => one.application === application && one.environment === environment).map(rowOf).toSorted((a, b) => Number(b.form) - Number(a.form) || a.name.localeCompare(b.name, around.start().locale)),
      sources: empty || application !== "app-orders" ? [] : [{ id: "source-1", name: n("Deals", "商談"), form: false }],
      connections: around.live(application, environment).rows,
      services: empty ? [] : LEAVABLE.map((service) => {
        const row = around.rows().find((each) => each.kind === "system" && each.service.id === service);
        return { service: mark(service), connection: row ? markOf(row) : null, refused: null };
      }),
      mayManage: true,
    }),
    workflow_get: ({ item }) => draftOf(need(item)),
    workflow_operations: ({ service, connection, does }) => able(service).filter((one) => one.role !== null && ROLES[does].includes(one.role)).map((one) => (connection === null ? { ...one, scopesMissing: [] } : one)),
    workflow_keep: ({ draft }) => {
      const name = draft.name.trim();
      if (name === "") refuse(said("name_empty"));
      if (all.some((one) => one.id !== draft.id && one.application === draft.application && one.environment === draft.environment && one.name.toLowerCase() === name.toLowerCase())) refuse(known("name_taken"));
      if (draft.id !== null) {
        const before = need(draft.id);
        // `?theirs=1`: another window is quicker, once.
        if (options.get("theirs") && before.version === 1) before.version = 2;
        if (before.version !== draft.version) refuse(said("stale"));
      }
      made += draft.id === null ? 1 : 0;
      const before = all.find((one) => one.id === draft.id);
      const one: Kept = { ...draft, id: draft.id ?? `made-${made}`, version: (draft.version ?? 0) + 1, name, seats: draft.seats.map((seat) => seated(seat, draft)), changedAt: Date.now(), torn: false, records: before?.records ?? [], runs: before?.runs ?? [] };
      all = [...all.filter((each) => each.id !== one.id), one];
      around.changed();
      return draftOf(one);
    },
    workflow_delete: ({ item }) => {
      all = all.filter((one) => one.id !== need(item).id);
      around.changed();
    },
    workflow_history: ({ item, before }) => {
      const { runs } = need(item);
      const from = before === null ? 0 : runs.findIndex((run) => run.id === before) + 1;
      return runs.slice(from, from + PAGE);
    },
    workflow_retry: async ({ item, run: id, checked, done }) => {
      const one = need(item);
      const run = one.runs.find((each) => each.id === id) ?? refuse(said("missing"));
      if (run.actions.some((action) => (action.state === "unknown" || action.state === "partly") && !checked.includes(action.id) && !done.includes(action.id))) refuse(said("workflow_not_checked"));
      await slowly();
      made += 1;
      const next: WorkflowRun = { ...run, id: `run-${made + 100}`, at: Date.now(), endedAt: Date.now(), outcome: "done", mayRetry: false, actions: run.actions.map((action) => (action.state === "done" ? { ...action, before: true } : done.includes(action.id) ? actionRun(action.id, action.does, "done", { connection: action.connection, before: true, said: true }) : actionRun(action.id, action.does, "done", { connection: action.connection, made: "5725767000000524159" }))) };
      Object.assign(run, { mayRetry: false, retriedBy: next.id });
      one.runs = [next, ...one.runs];
      around.changed();
      return next;
    },
    forms_get: ({ application, environment }) => all.filter((one) => one.application === application && one.environment === environment && !one.torn).map((one) => ({ id: one.id, name: one.name, form: one.workflow.subject.kind === "form" })),
    form_open: async ({ item, record: id }) => {
      const one = need(item);
      const stopped = (await work.slowly("workflow", 40)) !== null;
      const of = id === null ? null : record(one, id);
      const values: Values = { ...of?.values };
      const runs = acting(one, (rule) => rule.on.kind === "load", id, values);
      const view: FormView = {
        id: one.id, name: one.name, application: around.live(one.application, one.environment).application, environment: one.environment, fields: fieldsOf(one.workflow).map((field) => (stopped && field.shows ? { field, choices: [], more: false, failure: said("call_stopped") } : shown(field, one))), values, record: id, version: of?.version ?? null, runs,
        listens: one.workflow.rules.flatMap((rule) => (rule.on.kind === "field_input" ? [rule.on.field] : [])), seats: seats(one),
      };
      return view;
    },
    form_input: async ({ item, field, values }) => {
      const one = need(item);
      await slowly();
      const now = { ...values };
      const runs = acting(one, (rule) => rule.on.kind === "field_input" && rule.on.field === field, null, now);
      return { values: Object.fromEntries(Object.entries(now).filter(([name, value]) => values[name] !== value)), runs };
    },
    record_add: async ({ item, values }) => {
      const one = need(item);
      await slowly();
      made += 1;
      const added: RecordView = { place: 100 + made, id: `record-${100 + made}`, version: 1, values, addedAt: Date.now(), changedAt: Date.now(), who: around.start().member.name };
      one.records = [added, ...one.records];
      return { record: added, runs: acting(one, (rule) => rule.on.kind === "add", added.id, { ...values }) };
    },
    record_edit: ({ item, record: id, version, values }) => {
      const one = need(item);
      const of = owner(one);
      const before = record(of, id);
      if (before.version !== version) refuse(said("stale"));
      const now: RecordView = { ...before, version: version + 1, values, changedAt: Date.now() };
      of.records = of.records.map((each) => (each.id === id ? now : each));
      return { record: now, runs: both(one, "edit", id, { ...values }, before.values) };
    },
    record_delete: async ({ item, record: id, version }) => {
      const one = need(item);
      await slowly();
      const of = owner(one);
      const before = record(of, id);
      if (before.version !== version) refuse(said("stale"));
      of.records = of.records.filter((each) => each.id !== id);
      return { record: null, runs: both(one, "delete", id, { ...before.values }, before.values) };
    },
    records_get: ({ item, after }) => page(owner(need(item)), after),
    report_open: async ({ item }) => {
      const one = need(item);
      await slowly();
      const { subject } = one.workflow;
      if (subject.kind !== "report") return refuse(said("missing"));
      const of = all.find((each) => each.id === subject.of) ?? refuse(said("workflow_subject_missing"));
      const fields = fieldsOf(of.workflow).filter((field) => subject.columns.length === 0 || subject.columns.includes(field.name));
      return {
        id: one.id, name: one.name, subject: { id: of.id, name: of.name, form: true }, columns: fields.map((field) => [field.name, field.label]), page: page(of, null),
        buttons: one.workflow.rules.flatMap((rule) => (rule.on.kind === "row_action" ? [[rule.id, rule.on.label] as [string, string]] : [])), runs: acting(one, (rule) => rule.on.kind === "load", null, {}), mayEdit: true,
      };
    },
    report_act: async ({ item, rule, row }) => {
      const one = need(item);
      const asked = one.workflow.rules.find((each) => each.id === rule) ?? refuse(said("missing"));
      await slowly();
      return perform(one, asked, row, { ...record(owner(one), row).values });
    },
  };
}
