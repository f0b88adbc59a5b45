//! What built-in connectors are offered for.

use tsunagi_connectors::Library;
use tsunagi_domain::offer::offered_here;
use tsunagi_domain::{DataCenter, Kind, Plan, RefusalCode, Timestamp, Workspace, WorkspaceId};

/// The services that take logged-in-user connections, by the page *Connections* of Zoho Creator
/// (R9), Twilio in both of its ways, and the practice service by each wire where a person signs in;
/// the one of Cliq too, which the page reaches through Zoho OAuth.
const PERSONAL: [&str; 17] = [
    "clickatell",
    "clockwork",
    "hoiio",
    "practice",
    "practice_cliq",
    "practice_recruit",
    "practice_salesforce",
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

/// Payment services whose pages list where they are offered: a country of the list, one that is
/// not in it, and how many are.
const LISTED: [(&str, &str, &str, usize); 4] = [
    ("paypal", "JP", "IR", 201),
    ("razorpay", "MY", "JP", 4),
    ("razorpay_oauth", "IN", "US", 1),
    ("square", "IE", "DE", 8),
];

/// Payment services of which no page that was read says where they are offered, or not completely,
/// and the practice one, which is wherever the program is.
const UNSTATED: [&str; 7] = [
    "payflow_pro",
    "payments_pro",
    "paypal_old",
    "practice_paypal",
    "stripe",
    "stripe_connect",
    "worldpay",
];

fn workspace(country: Option<&str>) -> Workspace {
    Workspace {
        id: WorkspaceId::new(),
        name: "Shop".to_owned(),
        plan: Plan::Paid,
        data_center: DataCenter("us".to_owned()),
        country: country.map(str::to_owned),
        created_at: Timestamp(0),
    }
}

#[test]
fn r8_each_payment_service_is_offered_in_the_countries_that_its_pages_list() {
    let library = Library::built_in();
    for (id, has, has_not, countries) in LISTED {
        let connector = library.get(id).unwrap();
        let asked = |country| {
            let here = workspace(country);
            let asked = offered_here(&connector.name, connector.places(), &here);
            asked.err().map(|no| no.code)
        };
        assert_eq!(asked(Some(has)), None, "{id} in {has}");
        assert_eq!(
            asked(Some(has_not)),
            Some(RefusalCode::ServiceNotInCountry),
            "{id} in {has_not}"
        );
        assert_eq!(asked(None), Some(RefusalCode::CountryNeeded), "{id}");
        let places = connector.places().unwrap();
        assert_eq!(places.countries.len(), countries, "{id}");
        assert!(
            places.data_centers.is_empty(),
            "{id}: no page speaks of data centers"
        );
    }
}

#[test]
fn r8_a_payment_service_of_which_nothing_is_known_is_refused_nowhere() {
    let library = Library::built_in();
    let mut known: Vec<&str> = LISTED.iter().map(|(id, ..)| *id).collect();
    for id in UNSTATED {
        let connector = library.get(id).unwrap();
        assert_eq!(connector.offered_in, None, "{id}");
        for country in [None, Some("JP")] {
            let asked = offered_here(&connector.name, connector.places(), &workspace(country));
            assert_eq!(asked, Ok(()), "{id} in {country:?}");
        }
        known.push(id);
    }
    known.sort_unstable();
    let mut paying: Vec<&str> = library
        .all()
        .filter(|connector| connector.payment)
        .map(|connector| connector.id.as_str())
        .collect();
    paying.sort_unstable();
    assert_eq!(paying, known, "each of them is in one of the two lists");
}
