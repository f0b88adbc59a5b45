// What of a form, report or rule is not right yet, as far as it can be told here; the program looks at all of it.
import type { FormField, Workflow, WorkflowAction, WorkflowFrom, WorkflowRule } from "../../backend/bindings";
import { listed } from "../../i18n/format";
import { t } from "../../i18n/i18n.svelte";
import { digitsOf } from "../kept/operations/amount";
import type { Seated } from "./sheets.svelte";
import { unknownIn, withName } from "./template";

interface Whole {
  workflow: Workflow;
  fields: FormField[];
  seats: Record<string, Seated>;
}

/** How a field may be called: rules, conditions and texts name it so. */
const NAME = /^[a-z][a-z0-9_]{0,49}$/i;
const seated = (seat: Seated | undefined): boolean => seat !== undefined && (seat.connection !== null || seat.service !== null);

/** Why a field cannot stay as it is. */
export function fieldWrong(field: FormField, { fields, seats }: Whole): string | null {
  if (field.label.trim() === "") return t("ui.workflows.wrong_label");
  if (!NAME.test(field.name)) return t("ui.workflows.wrong_name");
  if (fields.filter((one) => one.name === field.name).length > 1) return t("ui.workflows.wrong_name_twice", { name: field.name });
  if (field.kind === "amount" && digitsOf(field.currency ?? "") === null) return t("ui.tasks.wrong_currency");
  if (field.kind === "choice" && field.shows === null && field.choices.length === 0) return t("ui.workflows.wrong_choices");
  if (!field.shows) return null;
  if (!seated(seats[field.shows.id])) return t("ui.workflows.wrong_part");
  if (field.shows.operation === "") return t("ui.workflows.wrong_operation");
  return field.shows.value.trim() === "" || field.shows.label.trim() === "" ? t("ui.workflows.wrong_shown") : null;
}

const missing = (name: string, fields: FormField[]): string | null => (fields.some((one) => one.name === name) ? null : name === "" ? t("ui.workflows.wrong_field_none") : t("ui.workflows.wrong_field", { field: name }));
function unknown(text: string, fields: FormField[]): string | null {
  const names = unknownIn(text, fields);
  return names.length > 0 ? t("ui.workflows.wrong_field", { field: listed(names) }) : null;
}
const fromWrong = (from: WorkflowFrom, fields: FormField[]): string | null => (from.kind === "field" ? missing(from.field, fields) : from.kind === "template" ? unknown(from.text, fields) : null);

function actionWrong({ id, does }: WorkflowAction, { fields, seats }: Whole): string | null {
  if (!seated(seats[id])) return t("ui.workflows.wrong_part");
  if (does.kind === "call_url") return does.call.target.trim() === "" ? t("ui.workflows.wrong_target") : unknown(does.call.target, fields);
  if (does.operation === "") return t("ui.workflows.wrong_operation");
  for (const { field, value } of does.inputs) {
    const wrong = field === "" ? t("ui.tasks.wrong_record_name") : fromWrong(value, fields);
    if (wrong) return wrong;
  }
  const into = does.kind === "look_up" ? does.into : null;
  return into && (into.length === 0 || into.some((one) => one.at.trim() === "" || missing(one.field, fields) !== null)) ? t("ui.workflows.wrong_into") : null;
}

/** Why a rule cannot stay as it is. */
export function ruleWrong(rule: WorkflowRule, whole: Whole): string | null {
  const { fields } = whole;
  const { on, when, actions } = rule;
  if (on.kind === "field_input") {
    const wrong = missing(on.field, fields);
    if (wrong) return wrong;
  }
  if (on.kind === "row_action" && on.label.trim() === "") return t("ui.workflows.wrong_button");
  for (const test of when?.tests ?? []) {
    const wrong = missing(test.field, fields);
    if (wrong) return wrong;
  }
  if (actions.length === 0) return t("ui.workflows.wrong_no_action");
  for (const action of actions) {
    const wrong = actionWrong(action, whole);
    if (wrong) return wrong;
  }
  return null;
}

/** The rules that name a field. */
export function usersOf(name: string, { rules }: Workflow): WorkflowRule[] {
  const inText = (text: string): boolean => withName(text, name, "") !== text;
  return rules.filter((rule) =>
    (rule.on.kind === "field_input" && rule.on.field === name)
    || (rule.when?.tests.some((test) => test.field === name) ?? false)
    || rule.actions.some(({ does }) => {
      if (does.kind === "call_url") return inText(does.call.target) || ("text" in does.call.body && inText(does.call.body.text));
      return does.inputs.some(({ value }) => (value.kind === "field" ? value.field === name : value.kind === "template" && inText(value.text))) || (does.kind === "look_up" && does.into.some((one) => one.field === name));
    }));
}

/** A field has another name: all that names it goes with it. */
export function renamed(workflow: Workflow, from: string, to: string): void {
  const text = (one: string): string => withName(one, from, to);
  if (workflow.subject.kind === "form") for (const field of workflow.subject.fields) if (field.name === from) field.name = to;
  for (const rule of workflow.rules) {
    if (rule.on.kind === "field_input" && rule.on.field === from) rule.on.field = to;
    for (const test of rule.when?.tests ?? []) if (test.field === from) test.field = to;
    for (const { does } of rule.actions) {
      if (does.kind === "call_url") {
        does.call.target = text(does.call.target);
        for (const pair of [...does.call.query, ...does.call.headers]) pair.value = text(pair.value);
        if ("text" in does.call.body) does.call.body.text = text(does.call.body.text);
        continue;
      }
      for (const { value } of does.inputs) {
        if (value.kind === "field" && value.field === from) value.field = to;
        else if (value.kind === "template") value.text = text(value.text);
      }
      if (does.kind === "look_up") for (const one of does.into) if (one.field === from) one.field = to;
    }
  }
}
