import type { EditImpact } from "../../backend/bindings";

/** Whether a change does something a person should see before it is made (R18). */
export const weighty = (told: EditImpact): boolean =>
  told.modeChanges || told.asksAgain.length > 0 || told.setAside.length > 0 || told.scopesAdded.length > 0 || told.scopesRemoved.length > 0 || told.uses.some((use) => use.fate === "stops");
