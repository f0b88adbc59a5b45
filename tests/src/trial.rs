//! One trial: a home of its own, the display for itself, pictures of what happened.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, Once, OnceLock};

use tempfile::TempDir;
use tokio::sync::OwnedMutexGuard;

use crate::page::Page;

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
        static DISPLAY: OnceLock<Arc<tokio::sync::Mutex<()>>> = OnceLock::new();
        let turn = Arc::clone(DISPLAY.get_or_init(Arc::default))
            .lock_owned()
            .await;
        picture_on_failure(name);
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

    /// Puts a place of the application that uses a connection into the home. `program` is the test
    /// binary `tsunagi-place`, whose path only the test itself knows.
    ///
    /// # Panics
    /// Where the home does not take it.
    pub fn place(&self, program: &str, place: &serde_json::Value) {
        let told = Command::new(program)
            .arg(self.home())
            .arg(place.to_string())
            .output()
            .expect("the program for places starts");
        let why = String::from_utf8_lossy(&told.stderr);
        assert!(told.status.success(), "{place} is put: {why}");
    }

    /// A picture of the whole display, sign-in windows included, as `target/e2e/NAME-STEP.png`.
    pub fn picture(&self, step: &str) {
        picture(self.name, step);
    }

    /// The same once the page has drawn what it says.
    pub async fn shown(&self, page: &Page, step: &str) {
        page.painted().await;
        self.picture(step);
    }

    /// What the app wrote to its output and logs last.
    fn tell(&self) {
        let logs = std::fs::read_dir(self.home().join("logs")).ok();
        let logs = logs.into_iter().flatten().flatten().map(|log| log.path());
        let output = ["out.log", "err.log"].map(|name| self.outside().join(name));
        for path in output.into_iter().chain(logs) {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            let tail = lines.len().saturating_sub(40);
            eprintln!("--- {}, last lines ---", path.display());
            for line in &lines[tail..] {
                eprintln!("{line}");
            }
        }
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.tell();
        }
    }
}

fn picture(name: &str, step: &str) {
    let path = pictures().join(format!("{name}-{step}.png"));
    // A missing picture must not hide what the test itself found.
    let _ = Command::new("import")
        .args(["-window", "root"])
        .arg(path)
        .status();
}

/// The trial that has the display.
static CURRENT: Mutex<Option<&'static str>> = Mutex::new(None);

/// Takes a picture at the moment of a failure: once the test unwinds, its windows are gone.
fn picture_on_failure(name: &'static str) {
    static HOOK: Once = Once::new();
    if let Ok(mut current) = CURRENT.lock() {
        *current = Some(name);
    }
    HOOK.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            tell(panic);
            if let Ok(current) = CURRENT.lock()
                && let Some(name) = *current
            {
                picture(name, "failed");
            }
        }));
    });
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
