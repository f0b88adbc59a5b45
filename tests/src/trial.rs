//! One trial: a home of its own, the display for itself, pictures of what happened.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use tempfile::TempDir;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// What one test function works in. Only one trial at a time holds the display, since two would
/// type into each other's windows.
pub struct Trial {
    name: &'static str,
    folder: TempDir,
    _turn: OwnedMutexGuard<()>,
}

impl Trial {
    /// Waits for the display and makes an empty home.
    ///
    /// # Panics
    /// Where no temporary folder can be made.
    pub async fn begin(name: &'static str) -> Self {
        static DISPLAY: OnceLock<Arc<Mutex<()>>> = OnceLock::new();
        let turn = Arc::clone(DISPLAY.get_or_init(Arc::default))
            .lock_owned()
            .await;
        let folder = tempfile::Builder::new()
            .prefix("tsunagi-trial-")
            .tempdir()
            .expect("a temporary folder for the trial");
        for inner in ["home", "outside"] {
            std::fs::create_dir(folder.path().join(inner)).expect("a folder inside the trial's");
        }
        Self {
            name,
            folder,
            _turn: turn,
        }
    }

    /// `TSUNAGI_HOME` of this trial.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// A second home, for tests of two apps side by side.
    ///
    /// # Panics
    /// Where the folder cannot be made.
    #[must_use]
    pub fn other_home(&self, name: &str) -> PathBuf {
        let home = self.folder.path().join(name);
        std::fs::create_dir_all(&home).expect("a second home");
        home
    }

    /// Where the harness keeps what is not the app's own: its output, the launcher.
    #[must_use]
    pub fn outside(&self) -> PathBuf {
        self.folder.path().join("outside")
    }

    /// Everything the app and its output wrote: home and captured output.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A picture of the whole display, sign-in windows included, as `target/e2e/NAME-STEP.png`.
    pub fn picture(&self, step: &str) {
        let path = pictures().join(format!("{}-{step}.png", self.name));
        // A missing picture must not hide what the test itself found.
        let _ = Command::new("import")
            .args(["-window", "root"])
            .arg(path)
            .status();
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.picture("failed");
            for log in ["out.log", "err.log"] {
                let text = std::fs::read_to_string(self.outside().join(log)).unwrap_or_default();
                let lines: Vec<&str> = text.lines().collect();
                let tail = lines.len().saturating_sub(40);
                eprintln!("--- the app's {log}, last lines ---");
                for line in &lines[tail..] {
                    eprintln!("{line}");
                }
            }
        }
    }
}

/// The binary under test.
///
/// # Panics
/// Where `TSUNAGI_BIN` does not name a file: these tests never run against nothing.
#[must_use]
pub fn binary() -> PathBuf {
    let path = PathBuf::from(
        std::env::var_os("TSUNAGI_BIN").expect("TSUNAGI_BIN names the app: use `cargo xtask e2e`"),
    );
    assert!(path.is_file(), "TSUNAGI_BIN names no file: {path:?}");
    path
}

/// `target/e2e`, beside the profile folder that the binary lies in.
fn pictures() -> PathBuf {
    let binary = binary();
    let target = binary
        .parent()
        .and_then(Path::parent)
        .unwrap_or_else(|| Path::new("target"));
    let folder = target.join("e2e");
    let _ = std::fs::create_dir_all(&folder);
    folder
}
