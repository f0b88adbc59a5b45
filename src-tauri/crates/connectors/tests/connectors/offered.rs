//! What built-in connectors are offered for.

use tsunagi_connectors::Library;
use tsunagi_domain::Kind;

/// The services that take logged-in-user connections, by the page *Connections* of Zoho Creator
/// (R9), and the practice service.
const PERSONAL: [&str; 13] = [
    "clickatell",
    "clockwork",
    "hoiio",
    "practice",
    "quickbooks",
    "salesforce",
    "sms_magic",
    "twilio",
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
