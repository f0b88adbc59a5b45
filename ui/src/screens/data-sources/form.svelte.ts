// A data source that is being written: through what, what of it, and which fields.
import { call } from "../../app.svelte";
import type { ConnectionId, Failure, FieldView, SourceDraft, SourceField, SourceOperation } from "../../backend/bindings";
import { asFailure } from "../../backend/failure";
import { Field } from "../kept/operations/field.svelte";
import { asField } from "./look";

/** The inputs that have a place of their own in the form. */
const MODULE = "module";
const FIELDS = "fields";

export class Writing {
  readonly was: SourceDraft;
  name = $state("");
  connection = $state<ConnectionId | null>(null);
  operations = $state.raw<SourceOperation[] | null>(null);
  operation = $state("");
  module = $state("");
  /** `null` until they are known; empty where the service lists none. */
  modules = $state.raw<FieldView[] | null>(null);
  fields = $state.raw<SourceField[]>([]);
  /** They were looked up, for this module. */
  known = $state(false);
  key = $state("");
  changes = $state(false);
  inputs = $state.raw<Field[]>([]);
  /** What could not be looked up. */
  failure = $state.raw<Failure | null>(null);
  looking = $state(false);
  #asked = 0;

  constructor(draft: SourceDraft) {
    this.was = draft;
    this.name = draft.name;
    this.connection = draft.connection;
    this.operation = draft.source.operation;
    const module = draft.source.given[MODULE];
    this.module = typeof module === "string" ? module : "";
    this.fields = draft.source.fields;
    this.known = draft.source.fields.length > 0;
    this.key = draft.source.key ?? "";
    this.changes = draft.source.changes;
  }

  get chosen(): SourceOperation | null {
    return this.operations?.find((one) => one.operation.id === this.operation) ?? null;
  }
  get takesModule(): boolean {
    return this.chosen?.operation.inputs.some((input) => input.name === MODULE) ?? false;
  }
  get takesFields(): boolean {
    return this.chosen?.operation.inputs.some((input) => input.name === FIELDS && input.kind === "names") ?? false;
  }
  /** Most fields that the service gives at once. */
  get most(): number {
    return this.chosen?.operation.inputs.find((input) => input.name === FIELDS)?.most ?? Number.POSITIVE_INFINITY;
  }
  get shown(): number {
    return this.fields.filter((field) => field.shown).length;
  }

  /** What is said last counts: an answer to what was asked before is for nobody. */
  async #look<T>(ask: () => Promise<T>): Promise<T | null> {
    const mine = (this.#asked += 1);
    this.looking = true;
    this.failure = null;
    try {
      const found = await ask();
      return mine === this.#asked ? found : null;
    } catch (reason) {
      if (mine === this.#asked) this.failure = asFailure(reason);
      return null;
    } finally {
      if (mine === this.#asked) this.looking = false;
    }
  }

  /** Goes through another connection, where other things can be pulled. */
  async through(connection: ConnectionId | null): Promise<void> {
    this.connection = connection;
    this.operations = null;
    if (connection === null) return;
    const found = await this.#look(() => call("source_operations", { connection }));
    if (found === null) return;
    this.operations = found;
    const same = found.some((one) => one.operation.id === this.operation);
    await this.choose(same ? this.operation : (found[0]?.operation.id ?? ""), same);
  }

  /** Pulls something else; `same`: what is written of it stays. */
  async choose(operation: string, same = false): Promise<void> {
    this.operation = operation;
    if (!same) this.#forget();
    const given = same && this.operation === this.was.source.operation ? this.was.source.given : {};
    const apart = new Set([MODULE, ...(this.known || !this.takesFields ? [FIELDS] : [])]);
    this.inputs = (this.chosen?.operation.inputs ?? []).filter((input) => !apart.has(input.name)).map((input) => new Field(input, given[input.name]));
    this.modules = null;
    const through = this.#through;
    if (through === null) return;
    if (this.takesModule) this.modules = await this.#look(() => call("source_modules", { through }));
    else if (!this.known) await this.lookUp();
  }

  #forget(): void {
    this.module = "";
    this.fields = [];
    this.known = false;
    this.key = "";
    this.changes = false;
  }

  get #through(): { application: string; environment: SourceDraft["environment"]; connection: ConnectionId } | null {
    return this.connection === null ? null : { application: this.was.application, environment: this.was.environment, connection: this.connection };
  }

  async of(module: string): Promise<void> {
    if (module === this.module && this.known) return;
    this.module = module;
    this.fields = [];
    this.known = false;
    if (module.trim() !== "") await this.lookUp();
  }

  /** Asks the service which fields there are. What was chosen before stays chosen. */
  async lookUp(): Promise<void> {
    const through = this.#through;
    if (through === null) return;
    const module = this.takesModule ? this.module.trim() : null;
    const found = await this.#look(() => call("source_fields", { through, module }));
    if (found === null) return;
    const before = new Map(this.fields.map((field) => [field.name, field.shown]));
    let left = this.most;
    this.fields = found.map((field) => {
      const shown = (before.get(field.name) ?? before.size === 0) && left > 0;
      if (shown) left -= 1;
      return asField(field, shown);
    });
    this.known = this.fields.length > 0;
    if (this.known) this.inputs = this.inputs.filter((one) => one.input.name !== FIELDS);
    else if (this.takesFields && !this.inputs.some((one) => one.input.name === FIELDS)) this.inputs = [...this.inputs, ...(this.chosen?.operation.inputs ?? []).filter((input) => input.name === FIELDS).map((input) => new Field(input, undefined))];
  }

  show(name: string, shown: boolean): void {
    this.fields = this.fields.map((field) => (field.name === name ? { ...field, shown } : field));
  }

  /** What may not be kept as it is. */
  get wrong(): boolean {
    return this.inputs.some((field) => "problem" in field.read);
  }
  get whole(): boolean {
    const module = !this.takesModule || this.module.trim() !== "";
    const fields = !this.takesFields || !this.known || (this.shown > 0 && this.shown <= this.most);
    return this.name.trim() !== "" && this.connection !== null && this.chosen !== null && module && fields && !this.looking;
  }

  get draft(): SourceDraft {
    const given = Object.fromEntries(this.inputs.flatMap((field) => {
      const read = field.read;
      return "value" in read ? [[field.input.name, read.value] as const] : [];
    }));
    if (this.takesModule) given[MODULE] = this.module.trim();
    if (this.takesFields && this.known) given[FIELDS] = this.fields.filter((field) => field.shown).map((field) => field.name);
    return {
      ...this.was, name: this.name.trim(), connection: this.connection,
      source: { operation: this.operation, given, key: this.key.trim() === "" ? null : this.key.trim(), changes: this.changes && (this.chosen?.canAskForChanges ?? false), fields: this.fields },
    };
  }
}
