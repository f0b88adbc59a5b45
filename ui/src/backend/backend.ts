import type { Commands, ConnectionId, FlowView } from "./bindings";

/** What the program tells the screens without being asked. */
export interface Events {
  /** Something that may be shown has changed: load it anew. */
  changed: null;
  /** A flow went on; sent to its flow window. */
  flow: FlowView;
  /** Show this connection, or just come to the front. */
  open: { connection?: ConnectionId | null } | null;
}

/** The one way from a screen to the program. Screens know nothing of what is behind it. */
export interface Backend {
  /** Runs a command. Rejects with a `Failure`, already in the acting member's language. */
  call<K extends keyof Commands>(
    name: K,
    args: Commands[K]["args"],
  ): Promise<Commands[K]["answer"]>;
  /** Hears an event until the returned function is called. */
  on<K extends keyof Events>(event: K, heard: (payload: Events[K]) => void): () => void;
}
