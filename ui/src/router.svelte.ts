// Where the window is: kept in the fragment, so that back, forward and links simply work.
import type { ConnectionId } from "./backend/bindings";

export const CONNECTION_TABS = ["overview", "environments", "accounts", "timeline", "try"] as const;
export type ConnectionTab = (typeof CONNECTION_TABS)[number];

export type Route =
  | { screen: "home" }
  | { screen: "connections" }
  | { screen: "new-connection"; service: string | null }
  | { screen: "connection"; id: ConnectionId; tab: ConnectionTab }
  | { screen: "connectors" }
  | { screen: "settings" };

/** The fragment of a place, `#` included. */
export function link(route: Route): string {
  switch (route.screen) {
    case "new-connection":
      return route.service ? `#/new-connection/${encodeURIComponent(route.service)}` : "#/new-connection";
    case "connection":
      return `#/connection/${route.id}/${route.tab}`;
    default:
      return `#/${route.screen}`;
  }
}

/** The place a fragment means; the connections list where it means none. */
export function parse(fragment: string): Route {
  const [screen, id, tab] = fragment.replace(/^#\/?/, "").split("/");
  switch (screen) {
    case "home":
    case "connectors":
    case "settings":
      return { screen };
    case "new-connection":
      return { screen, service: id ? decodeURIComponent(id) : null };
    case "connection":
      if (!id) return { screen: "connections" };
      return { screen, id, tab: CONNECTION_TABS.find((known) => known === tab) ?? "environments" };
    default:
      return { screen: "connections" };
  }
}

let here = $state<Route>(parse(location.hash));
window.addEventListener("hashchange", () => (here = parse(location.hash)));

/** The place shown now. */
export function route(): Route {
  return here;
}

/** Goes there; `replace` leaves no way back, for changes of tab. */
export function go(to: Route, replace = false): void {
  const fragment = link(to);
  if (fragment === location.hash) return;
  if (replace) {
    history.replaceState(null, "", fragment);
    here = parse(fragment);
  } else {
    location.hash = fragment;
    here = parse(fragment);
  }
}
