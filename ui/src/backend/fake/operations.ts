// What the services of the fake workspace can do, and what they answer.
import type { InputKind, InputView, OperationView, Task, TaskDone, TaskVerdict, TryAnswer } from "../bindings";

type Both = readonly [en: string, ja: string];
type Given = Partial<Omit<InputView, "label">>;
const CRM = "https://www.zoho.com/crm/developer/docs/api/v8/";

/** R5: services whose connection a task may leave out; payment services never are. */
export const OPTIONAL = ["practice", "salesforce", "twilio", "zoho_crm", "zoho_recruit"];

export function operationsOf(service: string, japanese: boolean): OperationView[] {
  const say = ([one, other]: Both): string => (japanese ? other : one);
  const input = (name: string, label: Both, kind: InputKind = "text", more: Given = {}): InputView => ({ name, label: say(label), kind, required: false, default: null, example: null, choices: [], most: null, ...more });
  const operation = (id: string, label: Both, role: OperationView["role"], inputs: InputView[], more: Partial<OperationView> = {}): OperationView => ({ id, label: say(label), role, inputs, repeat: "safe", scopesMissing: [], notes: [], source: null, ...more });
  const module = input("module", ["Module (API name)", "モジュール (API 名)"], "name", { required: true, example: "Leads" });
  const fields = input("fields", ["Fields (API names)", "項目 (API 名)"], "names", { example: ["Last_Name", "Email"], most: 50 });
  const size = input("per_page", ["Records per page", "1 ページあたりの件数"], "number", { default: 200, most: 200 });
  const id = input("id", ["Record ID", "レコード ID"], "text", { required: true, example: "5725767000000524157" });

  switch (service) {
    case "practice":
      return [
        operation("list_contacts", ["Get contacts", "連絡先の取得"], "rows", []),
        operation("get_contact", ["Get a contact", "連絡先の取得 (1 件)"], "get", [input("id", ["Contact ID", "連絡先 ID"], "text", { required: true, example: "c1" })]),
        operation("add_contact", ["Add a contact", "連絡先の追加"], "add", [input("record", ["Contact", "連絡先"], "record", { required: true, example: { name: "Ada Okafor", company: "Lagos Lights" } })], { repeat: "never" }),
      ];
    case "zoho_crm":
      return [
        operation("list_modules", ["Get modules", "モジュールの取得"], "modules", [], { source: `${CRM}modules-api.html` }),
        operation("list_fields", ["Get the fields of a module", "モジュールの項目の取得"], "fields", [module], { source: `${CRM}field-meta.html` }),
        operation("get_records", ["Get records", "データの取得"], "rows", [module, { ...fields, required: true }, input("since", ["Changed since", "これ以降に変更"], "time"), input("deleted", ["Deleted ones too", "削除済みも含める"], "boolean", { default: false }), size], {
          notes: [say(["At most 50 fields at once. Nothing that matches is answered without a body.", "一度に取得できる項目は 50 個までです。該当するデータがない場合は、本文のない応答が返ります。"])], source: `${CRM}get-records.html`,
        }),
        operation("search_records", ["Search records", "データの検索"], "search", [module, input("criteria", ["Criteria", "条件"], "text", { example: "(Last_Name:equals:Burns)" }), size], {
          scopesMissing: [["ZohoSearch.securesearch.READ"]], source: `${CRM}search-records.html`,
        }),
        operation("add_record", ["Add a record", "データの追加"], "add", [module, input("record", ["Record", "データ"], "record", { required: true, example: { Last_Name: "Burns", Email: "burns@example.com" } }), input("trigger", ["What it sets off (all where it is left out)", "起動する自動処理 (省略するとすべて)"], "names", { example: ["workflow"] })], { repeat: "never", source: `${CRM}insert-records.html` }),
        operation("update_record", ["Update a record", "データの更新"], "update", [module, id, input("record", ["Changes", "変更内容"], "record", { required: true })], { source: `${CRM}update-records.html` }),
      ];
    case "zoho_recruit":
      return [
        operation("get_candidates", ["Get candidates", "応募者の取得"], "rows", [fields, size]),
        operation("add_candidate", ["Add a candidate", "応募者の追加"], "add", [input("record", ["Candidate", "応募者"], "record", { required: true, example: { Last_Name: "Burns", Email: "burns@example.com" } })], { repeat: "never", source: "https://www.zoho.com/recruit/developer-guide/apiv2/insert-records.html" }),
      ];
    case "salesforce":
      return [
        operation("query", ["Get records", "レコードの取得"], "rows", [input("object", ["Object", "オブジェクト"], "name", { required: true, example: "Account" }), { ...fields, required: true, example: ["Id", "Name"] }, input("order", ["Order", "並び順"], "text", { choices: ["ASC", "DESC"], default: "ASC" })], { source: "https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm" }),
        operation("create", ["Create a record", "レコードの作成"], "add", [input("object", ["Object", "オブジェクト"], "name", { required: true, example: "Contact" }), input("record", ["Record", "レコード"], "record", { required: true, example: { LastName: "Burns" } }), input("options", ["Further options", "そのほかの指定"], "json", { example: { allowSave: true } })], { repeat: "never" }),
      ];
    case "twilio":
      return [operation("send_sms", ["Send a text message", "SMS の送信"], "message", [
        input("to", ["To", "宛先"], "phone", { required: true, example: "+15558675310" }), input("from", ["From (a number of the account)", "送信元 (アカウントの番号)"], "text", { example: "+15017122661" }),
        input("text", ["Text", "本文"], "text", { required: true, most: 1600 }),
      ], { repeat: "never", source: "https://www.twilio.com/docs/messaging/api/message-resource" })];
    case "razorpay":
      return [operation("create_payment", ["Create a payment link", "支払いリンクの作成"], "payment", [
        input("amount", ["Amount", "金額"], "amount", { required: true, choices: ["USD", "JPY", "INR", "KWD"] }), input("reference", ["Reference of yours", "自分用の参照番号"], "text", { most: 40 }), input("expires", ["Valid until", "有効期限"], "time"),
        input("notify", ["Tell the payer", "支払う人に通知"], "boolean", { default: true }),
      ], { repeat: "never", notes: [say(["The payer pays at the address of the link.", "支払いは、リンクの先で行われます。"])], source: "https://razorpay.com/docs/api/payments/payment-links/create-standard/" }), operation("get_payment", ["Look up a payment link", "支払いリンクの確認"], "payment_status", [input("id", ["Payment link ID", "支払いリンク ID"], "text", { required: true, example: "plink_ExjpAUN3gVHrPJ" })], { source: "https://razorpay.com/docs/api/payments/payment-links/fetch-id-standard" })];
    default:
      return [];
  }
}

/** Rows of the services of the fake workspace. */
export const LEADS = Array.from({ length: 60 }, (_, i) => ({
  id: `57257670000005241${String(i).padStart(2, "0")}`, Name: ["Lagos Lights", "Kumo Works", "Osaka Freight", "Lisbon Paper", "Pune Cycles", "Oslo Timber"][i % 6] ?? "", Industry: ["Energy", "Software", "Transport", "Retail"][i % 4] ?? "", Employees: 12 + i * 7, Active: i % 3 !== 0, Owner: { name: "Ben Osei" },
}));

const answerOf = (status: number, body: unknown, account: string): TryAnswer => {
  const text = JSON.stringify(body, null, 2);
  return { status, ok: status < 400, address: "https://api.example.com/v2", headers: [["content-type", "application/json"]], mediaType: "application/json", body: text, truncated: false, bytes: text.length, millis: 318, account };
};

type Told = Partial<TaskDone>;

/** What comes of an operation. */
export function answered(operation: OperationView, task: Task, verdict: TaskVerdict, account: string): Told {
  if (verdict === "refused") {
    const message = "invalid data: Last_Name is mandatory";
    return { message, answer: answerOf(400, { code: "MANDATORY_NOT_FOUND", message, status: "error" }, account) };
  }
  if (verdict === "unclear") return { message: "Gateway timeout", answer: answerOf(504, { message: "Gateway timeout" }, account) };
  if (verdict === "partly") {
    const records = [{ good: true, id: "5725767000000524157", message: "record added" }, { good: false, id: null, message: "duplicate data: Email" }, { good: true, id: "5725767000000524158", message: "record added" }];
    return { id: records[0]?.id ?? null, records, answer: answerOf(207, { data: records.map(({ good, id, message }) => ({ status: good ? "success" : "error", message, details: { id } })) }, account) };
  }
  if (operation.role === "rows" || operation.role === "search") return { rows: LEADS.length, more: true, answer: answerOf(200, { data: LEADS, info: { more_records: true } }, account) };
  if (operation.role === "payment") {
    const { amount } = task.given as { amount: { minor: number; currency: string } };
    return { id: "plink_ExjpAUN3gVHrPJ", payment: "waiting", link: "https://rzp.io/i/nxrHnLJ", answer: answerOf(200, { id: "plink_ExjpAUN3gVHrPJ", status: "created", amount: amount.minor, currency: amount.currency }, account) };
  }
  if (operation.role === "payment_status") return { id: String(task.given.id), payment: "paid", answer: answerOf(200, { id: task.given.id, status: "paid" }, account) };
  if (operation.role === "message") return { id: "SM2f0e2b0c1d4a4e5f8a9b0c1d2e3f4a5b", answer: answerOf(201, { sid: "SM2f0e2b0c1d4a4e5f8a9b0c1d2e3f4a5b", status: "queued" }, account) };
  return { id: "5725767000000524157", records: operation.role === "add" ? [{ good: true, id: "5725767000000524157", message: "record added" }] : [], answer: answerOf(201, { data: [{ code: "SUCCESS", details: { id: "5725767000000524157" }, given: task.given }] }, account) };
}
