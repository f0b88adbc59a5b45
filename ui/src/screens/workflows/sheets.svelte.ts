// Forms and reports that are being written, one sheet each.
import type { ApplicationId, ConnectionId, Environment, FormField, ItemId, Workflow, WorkflowAction, WorkflowDeed, WorkflowDraft, WorkflowRule, WorkflowTest, WorkflowTrigger } from "../../backend/bindings";
import { type Draft, Drafts } from "../kept/drafts.svelte";
import { numberOf } from "../kept/operations/record";
import { columnField } from "./entry.svelte";
import { freeName } from "./order";

export type Kind = Workflow["subject"]["kind"];

/** The same for what is the same, in whatever order its names came. */
function written(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one) ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1))) : one);
}

/** What an action or an integration field goes through. */
export interface Seated {
  connection: ConnectionId | null;
  service: string | null;
}

export const blankOf = (kind: Kind): Workflow => ({ subject: kind === "form" ? { kind, fields: [] } : { kind, of: "", columns: [] }, rules: [] });

export class Sheet implements Draft {
  key = $state("");
  readonly application: ApplicationId;
  readonly environment: Environment;
  id = $state<ItemId | null>(null);
  version = $state<number | null>(null);
  name = $state("");
  workflow = $state<Workflow>(blankOf("form"));
  seats = $state<Record<string, Seated>>({});
  /** What rows of a report are known to have; `null` until that is found out. */
  discovered = $state.raw<FormField[] | null>(null);
  /** The field and the rule that are looked at. */
  field = $state<string | null>(null);
  rule = $state<string | null>(null);
  /** Problems are shown where it was tried to keep it. */
  tried = $state(false);
  readonly answered = false;
  readonly began = null;
  #kept = $state("");

  constructor(key: string, draft: WorkflowDraft) {
    this.key = key;
    this.application = draft.application;
    this.environment = draft.environment;
    this.take(draft);
  }

  get kind(): Kind {
    return this.workflow.subject.kind;
  }
  /** What a report can show: what its rows are known to have, and what is named besides. */
  get columns(): FormField[] {
    const { subject } = this.workflow;
    if (subject.kind === "form") return [];
    const discovered = this.discovered ?? [];
    const known = new Set(discovered.map((field) => field.name));
    return [...discovered, ...subject.columns.filter((name) => !known.has(name)).map((name) => columnField(name))];
  }
  /** What rules can name: the form's fields, or what a report's rows have. */
  get fields(): FormField[] {
    const { subject } = this.workflow;
    return subject.kind === "form" ? subject.fields : this.columns;
  }
  set fields(fields: FormField[]) {
    if (this.workflow.subject.kind === "form") this.workflow.subject.fields = fields;
  }

  /** Takes over what the program has. */
  take(draft: WorkflowDraft): void {
    this.workflow = draft.workflow;
    this.seats = Object.fromEntries(draft.seats.map(({ part, connection, service }) => [part, { connection, service }]));
    this.tried = false;
    this.stored(draft);
  }

  /** The program has stored it: what was written meanwhile stays, and is not saved. */
  stored(draft: WorkflowDraft): void {
    this.id = draft.id;
    this.version = draft.version;
    this.name = draft.name;
    // Left out until now: the program has made the system connection and chosen it (R5).
    for (const { part, connection } of draft.seats) {
      const mine = this.seats[part];
      if (mine && mine.connection === null && mine.service !== null && connection !== null) this.seats[part] = { connection, service: null };
    }
    this.#kept = written([draft.workflow, byPart(draft.seats)]);
  }

  /** It has another name, and nothing else has changed. */
  named(draft: WorkflowDraft): void {
    this.version = draft.version;
    this.name = draft.name;
  }

  /** Every part that goes through a connection. */
  get parts(): string[] {
    const { subject, rules } = this.workflow;
    const shows = subject.kind === "form" ? subject.fields.flatMap((field) => (field.shows ? [field.shows.id] : [])) : [];
    return [...shows, ...rules.flatMap((rule) => rule.actions.map((action) => action.id))];
  }

  get draft(): WorkflowDraft {
    const { id, version, application, environment, name, seats } = this;
    return { id, version, application, environment, name, workflow: settled(this.workflow), seats: this.parts.map((part) => ({ part, connection: seats[part]?.connection ?? null, service: seats[part]?.service ?? null })) };
  }

  get dirty(): boolean {
    const draft = this.draft;
    return this.#kept !== written([draft.workflow, byPart(draft.seats)]);
  }

  /** From now on it is one of its own, that is not kept yet. */
  detach(key: string): void {
    this.key = key;
    this.id = null;
    this.version = null;
    this.#kept = "";
  }

  freePart(stem: string): string {
    return freeName("", [...this.parts, ...Object.keys(this.seats)], stem);
  }

  addField(label: string): void {
    const { subject } = this.workflow;
    if (subject.kind !== "form") return;
    const name = freeName(label, subject.fields.map((one) => one.name), "field");
    subject.fields.push({ name, label, kind: "text", required: false, choices: [], currency: null, shows: null });
    this.field = name;
  }

  addRule(on: WorkflowTrigger): void {
    const id = freeName("", this.workflow.rules.map((one) => one.id), "rule");
    this.workflow.rules.push({ id, name: "", on, when: null, actions: [] });
    this.rule = id;
  }

  addAction(rule: WorkflowRule, does: WorkflowDeed): WorkflowAction {
    const action: WorkflowAction = { id: this.freePart("action"), name: "", go_on: false, does };
    rule.actions.push(action);
    this.seats[action.id] = { connection: null, service: null };
    return action;
  }
}

const byPart = (seats: WorkflowDraft["seats"]): WorkflowDraft["seats"] => seats.toSorted((a, b) => (a.part < b.part ? -1 : 1));

/** Numbers are compared with numbers: what is typed is text until then. A condition without a comparison is none. */
function settled(workflow: Workflow): Workflow {
  const { subject } = workflow;
  const numeric = new Set(subject.kind === "form" ? subject.fields.filter((field) => field.kind === "number").map((field) => field.name) : []);
  const test = (one: WorkflowTest): WorkflowTest => {
    if (one.is === "empty" || one.is === "not_empty" || one.is === "changed") return { ...one, value: null };
    if (!numeric.has(one.field) || typeof one.value !== "string" || one.is === "contains" || one.is === "starts_with") return one;
    const read = numberOf(one.value);
    return "number" in read ? { ...one, value: read.number } : one;
  };
  return { ...workflow, rules: workflow.rules.map((rule) => ({ ...rule, when: rule.when && rule.when.tests.length > 0 ? { any: rule.when.any, tests: rule.when.tests.map(test) } : null })) };
}

class Sheets extends Drafts<Sheet> {
  constructor() {
    super("workflow");
  }

  blank(application: ApplicationId, environment: Environment, key: string, kind: Kind): Sheet {
    return this.put(new Sheet(key, { id: null, version: null, application, environment, name: "", workflow: blankOf(kind), seats: [] }));
  }
}

export const sheets = new Sheets();
