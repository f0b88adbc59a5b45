//! A browser that kept its cookie is asked for consent only; any other chooses an account anew.

use reqwest::Response;
use reqwest::header::{COOKIE, SET_COOKIE};

use crate::visit::{Visit, ticket};

/// Signs in as this account and gives the cookie that a browser would keep, with what it was set
/// with.
async fn signs_in(visit: &Visit, account: &str) -> (String, String) {
    let page = visit.client.get(visit.authorize_url("openid")).send().await;
    let page = page.unwrap();
    assert!(
        !page.headers().contains_key(SET_COOKIE),
        "nobody has signed in yet"
    );
    let ticket = ticket(&page.text().await.unwrap());
    let form = [("ticket", ticket.as_str()), ("account", account)];
    let answer = visit.post("/authorize/sign-in", &form).await;
    let set = answer.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    let (cookie, rest) = set.split_once(';').unwrap();
    (cookie.to_owned(), rest.to_owned())
}

async fn asks(visit: &Visit, cookie: &str, more: &[(&str, &str)]) -> Response {
    let mut url = visit.authorize_url("openid");
    url.query_pairs_mut().extend_pairs(more);
    let request = visit.client.get(url).header(COOKIE, cookie);
    request.send().await.unwrap()
}

/// Whether the page is the one that asks for consent, rather than for an account.
async fn is_consent(answer: Response) -> bool {
    answer.text().await.unwrap().contains(r#"value="allow""#)
}

#[tokio::test]
async fn a_browser_that_is_signed_in_is_asked_for_consent_only() {
    let visit = Visit::start().await;
    let (cookie, how) = signs_in(&visit, "practice-2").await;
    for part in ["HttpOnly", "SameSite=Lax", "Path=/authorize", "Max-Age="] {
        assert!(how.contains(part), "{part} in {how}");
    }
    let page = asks(&visit, &cookie, &[]).await.text().await.unwrap();
    assert!(
        page.contains("ben@practice.example") && !page.contains("aiko@practice.example"),
        "consent, as the one who is signed in: {page}"
    );
    let form = [("ticket", ticket(&page)), ("decision", "allow".to_owned())];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    let back = crate::visit::redirected(&visit.post("/authorize/consent", &form).await);
    assert!(back.contains_key("code"), "and it works: {back:?}");
    assert!(
        !is_consent(asks(&visit, "practice_session=made-up", &[]).await).await,
        "a cookie that was never given opens nothing"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn who_is_expected_or_is_to_be_chosen_goes_before_who_is_signed_in() {
    let visit = Visit::start().await;
    let (cookie, _) = signs_in(&visit, "practice-2").await;
    for (more, consent) in [
        (("login_hint", "ben@practice.example"), true),
        (("login_hint", "aiko@practice.example"), false),
        (("prompt", "login"), false),
        (("prompt", "select_account"), false),
        (("prompt", "consent"), true),
    ] {
        let answer = asks(&visit, &cookie, &[more]).await;
        assert_eq!(is_consent(answer).await, consent, "{more:?}");
    }
    visit.practice.stop().await;
}

#[tokio::test]
async fn a_session_outlives_a_restart_and_not_its_time_and_its_cookie_is_stored_hashed() {
    let visit = Visit::start().await;
    let (cookie, _) = signs_in(&visit, "practice-1").await;
    let visit = visit.restart().await;
    assert!(is_consent(asks(&visit, &cookie, &[]).await).await);
    let state = std::fs::read_to_string(visit.file()).unwrap();
    let (_, value) = cookie.split_once('=').unwrap();
    assert!(
        !state.contains(value),
        "who reads the file signs in nowhere"
    );
    visit.pass(14 * 24 * 3600);
    assert!(
        !is_consent(asks(&visit, &cookie, &[]).await).await,
        "after two weeks the account is chosen again"
    );
    visit.practice.stop().await;
}

#[tokio::test]
async fn signing_in_again_ends_the_session_the_browser_had() {
    let visit = Visit::start().await;
    let (before, _) = signs_in(&visit, "practice-1").await;
    let page = asks(&visit, &before, &[("prompt", "login")]).await;
    let ticket = ticket(&page.text().await.unwrap());
    let form = [("ticket", ticket.as_str()), ("account", "practice-3")];
    let sign_in = visit.client.post(visit.url("/authorize/sign-in"));
    let answer = sign_in.header(COOKIE, &before).form(&form).send().await;
    let set = answer.unwrap().headers()[SET_COOKIE]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(!set.starts_with(&before), "another cookie: {set}");
    assert!(
        !is_consent(asks(&visit, &before, &[]).await).await,
        "the old one is worth nothing"
    );
    visit.practice.stop().await;
}
