// Where the window is: kept in the fragment, so that back, forward and links simply work.
import type { ApplicationId, ConnectionId, Environment, SendKind } from "./backend/bindings";

export const CONNECTION_TABS = ["overview", "environments", "accounts", "uses", "activity", "timeline", "try"] as const;
export type ConnectionTab = (typeof CONNECTION_TABS)[number];

export const APPLICATION_TABS = ["connections", "members", "uses"] as const;
export type ApplicationTab = (typeof APPLICATION_TABS)[number];

export const SEND_KINDS: readonly SendKind[] = ["sms", "payment"];
/** An application's own page, what its members authorize, and what its components use. */
export type LiveMode = "live" | "page" | "edit";
/** Parts of a form or report: what it has, what it does, what came of that; and itself, in use. */
export const WORKFLOW_PARTS = ["fields", "rules", "runs", "open"] as const;
export type WorkflowPart = (typeof WORKFLOW_PARTS)[number];

const ENVIRONMENTS: readonly Environment[] = ["development", "stage", "production"];

export type Route =
  | { screen: "home" }
  | { screen: "connections" }
  | { screen: "new-connection"; service: string | null; /** Which one asks for it and may use it then. */ application?: ApplicationId | null }
  | { screen: "connection"; id: ConnectionId; tab: ConnectionTab; /** Opens the dialog that moves its uses. */ migrate?: boolean }
  | { screen: "connectors" }
  | { screen: "connector"; /** Of the folder: `<link name>.toml`. */ file: string }
  | { screen: "service"; id: string; /** Which one a connection is looked for, where one is. */ application?: ApplicationId | null }
  | { screen: "primaries" }
  | { screen: "applications" }
  | { screen: "application"; id: ApplicationId; tab: ApplicationTab }
  | { screen: "live"; application: ApplicationId | null; environment: Environment; mode: LiveMode }
  | { screen: "calls"; application: ApplicationId | null; environment: Environment; /** Id of a call, or the place of one that is not kept. */ item: string | null }
  | { screen: "data-sources"; application: ApplicationId | null; environment: Environment; item: string | null }
  | { screen: "schedules"; application: ApplicationId | null; environment: Environment; item: string | null }
  | { screen: "tasks"; application: ApplicationId | null; environment: Environment; /** Id of a task, or the place of one that is not kept. */ item: string | null }
  | { screen: "send"; application: ApplicationId | null; environment: Environment; kind: SendKind }
  | { screen: "panels"; application: ApplicationId | null; environment: Environment; /** Id of the panel that is edited, `new` for one that is not kept; `null` shows the page. */ item: string | null }
  | { screen: "workflows"; application: ApplicationId | null; environment: Environment; /** Id of a form or report, or the place of one that is not kept. */ item: string | null; part?: WorkflowPart }
  | { screen: "activity" }
  | { screen: "members" }
  | { screen: "settings" };

/** The fragment of a place, `#` included. */
export function link(route: Route): string {
  switch (route.screen) {
    case "new-connection":
      if (route.application) return `#/new-connection/${encodeURIComponent(route.service ?? "")}/${route.application}`;
      return route.service ? `#/new-connection/${encodeURIComponent(route.service)}` : "#/new-connection";
    case "service":
      return `#/service/${encodeURIComponent(route.id)}${route.application ? `/${route.application}` : ""}`;
    case "connection":
      return `#/connection/${route.id}/${route.tab}${route.migrate ? "/migrate" : ""}`;
    case "connector":
      return `#/connector/${encodeURIComponent(route.file)}`;
    case "application":
      return `#/application/${route.id}/${route.tab}`;
    case "live":
      return route.application ? `#/live/${route.application}/${route.environment}/${route.mode}` : "#/live";
    case "calls":
    case "data-sources":
    case "schedules":
    case "tasks":
    case "panels":
      if (!route.application) return `#/${route.screen}`;
      return `#/${route.screen}/${route.application}/${route.environment}${route.item ? `/${route.item}` : ""}`;
    case "send":
      return route.application ? `#/send/${route.application}/${route.environment}/${route.kind}` : "#/send";
    case "workflows":
      if (!route.application) return "#/workflows";
      return `#/workflows/${route.application}/${route.environment}${route.item ? `/${route.item}${route.part && route.part !== "fields" ? `/${route.part}` : ""}` : ""}`;
    default:
      return `#/${route.screen}`;
  }
}

/** The place a fragment means; the connections list where it means none. */
export function parse(fragment: string): Route {
  const [screen, id, tab, mode, part] = fragment.replace(/^#\/?/, "").split("/");
  switch (screen) {
    case "home":
    case "connectors":
    case "primaries":
    case "applications":
    case "activity":
    case "members":
    case "settings":
      return { screen };
    case "new-connection":
      return { screen, service: id ? decodeURIComponent(id) : null, ...(tab ? { application: tab } : {}) };
    case "service":
      if (!id) return { screen: "connectors" };
      return { screen, id: decodeURIComponent(id), ...(tab ? { application: tab } : {}) };
    case "connection":
      if (!id) return { screen: "connections" };
      return { screen, id, tab: CONNECTION_TABS.find((known) => known === tab) ?? "environments", ...(mode === "migrate" ? { migrate: true } : {}) };
    case "connector":
      return id ? { screen, file: decodeURIComponent(id) } : { screen: "connectors" };
    case "application":
      if (!id) return { screen: "applications" };
      return { screen, id, tab: APPLICATION_TABS.find((known) => known === tab) ?? "connections" };
    case "live":
      return { screen, application: id || null, environment: ENVIRONMENTS.find((known) => known === tab) ?? "production", mode: mode === "edit" || mode === "page" ? mode : "live" };
    case "data-sources":
    case "schedules":
    case "panels":
      return { screen, application: id || null, environment: ENVIRONMENTS.find((known) => known === tab) ?? "production", item: mode || null };
    case "calls":
    case "tasks":
      return { screen, application: id || null, environment: ENVIRONMENTS.find((known) => known === tab) ?? "development", item: mode || null };
    case "send":
      return { screen, application: id || null, environment: ENVIRONMENTS.find((known) => known === tab) ?? "development", kind: SEND_KINDS.find((known) => known === mode) ?? "sms" };
    case "workflows":
      return { screen, application: id || null, environment: ENVIRONMENTS.find((known) => known === tab) ?? "development", item: mode || null, part: WORKFLOW_PARTS.find((known) => known === part) ?? "fields" };
    default:
      return { screen: "connections" };
  }
}

let here = $state<Route>(parse(location.hash));

/** How many places of this program are behind this one: kept with each place, so that a reload knows. */
const depth = (): number => (history.state as { depth?: number } | null)?.depth ?? 0;
let reached = depth();
const mark = (at: number): void => history.replaceState({ depth: (reached = at) }, "");
if (history.state === null) mark(0);

window.addEventListener("hashchange", () => {
  here = parse(location.hash);
  // A place that a link led to has no mark yet.
  if (history.state === null) mark(reached + 1);
  else reached = depth();
});

/** The place shown now. */
export function route(): Route {
  return here;
}

/** Goes there; `replace` leaves no way back, for changes of tab. */
export function go(to: Route, replace = false): void {
  const fragment = link(to);
  if (fragment === location.hash) return;
  if (replace) {
    history.replaceState({ depth: reached }, "", fragment);
    here = parse(fragment);
  } else {
    location.hash = fragment;
    mark(reached + 1);
    here = parse(fragment);
  }
}

/** Back to where one came from; there, where this was the first place. */
export function back(to: Route): void {
  if (reached > 0) history.back();
  else go(to, true);
}
