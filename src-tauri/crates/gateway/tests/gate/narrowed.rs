//! A renewal may grant fewer scopes than before (RFC 6749 §5.1 and §6): the slot says so at once,
//! and says otherwise as soon as a later one grants them.

use serde_json::json;
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::names::LinkName;
use tsunagi_domain::{Connection, ConnectionId, Health, Reach};
use tsunagi_gateway::{Call, GateError};

use super::home::{Home, Plans};
use super::server::{Say, Server};

fn needing(home: &Home) -> u64 {
    home.catalog.needing_count(home.member).unwrap()
}

/// Why a call is not connected.
async fn reason(home: &Home, call: Call) -> String {
    match home.gateway.send(call).await {
        Err(GateError::Refused(refusal)) => refusal.args["reason"].clone(),
        other => panic!("R4: it is refused: {other:?}"),
    }
}

/// Lets another connection, which asks for these scopes, share the home's authorization.
fn shares(home: &Home, scopes: &[&str]) -> Connection {
    let other = Connection {
        id: ConnectionId::new(),
        link_name: LinkName::new("other").unwrap(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        ..home.connection.clone()
    };
    home.catalog.add_connection(&other).unwrap();
    let key = SlotKey {
        connection: other.id,
        reach: Reach::All,
        member: None,
    };
    home.catalog.share(key, home.id).unwrap();
    other
}

fn through(other: &Connection, call: Call) -> Call {
    Call {
        link_name: other.link_name.clone(),
        ..call
    }
}

fn grants(scope: &str) -> Say {
    Say::But(json!({ "scope": scope }))
}

#[tokio::test]
async fn a_renewal_that_grants_less_is_scopes_missing_at_once() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.expire();
    server.say(grants("profile"));
    assert_eq!(reason(&home, home.call("/files")).await, "scopes_missing");
    assert_eq!(server.api_requests(), 0, "R4: nothing was sent");
    let stored = home.stored();
    assert_eq!(
        (stored.health, stored.granted, stored.version),
        (Health::Connected, Some(vec!["profile".to_owned()]), 2),
        "stored with the renewal itself; the credential works"
    );
    assert_eq!(needing(&home), 1, "tray and Home count it");
}

#[tokio::test]
async fn it_is_kept_alive_and_connected_again_when_a_later_renewal_grants_all() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    home.make_due();
    server.say(grants("profile"));
    home.gateway.renew_due().await;
    assert_eq!(needing(&home), 1, "short of scopes");
    // RFC 6749 §5.1: an answer without scopes changes nothing about them.
    home.make_due();
    home.gateway.renew_due().await;
    assert_eq!(
        (needing(&home), home.stored().version),
        (1, 3),
        "renewed, and as little as before"
    );
    assert_eq!(home.refused(home.call("/files")).await, "not_connected");
    assert_eq!(server.api_requests(), 0, "R4: no request may use it");
    home.make_due();
    server.say(grants("profile files.read"));
    home.gateway.renew_due().await;
    assert_eq!(needing(&home), 0, "healed");
    assert_eq!(home.get("/files").await.unwrap().status, 200, "and works");
}

#[tokio::test]
async fn an_answer_without_scopes_leaves_a_connection_connected() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    for _ in 0..3 {
        home.expire();
        assert_eq!(home.get("/files").await.unwrap().status, 200);
        assert_eq!(needing(&home), 0, "as requested, so all of it");
    }
    home.expire();
    server.say(grants("files.read more"));
    assert_eq!(
        home.get("/files").await.unwrap().status,
        200,
        "more than is asked for is enough"
    );
}

#[tokio::test]
async fn r4_a_shared_authorization_serves_only_the_connections_it_is_enough_for() {
    let server = Server::start().await;
    let home = Home::new(&server).await;
    let other = shares(&home, &["profile"]);
    let short = reason(&home, through(&other, home.call("/files"))).await;
    assert_eq!(short, "scopes_missing", "it asks for what was not granted");
    assert_eq!(home.get("/files").await.unwrap().status, 200, "enough here");
    assert_eq!(needing(&home), 1, "one of the two needs a person");
    home.expire();
    server.say(grants("profile files.read"));
    assert_eq!(home.get("/files").await.unwrap().status, 200);
    let sent = server.api_requests();
    assert_eq!(needing(&home), 0, "and a renewal brings the other back");
    // The renewal on the way takes away what this connection asks for, not what the other does.
    home.expire();
    server.say(grants("profile"));
    assert_eq!(reason(&home, home.call("/files")).await, "scopes_missing");
    assert_eq!(server.api_requests(), sent, "R4: nothing was sent");
    assert_eq!(needing(&home), 1, "said at once");
    let answer = home
        .gateway
        .send(through(&other, home.call("/files")))
        .await;
    assert_eq!(answer.unwrap().status, 200, "R22: and the other works");
}

#[tokio::test]
async fn r4_who_am_i_goes_through_a_connection_that_is_connected_or_not_at_all() {
    const DAY: i64 = 24 * 3600;
    let server = Server::start().await;
    let mut home = Home::with(&server, Plans::default()).await;
    home.id = home.authorize(Reach::All, None, None, false).await;
    let mut other = shares(&home, &["files.read"]);
    let mut first = home.connection.clone();
    first.scopes.push("files.write".to_owned());
    home.catalog.update_connection(&first).unwrap();
    let day = async || {
        home.clock.forward(DAY);
        home.gateway.verify_due().await;
        home.clock.forward(60);
        home.gateway.verify_due().await;
    };
    day().await;
    day().await;
    let asked = server.api_requests();
    assert!(asked > 0, "R22: the other one is connected");
    other.enabled = false;
    home.catalog.update_connection(&other).unwrap();
    day().await;
    assert_eq!(server.api_requests(), asked, "R4: neither is");
}
