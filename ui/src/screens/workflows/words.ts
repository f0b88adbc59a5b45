// What kinds, triggers, comparisons and outcomes are called, and how they look.
import type { ActionRun, ActionState, FieldKind, FormField, WorkflowAction, WorkflowDoes, WorkflowIs, WorkflowOutcome, WorkflowRule, WorkflowTrigger } from "../../backend/bindings";
import { t } from "../../i18n/i18n.svelte";
import type { IconName } from "../../parts/Icon.svelte";
import type { Shape, Tone } from "../../parts/station";
import { problemText } from "../kept/operations/roles";
import type { EntryProblem } from "./entry.svelte";
import type { Kind } from "./sheets.svelte";

export const KINDS: readonly FieldKind[] = ["text", "multiline", "number", "amount", "date", "date_time", "checkbox", "choice", "email", "phone"];
export const TRIGGERS: Record<Kind, readonly WorkflowTrigger["kind"][]> = {
  form: ["load", "field_input", "add", "edit", "delete", "schedule"],
  report: ["load", "row_action", "edit", "delete", "schedule"],
};
export const DEEDS: readonly WorkflowAction["does"]["kind"][] = ["push", "look_up", "send_sms", "take_payment", "call_url"];
export const COMPARISONS: readonly WorkflowIs[] = ["is", "is_not", "contains", "starts_with", "greater", "less", "empty", "not_empty", "changed"];
/** Whether it compares with something. */
export const compares = (is: WorkflowIs): boolean => is !== "empty" && is !== "not_empty" && is !== "changed";

const FIELD_ICONS: Record<FieldKind, IconName> = {
  text: "pencil", multiline: "file", number: "tasks", amount: "key", date: "clock", date_time: "clock", checkbox: "check", choice: "down", email: "send", phone: "send",
};
const DOES_ICONS: Record<WorkflowDoes, IconName> = { push: "plug", look_up: "search", send_sms: "send", take_payment: "key", call_url: "globe", show: "eye" };
const TRIGGER_ICONS: Record<WorkflowTrigger["kind"], IconName> = { load: "eye", field_input: "pencil", add: "plus", edit: "pencil", delete: "x", row_action: "right", schedule: "clock" };

export const kindIcon = (kind: Kind): IconName => (kind === "form" ? "file" : "tasks");
export const fieldIcon = (field: FormField): IconName => (field.shows ? "plug" : FIELD_ICONS[field.kind]);
export const doesIcon = (does: WorkflowDoes): IconName => DOES_ICONS[does];
export const triggerIcon = (on: WorkflowTrigger): IconName => TRIGGER_ICONS[on.kind];

type Named = readonly { name: string; label: string }[];
export const labelOf = (fields: Named, name: string): string => fields.find((one) => one.name === name)?.label || name;

/** When a rule acts, in a few words. */
export function triggerWord(on: WorkflowTrigger, kind: Kind, fields: Named): string {
  if (on.kind === "field_input") return on.field === "" ? t("ui.workflows.on_field_input") : t("ui.workflows.when_input", { field: labelOf(fields, on.field) });
  if (on.kind === "row_action") return on.label === "" ? t("ui.workflows.on_row_action") : t("ui.workflows.when_row_action", { label: on.label });
  return t(kind === "report" && on.kind === "load" ? "ui.workflows.on_view" : `ui.workflows.on_${on.kind}`);
}
/** The same of a run: by then the fields may be others. */
export const triggerKind = (on: WorkflowTrigger): string => (on.kind === "row_action" && on.label ? t("ui.workflows.when_row_action", { label: on.label }) : t(`ui.workflows.on_${on.kind}`));

/** What a rule is called: its own name, or when it acts. */
export const ruleName = (rule: WorkflowRule, kind: Kind, fields: Named): string => rule.name.trim() || triggerWord(rule.on, kind, fields);
/** What an action is called: its own name, or what it does. */
export const actionName = (action: Pick<ActionRun, "name" | "does">): string => action.name || t(`ui.workflows.does_${action.does}`);

/** Why a field of a form cannot be taken as it is. */
export function entryProblem(problem: EntryProblem): string {
  switch (problem.code) {
    case "email":
      return t("ui.workflows.wrong_email");
    case "date":
      return t("ui.workflows.wrong_date");
    default:
      return problemText(problem);
  }
}

const STATES: Record<ActionState, { shape: Shape; tone: Tone }> = {
  waiting: { shape: "never", tone: "idle" }, begun: { shape: "expired", tone: "warn" }, done: { shape: "connected", tone: "ok" }, partly: { shape: "changed", tone: "warn" }, refused: { shape: "revoked", tone: "danger" },
  failed: { shape: "revoked", tone: "danger" }, unknown: { shape: "unknown", tone: "warn" }, repeatable: { shape: "unknown", tone: "warn" }, skipped: { shape: "disabled", tone: "off" },
};
export const actionLook = (state: ActionState): { shape: Shape; tone: Tone } => STATES[state];
const RUNS: Record<WorkflowOutcome, { shape: Shape; tone: Tone }> = {
  going: { shape: "expired", tone: "idle" }, done: { shape: "connected", tone: "ok" }, failed: { shape: "revoked", tone: "danger" }, unknown: { shape: "unknown", tone: "warn" }, stopped: { shape: "disabled", tone: "off" }, interrupted: { shape: "changed", tone: "warn" },
};
export const runLook = (outcome: WorkflowOutcome): { shape: Shape; tone: Tone } => RUNS[outcome];
