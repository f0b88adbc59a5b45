//! The failure ladder: how a renewal that fails for a passing reason is tried again over hours and
//! days, and when a person is told. It says nothing about health: an unreachable provider stands
//! beside it.
//!
//! It is for tries that nobody waits for. A request that needs the token tries after the cool-down
//! of [`crate::freshness::COOL_DOWN_MS`], however far up the ladder is: a person who has mended the
//! network must not wait for an hour. A success begins the ladder anew.
//!
//! Modelled on Nango's (30 s, a count per day, exhausted after four days), with one difference: it
//! never gives up. A provider that comes back after a week finds its tokens renewed.

use crate::Timestamp;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Waits after the first failures in a row; later ones wait an hour.
const FIRST: [i64; 7] = [
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    20 * MINUTE,
    30 * MINUTE,
];

/// So many failures in a row, and so long: a person is told.
const TELL_FAILURES: u32 = 8;
const TELL_AFTER: i64 = DAY;
/// So long: it is tried once a day.
const RARELY_AFTER: i64 = 4 * DAY;

/// Where on the ladder a failed renewal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// When it is tried next unless somebody asks for it.
    pub next: Timestamp,
    /// Whether a person is told that it has gone on for long.
    pub tell: bool,
}

/// The rung after the `failures`-th failure in a row (1 is the first), at `now`, of a provider that
/// has not answered since `since`.
///
/// | failures | since | next try after | told |
/// |---|---|---|---|
/// | 1 to 7 | any | 30 s, 1, 2, 5, 10, 20, 30 min | no |
/// | 8 or more | less than a day | 1 h | no |
/// | 8 or more | a day | 6 h | yes |
/// | 8 or more | four days | 1 day | yes |
///
/// A night's sleep is no night of failures: the count decides first, then the time. A clock that
/// was set back before `since` reads as no time at all.
#[must_use]
pub fn rung(failures: u32, since: Timestamp, now: Timestamp) -> Rung {
    let tell = is_long(failures, since, now);
    let first = usize::try_from(failures.max(1) - 1).unwrap_or(usize::MAX);
    let wait = match FIRST.get(first) {
        Some(wait) => *wait,
        None if !tell => HOUR,
        None if now.millis_since(since) < RARELY_AFTER => 6 * HOUR,
        None => DAY,
    };
    Rung {
        next: now.plus_millis(wait),
        tell,
    }
}

/// Whether it has gone on for so long that a person is told.
#[must_use]
pub fn is_long(failures: u32, since: Timestamp, now: Timestamp) -> bool {
    failures >= TELL_FAILURES && now.millis_since(since) >= TELL_AFTER
}
