//! R16 and R18: one connection in another's place.
#![allow(clippy::unwrap_used)]

use tsunagi_domain::replace::{Party, may_replace};
use tsunagi_domain::{ConnectionId, RefusalCode};

fn party(connector: &'static str) -> Party<'static> {
    Party {
        id: ConnectionId::new(),
        link_name: connector,
        connector,
        successor: None,
        usable: true,
    }
}

#[test]
fn r18_a_connection_of_the_same_service_may_take_the_place_of_another() {
    assert_eq!(may_replace(party("zoho_crm"), party("zoho_crm")), Ok(()));
}

#[test]
fn r16_a_retired_services_connection_gives_way_to_its_successors() {
    let old = Party {
        successor: Some("paypal"),
        ..party("paypal_classic")
    };
    assert_eq!(may_replace(old, party("paypal")), Ok(()));
    assert_eq!(
        may_replace(party("paypal"), old).unwrap_err().code,
        RefusalCode::ReplaceOtherService,
        "not the other way round"
    );
}

#[test]
fn r18_nothing_else_may() {
    let own = party("zoho_crm");
    let unusable = Party {
        usable: false,
        ..party("zoho_crm")
    };
    for (old, next, code) in [
        (own, own, RefusalCode::ReplaceSame),
        (own, party("salesforce"), RefusalCode::ReplaceOtherService),
        (own, unusable, RefusalCode::ReplaceUnusable),
    ] {
        let refusal = may_replace(old, next).unwrap_err();
        assert_eq!(refusal.code, code);
        assert_eq!(
            (&*refusal.args["connection"], &*refusal.args["other"]),
            (old.link_name, next.link_name),
            "the sentence names both"
        );
    }
    assert_eq!(
        may_replace(unusable, own),
        Ok(()),
        "one that no longer works is what one wants to replace"
    );
}
