//! What survives a restart, and what stands in the way of a start.

use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tsunagi_practice::{Config, Fault, Faults, Practice, PracticeError};

use crate::visit::{ALL, Visit, refusal, tokens};

#[tokio::test]
async fn port_key_sessions_and_contacts_survive_a_restart() {
    let visit = Visit::start().await;
    let port = visit.practice.port();
    let keys: Value = visit.get("/jwks").await.json().await.unwrap();
    let first = visit.authorized(ALL).await;
    let second = tokens(visit.renew(&first.refresh).await).await;
    let back = visit.allow("practice-2", ALL).await;
    let added = visit
        .client
        .post(visit.url("/api/contacts"))
        .bearer_auth(&second.access)
        .json(&json!({"name": "Kept"}))
        .send()
        .await
        .unwrap();
    assert_eq!(added.status(), StatusCode::CREATED, "added");

    let visit = visit.restart().await;
    assert_eq!(visit.practice.port(), port, "connections name it");
    let again: Value = visit.get("/jwks").await.json().await.unwrap();
    assert_eq!(again, keys, "ID tokens issued before can be checked");
    let kept = visit.get_as("/api/contacts/c13", &second.access).await;
    assert_eq!(kept.status(), StatusCode::OK, "access token and contact");
    let code = visit.exchange(&back["code"]).await;
    assert_eq!(code.status(), StatusCode::OK, "a code under way");
    let replay = visit.renew(&first.refresh).await;
    assert_eq!(
        refusal(replay).await,
        (400, "invalid_grant".to_owned()),
        "what was replaced before is remembered as replaced"
    );
    assert_eq!(
        visit.opens(&second.access).await,
        StatusCode::UNAUTHORIZED,
        "and its family is revoked"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_taken_port_is_told_and_no_other_is_chosen() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("practice.json");
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = other.local_addr().unwrap().port();
    std::fs::write(&file, json!({"port": taken}).to_string()).unwrap();
    let error = Practice::start(Config::new(&file)).await.unwrap_err();
    assert!(
        matches!(error, PracticeError::PortTaken { port } if port == taken),
        "{error:?}"
    );
    drop(other);
    let practice = Practice::start(Config::new(&file)).await.unwrap();
    assert_eq!(practice.port(), taken, "free again, taken again");
    practice.stop().await;
}

#[tokio::test]
async fn faults_of_the_state_file_hold_unless_others_are_given() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("practice.json");
    let text = json!({"faults": {"access_lifetime_seconds": 5}}).to_string();
    std::fs::write(&file, text).unwrap();
    let practice = Practice::start(Config::new(&file)).await.unwrap();
    assert_eq!(
        practice.faults().access_lifetime_seconds,
        Some(5),
        "a file with nothing but faults is a good start"
    );
    practice.stop().await;
    let given = Faults {
        api: Some(Fault::Html),
        ..Faults::default()
    };
    let config = Config {
        faults: given.clone(),
        ..Config::new(&file)
    };
    let practice = Practice::start(config).await.unwrap();
    assert_eq!(practice.faults(), given, "those of the configuration");
    practice.stop().await;
    let state: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(
        state["faults"],
        json!({"access_lifetime_seconds": 5}),
        "the file keeps its own"
    );
}

#[tokio::test]
async fn an_unknown_approving_account_stops_the_start() {
    let home = tempfile::tempdir().unwrap();
    let config = Config {
        approve: Some("nobody".to_owned()),
        ..Config::new(home.path().join("practice.json"))
    };
    let error = Practice::start(config).await.unwrap_err();
    assert!(
        matches!(error, PracticeError::UnknownAccount(ref id) if id == "nobody"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_damaged_signing_key_is_told_and_not_replaced() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("practice.json");
    let text = json!({"signing_key": "damaged"}).to_string();
    std::fs::write(&file, &text).unwrap();
    let error = Practice::start(Config::new(&file)).await.unwrap_err();
    assert!(
        matches!(error, PracticeError::StateMalformed { .. }),
        "{error:?}"
    );
    let after = std::fs::read_to_string(&file).unwrap();
    assert_eq!(after, text, "never a new key over existing data");
}

#[tokio::test]
async fn after_a_stop_nothing_listens() {
    let visit = Visit::start().await;
    visit.get("/").await;
    let address = visit.url("/");
    visit.practice.stop().await;
    let error = visit.client.get(address).send().await.unwrap_err();
    assert!(error.is_connect(), "{error:?}");
}

#[tokio::test]
async fn only_the_loopback_address_listens() {
    let visit = Visit::start().await;
    let port = visit.practice.port();
    // The whole of 127/8 reaches this computer; a server on every address would answer here.
    let other = tokio::net::TcpStream::connect(("127.0.0.2", port)).await;
    assert!(other.is_err(), "bound to 127.0.0.1 alone");
    visit.practice.stop().await;
}

#[tokio::test]
async fn the_state_file_holds_no_token_that_was_handed_out() {
    let visit = Visit::start().await;
    let back = visit.allow("practice-1", ALL).await;
    let first = tokens(visit.exchange(&back["code"]).await).await;
    let text = std::fs::read_to_string(visit.file()).unwrap();
    for secret in [&back["code"], &first.access, &first.refresh] {
        assert!(!text.contains(secret.as_str()), "digests only");
    }
    visit.practice.stop().await;
}
