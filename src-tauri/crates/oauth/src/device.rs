//! Authorizing with a code on another device: RFC 8628.

use std::future::Future;
use std::time::Duration;

use serde_json::{Map, Value};
use tsunagi_connectors::{Connector, Resolved};
use tsunagi_domain::Timestamp;
use tsunagi_domain::hosts::Origin;
use url::Url;

use crate::http::{Courier, form};
use crate::token::{Unchecked, accept, read_fields};
use crate::wire::{redacted, sanitize};
use crate::{Client, Http, OAuthError, Result, Secret, Tokens, Wire, answer};

/// RFC 8628 §3.4.
/// The `grant_type` of RFC 8628 §3.4.
pub(crate) const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Time between polls where the answer does not say (RFC 8628 §3.2).
const INTERVAL: Duration = Duration::from_secs(5);
/// What `slow_down` adds, for good (RFC 8628 §3.5).
const SLOW_DOWN: Duration = Duration::from_secs(5);
/// The longest wait that failed polls lead to. A longer `interval` or `Retry-After` holds.
const BACKOFF_MAX: Duration = Duration::from_secs(60);
/// The longest life of a code, whatever the answer says.
const EXPIRES_MAX: u64 = 24 * 60 * 60;
/// The longest code a person can be asked to type, in characters.
const USER_CODE_MAX: usize = 60;

/// A device code that waits for a person's answer (RFC 8628 §3.2). Codes do not show in debug
/// output.
#[derive(Clone)]
pub struct Device {
    /// What the person types, as the provider writes it; at most 60 characters.
    pub user_code: String,
    /// Where the person types it: `https`, or `http` on this computer.
    pub verification_uri: Url,
    /// The same with the code in it, for a QR code or a link. The person still compares
    /// [`Self::user_code`] (RFC 8628 §3.3.1). Left out where it is no such address.
    pub verification_uri_complete: Option<Url>,
    /// How long the codes are good, from [`Self::begun`] on; a day at most.
    pub expires_in: Duration,
    /// The shortest time between polls.
    pub interval: Duration,
    /// What is exchanged for tokens.
    pub device_code: Secret,
    begun: Timestamp,
    openid: bool,
}

impl Device {
    /// When the provider was asked for it.
    #[must_use]
    pub const fn begun(&self) -> Timestamp {
        self.begun
    }
}

/// The user code is left out too: whoever reads it in time could answer in the person's place.
impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device")
            .field("verification_uri", &redacted(&self.verification_uri))
            .field("expires_in", &self.expires_in)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

/// Asks for a device code (RFC 8628 §3.1).
///
/// # Errors
/// [`OAuthError::DeviceNotOffered`] where the connector has no device authorization endpoint,
/// [`OAuthError::VerificationUriInvalid`], and those of [`crate::refresh`].
pub async fn begin_device(
    http: &Http,
    connector: &Connector,
    endpoints: &Resolved,
    client: &Client,
    scopes: &[String],
    wire: &mut Wire,
) -> Result<Device> {
    let url = endpoints
        .device
        .as_ref()
        .ok_or(OAuthError::DeviceNotOffered)?;
    let oauth = connector.oauth();
    let scope = scopes.join(&oauth.scope_separator);
    let fields = [("scope", scope.as_str())];
    let fields = if scope.is_empty() { &[] } else { &fields[..] };
    let request = form(connector, url, client, fields)?;
    let begun = http.clock().now();
    let courier = Courier::new(http, connector, endpoints, client, []);
    let openid = scopes.iter().any(|scope| scope == "openid");
    let outcome = courier
        .send(request, |raw, known| {
            let fields = answer::object(raw, oauth, known)?;
            read(&fields, known, begun, openid)
        })
        .await;
    wire.lines.extend(courier.into_lines());
    outcome
}

fn read(
    fields: &Map<String, Value>,
    known: &[Secret],
    begun: Timestamp,
    openid: bool,
) -> Result<Device> {
    let text = |name: &str| {
        let text = fields.get(name)?.as_str()?.trim();
        (!text.is_empty()).then_some(text)
    };
    let (Some(device_code), Some(user_code)) = (text("device_code"), text("user_code")) else {
        return Err(OAuthError::Malformed);
    };
    let user_code = sanitize(user_code, known);
    let length = user_code.chars().count();
    if length == 0 || length > USER_CODE_MAX {
        return Err(OAuthError::Malformed);
    }
    // Some services kept the name of a draft.
    let address = |name: &str, draft: &str| {
        let url = Url::parse(text(name).or_else(|| text(draft))?).ok()?;
        Origin::of(&url).is_ok().then_some(url)
    };
    Ok(Device {
        user_code,
        verification_uri: address("verification_uri", "verification_url")
            .ok_or(OAuthError::VerificationUriInvalid)?,
        verification_uri_complete: address(
            "verification_uri_complete",
            "verification_url_complete",
        ),
        // Required, and nobody could count down without it.
        expires_in: fields
            .get("expires_in")
            .and_then(answer::seconds)
            .map(|seconds| Duration::from_secs(seconds.min(EXPIRES_MAX)))
            .ok_or(OAuthError::Malformed)?,
        interval: fields
            .get("interval")
            .and_then(answer::seconds)
            .map_or(INTERVAL, Duration::from_secs),
        device_code: Secret::new(device_code),
        begun,
        openid,
    })
}

/// Waits for the person's answer and takes the tokens (RFC 8628 §3.4, §3.5). Waits before each
/// poll, the first included, never less than the interval: `authorization_pending` goes on,
/// `slow_down` goes on with 5 seconds more from then on, and a time-out or another passing
/// fault doubles the wait until there is an answer again. `sleep` does the waiting. Dropping
/// the future ends it; the device code then ends by itself. Polls answered alike are told once
/// in `wire`. The ID token is checked where `openid` was asked for; it has no nonce.
///
/// The library's own polling would take the errors that this room reads out of an answer (with
/// status 200, as a form) for broken connections, and after one waits 10 seconds at most, even
/// where the interval is longer.
///
/// # Errors
/// [`OAuthError::ConsentDenied`], [`OAuthError::DeviceExpired`] (where no poll was ever answered,
/// the last one's fault instead), [`OAuthError::IdTokenInvalid`], and those of
/// [`crate::refresh`] that waiting does not cure.
pub async fn poll_device<S, F>(
    http: &Http,
    connector: &Connector,
    endpoints: &Resolved,
    client: &Client,
    device: &Device,
    sleep: S,
    wire: &mut Wire,
) -> Result<Tokens>
where
    S: Fn(Duration) -> F,
    F: Future<Output = ()>,
{
    let mut interval = device.interval;
    let mut wait = interval;
    let mut slept = Duration::ZERO;
    // What the last poll failed with, as long as none was answered.
    let mut unanswered = None;
    let mut answered = false;
    loop {
        // Both clocks count: the computer's goes on while it is suspended, and may be set back.
        let elapsed = since(device.begun, http.clock().now()).max(slept);
        let left = device.expires_in.saturating_sub(elapsed);
        // A poll at the very end or after it would be answered with `expired_token`.
        if wait >= left {
            sleep(left).await;
            return Err(unanswered
                .filter(|_| !answered)
                .unwrap_or(OAuthError::DeviceExpired));
        }
        sleep(wait).await;
        slept += wait;
        match poll(http, connector, endpoints, client, device, wire).await? {
            Poll::Answered(answer) => {
                // A device authorization request has no nonce to bring back.
                let nonce = device.openid.then_some(None);
                return accept(http, connector, endpoints, client, *answer, nonce, wire).await;
            }
            Poll::Pending => {
                answered = true;
                wait = interval;
            }
            Poll::SlowDown => {
                answered = true;
                interval += SLOW_DOWN;
                wait = interval;
            }
            Poll::Passing { error, at_least } => {
                // RFC 8628 §3.5 asks for it after a time-out; the others are no better.
                wait = wait
                    .saturating_mul(2)
                    .min(BACKOFF_MAX)
                    .max(interval)
                    .max(at_least);
                unanswered = Some(error);
            }
        }
    }
}

fn since(begun: Timestamp, now: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(now.millis_since(begun)).unwrap_or(0))
}

/// One token request (RFC 8628 §3.4).
async fn poll(
    http: &Http,
    connector: &Connector,
    endpoints: &Resolved,
    client: &Client,
    device: &Device,
    wire: &mut Wire,
) -> Result<Poll> {
    let fields = [
        ("grant_type", GRANT),
        ("device_code", device.device_code.expose()),
    ];
    let at = match &endpoints.device_token {
        Some(at) => at,
        None => crate::token::address(endpoints)?,
    };
    let request = form(connector, at, client, &fields)?;
    let courier = Courier::new(http, connector, endpoints, client, [&device.device_code]);
    let (oauth, now) = (connector.oauth(), http.clock().now());
    let outcome = courier
        .send(request, |raw, known| answer::token(raw, oauth, now, known))
        .await;
    let outcome = match outcome {
        Ok(fields) => read_fields(connector, fields).map(|answer| Poll::Answered(Box::new(answer))),
        Err(error) => verdict(connector, error),
    };
    for mut line in courier.into_lines() {
        if matches!(outcome, Ok(Poll::Pending | Poll::SlowDown)) {
            // Nothing went wrong.
            line.error = None;
        }
        if wire.lines.last() != Some(&line) {
            wire.lines.push(line);
        }
    }
    outcome
}

/// What a poll that does not end the wait came to, or the tokens.
enum Poll {
    Answered(Box<Unchecked>),
    Pending,
    SlowDown,
    Passing {
        error: OAuthError,
        at_least: Duration,
    },
}

/// What a failed poll means; an error where it is the end.
fn verdict(connector: &Connector, error: OAuthError) -> Result<Poll> {
    let at_least = match &error {
        OAuthError::Unreachable { .. } => Duration::ZERO,
        OAuthError::Status {
            status: 408 | 429 | 500..,
            retry_after,
        } => retry_after.unwrap_or_default(),
        OAuthError::TokenError { error: word, .. } => {
            let words = &connector.oauth().error_words;
            return match words.get(word).unwrap_or(word).as_str() {
                "authorization_pending" => Ok(Poll::Pending),
                "slow_down" => Ok(Poll::SlowDown),
                "expired_token" => Err(OAuthError::DeviceExpired),
                "access_denied" => Err(OAuthError::ConsentDenied),
                _ => Err(error),
            };
        }
        _ => return Err(error),
    };
    Ok(Poll::Passing { error, at_least })
}
