//! The accounts server.

use reqwest::Method;
use serde_json::json;
use tsunagi_practice::{CLIENT_ID, Fault, Faults};

use super::{SALESFORCE, ZOHO};
use crate::visit::{REDIRECT, VERIFIER, Visit, redirected, tokens};

const SCOPE: &str = "ZohoRecruit.users.READ,ZohoRecruit.modules.candidate.READ";

/// <https://www.zoho.com/accounts/protocol/oauth/multi-dc/client-authorization.html>,
/// <https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token.html>
#[tokio::test]
async fn the_callback_names_the_accounts_server_and_the_answer_the_api() {
    let visit = Visit::start().await;
    let back = visit.enter(&ZOHO, "practice-2", SCOPE).await;
    assert_eq!(back["location"], "us");
    assert_eq!(back["accounts-server"], visit.practice.issuer());
    assert_eq!(back["state"], "the-state");
    assert!(!back.contains_key("iss"), "Zoho knows nothing of RFC 9207");
    let tokens = tokens(visit.exchange_at(&ZOHO, &back["code"]).await).await;
    assert_eq!(
        tokens.all,
        json!({
            "access_token": tokens.access,
            "refresh_token": tokens.refresh,
            "api_domain": visit.practice.issuer(),
            "token_type": "Bearer",
            "expires_in": 3600,
        }),
        "these fields and no other"
    );
}

/// <https://www.zoho.com/accounts/protocol/oauth/web-apps/authorization.html>
#[tokio::test]
async fn without_offline_access_or_consent_there_is_no_refresh_token() {
    let visit = Visit::start().await;
    let online = super::Door {
        params: &[("access_type", "online"), ("prompt", "consent")],
        ..ZOHO
    };
    let again = super::Door {
        params: &[("access_type", "offline")],
        ..ZOHO
    };
    for door in [online, again] {
        let tokens = visit.entered(&door, "practice-1", SCOPE).await;
        assert!(tokens.all.get("refresh_token").is_none());
    }
}

/// <https://www.zoho.com/pdfeditor/help/api/oauth-step4.html>
#[tokio::test]
async fn a_refresh_answers_without_a_refresh_token_and_the_first_one_stays() {
    let visit = Visit::start().await;
    let first = visit.entered(&ZOHO, "practice-1", SCOPE).await;
    for _ in 0..2 {
        let next = tokens(visit.renew_at(&ZOHO, &first.refresh).await).await;
        assert!(next.all.get("refresh_token").is_none(), "none is added");
        assert_eq!(next.all["api_domain"], visit.practice.issuer());
        assert_ne!(next.access, first.access, "another access token");
    }
}

/// <https://github.com/verbb/formie/issues/2199>, <https://github.com/asciisd/zoho/issues/6>,
/// <https://github.com/schmorrison/Zoho/pull/34>
#[tokio::test]
async fn an_error_of_the_token_endpoint_comes_with_status_200() {
    let visit = Visit::start().await;
    let back = visit.enter(&ZOHO, "practice-1", SCOPE).await;
    let code = back["code"].clone();
    let good = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT_ID),
        ("redirect_uri", REDIRECT),
        ("code", code.as_str()),
        ("code_verifier", VERIFIER),
    ];
    let with = |name: &'static str, value: &'static str| {
        let mut form = good.to_vec();
        form.retain(|(known, _)| *known != name);
        form.push((name, value));
        form
    };
    for (form, word) in [
        (with("client_id", "1000.SOMEBODY"), "invalid_client"),
        (with("client_secret", "x"), "invalid_client_secret"),
        (with("code", "1000.x"), "invalid_code"),
        (with("code_verifier", "x"), "invalid_code"),
        (
            with("redirect_uri", "http://127.0.0.1:1/"),
            "invalid_redirect_uri",
        ),
    ] {
        let answer = visit.post("/oauth/v2/token", &form).await;
        assert_eq!(answer.status(), 200, "{word}");
        let body: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(body, json!({"error": word}));
    }
    assert!(tokens(visit.exchange_at(&ZOHO, &code).await).await.all["access_token"].is_string());
    let twice = visit.exchange_at(&ZOHO, &code).await;
    assert_eq!(twice.status(), 200, "used before");
    let body: serde_json::Value = twice.json().await.unwrap();
    assert_eq!(body, json!({"error": "invalid_code"}));
}

/// <https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token-expiry.html>, and the words
/// of <https://help.zoho.com/portal/en/community/topic/kaizen-43-tokens-and-limitations>
#[tokio::test]
async fn the_eleventh_access_token_in_ten_minutes_is_denied_and_one_later_is_not() {
    let visit = Visit::start().await;
    let first = visit.entered(&ZOHO, "practice-1", SCOPE).await;
    for _ in 0..10 {
        let _ = tokens(visit.renew_at(&ZOHO, &first.refresh).await).await;
    }
    let denied = visit.renew_at(&ZOHO, &first.refresh).await;
    assert_eq!(denied.status(), 200);
    let body: serde_json::Value = denied.json().await.unwrap();
    assert_eq!(body, json!({"error": "Access Denied"}));
    visit.pass(601);
    let later = tokens(visit.renew_at(&ZOHO, &first.refresh).await).await;
    assert!(!later.access.is_empty(), "the refresh token still counts");
}

/// <https://zoho.com/accounts/protocol/oauth/revoke-refresh-token.html>
#[tokio::test]
async fn revoking_ends_what_the_refresh_token_gave() {
    let visit = Visit::start().await;
    let tokens = visit.entered(&ZOHO, "practice-1", SCOPE).await;
    let address = format!("/oauth/v2/token/revoke?token={}", tokens.refresh);
    let (status, body) = visit.ask(Method::POST, &address, "", None).await;
    assert_eq!((status, body), (200, json!({"status": "success"})));
    let (status, _) = visit.ask(Method::POST, &address, "", None).await;
    assert_eq!(status, 400, "not known any more");
    let header = format!("Zoho-oauthtoken {}", tokens.access);
    let (status, body) = visit
        .ask(Method::GET, "/recruit/v2/Candidates", &header, None)
        .await;
    assert_eq!((status, &body["code"]), (401, &json!("INVALID_TOKEN")));
    let body: serde_json::Value = visit
        .renew_at(&ZOHO, &tokens.refresh)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(body, json!({"error": "invalid_code"}));
}

/// <https://github.com/rclone/rclone/blob/master/backend/zoho/zoho.go>
#[tokio::test]
async fn the_accounts_server_tells_who_has_signed_in() {
    let visit = Visit::start().await;
    let tokens = visit
        .entered(&ZOHO, "practice-2", "AaaServer.profile.READ")
        .await;
    let header = format!("Zoho-oauthtoken {}", tokens.access);
    let (status, body) = visit
        .ask(Method::GET, "/oauth/user/info", &header, None)
        .await;
    assert_eq!(status, 200);
    assert_eq!(
        body,
        json!({
            "First_Name": "Ben",
            "Last_Name": "Practice",
            "Email": "ben@practice.example",
            "Display_Name": "Ben Practice",
            "ZUID": 10_000_002,
        })
    );
}

#[tokio::test]
async fn a_token_of_one_wire_opens_no_other() {
    let visit = Visit::start().await;
    let own = visit
        .authorized("openid offline_access contacts.read")
        .await;
    let zoho = visit.entered(&ZOHO, "practice-1", SCOPE).await;
    let header = format!("Zoho-oauthtoken {}", own.access);
    let (status, _) = visit
        .ask(Method::GET, "/recruit/v2/Candidates", &header, None)
        .await;
    assert_eq!(status, 401, "the practice service's own at Zoho");
    assert_eq!(
        visit.opens(&zoho.access).await,
        401,
        "Zoho's at the contacts"
    );
    let answer = visit.renew_at(&SALESFORCE, &zoho.refresh).await;
    assert_eq!(answer.status(), 400, "Zoho's refresh token at Salesforce");
    let answer = visit.renew(&zoho.refresh).await;
    assert_eq!(answer.status(), 400, "and at the practice service");
    let back = visit.enter(&ZOHO, "practice-1", SCOPE).await;
    let answer = visit.exchange_at(&SALESFORCE, &back["code"]).await;
    assert_eq!(answer.status(), 400, "nor is a code known elsewhere");
    assert_eq!(
        visit.exchange_at(&ZOHO, &back["code"]).await.status(),
        200,
        "nor used up"
    );
}

#[tokio::test]
async fn scopes_stand_with_commas_between_them_and_unknown_ones_are_refused() {
    let visit = Visit::start().await;
    let url = visit.door(&ZOHO, "ZohoRecruit.users.READ ZohoRecruit.search.READ");
    let back = redirected(&visit.client.get(url).send().await.unwrap());
    assert_eq!(back["error"], "invalid_scope", "a space is no comma");
}

#[tokio::test]
async fn faults_strike_here_too() {
    let visit = Visit::start().await;
    let tokens = visit.entered(&ZOHO, "practice-1", SCOPE).await;
    let header = format!("Zoho-oauthtoken {}", tokens.access);
    visit.practice.set_faults(Faults {
        api: Some(Fault::TooMany {
            retry_after: Some(7),
        }),
        token: Some(Fault::ServerError),
        ..Faults::default()
    });
    let (status, _) = visit
        .ask(Method::GET, "/recruit/v2/Candidates", &header, None)
        .await;
    assert_eq!(status, 429);
    assert_eq!(visit.renew_at(&ZOHO, &tokens.refresh).await.status(), 500);
    visit.practice.set_faults(Faults {
        authorize: Some(Fault::WrongIssuer),
        ..Faults::default()
    });
    let back = visit.enter(&ZOHO, "practice-1", SCOPE).await;
    assert_ne!(
        back["accounts-server"],
        visit.practice.issuer(),
        "another server"
    );
}
