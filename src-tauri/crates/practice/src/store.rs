//! The state in memory and its file. A change is on the disk before anyone sees it.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::PracticeError;
use crate::state::{FORMAT, State};

/// Many readers, one writer at a time; readers never wait for the disk.
pub(crate) struct Store {
    file: PathBuf,
    /// The bytes last written. Its lock is the right to write.
    written: Mutex<Vec<u8>>,
    now: RwLock<Arc<State>>,
}

impl Store {
    /// Reads the state file; a missing one is an empty state.
    ///
    /// # Errors
    /// [`PracticeError::StateRead`], [`PracticeError::StateMalformed`],
    /// [`PracticeError::StateNewer`]; the file is left as it is.
    pub(crate) fn open(file: &Path) -> Result<Self, PracticeError> {
        let bytes = match std::fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(source) => {
                return Err(PracticeError::StateRead {
                    path: file.to_owned(),
                    source,
                });
            }
        };
        let state = if bytes.is_empty() {
            State::default()
        } else {
            parse(file, &bytes)?
        };
        Ok(Self {
            file: file.to_owned(),
            written: Mutex::new(bytes),
            now: RwLock::new(Arc::new(state)),
        })
    }

    /// The state as it is now.
    pub(crate) fn now(&self) -> Arc<State> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes a change, one at a time, and returns when it is on the disk. It runs to its end even
    /// where the asker goes away. Where the file cannot be written nothing has changed.
    ///
    /// # Errors
    /// [`PracticeError::StateWrite`], [`PracticeError::Interrupted`].
    pub(crate) async fn change<T, F>(self: &Arc<Self>, make: F) -> Result<T, PracticeError>
    where
        T: Send + 'static,
        F: FnOnce(&mut State) -> T + Send + 'static,
    {
        let store = Arc::clone(self);
        tokio::task::spawn_blocking(move || store.change_now(make))
            .await
            .map_err(|_| PracticeError::Interrupted)?
    }

    fn change_now<T>(&self, make: impl FnOnce(&mut State) -> T) -> Result<T, PracticeError> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = State::clone(&self.now());
        let outcome = make(&mut state);
        let mut bytes = serde_json::to_vec_pretty(&state)
            .map_err(io::Error::other)
            .map_err(|source| self.unwritten(source))?;
        bytes.push(b'\n');
        if bytes != *written {
            write(&self.file, &bytes).map_err(|source| self.unwritten(source))?;
            *written = bytes;
            *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(state);
        }
        Ok(outcome)
    }

    fn unwritten(&self, source: io::Error) -> PracticeError {
        PracticeError::StateWrite {
            path: self.file.clone(),
            source,
        }
    }
}

fn parse(file: &Path, bytes: &[u8]) -> Result<State, PracticeError> {
    // The format first: a later version may have changed everything else.
    #[derive(serde::Deserialize)]
    struct Head {
        #[serde(default)]
        format: u32,
    }
    let malformed = |error: serde_json::Error| PracticeError::StateMalformed {
        path: file.to_owned(),
        line: error.line(),
        column: error.column(),
    };
    let head: Head = serde_json::from_slice(bytes).map_err(malformed)?;
    if head.format > FORMAT {
        return Err(PracticeError::StateNewer {
            path: file.to_owned(),
            format: head.format,
        });
    }
    serde_json::from_slice(bytes).map_err(malformed)
}

/// Writes beside, makes it durable, then renames over: a crash leaves the old file or the new
/// one. `tempfile` makes the file readable by its owner only, and the rename keeps that.
fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut beside = tempfile::Builder::new()
        .prefix(".practice-")
        .tempfile_in(folder)?;
    beside.write_all(bytes)?;
    beside.as_file().sync_all()?;
    beside.persist(file).map_err(|failed| failed.error)?;
    // The rename itself is durable only once the folder is. Windows cannot open folders so.
    #[cfg(unix)]
    std::fs::File::open(folder)?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests;
