//! Settings: how much of what has happened is kept, and forgetting the rest in the background.
//!
//! What is forgotten goes in small portions with pauses between them, so that no write waits for
//! it: first what is too old, as far as the clock is to be believed, then, the oldest first, what
//! takes too much room. Whether something
//! may go is [`tsunagi_domain::retention`]'s to say. The activity log is not trimmed, nor are the
//! rows that data sources have pulled and the records of forms.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use tsunagi_catalog::{History, PastExecution};
use tsunagi_domain::access::Act;
use tsunagi_domain::retention::{self, Counted, Past, Retention, Rounds};
use tsunagi_domain::{ExecutionId, Timestamp};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::views::{AgeChoice, RetentionChange, RetentionView, SizeChoice};
use crate::workflows::{Undone, undone};

/// The settings' names.
const DAYS: &str = "retention_days";
const MEGABYTES: &str = "retention_megabytes";
/// What the clock said at the last round, and behind a space when it jumped, if it is in doubt.
const ROUNDS: &str = "retention_rounds";
/// What stands there for no limit.
const ALL: &str = "all";
/// How many rows are looked at or forgotten in one write.
const PORTION: u32 = 500;
/// How many pages of 4 KiB are given back to the disk in one write: a megabyte.
const PAGES: u32 = 256;
/// How many free pages stay in the file, to be filled again.
const SPARE: u32 = 256;
/// The least pause between two portions.
const PAUSE: Duration = Duration::from_millis(5);
/// How often it is looked: every hour.
const EVERY_MS: i64 = 3600 * 1000;

/// When it was looked last.
#[derive(Debug, Default)]
pub(crate) struct Forgetting {
    last: Mutex<Option<Timestamp>>,
    /// One round at a time; what was counted at the last one, if there was any since the start.
    round: tokio::sync::Mutex<Option<Tick>>,
}

/// What the program had counted by itself ([`tsunagi_domain::Clock::counted`]).
#[derive(Debug, Clone, Copy)]
struct Tick {
    /// At a round.
    round: Duration,
    /// When it first doubted the clock.
    doubted: Duration,
    /// Whether it was the one to see the jump.
    own: bool,
}

/// What a round has forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Requests.
    pub runs: u64,
    /// Executions.
    pub executions: u64,
    /// The most rows that went in one write.
    pub portion: u32,
}

impl Forgotten {
    fn runs(&mut self, gone: u32) {
        self.runs += u64::from(gone);
        self.portion = self.portion.max(gone);
    }

    fn executions(&mut self, gone: u32) {
        self.executions += u64::from(gone);
        self.portion = self.portion.max(gone);
    }
}

impl Console {
    /// What is kept, how much that is now, and what there is to choose from.
    ///
    /// # Errors
    /// R2: managers see it.
    pub fn retention(&self, session: Session) -> Result<RetentionView, ConsoleError> {
        let member = self.reader(session)?;
        let catalog = &self.inner.catalog;
        let there = catalog.history()?;
        let bytes = there.bytes();
        let History {
            runs,
            executions,
            oldest,
            ..
        } = there;
        let kept = self.kept()?;
        let mut ages = Vec::new();
        for days in choices(&Retention::DAYS) {
            let age = Retention { days, ..kept };
            let (runs, executions) = match age.before(self.now()) {
                Some(before) => catalog.history_before(before)?,
                None => (0, 0),
            };
            ages.push(AgeChoice {
                days,
                runs,
                executions,
            });
        }
        let sizes = choices(&Retention::MEGABYTES).map(|megabytes| {
            let size = Retention { megabytes, ..kept };
            SizeChoice {
                megabytes,
                over: size.bytes().is_some_and(|most| bytes > most),
            }
        });
        Ok(RetentionView {
            days: kept.days,
            megabytes: kept.megabytes,
            ages,
            sizes: sizes.collect(),
            runs,
            executions,
            oldest,
            bytes,
            file: catalog.data_size()?,
            may_change: retention::may_change(&member).is_ok() && self.allows(Act::Edit).is_ok(),
        })
    }

    /// Changes what is kept. What is too much then is forgotten within minutes, for good.
    ///
    /// # Errors
    /// R1; R2: super admins and admins only; nothing one can choose; the vault is locked. Nothing is
    /// changed then.
    pub fn change_retention(
        &self,
        session: Session,
        change: &RetentionChange,
    ) -> Result<RetentionView, ConsoleError> {
        let after = Retention {
            days: change.days,
            megabytes: change.megabytes,
        };
        self.may_change_retention(session)?;
        after.is_offered()?;
        self.inner.keys.vault()?;
        self.at_once(|| {
            // As they are now: another window may have taken the role away meanwhile.
            self.may_change_retention(session)?;
            if self.kept()? == after {
                return Ok(());
            }
            let (age, size) = (word(after.days), word(after.megabytes));
            let catalog = &self.inner.catalog;
            catalog.set_setting(DAYS, &age)?;
            catalog.set_setting(MEGABYTES, &size)?;
            let subject = self.workspace()?.id.to_string();
            let args = [("age", age.as_str()), ("size", size.as_str())];
            self.log(session, Action::WorkspaceRetentionChanged, &subject, &args)
        })?;
        self.inner.forgetting.look_again();
        self.inner.bell.changed();
        self.retention(session)
    }

    fn may_change_retention(&self, session: Session) -> Result<(), ConsoleError> {
        retention::may_change(&self.member(session)?)?;
        self.allows(Act::Edit)
    }

    /// What was chosen; at first, what is kept where nobody has chosen.
    fn kept(&self) -> Result<Retention, ConsoleError> {
        let catalog = &self.inner.catalog;
        let (days, megabytes) = (catalog.setting(DAYS)?, catalog.setting(MEGABYTES)?);
        let first = Retention::default();
        let kept = Retention {
            days: read(days.as_deref(), first.days),
            megabytes: read(megabytes.as_deref(), first.megabytes),
        };
        // What is no choice keeps everything: what was forgotten does not come back.
        Ok(kept.is_offered().map_or(Retention::ALL, |()| kept))
    }

    /// Forgets what is not to be kept, once an hour and at the start. The shell calls this every
    /// minute.
    pub async fn forget_due(&self) {
        if !self.inner.forgetting.is_due(self.now()) {
            return;
        }
        match Box::pin(self.forget_old()).await {
            Ok(Forgotten {
                runs: 0,
                executions: 0,
                ..
            }) => {}
            Ok(Forgotten {
                runs, executions, ..
            }) => tracing::info!(
                runs,
                executions,
                "what was too old or too much is forgotten"
            ),
            Err(error) => {
                tracing::warn!(code = %error.code, "what is too old is not forgotten yet");
            }
        }
    }

    /// One round of it.
    ///
    /// # Errors
    /// Where the catalog cannot be read or written; what went until then is gone.
    #[doc(hidden)]
    pub async fn forget_old(&self) -> Result<Forgotten, ConsoleError> {
        let mut tick = self.inner.forgetting.round.lock().await;
        let mut gone = Forgotten::default();
        let founded = self.off_thread(|console| Ok(console.inner.catalog.workspace()?.is_some()));
        if !founded.await? {
            return Ok(gone);
        }
        let kept = self.off_thread(|console| console.kept()).await?;
        let now = self.now();
        let believed = self.believes(now, &mut tick).await?;
        // By a wrong clock nothing that is needed looks old enough.
        let resumable = kept.resumable_before(now).filter(|_| believed);
        if let Some(before) = kept.before(now).filter(|_| believed) {
            self.forget_runs(before, u64::MAX, &mut gone).await?;
            self.forget_executions(before, resumable, u64::MAX, &mut gone)
                .await?;
        }
        if let Some(most) = kept.bytes() {
            // The file is never smaller than what is in it, and quicker looked at.
            let file = self.db(|catalog| catalog.data_size()).await?;
            if file > most {
                // What is dated later than now is the youngest there is.
                let before = Retention::young(now);
                let there = self.db(|catalog| catalog.history()).await?;
                let (runs, executions) = (there.run_bytes, there.execution_bytes);
                let many = kept.too_many(there.runs, runs, executions);
                self.forget_runs(before, many, &mut gone).await?;
                let many = kept.too_many(there.executions, executions, runs);
                self.forget_executions(before, resumable, many, &mut gone)
                    .await?;
            }
        }
        while self
            .portion(|catalog| catalog.give_room_back(PAGES, SPARE))
            .await?
        {}
        if gone.runs + gone.executions > 0 {
            self.inner.bell.changed();
        }
        Ok(gone)
    }

    /// Whether age is a reason to forget something in the round that begins; remembers what the
    /// clock says, before anything goes.
    async fn believes(
        &self,
        now: Timestamp,
        tick: &mut Option<Tick>,
    ) -> Result<bool, ConsoleError> {
        let stored = self.db(|catalog| catalog.setting(ROUNDS)).await?;
        let before = stored.as_deref().and_then(rounds);
        let ticks = self.inner.clock.counted();
        let since = |then: Duration| {
            let millis = ticks.saturating_sub(then).as_millis();
            i64::try_from(millis).unwrap_or(i64::MAX)
        };
        let counted = tick.map_or_else(Counted::default, |tick| Counted {
            round: since(tick.round),
            doubted: since(tick.doubted),
            own: tick.own,
        });
        let after = Rounds::begin(before, now, counted);
        let anew = after.jumped.is_some() && after.jumped != before.and_then(|one| one.jumped);
        if anew {
            tracing::warn!("the clock may be wrong: nothing is forgotten for its age for a day");
        }
        let written = written(after);
        self.db(move |catalog| catalog.set_setting(ROUNDS, &written))
            .await?;
        let known = tick.filter(|_| !anew);
        *tick = Some(Tick {
            round: ticks,
            doubted: known.map_or(ticks, |tick| tick.doubted),
            own: anew || known.is_some_and(|tick| tick.own),
        });
        Ok(after.believes())
    }

    async fn forget_runs(
        &self,
        before: Timestamp,
        most: u64,
        gone: &mut Forgotten,
    ) -> Result<(), ConsoleError> {
        let mut left = most;
        while left > 0 {
            let now = u32::try_from(left).unwrap_or(PORTION).min(PORTION);
            let went = self
                .portion(move |catalog| catalog.forget_runs(before, now))
                .await?;
            gone.runs(went);
            left -= u64::from(went).min(left);
            if went < now {
                break;
            }
        }
        Ok(())
    }

    async fn forget_executions(
        &self,
        before: Timestamp,
        resumable: Option<Timestamp>,
        most: u64,
        gone: &mut Forgotten,
    ) -> Result<(), ConsoleError> {
        let (mut left, mut after) = (most, None);
        while left > 0 {
            let seen = self
                .db(move |catalog| catalog.past_executions(before, after, PORTION))
                .await?;
            let Some(last) = seen.last() else { break };
            after = Some(last.mark);
            let mut ids: Vec<ExecutionId> = seen
                .iter()
                .filter(|one| retention::may_forget(past(one), before, resumable))
                .map(|one| one.execution.id)
                .collect();
            ids.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            let went = self
                .portion(move |catalog| catalog.forget_past_executions(&ids))
                .await?;
            gone.executions(went);
            left -= u64::from(went).min(left);
        }
        Ok(())
    }

    /// One write, and a pause as long as it took: whoever else writes comes first.
    async fn portion<T: Send + 'static>(
        &self,
        write: impl FnOnce(&tsunagi_catalog::Catalog) -> Result<T, tsunagi_catalog::CatalogError>
        + Send
        + 'static,
    ) -> Result<T, ConsoleError> {
        let began = Instant::now();
        let done = self.db(write).await?;
        tokio::time::sleep(began.elapsed().max(PAUSE)).await;
        Ok(done)
    }
}

impl Forgetting {
    /// Whether a round begins: the first time, and an hour after the last one began.
    fn is_due(&self, now: Timestamp) -> bool {
        let mut last = self
            .last
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        // A clock that was set back is no reason to wait for it.
        let due = last.is_none_or(|last| now < last || now >= last.plus_millis(EVERY_MS));
        if due {
            *last = Some(now);
        }
        due
    }

    fn look_again(&self) {
        *self
            .last
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = None;
    }
}

fn past(one: &PastExecution) -> Past {
    let ended = one.execution.ended.as_ref();
    let undone = undone(&one.execution);
    Past {
        ended_at: ended.map(|(at, _)| *at),
        unknown: undone == Undone::Unreadable
            || ended.is_some_and(|(_, outcome)| outcome == "unknown"),
        latest: one.latest,
        resumable: undone == Undone::Something,
    }
}

/// What is remembered of the last round; what cannot be read is nothing.
fn rounds(stored: &str) -> Option<Rounds> {
    let time = |text: &str| text.parse().ok().map(Timestamp);
    Some(match stored.split_once(' ') {
        Some((last, jumped)) => Rounds {
            last: time(last)?,
            jumped: Some(time(jumped)?),
        },
        None => Rounds {
            last: time(stored)?,
            jumped: None,
        },
    })
}

fn written(rounds: Rounds) -> String {
    let last = rounds.last.0;
    rounds
        .jumped
        .map_or_else(|| last.to_string(), |jumped| format!("{last} {}", jumped.0))
}

/// What there is to choose from, no limit last.
fn choices(some: &[u32]) -> impl Iterator<Item = Option<u32>> {
    some.iter().copied().map(Some).chain([None])
}

/// A choice as it is stored.
fn word(choice: Option<u32>) -> String {
    choice.map_or_else(|| ALL.to_owned(), |limit| limit.to_string())
}

/// A choice that was stored; what cannot be read is none there is to choose from.
fn read(stored: Option<&str>, first: Option<u32>) -> Option<u32> {
    match stored {
        None => first,
        Some(ALL) => None,
        Some(limit) => Some(limit.parse().unwrap_or(0)),
    }
}
