//! The project's own commands: `cargo xtask run | test | e2e | bench | bundle | doctor | arrows`.
//!
//! What this room is for: taking a bare machine to a running or tested app, and keeping the import table of the house.
//! It may start programs, install the system packages of one table ([`packages`]) after asking, and write below the
//! build folder and `ui/`. It never is part of the app, and never ends a process that it did not start.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod arrows;
mod bench;
mod bundle;
mod command;
mod doctor;
mod e2e;
mod error;
mod metadata;
mod packages;
mod prepare;
mod run;
#[cfg_attr(not(target_os = "linux"), path = "session/absent.rs")]
mod session;
mod test;
mod toolchain;
mod totals;

use error::Error;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Runs, tests and measures Tsunagi"
)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Prepare this machine, build the app and start it
    Run(run::Options),
    /// Prepare this machine and run every test
    Test(Consent),
    /// Run the real app's tests: all, or the one named
    E2e {
        /// What to run, for example `newcomer`
        name: Option<String>,
        /// How often, in a row
        #[arg(long, default_value_t = 1)]
        times: u32,
        #[command(flatten)]
        consent: Consent,
    },
    /// Measure: all, or the bench named
    Bench {
        /// What to measure, for example `startup`
        name: Option<String>,
        /// Debug build, one pair, no verdict: shows that the bench itself works
        #[arg(long)]
        smoke: bool,
        #[command(flatten)]
        consent: Consent,
    },
    /// Make the installers that this machine can make
    Bundle(Consent),
    /// Print what was found on this machine
    Doctor,
    /// Check who imports whom
    Arrows,
}

/// Whether system packages may be installed without asking.
#[derive(clap::Args, Clone, Copy, Default)]
pub struct Consent {
    /// Install missing system packages without asking (also when CI is set)
    #[arg(long)]
    yes: bool,
}

impl Consent {
    /// True with `--yes`, and where the variable `CI` says that nobody could answer.
    pub fn given(self) -> bool {
        self.yes
            || std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
    }
}

fn main() -> ExitCode {
    match act(Cli::parse().verb) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nerror: {error}");
            ExitCode::FAILURE
        }
    }
}

fn act(verb: Verb) -> Result<ExitCode, Error> {
    let house = metadata::House::read()?;
    match verb {
        Verb::Run(options) => run::run(&house, &options),
        Verb::Test(consent) => test::run(&house, consent),
        Verb::E2e {
            name,
            times,
            consent,
        } => e2e::run(&house, name.as_deref(), times, consent),
        Verb::Bench {
            name,
            smoke,
            consent,
        } => bench::run(&house, name.as_deref(), smoke, consent),
        Verb::Bundle(consent) => bundle::run(&house, consent),
        Verb::Doctor => doctor::run(&house),
        Verb::Arrows => arrows::run(&house),
    }
}

/// Where the headless screenshot goes unless told otherwise, below the build folder.
fn default_screenshot(house: &metadata::House) -> PathBuf {
    house.target.join("screenshot.png")
}
