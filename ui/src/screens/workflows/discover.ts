// Which fields the rows of a report have: those of its form; of a data source, those the service has
// described, else those of the rows that came first.
import { call } from "../../app.svelte";
import type { FormField, ItemId, WorkflowsView } from "../../backend/bindings";
import { columnField } from "./entry.svelte";

/** Rows that are looked at: what they have, most have. */
const FIRST = 50;

/** Those of this form or data source; none where nobody knows which it has. */
export async function discover(view: WorkflowsView, of: ItemId): Promise<FormField[]> {
  if (view.workflows.some((one) => one.form && one.id === of)) {
    const { workflow } = await call("workflow_get", { item: of });
    return workflow.subject.kind === "form" ? workflow.subject.fields : [];
  }
  if (!view.sources.some((one) => one.id === of)) return [];
  const { fields } = (await call("source_get", { item: of })).draft.source;
  if (fields.length > 0) return fields.map((field) => columnField(field.name, field.label));
  const { rows } = await call("source_rows", { item: of, after: null, skip: 0, limit: FIRST, find: "" });
  return [...new Set(rows.flatMap((row) => Object.keys(row.fields)))].map((name) => columnField(name));
}
