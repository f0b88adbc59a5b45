//! Leases: never renewed without one, and a holder that lost it writes nothing.

use std::time::Duration;

use tsunagi_catalog::Lease;
use tsunagi_domain::{Clock, Health, NotConnected, Reach};
use tsunagi_gateway::Limits;

use super::home::{Home, Plans, later};
use super::server::{self, Say, Server};

fn impatient() -> Plans {
    let limits = Limits {
        wait: Duration::from_millis(200),
        ..Limits::default()
    };
    Plans {
        limits,
        ..Plans::default()
    }
}

fn taken_by_another(home: &Home) -> u64 {
    let now = home.clock.now();
    match home
        .catalog
        .take_lease(home.id, "another", now, 60_000)
        .unwrap()
    {
        Lease::Taken { generation, .. } => generation,
        Lease::Held { .. } => panic!("nobody had it"),
    }
}

#[tokio::test]
async fn without_the_lease_nothing_is_renewed() {
    let server = Server::start().await;
    let home = Home::with(&server, impatient()).await;
    home.expire();
    taken_by_another(&home);
    assert_eq!(home.refused(home.call("/files")).await, "renewal_busy");
    assert!(
        server.was_left_alone(),
        "no renewal without the lease, and no use of an old token"
    );
    assert_eq!(
        home.stored().health,
        Health::Connected,
        "waiting in vain changes no health"
    );
}

#[tokio::test]
async fn while_another_process_renews_a_token_that_still_works_is_used_at_once() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.make_due();
    taken_by_another(&home);
    assert_eq!(
        home.get("/files").await.unwrap().status,
        200,
        "the token still works"
    );
    assert_eq!(server.token_requests(), 0, "the other process renews it");
}

#[tokio::test]
async fn who_waits_for_another_process_finds_its_token() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.expire();
    let other = home.restarted();
    server.say(Say::Wait);
    let first = later(&other, home.call("/files"));
    server.token_request_arrives().await;
    let second = later(&home.gateway, home.call("/files"));
    server.open_gate();
    assert_eq!(first.await.unwrap().unwrap().status, 200, "who renewed");
    assert_eq!(second.await.unwrap().unwrap().status, 200, "who waited");
    assert_eq!(server.token_requests(), 1, "one renewal for both");
}

#[tokio::test]
async fn a_lease_lost_while_the_computer_slept_is_written_through_by_nobody() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.expire();
    server.say(Say::Wait);
    let sleeper = later(&home.gateway, home.call("/files"));
    server.token_request_arrives().await;
    // The lease ends in the sleep; another process takes it, and knows that something was sent.
    home.clock.forward(61);
    let now = home.clock.now();
    let lease = home
        .catalog
        .take_lease(home.id, "another", now, 60_000)
        .unwrap();
    let Lease::Taken {
        generation,
        version,
        interrupted,
        ..
    } = lease
    else {
        panic!("the sleeper's lease has ended")
    };
    assert!(
        interrupted,
        "whoever takes over learns that an answer may be on its way"
    );
    let health = Health::NotConnected(NotConnected::OutcomeUnknown);
    assert!(
        home.catalog
            .set_health_of_version(home.id, version, health)
            .unwrap()
    );
    home.catalog
        .release_lease(home.id, "another", generation)
        .unwrap();
    let before = home.catalog.sealed(home.id).unwrap();
    server.open_gate();
    let outcome = sleeper.await.unwrap();
    assert_eq!(
        outcome.map(|answer| answer.status).unwrap_err().code(),
        "not_connected"
    );
    assert_eq!(
        home.catalog.sealed(home.id).unwrap(),
        before,
        "the stale owner wrote nothing"
    );
    assert_eq!(home.stored().health, health, "nor did it touch the health");
    assert_eq!(server.api_requests(), 0, "nor was its token used");
}

#[tokio::test]
async fn a_sign_in_during_a_renewal_wins() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.expire();
    server.say(Say::WaitAndRefuse);
    let renewing = later(&home.gateway, home.call("/files"));
    server.token_request_arrives().await;
    // Meanwhile the person authorizes again, and the provider gives out new tokens.
    server.it().generation = 7;
    home.fill(home.id, 2, Reach::All, None, Some(3600), true, 7)
        .await;
    server.open_gate();
    // The renewal is refused: its token is an old one. That says nothing about the new one.
    let answer = renewing.await.unwrap().unwrap();
    assert_eq!(answer.status, 200, "the caller goes on with the new one");
    assert_eq!(
        home.stored().health,
        Health::Connected,
        "invalid_grant about an older token"
    );
    assert_eq!(home.stored().version, 2, "the sign-in's credential stays");
    let seen = server.it().api.last().cloned().unwrap();
    let expected = format!("Bearer {}", server::access(7));
    assert_eq!(
        seen.authorization(),
        Some(expected.as_str()),
        "it is the sign-in's token"
    );
}
