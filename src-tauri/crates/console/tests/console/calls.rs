//! Rules that are broken by a request instead of by a form: R4, R9, R13, R17.

use tsunagi_console::{ConnectionId, ConsoleError, Reach};
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{ApplicationId, Environment, Kind, Mode, Role};
use tsunagi_gateway::{Call, Request};

use crate::fixture::Desk;
use crate::provider::{accept, connector, draft};

/// Sends as an area does, and says with which code it is refused.
async fn refused(
    desk: &Desk,
    id: ConnectionId,
    caller: Caller,
    application: Option<ApplicationId>,
    area: &str,
) -> String {
    let connection = desk.world.catalog().connection(id).unwrap().unwrap();
    let call = Call {
        link_name: connection.link_name,
        caller,
        application,
        environment: Environment::Production,
        area: area.to_owned(),
        request: Request {
            method: http::Method::GET,
            target: "/contacts".to_owned(),
            headers: http::HeaderMap::new(),
            body: Vec::new(),
            ..Request::default()
        },
    };
    let sent = desk.console.gateway().send(call).await;
    let error = ConsoleError::from(sent.map(|_| ()).unwrap_err());
    let told = desk.console.failure(&error);
    assert!(!told.message.is_empty() && !told.help.is_empty(), "{area}");
    error.code
}

/// How each environment of a connection stands, to be compared.
async fn stands(desk: &Desk, id: ConnectionId) -> String {
    format!("{:?}", desk.view(id).await.row.stations)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r4_r17_whatever_area_asks_the_same_gate_refuses_and_nothing_changes() {
    let desk = Desk::empty();
    let id = desk.create_practice("Ours", Kind::Admin, Mode::Same);
    let may = desk.software("Orders", &[id]);
    let may_not = desk.software("Stock", &[]);
    let areas = ["schedule", "form_workflow", "data_source", "invoke_url"];
    let before = stands(&desk, id).await;
    for area in areas {
        let code = refused(&desk, id, Caller::Unattended, Some(may), area).await;
        assert_eq!(code, "not_connected", "never authorized: {area}");
    }
    assert_eq!(stands(&desk, id).await, before);
    desk.authorize(id, Reach::All).await;
    let before = stands(&desk, id).await;
    for area in areas {
        let code = refused(&desk, id, Caller::Unattended, Some(may_not), area).await;
        assert_eq!(code, "application_no_access", "{area}");
    }
    assert_eq!(stands(&desk, id).await, before);
    let off = desk.console.set_enabled(desk.session(), id, false).await;
    off.unwrap();
    let before = stands(&desk, id).await;
    for area in areas {
        let code = refused(&desk, id, Caller::Unattended, Some(may), area).await;
        assert_eq!(code, "disabled", "{area}");
    }
    assert_eq!(stands(&desk, id).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_r13_nobody_runs_on_an_account_that_is_not_theirs_or_not_chosen() {
    let desk = Desk::empty();
    let id = desk.create_practice("Each their own", Kind::LoggedInUser, Mode::Same);
    let shop = desk.software("Orders", &[id]);
    let founder = desk.founder();
    // Developers manage and authorize, and are never primary (R11).
    for name in ["Dora", "Dan"] {
        let developer = desk.joins(name, Role::Developer);
        desk.authorized_by(developer, id, Reach::All).await;
    }
    let before = stands(&desk, id).await;
    let by = Caller::Member(founder);
    let code = refused(&desk, id, by, Some(shop), "form_workflow").await;
    assert_eq!(code, "member_not_authorized", "R9: and on no other's");
    let code = refused(&desk, id, Caller::Unattended, Some(shop), "schedule").await;
    assert_eq!(code, "no_primary", "R13: of two, neither was chosen");
    assert_eq!(stands(&desk, id).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_a_logged_in_user_connection_is_made_only_where_the_service_offers_it() {
    let desk = Desk::empty();
    let toml = connector("filing", "Filing", "https://a.example")
        .replace("[\"admin\", \"logged_in_user\"]", "[\"admin\"]");
    accept(&desk, "filing", &toml).unwrap();
    let made = draft("Papers", Kind::LoggedInUser, Mode::Same, None);
    let error = desk.console.create(desk.session(), &made).unwrap_err();
    assert_eq!(error.code, "kind_not_offered");
    let told = desk.console.failure(&error);
    assert!(!told.message.is_empty() && !told.help.is_empty());
    assert_eq!(desk.world.catalog().connection_count().unwrap(), 0);
}
