//! `bench`: measurements of the built app, each in a session of its own.
//!
//! A bench is a program of the package `tsunagi-bench`; it prints its table, writes `bench/<name>.json` in the build folder,
//! and exits with something else than 0 where a limit is exceeded.

use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use crate::Consent;
use crate::command;
use crate::error::Error;
use crate::metadata::House;
use crate::packages::Purpose;
use crate::prepare;
use crate::session::Session;

/// The package that holds the benches, and the program in it that is none.
const PACKAGE: &str = "tsunagi-bench";
const SEED: &str = "seed";
/// How long one bench may take.
const LIMIT: Duration = Duration::from_secs(1_800);

/// Prepares and measures.
///
/// # Errors
/// Where the machine, a build or the name is at fault, or a limit is exceeded.
pub fn run(
    house: &House,
    name: Option<&str>,
    smoke: bool,
    consent: Consent,
) -> Result<ExitCode, Error> {
    // A misspelled name should not cost a build.
    choose(&names(house), name)?;
    prepare::machine(house, Purpose::Test, consent)?;
    prepare::screens(house)?;
    all(house, name, smoke)?;
    Ok(ExitCode::SUCCESS)
}

/// Builds and measures, on a prepared machine with built screens: all benches, or the one named.
///
/// # Errors
/// As [`run`]; every bench is run before the failing ones are named.
pub fn all(house: &House, name: Option<&str>, smoke: bool) -> Result<(), Error> {
    let chosen = choose(&names(house), name)?;
    let profile = if smoke { "debug" } else { "release" };
    let build = |arguments: &[&str]| -> Command {
        let mut cargo = house.cargo(arguments);
        if !smoke {
            cargo.arg("--release");
        }
        cargo
    };
    command::show(&mut prepare::app(house, !smoke))?;
    command::show(&mut build(&[
        "build",
        "-p",
        "bare-window",
        "--features",
        "custom-protocol",
    ]))?;
    command::show(&mut build(&["build", "-p", PACKAGE, "--bins"]))?;
    let mut failed = Vec::new();
    for name in &chosen {
        let session = Session::start(None)?;
        let mut bench = session.command(house.binary(profile, name));
        bench
            .current_dir(&house.root)
            .stdin(Stdio::null())
            .env("TSUNAGI_BENCH_APP", house.binary(profile, "tsunagi"))
            .env("TSUNAGI_BENCH_BARE", house.binary(profile, "bare-window"))
            .env("TSUNAGI_BENCH_SEED", house.binary(profile, SEED))
            .env(
                "TSUNAGI_BENCH_OUT",
                house.target.join("bench").join(format!("{name}.json")),
            );
        if smoke {
            bench.env("TSUNAGI_BENCH_SMOKE", "1");
        }
        let watched = command::watch(&mut bench, Some(LIMIT), || session.end_programs())?;
        if !watched.success {
            failed.push(name.as_str());
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Error::Need(format!("failed: bench {}", failed.join(", "))))
    }
}

fn names(house: &House) -> Vec<String> {
    let targets = house
        .package(PACKAGE)
        .map_or(&[][..], |package| &package.targets);
    targets
        .iter()
        .filter(|(kind, name)| kind == "bin" && name != SEED)
        .map(|(_, name)| name.clone())
        .collect()
}

/// The benches a person means.
fn choose(names: &[String], name: Option<&str>) -> Result<Vec<String>, Error> {
    match name {
        None => Ok(names.to_vec()),
        Some(name) if names.iter().any(|known| known == name) => Ok(vec![name.to_owned()]),
        Some(name) => Err(Error::Need(format!(
            "there is no bench `{name}`; there are: {}",
            names.join(", ")
        ))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn the_seed_is_no_bench() {
        let value = json!({ "workspace_root": "/h", "target_directory": "/t", "packages": [{
            "name": "tsunagi-bench", "manifest_path": "/h/tests/bench/Cargo.toml", "dependencies": [],
            "targets": [{ "kind": ["lib"], "name": "tsunagi_bench" }, { "kind": ["bin"], "name": "seed" }, { "kind": ["bin"], "name": "startup" }] }] });
        let house = House::from_json(&value).unwrap();
        assert_eq!(
            names(&house),
            ["startup"],
            "programs but the seed are benches"
        );
        assert!(
            choose(&names(&house), Some("seed")).is_err(),
            "nor can it be named"
        );
        assert_eq!(
            choose(&names(&house), None).unwrap(),
            ["startup"],
            "all without a name"
        );
    }
}
