//! What the built-in connectors say of PKCE (RFC 7636), and how a file says it.

use serde_json::json;
use tsunagi_connectors::{Connector, Library, Pkce};

fn those(pkce: Pkce) -> Vec<String> {
    let library = Library::built_in();
    let mut those: Vec<String> = library
        .all()
        .filter(|connector| connector.oauth().pkce == Some(pkce))
        .map(|connector| connector.id.clone())
        .collect();
    those.sort();
    those
}

#[test]
fn every_built_in_service_with_a_sign_in_page_says_what_is_known_of_pkce() {
    let library = Library::built_in();
    let opens_a_page = |connector: &&Connector| connector.oauth().authorize.is_some();
    let silent: Vec<&str> = library
        .all()
        .filter(opens_a_page)
        .filter(|connector| connector.oauth().pkce.is_none())
        .map(|connector| connector.id.as_str())
        .collect();
    assert_eq!(
        silent,
        Vec::<&str>::new(),
        "what no source says is said to be so"
    );
}

#[test]
fn pkce_is_refused_only_where_a_page_of_the_service_says_so() {
    assert_eq!(those(Pkce::Refused), ["slack", "square"]);
}

#[test]
fn pkce_is_not_used_where_no_page_of_the_service_speaks_of_it() {
    let unknown = those(Pkce::Undocumented);
    assert_eq!(unknown.len(), 29, "{unknown:?}");
    for id in ["atlassian", "notion", "quickbooks", "shopify", "strava"] {
        assert!(unknown.iter().any(|one| one == id), "{id}");
    }
}

#[test]
fn a_file_says_it_in_one_of_three_ways() {
    for (written, pkce) in [
        (json!(true), Pkce::Supported),
        (json!(false), Pkce::Refused),
        (json!("undocumented"), Pkce::Undocumented),
    ] {
        assert_eq!(
            serde_json::from_value::<Pkce>(written.clone()).unwrap(),
            pkce
        );
        assert_eq!(serde_json::to_value(pkce).unwrap(), written);
    }
    for other in [json!("plain"), json!(1), json!(null)] {
        assert!(serde_json::from_value::<Pkce>(other).is_err());
    }
}
