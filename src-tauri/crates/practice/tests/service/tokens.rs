//! Tokens in use: renewing, reuse, revoking, expiry, scopes.

use reqwest::StatusCode;
use reqwest::header::WWW_AUTHENTICATE;
use serde_json::{Value, json};
use tsunagi_practice::CLIENT_ID;

use crate::visit::{ALL, Visit, refusal, tokens};

fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

#[tokio::test]
async fn a_code_used_twice_revokes_what_the_first_use_got() {
    let visit = Visit::start().await;
    let back = visit.allow("practice-1", ALL).await;
    let first = tokens(visit.exchange(&back["code"]).await).await;
    let second = visit.exchange(&back["code"]).await;
    assert_eq!(refusal(second).await, invalid_grant(), "good once");
    assert_eq!(
        visit.opens(&first.access).await,
        StatusCode::UNAUTHORIZED,
        "RFC 6749 section 4.1.2"
    );
    assert_eq!(
        refusal(visit.renew(&first.refresh).await).await,
        invalid_grant(),
        "the refresh token too"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn renewing_rotates_and_using_the_replaced_token_revokes_the_family() {
    let visit = Visit::start().await;
    let first = visit.authorized(ALL).await;
    let second = tokens(visit.renew(&first.refresh).await).await;
    assert_ne!(second.refresh, first.refresh, "rotated");
    assert_ne!(second.access, first.access, "new");
    assert_eq!(
        visit.opens(&second.access).await,
        StatusCode::OK,
        "the new token works"
    );
    let replay = visit.renew(&first.refresh).await;
    assert_eq!(refusal(replay).await, invalid_grant(), "replaced");
    assert_eq!(
        visit.opens(&second.access).await,
        StatusCode::UNAUTHORIZED,
        "RFC 9700 section 4.14.2: the whole family is revoked"
    );
    assert_eq!(
        refusal(visit.renew(&second.refresh).await).await,
        invalid_grant(),
        "the newest refresh token too"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_renewed_id_token_names_the_same_person_and_has_no_nonce() {
    let visit = Visit::start().await;
    let first = visit.authorized(ALL).await;
    visit.pass(100);
    let second = tokens(visit.renew(&first.refresh).await).await;
    let before = claims(&first.all);
    let after = claims(&second.all);
    assert_eq!(before["nonce"], "the-nonce", "that of the request");
    assert_eq!(after.get("nonce"), None, "OpenID Connect Core 12.2");
    for name in ["iss", "sub", "aud", "auth_time"] {
        assert_eq!(before[name], after[name], "{name} stays");
    }
    assert_ne!(before["iat"], after["iat"], "issued later");
    visit.practice.stop().await;
}

fn claims(tokens: &Value) -> Value {
    use base64::Engine as _;
    let jwt = tokens["id_token"].as_str().unwrap();
    let middle = jwt.split('.').nth(1).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(middle)
        .unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_renewals_at_once_one_wins_and_the_loser_revokes_the_family() {
    let visit = Visit::start().await;
    for _ in 0..5 {
        let first = visit.authorized(ALL).await;
        let (one, other) = tokio::join!(visit.renew(&first.refresh), visit.renew(&first.refresh));
        let (won, lost) = if one.status() == StatusCode::OK {
            (one, other)
        } else {
            (other, one)
        };
        let won = tokens(won).await;
        assert_eq!(refusal(lost).await, invalid_grant(), "exactly one wins");
        assert_eq!(
            visit.opens(&won.access).await,
            StatusCode::UNAUTHORIZED,
            "a server cannot tell a race from a theft"
        );
        assert_eq!(
            refusal(visit.renew(&won.refresh).await).await,
            invalid_grant(),
            "what the winner got is revoked"
        );
    }
    visit.practice.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_exchanges_of_a_code_at_once_one_wins_and_nothing_stays() {
    let visit = Visit::start().await;
    let back = visit.allow("practice-1", ALL).await;
    let (one, other) = tokio::join!(visit.exchange(&back["code"]), visit.exchange(&back["code"]));
    let (won, lost) = if one.status() == StatusCode::OK {
        (one, other)
    } else {
        (other, one)
    };
    let won = tokens(won).await;
    assert_eq!(refusal(lost).await, invalid_grant(), "exactly one wins");
    assert_eq!(
        visit.opens(&won.access).await,
        StatusCode::UNAUTHORIZED,
        "the code leaked, or its client is broken"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn revoking_a_refresh_token_ends_all_of_its_consent() {
    let visit = Visit::start().await;
    let first = visit.authorized(ALL).await;
    let other = visit.authorized(ALL).await;
    let second = tokens(visit.renew(&first.refresh).await).await;
    let answer = visit.revoke(&second.refresh).await;
    assert_eq!(answer.status(), StatusCode::OK, "RFC 7009 section 2.2");
    for access in [&first.access, &second.access] {
        assert_eq!(
            visit.opens(access).await,
            StatusCode::UNAUTHORIZED,
            "RFC 7009 section 2.1: access tokens of the same grant too"
        );
    }
    assert_eq!(
        visit.opens(&other.access).await,
        StatusCode::OK,
        "another consent is untouched"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn revoking_an_access_token_leaves_the_refresh_token() {
    let visit = Visit::start().await;
    let first = visit.authorized(ALL).await;
    assert_eq!(
        visit.revoke(&first.access).await.status(),
        StatusCode::OK,
        "revoked"
    );
    assert_eq!(
        visit.opens(&first.access).await,
        StatusCode::UNAUTHORIZED,
        "at once"
    );
    assert_eq!(
        visit.renew(&first.refresh).await.status(),
        StatusCode::OK,
        "RFC 7009 section 2.1 leaves that to the server"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn revoking_what_is_not_known_is_fine_and_a_request_without_token_or_client_is_not() {
    let visit = Visit::start().await;
    for _ in 0..2 {
        assert_eq!(
            visit.revoke("never-issued").await.status(),
            StatusCode::OK,
            "RFC 7009 section 2.2"
        );
    }
    let no_token = visit.post("/revoke", &[("client_id", CLIENT_ID)]).await;
    assert_eq!(
        refusal(no_token).await,
        (400, "invalid_request".to_owned()),
        "nothing to revoke was named"
    );
    let no_client = visit.post("/revoke", &[("token", "x")]).await;
    assert_eq!(
        refusal(no_client).await,
        (401, "invalid_client".to_owned()),
        "RFC 7009 section 2.1"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn revoking_everything_ends_every_consent() {
    let visit = Visit::start().await;
    let first = visit.authorized(ALL).await;
    let other = visit.authorized(ALL).await;
    visit.practice.revoke_all().await.unwrap();
    for tokens in [first, other] {
        assert_eq!(
            visit.opens(&tokens.access).await,
            StatusCode::UNAUTHORIZED,
            "revoked"
        );
        assert_eq!(
            refusal(visit.renew(&tokens.refresh).await).await,
            invalid_grant(),
            "revoked"
        );
    }
    visit.practice.stop().await;
}

#[tokio::test]
async fn an_access_token_ends_with_its_hour_and_a_refresh_token_with_its_thirty_days() {
    let visit = Visit::start().await;
    let first = visit.authorized(ALL).await;
    visit.pass(3599);
    assert_eq!(visit.opens(&first.access).await, StatusCode::OK, "in time");
    visit.pass(1);
    let late = visit.get_as("/api/contacts", &first.access).await;
    assert_eq!(late.status(), StatusCode::UNAUTHORIZED, "too late");
    let challenge = late.headers()[WWW_AUTHENTICATE].to_str().unwrap();
    assert!(
        challenge.contains("error=\"invalid_token\""),
        "RFC 6750 section 3.1: {challenge}"
    );
    let second = tokens(visit.renew(&first.refresh).await).await;
    visit.pass(30 * 24 * 3600);
    assert_eq!(
        refusal(visit.renew(&second.refresh).await).await,
        invalid_grant(),
        "unused for thirty days"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn ending_the_access_tokens_leaves_the_refresh_tokens() {
    let visit = Visit::start().await;
    let first = visit.authorized(ALL).await;
    visit.practice.expire_access_tokens().await.unwrap();
    assert_eq!(
        visit.opens(&first.access).await,
        StatusCode::UNAUTHORIZED,
        "ended"
    );
    let second = tokens(visit.renew(&first.refresh).await).await;
    assert_eq!(visit.opens(&second.access).await, StatusCode::OK, "renewed");
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_request_without_a_token_is_told_to_bring_one_and_not_that_it_is_invalid() {
    let visit = Visit::start().await;
    for path in ["/api/contacts", "/userinfo"] {
        let answer = visit.get(path).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
        let challenge = answer.headers()[WWW_AUTHENTICATE].to_str().unwrap();
        assert!(challenge.starts_with("Bearer"), "{path}: {challenge}");
        assert!(!challenge.contains("error"), "RFC 6750 section 3.1");
    }
    let first = visit.authorized(ALL).await;
    let query = format!("/api/contacts?access_token={}", first.access);
    assert_eq!(
        visit.get(&query).await.status(),
        StatusCode::UNAUTHORIZED,
        "a token in a query is not looked at"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_token_opens_only_what_it_was_granted() {
    let visit = Visit::start().await;
    let reader = visit.authorized("contacts.read").await;
    assert!(reader.all.get("id_token").is_none(), "openid was not asked");
    assert_eq!(visit.opens(&reader.access).await, StatusCode::OK, "granted");
    let add = visit
        .client
        .post(visit.url("/api/contacts"))
        .bearer_auth(&reader.access)
        .json(&json!({"name": "New"}))
        .send()
        .await
        .unwrap();
    let who = visit.get_as("/userinfo", &reader.access).await;
    for (answer, scope) in [(add, "contacts.write"), (who, "openid")] {
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{scope}");
        let challenge = answer.headers()[WWW_AUTHENTICATE].to_str().unwrap();
        assert!(
            challenge.contains("error=\"insufficient_scope\"")
                && challenge.contains(&format!("scope=\"{scope}\"")),
            "RFC 6750 section 3: {challenge}"
        );
    }
    let nameless = visit.authorized("openid").await;
    let who: Value = visit
        .get_as("/userinfo", &nameless.access)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        who,
        json!({"sub": "practice-1"}),
        "neither profile nor email"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn contacts_are_listed_found_and_added() {
    let visit = Visit::start().await;
    let access = visit.authorized(ALL).await.access;
    let list: Value = visit
        .get_as("/api/contacts", &access)
        .await
        .json()
        .await
        .unwrap();
    let contacts = list["contacts"].as_array().unwrap();
    assert_eq!(contacts.len(), 12, "a dozen");
    assert_eq!(list["account"], "aiko@practice.example", "who asks");
    assert_eq!(contacts[0]["name"], "佐藤 花子", "some are Japanese");
    let add = |body: Value| {
        visit
            .client
            .post(visit.url("/api/contacts"))
            .bearer_auth(&access)
            .json(&body)
            .send()
    };
    let added = add(json!({"name": "伊藤 望", "company": "港"}))
        .await
        .unwrap();
    assert_eq!(added.status(), StatusCode::CREATED, "added");
    let address = added.headers()["location"].to_str().unwrap().to_owned();
    let found = visit.client.get(address).bearer_auth(&access);
    let found: Value = found.send().await.unwrap().json().await.unwrap();
    assert_eq!(found["name"], "伊藤 望", "found at its address");
    assert_eq!(found["id"], "c13", "the next id");
    for (body, status) in [
        (json!({"name": " "}), 422),
        (json!({"name": "x".repeat(201)}), 422),
        (json!({"company": "nameless"}), 422),
        (json!({"name": "x", "surname": "y"}), 422),
    ] {
        let answer = add(body.clone()).await.unwrap();
        assert_eq!(
            refusal(answer).await,
            (status, "invalid_request".to_owned()),
            "{body}"
        );
    }
    let missing = visit.get_as("/api/contacts/c99", &access).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND, "there is none");
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_public_client_that_brings_a_secret_is_refused() {
    let visit = Visit::start().await;
    let first = visit.authorized(ALL).await;
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", CLIENT_ID),
        ("refresh_token", &*first.refresh),
    ];
    let basic = visit
        .client
        .post(visit.url("/token"))
        .basic_auth(CLIENT_ID, Some("guess"))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert!(
        basic.headers().contains_key(WWW_AUTHENTICATE),
        "RFC 6749 section 5.2"
    );
    let refused = (401, "invalid_client".to_owned());
    assert_eq!(refusal(basic).await, refused, "it has none");
    let mut with_secret = form.to_vec();
    with_secret.push(("client_secret", "guess"));
    let answer = visit.post("/token", &with_secret).await;
    assert_eq!(refusal(answer).await, refused, "it has none");
    assert_eq!(
        visit.renew(&first.refresh).await.status(),
        StatusCode::OK,
        "and nothing was used up"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn malformed_token_requests_are_answered_as_the_standard_says() {
    let visit = Visit::start().await;
    let client = ("client_id", CLIENT_ID);
    let refresh = ("grant_type", "refresh_token");
    let table: [(&[(&str, &str)], &str); 5] = [
        (&[client], "invalid_request"),
        (&[client, refresh], "invalid_request"),
        (&[client, refresh, refresh], "invalid_request"),
        (
            &[client, ("grant_type", "password")],
            "unsupported_grant_type",
        ),
        (
            &[client, refresh, ("refresh_token", "never-issued")],
            "invalid_grant",
        ),
    ];
    for (form, error) in table {
        let answer = refusal(visit.post("/token", form).await).await;
        assert_eq!(answer, (400, error.to_owned()), "{form:?}");
    }
    let no_form = visit.client.post(visit.url("/token")).json(&json!({}));
    let answer = refusal(no_form.send().await.unwrap()).await;
    assert_eq!(
        answer,
        (415, "invalid_request".to_owned()),
        "JSON is no form"
    );
    visit.practice.stop().await;
}
