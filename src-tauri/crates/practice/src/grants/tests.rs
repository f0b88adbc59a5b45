#![allow(clippy::unwrap_used)]

use super::*;

const TIMES: Terms = Terms {
    wire: Wire::Practice,
    access: ACCESS_SECONDS,
    refresh: REFRESH_SECONDS,
};
const NOW: i64 = 1_800_000_000;
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0";
const ADDRESS: &str = "http://127.0.0.1:1/callback/x";

fn consent(scopes: &[&str]) -> Consent {
    Consent {
        account: "practice-1",
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        redirect_uri: ADDRESS.to_owned(),
        challenge: secrets::digest(VERIFIER),
        nonce: Some("n".to_owned()),
        auth_time: NOW,
        wire: Wire::Practice,
        offline: false,
    }
}

fn authorized(scopes: &[&str]) -> (State, String, Issued) {
    let mut state = State::default();
    let code = state.issue_code(consent(scopes), NOW).unwrap();
    let issued = state
        .exchange(&code, VERIFIER, ADDRESS, TIMES, NOW)
        .ok()
        .unwrap();
    (state, code, issued)
}

#[test]
fn a_refresh_token_comes_only_with_offline_access() {
    let (_, _, with) = authorized(&["openid", "offline_access"]);
    let (_, _, without) = authorized(&["openid"]);
    assert!(with.refresh_token.is_some(), "it was asked for");
    assert!(without.refresh_token.is_none(), "it was not asked for");
}

#[test]
fn a_code_ends_after_its_minute_and_not_before() {
    let mut state = State::default();
    let code = state.issue_code(consent(&["openid"]), NOW).unwrap();
    let late = NOW + CODE_SECONDS;
    assert!(
        state
            .clone()
            .exchange(&code, VERIFIER, ADDRESS, TIMES, late - 1)
            .is_ok(),
        "one second is left"
    );
    assert!(
        state
            .exchange(&code, VERIFIER, ADDRESS, TIMES, late)
            .is_err(),
        "its time is over"
    );
}

#[test]
fn a_wrong_verifier_or_redirect_address_uses_no_code_up() {
    let mut state = State::default();
    let code = state.issue_code(consent(&["openid"]), NOW).unwrap();
    let wrong_verifier = state.exchange(&code, "wrong", ADDRESS, TIMES, NOW);
    let wrong_address = state.exchange(&code, VERIFIER, "http://127.0.0.1:2/", TIMES, NOW);
    assert!(wrong_verifier.is_err(), "the verifier does not match");
    assert!(wrong_address.is_err(), "the address does not match");
    assert!(
        state.exchange(&code, VERIFIER, ADDRESS, TIMES, NOW).is_ok(),
        "guessing must not take the code from whom it belongs to"
    );
}

#[test]
fn a_code_used_again_after_renewals_still_revokes_everything() {
    let (mut state, code, first) = authorized(&["openid", "offline_access"]);
    // Long after the code's own minute.
    let later = NOW + 10 * CODE_SECONDS;
    let second = state
        .renew(&first.refresh_token.unwrap(), None, TIMES, later)
        .ok()
        .unwrap();
    assert!(
        state
            .exchange(&code, VERIFIER, ADDRESS, TIMES, later)
            .is_err(),
        "a code is good once"
    );
    assert!(
        state
            .open(&second.access_token, Wire::Practice, later)
            .is_none(),
        "RFC 6749 section 4.1.2: what came of the code is revoked"
    );
    assert!(
        state
            .renew(&second.refresh_token.unwrap(), None, TIMES, later)
            .is_err(),
        "the refresh token of that family too"
    );
}

#[test]
fn another_family_lives_on_when_one_is_revoked() {
    let (mut state, code, first) = authorized(&["openid"]);
    let other = state.issue_code(consent(&["openid"]), NOW).unwrap();
    let other = state
        .exchange(&other, VERIFIER, ADDRESS, TIMES, NOW)
        .ok()
        .unwrap();
    assert!(
        state
            .exchange(&code, VERIFIER, ADDRESS, TIMES, NOW)
            .is_err(),
        "used twice"
    );
    assert!(
        state
            .open(&first.access_token, Wire::Practice, NOW)
            .is_none(),
        "its family is revoked"
    );
    assert!(
        state
            .open(&other.access_token, Wire::Practice, NOW)
            .is_some(),
        "a second consent of the same person is its own family"
    );
}

#[test]
fn a_renewal_may_narrow_the_scopes_of_one_access_token_and_never_widen() {
    let (mut state, _, first) = authorized(&["contacts.read", "openid", "offline_access"]);
    let narrow = vec!["contacts.read".to_owned()];
    let second = state
        .renew(
            &first.refresh_token.unwrap(),
            Some(narrow.clone()),
            TIMES,
            NOW,
        )
        .ok()
        .unwrap();
    assert_eq!(second.scopes, narrow, "RFC 6749 section 6 allows fewer");
    let token = second.refresh_token.unwrap();
    let wide = vec!["contacts.write".to_owned()];
    assert!(
        matches!(
            state.renew(&token, Some(wide), TIMES, NOW),
            Err(GrantError::Scope)
        ),
        "more than was granted is refused"
    );
    let third = state.renew(&token, None, TIMES, NOW).ok().unwrap();
    assert_eq!(
        third.scopes.len(),
        3,
        "the refused request used nothing up, and the grant kept its scopes"
    );
}

#[test]
fn an_ended_refresh_token_is_refused_and_forgotten() {
    let (mut state, _, first) = authorized(&["offline_access"]);
    let late = NOW + REFRESH_SECONDS;
    assert!(
        state
            .renew(&first.refresh_token.unwrap(), None, TIMES, late)
            .is_err(),
        "30 days are over"
    );
    let left = state.families.len() + state.codes.len() + state.access.len() + state.refresh.len();
    assert_eq!(left, 0, "what time has ended does not pile up in the file");
}

#[test]
fn no_token_or_code_stands_in_the_state() {
    let (mut state, code, first) = authorized(&["openid", "offline_access"]);
    let refresh = first.refresh_token.unwrap();
    let second = state.renew(&refresh, None, TIMES, NOW).ok().unwrap();
    let text = serde_json::to_string(&state).unwrap();
    for secret in [
        code,
        first.access_token,
        refresh,
        second.access_token,
        second.refresh_token.unwrap(),
    ] {
        assert!(!text.contains(&secret), "only digests may be stored");
    }
}
