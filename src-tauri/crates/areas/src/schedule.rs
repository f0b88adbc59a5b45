//! Schedules: when something runs with nobody present, and what is due by now.
//!
//! Nothing here waits or looks at a clock: time is an argument, so that a night's sleep, a clock
//! set back and an hour that happens twice are the same question as any other moment.
//!
//! ```
//! use tsunagi_areas::schedule::{Plan, When};
//! use tsunagi_domain::Timestamp;
//!
//! let daily = When::Cron { expression: "30 2 * * *".to_owned() };
//! let plan = Plan::new(&daily, "Europe/Berlin").expect("it can be read");
//! // 2026-03-29 has no half past two in Berlin: it runs when the clock has gone on to three.
//! let eve = Timestamp(1_774_738_800_000);
//! assert_eq!(plan.next(eve), Some(Timestamp(1_774_746_000_000)));
//! ```

mod due;
mod zoned;

pub use due::{Due, Missed, State, Why, due};

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use tsunagi_domain::{ItemId, Timestamp};

/// The longest expression, in bytes: one of five fields is shorter.
const EXPRESSION_MAX: usize = 200;
/// How many times are looked at when there are many: those before the latest of them are missed
/// whatever a schedule says.
const LOOKED_AT: usize = 1_000;

/// When something runs, by the clock on the wall of a time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "ScheduleWhen"))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum When {
    /// Whenever the clock matches: minute, hour, day of month, month, day of week as in crontab(5)
    /// (POSIX.1-2024, `crontab`), with `L`, `W` and `#` for the days and `@daily` and its like.
    Cron {
        /// The five fields.
        expression: String,
    },
    /// Once, at `2026-11-27T08:00`. An hour that happens twice means its first time, and one
    /// that is left out as much later, as RFC 5545 §3.3.5 has it.
    Once {
        /// Date and time without a zone.
        at: String,
    },
}

/// What becomes of times that passed while the computer slept or the program was not running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "ScheduleMissed"))]
#[serde(rename_all = "snake_case")]
pub enum MissedPolicy {
    /// Nothing runs.
    Skip,
    /// It runs once, for the latest of them.
    #[default]
    RunOnce,
    /// It runs for each, for no more than the latest ten.
    RunEach,
}

/// What becomes of a time that comes while the run before it is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "ScheduleOverlap"))]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// Nothing runs.
    #[default]
    Skip,
    /// It runs when the other is over.
    Wait,
    /// It runs beside the other.
    Beside,
}

/// What a schedule is: the definition of an item of this area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// The item that runs.
    pub what: ItemId,
    /// When.
    pub when: When,
    /// In which time zone, by its name in the IANA database (RFC 6557).
    pub zone: String,
    /// What becomes of times that passed unseen.
    pub missed: MissedPolicy,
    /// What becomes of times that come too early.
    pub overlap: Overlap,
}

/// Why a schedule cannot be followed as it is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// No expression of five fields.
    #[error("no cron expression: {0:?}")]
    Expression(String),
    /// It matches no time there will ever be, such as the 30th of February.
    #[error("{0:?} never comes")]
    Never(String),
    /// No time zone of this name is known.
    #[error("no time zone {0:?}")]
    Zone(String),
    /// Neither date nor time.
    #[error("no date and time: {0:?}")]
    At(String),
}

impl Unfit {
    /// Stable word for the screens.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Expression(_) => "schedule_expression",
            Self::Never(_) => "schedule_never",
            Self::Zone(_) => "schedule_zone",
            Self::At(_) => "schedule_at",
        }
    }

    /// What its sentence names.
    #[must_use]
    pub fn args(&self) -> Vec<(&'static str, String)> {
        let (name, value) = match self {
            Self::Expression(expression) | Self::Never(expression) => ("expression", expression),
            Self::Zone(zone) => ("zone", zone),
            Self::At(at) => ("at", at),
        };
        let shown = value.chars().filter(|c| !c.is_control()).take(60);
        vec![(name, shown.collect())]
    }
}

/// A schedule's times, read once.
#[derive(Debug, Clone)]
pub struct Plan(Times);

#[derive(Debug, Clone)]
enum Times {
    Cron(Box<Cron>, TimeZone),
    Once(Timestamp),
}

impl Plan {
    /// Reads when something runs.
    ///
    /// # Errors
    /// [`Unfit`]. What never comes is read all the same: [`Self::next`] says so.
    pub fn new(when: &When, zone: &str) -> Result<Self, Unfit> {
        let zone = time_zone(zone)?;
        match when {
            When::Cron { expression } => {
                let cron = parse(expression)?;
                Ok(Self(Times::Cron(Box::new(cron), zone)))
            }
            When::Once { at } => {
                let unfit = || Unfit::At(at.clone());
                let wall: DateTime = at.trim().parse().map_err(|_| unfit())?;
                let instant = zone.to_ambiguous_timestamp(wall).compatible();
                let instant = instant.map_err(|_| unfit())?;
                Ok(Self(Times::Once(Timestamp(instant.as_millisecond()))))
            }
        }
    }

    /// Whether it may come more than once.
    #[must_use]
    pub const fn repeats(&self) -> bool {
        matches!(self.0, Times::Cron(..))
    }

    /// The first time later than `after`; `None` where there is none.
    ///
    /// An expression with a wildcard for minutes or hours follows the time that really passes: in
    /// an hour that happens twice it runs in both, and in one that is left out not at all. Any
    /// other means a time of day, and runs once: at the first of two, and when the clock has gone
    /// on where its time is left out. It is what cron(8) of Debian does.
    #[must_use]
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        match &self.0 {
            Times::Once(at) => (*at > after).then_some(*at),
            Times::Cron(cron, zone) => {
                let pattern = &cron.pattern;
                if pattern.minutes.from_wildcard || pattern.hours.from_wildcard {
                    zoned::passing(cron, zone, after)
                } else {
                    zoned::time_of_day(cron, zone, after)
                }
            }
        }
    }

    /// The first five times later than `after`, or as many as there are.
    #[must_use]
    pub fn next_five(&self, after: Timestamp) -> Vec<Timestamp> {
        self.from(after).take(5).collect()
    }

    /// All times later than `after`, one by one.
    fn from(&self, after: Timestamp) -> impl Iterator<Item = Timestamp> + '_ {
        std::iter::successors(self.next(after), |last| self.next(*last))
    }

    /// The times later than `after` and not later than `until`: of more than a thousand the
    /// latest, and whether there were others before them.
    fn between(&self, after: Timestamp, until: Timestamp) -> (Vec<Timestamp>, bool) {
        let mut from = after;
        loop {
            let times: Vec<Timestamp> = self
                .from(from)
                .take_while(|at| *at <= until)
                .take(LOOKED_AT + 1)
                .collect();
            if times.len() <= LOOKED_AT {
                return (times, from != after);
            }
            from = from.plus_millis(until.millis_since(from) / 2);
        }
    }
}

fn parse(expression: &str) -> Result<Cron, Unfit> {
    let unfit = || Unfit::Expression(expression.to_owned());
    if expression.len() > EXPRESSION_MAX || !expression.is_ascii() {
        return Err(unfit());
    }
    // Whole minutes: what a service answers takes seconds, and renewals have their budget.
    let parser = CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build();
    parser.parse(expression).map_err(|_| unfit())
}

fn time_zone(name: &str) -> Result<TimeZone, Unfit> {
    let unknown = || Unfit::Zone(name.to_owned());
    let zone = TimeZone::get(name).map_err(|_| unknown())?;
    // "Local" and its like would be another place after a journey.
    if zone.iana_name().is_none() || zone.is_unknown() {
        return Err(unknown());
    }
    Ok(zone)
}

/// The names of the time zones there are, those of places and UTC.
#[must_use]
pub fn zones() -> Vec<String> {
    let known = jiff::tz::db().available();
    let mut names: Vec<String> = known.map(|name| name.to_string()).collect();
    names.retain(|name| {
        let area = name.split_once('/').map(|(area, _)| area);
        name == "UTC" || area.is_some_and(|area| AREAS.contains(&area))
    });
    names.sort_unstable();
    names.dedup();
    names
}

/// The parts of the world in the IANA database; what else is in there are older names.
const AREAS: &[&str] = &[
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

#[cfg(test)]
mod tests;
