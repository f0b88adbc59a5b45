// Tasks that are being written, one sheet a task, and what came of them.
import { call } from "../../app.svelte";
import type { ApplicationId, ConnectionId, Environment, Failure, ItemId, OperationView, Task, TaskDone, TaskDraft } from "../../backend/bindings";
import { asFailure } from "../../backend/failure";
import { type Draft, Drafts } from "../kept/drafts.svelte";
import { Field } from "../kept/operations/field.svelte";

/** The same for what is the same, in whatever order it came. */
function written(connection: ConnectionId | null, service: string | null, operation: string, given: Record<string, unknown>): string {
  const sorted = Object.entries(given).filter(([, value]) => value !== undefined).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([connection, service, operation, sorted]);
}

export class Sheet implements Draft {
  key = $state("");
  readonly application: ApplicationId;
  readonly environment: Environment;
  id = $state<ItemId | null>(null);
  version = $state<number | null>(null);
  name = $state("");
  connection = $state<ConnectionId | null>(null);
  /** Where the connection is left out (R5). */
  service = $state<string | null>(null);
  operation = $state("");
  /** What that is called. */
  label = $state("");
  /** Of the operation; `null` until the program has said what it takes. */
  fields = $state.raw<Field[] | null>(null);
  /** What the program has of it, until there are fields. */
  #given = $state.raw<Record<string, unknown>>({});

  /** Problems are shown where it was tried to run or keep it. */
  tried = $state(false);
  seen = $state<"result" | "answer">("result");
  done = $state.raw<TaskDone | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** When it was sent, while it waits. */
  began = $state<number | null>(null);
  #kept = $state("");

  constructor(key: string, draft: TaskDraft) {
    this.key = key;
    this.application = draft.application;
    this.environment = draft.environment;
    this.take(draft);
  }

  /** Takes over what the program has. */
  take(draft: TaskDraft): void {
    this.connection = draft.connection;
    this.service = draft.service;
    this.operation = draft.task.operation;
    this.#given = draft.task.given;
    this.fields = null;
    this.tried = false;
    this.stored(draft);
  }

  /** The program has stored it: what was typed meanwhile stays, and is not saved. */
  stored(draft: TaskDraft): void {
    this.id = draft.id;
    this.version = draft.version;
    this.name = draft.name;
    // Left out until now: the program has made the system connection and chosen it.
    if (this.service !== null && draft.connection !== null && this.connection === null) {
      this.connection = draft.connection;
      this.service = null;
    }
    this.#kept = written(draft.connection, draft.service, draft.task.operation, draft.task.given);
  }

  /** It has another name, and nothing else has changed. */
  named(draft: TaskDraft): void {
    this.version = draft.version;
    this.name = draft.name;
  }

  /** What is done is another thing; what was typed of what both take stays. */
  choose(operation: OperationView): void {
    if (operation.id === this.operation && this.fields !== null) return;
    const before = new Map(this.fields?.map((field) => [field.input.name, field]));
    this.operation = operation.id;
    this.label = operation.label;
    this.fields = operation.inputs.map((input) => {
      const field = new Field(input, undefined);
      const known = before.get(input.name);
      if (known) field.carry(known);
      return field;
    });
    this.tried = false;
    this.failure = null;
  }

  /** The program has said what the operation takes. */
  learn(operation: OperationView): void {
    this.label = operation.label;
    if (this.fields !== null) return;
    this.fields = operation.inputs.map((input) => new Field(input, this.#given[input.name]));
  }

  /** It goes through another service, where other things can be done. */
  forget(): void {
    this.operation = "";
    this.label = "";
    this.fields = null;
    this.#given = {};
    this.tried = false;
  }

  get given(): Record<string, unknown> {
    if (this.fields === null) return this.#given;
    return Object.fromEntries(this.fields.flatMap((field) => {
      const read = field.read;
      return "value" in read ? [[field.input.name, read.value]] : [];
    }));
  }

  /** The fields that cannot be sent as they are. */
  get wrong(): Field[] {
    return this.fields?.filter((field) => "problem" in field.read) ?? [];
  }

  get task(): Task {
    return { operation: this.operation, given: this.given };
  }

  get draft(): TaskDraft {
    return { id: this.id, version: this.version, application: this.application, environment: this.environment, name: this.name, connection: this.connection, service: this.service, task: this.task };
  }

  get dirty(): boolean {
    const given = this.fields === null ? this.#given : Object.fromEntries(this.fields.map((field) => [field.input.name, field.written]));
    return this.#kept !== written(this.connection, this.service, this.operation, given);
  }

  get answered(): boolean {
    return this.done !== null;
  }

  /** From now on it is a task of its own, that is not kept yet. */
  detach(key: string): void {
    this.key = key;
    this.id = null;
    this.version = null;
    this.#kept = "";
  }
}

class Sheets extends Drafts<Sheet> {
  constructor() {
    super("task");
  }

  blank(application: ApplicationId, environment: Environment, key: string, connection: ConnectionId | null): Sheet {
    return this.put(new Sheet(key, { id: null, version: null, application, environment, name: "", connection, service: null, task: { operation: "", given: {} } }));
  }

  async run(sheet: Sheet): Promise<void> {
    if (this.waiting) return;
    const { sitting } = this;
    const draft = $state.snapshot(sheet.draft) as TaskDraft;
    sheet.began = Date.now();
    sheet.done = null;
    sheet.failure = null;
    this.waiting = sheet;
    let done: TaskDone | null = null;
    let failure: Failure | null = null;
    try {
      done = await call("task_run", { draft });
    } catch (reason) {
      failure = asFailure(reason);
    }
    if (sitting !== this.sitting) return;
    sheet.began = null;
    sheet.done = done;
    sheet.failure = failure;
    sheet.seen = "result";
    this.waiting = null;
  }
}

export const sheets = new Sheets();
