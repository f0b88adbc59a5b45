//! Times on the wall of a time zone: what the cron library asks of them, and which instant each
//! is where the clocks change.

use std::cmp::Ordering;

use croner::errors::CronError;
use croner::{CivilDateTime, Cron, CronDateTime, Resolution, Weekday};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, ZonedDateTime};
use tsunagi_domain::Timestamp;

/// A moment in a time zone.
#[derive(Debug, Clone)]
pub(super) struct Zoned(ZonedDateTime);

impl CronDateTime for Zoned {
    fn to_civil(&self) -> CivilDateTime {
        let wall = self.0.datetime();
        let part = |value: i8| u32::from(value.unsigned_abs());
        let date = croner::CivilDate::from_parts_unchecked(
            i32::from(wall.year()),
            part(wall.month()),
            part(wall.day()),
        );
        let time = croner::CivilTime::from_parts_unchecked(
            part(wall.hour()),
            part(wall.minute()),
            part(wall.second()),
        );
        CivilDateTime::new(date, time)
    }

    fn civil_weekday(&self) -> Weekday {
        let days = self.0.weekday().to_sunday_zero_offset();
        Weekday::from_days_from_sunday(u32::from(days.unsigned_abs()))
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let wall = wall(civil).ok_or(CronError::InvalidDate)?;
        let zone = self.0.time_zone();
        let at = zone.to_ambiguous_timestamp(wall);
        let zoned = |at: Result<jiff::Timestamp, _>| match at {
            Ok(at) => Ok(Self(at.to_zoned_datetime(zone.clone()))),
            Err(_) => Err(CronError::InvalidTime),
        };
        Ok(match at.offset() {
            AmbiguousOffset::Unambiguous { .. } => Resolution::Single(zoned(at.earlier())?),
            AmbiguousOffset::Fold { .. } => {
                Resolution::Ambiguous(zoned(at.earlier())?, zoned(at.later())?)
            }
            AmbiguousOffset::Gap { .. } => Resolution::Gap,
        })
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        let later = self.0.checked_add(SignedDuration::from_secs(seconds));
        later.ok().map(Self)
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.0.timestamp().cmp(&other.0.timestamp())
    }
}

fn wall(civil: CivilDateTime) -> Option<DateTime> {
    let part = |value: u32| i8::try_from(value).ok();
    DateTime::new(
        i16::try_from(civil.year()).ok()?,
        part(civil.month())?,
        part(civil.day())?,
        part(civil.hour())?,
        part(civil.minute())?,
        part(civil.second())?,
        0,
    )
    .ok()
}

fn instant(at: Timestamp) -> Option<jiff::Timestamp> {
    // Expressions know of no part of a second.
    jiff::Timestamp::from_second(at.0.div_euclid(1000)).ok()
}

fn timestamp(at: jiff::Timestamp) -> Timestamp {
    Timestamp(at.as_second().saturating_mul(1000))
}

/// The next time of an expression that follows the time that really passes.
pub(super) fn passing(cron: &Cron, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    let from = Zoned(instant(after)?.to_zoned_datetime(zone.clone()));
    let next = cron.find_next_occurrence(&from, false).ok()?;
    Some(timestamp(next.0.timestamp())).filter(|next| *next > after)
}

/// The next time of an expression that means times of day.
///
/// The times on the wall are gone through as if no clock ever changed, and each is then given its
/// instant, which never comes before that of the time before it.
pub(super) fn time_of_day(cron: &Cron, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
    let from = zone.to_datetime(instant(after)?);
    let unchanging = |wall: DateTime| TimeZone::UTC.to_timestamp(wall).ok();
    let mut wall = Zoned(unchanging(from)?.to_zoned_datetime(TimeZone::UTC));
    loop {
        wall = cron.find_next_occurrence(&wall, false).ok()?;
        let at = at_last(zone, wall.0.datetime())?;
        if at > after {
            return Some(at);
        }
    }
}

/// The first instant at which a wall shows a time, or a later one where it is left out.
fn at_last(zone: &TimeZone, wall: DateTime) -> Option<Timestamp> {
    let at = zone.to_ambiguous_timestamp(wall);
    let is_left_out = matches!(at.offset(), AmbiguousOffset::Gap { .. });
    let earlier = at.earlier().ok()?;
    if !is_left_out {
        return Some(timestamp(earlier));
    }
    // Before the clocks went on: the next change is the one that left it out.
    let change = zone.following(earlier).next()?;
    Some(timestamp(change.timestamp()))
}
