// R18 for many: what an action would do is asked slice by slice, so that the dialog stands at once,
// tells how far it is, and can be left.
import { call } from "../../app.svelte";
import type { AffectedUse, BulkAction, BulkPart, ConnectionId, Failure } from "../../backend/bindings";
import { asFailure } from "../../backend/failure";

/** Connections asked about at a time. */
export const SLICE = 200;

/** What is known so far. The lists grow in place: who shows them waits until all is known. */
export interface Known {
  /** Connections looked at. */
  looked: number;
  /** What can be done. */
  able: BulkPart[];
  refused: BulkPart[];
  nothing: number;
  uses: AffectedUse[];
  /** Names of connections that are not chosen and lose a shared authorization, too (R21). */
  shared: string[];
  authorizations: number;
}

export class Looking {
  known = $state.raw<Known>({ looked: 0, able: [], refused: [], nothing: 0, uses: [], shared: [], authorizations: 0 });
  done = $state(false);
  failure = $state.raw<Failure | null>(null);
  #left = false;

  /** Asks no further. */
  leave(): void {
    this.#left = true;
  }

  async look(action: BulkAction, connections: ConnectionId[]): Promise<void> {
    const chosen = new Set(connections);
    const also = new Map<ConnectionId, { name: string; uses: Map<string, AffectedUse> }>();
    for (let at = 0; at < connections.length; at += SLICE) {
      try {
        const parts = await call("connections_impact", { action, connections: connections.slice(at, at + SLICE) });
        if (this.#left) return;
        this.#take(parts, chosen, also, Math.min(at + SLICE, connections.length));
      } catch (reason) {
        this.failure = asFailure(reason);
        return;
      }
    }
    const { known } = this;
    for (const { name, uses } of also.values()) {
      known.shared.push(name);
      known.uses.push(...uses.values());
    }
    this.known = { ...known };
    this.done = true;
  }

  #take(parts: BulkPart[], chosen: Set<ConnectionId>, also: Map<ConnectionId, { name: string; uses: Map<string, AffectedUse> }>, looked: number): void {
    const known = { ...this.known, looked };
    for (const part of parts) {
      if (part.refused !== null) known.refused.push(part);
      else if (part.nothing) known.nothing += 1;
      else {
        known.able.push(part);
        known.uses.push(...part.uses);
        known.authorizations += part.authorizations;
        // What is chosen itself tells of itself; what several lose by is told once.
        for (const lost of part.alsoLost.filter((one) => !chosen.has(one.connection))) {
          const there = also.get(lost.connection) ?? { name: lost.name, uses: new Map() };
          for (const one of lost.uses) there.uses.set(JSON.stringify(one.use), one);
          also.set(lost.connection, there);
        }
      }
    }
    this.known = known;
  }
}
