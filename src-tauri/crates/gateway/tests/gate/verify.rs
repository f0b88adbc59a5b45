//! What is never renewed is verified once a day.

use tsunagi_domain::{AuthorizationId, Clock, Health, NotConnected, Plan, Reach};

use super::home::{Home, Plans};
use super::server::Server;

const DAY: i64 = 24 * 3600;

/// A home whose one authorization has no end and no refresh token.
async fn with_key(server: &Server, top: &str) -> (Home, AuthorizationId) {
    let plans = Plans {
        top: top.to_owned(),
        ..Plans::default()
    };
    let mut home = Home::with(server, plans).await;
    home.id = home.authorize(Reach::All, None, None, false).await;
    let id = home.id;
    (home, id)
}

/// Rounds of a minute for so long, as the shell asks for them.
async fn minutes(home: &Home, count: usize) {
    for _ in 0..count {
        home.clock.forward(60);
        home.gateway.verify_due().await;
    }
}

/// The computer slept for so long; two rounds later it is awake.
async fn later(home: &Home, seconds: i64) {
    home.clock.forward(seconds);
    minutes(home, 2).await;
}

#[tokio::test]
async fn a_key_is_verified_once_a_day_and_says_when() {
    let server = Server::start().await;
    let (home, id) = with_key(&server, "").await;
    minutes(&home, 3).await;
    assert!(
        server.was_left_alone(),
        "the sign-in has just said who it is"
    );
    later(&home, DAY).await;
    assert_eq!(server.api_requests(), 1, "a day later");
    assert_eq!(server.it().api[0].path, "/api/me", "it is asked who it is");
    let at = home
        .catalog
        .verified_at(id)
        .unwrap()
        .expect("and it is kept");
    assert!(
        home.clock.now().millis_since(at) <= 120_000,
        "when that was"
    );
    assert_eq!(home.stored().last_used, None, "a verification is no use");
    minutes(&home, 5).await;
    assert_eq!(server.api_requests(), 1, "and not again before tomorrow");
    later(&home, DAY).await;
    assert_eq!(server.api_requests(), 2);
    assert_eq!(server.token_requests(), 0, "nothing is renewed");
}

#[tokio::test]
async fn a_key_that_was_taken_back_is_not_connected_from_then_on() {
    let server = Server::start().await;
    let (home, id) = with_key(&server, "").await;
    let challenge = [("www-authenticate", "Bearer error=\"invalid_token\"")];
    server.answer("/api/me", 401, &challenge, "");
    later(&home, DAY).await;
    assert_eq!(
        home.stored().health,
        Health::NotConnected(NotConnected::Revoked)
    );
    assert_eq!(home.catalog.verified_at(id).unwrap(), None);
    let sent = server.api_requests();
    later(&home, DAY).await;
    assert_eq!(
        server.api_requests(),
        sent,
        "R4: nothing is sent with it any more"
    );
}

#[tokio::test]
async fn faults_of_network_and_service_change_no_health_and_climb_the_ladder() {
    for status in [500, 503, 429, 408] {
        let server = Server::start().await;
        let (home, id) = with_key(&server, "").await;
        server.answer("/api/me", status, &[], "");
        later(&home, DAY).await;
        let stored = home.stored();
        assert_eq!(stored.health, Health::Connected, "{status}");
        let away = stored.unreachable.expect("it is said beside it");
        let sent = server.api_requests();
        assert_eq!(away.failures as usize, sent, "{status}");
        minutes(&home, 60).await;
        let tried = server.api_requests() - sent;
        assert!(
            (3..8).contains(&tried),
            "tried again ever more rarely: {tried}"
        );
        server.answer("/api/me", 200, &[], r#"{"id": "kana"}"#);
        later(&home, DAY).await;
        assert_eq!(home.stored().unreachable, None, "{status}: it is back");
        assert!(home.catalog.verified_at(id).unwrap().is_some());
    }
}

#[tokio::test]
async fn an_answer_about_something_else_says_nothing() {
    for status in [403, 404] {
        let server = Server::start().await;
        let (home, id) = with_key(&server, "").await;
        server.answer("/api/me", status, &[], "");
        later(&home, DAY).await;
        assert_eq!(home.stored().health, Health::Connected, "{status}");
        assert_eq!(home.stored().unreachable, None, "{status}: it did answer");
        assert_eq!(home.catalog.verified_at(id).unwrap(), None);
        minutes(&home, 30).await;
        assert_eq!(server.api_requests(), 1, "{status}: asked again tomorrow");
    }
}

#[tokio::test]
async fn nothing_is_verified_that_is_locked_disabled_renewed_or_ends() {
    let server = Server::start().await;
    let (home, _) = with_key(&server, "").await;
    let mut connection = home.connection.clone();
    connection.enabled = false;
    home.catalog.update_connection(&connection).unwrap();
    later(&home, DAY).await;
    assert!(server.was_left_alone(), "R4: its connection is disabled");
    connection.enabled = true;
    home.catalog.update_connection(&connection).unwrap();
    home.keys.lock();
    later(&home, DAY).await;
    assert!(server.was_left_alone(), "the vault is locked");

    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.clock.forward(-60);
    later(&home, DAY).await;
    assert!(server.was_left_alone(), "what is renewed needs no asking");
}

#[tokio::test]
async fn after_a_sleep_there_is_no_storm() {
    let server = Server::start().await;
    let (home, _) = with_key(&server, "rate = { refreshes = 5, seconds = 60 }").await;
    home.clock.forward(60);
    home.gateway.verify_due().await;
    home.clock.forward(3 * DAY);
    home.gateway.verify_due().await;
    assert!(server.was_left_alone(), "the network may not be up yet");
    home.clock.forward(60);
    home.gateway.verify_due().await;
    assert_eq!(server.api_requests(), 1, "the round after it asks");
}

#[tokio::test]
async fn many_are_verified_a_few_at_a_time() {
    let server = Server::start().await;
    let plans = Plans {
        kind: tsunagi_domain::Kind::LoggedInUser,
        top: "rate = { refreshes = 6, seconds = 60 }".to_owned(),
        ..Plans::default()
    };
    let home = Home::with(&server, plans).await;
    for n in 0..8 {
        let member = tsunagi_domain::Member {
            id: tsunagi_domain::MemberId::new(),
            name: format!("Ren {n}"),
            role: tsunagi_domain::Role::Admin,
            active: true,
        };
        home.catalog.set_member(&member).unwrap();
        home.authorize(Reach::All, Some(member.id), None, false)
            .await;
    }
    later(&home, DAY).await;
    let first = server.api_requests();
    assert!(
        (3..=6).contains(&first),
        "half of a minute's budget a round: {first}"
    );
    minutes(&home, 4).await;
    assert_eq!(server.api_requests(), 8, "and each in its turn, once");
}

#[tokio::test]
async fn a_restored_copy_and_a_free_plan_verify_nothing() {
    let server = Server::start().await;
    let (home, id) = with_key(&server, "").await;
    minutes(&home, 3).await;
    let paid = home.catalog.workspace().unwrap().unwrap();
    let mut free = paid.clone();
    free.plan = Plan::Free;
    home.catalog.set_workspace(&free).unwrap();
    later(&home, DAY).await;
    assert!(server.was_left_alone(), "R1: a free plan uses nothing");
    home.catalog.set_workspace(&paid).unwrap();
    let now = home.clock.now();
    home.catalog.mark_restored(now, now).unwrap();
    later(&home, DAY).await;
    assert!(
        server.was_left_alone(),
        "another computer may have the workspace"
    );
    assert_eq!(home.catalog.verified_at(id).unwrap(), None);
    home.catalog.take_over(home.clock.now()).unwrap();
    minutes(&home, 2).await;
    assert_eq!(server.api_requests(), 1, "taken over, it is asked");
}
