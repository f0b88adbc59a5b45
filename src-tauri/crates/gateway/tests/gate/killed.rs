//! The program ends at the worst moments.

use std::sync::atomic::Ordering;

use serde_json::json;
use tsunagi_catalog::Lease;
use tsunagi_domain::{Health, NotConnected};

use super::home::{Home, Plans};
use super::server::{Say, Server, access};

const UNKNOWN: Health = Health::NotConnected(NotConnected::OutcomeUnknown);

fn grace() -> Plans {
    Plans {
        oauth: "grace_seconds = 30".to_owned(),
        ..Plans::default()
    }
}

/// What a process leaves behind that was killed after it had marked that it sends, `times` times.
/// The provider has seen the token where `seen` says so.
fn killed_while_sending(home: &Home, server: &Server, times: usize, seen: bool) {
    for _ in 0..times {
        let now = tsunagi_domain::Clock::now(&*home.clock);
        let lease = home
            .catalog
            .take_lease(home.id, "killed", now, 60_000)
            .unwrap();
        let Lease::Taken {
            generation,
            version,
            ..
        } = lease
        else {
            panic!("the lease of the one before has run out")
        };
        assert!(
            home.catalog
                .mark_sending(home.id, "killed", generation, version)
                .unwrap()
        );
        home.clock.forward(61);
    }
    if seen {
        server.it().generation = 2;
    }
}

#[tokio::test]
async fn killed_in_between_the_outcome_is_unknown_and_nothing_is_sent() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.expire();
    killed_while_sending(&home, &server, 1, true);
    assert_eq!(home.refused(home.call("/files")).await, "not_connected");
    assert_eq!(
        home.stored().health,
        UNKNOWN,
        "the answer may have been lost"
    );
    assert!(
        server.was_left_alone(),
        "sent again, the token would revoke the whole family"
    );
    assert!(
        home.changes.load(Ordering::SeqCst) > 0,
        "the windows are told"
    );
}

#[tokio::test]
async fn killed_in_between_a_token_that_still_works_stops_at_the_gate_too() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.make_due();
    killed_while_sending(&home, &server, 1, true);
    home.clock.forward(-61);
    home.clock.forward(-10);
    // The lease was taken "in the future" now, so that it is not waited for.
    let refused = home.refused(home.call("/files")).await;
    assert_eq!(
        refused, "not_connected",
        "R4: no request through a slot that is not connected"
    );
    assert_eq!(
        home.stored().health,
        UNKNOWN,
        "the answer may have been lost"
    );
    assert!(
        server.was_left_alone(),
        "nothing was sent, not even with the old token"
    );
}

#[tokio::test]
async fn killed_in_between_with_a_grace_period_the_token_is_tried_once_more() {
    let server = Server::start().await;
    let home = Home::with(&server, grace()).await;
    server.it().forgives = true;
    home.expire();
    killed_while_sending(&home, &server, 1, true);
    assert_eq!(
        home.get("/files").await.unwrap().status,
        200,
        "the provider forgives one repeat"
    );
    assert_eq!(server.token_requests(), 1, "one retry");
    assert_eq!(
        (home.stored().health, home.stored().version),
        (Health::Connected, 2)
    );
}

#[tokio::test]
async fn killed_in_between_and_again_in_the_retry_is_unknown() {
    let server = Server::start().await;
    let home = Home::with(&server, grace()).await;
    server.it().forgives = true;
    home.expire();
    killed_while_sending(&home, &server, 2, true);
    assert_eq!(home.refused(home.call("/files")).await, "not_connected");
    assert_eq!(home.stored().health, UNKNOWN, "one retry, no more");
    assert!(server.was_left_alone(), "nothing was sent");
}

#[tokio::test]
async fn killed_in_between_and_refused_in_the_retry_is_unknown_not_expired() {
    let server = Server::start().await;
    let home = Home::with(&server, grace()).await;
    home.expire();
    killed_while_sending(&home, &server, 1, true);
    assert_eq!(home.refused(home.call("/files")).await, "not_connected");
    assert_eq!(
        home.stored().health,
        UNKNOWN,
        "the lost answer had used the token up"
    );
    assert_eq!(server.token_requests(), 1, "one retry");
}

#[tokio::test]
async fn a_provider_that_is_away_does_not_use_up_the_one_retry() {
    let server = Server::start().await;
    let home = Home::with(&server, grace()).await;
    server.it().forgives = true;
    home.expire();
    killed_while_sending(&home, &server, 1, true);
    for _ in 0..3 {
        server.say(Say::Just(503, Vec::new(), String::new()));
        assert_eq!(home.refused(home.call("/files")).await, "provider_status");
        assert_eq!(
            home.stored().health,
            Health::Connected,
            "503 changes no health"
        );
        home.clock.forward(31);
    }
    assert_eq!(
        home.get("/files").await.unwrap().status,
        200,
        "and then the retry succeeds"
    );
}

#[tokio::test]
async fn a_provider_that_was_away_does_not_settle_the_doubt() {
    let server = Server::start().await;
    let home = Home::with(&server, grace()).await;
    home.expire();
    killed_while_sending(&home, &server, 1, true);
    server.say(Say::Just(503, Vec::new(), String::new()));
    assert_eq!(home.refused(home.call("/files")).await, "provider_status");
    home.clock.forward(31);
    assert_eq!(home.refused(home.call("/files")).await, "not_connected");
    assert_eq!(
        home.stored().health,
        UNKNOWN,
        "the lost answer had used the token up, not the account"
    );
}

#[tokio::test]
async fn killed_before_sending_nothing_is_lost() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.expire();
    let now = tsunagi_domain::Clock::now(&*home.clock);
    let lease = home
        .catalog
        .take_lease(home.id, "killed", now, 60_000)
        .unwrap();
    assert!(
        matches!(lease, Lease::Taken { .. }),
        "the killed process had the lease"
    );
    home.clock.forward(61);
    let answer = home.restarted().send(home.call("/files")).await.unwrap();
    assert_eq!(
        answer.status, 200,
        "the lease ran out, and nothing had been sent"
    );
    assert_eq!(server.token_requests(), 1, "one renewal");
}

#[tokio::test]
async fn killed_after_the_commit_nothing_is_lost() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.expire();
    // Renewed and stored, but the service was never asked: the process ended before that.
    home.gateway.renew_due().await;
    assert_eq!(server.token_requests(), 1, "it was renewed");
    let answer = home.restarted().send(home.call("/files")).await.unwrap();
    assert_eq!(answer.status, 200, "the stored token is the new one");
    assert_eq!(server.token_requests(), 1, "and it is not renewed again");
}

#[tokio::test]
async fn an_answer_that_cannot_be_stored_is_kept_and_stored_later() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.expire();
    // Longer than what is left of the disk.
    server.say(Say::But(json!({ "refresh_token": "r".repeat(200_000) })));
    home.catalog.limit_pages(1).unwrap();
    assert_eq!(home.refused(home.call("/files")).await, "disk_full");
    assert_eq!(server.api_requests(), 0, "what is not durable is not used");
    home.catalog.limit_pages(1_000_000).unwrap();
    let answer = home.get("/files").await.unwrap();
    assert_eq!(
        answer.status, 200,
        "the only refresh token that still works was not lost"
    );
    assert_eq!(server.token_requests(), 1, "the old one was not sent again");
    assert_eq!(
        (home.stored().health, home.stored().version),
        (Health::Connected, 2)
    );
}

#[tokio::test]
async fn a_client_that_authorizes_itself_asks_again_after_a_lost_answer() {
    let server = Server::start().await;
    let plans = Plans {
        oauth: "grant = \"client_credentials\"".to_owned(),
        ..Plans::default()
    };
    let home = Home::with(&server, plans).await;
    home.expire();
    killed_while_sending(&home, &server, 1, true);
    let answer = json!({"access_token": access(2), "token_type": "Bearer", "expires_in": 3600});
    let json = vec![("content-type", "application/json".to_owned())];
    server.say(Say::Just(200, json, answer.to_string()));
    home.get("/files").await.unwrap();
    assert_eq!(
        home.stored().health,
        Health::Connected,
        "asking again harms nothing, so the outcome need not be known"
    );
    let asked = server.it().token_requests.pop().unwrap();
    assert_eq!(asked["grant_type"], "client_credentials");
    assert!(!asked.contains_key("refresh_token"), "RFC 6749 §4.4.3");
}
