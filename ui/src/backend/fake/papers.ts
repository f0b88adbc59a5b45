// The fake program's inventory, and definitions out and in.
import type { Commands, ImportItem, ImportPreview, Locale, ServiceMark, WorkKind } from "../bindings";
import { failureOf } from "./failures";
import type { FakeWork } from "./work";

interface Around {
  locale: () => Locale;
  mark: (service: string) => ServiceMark | null;
  connections: () => number;
  unreadable: () => number;
  add: (name: string, linkName: string) => void;
  changed: () => void;
}

type Names = "inventory_export" | "definitions_export" | "definitions_choose" | "definitions_leave_out" | "definitions_import";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["answer"] | Promise<Commands[K]["answer"]> };

const FOLDER = "~/.local/share/tsunagi/exports";

export function paperHandlers(around: Around, refuse: (code: "import_gone" | "definitions_newer" | "work_stopped") => never, work: FakeWork, options: URLSearchParams): Handlers {
  let inHand = false;
  let without: number[] = [];
  const shown = (): ImportPreview => {
    const locale = around.locale();
    const plain = { linkName: null, service: null, kind: null, failure: null, note: null } satisfies Partial<ImportItem>;
    const file: Omit<ImportItem, "place">[] = [
      { ...plain, what: "connection", state: "refused", name: "Party 🎉", linkName: "party", service: around.mark("slack"), kind: "admin", line: 62, failure: failureOf("name_character", locale) },
      { ...plain, what: "connection", state: "refused", name: "Zoho CRM", linkName: "zoho_crm_2", service: around.mark("zoho_crm"), kind: "system", line: 88, failure: failureOf("kind_not_offered", locale) },
      { ...plain, what: "connection", state: "clash", name: "Lead intake", linkName: "lead_intake", service: around.mark("zoho_crm"), kind: "logged_in_user", line: 41, failure: failureOf("link_name_taken", locale) },
      { ...plain, what: "registration", state: "add", name: "Kumo Works, Osaka", service: around.mark("zoho_crm"), line: 7, note: failureOf("registration_secret_due", locale) },
      { ...plain, what: "application", state: "add", name: "Front desk", line: 17 },
      { ...plain, what: "connection", state: "add", name: "Visitor list", linkName: "visitor_list", service: around.mark("practice"), kind: "admin", line: 21 },
      { ...plain, what: "connection", state: "add", name: "Old payments", linkName: "old_payments", service: around.mark("payflow"), kind: "admin", line: 31, note: failureOf("connector_retired", locale) },
      { ...plain, what: "application", state: "same", name: "Orders", line: 13 },
    ];
    const items = file.map((item, place): ImportItem => {
      if (without.includes(place) && item.state === "add") return { ...item, place, state: "unwanted", note: null };
      // The visitor list is the front desk's.
      if (item.name === "Visitor list" && without.includes(4)) return { ...item, place, state: "refused", failure: failureOf("import_needs_left_out", locale) };
      return { ...item, place };
    });
    const count = (state: ImportItem["state"]): number => items.filter((item) => item.state === state).length;
    return {
      file: "/home/aiko/Downloads/kumo-osaka.toml", hash: "9f2c", items, leftOut: 0,
      adds: count("add"), same: count("same"), clashes: count("clash"), refused: count("refused"),
    };
  };
  const slowly = async (kind: WorkKind): Promise<void> => {
    if ((await work.slowly(kind, 1200)) !== null) refuse("work_stopped");
  };
  return {
    inventory_export: async ({ form }) => {
      await slowly("inventory");
      return { path: `${FOLDER}/inventory-2026-11-24-091500.${form}`, entries: around.connections() * 2, leftOut: form === "csv" ? around.unreadable() : 0 };
    },
    definitions_export: () => ({ path: `${FOLDER}/definitions-2026-11-24-091500.toml`, entries: around.connections(), leftOut: 0 }),
    definitions_choose: () => {
      const file = options.get("file");
      if (file === "none") return null;
      if (file === "newer") refuse("definitions_newer");
      inHand = true;
      without = [];
      return shown();
    },
    definitions_leave_out: (args) => {
      if (!inHand) refuse("import_gone");
      without = args.without;
      return shown();
    },
    definitions_import: async () => {
      if (!inHand || options.get("file") === "gone") refuse("import_gone");
      await slowly("import");
      inHand = false;
      const added = shown().items.filter((item) => item.state === "add");
      const count = (what: ImportItem["what"]): number => added.filter((item) => item.what === what).length;
      for (const item of added) if (item.linkName) around.add(item.name, item.linkName);
      around.changed();
      return { connections: count("connection"), applications: count("application"), registrations: count("registration"), secretsDue: count("registration") };
    },
  };
}
