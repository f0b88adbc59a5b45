// The fake program's plan, data center and country.
import type { AvailabilityView, Commands, Failure, GalleryEntry, Start } from "../bindings";
import { failureOf } from "./failures";

interface Around {
  start: () => Start;
  setStart: (start: Start) => void;
  country: () => string | null;
  setCountry: (country: string | null) => void;
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

/** The countries that payment services are offered in, where their pages list them (R8). */
export const OFFERED_IN: Record<string, string[]> = { razorpay: ["IN", "MY", "SG", "US"] };

/** The gallery, as plan, data center and country leave it. */
export function offeredBy(start: Start, country: string | null, entries: GalleryEntry[]): GalleryEntry[] {
  const everywhere = refusedBy(start);
  const refused = ({ service, refused }: GalleryEntry): Failure | null => {
    const places = OFFERED_IN[service.id];
    if (everywhere || refused || !places || (country !== null && places.includes(country))) return everywhere ?? refused;
    return failureOf(country === null ? "country_needed" : "service_not_in_country", start.locale, { service: service.name, country: country ?? "" });
  };
  return entries.map((entry) => ({ ...entry, refused: refused(entry) }));
}

type Handlers = { [K in "availability_get" | "availability_change"]: (args: Commands[K]["args"]) => Commands[K]["answer"] };

export function availabilityHandlers(around: Around): Handlers {
  return {
    availability_get: (): AvailabilityView => {
      const { workspace, member } = around.start();
      return {
        plan: workspace?.plan ?? "paid", dataCenter: workspace?.dataCenter ?? "us", country: around.country(), countries: COUNTRIES,
        dataCenters: KNOWN.map((id) => ({ id, served: SERVED.includes(id) })), connections: around.connections(), mayChange: member.role === "super_admin",
      };
    },
    availability_change: ({ change }) => {
      const start = around.start();
      around.setCountry(change.country);
      const next = { ...start, workspace: start.workspace && { ...start.workspace, plan: change.plan, dataCenter: change.dataCenter } };
      around.setStart({ ...next, refused: refusedBy(next) });
      around.changed();
      return around.start();
    },
  };
}
