//! Authorizing a device: RFC 8628.

use reqwest::StatusCode;
use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_SECURITY_POLICY, ORIGIN};
use serde_json::Value;
use tsunagi_practice::{CLIENT_ID, Fault, Faults};

use crate::visit::{ALL, Visit, refusal, ticket, tokens};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

struct Codes {
    device: String,
    user: String,
    all: Value,
}

async fn ask(visit: &Visit, scope: &str) -> Codes {
    let form = [("client_id", CLIENT_ID), ("scope", scope)];
    let answer = visit.post("/device_authorization", &form).await;
    assert_eq!(answer.status(), StatusCode::OK, "codes");
    let all: Value = answer.json().await.unwrap();
    let text = |name: &str| all[name].as_str().unwrap().to_owned();
    Codes {
        device: text("device_code"),
        user: text("user_code"),
        all,
    }
}

async fn poll(visit: &Visit, device: &str) -> reqwest::Response {
    // The service asks for two seconds between polls.
    visit.pass(2);
    let form = [
        ("grant_type", GRANT),
        ("client_id", CLIENT_ID),
        ("device_code", device),
    ];
    visit.post("/token", &form).await
}

async fn enter(visit: &Visit, code: &str) -> (StatusCode, String) {
    let answer = visit.post("/device", &[("user_code", code)]).await;
    (answer.status(), answer.text().await.unwrap())
}

/// From the typed code to the consent page as the second account.
async fn consent_page(visit: &Visit, code: &str) -> String {
    let (status, page) = enter(visit, code).await;
    assert_eq!(status, StatusCode::OK, "the sign-in page");
    let form = [("ticket", &*ticket(&page)), ("account", "practice-2")];
    let page = visit.post("/authorize/sign-in", &form).await;
    page.text().await.unwrap()
}

async fn decide(visit: &Visit, page: &str, decision: &str) -> (StatusCode, String) {
    let form = [("ticket", &*ticket(page)), ("decision", decision)];
    let answer = visit.post("/authorize/consent", &form).await;
    (answer.status(), answer.text().await.unwrap())
}

fn said(error: &str) -> (u16, String) {
    (400, error.to_owned())
}

#[tokio::test]
async fn a_device_is_authorized_from_the_code_to_the_tokens() {
    let visit = Visit::start().await;
    let codes = ask(&visit, ALL).await;
    let page = format!("{}/device", visit.practice.issuer());
    assert_eq!(codes.all["verification_uri"], page, "short enough to type");
    assert_eq!(
        codes.all["verification_uri_complete"],
        format!("{page}?user_code={}", codes.user),
        "for a link"
    );
    assert_eq!(codes.all["interval"], 2, "seconds");
    assert_eq!(codes.all["expires_in"], 600, "ten minutes");
    assert_eq!(
        refusal(poll(&visit, &codes.device).await).await,
        said("authorization_pending"),
        "nobody has answered"
    );
    let consent = consent_page(&visit, &codes.user).await;
    assert!(
        consent.contains(&format!(r#"<p class="code">{}</p>"#, codes.user)),
        "the person compares the code (RFC 8628 section 5.4)"
    );
    assert!(consent.contains("ben@practice.example"), "who was chosen");
    assert!(consent.contains("Add practice contacts"), "what is asked");
    let (status, done) = decide(&visit, &consent, "allow").await;
    assert_eq!(status, StatusCode::OK, "no redirect: the client polls");
    assert!(done.contains("<h1>Allowed</h1>"), "the person is told");

    let tokens = tokens(poll(&visit, &codes.device).await).await;
    assert_eq!(tokens.all["scope"], ALL, "all that was asked");
    assert!(tokens.all["id_token"].is_string(), "openid was asked");
    let who = visit.get_as("/userinfo", &tokens.access).await;
    let who: Value = who.json().await.unwrap();
    assert_eq!(who["sub"], "practice-2", "who was chosen");
    assert_eq!(
        visit.renew(&tokens.refresh).await.status(),
        StatusCode::OK,
        "it is renewed like any other"
    );
    assert_eq!(
        refusal(poll(&visit, &codes.device).await).await,
        said("invalid_grant"),
        "a device code is good once"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn denying_on_either_page_ends_the_device_code() {
    let visit = Visit::start().await;
    for on_consent in [false, true] {
        let codes = ask(&visit, "openid").await;
        let page = if on_consent {
            consent_page(&visit, &codes.user).await
        } else {
            enter(&visit, &codes.user).await.1
        };
        let (status, done) = decide(&visit, &page, "deny").await;
        assert_eq!(status, StatusCode::OK, "a page");
        assert!(done.contains("<h1>Not allowed</h1>"), "the person is told");
        assert_eq!(
            refusal(poll(&visit, &codes.device).await).await,
            said("access_denied"),
            "RFC 8628 section 3.5"
        );
    }
    visit.practice.stop().await;
}

#[tokio::test]
async fn polling_too_soon_is_told_to_slow_down() {
    let visit = Visit::start().await;
    let codes = ask(&visit, "openid").await;
    poll(&visit, &codes.device).await;
    let form = [
        ("grant_type", GRANT),
        ("client_id", CLIENT_ID),
        ("device_code", &*codes.device),
    ];
    let at_once = visit.post("/token", &form).await;
    assert_eq!(refusal(at_once).await, said("slow_down"), "no time passed");
    assert_eq!(
        refusal(poll(&visit, &codes.device).await).await,
        said("slow_down"),
        "two seconds are not enough any more"
    );
    visit.pass(10);
    assert_eq!(
        refusal(poll(&visit, &codes.device).await).await,
        said("authorization_pending"),
        "twelve are"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_code_that_nobody_answered_has_expired_after_ten_minutes() {
    let visit = Visit::start().await;
    let codes = ask(&visit, "openid").await;
    let page = consent_page(&visit, &codes.user).await;
    visit.pass(600);
    assert_eq!(
        refusal(poll(&visit, &codes.device).await).await,
        said("expired_token"),
        "RFC 8628 section 3.5"
    );
    assert_eq!(
        decide(&visit, &page, "allow").await.0,
        StatusCode::BAD_REQUEST,
        "too late to answer"
    );
    assert_eq!(
        enter(&visit, &codes.user).await.0,
        StatusCode::BAD_REQUEST,
        "too late to type it"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_code_is_answered_once() {
    let visit = Visit::start().await;
    let codes = ask(&visit, "openid").await;
    let one = consent_page(&visit, &codes.user).await;
    let other = consent_page(&visit, &codes.user).await;
    assert_eq!(decide(&visit, &one, "deny").await.0, StatusCode::OK, "no");
    let (status, page) = decide(&visit, &other, "allow").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "answered before");
    assert!(page.contains("Nothing was authorized"), "and says so");
    assert_eq!(
        refusal(poll(&visit, &codes.device).await).await,
        said("access_denied"),
        "the first answer holds"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn wrong_codes_are_limited() {
    let visit = Visit::start().await;
    let codes = ask(&visit, "openid").await;
    for typed in ["", "BBBB-BBBB", "short", "A1-<b id=planted>", "ÄÄÄÄÄÄÄÄ"] {
        let (status, page) = enter(&visit, typed).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{typed}");
        assert!(page.contains(r#"role="alert""#), "{typed}: says why");
        assert!(!page.contains("planted"), "nothing typed is shown again");
    }
    let (status, page) = enter(&visit, &codes.user).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "guessing stops");
    assert!(page.contains("Wait a minute"), "what to do");
    visit.pass(60);
    let (status, _) = enter(&visit, &codes.user).await;
    assert_eq!(status, StatusCode::OK, "a minute later");
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_link_fills_the_code_in_and_asks_for_it_all_the_same() {
    let visit = Visit::start().await;
    let codes = ask(&visit, "openid").await;
    let empty = visit.get("/device").await.text().await.unwrap();
    assert!(empty.contains(r#"value="" required"#), "to be typed");
    assert!(empty.contains("autofocus>\n<div"), "in the field");
    let link = codes.all["verification_uri_complete"].as_str().unwrap();
    let page = visit.client.get(link).send().await.unwrap();
    let policy = page.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.contains("form-action 'self';"), "{policy}");
    let page = page.text().await.unwrap();
    let filled = format!(r#"value="{}" required"#, codes.user);
    assert!(page.contains(&filled), "filled in");
    assert!(
        page.contains(r#"type="submit" autofocus"#),
        "Enter goes on (RFC 8628 section 3.3.1)"
    );
    assert_eq!(
        refusal(poll(&visit, &codes.device).await).await,
        said("authorization_pending"),
        "opening a link allows nothing"
    );
    let planted = visit.get("/device?user_code=%22%3E%3Cb+id%3Dplanted").await;
    let planted = planted.text().await.unwrap();
    assert!(!planted.contains("planted"), "only a code is shown");
    let japanese = visit.client.get(visit.url("/device"));
    let japanese = japanese.header(ACCEPT_LANGUAGE, "ja").send().await.unwrap();
    assert!(
        japanese.text().await.unwrap().contains("コードの入力"),
        "in the reader's language"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_code_typed_on_another_sites_page_is_refused() {
    let visit = Visit::start().await;
    let codes = ask(&visit, "openid").await;
    for origin in ["https://evil.example", "null"] {
        let answer = visit
            .client
            .post(visit.url("/device"))
            .header(ORIGIN, origin)
            .form(&[("user_code", &*codes.user)])
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{origin}");
    }
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_device_code_is_asked_for_as_the_standard_says() {
    type Form<'a> = &'a [(&'a str, &'a str)];
    let visit = Visit::start().await;
    let client = ("client_id", CLIENT_ID);
    let table: [(Form<'_>, u16, &str); 6] = [
        (&[("scope", "openid")], 401, "invalid_client"),
        (&[("client_id", "another")], 401, "invalid_client"),
        (&[client, ("client_secret", "x")], 401, "invalid_client"),
        (&[client], 400, "invalid_scope"),
        (&[client, ("scope", "planets.move")], 400, "invalid_scope"),
        (
            &[client, ("scope", "openid"), ("scope", "email")],
            400,
            "invalid_request",
        ),
    ];
    for (form, status, error) in table {
        let answer = refusal(visit.post("/device_authorization", form).await).await;
        assert_eq!(answer, (status, error.to_owned()), "{form:?}");
    }
    let no_code = [("grant_type", GRANT), client];
    assert_eq!(
        refusal(visit.post("/token", &no_code).await).await,
        said("invalid_request"),
        "device_code is missing"
    );
    assert_eq!(
        refusal(poll(&visit, "never-issued").await).await,
        said("invalid_grant"),
        "nobody issued it"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn the_approving_account_answers_by_itself() {
    let visit = Visit::start_with(Faults::default(), Some("practice-3")).await;
    let codes = ask(&visit, ALL).await;
    let tokens = tokens(poll(&visit, &codes.device).await).await;
    let who = visit.get_as("/userinfo", &tokens.access).await;
    let who: Value = who.json().await.unwrap();
    assert_eq!(who["sub"], "practice-3", "the one of the configuration");
    visit.practice.stop().await;
}

#[tokio::test]
async fn withheld_scopes_and_faults_hold_for_devices_too() {
    let faults = Faults {
        withhold_scopes: vec!["contacts.write".to_owned()],
        ..Faults::default()
    };
    let visit = Visit::start_with(faults, Some("practice-1")).await;
    let codes = ask(&visit, ALL).await;
    let tokens = tokens(poll(&visit, &codes.device).await).await;
    let scope = tokens.all["scope"].as_str().unwrap();
    assert!(!scope.contains("contacts.write"), "{scope}");
    visit.practice.set_faults(Faults {
        device: Some(Fault::ServerError),
        ..Faults::default()
    });
    let form = [("client_id", CLIENT_ID), ("scope", "openid")];
    let answer = visit.post("/device_authorization", &form).await;
    assert_eq!(answer.status().as_u16(), 500, "as asked");
    visit.practice.stop().await;
}
