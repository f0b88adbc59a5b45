#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::{retry_after, success, token};
use crate::http::Raw;
use tsunagi_connectors::OAuth;
use tsunagi_domain::Timestamp;

fn raw(status: u16, body: Vec<u8>) -> Raw {
    Raw {
        status,
        media_type: None,
        retry_after: None,
        body,
        too_large: false,
    }
}

/// With every place a service may have its fields in.
fn oauth() -> OAuth {
    serde_json::from_value(serde_json::json!({
        "authorize": "https://example.com/a", "token": "https://example.com/t",
        "answer_at": "/data", "scope_at": "/data/scopes", "expires_at": "/data/until",
        "error_at": ["/errors/0/code", "/code"],
    }))
    .unwrap()
}

proptest! {
    #[test]
    fn only_an_answer_with_an_access_token_is_one(status in 100_u16..600, body in "\\PC{0,60}") {
        let read = token(&raw(status, body.into_bytes()), &oauth(), Timestamp(0), &[]);
        if let Ok(fields) = read {
            prop_assert!((200..300).contains(&status), "status {status} is no success");
            let token = fields["access_token"].as_str().unwrap();
            prop_assert!(!token.is_empty(), "a token");
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(status in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = token(&raw(status, body.clone()), &oauth(), Timestamp(0), &[]);
        let done = success(&raw(status, body), &oauth(), &[]);
        prop_assert!(done.is_err() || (200..300).contains(&status), "status {status} is no success");
    }

    #[test]
    fn any_retry_after_is_a_day_at_most(value in "\\PC{0,30}", now in any::<i64>()) {
        let wait = retry_after(&value, Timestamp(now));
        prop_assert!(wait.is_none_or(|wait| wait.as_secs() <= 86_400), "{value}: {wait:?}");
    }
}
