// Templates of the fake workspace: what one can start from. What is made of one is kept as any other form is.
import type { ApplicationId, Commands, ConnectionId, ConnectionMark, ConnectionRow, Failure, Kind, NewConnection, Start, TemplateView, Workflow, WorkflowDraft } from "../bindings";
import { failureOf } from "./failures";
import { candidateForm, customerForm, messageForm } from "./forms";
import { gallery } from "./seed";

type Names = "templates_get" | "template_use";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["answer"] | Promise<Commands[K]["answer"]> };

interface Around {
  start: () => Start;
  rows: () => ConnectionRow[];
  registered: (connector: string) => boolean;
  create: (draft: NewConnection) => ConnectionId;
  createApplication: (name: string) => ApplicationId;
  grant: (application: ApplicationId, connection: ConnectionId) => void;
  keep: (draft: WorkflowDraft) => WorkflowDraft;
}

type Both = readonly [en: string, ja: string];
interface Seed {
  id: string;
  kind: Kind;
  name: Both;
  about: Both;
  tryIt: Both;
  application: Both;
  form: Both;
  workflow: (say: (en: string, ja: string) => string) => Workflow;
  services: string[];
}

const SEEDS: readonly Seed[] = [
  { id: "candidates", kind: "system", name: ["Candidates to Zoho Recruit", "候補者を Zoho Recruit へ"], about: ["Whoever applies fills in a form, and is a candidate in Zoho Recruit from then on.", "応募者がフォームに入力すると、Zoho Recruit の候補者として自動的に登録されます。"], tryIt: ["Add a record with a name and an email address. It is among the candidates then.", "名前とメールアドレスを入力してデータを追加すると、候補者に登録されます。"], application: ["Hiring", "採用"], form: ["Job application", "応募フォーム"], workflow: candidateForm, services: ["practice", "zoho_recruit"] },
  { id: "customer", kind: "admin", name: ["Customer from Salesforce", "Salesforce から顧客を照会"], about: ["An email address is typed into a support ticket, and what Salesforce knows of the customer is filled in.", "サポートチケットにメールアドレスを入力すると、Salesforce にある顧客の情報が自動的に入力されます。"], tryIt: ["Type ada@lagoslights.example.com as the email address: the practice service knows her.", "メールアドレスに「ada@lagoslights.example.com」と入力すると、お試し用のサービスにある顧客が見つかります。"], application: ["Support", "サポート"], form: ["Support ticket", "サポートチケット"], workflow: customerForm, services: ["practice", "salesforce"] },
  { id: "message", kind: "logged_in_user", name: ["Team message in Zoho Cliq", "Zoho Cliq でチームに通知"], about: ["A task that is completed or handed in for review is told to the team in Zoho Cliq, as whoever did it.", "タスクが完了するか確認のために提出されると、その操作をしたメンバーとして Zoho Cliq のチームに通知されます。"], tryIt: ["Add a task, then edit it and set its state to Completed.", "タスクを追加してから編集し、状態を「完了」にします。"], application: ["Team tasks", "チームのタスク"], form: ["Task", "タスク"], workflow: messageForm, services: ["practice"] },
];

const refuse = (failure: Failure): never => {
  throw failure;
};
const mark = (row: ConnectionRow): ConnectionMark => ({ id: row.id, name: row.name, linkName: row.linkName, service: row.service, kind: row.kind, enabled: row.enabled });

export function templateHandlers(around: Around): Handlers {
  const { locale } = around.start();
  const say = ([one, other]: Both): string => (locale === "ja" ? other : one);
  const view = (seed: Seed): TemplateView => ({
    id: seed.id, name: say(seed.name), about: say(seed.about), tryIt: say(seed.tryIt), kind: seed.kind,
    services: gallery(locale).filter((one) => seed.services.includes(one.service.id)).toSorted((a, b) => seed.services.indexOf(a.service.id) - seed.services.indexOf(b.service.id)).map(({ service }) => ({
      service, connections: around.rows().filter((row) => row.service.id === service.id && row.kind === seed.kind).map(mark), refused: service.id === "salesforce" && !around.registered(service.id) ? failureOf("registration_needed", locale) : null,
    })),
  });
  return {
    templates_get: () => SEEDS.map(view),
    template_use: ({ wish }) => {
      const seed = SEEDS.find((one) => one.id === wish.template) ?? refuse(failureOf("connection_unknown", locale));
      const application = wish.application ?? around.createApplication(say(seed.application));
      const service = gallery(locale).find((one) => one.service.id === wish.service)?.service ?? refuse(failureOf("connection_unknown", locale));
      const id = wish.connection ?? around.create({ name: service.name, linkName: null, connector: service.id, kind: seed.kind, mode: "same", scopes: [], registration: null, settings: {}, reuse: null });
      around.grant(application, id);
      const row = around.rows().find((one) => one.id === id) ?? refuse(failureOf("connection_unknown", locale));
      const workflow = seed.workflow((en, ja) => say([en, ja]));
      const seats = workflow.rules.flatMap((rule) => rule.actions.map((action) => ({ part: action.id, connection: id, service: null })));
      const kept = around.keep({ id: null, version: null, application, environment: "development", name: say(seed.form), workflow, seats });
      return { item: kept.id ?? "", name: kept.name, application, environment: "development", connection: mark(row), reach: "all", needsAuthorization: wish.connection === null };
    },
  };
}
