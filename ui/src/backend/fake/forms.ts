// Forms, reports, records and runs that the fake workspace begins with.
import type { ActionRun, ActionState, FormField, RecordView, Workflow, WorkflowAction, WorkflowFrom, WorkflowRun } from "../bindings";

type Say = (en: string, ja: string) => string;
const HOUR = 3_600_000;
const field = (name: string, label: string, kind: FormField["kind"], more: Partial<FormField> = {}): FormField => ({ name, label, kind, required: false, choices: [], currency: null, shows: null, ...more });
const of = (name: string): WorkflowFrom => ({ kind: "field", field: name });
const always = (value: unknown): WorkflowFrom => ({ kind: "constant", value });

/** A form that does all there is. */
export function orderForm(n: Say): Workflow {
  const actions: WorkflowAction[] = [
    { id: "action", name: "", go_on: false, does: { kind: "push", operation: "add_record", inputs: [
      { input: "module", field: null, value: always("Leads") }, { input: "record", field: "Last_Name", value: of("name") }, { input: "record", field: "Email", value: of("email") },
      { input: "record", field: "Description", value: { kind: "template", text: n("Order of {name}, {account}", "{name} 様のご注文、{account}") } },
    ] } },
    { id: "action_2", name: "", go_on: true, does: { kind: "send_sms", operation: "send_sms", inputs: [
      { input: "to", field: null, value: of("phone") }, { input: "text", field: null, value: { kind: "template", text: n("Thank you for your order, {name}.", "{name} 様、ご注文ありがとうございます。") } },
    ] } },
    { id: "action_3", name: "", go_on: false, does: { kind: "take_payment", operation: "create_payment", inputs: [{ input: "amount", field: null, value: of("total") }] } },
  ];
  return {
    subject: { kind: "form", fields: [
      field("name", n("Name", "お名前"), "text", { required: true }),
      field("email", n("E-mail", "メール"), "email", { required: true }),
      field("phone", n("Phone", "電話"), "phone"),
      field("account", n("Customer", "顧客"), "choice", { shows: { id: "shows", operation: "query", given: { object: "Account", fields: ["Id", "Name"] }, label: "Name", value: "Id" } }),
      field("total", n("Total", "合計金額"), "amount", { currency: "USD" }),
      field("priority", n("Priority", "優先度"), "choice", { choices: n("Normal,Rush", "通常,至急").split(",") }),
      field("gift", n("Gift wrap", "ギフト包装"), "checkbox"),
      field("note", n("Note", "備考"), "multiline"),
    ] },
    rules: [
      { id: "rule", name: n("Fill in what is known", "登録済みの情報を入力"), on: { kind: "field_input", field: "email" }, when: { any: false, tests: [{ field: "email", is: "not_empty", value: null }] }, actions: [
        { id: "look_up", name: "", go_on: false, does: { kind: "look_up", operation: "search_records", inputs: [{ input: "module", field: null, value: always("Contacts") }, { input: "criteria", field: null, value: { kind: "template", text: "(Email:equals:{email})" } }], into: [{ at: "Full_Name", field: "name" }, { at: "Phone", field: "phone" }] } },
      ] },
      { id: "rule_2", name: n("Tell everybody of the order", "注文を各所に連絡"), on: { kind: "add" }, when: { any: true, tests: [{ field: "priority", is: "is", value: n("Rush", "至急") }, { field: "note", is: "not_empty", value: null }] }, actions },
    ],
  };
}

export const callReport = (n: Say, form: string): Workflow => ({
  subject: { kind: "report", of: form, columns: ["name", "phone", "total"] },
  rules: [{ id: "rule", name: n("Remind the customer", "お客様に連絡"), on: { kind: "row_action", label: n("Remind", "連絡する") }, when: null, actions: [
    { id: "action", name: "", go_on: false, does: { kind: "send_sms", operation: "send_sms", inputs: [{ input: "to", field: null, value: of("phone") }, { input: "text", field: null, value: { kind: "template", text: n("{name}, your order is ready.", "{name} 様、ご注文の準備ができました。") } }] } },
  ] }],
});

export const candidateForm = (n: Say): Workflow => ({
  subject: { kind: "form", fields: [field("last_name", n("Last name", "姓"), "text", { required: true }), field("email", n("E-mail", "メール"), "email", { required: true })] },
  rules: [{ id: "rule", name: n("Hand on to recruiting", "採用担当へ送信"), on: { kind: "add" }, when: null, actions: [
    { id: "action", name: "", go_on: false, does: { kind: "push", operation: "add_candidate", inputs: [{ input: "record", field: "Last_Name", value: of("last_name") }, { input: "record", field: "Email", value: of("email") }] } },
  ] }],
});

/** Forms that templates begin with. */
export const customerForm = (n: Say): Workflow => ({
  subject: { kind: "form", fields: [field("email", n("Email address", "メールアドレス"), "email", { required: true }), field("customer", n("Customer", "顧客"), "text"), field("question", n("What is it about?", "お問い合わせ内容"), "multiline")] },
  rules: [{ id: "typed", name: n("The email address was typed", "メールアドレスの入力時"), on: { kind: "field_input", field: "email" }, when: { any: false, tests: [{ field: "email", is: "contains", value: "@" }] }, actions: [
    { id: "customer", name: n("Look the customer up", "顧客の照会"), go_on: false, does: { kind: "look_up", operation: "find_records", inputs: [{ input: "module", field: null, value: always("Contact") }, { input: "value", field: null, value: of("email") }], into: [{ at: "Name", field: "customer" }] } },
  ] }],
});
export const messageForm = (n: Say): Workflow => ({
  subject: { kind: "form", fields: [field("task", n("Task", "タスク"), "text", { required: true }), field("state", n("State", "状態"), "choice", { required: true, choices: n("Open,Completed", "未着手,完了").split(",") })] },
  rules: [{ id: "completed", name: n("A task was completed", "タスクの完了時"), on: { kind: "edit" }, when: { any: false, tests: [{ field: "state", is: "is", value: n("Completed", "完了") }] }, actions: [
    { id: "tell_completed", name: n("Tell the team", "チームへの通知"), go_on: false, does: { kind: "push", operation: "post_to_channel", inputs: [{ input: "channel", field: null, value: always("taskupdates") }, { input: "text", field: null, value: { kind: "template", text: n("Completed: {task}", "完了: {task}") } }] } },
  ] }],
});

const PEOPLE: [string, string][] = [["Maja Lindqvist", "森 美咲"], ["Tunde Bello", "田中 遥"], ["Ines Costa", "伊藤 蓮"], ["Yuki Sato", "佐藤 悠希"], ["Omar Haddad", "山本 葵"], ["Priya Rao", "中村 陽菜"], ["Noah Berg", "小林 湊"], ["Lena Fischer", "加藤 結衣"], ["Mateo Ruiz", "吉田 颯"]];

export const seedRecords = (n: Say): RecordView[] => PEOPLE.map(([en, ja], i) => {
  const at = Date.now() - (i * 7 + 1) * HOUR;
  return {
    place: 100 - i, id: `record-${100 - i}`, version: 1, addedAt: at, changedAt: at, who: i % 3 === 0 ? "Aiko Mori" : "Dana Kim",
    values: { name: n(en, ja), email: `${(en.split(" ")[0] ?? "").toLowerCase()}@example.com`, phone: `+8190123456${String(70 + i)}`, account: ["Lagos Lights", "Kumo Works", "Osaka Freight"][i % 3], total: { minor: 1250 * (i + 3), currency: "USD" }, priority: i % 4 === 0 ? n("Rush", "至急") : n("Normal", "通常"), gift: i % 3 === 1, note: i % 2 === 0 ? n("Leave it at the door", "玄関前に置いてください") : "" },
  };
});

/** An action of a run. */
export const actionRun = (id: string, does: ActionRun["does"], state: ActionState, more: Partial<ActionRun> = {}): ActionRun => {
  const asked = state === "done" || state === "partly" || state === "failed";
  return { id, name: "", does, state, connection: null, before: false, said: false, keyed: does === "take_payment", status: asked ? (state === "failed" ? 400 : 201) : null, made: null, message: null, host: asked ? "api.example.com" : null, millis: asked ? 318 : null, payment: null, link: null, filled: [], failure: null, ...more };
};

export function seedRuns(item: string, n: Say): Omit<WorkflowRun, "actions">[] {
  const run = (id: string, hours: number, outcome: WorkflowRun["outcome"], who: string, more: Partial<WorkflowRun> = {}): Omit<WorkflowRun, "actions"> => ({
    id, item, at: Date.now() - hours * HOUR, endedAt: Date.now() - hours * HOUR + 900, who, rule: n("Tell everybody of the order", "注文を各所に連絡"), trigger: { kind: "add" }, record: "record-100", about: n("Maja Lindqvist", "森 美咲"), outcome, mayRetry: outcome === "failed" || outcome === "unknown", retriedBy: null, ...more,
  });
  return [run("run-4", 1, "unknown", "Aiko Mori"), run("run-3", 8, "failed", "Dana Kim"), run("run-2", 15, "done", "Dana Kim"), run("run-1", 30, "interrupted", "", { trigger: { kind: "schedule" }, mayRetry: false })];
}
