//! What built-in connectors are offered for.

use tsunagi_connectors::Library;
use tsunagi_domain::Kind;

/// The services that take logged-in-user connections, by the page *Connections* of Zoho Creator
/// (R9), Twilio in both of its ways, and the practice service.
const PERSONAL: [&str; 14] = [
    "clickatell",
    "clockwork",
    "hoiio",
    "practice",
    "quickbooks",
    "salesforce",
    "sms_magic",
    "twilio",
    "twilio_key",
    "zoho_crm",
    "zoho_oauth",
    "zoho_projects",
    "zoho_recruit",
    "zoho_sheet",
];

#[test]
fn r9_the_twelve_services_and_the_practice_service_take_logged_in_user_connections() {
    let library = Library::built_in();
    let mut personal: Vec<&str> = library
        .all()
        .filter(|connector| connector.kinds.contains(&Kind::LoggedInUser))
        .map(|connector| connector.id.as_str())
        .collect();
    personal.sort_unstable();
    assert_eq!(personal, PERSONAL, "these, and no other");
}

#[test]
fn every_scope_says_who_says_so() {
    for connector in Library::built_in().all() {
        let documents = connector.documents();
        for scope in &connector.scopes {
            let page = connector.listed_at(scope);
            if connector.practice {
                assert_eq!(page, None, "its scopes are the program's own");
                continue;
            }
            let page = page.unwrap_or_else(|| panic!("{}: {}", connector.id, scope.name));
            assert!(
                page.starts_with("https://") && documents.contains(&page),
                "{}: {page} can be opened",
                connector.id
            );
        }
    }
}
