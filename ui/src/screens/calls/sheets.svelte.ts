// What is being written, one sheet a call, and what was sent.
import { call } from "../../app.svelte";
import type { ApplicationId, Call, CallBody, CallDraft, CallMethod, CallPair, ConnectionId, Environment, Failure, ItemId, TryAnswer } from "../../backend/bindings";
import { asFailure } from "../../backend/failure";
import { type Draft, Drafts } from "../kept/drafts.svelte";
import { firstCall, type Own, pairsOf, type Row, rowsOf, wasSent } from "./call";

export type Part = "query" | "headers" | "body";

const pairs = (all: readonly CallPair[]): string[][] => all.map(({ name, value, on }) => [name, value, String(on)]);

/** The same for what is the same, in whatever order it came. */
function written(connection: ConnectionId | null, { method, target, query, headers, body }: Call): string {
  const carried = body.kind === "form" ? pairs(body.fields) : body.kind === "none" ? [] : [body.text, body.kind === "text" ? body.media_type : ""];
  return JSON.stringify([connection, method, target, pairs(query), pairs(headers), body.kind, carried]);
}

/** How many requests of a session are kept whole. */
const OWN_MAX = 50;

export class Sheet implements Draft {
  key = $state("");
  readonly application: ApplicationId;
  readonly environment: Environment;
  id = $state<ItemId | null>(null);
  version = $state<number | null>(null);
  name = $state("");
  connection = $state<ConnectionId | null>(null);
  method = $state<CallMethod>("GET");
  target = $state("");
  query = $state<Row[]>([]);
  headers = $state<Row[]>([]);
  kind = $state<CallBody["kind"]>("none");
  /** Of JSON and of text: another kind takes it along. */
  text = $state("");
  mediaType = $state("text/plain");
  fields = $state<Row[]>([]);

  part = $state<Part>("query");
  seen = $state<"answer" | "headers">("answer");
  answer = $state.raw<TryAnswer | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** What the failure, or the answer, was to. */
  asked = $state.raw<CallDraft | null>(null);
  /** When it was sent, while it waits. */
  began = $state<number | null>(null);
  #kept = $state("");

  constructor(key: string, draft: CallDraft) {
    this.key = key;
    this.application = draft.application;
    this.environment = draft.environment;
    this.take(draft);
    if (this.query.length === 0 && this.kind !== "none") this.part = "body";
  }

  /** Takes over what the program has. */
  take(draft: CallDraft): void {
    this.id = draft.id;
    this.version = draft.version;
    this.name = draft.name;
    this.fill(draft.connection, draft.call);
    this.#kept = written(draft.connection, draft.call);
  }

  /** The program has stored it: what was typed meanwhile stays, and is not saved. */
  stored(draft: CallDraft): void {
    this.id = draft.id;
    this.version = draft.version;
    this.name = draft.name;
    this.#kept = written(draft.connection, draft.call);
  }

  /** It has another name, and nothing else has changed. */
  named(draft: CallDraft): void {
    this.version = draft.version;
    this.name = draft.name;
  }

  /** Takes over what is sent, as if it had been typed. */
  fill(connection: ConnectionId | null, what: Call): void {
    this.connection = connection;
    this.method = what.method;
    this.target = what.target;
    this.query = rowsOf(what.query);
    this.headers = rowsOf(what.headers);
    this.kind = what.body.kind;
    this.text = what.body.kind === "json" || what.body.kind === "text" ? what.body.text : "";
    if (what.body.kind === "text") this.mediaType = what.body.media_type;
    this.fields = what.body.kind === "form" ? rowsOf(what.body.fields) : [];
  }

  get body(): CallBody {
    if (this.kind === "json") return { kind: "json", text: this.text };
    if (this.kind === "form") return { kind: "form", fields: pairsOf(this.fields) };
    return this.kind === "text" ? { kind: "text", media_type: this.mediaType, text: this.text } : { kind: "none" };
  }

  get call(): Call {
    return { method: this.method, target: this.target, query: pairsOf(this.query), headers: pairsOf(this.headers), body: this.body };
  }

  get draft(): CallDraft {
    return { id: this.id, version: this.version, application: this.application, environment: this.environment, name: this.name, connection: this.connection, call: this.call };
  }

  get dirty(): boolean {
    return this.#kept !== written(this.connection, this.call);
  }

  get answered(): boolean {
    return this.answer !== null;
  }

  /** From now on it is a call of its own, that is not kept yet. */
  detach(key: string): void {
    this.key = key;
    this.id = null;
    this.version = null;
    this.#kept = "";
  }
}

class Sheets extends Drafts<Sheet> {
  constructor() {
    super("call");
  }

  /** The latest first. */
  own = $state.raw<Own[]>([]);
  /** Counts what was sent. */
  sent = $state(0);
  #next = 0;

  override forget(): void {
    super.forget();
    this.own = [];
  }

  blank(application: ApplicationId, environment: Environment, key: string, connection: ConnectionId | null, target: string): Sheet {
    return this.put(new Sheet(key, { id: null, version: null, application, environment, name: "", connection, call: firstCall(target) }));
  }

  async send(sheet: Sheet): Promise<void> {
    if (this.waiting) return;
    const sitting = this.sitting;
    const draft = $state.snapshot(sheet.draft);
    const began = Date.now();
    sheet.began = began;
    sheet.asked = draft;
    sheet.answer = null;
    sheet.failure = null;
    this.waiting = sheet;
    let answer: TryAnswer | null = null;
    let failure: Failure | null = null;
    try {
      answer = await call("call_send", { draft });
    } catch (reason) {
      failure = asFailure(reason);
    }
    // R15: an answer to who sat here before is for nobody.
    if (sitting !== this.sitting) return;
    sheet.began = null;
    sheet.answer = answer;
    sheet.failure = failure;
    sheet.seen = "answer";
    this.waiting = null;
    if (!wasSent(failure)) return;
    this.own = [{ key: (this.#next += 1), began, ended: Date.now(), draft, status: answer?.status ?? null, refused: failure }, ...this.own].slice(0, OWN_MAX);
    this.sent += 1;
  }
}

export const sheets = new Sheets();
