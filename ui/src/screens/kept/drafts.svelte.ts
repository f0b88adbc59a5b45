// What is being written, one draft a kept thing: in memory, so that choosing another one loses
// nothing. It is gone with the window, and whenever somebody else sits down.
import { SvelteMap } from "svelte/reactivity";
import { app, call } from "../../app.svelte";
import type { ApplicationId, Environment, ItemId, WorkKind } from "../../backend/bindings";

export interface Draft {
  /** Its place in the address: the id of what is kept, or `new`, `new-2`… */
  key: string;
  readonly application: ApplicationId;
  readonly environment: Environment;
  readonly id: ItemId | null;
  /** Something was written that is not kept. */
  readonly dirty: boolean;
  /** Something was sent, and its answer is shown. */
  readonly answered: boolean;
}

export class Drafts<T extends Draft> {
  #all = new SvelteMap<string, T>();
  /** The one that waits for its answer: a person sends one at a time. */
  waiting = $state.raw<T | null>(null);
  /** Who sits here, counted: an answer to who sat here before is for nobody (R15). */
  protected sitting = 0;

  /** What waits, in the program's word. */
  readonly #kind: WorkKind;

  constructor(kind: WorkKind) {
    this.#kind = kind;
    app.whenSeatChanges(() => this.forget());
  }

  forget(): void {
    this.#all.clear();
    this.waiting = null;
    this.sitting += 1;
  }

  #at = (application: ApplicationId, environment: Environment, key: string): string => `${application}/${environment}/${key}`;

  of(application: ApplicationId, environment: Environment, key: string): T | undefined {
    return this.#all.get(this.#at(application, environment, key));
  }

  put(draft: T): T {
    this.#all.set(this.#at(draft.application, draft.environment, draft.key), draft);
    return draft;
  }

  drop(draft: T): void {
    this.#all.delete(this.#at(draft.application, draft.environment, draft.key));
  }

  /** Its place in the address becomes another one. */
  rekey(draft: T, key: string): void {
    this.drop(draft);
    draft.key = key;
    this.put(draft);
  }

  #apart(application: ApplicationId, environment: Environment): T[] {
    return [...this.#all.values()].filter((one) => one.application === application && one.environment === environment && one.id === null);
  }

  /** Those that are not kept, and have something written. */
  loose(application: ApplicationId, environment: Environment): T[] {
    return this.#apart(application, environment).filter((one) => one.dirty);
  }

  /** The place of one that is not kept: one that nothing was written into is as good as another. */
  freeKey(application: ApplicationId, environment: Environment): string {
    const untouched = this.#apart(application, environment).find((one) => !one.dirty && !one.answered);
    if (untouched) return untouched.key;
    for (let n = 1; ; n += 1) {
      const key = n === 1 ? "new" : `new-${n}`;
      if (!this.of(application, environment, key)) return key;
    }
  }

  /** Stops what waits. Whether the service acts on it by then, nobody can tell. */
  async stop(): Promise<void> {
    await app.act(() => call("work_stop", { kind: this.#kind }));
  }
}
