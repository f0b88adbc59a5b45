// Areas: the kinds of places that use connections.
import { named } from "../i18n/i18n.svelte";
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
