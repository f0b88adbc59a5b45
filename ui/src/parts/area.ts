// Areas: the kinds of places that use connections.
import type { UsePlace } from "../backend/bindings";
import { named } from "../i18n/i18n.svelte";
import type { Route } from "../router.svelte";
import type { IconName } from "./Icon.svelte";

const ICONS: Record<string, IconName> = {
  data_source: "data",
  form_workflow: "file",
  report_workflow: "file",
  integration_task: "plug",
  invoke_url: "globe",
  page_panel: "chart",
  payment: "key",
  schedule: "clock",
  sms: "send",
};

/** The picture of an area; the plug where an area is not known. */
export const areaIcon = (area: string): IconName => ICONS[area] ?? "plug";

/** What an area is called. */
export const areaName = (area: string): string => named("area", area);

/** Where one finds what uses a connection; `null` where nothing is kept there. */
export function placeOf({ area, application: { id: application }, environment, item }: Pick<UsePlace, "area" | "application" | "environment" | "item">): Route | null {
  if (item === null) return null;
  const there = { application, environment, item };
  switch (area) {
    case "data_source": return { screen: "data-sources", ...there };
    case "form_workflow":
    case "report_workflow": return { screen: "workflows", ...there, part: "fields" };
    case "integration_task": return { screen: "tasks", ...there };
    case "invoke_url": return { screen: "calls", ...there };
    case "page_panel": return { screen: "panels", ...there };
    case "schedule": return { screen: "schedules", ...there };
    default: return null;
  }
}
