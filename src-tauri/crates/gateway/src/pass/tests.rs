#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use tsunagi_connectors::{Library, Resolved};
use tsunagi_domain::connection::Settings;

use super::{allowed, target};

fn resolved() -> Resolved {
    let settings = Settings::from([("port".to_owned(), "8080".to_owned())]);
    Library::built_in()
        .get("practice")
        .unwrap()
        .resolve(&settings)
        .unwrap()
}

proptest! {
    #[test]
    fn whatever_is_asked_for_the_credential_goes_to_the_listed_origin_only(
        start in prop_oneof![
            Just(""), Just("/"), Just("//"), Just("http:"), Just("http://127.0.0.1:8080"),
            Just("http://127.0.0.1:8080@"), Just("HTTP://127.0.0.1"), Just("https://127.0.0.1:8080"),
        ],
        rest in "[/\\\\@:.?#%a-z0-9\\[\\]\t\r\n -]{0,30}",
    ) {
        let resolved = resolved();
        let text = format!("{start}{rest}");
        if let Ok(url) = target(&resolved, &text)
            && allowed(&resolved.hosts, &resolved.hosts)(&url)
        {
            prop_assert_eq!(url.scheme(), "http", "{}", text);
            prop_assert_eq!(url.host_str(), Some("127.0.0.1"), "{}", text);
            prop_assert_eq!(url.port(), Some(8080), "{}", text);
            prop_assert!(url.username().is_empty() && url.password().is_none(), "{}", text);
        }
    }
}
