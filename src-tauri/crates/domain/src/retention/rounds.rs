//! Whether the computer's clock is to be believed when it says that something is old.
//!
//! A computer whose clock starts years ahead would have all it keeps look old at once, and what was
//! forgotten does not come back. So after a jump nothing is forgotten for its age until a day has
//! passed on which the clock agreed with itself.

use super::DAY_MS;
use crate::Timestamp;

/// How much further the clock may be at a round than at the one before: a week's absence and a day.
const AHEAD_MS: i64 = 8 * DAY_MS;
/// How far it may be behind the round before. Whatever it is set back by, less looks old; a time
/// zone taken for another is corrected by less than this.
const BEHIND_MS: i64 = DAY_MS;

/// What is remembered between the rounds in which things are forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounds {
    /// What the clock said at the last one.
    pub last: Timestamp,
    /// What it said when it had jumped, while it is not believed yet.
    pub jumped: Option<Timestamp>,
}

/// What the program has counted by itself, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// Since the last round; none where that was before it was started.
    pub round: i64,
    /// Since it first doubted the clock.
    pub doubted: i64,
    /// Whether the jump was seen by this start of the program, and not by one before.
    pub own: bool,
}

impl Rounds {
    /// What is remembered of a round that begins now. Nothing is forgotten for its age in it while
    /// [`Self::jumped`] is set. Without a round before there is nothing to compare with, which is
    /// as a jump.
    #[must_use]
    pub fn begin(before: Option<Self>, now: Timestamp, counted: Counted) -> Self {
        let remembered = |jumped| Self { last: now, jumped };
        let Some(before) = before else {
            return remembered(Some(now));
        };
        let passed = now.millis_since(before.last);
        if passed.saturating_sub(counted.round) > AHEAD_MS || passed < -BEHIND_MS {
            return remembered(Some(now));
        }
        let agrees = |jumped: &Timestamp| {
            let later = !counted.own && now.millis_since(*jumped) >= DAY_MS;
            later || counted.doubted >= DAY_MS
        };
        remembered(before.jumped.filter(|jumped| !agrees(jumped)))
    }

    /// Whether age is a reason to forget something.
    #[must_use]
    pub fn believes(self) -> bool {
        self.jumped.is_none()
    }
}

#[cfg(test)]
mod tests;
