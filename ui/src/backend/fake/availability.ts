// The fake program's plan, data center and country.
import type { AvailabilityView, Commands, Failure, GalleryEntry, Start } from "../bindings";
import { failureOf } from "./failures";

interface Around {
  start: () => Start;
  setStart: (start: Start) => void;
  connections: () => number;
  changed: () => void;
}

const SERVED = ["us", "eu", "in", "au"];
const KNOWN = [...SERVED, "jp", "ca", "sa", "cn", "ae"];
const COUNTRIES = ["AU", "BR", "CA", "CN", "DE", "FR", "GB", "IN", "JP", "NG", "PT", "SA", "US"];

/** What plan and data center refuse. */
export function refusedBy(start: Start): Failure | null {
  if (start.workspace?.plan === "free") return failureOf("plan_free", start.locale);
  return start.workspace && !SERVED.includes(start.workspace.dataCenter) ? failureOf("data_center_not_served", start.locale) : null;
}

/** The gallery, as plan and data center leave it. */
export function offeredBy(start: Start, entries: GalleryEntry[]): GalleryEntry[] {
  const refused = refusedBy(start);
  return refused ? entries.map((entry) => ({ ...entry, refused })) : entries;
}

type Handlers = { [K in "availability_get" | "availability_change"]: (args: Commands[K]["args"]) => Commands[K]["answer"] };

export function availabilityHandlers(around: Around): Handlers {
  let country: string | null = null;
  return {
    availability_get: (): AvailabilityView => {
      const { workspace, member } = around.start();
      return {
        plan: workspace?.plan ?? "paid", dataCenter: workspace?.dataCenter ?? "us", country, countries: COUNTRIES,
        dataCenters: KNOWN.map((id) => ({ id, served: SERVED.includes(id) })), connections: around.connections(), mayChange: member.role === "super_admin",
      };
    },
    availability_change: ({ change }) => {
      const start = around.start();
      country = change.country;
      const next = { ...start, workspace: start.workspace && { ...start.workspace, plan: change.plan, dataCenter: change.dataCenter } };
      around.setStart({ ...next, refused: refusedBy(next) });
      around.changed();
      return around.start();
    },
  };
}
