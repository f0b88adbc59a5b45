// What is done to a member, where whoever does it may have to prove with their own passphrase who
// they are. The passphrase is forgotten with every answer.
import type { Failure } from "../../backend/bindings";
import { asFailure } from "../../backend/failure";

export class Proved {
  passphrase = $state("");
  busy = $state(false);
  failure = $state<Failure | null>(null);
  readonly #asks: () => boolean;

  /** `asks`: whether it has to be proved, which may depend on what was chosen so far. */
  constructor(asks: () => boolean) {
    this.#asks = asks;
  }

  get asks(): boolean {
    return this.#asks();
  }

  /** Nothing is under way, and what has to be proved can be. */
  get ready(): boolean {
    return !this.busy && (!this.asks || this.passphrase !== "");
  }

  async run(action: (passphrase: string | null) => Promise<void>): Promise<void> {
    this.busy = true;
    this.failure = null;
    try {
      await action(this.asks ? this.passphrase : null);
    } catch (reason) {
      this.failure = asFailure(reason);
    } finally {
      this.passphrase = "";
      this.busy = false;
    }
  }
}
