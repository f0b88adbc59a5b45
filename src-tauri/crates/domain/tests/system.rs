//! R5: system connections.
#![allow(clippy::unwrap_used)]

use tsunagi_domain::RefusalCode;
use tsunagi_domain::system::{Cause, comes_into_being};

#[test]
fn r5_a_system_connection_comes_into_being_in_three_places_and_never_for_payments() {
    for (cause, expected) in [
        (Cause::FormWorkflow { zoho: true }, true),
        (Cause::FormWorkflow { zoho: false }, false),
        (Cause::PagePanel, true),
        (Cause::IntegrationTask { optional: true }, true),
        (Cause::IntegrationTask { optional: false }, false),
        (Cause::Elsewhere, false),
    ] {
        let answer = comes_into_being("Zoho CRM", cause, false);
        assert_eq!(answer.is_ok(), expected, "{cause:?}");
        let refusal = comes_into_being("PayPal", cause, true).unwrap_err();
        assert_eq!(
            refusal.code,
            RefusalCode::ConnectionNeeded,
            "{cause:?}, for payments"
        );
        assert_eq!(refusal.args["service"], "PayPal", "the sentence names it");
    }
}
