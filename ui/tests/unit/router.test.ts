import { describe, expect, it } from "vitest";
import { placeOf } from "../../src/parts/area";
import { link, parse, type Route } from "../../src/router.svelte";

describe("places", () => {
  it.each<Route>([
    { screen: "home" }, { screen: "connections" }, { screen: "connectors" }, { screen: "settings" }, { screen: "members" },
    { screen: "new-connection", service: null }, { screen: "new-connection", service: "zoho crm/ü" },
    { screen: "connection", id: "019ab0c4-1111", tab: "timeline" }, { screen: "connection", id: "019ab0c4-1111", tab: "uses" },
    { screen: "new-connection", service: "zoho_crm", application: "app-1" }, { screen: "new-connection", service: null, application: "app-1" },
    { screen: "service", id: "zoho crm/ü" }, { screen: "service", id: "slack", application: "app-1" },
    { screen: "calls", application: "app-1", environment: "stage", item: "new-2" }, { screen: "tasks", application: null, environment: "development", item: null }, { screen: "data-sources", application: "app-1", environment: "production", item: "019ab0c4" }, { screen: "tasks", application: "app-1", environment: "production", item: "019ab0c4" },
    { screen: "applications" }, { screen: "application", id: "app-1", tab: "members" },
    { screen: "calls", application: null, environment: "development", item: null }, { screen: "calls", application: "app-1", environment: "stage", item: "new-2" },
    { screen: "workflows", application: null, environment: "development", item: null, part: "fields" }, { screen: "workflows", application: "app-1", environment: "stage", item: "new", part: "rules" },
    { screen: "live", application: null, environment: "production", mode: "live" }, { screen: "live", application: "app-1", environment: "stage", mode: "edit" },
  ])("come back from their link: %o", (route) => {
    expect(parse(link(route))).toEqual(route);
  });

  it("fall back to the list", () => {
    for (const fragment of ["", "#", "#/nonsense", "#/connection"]) expect(parse(fragment)).toEqual({ screen: "connections" });
    expect(parse("#/connection/x/nonsense"), "an unknown tab is the first one of use").toEqual({ screen: "connection", id: "x", tab: "environments" });
  });

  it.each([
    ["data_source", "#/data-sources/app-1/stage/item-1"], ["form_workflow", "#/workflows/app-1/stage/item-1"], ["report_workflow", "#/workflows/app-1/stage/item-1"], ["integration_task", "#/tasks/app-1/stage/item-1"],
    ["invoke_url", "#/calls/app-1/stage/item-1"], ["page_panel", "#/panels/app-1/stage/item-1"], ["schedule", "#/schedules/app-1/stage/item-1"],
  ])("what uses a connection is found: %s", (area, fragment) => {
    const used = { area, application: { id: "app-1", name: "Orders", edition: "c6" as const }, environment: "stage" as const, item: "item-1" };
    const place = placeOf(used);
    expect(place && link(place)).toBe(fragment);
    expect(placeOf({ ...used, item: null }), "nothing is kept there").toBeNull();
  });
});
