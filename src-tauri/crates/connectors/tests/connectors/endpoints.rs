//! Device authorization and metadata addresses.

use tsunagi_domain::connection::Settings;

use crate::{GOOD, draft_of, load};

#[test]
fn r23_device_and_metadata_change_the_sealed_origins_only_for_a_new_receiver() {
    let origins = |lines: &str| {
        let text = GOOD.replacen("[api]", &format!("{lines}\n[api]"), 1);
        let resolved = load(&text).resolve(&Settings::new()).unwrap();
        let origins = resolved.origins.iter().map(ToString::to_string);
        origins.collect::<Vec<_>>()
    };
    let before = origins("");
    assert_eq!(before, ["https://eu.example.com:443"], "token and API");
    assert_eq!(
        origins("device = \"https://{region}.example.com/device\""),
        before,
        "credentials sealed before stay usable"
    );
    assert_eq!(
        origins(
            "issuer = \"https://x.api.example.com\"\nmetadata = \"https://x.api.example.com/.well-known/openid-configuration\""
        ),
        before,
        "metadata is sent no credential"
    );
    assert_eq!(
        origins("device = \"https://login.api.example.com/device\""),
        [
            "https://eu.example.com:443",
            "https://login.api.example.com:443"
        ],
        "the client's secret goes to another origin"
    );
    assert_eq!(
        origins("par = \"https://push.api.example.com/par\""),
        [
            "https://eu.example.com:443",
            "https://push.api.example.com:443"
        ],
        "and so it does where requests are pushed"
    );
}

#[test]
fn rfc9126_a_pushed_request_goes_to_a_listed_host() {
    let with = |line: &str| GOOD.replacen("[api]", &format!("{line}\n[api]"), 1);
    let par = "par = \"https://eu.example.com/par\"";
    let resolved = load(&with(par)).resolve(&Settings::new()).unwrap();
    assert_eq!(
        resolved.par.as_ref().map(url::Url::as_str),
        Some("https://eu.example.com/par")
    );
    let evil = with("par = \"https://evil.example.org/par\"");
    let refused = draft_of("example.toml", evil.as_bytes()).outcome;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("evil.example.org"), "R23: {refused}");
}

#[test]
fn nothing_is_fetched_where_a_file_names_no_metadata() {
    let text = GOOD.replacen("[api]", "issuer = \"https://eu.example.com\"\n[api]", 1);
    let resolved = load(&text).resolve(&Settings::new()).unwrap();
    assert_eq!(
        (resolved.metadata, resolved.device),
        (None, None),
        "an issuer alone makes no address"
    );
}
