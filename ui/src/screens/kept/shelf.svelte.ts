// What an application keeps of one kind in an environment, as a screen shows it: which one's, in
// which environment, and the answer to the last thing asked. Opened without a place, it is where one
// was last.
import { untrack } from "svelte";
import { app, call } from "../../app.svelte";
import type { ApplicationId, ApplicationMark, Environment, Failure } from "../../backend/bindings";
import { asFailure } from "../../backend/failure";
import { go, route, type Route } from "../../router.svelte";
import { lastPlace, rememberPlace } from "./place";

/** Screens that show what is kept of an application in an environment. */
export type Kept = Extract<Route, { application: ApplicationId | null; environment: Environment; item: string | null }>["screen"];
interface Place {
  application: ApplicationId | null;
  environment: Environment;
  item: string | null;
}
type To = { application?: ApplicationId; environment?: Environment; item?: string | null };
export interface Of<V> {
  screen: Kept;
  list: (application: ApplicationId, environment: Environment) => Promise<V>;
  /** Somebody else sits down: what is not of the list goes, too. */
  forget?: () => void;
}

export class Shelf<V extends { mayManage: boolean }> {
  applications = $state.raw<ApplicationMark[] | null>(null);
  view = $state.raw<V | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly #of: Of<V>;
  #asked = 0;
  /** Who sits here: the same one, told anew, is nobody else. */
  #member = $derived(app.start?.member.id ?? null);

  /** Made where the screen is: it lives as long. */
  constructor(of: Of<V>) {
    this.#of = of;
    // R15: what somebody else saw here is gone before whoever sits down now sees anything.
    let seated = untrack(() => this.#member);
    $effect.pre(() => {
      if (this.#member === seated) return;
      seated = this.#member;
      untrack(() => {
        this.applications = null;
        this.view = null;
        of.forget?.();
      });
    });
    $effect(() => {
      void [this.#member, this.application, this.environment, this.shows, app.revision];
      untrack(() => void this.load());
    });
    $effect(() => () => {
      this.#asked += 1;
    });
  }

  get #place(): Place {
    const here = route();
    return here.screen === this.#of.screen ? here : { application: null, environment: "production", item: null };
  }
  get application(): ApplicationId | null {
    return this.#place.application;
  }
  get environment(): Environment {
    return this.#place.environment;
  }
  get item(): string | null {
    return this.#place.item;
  }
  get mayKeep(): boolean {
    return (this.view?.mayManage ?? false) && !app.unusable;
  }

  async load(): Promise<void> {
    const mine = (this.#asked += 1);
    const over = (): boolean => mine !== this.#asked;
    const { application, environment } = this;
    const { screen, list } = this.#of;
    let next: V | null = null;
    try {
      const known = (await call("applications_list", {})).map((row) => row.application);
      if (over()) return;
      this.applications = known;
      if (application === null || !known.some((one) => one.id === application)) {
        const last = lastPlace(screen);
        const there = known.find((one) => one.id === last?.application) ?? known[0];
        if (there) go({ screen, application: there.id, environment: application === null && there.id === last?.application ? last.environment : environment, item: null }, true);
        else this.view = null;
        return;
      }
      rememberPlace(screen, application, environment);
      next = await list(application, environment);
      if (over()) return;
      const show = await this.also(application, environment, next);
      if (over()) return;
      this.view = next;
      show();
      this.failure = null;
    } catch (reason) {
      if (over()) return;
      this.failed();
      this.failure = asFailure(reason);
      // One that is gone hides no other.
      this.view = next;
    }
  }

  /** What else of the place is loaded with it: where that changes it is loaded anew. */
  protected get shows(): unknown {
    return null;
  }
  protected also(_application: ApplicationId, _environment: Environment, _next: V): Promise<() => void> {
    return Promise.resolve(() => undefined);
  }
  protected failed(): void {}

  move(to: To, replace = false): void {
    const { application, environment } = this;
    if (application) go({ screen: this.#of.screen, application, environment, item: null, ...to }, replace);
  }
}
