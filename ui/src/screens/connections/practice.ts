// One press: a connection to the practice service, and its sign-in.
import { app, call } from "../../app.svelte";
import { go } from "../../router.svelte";

/** Makes a practice connection as its connector proposes it, shows it, and opens the sign-in. */
export async function practice(): Promise<void> {
  const connector = await call("gallery_service", { service: "practice" });
  const id = await call("connection_create", {
    draft: {
      name: connector.suggestedName,
      linkName: null,
      connector: connector.service.id,
      kind: connector.kinds.includes("logged_in_user") ? "logged_in_user" : "admin",
      mode: "same",
      scopes: connector.scopes.filter((scope) => scope.default).map((scope) => scope.name),
      registration: null,
      settings: {},
      reuse: null,
    },
    application: null,
  });
  go({ screen: "connection", id, tab: "environments" });
  await app.authorize(id, "all", connector.suggestedName);
}
