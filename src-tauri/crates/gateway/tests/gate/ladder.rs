//! A provider that stays away: how often it is asked when nobody waits, and what a person sees.

use tsunagi_domain::Health;
use tsunagi_domain::ladder::is_long;

use super::home::Home;
use super::server::{Say, Server};

const ROUND: i64 = 60;

fn away() -> Say {
    Say::Just(503, Vec::new(), String::new())
}

/// Rounds of the program, one a minute, over so many minutes.
async fn rounds(home: &Home, server: &Server, minutes: i64) {
    for _ in 0..minutes {
        server.it().script.clear();
        server.say(away());
        home.gateway.renew_due().await;
        home.clock.forward(ROUND);
    }
    server.it().script.clear();
}

#[tokio::test]
async fn what_nobody_waits_for_is_tried_ever_more_rarely() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.make_due();
    rounds(&home, &server, 10).await;
    // At 0, 1, 2, 4 and 9 minutes.
    assert_eq!(server.token_requests(), 5, "in the first ten minutes");
    rounds(&home, &server, 180).await;
    let after = server.token_requests();
    assert!(
        (8..=12).contains(&after),
        "an hour apart in the end: {after}"
    );
    let stored = home.stored();
    assert_eq!(stored.health, Health::Connected, "it changes no health");
    let noted = stored.unreachable.unwrap();
    assert_eq!(
        noted.failures as usize, after,
        "the failures in a row are counted"
    );
    assert!(
        !is_long(noted.failures, noted.since, noted.since),
        "three hours are not long"
    );
    rounds(&home, &server, 24 * 60).await;
    let noted = home.stored().unreachable.unwrap();
    let now = tsunagi_domain::Clock::now(&*home.clock);
    assert!(
        is_long(noted.failures, noted.since, now),
        "after a day a person is told"
    );
}

#[tokio::test]
async fn who_waits_for_it_does_not_wait_for_the_ladder() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.make_due();
    rounds(&home, &server, 120).await;
    let before = server.token_requests();
    home.gateway.renew_due().await;
    assert_eq!(server.token_requests(), before, "it rests");
    assert_eq!(
        home.get("/files").await.unwrap().status,
        200,
        "a request renews at once where the provider is back"
    );
    assert_eq!(server.token_requests(), before + 1);
    assert_eq!(home.stored().unreachable, None, "success clears it");
    home.make_due();
    server.say(away());
    home.gateway.renew_due().await;
    home.clock.forward(ROUND);
    home.gateway.renew_due().await;
    assert_eq!(
        server.token_requests(),
        before + 3,
        "and the ladder begins anew"
    );
}

#[tokio::test]
async fn authorizing_again_ends_the_rest() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.make_due();
    rounds(&home, &server, 120).await;
    let before = server.token_requests();
    let (reach, generation) = (tsunagi_domain::Reach::All, server.it().generation);
    home.fill(home.id, 2, reach, None, Some(60), true, generation)
        .await;
    home.clock.forward(59);
    home.gateway.renew_due().await;
    assert_eq!(
        server.token_requests(),
        before + 1,
        "a new credential has failed at nothing"
    );
    assert_eq!(home.stored().version, 3, "renewed");
}

#[tokio::test]
async fn a_restart_tries_at_once_and_goes_on_counting() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.make_due();
    rounds(&home, &server, 120).await;
    let (requests, noted) = (server.token_requests(), home.stored().unreachable.unwrap());
    server.say(away());
    home.restarted().renew_due().await;
    assert_eq!(server.token_requests(), requests + 1, "tried at once");
    let now = home.stored().unreachable.unwrap();
    assert_eq!(
        (now.since, now.failures),
        (noted.since, noted.failures + 1),
        "still away since then"
    );
}
