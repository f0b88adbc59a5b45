// The fake program's inventory, and definitions out and in.
import type { Commands, ImportItem, Locale, ServiceMark } from "../bindings";
import { failureOf } from "./failures";

interface Around {
  locale: () => Locale;
  mark: (service: string) => ServiceMark | null;
  connections: () => number;
  add: (name: string, linkName: string) => void;
  changed: () => void;
}

type Names = "inventory_export" | "definitions_export" | "definitions_choose" | "definitions_import";
type Handlers = { [K in Names]: (args: Commands[K]["args"]) => Commands[K]["answer"] };

const FOLDER = "~/.local/share/tsunagi/exports";

export function paperHandlers(around: Around, refuse: (code: "import_gone" | "definitions_newer") => never, options: URLSearchParams): Handlers {
  let inHand = false;
  return {
    inventory_export: ({ form }) => ({ path: `${FOLDER}/inventory-2026-11-24-091500.${form}`, entries: around.connections() * 2 }),
    definitions_export: () => ({ path: `${FOLDER}/definitions-2026-11-24-091500.toml`, entries: around.connections() }),
    definitions_choose: () => {
      const file = options.get("file");
      if (file === "none") return null;
      if (file === "newer") refuse("definitions_newer");
      const locale = around.locale();
      const plain = { linkName: null, service: null, kind: null, failure: null, note: null } satisfies Partial<ImportItem>;
      const items: ImportItem[] = [
        { ...plain, what: "connection", state: "refused", name: "Party 🎉", linkName: "party", service: around.mark("slack"), kind: "admin", line: 62, failure: failureOf("name_character", locale) },
        { ...plain, what: "connection", state: "refused", name: "Zoho CRM", linkName: "zoho_crm_2", service: around.mark("zoho_crm"), kind: "system", line: 88, failure: failureOf("kind_not_offered", locale) },
        { ...plain, what: "connection", state: "clash", name: "Lead intake", linkName: "lead_intake", service: around.mark("zoho_crm"), kind: "logged_in_user", line: 41, failure: failureOf("link_name_taken", locale) },
        { ...plain, what: "registration", state: "add", name: "Kumo Works, Osaka", service: around.mark("zoho_crm"), line: 7, note: failureOf("registration_secret_due", locale) },
        { ...plain, what: "application", state: "add", name: "Front desk", line: 17 },
        { ...plain, what: "connection", state: "add", name: "Visitor list", linkName: "visitor_list", service: around.mark("practice"), kind: "admin", line: 21 },
        { ...plain, what: "connection", state: "add", name: "Old payments", linkName: "old_payments", service: around.mark("payflow"), kind: "admin", line: 31, note: failureOf("connector_retired", locale) },
        { ...plain, what: "application", state: "same", name: "Orders", line: 13 },
      ];
      inHand = true;
      const count = (state: ImportItem["state"]): number => items.filter((item) => item.state === state).length;
      return {
        file: "/home/aiko/Downloads/kumo-osaka.toml", hash: "9f2c", items, leftOut: 0,
        adds: count("add"), same: count("same"), clashes: count("clash"), refused: count("refused"),
      };
    },
    definitions_import: () => {
      if (!inHand || options.get("file") === "gone") refuse("import_gone");
      inHand = false;
      around.add("Visitor list", "visitor_list");
      around.add("Old payments", "old_payments");
      around.changed();
      return { connections: 2, applications: 1, registrations: 1, secretsDue: 1 };
    },
  };
}
