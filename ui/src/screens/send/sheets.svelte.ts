// What is about to be sent by hand, one sheet a kind, application and environment, and what came of it.
import { app, call } from "../../app.svelte";
import type { ApplicationId, ConnectionId, Environment, Failure, OperationView, SendDraft, SendKind, Stakes, TaskDone } from "../../backend/bindings";
import { asFailure } from "../../backend/failure";
import { Field } from "../kept/operations/field.svelte";

export class Sheet {
  readonly kind: SendKind;
  readonly application: ApplicationId;
  readonly environment: Environment;
  connection = $state<ConnectionId | null>(null);
  operation = $state("");
  /** Of the operation; `null` until the program has said what it takes. */
  fields = $state.raw<Field[] | null>(null);
  /** Problems are shown where it was tried to send it. */
  tried = $state(false);
  done = $state.raw<TaskDone | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** When it was sent, while it waits. */
  began = $state<number | null>(null);
  /** What the last payment is looked up by. */
  last = $state<string | null>(null);

  constructor(kind: SendKind, application: ApplicationId, environment: Environment) {
    this.kind = kind;
    this.application = application;
    this.environment = environment;
  }

  /** It goes through another connection: nothing that came of the other is shown. */
  through(connection: ConnectionId | null): void {
    if (connection === this.connection) return;
    this.connection = connection;
    this.forget();
    this.last = null;
  }

  /** Another service takes other things. */
  forget(): void {
    this.operation = "";
    this.fields = null;
    this.tried = false;
    this.done = null;
    this.failure = null;
  }

  /** What is done is another thing; what was typed of what both take stays. */
  choose(operation: OperationView): void {
    const before = new Map(this.fields?.map((field) => [field.input.name, field]));
    this.operation = operation.id;
    this.fields = operation.inputs.map((input) => {
      const field = new Field(input, undefined);
      const known = before.get(input.name);
      if (known) field.carry(known);
      if (input.name === "id" && field.text === "" && this.last !== null) field.text = this.last;
      return field;
    });
    this.tried = false;
    this.failure = null;
  }

  get given(): Record<string, unknown> {
    return Object.fromEntries((this.fields ?? []).flatMap((field) => {
      const read = field.read;
      return "value" in read ? [[field.input.name, read.value]] : [];
    }));
  }

  get wrong(): Field[] {
    return this.fields?.filter((field) => "problem" in field.read) ?? [];
  }

  draft(stakes: Stakes | null): SendDraft | null {
    if (this.connection === null) return null;
    return { kind: this.kind, application: this.application, environment: this.environment, connection: this.connection, task: { operation: this.operation, given: this.given }, stakes };
  }
}

class Sheets {
  /** Plain: a sheet comes into being where it is first looked at. */
  #all = new Map<string, Sheet>();
  /** The one that waits for its answer: a person sends one at a time. */
  waiting = $state.raw<Sheet | null>(null);
  /** How many were sent: what lists them looks again. */
  sent = $state(0);
  /** Who sits here, counted: an answer to who sat here before is for nobody (R15). */
  #sitting = $state(0);

  constructor() {
    app.whenSeatChanges(() => {
      this.#all.clear();
      this.waiting = null;
      this.#sitting += 1;
    });
  }

  of(kind: SendKind, application: ApplicationId, environment: Environment): Sheet {
    const key = `${this.#sitting}/${kind}/${application}/${environment}`;
    const known = this.#all.get(key);
    if (known) return known;
    const sheet = new Sheet(kind, application, environment);
    this.#all.set(key, sheet);
    return sheet;
  }

  /** Once a press. */
  async send(sheet: Sheet, stakes: Stakes | null): Promise<void> {
    const draft = sheet.draft(stakes);
    if (this.waiting || draft === null) return;
    const sitting = this.#sitting;
    sheet.began = Date.now();
    sheet.done = null;
    sheet.failure = null;
    this.waiting = sheet;
    let done: TaskDone | null = null;
    let failure: Failure | null = null;
    try {
      done = await call("send_by_hand", { draft: $state.snapshot(draft) as SendDraft });
    } catch (reason) {
      failure = asFailure(reason);
    }
    if (sitting !== this.#sitting) return;
    sheet.began = null;
    sheet.done = done;
    sheet.failure = failure;
    const { reference } = draft.task.given;
    if (done?.verdict === "done" && done.payment !== null) sheet.last = done.id ?? sheet.last;
    // Where no answer names it, the person's own reference does.
    if (done?.verdict === "done" && done.id === null && typeof reference === "string") sheet.last = reference;
    this.waiting = null;
    this.sent += 1;
  }

  /** Stops what waits. Whether the service acts on it by then, nobody can tell. */
  async stop(): Promise<void> {
    await app.act(() => call("work_stop", { kind: "task" }));
  }
}

export const sheets = new Sheets();
