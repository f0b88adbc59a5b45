// What operations are for, and what is said of what cannot be sent.
import type { OperationRole } from "../../../backend/bindings";
import { t } from "../../../i18n/i18n.svelte";
import type { IconName } from "../../../parts/Icon.svelte";
import type { Problem } from "./problem";

const ICONS: Record<OperationRole, IconName> = {
  modules: "folder", fields: "file", rows: "file", add: "plus", get: "eye", search: "search", update: "pencil", message: "send", payment: "key", payment_status: "clock",
};

/** The picture of an operation. */
export const roleIcon = (role: OperationRole | null): IconName => (role === null ? "plug" : ICONS[role]);

/** Why a field cannot be sent as it is. */
export function problemText(problem: Problem): string {
  switch (problem.code) {
    case "amount_digits":
      return t("ui.tasks.wrong_amount_digits", { digits: problem.digits });
    case "most":
      return t("ui.tasks.wrong_most", { most: problem.most });
    case "record_twice":
      return t("ui.tasks.wrong_record_twice", { name: problem.name });
    default:
      return t(`ui.tasks.wrong_${problem.code}`);
  }
}
