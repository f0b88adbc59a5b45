//! Verifying what is never renewed: a credential that has no end and no refresh token behaves as a
//! key, and nobody would notice that it was taken back until a run needs it. Once a day the
//! service is asked who it belongs to.
//!
//! Nothing here is about health by itself: only a clear "no" of the service about the credential
//! changes it; a network fault climbs the ladder of [`crate::ladder`], as a renewal's does.

use crate::{Health, Timestamp};

/// The longest time between two verifications: a day.
pub const EVERY_MS: i64 = 24 * 3600 * 1000;
/// So many credentials of one service are verified in a round of a minute, where its provider
/// names no budget.
pub const SHARE_MAX: u32 = 10;
/// Rounds come every minute: so long after the last one the computer has slept.
const SLEPT_MS: i64 = 3 * 60 * 1000;
/// Two reads of a clock may be so far apart without it having been set back.
const SKEW_SECONDS: i64 = 120;

/// What is known of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Stored health.
    pub health: Health,
    /// It can be renewed.
    pub renewable: bool,
    /// When it ends, where it does.
    pub expires_at: Option<Timestamp>,
    /// When it was authorized: the service has just said who it belongs to.
    pub authorized_at: Timestamp,
    /// When the service last said so.
    pub verified_at: Option<Timestamp>,
}

/// Whether a credential is never renewed and has no end.
#[must_use]
pub const fn behaves_as_key(renewable: bool, expires_at: Option<Timestamp>) -> bool {
    !renewable && expires_at.is_none()
}

/// Whether a credential is to be verified now: one that behaves as a key and is Connected, a day
/// after the service last answered for it. `jitter` (0 to 1000 per mille) makes it due up to a
/// tenth of a day earlier, so that what was authorized together is not verified together. A clock
/// that was set back behind that answer makes it due: how long ago it was cannot be known.
#[must_use]
pub fn is_due(known: Known, now: Timestamp, jitter: u16) -> bool {
    if known.health != Health::Connected || !behaves_as_key(known.renewable, known.expires_at) {
        return false;
    }
    let last = known
        .verified_at
        .map_or(known.authorized_at, |at| at.max(known.authorized_at));
    let early = EVERY_MS / 10 * i64::from(jitter.min(1000)) / 1000;
    now < last.plus_seconds(-SKEW_SECONDS) || now.millis_since(last) >= EVERY_MS - early
}

/// How many credentials of one service may be verified in a round of a minute: half of what its
/// provider's budget (so many requests in so many seconds) leaves for a minute, since renewals
/// come out of it too, but one at least.
#[must_use]
pub fn share(budget: Option<(u32, u32)>) -> u32 {
    let Some((requests, seconds)) = budget else {
        return SHARE_MAX;
    };
    let minute = u64::from(requests) * 60 / u64::from(seconds.max(1)) / 2;
    u32::try_from(minute)
        .unwrap_or(SHARE_MAX)
        .clamp(1, SHARE_MAX)
}

/// Whether the computer has slept since the last round: the network may not be up yet, and
/// everything would be due at once. This round is left out. A clock set back is no sleep.
#[must_use]
pub fn has_slept(last_round: Option<Timestamp>, now: Timestamp) -> bool {
    last_round.is_some_and(|last| now.millis_since(last) >= SLEPT_MS)
}

/// What an answer to "who am I" says about the credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is good.
    Good,
    /// It was taken back.
    Refused,
    /// The service has a fault of its own, or too much to do: ask again later.
    Passing,
    /// Nothing: the question was refused for another reason. It is asked again tomorrow.
    Silent,
}

/// The verdict of an HTTP status; `invalid_token` is whether a 401 is about the token (RFC 6750
/// §3.1).
#[must_use]
pub const fn verdict(status: u16, invalid_token: bool) -> Verdict {
    match status {
        200..=299 => Verdict::Good,
        401 if invalid_token => Verdict::Refused,
        408 | 429 | 500.. => Verdict::Passing,
        _ => Verdict::Silent,
    }
}
