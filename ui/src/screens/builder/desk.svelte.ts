// What the parts of the builder share: the draft as it is typed, what was stored of it last, and
// what is wrong with which field.
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { call } from "../../app.svelte";
import type { BuilderView, Failure, FindingView, Sketch } from "../../backend/bindings";
import { asFailure } from "../../backend/failure";

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
  if (["scopes", "presets"].includes(top)) return "scopes";
  if (["api", "whoami", "verify", "hosts", "parameters", "rate", "try_path"].includes(top)) return "requests";
  return ["sources", "notes", "setup"].includes(top) ? "references" : "general";
}

export class Desk {
  view = $state.raw<BuilderView>() as BuilderView;
  sketch = $state<Sketch>() as Sketch;
  /** What a save was refused with: what is typed is not stored. */
  failure = $state.raw<Failure | null>(null);
  saving = $state(false);
  /** Fields that have what an issuer says, as JSON pointers. */
  filled = new SvelteSet<string>();
  /** Fields that say themselves what is wrong with them. */
  placed = new SvelteMap<string, number>();
  #stored = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | null = null;

  constructor(view: BuilderView) {
    this.take(view);
  }

  /** Takes over what the program has, in place of what is typed. */
  take(view: BuilderView): void {
    this.view = view;
    this.sketch = structuredClone(view.sketch);
    this.#stored = JSON.stringify(view.sketch);
    this.failure = null;
  }

  get typed(): string {
    return JSON.stringify(this.sketch);
  }

  get dirty(): boolean {
    return this.typed !== this.#stored;
  }

  at(...places: string[]): FindingView[] {
    return this.view.findings.filter((finding) => places.includes(finding.at));
  }

  of(section: Section): FindingView[] {
    return this.view.findings.filter((finding) => sectionOf(finding) === section);
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

  /** Stores the draft, and what is typed meanwhile. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#running;
    if (!this.dirty || this.failure?.code === "draft_changed") return;
    this.#running = this.#save();
    await this.#running;
    this.#running = null;
  }

  async #save(): Promise<void> {
    this.saving = true;
    const typed = this.typed;
    try {
      this.view = await call("connector_save", { file: this.view.file, sketch: JSON.parse(typed) as Sketch, seen: this.view.hash });
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
