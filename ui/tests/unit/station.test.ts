import { beforeEach, describe, expect, it } from "vitest";
import type { NotConnected, Station } from "../../src/backend/bindings";
import { setLocale } from "../../src/i18n/i18n.svelte";
import { hueOf, initials, look, ofHealth, split, spoken } from "../../src/parts/station";

const base: Station = {
  reach: "production", health: { state: "connected" }, retired: null, unreachable: null, unproven: false, account: { label: "aiko@practice.example", name: "Aiko", email: "aiko@practice.example" },
  primary: false, noPrimary: false, others: 0, lapsesAt: null, missingScopes: 0, mend: null,
};
const REASONS: NotConnected[] = ["never_authorized", "expired", "revoked", "client_refused", "scopes_missing", "connector_changed", "outcome_unknown", "retired", "disabled"];

describe("a station", () => {
  beforeEach(() => setLocale("en"));

  it("is read aloud with environment, state, account and what mends it", () => {
    expect(spoken({ ...base, health: { state: "not_connected", reason: "revoked" }, mend: "authorize" })).toBe("Production: Revoked. Authorize");
    expect(spoken({ ...base, reach: "all", primary: true })).toBe("All environments: Connected, aiko@practice.example, primary");
    expect(spoken({ ...base, unproven: true }), "beside the state, never instead of it").toBe("Production: Connected, aiko@practice.example, unproven");
    expect(spoken({ ...base, noPrimary: true, account: null, mend: "choose_primary" })).toBe("Production: No primary. Choose");
  });

  it("has a shape of its own for every reason", () => {
    const shapes = REASONS.map((reason) => ofHealth({ state: "not_connected", reason }).shape);
    expect(new Set(shapes).size, "in grey they must still differ").toBe(REASONS.length);
    expect(shapes).not.toContain("connected");
  });

  it("shows unreachable only beside Connected: health is never hidden by the network", () => {
    const unreachable = { since: 0, code: "timeout", long: false };
    expect(look({ ...base, unreachable }).shape).toBe("unreachable");
    expect(look({ ...base, unreachable, health: { state: "not_connected", reason: "revoked" } }).shape).toBe("revoked");
  });

  it("lets the domain of an address stand back", () => {
    expect(split("aiko@practice.example")).toEqual(["aiko", "@practice.example"]);
    expect(split("Twilio Account 2")).toEqual(["Twilio Account 2", ""]);
  });
});

describe("a person", () => {
  it("has initials in Latin, one character in Japanese", () => {
    expect([initials("Aiko Mori"), initials("root"), initials("森 愛子"), initials("")]).toEqual(["AM", "R", "森", ""]);
  });
  it("keeps the hue", () => {
    expect(hueOf("Aiko Mori")).toBe(hueOf("Aiko Mori"));
    expect(hueOf("x")).toBeLessThan(360);
  });
});
