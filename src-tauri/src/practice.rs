//! The practice service, started and stopped for the console.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use tokio::runtime::Runtime;
use tsunagi_console::agent::Practice;
use tsunagi_console::views::PracticeFaults;
use tsunagi_practice::{Config, Fault, Faults};

/// Runs the practice service on a runtime of its own, so that waiting for it to start can never
/// wait for the thread it would start on.
pub(crate) struct PracticeServer {
    file: PathBuf,
    running: Mutex<Option<Running>>,
    faults: Mutex<PracticeFaults>,
}

struct Running {
    runtime: Runtime,
    server: tsunagi_practice::Practice,
}

impl PracticeServer {
    pub(crate) fn new(file: PathBuf) -> Self {
        Self {
            file,
            running: Mutex::default(),
            faults: Mutex::default(),
        }
    }

    fn launch(&self) -> Result<Running, (&'static str, String)> {
        let failed = |detail: String| ("practice_failed", detail);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("practice")
            .enable_all()
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let config = Config::new(self.file.clone());
        let (sender, receiver) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            let _ = sender.send(tsunagi_practice::Practice::start(config).await);
        });
        let server = receiver
            .recv()
            .map_err(|error| failed(error.to_string()))?
            .map_err(|error| failed(error.to_string()))?;
        Ok(Running { runtime, server })
    }
}

impl Practice for PracticeServer {
    fn start(&self) -> Result<u16, (&'static str, String)> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = &*running {
            return Ok(running.server.port());
        }
        let started = self.launch()?;
        let port = started.server.port();
        if let Ok(mut faults) = self.faults.lock() {
            *faults = view_of(&started.server.faults());
        }
        tracing::info!(port, "the practice service runs");
        *running = Some(started);
        Ok(port)
    }

    fn stop(&self) {
        let stopped = self
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(Running { runtime, server }) = stopped {
            // Whoever is told to stop may be a thread of another runtime, where nothing may block.
            std::thread::spawn(move || {
                runtime.block_on(server.stop());
                tracing::info!("the practice service has stopped");
            });
        }
    }

    fn port(&self) -> Option<u16> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.as_ref().map(|running| running.server.port())
    }

    fn faults(&self) -> PracticeFaults {
        self.faults
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set_faults(&self, faults: PracticeFaults) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = &*running {
            running.server.set_faults(faults_of(&faults));
        }
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    fn revoke_all(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = &*running {
            let (sender, receiver) = std::sync::mpsc::channel();
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let _ = sender.send(running.runtime.block_on(running.server.revoke_all()));
                });
            });
            if let Ok(Err(error)) = receiver.recv() {
                tracing::error!(%error, "consents not forgotten");
            }
        }
    }
}

/// The faults' words across IPC.
const WORDS: &[(&str, Fault)] = &[
    (
        "too_many",
        Fault::TooMany {
            retry_after: Some(5),
        },
    ),
    ("server_error", Fault::ServerError),
    ("ok_with_error", Fault::OkWithError),
    ("html", Fault::Html),
    ("empty", Fault::Empty),
    ("malformed", Fault::Malformed),
    ("huge", Fault::Huge),
    ("no_expires_in", Fault::NoExpiresIn),
];

fn fault_of(word: Option<&str>) -> Option<Fault> {
    WORDS
        .iter()
        .find(|(known, _)| Some(*known) == word)
        .map(|(_, fault)| fault.clone())
}

fn word_of(fault: Option<&Fault>) -> Option<String> {
    WORDS
        .iter()
        .find(|(_, known)| {
            fault
                .is_some_and(|fault| std::mem::discriminant(fault) == std::mem::discriminant(known))
        })
        .map(|(word, _)| (*word).to_owned())
}

fn faults_of(view: &PracticeFaults) -> Faults {
    Faults {
        access_lifetime_seconds: view.access_seconds,
        token: fault_of(view.token.as_deref()),
        api: fault_of(view.api.as_deref()),
        slow_millis: view.slow_millis.map(u64::from),
        ..Faults::default()
    }
}

fn view_of(faults: &Faults) -> PracticeFaults {
    PracticeFaults {
        access_seconds: faults.access_lifetime_seconds,
        token: word_of(faults.token.as_ref()),
        api: word_of(faults.api.as_ref()),
        slow_millis: faults
            .slow_millis
            .and_then(|millis| u32::try_from(millis).ok()),
    }
}
