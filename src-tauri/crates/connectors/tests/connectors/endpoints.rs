//! Device authorization and metadata addresses.

use tsunagi_domain::connection::Settings;

use crate::{GOOD, load};

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
