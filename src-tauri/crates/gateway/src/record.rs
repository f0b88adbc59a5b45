//! Runs, recorded in batches: at most 200 ms of them are lost in a crash.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use tsunagi_catalog::{Catalog, Run};

/// How long runs are gathered before they are written.
const GATHER: Duration = Duration::from_millis(100);

/// Writes runs on a thread of its own. Dropping it writes what is left and waits.
pub struct Recorder {
    sender: Option<Sender<Entry>>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recorder")
    }
}

enum Entry {
    Run(Box<Run>),
    Flush(Sender<()>),
}

impl Recorder {
    /// Starts the thread.
    ///
    /// # Errors
    /// Where the operating system gives no thread.
    pub fn start(catalog: Catalog) -> std::io::Result<Self> {
        let (sender, receiver) = channel();
        let thread = std::thread::Builder::new()
            .name("runs".to_owned())
            .spawn(move || write(&catalog, &receiver))?;
        Ok(Self {
            sender: Some(sender),
            thread: Some(thread),
        })
    }

    /// Hands over a run; returns at once.
    pub fn record(&self, run: Run) {
        if let Some(sender) = &self.sender {
            // Fails only when the thread is gone, which Drop alone brings about.
            let _ = sender.send(Entry::Run(Box::new(run)));
        }
    }

    /// Waits until everything handed over so far is written.
    pub fn flush(&self) {
        let (done, written) = channel();
        if let Some(sender) = &self.sender
            && sender.send(Entry::Flush(done)).is_ok()
        {
            let _ = written.recv();
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.sender.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn write(catalog: &Catalog, receiver: &Receiver<Entry>) {
    let mut runs = Vec::new();
    let mut waiting: Vec<Sender<()>> = Vec::new();
    let mut open = true;
    while open {
        match receiver.recv() {
            Ok(Entry::Run(run)) => runs.push(*run),
            Ok(Entry::Flush(done)) => waiting.push(done),
            Err(_) => open = false,
        }
        let until = std::time::Instant::now() + GATHER;
        while open && waiting.is_empty() {
            match receiver.recv_timeout(until.saturating_duration_since(std::time::Instant::now()))
            {
                Ok(Entry::Run(run)) => runs.push(*run),
                Ok(Entry::Flush(done)) => waiting.push(done),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => open = false,
            }
        }
        if !runs.is_empty() {
            if let Err(error) = catalog.record(&runs) {
                tracing::error!(code = error.code(), count = runs.len(), "runs not recorded");
            }
            runs.clear();
        }
        for done in waiting.drain(..) {
            let _ = done.send(());
        }
    }
}
