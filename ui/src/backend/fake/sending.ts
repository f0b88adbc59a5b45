// SMS and payments of the fake workspace, sent in memory. `?verdict=refused` or `unclear`, `?lost=1` and
// `?retired=1` choose what comes of it.
import type { ApplicationId, CallRecord, Commands, ConnectionMark, Environment, Failure, LiveRow, OperationView, SendConnection, SendKind, Start, TaskDone, TaskVerdict } from "../bindings";
import en from "../../../messages/en.json";
import ja from "../../../messages/ja.json";
import { failureOf, type FailureCode } from "./failures";
import { answered, operationsOf } from "./operations";
import { gallery } from "./seed";
import type { FakeWork } from "./work";

type Names = "sending_get" | "send_operations" | "send_by_hand" | "send_history";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["answer"] | Promise<Commands[K]["answer"]> };

interface Around {
  start: () => Start;
  live: (application: ApplicationId, environment: Environment) => Commands["live_get"]["answer"];
  marks: () => ConnectionMark[];
  changed: () => void;
}

const ROLES: Record<SendKind, readonly (OperationView["role"])[]> = { sms: ["message"], payment: ["payment", "payment_status"] };
const PATHS: Record<SendKind, string> = { sms: "/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json", payment: "/v1/payment_links" };
const HOSTS: Record<SendKind, string> = { sms: "api.twilio.com", payment: "api.razorpay.com" };

const refuse = (failure: Failure): never => {
  throw failure;
};

export function sendingHandlers(around: Around, work: FakeWork, options: URLSearchParams, empty: boolean): Handlers {
  const { locale } = around.start();
  const japanese = locale === "ja";
  const messages: Record<string, string> = japanese ? ja : en;
  const said = (code: string, args: Record<string, string> = {}): Failure => {
    const fill = (key: string): string => (messages[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => args[name] ?? whole);
    return { code, message: fill(`error.${code}`), help: fill(`error.${code}.help`) };
  };
  const known = (code: FailureCode): Failure => failureOf(code, locale);
  const able = (service: string, kind: SendKind): OperationView[] => operationsOf(service, japanese).filter((one) => ROLES[kind].includes(one.role));

  const now = Date.now();
  const record = (kind: SendKind, ago: number, more: Partial<CallRecord> = {}): CallRecord => ({ at: now - ago * 60_000, who: around.start().member.name, method: "POST", host: HOSTS[kind], path: PATHS[kind], status: 201, refused: null, millis: 412, bytes: 690, ...more });
  const sent: Record<SendKind, CallRecord[]> = {
    sms: [record("sms", 42), record("sms", 1560, { status: 400 }), record("sms", 1561, { status: null, refused: said("answer_lost") })],
    payment: [record("payment", 8, { method: "GET", path: `${PATHS.payment}/plink_ExjpAUN3gVHrPJ`, status: 200 }), record("payment", 12, { status: 200 }), record("payment", 3200, { host: "", path: "", status: null, refused: known("not_connected") })],
  };

  function connection(seat: LiveRow, kind: SendKind): SendConnection {
    const account = seat.account?.label ?? "";
    const stakes = kind === "sms" ? null : account.startsWith("rzp_test") ? "sandbox" : account.startsWith("rzp_live") ? "live" : "unknown";
    return { seat, stakes, refused: options.get("retired") ? said("connector_retired", { service: seat.connection.service.name, date: "2024-09-26" }) : null };
  }
  const seats = (kind: SendKind, application: ApplicationId, environment: Environment): SendConnection[] =>
    empty ? [] : around.live(application, environment).rows.filter((row) => able(row.connection.service.id, kind).length > 0).map((row) => connection(row, kind));

  return {
    sending_get: ({ kind, application, environment }) => ({
      application: around.live(application, environment).application,
      connections: seats(kind, application, environment),
      unspoken: kind === "sms" ? gallery(locale).filter((one) => one.service.id === "sms_magic").map((one) => ({ service: one.service, notes: [japanese ? "SMS-Magic の API について、公開された仕様は見つかっていません。" : "SMS-Magic publishes no description of its API that could be found."] })) : [],
      mayManage: true,
    }),
    send_operations: ({ kind, connection: id }) => able(around.marks().find((one) => one.id === id)?.service.id ?? "", kind),
    send_by_hand: async ({ draft }) => {
      const { kind, application, environment, task } = draft;
      const chosen = seats(kind, application, environment).find((one) => one.seat.connection.id === draft.connection) ?? refuse(known("application_no_access"));
      const operation = able(chosen.seat.connection.service.id, kind).find((one) => one.id === task.operation) ?? refuse(said("task_operation_unknown", { service: chosen.seat.connection.service.name }));
      if (kind === "payment" && operation.repeat !== "safe" && draft.stakes !== chosen.stakes) refuse(said("send_stakes_changed", { connection: chosen.seat.connection.linkName }));
      if (task.given.to === "+15005550001") refuse(said("task_input_place", { input: operation.inputs[0]?.label ?? "" }));
      const none: TaskDone = { connection: chosen.seat.connection, made: false, verdict: null, id: null, message: null, records: [], payment: null, link: null, rows: 0, more: false, answer: null, refused: null };
      const note = (more: Partial<CallRecord>): void => {
        sent[kind] = [{ ...record(kind, 0), at: Date.now(), ...more }, ...sent[kind]];
        around.changed();
      };
      if (chosen.seat.health.state !== "connected") {
        const refused = known("not_connected");
        note({ host: "", path: "", status: null, refused });
        return { ...none, refused };
      }
      if ((await work.slowly("task", 40)) !== null) refuse(said("call_stopped"));
      if (options.get("lost")) {
        const refused = said("answer_lost");
        note({ status: null, refused });
        return { ...none, refused };
      }
      const verdict = (options.get("verdict") ?? "done") as TaskVerdict;
      const path = operation.role === "payment_status" ? { method: "GET", path: `${PATHS.payment}/${String(task.given.id)}`, status: 200 } : { status: verdict === "done" ? 201 : verdict === "refused" ? 400 : 504 };
      note(path);
      return { ...none, verdict, ...answered(operation, task, verdict, chosen.seat.account?.label ?? "") };
    },
    send_history: ({ kind, environment, connection: id }) => (environment === "stage" || !around.marks().some((one) => one.id === id) ? [] : sent[kind]),
  };
}
