//! How fast passphrases may be guessed.

use crate::Timestamp;

/// Wrong tries that cost nothing but the time they take.
pub const FREE_TRIES: u32 = 5;
/// The first delay, in seconds; each further wrong try doubles it.
const FIRST_DELAY: i64 = 30;
/// The longest delay, in seconds: one hour.
const LONGEST_DELAY: i64 = 3600;

/// How long after the last of `wrong` tries in a row the next one is refused, in seconds.
#[must_use]
pub fn delay(wrong: u32) -> i64 {
    let Some(over) = wrong.checked_sub(FREE_TRIES) else {
        return 0;
    };
    FIRST_DELAY
        .checked_shl(over.min(16))
        .unwrap_or(LONGEST_DELAY)
        .min(LONGEST_DELAY)
}

/// Until when the next try is refused, where it is refused now. A clock that was set back after
/// the last try shortens no delay: it is a whole one from `now` on, for whoever then dates the
/// last try to `now`.
#[must_use]
pub fn refused_until(wrong: u32, last_wrong: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let until = last_wrong.min(now).plus_seconds(delay(wrong));
    (now < until).then_some(until)
}
