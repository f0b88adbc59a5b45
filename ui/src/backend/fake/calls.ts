// Calls of the fake workspace: kept, sent, stopped, copied.
import type { ApplicationId, Call, CallBody, CallDraft, CallPair, CallRecord, CallRow, CallsView, Commands, ConnectionId, ConnectionRow, ConnectionView, Environment, Failure, ItemId, LiveRow, Start, TryAnswer } from "../bindings";
import en from "../../../messages/en.json";
import ja from "../../../messages/ja.json";
import { failureOf, type FailureCode } from "./failures";
import { answerOf } from "./seed";
import type { FakeWork } from "./work";

type Names = "calls_get" | "call_get" | "call_keep" | "call_delete" | "call_send" | "call_code" | "call_history";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["answer"] | Promise<Commands[K]["answer"]> };

interface Kept extends CallDraft {
  id: ItemId;
  version: number;
  connection: ConnectionId;
  changedAt: number;
  /** What is stored is no call. */
  torn: boolean;
}
/** What the rest of the fake lends. */
interface Around {
  start: () => Start;
  rows: () => ConnectionRow[];
  view: (id: ConnectionId) => ConnectionView;
  live: (application: ApplicationId, environment: Environment) => Commands["live_get"]["answer"];
  changed: () => void;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const pair = (name: string, value: string, on = true): CallPair => ({ name, value, on });
const asked = (method: Call["method"], target: string, query: CallPair[] = [], body: CallBody = { kind: "none" }, headers: CallPair[] = []): Call => ({ method, target, query, headers, body });
const LEAD = `{
  "data": [
    {
      "Last_Name": "Lindqvist",
      "Email": "maja@example.com",
      "Lead_Source": "Web form",
      "Visits": 3
    }
  ],
  "trigger": ["workflow"]
}
`;
const MADE = { data: [{ code: "SUCCESS", status: "success", message: "record added", details: { id: "5725767000000524157", Created_Time: "2026-11-23T14:33:08+09:00", Modified_Time: "2026-11-23T14:33:08+09:00", Created_By: { name: "Ben Osei", id: "5725767000000411001" } } }] };

const refuse = (failure: Failure): never => {
  throw failure;
};
/** Target and query, as they go out. */
function addressed({ call }: CallDraft): string {
  const query = new URLSearchParams(call.query.filter(({ on, name }) => on && name !== "").map(({ name, value }) => [name, value])).toString();
  return `${call.target.trim()}${query === "" ? "" : `?${query}`}`;
}

export function callHandlers(around: Around, work: FakeWork, options: URLSearchParams, empty: boolean): Handlers {
  const messages = (): Record<string, string> => (around.start().locale === "ja" ? ja : en);
  const japanese = around.start().locale === "ja";
  /** A sentence of the program's own. */
  const said = (code: string, args: Record<string, string> = {}): Failure => {
    const fill = (key: string): string => (messages()[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => args[name] ?? whole);
    return { code, message: fill(`error.${code}`), help: fill(`error.${code}.help`) };
  };
  const known = (code: FailureCode): Failure => failureOf(code, around.start().locale);
  const idOf = (link: string): ConnectionId => around.rows().find((row) => row.linkName === link)?.id ?? "";

  let made = 0;
  const kept = (application: ApplicationId, environment: Environment, name: [string, string], link: string, call: Call, torn = false): Kept => {
    made += 1;
    return { id: `call-${made}`, version: 1, application, environment, name: japanese ? name[1] : name[0], connection: idOf(link), call, changedAt: Date.now() - made * DAY, torn };
  };
  const seeded = !empty && options.get("calls") !== "none";
  let all: Kept[] = seeded
    ? (["development", "production"] as const).flatMap((environment) => [
        kept("app-orders", environment, ["Latest leads", "最新の見込み客"], "lead_intake", asked("GET", "/Leads", [pair("fields", "Last_Name,Email,Lead_Source"), pair("per_page", "5"), pair("page", "2", false)], undefined, [pair("If-Modified-Since", "2026-11-23T00:00:00+09:00")])),
        kept("app-orders", environment, ["New lead", "見込み客の登録"], "lead_intake", asked("POST", "/Leads", [], { kind: "json", text: LEAD })),
        kept("app-orders", environment, ["Ticket by its number", "番号でチケットを照会"], "customer_lookup", asked("GET", "/tickets/10482")),
      ]).concat(
        kept("app-tasks", "production", ["Overdue alert", "期限切れの通知"], "team_alerts", asked("POST", "/chat.postMessage", [], { kind: "form", fields: [pair("channel", "C024BE91L"), pair("text", japanese ? "3件のタスクが期限を過ぎています" : "3 tasks are overdue")] })),
        kept("app-tasks", "production", ["An old one", "古い呼び出し"], "practice_crm", asked("GET", ""), true),
      )
    : [];
  const past = new Map<ConnectionId, CallRecord[]>();
  const record = (who: string, method: string, path: string, before: number, status: number | null, millis = 84): CallRecord => ({ at: Date.now() - before, who, method, host: status === null ? "" : "www.zohoapis.com", path, status, refused: status === null ? known("not_connected") : null, millis: status === null ? 0 : millis, bytes: status === null ? 0 : 412 });
  if (seeded) {
    past.set(idOf("lead_intake"), [
      record("Aiko Mori", "POST", "/v1/Leads", 2 * MINUTE, 201, 318), record("Aiko Mori", "POST", "/v1/Leads", 4 * MINUTE, 400, 97), record("Ben Osei", "GET", "/v1/settings/fields", 5 * MINUTE, 200, 212),
      record("Ben Osei", "GET", "/v1/Leads", 26 * MINUTE, 200, 164), record("Aiko Mori", "GET", "/v1/org", 28 * MINUTE, null), record("Aiko Mori", "GET", "/v1/org", DAY, 200, 90),
    ]);
  }

  const live = (application: ApplicationId, environment: Environment): LiveRow[] => around.live(application, environment).rows.filter((row) => row.connection.service.id !== "razorpay");
  const need = (id: ItemId): Kept => all.find((one) => one.id === id) ?? refuse(said("missing"));
  const draftOf = ({ changedAt: _changed, torn, ...draft }: Kept): CallDraft => (torn ? refuse(said("item_unreadable", { name: draft.name })) : draft);
  function rowOf(one: Kept): CallRow {
    const seat = around.live(one.application, one.environment).rows.find((row) => row.connection.id === one.connection);
    return {
      id: one.id, name: one.name, method: one.torn ? null : one.call.method, target: one.torn ? "" : one.call.target, connection: seat?.connection ?? null, changedAt: one.changedAt,
      stopped: !seat ? known("application_no_access") : seat.health.state === "connected" ? null : known("not_connected"),
    };
  }

  /** As the program checks one before it goes out. */
  function misfit({ target, method, body, headers }: Call): Failure | null {
    if (target.trim() === "") return said("call_target_missing");
    if (!/^(\/(?!\/)|https?:\/\/)\S*$/.test(target.trim())) return said("call_target_unfit");
    const bad = headers.find(({ on, name }) => on && name.trim() !== "" && !/^[\w!#$%&'*+.^`|~-]+$/.test(name.trim()));
    if (bad) return said("call_header_name", { header: bad.name });
    if (body.kind === "json") {
      try {
        JSON.parse(body.text);
      } catch {
        return said("call_json", { line: String(body.text.split("\n").length), column: "0" });
      }
    }
    return body.kind !== "none" && ["GET", "HEAD", "OPTIONS"].includes(method) ? said("call_body_unfit", { method }) : null;
  }
  function ready(draft: CallDraft): LiveRow {
    const wrong = misfit(draft.call);
    if (wrong) refuse(wrong);
    if (draft.connection === null) refuse(said("call_connection_needed"));
    return live(draft.application, draft.environment).find((row) => row.connection.id === draft.connection) ?? refuse(known("application_no_access"));
  }
  function answered(draft: CallDraft, seat: LiveRow): TryAnswer {
    const row = around.rows().find((one) => one.id === seat.connection.id) ?? refuse(known("connection_unknown"));
    const address = `${around.view(row.id).apiBase}${addressed(draft)}`.replace(/^https?:\/\//, "").replace(/\?.*$/, "");
    const answer = { ...answerOf(row, addressed(draft), seat.account?.label ?? ""), address };
    if (draft.call.target.includes("/missing")) return { ...answer, status: 404, ok: false, body: JSON.stringify({ code: "INVALID_URL_PATTERN", message: "Please check if the URL trying to access is a correct one", status: "error" }, null, 2), bytes: 112 };
    if (draft.call.method !== "POST") return answer;
    const body = JSON.stringify(MADE, null, 2);
    return { ...answer, status: 201, body, bytes: body.length, millis: 318 };
  }

  return {
    calls_get: ({ application, environment }) => {
      const view = around.live(application, environment);
      const answer: CallsView = {
        application: view.application,
        calls: all.filter((one) => one.application === application && one.environment === environment).map(rowOf).toSorted((a, b) => a.name.localeCompare(b.name, around.start().locale)),
        connections: live(application, environment).map((seat) => {
          const { apiBase, tryPath } = around.view(seat.connection.id);
          return { seat, apiBase, tryPath };
        }),
        mayManage: true,
      };
      return answer;
    },
    call_get: ({ item }) => draftOf(need(item)),
    call_keep: ({ draft }) => {
      const name = draft.name.trim();
      if (name === "") refuse(said("name_empty"));
      const connection = draft.connection ?? refuse(said("call_connection_needed"));
      if (all.some((one) => one.id !== draft.id && one.application === draft.application && one.environment === draft.environment && one.name.toLowerCase() === name.toLowerCase())) refuse(known("name_taken"));
      if (draft.id !== null) {
        const before = need(draft.id);
        // `?theirs=1`: another window is quicker, once.
        if (options.get("theirs") && before.version === 1) Object.assign(before, { version: 2, call: { ...before.call, target: "/Contacts" } });
        if (before.version !== draft.version) refuse(said("stale"));
      }
      made += draft.id === null ? 1 : 0;
      const one: Kept = { ...draft, id: draft.id ?? `call-${made}`, version: (draft.version ?? 0) + 1, name, connection, changedAt: Date.now(), torn: false };
      all = [...all.filter((each) => each.id !== one.id), one];
      around.changed();
      return draftOf(one);
    },
    call_delete: ({ item }) => {
      all = all.filter((one) => one.id !== need(item).id);
      around.changed();
    },
    call_send: async ({ draft }) => {
      const seat = ready(draft);
      const sent = Date.now();
      const put = (status: number | null, refused: Failure | null): void => {
        const list = past.get(seat.connection.id) ?? [];
        past.set(seat.connection.id, [{ ...record(around.start().member.name, draft.call.method, `/v1${draft.call.target}`, 0, status), at: sent, refused }, ...list]);
      };
      const refused = !draft.call.target.trim().startsWith("/") ? known("host_not_listed") : seat.health.state !== "connected" ? known("not_connected") : null;
      if (refused) {
        put(null, refused);
        refuse(refused);
      }
      if ((await work.slowly("call", 40)) !== null) {
        put(null, said("call_stopped"));
        refuse(said("call_stopped"));
      }
      const answer = answered(draft, seat);
      put(answer.status, null);
      return answer;
    },
    call_code: ({ draft, language }) => {
      const seat = ready(draft);
      const url = `${around.view(seat.connection.id).apiBase}${addressed(draft)}`;
      const { method } = draft.call;
      if (language === "curl") return `curl -X ${method} '${url}' \\\n  -H 'accept: application/json, */*;q=0.5' \\\n  -H 'authorization: Bearer YOUR_ACCESS_TOKEN'\n`;
      if (language === "python") return `import requests\n\nresponse = requests.request(\n    "${method}",\n    "${url}",\n    headers={"authorization": "Bearer YOUR_ACCESS_TOKEN"},\n)\nprint(response.status_code, response.text)\n`;
      if (language === "javascript") return `const response = await fetch("${url}", {\n  method: "${method}",\n  headers: { "authorization": "Bearer YOUR_ACCESS_TOKEN" },\n});\nconsole.log(response.status, await response.text());\n`;
      return `let response = reqwest::Client::new()\n    .request(reqwest::Method::${method}, "${url}")\n    .header("authorization", "Bearer YOUR_ACCESS_TOKEN")\n    .send()\n    .await?;\nprintln!("{} {}", response.status(), response.text().await?);\n`;
    },
    call_history: ({ connection }) => past.get(connection) ?? [],
  };
}
