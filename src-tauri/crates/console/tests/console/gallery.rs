//! The gallery and a service's own page: what is there, what cannot be used and why, and what one
//! used last.

use tsunagi_console::Reach;
use tsunagi_console::views::{
    AuthKind, GalleryEntry, ListQuery, OfferedKnown, PkceView, RedirectForm,
};
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{Connection, ConnectionId, Kind, Mode, Plan, Workspace};

use crate::fixture::Desk;
use crate::provider::{accept, connector, draft, register};

fn entry(desk: &Desk, id: &str) -> GalleryEntry {
    let gallery = desk.console.gallery(desk.session()).unwrap();
    gallery
        .into_iter()
        .find(|entry| entry.service.id == id)
        .unwrap()
}

/// The services that were used last, the latest first.
fn recent(desk: &Desk) -> Vec<String> {
    let gallery = desk.console.gallery(desk.session()).unwrap();
    let mut used: Vec<(u32, String)> = gallery
        .into_iter()
        .filter_map(|entry| Some((entry.recent?, entry.service.id)))
        .collect();
    used.sort();
    used.into_iter().map(|(_, id)| id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_made_or_authorized_last_comes_first() {
    let (desk, practice) = Desk::practice();
    assert_eq!(recent(&desk), ["practice"], "made with the workspace");
    for id in ["filing", "boards"] {
        accept(&desk, id, &connector(id, id, "https://a.example")).unwrap();
        let registration = register(&desk, id, RedirectForm::LoopbackAnyPort);
        let mut made = draft(id, Kind::Admin, Mode::Same, Some(registration));
        made.connector = id.to_owned();
        desk.world.clock.pass(60);
        desk.console.create(desk.session(), &made).unwrap();
    }
    assert_eq!(recent(&desk), ["boards", "filing", "practice"], "made last");
    desk.world.clock.pass(60);
    desk.authorize(practice, Reach::All).await;
    assert_eq!(
        recent(&desk),
        ["practice", "boards", "filing"],
        "authorized last"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_is_found_in_both_languages_whichever_is_spoken() {
    let desk = Desk::empty();
    let found = |id: &str, words: &[&str]| {
        let entry = entry(&desk, id);
        for word in words {
            assert!(
                entry.words.contains(word),
                "{id} by {word}: {}",
                entry.words
            );
        }
    };
    found("salesforce", &["セールスフォース", "顧客", "Customers"]);
    found("chatwork", &["チャットワーク", "メッセージ"]);
    found("kintone", &["サイボウズ"]);
    found("zoho_books", &["会計", "Accounting", "ゾーホー"]);
    assert_eq!(entry(&desk, "salesforce").way, AuthKind::SignIn);
    assert_eq!(entry(&desk, "twilio").way, AuthKind::Key);
    assert_eq!(entry(&desk, "paypal").way, AuthKind::Client);
    // The list of connections is searched by the same names.
    desk.create_practice("Visitors", Kind::Admin, Mode::Same);
    let query = ListQuery {
        search: "お試し".to_owned(),
        limit: 5,
        ..ListQuery::default()
    };
    let page = desk.console.connections(desk.session(), &query).unwrap();
    assert_eq!(page.total, 1, "as before");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_of_unknown_wire_is_shown_and_every_door_refuses_it() {
    let desk = Desk::empty();
    let (session, console) = (desk.session(), &desk.console);
    let shown = entry(&desk, "sms_magic");
    assert_eq!(shown.way, AuthKind::Unknown);
    assert_eq!(shown.refused.unwrap().code, "wire_unknown");
    let page = console.service_page(session, "sms_magic").unwrap();
    let refused = page.refused.unwrap();
    assert!(refused.message.contains("SMS-Magic"), "{}", refused.message);
    assert!(
        refused.help.contains("custom connector"),
        "{}",
        refused.help
    );
    assert!(
        page.sign_in.is_none() && page.keys.is_none(),
        "nothing is guessed"
    );
    assert!(
        page.api.is_empty() && page.hosts.is_empty(),
        "nor where it is"
    );
    assert!(
        !page.sources.is_empty() && !page.notes.is_empty(),
        "what is known"
    );

    let code = console.service(session, "sms_magic").unwrap_err().code;
    assert_eq!(code, "wire_unknown", "there is nothing to set up");
    let mut wish = draft("Texts", Kind::Admin, Mode::Same, None);
    wish.connector = "sms_magic".to_owned();
    wish.scopes.clear();
    let code = console.create(session, &wish).unwrap_err().code;
    assert_eq!(code, "wire_unknown", "no connection is made");

    // One that is there all the same, from another version of the program, say.
    let connection = Connection {
        id: ConnectionId::new(),
        name: ConnectionName::new("Texts").unwrap(),
        link_name: LinkName::new("texts").unwrap(),
        connector: "sms_magic".to_owned(),
        kind: Kind::Admin,
        mode: Mode::Same,
        scopes: Vec::new(),
        registration: None,
        settings: std::collections::BTreeMap::new(),
        enabled: true,
        created_by: None,
        created_at: tsunagi_console::Timestamp(1_790_000_000_000),
    };
    desk.world.catalog().add_connection(&connection).unwrap();
    let code = desk.try_it(connection.id).await.unwrap_err().code;
    assert_eq!(code, "wire_unknown", "R4: the gate sends nothing");
    let begun = console.authorize(session, connection.id, Reach::All, None);
    assert_eq!(begun.await.unwrap_err().code, "wire_unknown");
    let view = desk.view(connection.id).await;
    assert_eq!(view.row.service.name, "SMS-Magic", "it is still shown");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_says_what_a_service_needs_and_where_it_is_offered() {
    let desk = Desk::empty();
    let page = |id: &str| desk.console.service_page(desk.session(), id).unwrap();
    let crm = page("zoho_crm");
    let sign_in = crm.sign_in.unwrap();
    let authorize = sign_in.authorize.as_deref();
    assert_eq!(authorize, Some("https://accounts.zoho.com/oauth/v2/auth"));
    assert_eq!(sign_in.token, "https://accounts.zoho.com/oauth/v2/token");
    assert_eq!(
        crm.api, "https://www.zohoapis.com/crm/v8",
        "what is answered has its default"
    );
    assert!(sign_in.needs_registration && sign_in.secret && sign_in.revocable);
    assert_eq!(sign_in.token_seconds, Some(3600.0));
    assert_eq!(
        (sign_in.rate_refreshes, sign_in.rate_seconds),
        (Some(10), Some(600))
    );
    assert!(!crm.scopes.is_empty() && !crm.presets.is_empty() && crm.setup.is_some());
    assert!(crm.refused.is_none() && crm.offered.countries.is_empty());
    assert_eq!(
        crm.offered.known,
        OfferedKnown::Everywhere,
        "it takes no payments"
    );
    assert_eq!(sign_in.pkce, Some(PkceView::Supported));

    let google = page("google").sign_in.unwrap();
    assert!(google.browser_because.is_some(), "and why");

    let worldpay = page("worldpay");
    let keys = worldpay.keys.unwrap();
    assert_eq!(keys.fields.len(), 2);
    assert!(!keys.fields[0].secret && keys.fields[1].secret);
    assert_eq!(worldpay.areas, ["payment"]);
    assert!(worldpay.payment, "R7");

    let old = page("payflow_pro").retired.unwrap();
    assert!(old.over, "R16");
    assert_eq!(old.date, "2024-09-26");
    assert_eq!(old.successor.unwrap().id, "paypal");

    let served = |page: tsunagi_console::views::ServiceView| {
        let centers = page.offered.data_centers.into_iter();
        let served: Vec<String> = centers.filter(|one| one.served).map(|one| one.id).collect();
        served
    };
    assert_eq!(served(page("slack")), ["us", "eu", "in", "au"], "R1");
    let elsewhere = connector("paying", "Paying", "https://a.example").replace(
        "kinds = [\"admin\", \"logged_in_user\"]",
        "kinds = [\"admin\"]\npayment = true\noffered_in = { data_centers = [\"in\", \"jp\"], countries = [\"IN\"] }",
    );
    accept(&desk, "paying", &elsewhere).unwrap();
    let paying = page("paying");
    assert_eq!(paying.offered.countries, ["IN"], "R8");
    assert_eq!(paying.offered.known, OfferedKnown::Listed);
    assert!(paying.refused.is_some(), "this workspace is in the US");
    assert_eq!(served(paying), ["in"], "R8, and R1 where both are said");

    let catalog = desk.world.catalog();
    let workspace = catalog.workspace().unwrap().unwrap();
    let free = Workspace {
        plan: Plan::Free,
        ..workspace
    };
    catalog.change_workspace(&free, &[]).unwrap();
    let refused = page("slack").refused.unwrap();
    assert_eq!(refused.code, "plan_free", "R1: shown, and not offered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r8_a_page_tells_everywhere_from_some_countries_and_from_what_nobody_said() {
    let desk = Desk::empty();
    let page = |id: &str| desk.console.service_page(desk.session(), id).unwrap();
    let made = |id: &str, offered: &str| {
        let toml = connector(id, id, "https://a.example").replace(
            "kinds = [\"admin\", \"logged_in_user\"]",
            &format!("kinds = [\"admin\"]\npayment = true\n{offered}"),
        );
        accept(&desk, id, &toml).unwrap();
        let page = page(id);
        (page.offered.known, page.refused.map(|why| why.code))
    };
    let said = made("worldwide", "offered_in = \"everywhere\"");
    assert_eq!(said, (OfferedKnown::Everywhere, None));
    assert_eq!(made("silent", ""), (OfferedKnown::Unstated, None));
    let centers = made("central", "offered_in = { data_centers = [\"us\"] }");
    assert_eq!(
        centers,
        (OfferedKnown::Everywhere, None),
        "of the countries"
    );

    let stripe = page("stripe");
    assert_eq!(stripe.offered.known, OfferedKnown::Unstated);
    assert!(stripe.refused.is_none() && stripe.offered.countries.is_empty());
    let square = page("square");
    assert_eq!(square.offered.known, OfferedKnown::Listed);
    assert!(square.offered.countries.contains(&"IE".to_owned()));
    assert_eq!(
        square.refused.unwrap().code,
        "country_needed",
        "nobody has told the workspace's"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc7636_a_page_says_what_is_known_of_pkce() {
    let desk = Desk::empty();
    let known = |id: &str| {
        let page = desk.console.service_page(desk.session(), id).unwrap();
        page.sign_in.unwrap().pkce
    };
    for (id, expected) in [
        ("discord", Some(PkceView::Supported)),
        ("square", Some(PkceView::Refused)),
        ("notion", Some(PkceView::Undocumented)),
        ("paypal", None),
    ] {
        assert_eq!(known(id), expected, "{id}");
    }
    let toml = connector("own", "Our own", "https://a.example");
    assert!(!toml.contains("pkce"), "the file does not say");
    accept(&desk, "own", &toml).unwrap();
    assert_eq!(known("own"), Some(PkceView::Unsaid));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_documents_a_connector_names_are_opened() {
    let desk = Desk::empty();
    let source = |id: &str, at: u32| desk.console.source(desk.session(), id, at);
    let page = desk.console.service_page(desk.session(), "slack").unwrap();
    for (at, address) in (0..).zip(&page.sources) {
        assert_eq!(source("slack", at).unwrap().as_str(), address);
    }
    // Who lists a scope is one of them, whether the connector was written from it or not.
    for id in ["slack", "atlassian", "okta"] {
        let page = desk.console.service_page(desk.session(), id).unwrap();
        assert!(!page.scopes.is_empty());
        for scope in &page.scopes {
            let listed_at = scope.source.as_ref().expect("who says so");
            let at = page.sources.iter().position(|one| one == listed_at);
            let at = u32::try_from(at.expect("among the documents")).unwrap();
            assert_eq!(source(id, at).unwrap().as_str(), listed_at);
        }
    }
    let past = u32::try_from(page.sources.len()).unwrap();
    for at in [past, u32::MAX] {
        assert_eq!(source("slack", at).unwrap_err().code, "source_missing");
    }
    assert_eq!(source("nobody", 0).unwrap_err().code, "connector_missing");
}
