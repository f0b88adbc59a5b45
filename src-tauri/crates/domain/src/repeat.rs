//! Whether a request that failed is sent again, and when; and whether one waits for a service that
//! has asked to be left alone.
//!
//! Sent again is only what may be: a request that does the same when it is done twice (RFC 9110
//! §9.2.2), or that carries a key by which the service tells a repetition. All of it, waits
//! included, stays within the call's own time.

use std::time::Duration;

use crate::Timestamp;

/// The most times one call is sent.
pub const TRIES_MAX: u32 = 3;
/// The wait after the first try, where the service names none; it doubles with each.
const FIRST: Duration = Duration::from_millis(500);

/// What the caller says of sending its request again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Repeat {
    /// As its method says: GET, HEAD, OPTIONS, TRACE, PUT and DELETE (RFC 9110 §9.2.2).
    #[default]
    AsMethod,
    /// It carries an idempotency key: the service does it once, however often it arrives.
    Keyed,
    /// Never: it may move money, or do what nobody could undo.
    Never,
}

/// What came of one try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// An answer with this status.
    Status(u16),
    /// No connection: nothing of the request had left.
    NotSent,
}

/// One try that was made.
#[derive(Debug, Clone, Copy)]
pub struct Tried<'a> {
    /// HTTP method, as it was sent.
    pub method: &'a str,
    /// What the caller says.
    pub repeat: Repeat,
    /// Whether the service takes payments.
    pub payment: bool,
    /// How often it was sent so far, at least once.
    pub tries: u32,
    /// What came of it.
    pub trouble: Trouble,
    /// How long the service asks to wait (`Retry-After`).
    pub asked: Option<Duration>,
    /// What is left of the call's time.
    pub left: Duration,
    /// 0 to 1000, different for each call: those that failed together do not come back together.
    pub jitter: u16,
}

/// How long to wait before it is sent again; `None` where it is not, and what came of it is what
/// the caller gets.
///
/// | | GET, HEAD | other idempotent, or keyed | POST, PATCH |
/// |---|---|---|---|
/// | 429, 502, 503, 504, no connection | yes | yes | no |
/// | 500 | yes | no | no |
///
/// At a service that takes payments only what reads is repeated by its method. A `Retry-After` is
/// obeyed to the second; one that goes beyond the call's time ends it at once, for the caller knows
/// better what to do meanwhile.
#[must_use]
pub fn again(tried: Tried<'_>) -> Option<Duration> {
    let reads = is_safe(tried.method);
    let may = match tried.repeat {
        Repeat::Never => false,
        Repeat::Keyed => true,
        Repeat::AsMethod if tried.payment => reads,
        Repeat::AsMethod => reads || matches!(tried.method, "PUT" | "DELETE"),
    };
    let passing = match tried.trouble {
        Trouble::Status(429 | 502..=504) | Trouble::NotSent => true,
        Trouble::Status(500) => {
            tried.repeat == Repeat::AsMethod && matches!(tried.method, "GET" | "HEAD")
        }
        Trouble::Status(_) => false,
    };
    if !may || !passing || tried.tries >= TRIES_MAX {
        return None;
    }
    let step = FIRST * 2_u32.pow(tried.tries.saturating_sub(1));
    let own = step / 2 + step / 2 * u32::from(tried.jitter.min(1000)) / 1000;
    // A service that asks for no wait at all is not taken at its word.
    let wait = tried.asked.map_or(own, |asked| asked.max(own));
    (wait < tried.left).then_some(wait)
}

/// RFC 9110 §9.2.1: what only reads.
fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
}

/// What a call does that comes while a service has asked to be left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It goes.
    Go,
    /// It waits so long first.
    Wait(Duration),
    /// It has not the time to wait so long.
    Busy(Duration),
}

/// Whether a call waits for what was asked at `since` for the time until `until`. A clock that was
/// set back before `since` reads as over: the remaining time cannot be known.
#[must_use]
pub fn hold(since: Timestamp, until: Timestamp, now: Timestamp, left: Duration) -> Hold {
    let remains = until.millis_since(now);
    if now < since || remains <= 0 {
        return Hold::Go;
    }
    let remains = Duration::from_millis(u64::try_from(remains).unwrap_or(0));
    if remains < left {
        Hold::Wait(remains)
    } else {
        Hold::Busy(remains)
    }
}

#[cfg(test)]
mod tests;
