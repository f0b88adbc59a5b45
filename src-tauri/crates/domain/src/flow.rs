//! Outcomes of flows, as the timeline and the catalog tell them.

/// Whether a flow that ended this way went as the person wished. `kept` is the answer "keep the
/// first account" (R20), `revoked` ends the record of a revocation.
#[must_use]
pub fn went_well(outcome: &str) -> bool {
    matches!(outcome, "connected" | "kept" | "revoked")
}
