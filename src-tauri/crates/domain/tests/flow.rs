//! Which outcomes of a flow are what the person wished.

use tsunagi_domain::flow::went_well;

#[test]
fn a_flow_went_well_when_it_ended_as_the_person_wished() {
    for (outcome, well, why) in [
        ("connected", true, "they signed in"),
        ("kept", true, "R20: they kept the first account"),
        ("revoked", true, "they revoked it"),
        ("cancelled", false, "they gave up"),
        ("timed_out", false, "nobody signed in"),
        ("interrupted", false, "the program stopped meanwhile"),
        ("", false, "not known"),
        ("Connected", false, "no word of the catalog"),
    ] {
        assert_eq!(went_well(outcome), well, "`{outcome}`: {why}");
    }
}
