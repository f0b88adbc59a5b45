// What services can do for an action, asked once for a service and connection, and again where something has changed.
import { SvelteMap } from "svelte/reactivity";
import { app, call } from "../../app.svelte";
import type { Failure, OperationView, WorkflowDoes, WorkflowsView } from "../../backend/bindings";
import { asFailure } from "../../backend/failure";
import type { Seated } from "./sheets.svelte";

interface Known {
  operations: OperationView[] | null;
  failure: Failure | null;
}
/** Of what service, through which connection, what for, and whether in a form: then its connection may be left out (R5). */
export interface Wanted {
  service: string;
  connection: Seated["connection"];
  does: WorkflowDoes;
  form: boolean;
}
const keyOf = ({ service, connection, does, form }: Wanted): string => [service, connection ?? "", does, form].join("/");

class Operations {
  #all = new SvelteMap<string, Known>();
  #asked = new Set<string>();
  constructor() {
    app.whenSeatChanges(() => {
      this.#all.clear();
      this.#asked.clear();
    });
  }

  /** What is known by now. */
  of(wanted: Wanted): Known {
    return this.#all.get(keyOf(wanted)) ?? { operations: null, failure: null };
  }
  /** Asks, where nobody has since something changed. */
  ask(wanted: Wanted): void {
    const key = keyOf(wanted);
    const once = `${key}/${app.revision}`;
    if (this.#asked.has(once)) return;
    this.#asked.add(once);
    void call("workflow_operations", { ...wanted })
      .then((operations) => this.#all.set(key, { operations, failure: null }))
      .catch((reason: unknown) => this.#all.set(key, { operations: this.of(wanted).operations, failure: asFailure(reason) }));
  }
}
export const operations = new Operations();

/** The service that something goes to. */
export function serviceOf(view: WorkflowsView, seat: Seated | undefined): string | null {
  if (!seat) return null;
  if (seat.connection === null) return seat.service;
  return view.connections.find((one) => one.connection.id === seat.connection)?.connection.service.id ?? null;
}
