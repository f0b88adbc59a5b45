//! When a credential is renewed, and what a renewal's failure means.

use crate::{NotConnected, Timestamp};

/// The longest time before expiry at which a renewal is due: 15 minutes.
pub const MARGIN_MAX_MS: i64 = 15 * 60 * 1000;
/// The part of the lifetime that is kept in reserve, in percent.
pub const MARGIN_PERCENT: i64 = 20;
/// After a failed renewal, how long no request tries it again: 30 seconds. What nobody waits for
/// takes longer, see [`crate::ladder`].
pub const COOL_DOWN_MS: i64 = 30_000;

/// Lifetime of an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// When it was issued, by the local clock.
    pub issued_at: Timestamp,
    /// When it ends; `None` where the provider does not say and its connector does not know.
    pub expires_at: Option<Timestamp>,
}

/// When an authorization ends for good: with its refresh token where it can be renewed, else with
/// its access token. `None` where that is not known.
#[must_use]
pub const fn lapse(
    renewable: bool,
    expires_at: Option<Timestamp>,
    refresh_expires_at: Option<Timestamp>,
) -> Option<Timestamp> {
    if renewable {
        refresh_expires_at
    } else {
        expires_at
    }
}

/// Whether a token may be used as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Long enough left: use it.
    Fresh,
    /// Still valid, but renew it when there is time.
    Due,
    /// No longer valid: renew before use.
    Expired,
}

/// Renewal is due when less than min(15 min, 20 % of the lifetime) is left. `jitter` (0 to 1000
/// per mille) makes it due up to a tenth of that margin earlier, so that many tokens issued
/// together are not renewed together. A clock set back before the issue reads as expired: the
/// remaining time cannot be known.
#[must_use]
pub fn freshness(lifetime: Lifetime, now: Timestamp, jitter: u16) -> Freshness {
    let Some(expires_at) = lifetime.expires_at else {
        return Freshness::Fresh;
    };
    let span = expires_at.millis_since(lifetime.issued_at).max(0);
    let left = expires_at.millis_since(now);
    // Two minutes of skew between two reads of a clock are not a clock set back.
    if left <= 0 || now < lifetime.issued_at.plus_seconds(-120) {
        return Freshness::Expired;
    }
    let margin = MARGIN_MAX_MS.min(span / 100 * MARGIN_PERCENT);
    let margin = margin + margin / 10 * i64::from(jitter.min(1000)) / 1000;
    if left < margin {
        Freshness::Due
    } else {
        Freshness::Fresh
    }
}

/// How a renewal went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `invalid_grant`: the provider says this token is no good.
    InvalidGrant,
    /// `invalid_client` or `unauthorized_client`.
    ClientRefused,
    /// 408, 429, 5xx, DNS, TLS, time-out, or an answer nobody can read: says nothing about the
    /// token.
    Passing,
    /// The request was on its way when the program ended, and the answer is not known.
    Unknown,
}

/// What follows from a failed renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// Health changes to this.
    Final(NotConnected),
    /// Another process has stored a newer token meanwhile: read it and go on.
    Reread,
    /// Health stays; try again later.
    Wait,
    /// Send the previous token once more.
    RetryOnce,
}

/// Only `invalid_grant` about the token that is still the stored one is final; network and
/// provider faults change no health. Where an earlier answer was lost (`Unknown`), the token is
/// tried once more only if the connector declares a grace period for that.
#[must_use]
pub const fn consequence(fault: Fault, still_stored: bool, grace: bool) -> Consequence {
    match (fault, still_stored) {
        (Fault::InvalidGrant | Fault::Unknown, false) => Consequence::Reread,
        (Fault::InvalidGrant, true) => Consequence::Final(NotConnected::Expired),
        (Fault::ClientRefused, _) => Consequence::Final(NotConnected::ClientRefused),
        (Fault::Unknown, true) if grace => Consequence::RetryOnce,
        (Fault::Unknown, true) => Consequence::Final(NotConnected::OutcomeUnknown),
        (Fault::Passing, _) => Consequence::Wait,
    }
}
