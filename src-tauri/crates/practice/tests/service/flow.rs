//! Authorizing: pages, redirect, tokens, ID token.

use std::str::FromStr as _;

use openidconnect::core::{
    CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreProviderMetadata,
};
use openidconnect::{AccessToken, AccessTokenHash, ClientId, Nonce};
use reqwest::StatusCode;
use reqwest::header::{ACCEPT_LANGUAGE, ORIGIN};
use serde_json::Value;
use tsunagi_practice::{ACCOUNTS, CLIENT_ID, Faults};

use crate::visit::{ALL, REDIRECT, Visit, redirected, refusal, ticket, tokens};

#[tokio::test]
async fn a_whole_authorization_yields_tokens_that_an_independent_library_accepts() {
    let visit = Visit::start().await;
    let back = visit.allow("practice-2", ALL).await;
    assert_eq!(back["state"], "the-state", "unchanged");
    assert_eq!(back["iss"], visit.practice.issuer(), "RFC 9207");
    let tokens = tokens(visit.exchange(&back["code"]).await).await;
    assert_eq!(tokens.all["token_type"], "Bearer", "RFC 6750");
    assert_eq!(tokens.all["expires_in"], 3600, "an hour");
    assert_eq!(tokens.all["scope"], ALL, "all that was asked");

    let metadata: CoreProviderMetadata = visit
        .get("/.well-known/openid-configuration")
        .await
        .json()
        .await
        .expect("OpenID Connect Discovery 1.0 metadata");
    assert_eq!(
        metadata.issuer().as_str(),
        visit.practice.issuer(),
        "the issuer is where it was fetched from"
    );
    let keys: CoreJsonWebKeySet = visit.get("/jwks").await.json().await.expect("a JWK set");
    let verifier = CoreIdTokenVerifier::new_public_client(
        ClientId::new(CLIENT_ID.to_owned()),
        metadata.issuer().clone(),
        keys,
    );
    let id_token = CoreIdToken::from_str(tokens.all["id_token"].as_str().unwrap()).unwrap();
    let claims = id_token
        .claims(&verifier, &Nonce::new("the-nonce".to_owned()))
        .expect("signature, issuer, audience, times and nonce are right");
    assert_eq!(claims.subject().as_str(), "practice-2", "who was chosen");
    assert!(claims.auth_time().is_some(), "when they signed in");
    let at_hash = AccessTokenHash::from_token(
        &AccessToken::new(tokens.access.clone()),
        id_token.signing_alg().unwrap(),
        id_token.signing_key(&verifier).unwrap(),
    )
    .unwrap();
    assert_eq!(
        claims.access_token_hash(),
        Some(&at_hash),
        "the ID token belongs to this access token"
    );

    let who: Value = visit
        .get_as("/userinfo", &tokens.access)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(who["sub"], "practice-2", "the same as in the ID token");
    assert_eq!(who["name"], "Ben Practice", "profile was granted");
    assert_eq!(who["email"], "ben@practice.example", "email was granted");
    visit.practice.stop().await;
}

#[tokio::test]
async fn both_metadata_addresses_say_what_a_client_must_know() {
    let visit = Visit::start().await;
    let one: Value = visit
        .get("/.well-known/oauth-authorization-server")
        .await
        .json()
        .await
        .unwrap();
    let other: Value = visit
        .get("/.well-known/openid-configuration")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(one, other, "RFC 8414 and OpenID Connect say the same");
    assert_eq!(
        one["authorization_response_iss_parameter_supported"], true,
        "RFC 9207 section 3"
    );
    assert_eq!(
        one["code_challenge_methods_supported"],
        serde_json::json!(["S256"]),
        "never plain"
    );
    for name in [
        "token",
        "revocation",
        "userinfo",
        "authorization",
        "device_authorization",
    ] {
        let address = one[format!("{name}_endpoint")].as_str().unwrap();
        assert!(
            address.starts_with(&visit.practice.issuer()),
            "{name} is here too"
        );
    }
    visit.practice.stop().await;
}

#[tokio::test]
async fn the_first_button_of_each_page_has_the_focus_so_that_enter_goes_on() {
    let visit = Visit::start().await;
    let page = visit.client.get(visit.authorize_url(ALL)).send().await;
    let page = page.unwrap().text().await.unwrap();
    let first = page.find(r#"value="practice-1" autofocus"#);
    assert!(first.is_some(), "the first account");
    assert_eq!(page.matches("autofocus").count(), 1, "and only that");
    let form = [("ticket", &*ticket(&page)), ("account", "practice-1")];
    let page = visit.post("/authorize/sign-in", &form).await;
    let page = page.text().await.unwrap();
    assert!(page.contains(r#"value="allow" autofocus"#), "Allow");
    assert_eq!(page.matches("autofocus").count(), 1, "and only that");
    visit.practice.stop().await;
}

#[tokio::test]
async fn every_page_says_that_this_is_practice_in_the_readers_language() {
    let visit = Visit::start().await;
    let mut bad = visit.authorize_url("openid");
    bad.set_query(Some("client_id=another"));
    let pages = [
        visit.url("/"),
        visit.url("/device"),
        visit.authorize_url("openid").into(),
        bad.into(),
    ];
    let marks = [
        (
            "en",
            "Practice service: runs on this computer, nothing leaves it",
        ),
        (
            "ja",
            "練習サービス: このコンピューターの中だけで動き、外には何も送りません",
        ),
    ];
    for page in &pages {
        for (language, mark) in marks {
            let request = visit.client.get(page).header(ACCEPT_LANGUAGE, language);
            let text = request.send().await.unwrap().text().await.unwrap();
            assert!(text.contains(mark), "{page} in {language}");
            let tag = format!(r#"<html lang="{language}">"#);
            assert!(text.contains(&tag), "{page} says its language");
            assert!(!text.contains("<script"), "no page has a script");
        }
    }
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_login_hint_puts_that_account_first() {
    let visit = Visit::start().await;
    for hint in ["practice-3", "Chidi@practice.example"] {
        let mut url = visit.authorize_url("openid");
        url.query_pairs_mut().append_pair("login_hint", hint);
        let page = visit.client.get(url).send().await.unwrap();
        let page = page.text().await.unwrap();
        assert!(
            page.contains(r#"value="practice-3" autofocus"#),
            "{hint} has the focus"
        );
        for account in ACCOUNTS {
            assert!(page.contains(account.email), "the others are still there");
        }
    }
    visit.practice.stop().await;
}

#[tokio::test]
async fn denying_on_either_page_goes_back_with_access_denied_state_and_iss() {
    let visit = Visit::start().await;
    let page = visit.client.get(visit.authorize_url(ALL)).send().await;
    let on_first = ticket(&page.unwrap().text().await.unwrap());
    let page = visit.client.get(visit.authorize_url(ALL)).send().await;
    let form_ticket = ticket(&page.unwrap().text().await.unwrap());
    let form = [("ticket", &*form_ticket), ("account", "practice-1")];
    let page = visit.post("/authorize/sign-in", &form).await;
    let on_second = ticket(&page.text().await.unwrap());
    for ticket in [on_first, on_second] {
        let form = [("ticket", &*ticket), ("decision", "deny")];
        let back = redirected(&visit.post("/authorize/consent", &form).await);
        assert_eq!(back["error"], "access_denied", "RFC 6749 section 4.1.2.1");
        assert_eq!(back["state"], "the-state", "so that the flow is found");
        assert_eq!(back["iss"], visit.practice.issuer(), "RFC 9207");
        assert!(!back.contains_key("code"), "nothing was allowed");
    }
    visit.practice.stop().await;
}

#[tokio::test]
async fn allowing_before_an_account_was_chosen_is_a_denial() {
    let visit = Visit::start().await;
    let page = visit.client.get(visit.authorize_url(ALL)).send().await;
    let ticket = ticket(&page.unwrap().text().await.unwrap());
    let form = [("ticket", &*ticket), ("decision", "allow")];
    let back = redirected(&visit.post("/authorize/consent", &form).await);
    assert_eq!(back["error"], "access_denied", "nobody signed in");
    visit.practice.stop().await;
}

#[tokio::test]
async fn another_account_can_be_chosen_on_the_consent_page() {
    let visit = Visit::start().await;
    let page = visit.client.get(visit.authorize_url(ALL)).send().await;
    let first = ticket(&page.unwrap().text().await.unwrap());
    let form = [("ticket", &*first), ("account", "practice-1")];
    let page = visit.post("/authorize/sign-in", &form).await;
    let second = ticket(&page.text().await.unwrap());
    let form = [("ticket", &*second), ("account", "")];
    let page = visit.post("/authorize/sign-in", &form).await;
    let page = page.text().await.unwrap();
    assert!(page.contains("Choose an account"), "back at the first page");
    let form = [("ticket", &*ticket(&page)), ("account", "practice-3")];
    let page = visit.post("/authorize/sign-in", &form).await;
    let page = page.text().await.unwrap();
    assert!(page.contains("chidi@practice.example"), "the other one");
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_ticket_is_good_once_and_for_ten_minutes() {
    let visit = Visit::start().await;
    let page = visit.client.get(visit.authorize_url(ALL)).send().await;
    let once = ticket(&page.unwrap().text().await.unwrap());
    let form = [("ticket", &*once), ("account", "practice-1")];
    let first = visit.post("/authorize/sign-in", &form).await;
    assert_eq!(first.status(), StatusCode::OK, "its one use");
    let later = ticket(&first.text().await.unwrap());
    let second = visit.post("/authorize/sign-in", &form).await;
    assert_eq!(second.status(), StatusCode::BAD_REQUEST, "used up");
    visit.pass(600);
    let form = [("ticket", &*later), ("decision", "allow")];
    let late = visit.post("/authorize/consent", &form).await;
    assert_eq!(late.status(), StatusCode::BAD_REQUEST, "too old");
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_form_of_another_origin_is_refused() {
    let visit = Visit::start().await;
    for origin in ["http://127.0.0.1:1", "https://evil.example", "null"] {
        let page = visit.client.get(visit.authorize_url(ALL)).send().await;
        let ticket = ticket(&page.unwrap().text().await.unwrap());
        let answer = visit
            .client
            .post(visit.url("/authorize/sign-in"))
            .header(ORIGIN, origin)
            .form(&[("ticket", &*ticket), ("account", "practice-1")])
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{origin}");
    }
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_bad_redirect_address_or_client_gets_a_page_and_never_a_redirect() {
    let visit = Visit::start().await;
    let good = visit.authorize_url("openid");
    let bad = [
        good.as_str()
            .replace("127.0.0.1%3A4711", "evil.example%3A4711"),
        good.as_str().replace("%2Fcallback%2F", "%2F"),
        good.as_str().replace(CLIENT_ID, "another"),
    ];
    for url in bad {
        assert_ne!(url, good.as_str(), "the test changes something");
        let answer = visit.client.get(&url).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{url}");
        assert!(
            !answer.headers().contains_key("location"),
            "an open redirector helps attackers only"
        );
        let text = answer.text().await.unwrap();
        assert!(text.contains("Nothing was authorized"), "a page says so");
    }
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_request_without_pkce_goes_back_with_invalid_request_state_and_iss() {
    let visit = Visit::start().await;
    let url = visit.authorize_url("openid");
    let url = url.as_str().replace("code_challenge_method=S256", "x=y");
    let back = redirected(&visit.client.get(url).send().await.unwrap());
    assert_eq!(back["error"], "invalid_request", "PKCE is mandatory");
    assert_eq!(back["state"], "the-state", "so that the flow is found");
    assert_eq!(back["iss"], visit.practice.issuer(), "RFC 9207");
    visit.practice.stop().await;
}

#[tokio::test]
async fn the_authorization_endpoint_takes_a_form_too() {
    let visit = Visit::start().await;
    let url = visit.authorize_url("openid");
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let answer = visit
        .client
        .post(visit.url("/authorize"))
        .form(&pairs)
        .send()
        .await
        .unwrap();
    assert_eq!(
        answer.status(),
        StatusCode::OK,
        "OpenID Connect Core 3.1.2.1"
    );
    assert!(
        answer
            .text()
            .await
            .unwrap()
            .contains("aiko@practice.example"),
        "the sign-in page"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn the_approving_account_needs_no_page() {
    let visit = Visit::start_with(Faults::default(), Some("practice-3")).await;
    let answer = visit.client.get(visit.authorize_url(ALL)).send().await;
    let back = redirected(&answer.unwrap());
    let tokens = tokens(visit.exchange(&back["code"]).await).await;
    let who = visit.get_as("/userinfo", &tokens.access).await;
    let who: Value = who.json().await.unwrap();
    assert_eq!(who["sub"], "practice-3", "the one of the configuration");
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_code_needs_its_verifier_its_address_and_its_client() {
    let visit = Visit::start().await;
    let back = visit.allow("practice-1", ALL).await;
    let wrong = visit
        .exchange_with(&back["code"], "another-verifier-another-verifier-another-v")
        .await;
    assert_eq!(
        refusal(wrong).await,
        (400, "invalid_grant".to_owned()),
        "RFC 7636 section 4.6"
    );
    let form = |client: &'static str, address: &'static str| {
        [
            ("grant_type", "authorization_code".to_owned()),
            ("client_id", client.to_owned()),
            ("redirect_uri", address.to_owned()),
            ("code", back["code"].clone()),
            ("code_verifier", crate::visit::VERIFIER.to_owned()),
        ]
    };
    let elsewhere = "http://127.0.0.1:4712/callback/0190f3a2-5b6c-7d8e-9f01-23456789abcd";
    let answers = [
        (form(CLIENT_ID, elsewhere), (400, "invalid_grant")),
        (form("another", REDIRECT), (401, "invalid_client")),
    ];
    for (form, (status, error)) in answers {
        let answer = visit.client.post(visit.url("/token")).form(&form);
        let got = refusal(answer.send().await.unwrap()).await;
        assert_eq!(got, (status, error.to_owned()), "RFC 6749 section 5.2");
    }
    visit.practice.stop().await;
}
