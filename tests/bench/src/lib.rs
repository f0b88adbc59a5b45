//! What the benches share: the report with its limits, one start of a window, and the memory of a process tree.
//!
//! What this room is for: measuring the built app from outside, as a person meets it. It may start the app and
//! WebKitWebDriver on the display it is given, read `/proc`, and write below the build folder. It never is part of the
//! app, and the app has no code for it.

pub mod aim;
pub mod answering;
pub mod bulk;
pub mod crowd;
pub mod gallery;
pub mod gate;
pub mod hand;
pub mod process;
pub mod report;
pub mod screen;
pub mod typing;
pub mod window;

use std::path::PathBuf;

/// Why a measurement could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A variable that `cargo xtask bench` sets is missing.
    #[error("{0} is not set; run this through `cargo xtask bench`")]
    Variable(&'static str),
    /// A file, folder or program.
    #[error("{what}: {source}")]
    Io {
        /// Which.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The driver refused, or the page did not do what it should in time.
    #[error("{0}")]
    Window(String),
    /// The catalog could not be filled.
    #[error(transparent)]
    Catalog(#[from] tsunagi_catalog::CatalogError),
    /// The console refused.
    #[error("console: {0}")]
    Console(String),
    /// Hand-written SQL, or filling a file by it.
    #[error("SQL: {0}")]
    Sql(#[from] rusqlite::Error),
    /// Two answers that should be the same are not.
    #[error("{0}")]
    Differs(String),
    /// A name of ours breaks a rule.
    #[error("{0}")]
    Name(String),
}

impl Error {
    /// For `map_err` on files and programs.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}

/// What `cargo xtask bench` tells a bench.
#[derive(Debug)]
pub struct Plan {
    /// The app (`TSUNAGI_BENCH_APP`).
    pub app: PathBuf,
    /// What it is measured against, where the bench has a bare window beside it (`TSUNAGI_BENCH_BARE`).
    pub bare: PathBuf,
    /// The program that fills a catalog (`TSUNAGI_BENCH_SEED`).
    pub seed: PathBuf,
    /// Where the JSON goes (`TSUNAGI_BENCH_OUT`).
    pub out: PathBuf,
    /// One pair and no verdict (`TSUNAGI_BENCH_SMOKE`).
    pub smoke: bool,
}

impl Plan {
    /// Reads the variables.
    ///
    /// # Errors
    /// [`Error::Variable`].
    pub fn read() -> Result<Self, Error> {
        let path = |name| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .ok_or(Error::Variable(name))
        };
        Ok(Self {
            app: path("TSUNAGI_BENCH_APP")?,
            bare: path("TSUNAGI_BENCH_BARE")?,
            seed: path("TSUNAGI_BENCH_SEED")?,
            out: path("TSUNAGI_BENCH_OUT")?,
            smoke: std::env::var_os("TSUNAGI_BENCH_SMOKE").is_some(),
        })
    }
}
