// What the parts of the builder share: the draft as it is typed, what was stored of it last, and
// what is wrong with which field.
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { call } from "../../app.svelte";
import type { BuilderView, Failure, FindingView, OAuthSketch, Sketch } from "../../backend/bindings";
import { asFailure } from "../../backend/failure";
import { Rows } from "./rows.svelte";

export const SECTIONS = ["general", "security", "scopes", "requests", "references"] as const;
export type Section = (typeof SECTIONS)[number];

/** How long nothing is typed before the draft is stored, in milliseconds. */
const PAUSE = 350;
/** What is only not there yet: said without alarm. */
const YET = new Set(["field_missing", "field_empty", "list_empty", "authorize_missing", "verify_missing", "parameter_sample"]);

export function isYet(finding: FindingView): boolean {
  return YET.has(finding.code);
}

/** The section that mends it. */
export function sectionOf({ at, code }: FindingView): Section {
  // Said of the keys, and mended by the request that tries them.
  if (code === "verify_missing") return "requests";
  const top = at.split("/")[1] ?? "";
  if (["oauth", "keys", "registration", "webview"].includes(top)) return "security";
  if (["scopes", "scope_source", "presets"].includes(top)) return "scopes";
  if (["api", "whoami", "verify", "hosts", "parameters", "rate", "try_path"].includes(top)) return "requests";
  return ["sources", "notes", "setup"].includes(top) ? "references" : "general";
}

export class Desk {
  view = $state.raw<BuilderView>() as BuilderView;
  sketch = $state<Sketch>() as Sketch;
  /** What a save was refused with: what is typed is not stored. */
  failure = $state.raw<Failure | null>(null);
  saving = $state(false);
  /** The link name is being typed: the draft keeps its file until that is over. */
  naming = $state(false);
  /** Fields that have what an issuer says, as JSON pointers. */
  filled = new SvelteSet<string>();
  /** Fields that say themselves what is wrong with them. */
  placed = new SvelteMap<string, number>();
  /** What a way to sign in had, for whoever switches it off and on again. */
  put: { page?: Partial<OAuthSketch>; device?: string | null } = {};
  #rows = new SvelteMap<string, Rows>();
  #stored = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | null = null;

  constructor(view: BuilderView) {
    this.take(view);
    const { unsaved } = view;
    if (!unsaved) return;
    // What could not be stored when it was typed is gone on with: it replaces what was seen then, or nothing.
    this.view = { ...view, hash: unsaved.seen, findings: unsaved.findings };
    this.sketch = structuredClone(unsaved.sketch);
  }

  /** Takes over what the program has, in place of what is typed. */
  take(view: BuilderView): void {
    this.view = view;
    this.sketch = structuredClone(view.sketch);
    this.#stored = JSON.stringify(view.sketch);
    for (const rows of this.#rows.values()) rows.list = [];
    this.failure = null;
  }

  get typed(): string {
    return JSON.stringify(this.sketch);
  }

  get dirty(): boolean {
    return this.typed !== this.#stored;
  }

  /** Its file is called otherwise than its link name. */
  get #unsettled(): boolean {
    return this.view.state === "draft" && this.view.file !== `${this.sketch.general.id}.toml`;
  }

  /** Everything that is wrong with the draft, each once: of a name that stands three times two are too many. */
  get findings(): FindingView[] {
    return [...new Map(this.view.findings.map((one) => [`${one.at} ${one.code}`, one])).values()];
  }

  /** The rows of a map of the draft: as they are typed, whichever section is shown meanwhile. */
  rows(at: string): Rows {
    const known = this.#rows.get(at);
    if (known) return known;
    const rows = new Rows();
    this.#rows.set(at, rows);
    return rows;
  }

  at(...places: string[]): FindingView[] {
    return this.findings.filter((finding) => places.includes(finding.at));
  }

  of(section: Section): FindingView[] {
    return this.findings.filter((finding) => sectionOf(finding) === section);
  }

  place(at: string): () => void {
    this.placed.set(at, (this.placed.get(at) ?? 0) + 1);
    return () => this.placed.set(at, (this.placed.get(at) ?? 1) - 1);
  }

  /** Stores the draft once nothing is typed for a moment. */
  later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), PAUSE);
  }

  /**
   * Stores the draft, and what is typed meanwhile, after a refusal too: the program keeps what it refuses to store.
   * `settled` where its file may follow its name.
   */
  async save(settled = !this.naming): Promise<void> {
    clearTimeout(this.#timer);
    await this.#running;
    if (!(this.dirty || (settled && this.#unsettled))) return;
    this.#running = this.#save(settled);
    await this.#running;
    this.#running = null;
  }

  async #save(settled: boolean): Promise<void> {
    this.saving = true;
    const typed = this.typed;
    try {
      this.view = await call("connector_save", { file: this.view.file, sketch: JSON.parse(typed) as Sketch, seen: this.view.hash, settled });
      this.#stored = typed;
      this.failure = null;
    } catch (reason) {
      this.failure = asFailure(reason);
    } finally {
      this.saving = false;
    }
    if (this.failure === null && this.dirty) this.later();
  }
}

export const DESK = Symbol("desk");
