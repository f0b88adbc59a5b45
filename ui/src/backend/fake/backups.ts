// Backups of the fake program. A path that holds "damaged", "letter" or "newer", and any passphrase
// but "a ladder in the orchard", are refused as the real one does.
import type { Commands, Failure, RestoredView, Start } from "../bindings";
import { failureOf, type FailureCode } from "./failures";

type Names = "backup_make" | "backup_choose" | "backup_restore" | "backup_take_over" | "catalog_open_again" | "catalog_set_aside" | "catalog_restore" | "set_aside_noted";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["answer"] };

interface Around {
  start: () => Start;
  started: () => Start;
  changed: () => void;
  /** Puts a full workspace in place of none. */
  fill: () => void;
  /** What is damaged is out of the way. */
  mended: () => void;
}

export const restoredView = (takenOver: boolean, role: Start["member"]["role"]): RestoredView => ({
  backedUpAt: Date.UTC(2026, 10, 24, 9, 30), restoredAt: Date.UTC(2026, 10, 25, 8, 0), takenOver, unproven: 14, mayTakeOver: role === "super_admin" && !takenOver,
});

/** Why credentials cannot be opened or ended: another computer has the workspace. */
export const heldOf = (start: Start): Failure | null => (start.restored && !start.restored.takenOver ? failureOf("not_taken_over", start.locale) : null);

/** Why nothing can be authorized: plan and data center, then who has the workspace. */
export const unusableOf = (start: Start): Failure | null => start.refused ?? heldOf(start);

export function backupHandlers({ start, started, changed, fill, mended }: Around): Handlers {
  const refuse = (code: FailureCode, path: string): never => {
    const failure: Failure = failureOf(code, start().locale);
    throw { ...failure, message: failure.message.replace("{path}", path) };
  };
  const checked = ({ wish }: Commands["backup_restore"]["args"]): void => {
    if (wish.path.includes("damaged")) refuse("backup_damaged", wish.path);
    if (wish.path.includes("letter")) refuse("not_a_backup", wish.path);
    if (wish.passphrase !== "a ladder in the orchard") refuse("backup_passphrase_wrong", wish.path);
  };
  const aside = (): void => {
    mended();
    start().setAside = ["catalog.sqlite.damaged-2026-11-26-093000"];
  };
  return {
    backup_make: () => ({ path: `${start().home}/exports/backup-2026-11-26T093000Z.age`, bytes: 482_304 }),
    backup_choose: () => "/media/usb/backup-2026-11-24T093000Z.age",
    backup_restore: (args) => {
      checked(args);
      fill();
      return started();
    },
    catalog_open_again: () => {
      throw failureOf("catalog_damaged", start().locale);
    },
    catalog_set_aside: () => {
      aside();
      return started();
    },
    catalog_restore: (args) => {
      checked(args);
      aside();
      fill();
      return started();
    },
    set_aside_noted: ({ file }) => {
      start().setAside = start().setAside.filter((one) => one !== file);
      return started();
    },
    backup_take_over: () => {
      start().restored = restoredView(true, start().member.role);
      changed();
      return started();
    },
  };
}
