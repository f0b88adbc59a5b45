//! Who is signed in, in which browser: one cookie, so that a browser that kept it is asked for
//! consent only. What a browser may do with it is what any service's session cookie allows:
//! `HttpOnly`, `SameSite=Lax`, this service's sign-in pages only.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use crate::server::Ctx;
use crate::state::Session;
use crate::{Account, PracticeError, accounts, secrets};

const COOKIE: &str = "practice_session";
/// How long a browser is remembered, in seconds: two weeks.
const SESSION_SECONDS: i64 = 14 * 24 * 3600;
/// How many browsers are remembered; the one that lapses first gives way.
const MOST: usize = 64;

/// Who is signed in in this browser, and since when.
pub(crate) fn signed_in(ctx: &Ctx, headers: &HeaderMap) -> Option<(&'static Account, i64)> {
    let digest = secrets::digest(cookie(headers)?);
    let state = ctx.store.now();
    let session = state.sessions.get(&digest)?;
    if session.expires <= ctx.now() {
        return None;
    }
    Some((accounts::by_id(&session.account)?, session.auth_time))
}

/// Remembers the browser that gets this answer; one it had before is forgotten, so that nobody can
/// have given it to the person beforehand.
///
/// # Errors
/// [`PracticeError::StateWrite`], [`PracticeError::Interrupted`], [`PracticeError::Random`].
pub(crate) async fn remember(
    ctx: &Ctx,
    headers: &HeaderMap,
    account: &'static Account,
    mut answer: Response,
) -> Result<Response, PracticeError> {
    let name = secrets::new("practice_session_")?;
    let (digest, before) = (secrets::digest(&name), cookie(headers).map(secrets::digest));
    let now = ctx.now();
    ctx.store
        .change(move |state| {
            let sessions = &mut state.sessions;
            sessions.retain(|_, session| session.expires > now);
            if let Some(before) = before {
                sessions.remove(&before);
            }
            if sessions.len() >= MOST {
                let first = sessions.iter().min_by_key(|(_, session)| session.expires);
                if let Some(first) = first.map(|(digest, _)| digest.clone()) {
                    sessions.remove(&first);
                }
            }
            let session = Session {
                account: account.id.to_owned(),
                auth_time: now,
                expires: now + SESSION_SECONDS,
            };
            sessions.insert(digest, session);
        })
        .await?;
    // Not `Secure`: the service is on loopback, without TLS.
    let cookie = format!(
        "{COOKIE}={name}; Path=/authorize; Max-Age={SESSION_SECONDS}; HttpOnly; SameSite=Lax"
    );
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
}
