// Page panels of the fake workspace: rows in memory, shown as the program would. `?panels=none` leaves
// them out, `?panels=slow` has them wait until they are stopped, `?panels=refused` has the service refuse,
// and say how often it was asked.
import type {
  ApplicationId, Commands, ConnectionId, ConnectionRow, Environment, Failure, ItemId, LiveRow, NewConnection, OperationView, PanelContent, PanelDraft, PanelFigure, PanelRow, PanelShape, PanelShown, PanelsView, PanelWidth, ServiceMark, Start,
} from "../bindings";
import en from "../../../messages/en.json";
import ja from "../../../messages/ja.json";
import { failureOf, type FailureCode } from "./failures";
import { LEADS, operationsOf, OPTIONAL } from "./operations";
import { gallery } from "./seed";

type Names = "panels_get" | "panel_get" | "panel_operations" | "panel_keep" | "panel_delete" | "panels_order" | "panel_show" | "panel_preview" | "panel_stop";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["answer"] | Promise<Commands[K]["answer"]> };
type Row = Record<string, unknown>;

interface Kept extends PanelDraft {
  id: ItemId;
  version: number;
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
const DEALS: Row[] = ["2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"].flatMap((month, m) => [3, 5, 2, 4].map((n, i) => ({ Closing_Date: `${month}-${String(4 + i * 6).padStart(2, "0")}`, Amount: (n + m) * 12_500 + i * 740, Stage: ["Won", "Won", "Lost", "Won"][i] })));
const SOURCE = { id: "source-1", rows: 128_400 };
const shows = (one: OperationView): boolean => one.role === "rows" || one.role === "search" || one.role === "get";
const word = (value: unknown): string => (value === null || value === undefined ? "" : typeof value === "object" ? String((value as Row).name ?? JSON.stringify(value)) : String(value));

function total(figure: PanelFigure, rows: Row[]): { value: string | null; without: number } {
  if (figure.of === "count") return { value: String(rows.length), without: 0 };
  if (figure.of === "value") return { value: figure.pointer === "/info/count" ? String(rows.length) : null, without: 0 };
  const numbers = rows.map((row) => row[figure.field]).filter((value): value is number => typeof value === "number");
  const without = rows.length - numbers.length;
  if (numbers.length === 0) return { value: null, without };
  const sum = numbers.reduce((a, b) => a + b, 0);
  const value = { sum, average: Math.round((sum / numbers.length) * 1e6) / 1e6, min: Math.min(...numbers), max: Math.max(...numbers) }[figure.of];
  return { value: String(value), without };
}

function shaped(shape: PanelShape, rows: Row[], more: boolean): PanelContent {
  const whole = { rows: rows.length, more };
  if (shape.kind === "table") {
    const columns = shape.columns.length > 0 ? shape.columns : Object.keys(rows[0] ?? {}).map((field) => ({ field, label: "" }));
    return { ...whole, content: { kind: "table", columns: columns.map(({ field, label }) => ({ label: label || field, numeric: rows.every((row) => typeof row[field] === "number") })), cells: rows.map((row) => columns.map(({ field }) => word(row[field]))) } };
  }
  const all = total(shape.figure, rows);
  if (shape.kind === "number") return { ...whole, content: { kind: "number", numeric: true, ...all } };
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const x = shape.span ? word(row[shape.x]).slice(0, { day: 10, month: 7, year: 4 }[shape.span]) : word(row[shape.x]);
    groups.set(x, [...(groups.get(x) ?? []), row]);
  }
  const points = [...groups].map(([x, of]) => ({ x, y: total(shape.figure, of).value }));
  if (shape.form === "line" || shape.span) points.sort((a, b) => a.x.localeCompare(b.x));
  else points.sort((a, b) => Number(b.y) - Number(a.y));
  return { ...whole, content: { kind: "chart", points, others: 0, without: all.without } };
}

export function panelHandlers(around: Around, options: URLSearchParams, empty: boolean): Handlers {
  const japanese = around.start().locale === "ja";
  const messages: Record<string, string> = japanese ? ja : en;
  const said = (code: string, args: Record<string, string> = {}): Failure => {
    const fill = (key: string): string => (messages[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => args[name] ?? whole);
    return { code, message: fill(`error.${code}`), help: fill(`error.${code}.help`) };
  };
  const known = (code: FailureCode): Failure => failureOf(code, around.start().locale);
  const able = (service: string): OperationView[] => operationsOf(service, japanese).filter(shows);
  const idOf = (link: string): ConnectionId | null => around.rows().find((row) => row.linkName === link)?.id ?? null;
  const manages = (): boolean => around.start().member.role !== "user" && around.start().member.role !== "portal_user";

  let made = 0;
  const kept = (environment: Environment, name: [string, string], link: string | null, operation: string, given: Row, shape: PanelShape, width: PanelWidth): Kept => {
    made += 1;
    return {
      id: `panel-${made}`, version: 1, application: "app-orders", environment, name: name[japanese ? 1 : 0], connection: link === null ? null : idOf(link), service: null,
      panel: { data: link === null ? { from: "source", source: SOURCE.id } : { from: "operation", operation, given }, shape, width, place: made },
    };
  };
  const deals = { module: "Deals", fields: ["Amount", "Closing_Date", "Stage"] };
  let all: Kept[] = empty || options.get("panels") === "none" ? [] : (["development", "production"] as const).flatMap((environment) => [
    kept(environment, ["Won this year", "今年の受注額"], "lead_intake", "get_records", deals, { kind: "number", figure: { of: "sum", field: "Amount" }, unit: "USD", digits: null }, "third"),
    kept(environment, ["Leads pulled", "取得済みの見込み客"], null, "", {}, { kind: "number", figure: { of: "count" }, unit: "", digits: null }, "third"),
    kept(environment, ["Average deal", "平均取引額"], "lead_intake", "get_records", deals, { kind: "number", figure: { of: "average", field: "Amount" }, unit: "USD", digits: 2 }, "third"),
    kept(environment, ["Deals by month", "月ごとの取引"], "lead_intake", "get_records", deals, { kind: "chart", form: "line", x: "Closing_Date", span: "month", figure: { of: "sum", field: "Amount" }, unit: "USD" }, "half"),
    kept(environment, ["Leads by industry", "業種ごとの見込み客"], "lead_intake", "search_records", { module: "Leads" }, { kind: "chart", form: "bar", x: "Industry", span: null, figure: { of: "sum", field: "Employees" }, unit: "" }, "half"),
    kept(environment, ["Newest leads", "新しい見込み客"], "lead_intake", "search_records", { module: "Leads" }, { kind: "table", columns: [{ field: "Name", label: japanese ? "会社" : "Company" }, { field: "Industry", label: japanese ? "業種" : "Industry" }, { field: "Owner", label: japanese ? "担当" : "Owner" }, { field: "Employees", label: japanese ? "従業員" : "Employees" }] }, "whole"),
    kept(environment, ["Accounts", "取引先"], "customer_lookup", "query", { object: "Account", fields: ["Id", "Name"] }, { kind: "table", columns: [] }, "half"),
  ]);

  const need = (id: ItemId): Kept => all.find((one) => one.id === id) ?? refuse(said("missing"));
  const of = (application: ApplicationId, environment: Environment): Kept[] => all.filter((one) => one.application === application && one.environment === environment).toSorted((a, b) => a.panel.place - b.panel.place);
  const seats = (application: ApplicationId, environment: Environment): LiveRow[] => around.live(application, environment).rows;
  const markOf = (service: string): ServiceMark => gallery(around.start().locale).find((one) => one.service.id === service)?.service ?? refuse(known("connection_unknown"));
  const systemOf = (service: string): ConnectionRow | undefined => around.rows().find((row) => row.kind === "system" && row.service.id === service);
  const sourceName = japanese ? "見込み客" : "All leads";
  const seatOf = (one: PanelDraft): LiveRow | null => seats(one.application, one.environment).find((row) => row.connection.id === one.connection) ?? null;
  const rowOf = (one: Kept): PanelRow => ({ id: one.id, version: one.version, name: one.name, shape: one.panel.shape, width: one.panel.width, seat: seatOf(one), source: one.panel.data.from === "source" ? sourceName : null });

  /** R5: what a panel goes through; the system connection comes into being where there is none. */
  function through(draft: PanelDraft): { draft: PanelDraft; made: boolean } {
    if (draft.panel.data.from === "source" || draft.connection !== null) return { draft, made: false };
    const service = draft.service ?? refuse(said("call_connection_needed"));
    const before = systemOf(service);
    const id = before?.id ?? around.create({ name: markOf(service).name, linkName: `${service}_system`, connector: service, kind: "system", mode: "same", scopes: [], registration: null, settings: {}, reuse: null });
    if (!seats(draft.application, draft.environment).some((one) => one.connection.id === id)) around.grant(draft.application, id);
    return { draft: { ...draft, connection: id }, made: before === undefined };
  }

  const asked = new Map<ItemId | null, number>();
  let stopped: ((item: ItemId | null) => void)[] = [];
  async function shown(draft: PanelDraft, item: ItemId | null): Promise<PanelShown> {
    if (options.get("panels") === "slow" && draft.panel.data.from === "operation") {
      await new Promise<void>((_resolve, reject) => stopped.push((which) => { if (which === item) reject(said("panel_stopped")); }));
    }
    const nothing: PanelShown = { at: null, shown: null, refused: null, seat: seatOf(draft), made: false, fields: [] };
    const { data, shape } = draft.panel;
    if (data.from === "source") {
      const rows = LEADS as Row[];
      const count = shape.kind === "number" && shape.figure.of === "count";
      const content = shaped(shape, rows, !count);
      if (count && content.content.kind === "number") content.content.value = String(SOURCE.rows);
      return { ...nothing, at: Date.now() - 5_400_000, shown: count ? { ...content, rows: SOURCE.rows } : content, fields: Object.keys(rows[0] ?? {}) };
    }
    if (!nothing.seat) return { ...nothing, refused: manages() ? known("application_no_access") : said("panel_not_now") };
    if (nothing.seat.health.state !== "connected") return { ...nothing, refused: known("not_connected") };
    if (options.get("panels") === "refused") {
      asked.set(item, (asked.get(item) ?? 0) + 1);
      // As the program tells that a request was recorded.
      around.changed();
      return { ...nothing, refused: said("panel_refused", { status: "500", said: String(asked.get(item)) }) };
    }
    const rows = data.given.module === "Deals" ? DEALS : (LEADS as Row[]);
    return { ...nothing, at: Date.now(), shown: shaped(shape, rows, rows !== DEALS), fields: Object.keys(rows[0] ?? {}) };
  }

  return {
    panels_get: ({ application, environment }) => {
      const live = around.live(application, environment);
      const answer: PanelsView = {
        application: live.application, panels: of(application, environment).map(rowOf),
        connections: manages() ? live.rows.filter((row) => able(row.connection.service.id).length > 0) : [],
        services: !manages() || empty ? [] : OPTIONAL.filter((service) => able(service).length > 0).map((service) => {
          const row = systemOf(service);
          return { service: markOf(service), connection: row ? { id: row.id, name: row.name, linkName: row.linkName, service: row.service, kind: row.kind, enabled: row.enabled } : null, refused: null };
        }),
        sources: manages() && application === "app-orders" && !empty ? [{ ...SOURCE, name: sourceName }] : [], mayManage: manages(),
      };
      return answer;
    },
    panel_get: ({ item }) => structuredClone(need(item)),
    panel_operations: ({ service, connection }) => able(service).map((one) => (connection === null ? { ...one, scopesMissing: [] } : one)),
    panel_keep: ({ draft: given }) => {
      const name = given.name.trim();
      if (name === "") refuse(said("name_empty"));
      if (all.some((one) => one.id !== given.id && one.application === given.application && one.environment === given.environment && one.name.toLowerCase() === name.toLowerCase())) refuse(known("name_taken"));
      if (given.id !== null && need(given.id).version !== given.version) refuse(said("stale"));
      const { draft } = through(given);
      const before = all.find((one) => one.id === draft.id);
      made += 1;
      const one: Kept = { ...draft, id: draft.id ?? `panel-${made}`, version: (draft.version ?? 0) + 1, name, service: null, panel: { ...draft.panel, place: before?.panel.place ?? 1000 + made } };
      all = [...all.filter((each) => each.id !== one.id), one];
      around.changed();
      return structuredClone(one);
    },
    panel_delete: ({ item }) => {
      all = all.filter((one) => one.id !== need(item).id);
      around.changed();
    },
    panels_order: ({ items }) => {
      all = all.map((one) => (items.includes(one.id) ? { ...one, version: one.version + 1, panel: { ...one.panel, place: items.indexOf(one.id) } } : one));
      around.changed();
    },
    panel_show: ({ item }) => shown(need(item), item),
    panel_preview: async ({ draft }) => {
      const { draft: whole, made: new_ } = through(draft);
      if (new_) around.changed();
      return { ...(await shown(whole, null)), made: new_ };
    },
    panel_stop: ({ item }) => {
      const told = stopped;
      stopped = [];
      for (const one of told) one(item);
      // Those that were not meant wait on.
      stopped = [...told, ...stopped];
    },
  };
}
