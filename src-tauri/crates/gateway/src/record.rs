//! Runs, recorded in batches: at most 200 ms of them are lost in a crash.

use std::collections::HashMap;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tsunagi_catalog::{Catalog, Run};
use tsunagi_domain::{AuthorizationId, ConnectionId};

/// How long runs are gathered before they are written.
const GATHER: Duration = Duration::from_millis(100);
/// How long uses are gathered before they are noted in `catalog.sqlite`: whoever knows how that
/// file stands has to look anew after each write.
const NOTE: Duration = Duration::from_secs(2);

/// Writes runs on a thread of its own. Dropping it writes what is left and waits.
pub struct Recorder {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recorder")
    }
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    /// Rung by the first run after none, and by what should not wait. Those in between find the
    /// thread gathering: waking it for each would cost more than recording it.
    bell: Condvar,
}

#[derive(Default)]
struct Waiting {
    runs: Vec<Run>,
    flushed: Vec<Sender<()>>,
    over: bool,
}

impl Shared {
    // Held for a push or a swap only: whoever panicked left a list that is whole.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is something to do, at the latest until uses are to be noted; and then
    /// for what else comes.
    fn gathered(&self, noted: Option<Instant>) -> Waiting {
        let idle = |waiting: &mut Waiting| {
            waiting.runs.is_empty() && waiting.flushed.is_empty() && !waiting.over
        };
        let gathers = |waiting: &mut Waiting| waiting.flushed.is_empty() && !waiting.over;
        let mut waiting = self.lock();
        waiting = match noted {
            None => {
                let waited = self.bell.wait_while(waiting, idle);
                waited.unwrap_or_else(PoisonError::into_inner)
            }
            Some(at) => {
                let left = at.saturating_duration_since(Instant::now());
                let waited = self.bell.wait_timeout_while(waiting, left, idle);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        if !waiting.runs.is_empty() {
            let waited = self.bell.wait_timeout_while(waiting, GATHER, gathers);
            waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Waiting {
            over: waiting.over,
            ..std::mem::take(&mut *waiting)
        }
    }
}

impl Recorder {
    /// Starts the thread.
    ///
    /// # Errors
    /// Where the operating system gives no thread.
    pub fn start(catalog: Catalog) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("runs".to_owned())
            .spawn(move || write(&catalog, &theirs))?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Hands over a run; returns at once.
    pub fn record(&self, run: Run) {
        let mut waiting = self.shared.lock();
        waiting.runs.push(run);
        let first = waiting.runs.len() == 1;
        drop(waiting);
        if first {
            self.shared.bell.notify_one();
        }
    }

    /// Waits until everything handed over so far is written, and its use noted.
    pub fn flush(&self) {
        let (done, written) = channel();
        self.shared.lock().flushed.push(done);
        self.shared.bell.notify_one();
        let _ = written.recv();
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.shared.lock().over = true;
        self.shared.bell.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn write(catalog: &Catalog, shared: &Shared) {
    let mut uses: HashMap<(ConnectionId, Option<AuthorizationId>), Run> = HashMap::new();
    let mut note_at = None;
    loop {
        let waiting = shared.gathered(note_at);
        if !waiting.runs.is_empty() {
            if let Err(error) = catalog.record_runs(&waiting.runs) {
                let count = waiting.runs.len();
                tracing::error!(code = error.code(), count, "runs not recorded");
            }
            for run in waiting.runs {
                let last = uses.entry((run.connection, run.authorization));
                last.and_modify(|last| last.at = last.at.max(run.at))
                    .or_insert(run);
            }
            note_at = note_at.or_else(|| Some(Instant::now() + NOTE));
        }
        let due = note_at.is_some_and(|at| at <= Instant::now());
        if due || waiting.over || !waiting.flushed.is_empty() {
            let last: Vec<Run> = uses.drain().map(|(_, run)| run).collect();
            if let Err(error) = catalog.note_use(&last) {
                tracing::error!(code = error.code(), "last use not noted");
            }
            note_at = None;
        }
        for done in waiting.flushed {
            let _ = done.send(());
        }
        if waiting.over {
            return;
        }
    }
}
