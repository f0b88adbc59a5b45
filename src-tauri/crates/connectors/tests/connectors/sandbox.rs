//! Whether a payment would go to a service's sandbox: told by the setting, or by the key.

use tsunagi_connectors::{Library, Site};
use tsunagi_domain::connection::Settings;

/// Of every payment operation of a service: whether it goes to the sandbox.
fn told(id: &str, settings: &[(&str, &str)], account: Option<&str>) -> Vec<Option<bool>> {
    let library = Library::built_in();
    let connector = library.get(id).unwrap();
    let settings: Settings = settings
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let resolved = connector.resolve(&settings).unwrap();
    let site = Site {
        connector,
        resolved: &resolved,
        account,
    };
    let operations = connector.operations();
    operations
        .iter()
        .map(|operation| operation.is_sandboxed(site))
        .collect()
}

#[test]
fn every_payment_tells_live_from_sandbox_where_the_service_does() {
    for (id, settings, account, sandbox) in [
        ("paypal", &[][..], None, Some(false)),
        ("paypal", &[("sandbox", "api-m")], None, Some(false)),
        ("paypal", &[("sandbox", "api-m.sandbox")], None, Some(true)),
        ("worldpay", &[], None, Some(false)),
        ("practice_paypal", &[("port", "4711")], None, Some(true)),
        (
            "worldpay",
            &[("host", "try.access.worldpay.com")],
            None,
            Some(true),
        ),
        ("razorpay", &[], Some("rzp_test_1DP5mmOlF5G5ag"), Some(true)),
        (
            "razorpay",
            &[],
            Some("rzp_live_1DP5mmOlF5G5ag"),
            Some(false),
        ),
        // Nobody has typed a key yet.
        ("razorpay", &[], None, None),
        ("razorpay_oauth", &[("mode", "test")], None, Some(true)),
        ("razorpay_oauth", &[("mode", "live")], None, Some(false)),
    ] {
        let told = told(id, settings, account);
        assert!(!told.is_empty(), "{id} takes payments");
        assert!(
            told.iter().all(|one| *one == sandbox),
            "{id} {settings:?} {account:?}: {told:?}"
        );
    }
}

#[test]
fn what_moves_no_money_says_nothing_of_it() {
    assert!(told("twilio", &[], None).iter().all(Option::is_none));
}
