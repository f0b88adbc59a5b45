import { t } from "../i18n/i18n.svelte";
import type { Failure } from "./bindings";

/** What a command rejected with, as something to show. Anything unforeseen still gets words. */
export function asFailure(reason: unknown): Failure {
  if (typeof reason === "object" && reason !== null && "code" in reason && "message" in reason) {
    const { code, message, help } = reason as Partial<Failure>;
    return { code: String(code), message: String(message), help: help ?? "" };
  }
  const said = reason instanceof Error ? reason.message : String(reason);
  return { code: "unforeseen", message: t("ui.failure.unforeseen", { said }), help: t("ui.failure.unforeseen_help") };
}
