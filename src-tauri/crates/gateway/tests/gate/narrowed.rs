//! A renewal may grant fewer scopes than before (RFC 6749 §5.1 and §6): the slot says so at once,
//! and says otherwise as soon as a later one grants them.

use serde_json::json;
use tsunagi_domain::{Health, NotConnected};

use super::home::Home;
use super::server::{Say, Server};

const MISSING: Health = Health::NotConnected(NotConnected::ScopesMissing);

fn grants(scope: &str) -> Say {
    Say::But(json!({ "scope": scope }))
}

#[tokio::test]
async fn a_renewal_that_grants_less_is_scopes_missing_at_once() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.expire();
    server.say(grants("profile"));
    let refused = home.gateway.send(home.call("/files")).await;
    let Err(tsunagi_gateway::GateError::Refused(refusal)) = refused else {
        panic!("R4: it is refused: {refused:?}");
    };
    assert_eq!(
        refusal.args["reason"], "scopes_missing",
        "and the reason is told"
    );
    assert_eq!(server.api_requests(), 0, "R4: nothing was sent");
    let stored = home.stored();
    assert_eq!(
        (stored.health, stored.granted, stored.version),
        (MISSING, Some(vec!["profile".to_owned()]), 2),
        "stored with the renewal itself"
    );
    let needing = home.catalog.needing_count(home.member).unwrap();
    assert_eq!(needing, 1, "tray and Home count it");
}

#[tokio::test]
async fn it_is_kept_alive_and_connected_again_when_a_later_renewal_grants_all() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.make_due();
    server.say(grants("profile"));
    home.gateway.renew_due().await;
    assert_eq!(home.stored().health, MISSING);
    // RFC 6749 §5.1: an answer without scopes changes nothing about them.
    home.make_due();
    home.gateway.renew_due().await;
    assert_eq!(
        (home.stored().health, home.stored().version),
        (MISSING, 3),
        "renewed, and as little as before"
    );
    assert_eq!(home.refused(home.call("/files")).await, "not_connected");
    assert_eq!(server.api_requests(), 0, "R4: no request may use it");
    home.make_due();
    server.say(grants("profile files.read"));
    home.gateway.renew_due().await;
    assert_eq!(home.stored().health, Health::Connected, "healed");
    assert_eq!(home.catalog.needing_count(home.member).unwrap(), 0);
    assert_eq!(home.get("/files").await.unwrap().status, 200, "and works");
}

#[tokio::test]
async fn an_answer_without_scopes_leaves_a_connection_connected() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    for _ in 0..3 {
        home.expire();
        assert_eq!(home.get("/files").await.unwrap().status, 200);
        assert_eq!(home.stored().health, Health::Connected);
    }
    home.expire();
    server.say(grants("files.read more"));
    assert_eq!(
        home.get("/files").await.unwrap().status,
        200,
        "more than is asked for is enough"
    );
}
