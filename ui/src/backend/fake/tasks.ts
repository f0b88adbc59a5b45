// Integration tasks of the fake workspace: what services can do, done in memory. `?verdict=partly`,
// `refused` or `unclear` choose what comes of it.
import type {
  ApplicationId, Commands, ConnectionId, ConnectionMark, ConnectionRow, Environment, Failure, ItemId, LiveRow, NewConnection, OperationView, ServiceMark, Start, Task, TaskDone, TaskDraft, TaskRow, TasksView, TaskVerdict,
} from "../bindings";
import en from "../../../messages/en.json";
import ja from "../../../messages/ja.json";
import { failureOf, type FailureCode } from "./failures";
import { gallery } from "./seed";
import { answered, operationsOf, OPTIONAL } from "./operations";
import type { FakeWork } from "./work";

type Names = "tasks_get" | "task_get" | "task_operations" | "task_keep" | "task_delete" | "task_run";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["answer"] | Promise<Commands[K]["answer"]> };

interface Kept extends TaskDraft {
  id: ItemId;
  version: number;
  connection: ConnectionId;
  changedAt: number;
  /** What is stored is no task. */
  torn: boolean;
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

const refuse = (failure: Failure): never => {
  throw failure;
};
const markOf = (row: ConnectionRow): ConnectionMark => ({ id: row.id, name: row.name, linkName: row.linkName, service: row.service, kind: row.kind, enabled: row.enabled });

export function taskHandlers(around: Around, work: FakeWork, options: URLSearchParams, empty: boolean): Handlers {
  const japanese = around.start().locale === "ja";
  const messages: Record<string, string> = japanese ? ja : en;
  /** A sentence of the program's own; `of` is the kind that it is said for. */
  const said = (code: string, args: Record<string, string> = {}, of = ""): Failure => {
    const fill = (key: string): string => (messages[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => args[name] ?? whole);
    return { code, message: fill(`error.${code}${of}`), help: fill(`error.${code}.help`) };
  };
  const known = (code: FailureCode): Failure => failureOf(code, around.start().locale);
  const able = (service: string): OperationView[] => operationsOf(service, japanese);
  const idOf = (link: string): ConnectionId => around.rows().find((row) => row.linkName === link)?.id ?? "";

  let made = 0;
  const kept = (application: ApplicationId, environment: Environment, name: [string, string], link: string, task: Task, torn = false): Kept => {
    made += 1;
    return { id: `task-${made}`, version: 1, application, environment, name: name[japanese ? 1 : 0], connection: idOf(link), service: null, task, changedAt: Date.now() - made * 86_400_000, torn };
  };
  let all: Kept[] = empty || options.get("tasks") === "none" ? [] : (["development", "production"] as const).flatMap((environment) => [
    kept("app-orders", environment, ["New lead", "見込み客の登録"], "lead_intake", { operation: "add_record", given: { module: "Leads", record: { Last_Name: "Lindqvist", Email: "maja@example.com", Visits: 3, Newsletter: true } } }),
    kept("app-orders", environment, ["Customer by name", "名前で顧客を照会"], "customer_lookup", { operation: "query", given: { object: "Account", fields: ["Id", "Name", "Industry"] } }),
    kept("app-orders", environment, ["Tomorrow's visit", "明日の来店の案内"], "visit_reminders", { operation: "send_sms", given: { to: "+819012345678", text: japanese ? "明日10時にお待ちしています。" : "See you tomorrow at 10." } }),
  ]).concat(
    kept("app-orders", "development", ["An old one", "古いタスク"], "lead_intake", { operation: "", given: {} }, true),
    kept("app-tasks", "production", ["Contacts for practice", "練習用の連絡先"], "practice_crm", { operation: "list_contacts", given: {} }),
  );

  const seats = (application: ApplicationId, environment: Environment): LiveRow[] => around.live(application, environment).rows.filter((row) => able(row.connection.service.id).length > 0);
  const systemOf = (service: string): ConnectionRow | undefined => around.rows().find((row) => row.kind === "system" && row.service.id === service);
  const need = (id: ItemId): Kept => all.find((one) => one.id === id) ?? refuse(said("missing"));
  const draftOf = ({ changedAt: _changed, torn, ...draft }: Kept): TaskDraft => (torn ? refuse(said("item_unreadable", { name: draft.name })) : draft);

  function rowOf(one: Kept): TaskRow {
    const seat = around.live(one.application, one.environment).rows.find((row) => row.connection.id === one.connection);
    const connection = seat?.connection ?? null;
    const label = connection && able(connection.service.id).find((each) => each.id === one.task.operation)?.label;
    const stopped = !seat ? known("application_no_access") : seat.health.state === "connected" ? null : known("not_connected");
    return { id: one.id, name: one.name, operation: one.torn ? "" : (label ?? ""), connection, changedAt: one.changedAt, stopped };
  }

  /** R5: what a task goes through; the system connection comes into being where there is none. */
  function through(draft: TaskDraft): { row: ConnectionRow; made: boolean } {
    const chosen = around.rows().find((row) => row.id === draft.connection);
    if (chosen) return { row: chosen, made: false };
    const service = draft.service ?? refuse(said("call_connection_needed"));
    const before = systemOf(service);
    if (before) {
      if (!around.live(draft.application, draft.environment).rows.some((one) => one.connection.id === before.id)) around.grant(draft.application, before.id);
      return { row: before, made: false };
    }
    const mark = markOfService(service);
    const id = around.create({
      name: mark.name, linkName: `${service}_system`, connector: service, kind: "system", mode: "same", scopes: [], registration: null, settings: {}, reuse: null,
    });
    around.grant(draft.application, id);
    const row = around.rows().find((one) => one.id === id) ?? refuse(known("connection_unknown"));
    return { row, made: true };
  }
  const markOfService = (service: string): ServiceMark => gallery(around.start().locale).find((one) => one.service.id === service)?.service ?? refuse(known("connection_unknown"));

  /** As the program checks what is given. */
  function misfit(operation: OperationView, { given }: Task): Failure | null {
    for (const input of operation.inputs) {
      const value = given[input.name];
      if (value === undefined && input.required && input.default === null) return said("task_input_missing", { input: input.label });
      if (value === "+15005550001") return said("task_input_place", { input: input.label });
    }
    return null;
  }

  return {
    tasks_get: ({ application, environment }) => {
      const answer: TasksView = {
        application: around.live(application, environment).application,
        tasks: all.filter((one) => one.application === application && one.environment === environment).map(rowOf).toSorted((a, b) => a.name.localeCompare(b.name, around.start().locale)),
        connections: seats(application, environment),
        services: empty ? [] : OPTIONAL.map((service) => {
          const row = systemOf(service);
          return { service: markOfService(service), connection: row ? markOf(row) : null, refused: null };
        }),
        mayManage: true,
      };
      return answer;
    },
    task_get: ({ item }) => draftOf(need(item)),
    task_operations: ({ service, connection }) => able(service).map((one) => (connection === null ? { ...one, scopesMissing: [] } : one)),
    task_keep: ({ draft }) => {
      const name = draft.name.trim();
      if (name === "") refuse(said("name_empty"));
      const { row } = through(draft);
      if (!able(row.service.id).some((one) => one.id === draft.task.operation)) refuse(said("task_operation_unknown", { service: row.service.name }));
      if (all.some((one) => one.id !== draft.id && one.application === draft.application && one.environment === draft.environment && one.name.toLowerCase() === name.toLowerCase())) refuse(known("name_taken"));
      if (draft.id !== null) {
        const before = need(draft.id);
        // `?theirs=1`: another window is quicker, once.
        if (options.get("theirs") && before.version === 1) Object.assign(before, { version: 2, task: { ...before.task, given: { ...before.task.given, module: "Contacts" } } });
        if (before.version !== draft.version) refuse(said("stale"));
      }
      made += draft.id === null ? 1 : 0;
      const one: Kept = { ...draft, id: draft.id ?? `task-${made}`, version: (draft.version ?? 0) + 1, name, connection: row.id, service: null, changedAt: Date.now(), torn: false };
      all = [...all.filter((each) => each.id !== one.id), one];
      around.changed();
      return draftOf(one);
    },
    task_delete: ({ item }) => {
      all = all.filter((one) => one.id !== need(item).id);
      around.changed();
    },
    task_run: async ({ draft }) => {
      const { row, made: new_ } = through(draft);
      const operation = able(row.service.id).find((one) => one.id === draft.task.operation) ?? refuse(said("task_operation_unknown", { service: row.service.name }));
      const wrong = misfit(operation, draft.task);
      if (wrong) refuse(wrong);
      const none: TaskDone = { connection: markOf(row), made: new_, verdict: null, id: null, message: null, records: [], payment: null, link: null, rows: 0, more: false, answer: null, refused: null };
      around.changed();
      const seat = seats(draft.application, draft.environment).find((one) => one.connection.id === row.id);
      if (!seat) return { ...none, refused: known("application_no_access") };
      if (seat.health.state !== "connected") return { ...none, refused: known("not_connected") };
      if ((await work.slowly("task", 40)) !== null) refuse(said("call_stopped"));
      const verdict = (options.get("verdict") ?? "done") as TaskVerdict;
      return { ...none, verdict, ...answered(operation, draft.task, verdict, seat.account?.label ?? "") };
    },
  };
}

