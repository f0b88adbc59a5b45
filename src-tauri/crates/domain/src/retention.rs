//! How long, and how much, of what has happened is kept: requests that went through the gate, and
//! each time an item did its work.
//!
//! What a person may still have to answer for is never forgotten by itself: what is under way and
//! what nobody knows the outcome of; what can be taken up again stays for three months at the
//! least. Nor is age a reason while the computer's clock may be wrong. The log of who did what is no part
//! of it: a chain that is cut cannot be told from one that was tampered with.

mod rounds;

pub use rounds::{Counted, Rounds};

use crate::{Member, Refusal, RefusalCode, Role, Timestamp, access};

/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 3600 * 1000;
/// For how many days at the least a run stays that can be taken up again.
const RESUMABLE_DAYS: u32 = 90;

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// For how many days; `None`: however old it is.
    pub days: Option<u32>,
    /// As long as it takes no more than so many megabytes (of 1,000,000 bytes); `None`: however
    /// much it is.
    pub megabytes: Option<u32>,
}

impl Default for Retention {
    /// A quarter of a year, in which most of what went wrong is asked about, and as much as a
    /// computer does not notice.
    fn default() -> Self {
        Self {
            days: Some(90),
            megabytes: Some(500),
        }
    }
}

impl Retention {
    /// The days there are to choose from, beside however old.
    pub const DAYS: [u32; 4] = [30, 90, 180, 365];
    /// The megabytes there are to choose from, beside however much.
    pub const MEGABYTES: [u32; 4] = [100, 250, 500, 1000];
    /// Everything: what stands for a choice that cannot be read, since what was forgotten does not
    /// come back.
    pub const ALL: Self = Self {
        days: None,
        megabytes: None,
    };

    /// Whether it is one of those there are to choose from.
    ///
    /// # Errors
    /// [`RefusalCode::RetentionUnknown`].
    pub fn is_offered(self) -> Result<(), Refusal> {
        let among =
            |value: Option<u32>, choices: &[u32]| value.is_none_or(|one| choices.contains(&one));
        if among(self.days, &Self::DAYS) && among(self.megabytes, &Self::MEGABYTES) {
            Ok(())
        } else {
            Err(Refusal::new(RefusalCode::RetentionUnknown))
        }
    }

    /// Before when things are forgotten; `None` where age is no reason.
    #[must_use]
    pub fn before(self, now: Timestamp) -> Option<Timestamp> {
        self.days
            .map(|days| now.plus_millis(-i64::from(days) * DAY_MS))
    }

    /// The most bytes there may be; `None` where size is no reason.
    #[must_use]
    pub fn bytes(self) -> Option<u64> {
        self.megabytes.map(|most| u64::from(most) * 1_000_000)
    }

    /// Before when what can be taken up again is forgotten like everything else; `None`: never.
    #[must_use]
    pub fn resumable_before(self, now: Timestamp) -> Option<Timestamp> {
        let days = self.days?.max(RESUMABLE_DAYS);
        now.plus_millis(-i64::from(days) * DAY_MS).into()
    }

    /// Before when something goes for its size: what is younger than a day stays.
    #[must_use]
    pub fn young(now: Timestamp) -> Timestamp {
        now.plus_millis(-DAY_MS)
    }

    /// How many of `count` rows, which take `used` bytes together, have to go beside `others`
    /// bytes of the other kind. Each kind has what the other leaves of the size, and half of it at
    /// the least: what may not go of one kind is no reason for the other to go. Rows are alike
    /// enough: what is left over goes the next time.
    #[must_use]
    pub fn too_many(self, count: u64, used: u64, others: u64) -> u64 {
        let Some(whole) = self.bytes() else { return 0 };
        let most = whole.saturating_sub(others).max(whole / 2);
        let over = used.saturating_sub(most);
        if over == 0 {
            return 0;
        }
        let many = (u128::from(count) * u128::from(over)).div_ceil(u128::from(used));
        u64::try_from(many).unwrap_or(count)
    }
}

/// One time an item did its work, as far as forgetting it is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past {
    /// When it was over; `None` while it is under way, or was cut off.
    pub ended_at: Option<Timestamp>,
    /// Nobody knows whether it did what it was for.
    pub unknown: bool,
    /// Its item has done nothing since: how that stands is told by it.
    pub latest: bool,
    /// It can be taken up again where it stopped, for which what it has done must be known.
    pub resumable: bool,
}

/// Whether something may be forgotten that was over before a time; what can be taken up again
/// only where it was over before `resumable` too.
#[must_use]
pub fn may_forget(past: Past, before: Timestamp, resumable: Option<Timestamp>) -> bool {
    let over = |before| past.ended_at.is_some_and(|ended| ended < before);
    let needed = past.resumable && !resumable.is_some_and(over);
    over(before) && !past.unknown && !past.latest && !needed
}

/// Whether a member may change what is kept: it cannot be taken back.
///
/// # Errors
/// [`RefusalCode::MemberInactive`], [`RefusalCode::RoleNotAllowed`] or
/// [`RefusalCode::AdminNeeded`].
pub fn may_change(member: &Member) -> Result<(), Refusal> {
    access::may_manage(member)?;
    match member.role {
        Role::SuperAdmin | Role::Admin => Ok(()),
        _ => Err(Refusal::new(RefusalCode::AdminNeeded)),
    }
}

#[cfg(test)]
mod tests;
