//! R4: what is refused sends nothing, neither to the service nor to the token endpoint.

use http::HeaderMap;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::names::LinkName;
use tsunagi_domain::{
    Application, ApplicationId, Edition, Environment, Health, Kind, Member, MemberId, Mode,
    NotConnected, Plan, Reach, Role, Timestamp,
};
use tsunagi_gateway::Call;

use super::home::{Home, Plans};
use super::server::Server;

/// With an expired token, so that whoever got past the gate would renew it first.
async fn home(server: &Server, kind: Kind, mode: Mode) -> Home {
    let home = Home::with(
        server,
        Plans {
            kind,
            mode,
            ..Plans::default()
        },
    )
    .await;
    home.expire();
    home
}

/// Refused with the rule's code, nothing sent, and recorded as that.
async fn refuses(home: &Home, server: &Server, call: Call, code: &str, why: &str) {
    let known = call.link_name == home.connection.link_name;
    let caller = match call.caller {
        Caller::Member(member) => member.to_string(),
        Caller::Unattended => "unattended".to_owned(),
    };
    let before = home.runs().await;
    assert_eq!(home.refused(call).await, code, "{why}");
    assert!(server.was_left_alone(), "R4: {why}, and nothing was sent");
    let mut runs = home.runs().await;
    runs.retain(|run| !before.contains(run));
    if !known {
        assert_eq!(
            runs,
            [],
            "{why}: where there is no connection there is no run of it"
        );
        return;
    }
    assert_eq!(runs.len(), 1, "{why}: recorded once");
    let run = &runs[0];
    let what = (run.refusal.as_deref(), run.caller.as_str(), run.tries);
    assert_eq!(
        what,
        (Some(code), caller.as_str(), 0),
        "{why}: recorded as that"
    );
    assert_eq!(
        (run.status, run.authorization),
        (None, None),
        "{why}: nothing was used"
    );
}

fn add_member(home: &Home, role: Role, active: bool) -> MemberId {
    let member = Member {
        id: MemberId::new(),
        name: "Ren".to_owned(),
        role,
        active,
    };
    home.catalog.set_member(&member).unwrap();
    member.id
}

#[tokio::test]
async fn an_unknown_connection_is_refused() {
    let server = Server::start().await;
    let home = home(&server, Kind::Admin, Mode::Same).await;
    let call = Call {
        link_name: LinkName::new("nobody").unwrap(),
        ..home.call("/files")
    };
    refuses(
        &home,
        &server,
        call,
        "connection_unknown",
        "there is no such connection",
    )
    .await;
}

#[tokio::test]
async fn a_disabled_connection_is_refused() {
    let server = Server::start().await;
    let home = home(&server, Kind::Admin, Mode::Same).await;
    let mut connection = home.connection.clone();
    connection.enabled = false;
    home.catalog.update_connection(&connection).unwrap();
    refuses(
        &home,
        &server,
        home.call("/files"),
        "disabled",
        "it is disabled",
    )
    .await;
    home.gateway.renew_due().await;
    assert!(
        server.was_left_alone(),
        "nor is a disabled connection renewed"
    );
}

#[tokio::test]
async fn every_reason_of_not_connected_is_refused() {
    let server = Server::start().await;
    let home = home(&server, Kind::Admin, Mode::Same).await;
    let mut more = home.connection.clone();
    more.scopes.push("files.write".to_owned());
    for reason in NotConnected::ALL {
        let asks_for_more = reason == NotConnected::ScopesMissing;
        // That is a matter of the connection, and nothing the credential remembers.
        let (connection, health) = if asks_for_more {
            (&more, Health::Connected)
        } else {
            (&home.connection, Health::NotConnected(reason))
        };
        home.catalog.update_connection(connection).unwrap();
        home.catalog.set_health(home.id, health).unwrap();
        let outcome = home.gateway.send(home.call("/files")).await;
        let error = outcome.map(|answer| answer.status).unwrap_err();
        assert_eq!(error.code(), "not_connected");
        assert_eq!(
            error.args()["reason"],
            reason.as_str(),
            "the refusal says why"
        );
        assert!(server.was_left_alone(), "R4: {reason:?} sends nothing");
        home.gateway.renew_due().await;
        if asks_for_more {
            // Its token still lives: without renewals it could not come back by itself.
            assert_eq!(server.token_requests(), 1, "{reason:?} is kept alive");
            assert_eq!(server.api_requests(), 0, "R4: and no service is asked");
            let refused = home.refused(home.call("/files")).await;
            assert_eq!(refused, "not_connected", "which grants nothing");
            server.it().token_requests.clear();
        }
        assert!(server.was_left_alone(), "{reason:?} is not renewed");
    }
}

#[tokio::test]
async fn an_empty_and_a_revoked_slot_are_refused() {
    let server = Server::start().await;
    let home = home(&server, Kind::Admin, Mode::Same).await;
    home.catalog
        .set_revoked(home.id, tsunagi_domain::Clock::now(&*home.clock))
        .unwrap();
    refuses(
        &home,
        &server,
        home.call("/files"),
        "not_connected",
        "it is revoked",
    )
    .await;
    home.catalog.empty(home.id).unwrap();
    refuses(
        &home,
        &server,
        home.call("/files"),
        "not_connected",
        "nobody has signed in",
    )
    .await;
}

#[tokio::test]
async fn another_environments_authorization_is_refused() {
    let server = Server::start().await;
    let home = home(&server, Kind::Admin, Mode::PerEnvironment).await;
    for environment in [Environment::Development, Environment::Stage] {
        let call = Call {
            environment,
            ..home.call("/files")
        };
        refuses(
            &home,
            &server,
            call,
            "not_connected",
            "R12: it is Production's",
        )
        .await;
    }
}

#[tokio::test]
async fn another_members_authorization_is_refused() {
    let server = Server::start().await;
    let home = home(&server, Kind::LoggedInUser, Mode::Same).await;
    let other = add_member(&home, Role::Admin, true);
    let call = Call {
        caller: Caller::Member(other),
        ..home.call("/files")
    };
    refuses(
        &home,
        &server,
        call,
        "member_not_authorized",
        "R9: it is another member's",
    )
    .await;
}

#[tokio::test]
async fn r4_an_application_without_access_sends_nothing() {
    let server = Server::start().await;
    let home = home(&server, Kind::Admin, Mode::Same).await;
    let shop = Application {
        id: ApplicationId::new(),
        name: "Shop".to_owned(),
        edition: Edition::C6,
        created_at: Timestamp(0),
    };
    home.catalog.set_application(&shop).unwrap();
    let through = |application| Call {
        application: Some(application),
        ..home.call("/files")
    };
    for unknown in [shop.id, ApplicationId::new()] {
        refuses(
            &home,
            &server,
            through(unknown),
            "application_no_access",
            "R4: it was granted none",
        )
        .await;
    }
    let id = home.connection.id;
    home.catalog.grant_application(shop.id, id, true).unwrap();
    home.gateway.send(through(shop.id)).await.unwrap();
    home.catalog.grant_application(shop.id, id, false).unwrap();
    assert_eq!(
        home.refused(through(shop.id)).await,
        "application_no_access",
        "R4: it was taken back"
    );
}

#[tokio::test]
async fn r4_who_is_no_manager_sends_through_an_application_shared_with_them() {
    let server = Server::start().await;
    let home = home(&server, Kind::Admin, Mode::Same).await;
    let shop = Application {
        id: ApplicationId::new(),
        name: "Shop".to_owned(),
        edition: Edition::C6,
        created_at: Timestamp(0),
    };
    home.catalog.set_application(&shop).unwrap();
    let granted = home
        .catalog
        .grant_application(shop.id, home.connection.id, true);
    granted.unwrap();
    let call = |member, application| Call {
        caller: Caller::Member(member),
        application,
        ..home.call("/files")
    };
    let members = [Role::User, Role::PortalUser].map(|role| add_member(&home, role, true));
    for member in members {
        refuses(
            &home,
            &server,
            call(member, None),
            "role_not_allowed",
            "only managers try the connection itself",
        )
        .await;
        refuses(
            &home,
            &server,
            call(member, Some(shop.id)),
            "application_not_shared",
            "it is not shared with them",
        )
        .await;
    }
    for member in members {
        let shared = home.catalog.share_application(shop.id, member, true);
        shared.unwrap();
        let sent = home.gateway.send(call(member, Some(shop.id))).await;
        assert!(sent.is_ok(), "R3: it is shared with them now");
    }
}

#[tokio::test]
async fn a_member_who_left_and_one_nobody_knows_are_refused() {
    let server = Server::start().await;
    let home = home(&server, Kind::Admin, Mode::Same).await;
    for id in [add_member(&home, Role::SuperAdmin, false), MemberId::new()] {
        let call = Call {
            caller: Caller::Member(id),
            ..home.call("/files")
        };
        refuses(
            &home,
            &server,
            call,
            "member_inactive",
            "they are no member",
        )
        .await;
    }
}

#[tokio::test]
async fn a_free_plan_and_an_unserved_data_center_use_nothing() {
    let server = Server::start().await;
    let home = home(&server, Kind::Admin, Mode::Same).await;
    let workspace = home.catalog.workspace().unwrap().unwrap();
    let mut changed = workspace.clone();
    changed.data_center.0 = "jp".to_owned();
    home.catalog.set_workspace(&changed).unwrap();
    let code = "data_center_not_served";
    refuses(
        &home,
        &server,
        home.call("/files"),
        code,
        "R1: elsewhere nothing is used",
    )
    .await;
    changed = workspace;
    changed.plan = Plan::Free;
    home.catalog.set_workspace(&changed).unwrap();
    let call = Call {
        caller: Caller::Unattended,
        ..home.call("/files")
    };
    refuses(
        &home,
        &server,
        call,
        "plan_free",
        "R1: a free plan uses nothing",
    )
    .await;
}

#[tokio::test]
async fn without_a_primary_account_unattended_runs_are_refused() {
    let server = Server::start().await;
    let home = home(&server, Kind::LoggedInUser, Mode::Same).await;
    let other = add_member(&home, Role::Admin, true);
    home.authorize(Reach::All, Some(other), Some(3600), true)
        .await;
    let unattended = || Call {
        caller: Caller::Unattended,
        ..home.call("/files")
    };
    refuses(
        &home,
        &server,
        unattended(),
        "no_primary",
        "R13: two accounts, and none chosen",
    )
    .await;
    let now = tsunagi_domain::Clock::now(&*home.clock);
    home.catalog
        .set_primary(home.connection.id, Reach::All, Some(home.member), now)
        .unwrap();
    let answer = home.gateway.send(unattended()).await.unwrap();
    assert_eq!(
        answer.authorization, home.id,
        "R13: with one chosen, its authorization is used"
    );
}

#[tokio::test]
async fn a_locked_vault_is_no_way_out() {
    let server = Server::start().await;
    let home = home(&server, Kind::Admin, Mode::Same).await;
    home.keys.lock();
    refuses(
        &home,
        &server,
        home.call("/files"),
        "locked",
        "the credential cannot be opened",
    )
    .await;
    home.clock.forward(-3601);
    refuses(
        &home,
        &server,
        home.call("/files"),
        "locked",
        "nor a token that still works",
    )
    .await;
    home.gateway.renew_due().await;
    assert!(server.was_left_alone(), "nor does a renewal");
    let health = home.stored().health;
    assert_eq!(
        health,
        Health::Connected,
        "locked stands beside the health, not instead of it"
    );
}

#[tokio::test]
async fn reserved_headers_are_refused_however_they_are_written() {
    let server = Server::start().await;
    let home = home(&server, Kind::Admin, Mode::Same).await;
    for name in [
        "Authorization",
        "AUTHORIZATION",
        "authorization",
        "Cookie",
        "cOOKIE",
        "Host",
        "HOST",
        "Proxy-Authorization",
        "proxy-connection",
        "PROXY-anything",
        "Connection",
        "Transfer-Encoding",
        "Content-Length",
        "Upgrade",
        "TE",
        "Keep-Alive",
    ] {
        let mut call = home.call("/files");
        let mut headers = HeaderMap::new();
        headers.insert(
            http::HeaderName::from_bytes(name.as_bytes()).unwrap(),
            "x".parse().unwrap(),
        );
        call.request.headers = headers;
        refuses(&home, &server, call, "header_reserved", name).await;
    }
}

#[tokio::test]
async fn r16_a_connection_that_was_authorized_before_its_service_ended_sends_nothing_after() {
    let server = Server::start().await;
    let plans = Plans {
        top: "retired = \"2023-11-20\"".to_owned(),
        ..Plans::default()
    };
    let home = Home::with(&server, plans).await;
    assert_eq!(home.get("/files").await.unwrap().status, 200, "days before");
    server.it().api.clear();
    home.clock.forward(7 * 24 * 3600);
    let call = home.call("/files");
    refuses(&home, &server, call, "connector_retired", "it has ended").await;
}

#[tokio::test]
async fn over_the_providers_budget_nothing_is_sent() {
    let server = Server::start().await;
    let plans = Plans {
        top: "rate = { refreshes = 1, seconds = 600 }".to_owned(),
        ..Plans::default()
    };
    let home = Home::with(&server, plans).await;
    server.it().expires_in = 10;
    home.expire();
    home.get("/files").await.unwrap();
    home.clock.forward(11);
    server.it().api.clear();
    server.it().token_requests.clear();
    let call = home.call("/files");
    refuses(&home, &server, call, "budget_used_up", "one in ten minutes").await;
}
