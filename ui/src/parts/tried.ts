/** Refusals of *Try it* that signing in mends. */
export const MENDED = new Set(["not_connected", "member_not_authorized", "no_primary", "never_authorized", "revoked", "expired"]);
