//! Each fault, as a client meets it.

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::Value;
use tsunagi_practice::{Fault, Faults, HUGE_BYTES};

use crate::visit::{ALL, Visit, redirected, tokens};

fn at_token(fault: Fault) -> Faults {
    Faults {
        token: Some(fault),
        ..Faults::default()
    }
}

/// The fault everywhere but at the sign-in.
fn everywhere(fault: &Fault) -> Faults {
    Faults {
        token: Some(fault.clone()),
        userinfo: Some(fault.clone()),
        api: Some(fault.clone()),
        revoke: Some(fault.clone()),
        metadata: Some(fault.clone()),
        device: Some(fault.clone()),
        ..Faults::default()
    }
}

#[tokio::test]
async fn unprocessed_faults_answer_at_every_endpoint_and_use_nothing_up() {
    let visit = Visit::start().await;
    let mut refresh = visit.authorized(ALL).await.refresh;
    let table = [
        (Fault::TooMany { retry_after: None }, 429),
        (Fault::ServerError, 500),
        (Fault::OkWithError, 200),
        (Fault::ClientRefused, 401),
        (Fault::Html, 200),
        (Fault::Empty, 400),
        (Fault::Malformed, 200),
    ];
    for (fault, status) in table {
        visit.practice.set_faults(everywhere(&fault));
        let answers = [
            visit.renew(&refresh).await,
            visit.get("/userinfo").await,
            visit.get("/api/contacts").await,
            visit.get("/api/contacts/c1").await,
            visit.revoke(&refresh).await,
            visit.get("/.well-known/openid-configuration").await,
            visit.post("/device_authorization", &[]).await,
        ];
        for answer in answers {
            let url = answer.url().clone();
            assert_eq!(answer.status().as_u16(), status, "{fault:?} at {url}");
            let html = answer
                .headers()
                .get(CONTENT_TYPE)
                .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
            assert_eq!(html, fault == Fault::Html, "{fault:?} at {url}");
            let body = answer.text().await.unwrap();
            let json = serde_json::from_str::<Value>(&body);
            let sound = !matches!(fault, Fault::Html | Fault::Empty | Fault::Malformed);
            assert_eq!(json.is_ok(), sound, "{fault:?} at {url}: {body}");
            if fault == Fault::Empty {
                assert_eq!(body, "", "nothing at all");
            }
            if fault == Fault::OkWithError {
                assert!(json.unwrap()["error"].is_string(), "200 with an error");
            }
        }
        visit.practice.set_faults(Faults::default());
        refresh = tokens(visit.renew(&refresh).await).await.refresh;
    }
    visit.practice.stop().await;
}

#[tokio::test]
async fn too_many_says_when_to_come_back_and_how_often_it_strikes() {
    let visit = Visit::start().await;
    let refresh = visit.authorized(ALL).await.refresh;
    let faults = Faults {
        times: Some(2),
        ..at_token(Fault::TooMany {
            retry_after: Some(7),
        })
    };
    visit.practice.set_faults(faults);
    let before = visit.practice.token_requests();
    for _ in 0..2 {
        let answer = visit.renew(&refresh).await;
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS, "twice");
        assert_eq!(answer.headers()[RETRY_AFTER], "7", "in seconds");
    }
    let third = visit.renew(&refresh).await;
    assert_eq!(third.status(), StatusCode::OK, "then it is over");
    assert_eq!(
        visit.practice.token_requests() - before,
        3,
        "refused requests are counted too"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_huge_answer_is_sound_json_of_the_promised_size() {
    let visit = Visit::start().await;
    visit.practice.set_faults(at_token(Fault::Huge));
    let mut answer = visit.renew("any").await;
    assert_eq!(answer.status(), StatusCode::OK, "it starts well");
    let mut size = 0;
    let mut last = Vec::new();
    while let Some(chunk) = answer.chunk().await.unwrap() {
        size += chunk.len();
        last = chunk.to_vec();
    }
    assert_eq!(size, HUGE_BYTES + "{\"padding\":\"\"}".len(), "all of it");
    assert!(last.ends_with(b"\"}"), "and it ends well");
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_cut_off_renewal_has_happened_and_its_answer_is_lost() {
    let visit = Visit::start().await;
    let first = visit.authorized(ALL).await;
    visit.practice.set_faults(at_token(Fault::CutOff));
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", tsunagi_practice::CLIENT_ID),
        ("refresh_token", &*first.refresh),
    ];
    let request = visit.client.post(visit.url("/token")).form(&form);
    let read = match request.send().await {
        Ok(answer) => answer.bytes().await.map(|_| ()),
        Err(error) => Err(error),
    };
    assert!(read.is_err(), "no whole answer arrives");
    visit.practice.set_faults(Faults::default());
    let again = visit.renew(&first.refresh).await;
    assert_eq!(
        again.status(),
        StatusCode::BAD_REQUEST,
        "the token had rotated: sending it again is reuse"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn lifetimes_can_be_short() {
    let visit = Visit::start().await;
    visit.practice.set_faults(Faults {
        access_lifetime_seconds: Some(5),
        refresh_lifetime_seconds: Some(10),
        ..Faults::default()
    });
    let first = visit.authorized(ALL).await;
    assert_eq!(first.all["expires_in"], 5, "told");
    visit.pass(5);
    assert_eq!(
        visit.opens(&first.access).await,
        StatusCode::UNAUTHORIZED,
        "and meant"
    );
    let second = tokens(visit.renew(&first.refresh).await).await;
    visit.pass(10);
    assert_eq!(
        visit.renew(&second.refresh).await.status(),
        StatusCode::BAD_REQUEST,
        "the refresh token too"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn expires_in_can_be_missing() {
    let visit = Visit::start().await;
    visit.practice.set_faults(at_token(Fault::NoExpiresIn));
    let first = visit.authorized(ALL).await;
    assert_eq!(first.all.get("expires_in"), None, "left out");
    assert_eq!(visit.opens(&first.access).await, StatusCode::OK, "it works");
    visit.practice.stop().await;
}

#[tokio::test]
async fn scopes_can_be_withheld() {
    let visit = Visit::start().await;
    visit.practice.set_faults(Faults {
        withhold_scopes: vec!["contacts.read".to_owned()],
        ..Faults::default()
    });
    let first = visit.authorized("openid contacts.read").await;
    assert_eq!(first.all["scope"], "openid", "the answer says so");
    assert_eq!(
        visit.opens(&first.access).await,
        StatusCode::FORBIDDEN,
        "and means it"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn the_redirect_can_be_spoiled() {
    let visit = Visit::start_with(Faults::default(), Some("practice-1")).await;
    let issuer = visit.practice.issuer();
    let table = [
        (Fault::WrongState, "state", "another-state"),
        (
            Fault::WrongIssuer,
            "iss",
            "https://other-issuer.practice.example",
        ),
        (Fault::ServerError, "error", "server_error"),
        (
            Fault::TooMany { retry_after: None },
            "error",
            "temporarily_unavailable",
        ),
    ];
    for (fault, name, value) in table {
        visit.practice.set_faults(Faults {
            authorize: Some(fault.clone()),
            ..Faults::default()
        });
        let answer = visit.client.get(visit.authorize_url(ALL)).send().await;
        let back = redirected(&answer.unwrap());
        assert_eq!(back[name], value, "{fault:?}");
        if name != "iss" {
            assert_eq!(back["iss"], issuer, "the rest is right");
        }
        if name != "state" {
            assert_eq!(back["state"], "the-state", "the rest is right");
        }
    }
    visit.practice.stop().await;
}

#[tokio::test]
async fn the_id_token_and_the_metadata_can_be_spoiled() {
    let visit = Visit::start().await;
    let table = [
        (Fault::WrongNonce, "nonce", "another-nonce"),
        (
            Fault::WrongIssuer,
            "iss",
            "https://other-issuer.practice.example",
        ),
    ];
    for (fault, name, value) in table {
        visit.practice.set_faults(at_token(fault.clone()));
        let tokens = visit.authorized(ALL).await;
        let jwt = tokens.all["id_token"].as_str().unwrap();
        let claims = {
            use base64::Engine as _;
            let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
            let bytes = engine.decode(jwt.split('.').nth(1).unwrap()).unwrap();
            serde_json::from_slice::<Value>(&bytes).unwrap()
        };
        assert_eq!(claims[name], value, "{fault:?}");
    }
    visit.practice.set_faults(Faults {
        metadata: Some(Fault::WrongIssuer),
        ..Faults::default()
    });
    let answer = visit.get("/.well-known/oauth-authorization-server").await;
    let metadata: Value = answer.json().await.unwrap();
    assert_ne!(metadata["issuer"], visit.practice.issuer(), "RFC 8414 3.3");
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_slow_service_stops_without_waiting_for_its_slowness() {
    let visit = Visit::start().await;
    visit.practice.set_faults(Faults {
        slow_millis: Some(3_600_000),
        ..Faults::default()
    });
    let client = visit.client.clone();
    let address = visit.url("/jwks");
    let slow = tokio::spawn(async move { client.get(address).send().await });
    // A page is not slow, so it shows that the service goes on meanwhile.
    assert_eq!(visit.get("/").await.status(), StatusCode::OK, "pages go on");
    visit.practice.stop().await;
    let served = match slow.await.unwrap() {
        Ok(answer) => answer.status() == StatusCode::OK,
        Err(_) => false,
    };
    assert!(!served, "the hour is not over");
}
