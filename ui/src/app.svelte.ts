// What every screen shares: what the program said at the start, what changed since, what failed.
import { backend } from "#backend";
import type { Backend } from "./backend/backend";
import type { ConnectionId, Failure, MemberId, Reach, Start, Theme } from "./backend/bindings";
import { asFailure } from "./backend/failure";
import { setLocale, t } from "./i18n/i18n.svelte";
import { go } from "./router.svelte";

/** Runs a command of the program. */
export const call: Backend["call"] = (name, args) => backend.call(name, args);

/** A key hint of the status bar. */
export interface Hint {
  keys: string[];
  label: string;
}

class App {
  /** `null` until the program has answered. */
  start = $state<Start | null>(null);
  /** The program did not start: nothing can be shown but this. */
  broken = $state<Failure | null>(null);
  /** Counts changes: a screen that reads it loads anew. */
  revision = $state(0);
  /** What the last action failed with. */
  failure = $state<Failure | null>(null);
  /** Said to screen readers, and shortly in the status bar. */
  said = $state("");
  /** Takes back what was said last, where that is possible. */
  undo = $state.raw<(() => void) | null>(null);
  hints = $state<Hint[]>([]);
  /** Logos of custom connectors by id: PNG pictures in base64, looked through by the program. */
  logos = $state.raw<Record<string, string>>({});
  palette = $state(false);
  shortcuts = $state(false);

  #leaving: (() => void)[] = [];
  #sayTimer: ReturnType<typeof setTimeout> | undefined;
  #changeTimer: ReturnType<typeof setTimeout> | undefined;

  /** Why nothing can be authorized at all, where that is so: shown where it would be offered. */
  get unusable(): Failure | null {
    return this.start?.unusable ?? null;
  }

  /** Takes over what the program said. */
  took(start: Start): void {
    // R15: what a former member was told, and could take back, is not for the next one.
    if (this.start && seat(this.start) !== seat(start)) {
      this.say("");
      this.failure = null;
      for (const leave of this.#leaving) leave();
    }
    // What was said is of a language that nobody reads here now.
    if (this.start && this.start.locale !== start.locale) this.say("");
    this.start = start;
    setLocale(start.locale);
    showTheme(start.theme);
  }

  /** Has something forgotten whenever somebody else sits down, or nobody. */
  whenSeatChanges(forget: () => void): void {
    this.#leaving.push(forget);
  }

  /** Asks the program where it stands. */
  async reload(): Promise<void> {
    try {
      this.took(await call("start", {}));
      this.broken = null;
    } catch (reason) {
      this.broken = asFailure(reason);
    }
  }

  /** Runs an action of a person; a failure is shown above the screen. */
  async act<T>(action: () => Promise<T>): Promise<T | undefined> {
    this.failure = null;
    try {
      return await action();
    } catch (reason) {
      this.failure = asFailure(reason);
      return undefined;
    }
  }

  /** Opens the sign-in of a slot. */
  async authorize(connection: ConnectionId, reach: Reach, name: string): Promise<void> {
    await this.act(async () => {
      await call("authorize", { connection, reach, agent: null });
      this.say(t("ui.authorize.opened", { name }));
    });
  }

  say(text: string, undo: (() => void) | null = null): void {
    this.said = text;
    this.undo = undo;
    clearTimeout(this.#sayTimer);
    // What can be undone stays a while longer.
    this.#sayTimer = setTimeout(() => {
      this.said = "";
      this.undo = null;
    }, undo ? 20_000 : 8000);
  }

  /** Something changed. Several changes at once are one. */
  changed(): void {
    clearTimeout(this.#changeTimer);
    this.#changeTimer = setTimeout(() => {
      this.revision += 1;
      void this.reload();
    }, 30);
  }

  /** Hears the program out, for as long as the window lives. */
  listen(): void {
    backend.on("changed", () => this.changed());
    backend.on("open", (what) => {
      if (what?.connection) go({ screen: "connection", id: what.connection, tab: "environments" });
    });
  }
}

/** Who sits at the keyboard, if anybody does. */
function seat(start: Start): MemberId | null {
  return start.session.signedIn ? start.member.id : null;
}

export const app = new App();

/** Light, dark, or as the desktop says. */
export function showTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
