//! What is due by now.

use tsunagi_domain::Timestamp;

use super::{MissedPolicy, Overlap, Plan};

/// How late a time may be looked at and still be on time: several rounds of the clock, so that a
/// busy computer misses nothing.
const ON_TIME_MS: i64 = 2 * 60_000;
/// A clock that goes back further than any change of the clocks was wrong before. What it said
/// then counts for nothing: else all would stand still until that day comes.
const WRONG_MS: i64 = 25 * 3_600_000;
/// The most runs that passed times are made up for by.
const MADE_UP: usize = 10;
/// The most that wait.
const WAITING: usize = 10;
/// The most that run beside each other.
const BESIDE: usize = 10;

/// How far a schedule has come. Stored in one write with the runs that follow from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Up to when times were looked at. It never goes back with the clock, so that no time comes
    /// twice.
    pub considered: Timestamp,
    /// Times that are to run when the run before them is over, in their order.
    pub waiting: Vec<Timestamp>,
}

/// Why a time does not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It passed while the computer slept or the program was not running.
    Late,
    /// The run before it was not over.
    Busy,
}

/// Times that do not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed {
    /// The first.
    pub first: Timestamp,
    /// The last.
    pub last: Timestamp,
    /// How many.
    pub count: usize,
    /// There were others before the first: too many to count.
    pub more: bool,
    /// Why.
    pub why: Why,
}

/// What follows from the time it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// How far the schedule has come.
    pub state: State,
    /// The times that run now.
    pub start: Vec<Timestamp>,
    /// The times that do not.
    pub missed: Vec<Missed>,
}

/// Decides what is due. `running` is how many of its runs are under way.
///
/// No time is due twice, also where the clock is set back: each is in the answer of one question at
/// the most, among those that start, wait or are missed. Only what a clock said that was wrong by
/// more than a day is forgotten. A clock that is set forward makes times late, and no storm of them.
#[must_use]
pub fn due(
    plan: &Plan,
    missed: MissedPolicy,
    overlap: Overlap,
    state: &State,
    running: usize,
    now: Timestamp,
) -> Due {
    let mut considered = state.considered;
    // What comes but once has been seen, whatever the clock said.
    if plan.repeats() && considered.millis_since(now) > WRONG_MS {
        considered = now;
    }
    let (times, more) = if now > considered {
        plan.between(considered, now)
    } else {
        (Vec::new(), false)
    };
    let is_late = |at: &Timestamp| now.millis_since(*at) > ON_TIME_MS;
    let (mut late, on_time): (Vec<_>, Vec<_>) = times.into_iter().partition(is_late);
    let made_up = match missed {
        MissedPolicy::Skip => 0,
        // What is on time makes up for those before it.
        MissedPolicy::RunOnce => usize::from(on_time.is_empty()),
        MissedPolicy::RunEach => MADE_UP,
    };
    let made_up = late.split_off(late.len().saturating_sub(made_up));
    let mut told = Vec::new();
    told.extend(summed(&late, more, Why::Late));

    let mut waiting = state.waiting.clone();
    waiting.extend(made_up);
    let mut start = Vec::new();
    let mut left = Vec::new();
    match overlap {
        Overlap::Beside => {
            waiting.extend(on_time);
            let room = BESIDE.saturating_sub(running);
            left = std::mem::take(&mut waiting);
            start = left.split_off(left.len().saturating_sub(room));
        }
        Overlap::Skip => {
            let mut on_time = on_time.into_iter();
            if waiting.is_empty() && running == 0 {
                start.extend(on_time.next());
            }
            left.extend(on_time);
        }
        Overlap::Wait => waiting.extend(on_time),
    }
    if running == 0 && start.is_empty() && !waiting.is_empty() {
        start.push(waiting.remove(0));
    }
    let surplus = waiting.len().saturating_sub(WAITING);
    left.extend(waiting.drain(..surplus));
    left.sort_unstable();
    told.extend(summed(&left, false, Why::Busy));
    Due {
        state: State {
            considered: considered.max(now),
            waiting,
        },
        start,
        missed: told,
    }
}

fn summed(times: &[Timestamp], more: bool, why: Why) -> Option<Missed> {
    Some(Missed {
        first: *times.first()?,
        last: *times.last()?,
        count: times.len(),
        more,
        why,
    })
}
