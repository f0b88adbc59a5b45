//! `e2e`: the tests that start the real app, each on a desktop of its own.
//!
//! A test is a target of the package `tsunagi-tests` whose name starts with `e2e_`. It finds the app in `TSUNAGI_BIN`,
//! and a fresh display, session bus, open keyring, `HOME` and `XDG_RUNTIME_DIR` around it.

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Consent;
use crate::command;
use crate::error::Error;
use crate::metadata::House;
use crate::packages::Purpose;
use crate::prepare;
use crate::session::Session;
use crate::totals::{Table, Totals};

/// The package that holds the tests.
const PACKAGE: &str = "tsunagi-tests";
/// How the targets' names begin.
const PREFIX: &str = "e2e_";
/// How long one test may take.
const LIMIT: Duration = Duration::from_secs(600);

/// Prepares, builds, and runs the tests `times` times in a row.
///
/// # Errors
/// Where the machine, a build or the name is at fault. Failing tests are told in the exit code.
pub fn run(
    house: &House,
    name: Option<&str>,
    times: u32,
    consent: Consent,
) -> Result<ExitCode, Error> {
    // A misspelled name should not cost a build.
    choose(&names(house), name)?;
    prepare::machine(house, Purpose::Test, consent)?;
    prepare::screens(house)?;
    let mut table = Table::default();
    all(house, name, times, &mut table)?;
    Ok(table.close())
}

/// Builds and runs, on a prepared machine with built screens. One row per test and time.
///
/// # Errors
/// Where a build or the name is at fault.
pub fn all(house: &House, name: Option<&str>, times: u32, table: &mut Table) -> Result<(), Error> {
    let chosen = choose(&names(house), name)?;
    for server in ["oidc-provider", "json-server"] {
        prepare::npm_ci(&house.root.join("tests").join(server))?;
    }
    command::show(&mut prepare::app(house, false))?;
    let programs = build(house, &chosen)?;
    for time in 1..=times {
        for (target, program) in &programs {
            let label = target
                .strip_prefix(PREFIX)
                .unwrap_or(target)
                .replace('_', "-");
            let label = if times > 1 {
                format!("{label} ({time} of {times})")
            } else {
                label
            };
            let started = Instant::now();
            let totals = one(house, program)?;
            table.add(format!("e2e {label}"), totals, started.elapsed());
        }
    }
    Ok(())
}

/// Runs one test in its own session.
fn one(house: &House, program: &PathBuf) -> Result<Totals, Error> {
    let session = Session::start(None)?;
    let mut test = session.command(program);
    test.current_dir(house.root.join("tests"))
        .env("TSUNAGI_BIN", house.binary("debug", "tsunagi"));
    test.env("RUST_BACKTRACE", "1");
    let watched = command::watch(&mut test, Some(LIMIT), || session.end_programs())?;
    if watched.timed_out {
        println!("ended after {} s without a result", LIMIT.as_secs());
    }
    Ok(Totals::read(&watched.output, watched.success))
}

fn names(house: &House) -> Vec<String> {
    let targets = house
        .package(PACKAGE)
        .map_or(&[][..], |package| &package.targets);
    let found = targets
        .iter()
        .filter(|(kind, name)| kind == "test" && name.starts_with(PREFIX));
    found.map(|(_, name)| name.clone()).collect()
}

/// The targets a person means; dashes and underscores are the same.
fn choose(names: &[String], name: Option<&str>) -> Result<Vec<String>, Error> {
    let Some(name) = name else {
        if names.is_empty() {
            return Err(Error::Need(format!(
                "package {PACKAGE} has no target named {PREFIX}…"
            )));
        }
        return Ok(names.to_vec());
    };
    let wanted = format!("{PREFIX}{}", name.replace('-', "_"));
    if names.contains(&wanted) {
        return Ok(vec![wanted]);
    }
    let known: Vec<_> = names
        .iter()
        .filter_map(|name| name.strip_prefix(PREFIX))
        .map(|name| name.replace('_', "-"))
        .collect();
    Err(Error::Need(format!(
        "there is no e2e test `{name}`; there are: {}",
        known.join(", ")
    )))
}

/// Builds the chosen targets and says where cargo put them.
fn build(house: &House, chosen: &[String]) -> Result<Vec<(String, PathBuf)>, Error> {
    let mut cargo = house.cargo(&["test", "-p", PACKAGE, "--features", "e2e", "--no-run"]);
    for target in chosen {
        cargo.args(["--test", target]);
    }
    let messages = messages(&mut cargo)?;
    let place = |target: &String| {
        executable(&messages, target)
            .map(|program| (target.clone(), program))
            .ok_or_else(|| Error::Metadata(format!("cargo did not say where it put {target}")))
    };
    chosen.iter().map(place).collect()
}

/// Runs cargo with JSON messages; what it says to a person still goes to the terminal.
fn messages(cargo: &mut Command) -> Result<String, Error> {
    cargo.args(["--message-format", "json-render-diagnostics"]);
    let line = command::line(cargo);
    eprintln!("\n$ {line}");
    let output = cargo
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|source| Error::Start {
            program: "cargo".to_owned(),
            source,
        })?;
    if !output.status.success() {
        return Err(Error::Failed {
            line,
            status: output.status.to_string(),
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Finds a target's program in cargo's JSON messages.
fn executable(messages: &str, target: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| {
            message["reason"] == "compiler-artifact" && message["target"]["name"] == target
        })
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn dashes_and_underscores_name_the_same_test() {
        let names = vec!["e2e_newcomer".to_owned(), "e2e_oidc_provider".to_owned()];
        assert_eq!(
            choose(&names, Some("oidc-provider")).unwrap(),
            ["e2e_oidc_provider"],
            "as the README writes it"
        );
        assert_eq!(
            choose(&names, Some("oidc_provider")).unwrap(),
            ["e2e_oidc_provider"],
            "as cargo writes it"
        );
        assert_eq!(choose(&names, None).unwrap(), names, "all without a name");
    }

    #[test]
    fn an_unknown_test_is_refused_with_the_known_ones() {
        let error = choose(&["e2e_oidc_provider".to_owned()], Some("nope"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("oidc-provider"),
            "the person sees what there is: {error}"
        );
        assert!(choose(&[], None).is_err(), "running no test is no success");
    }

    #[test]
    fn the_program_is_found_among_cargos_messages() {
        let messages = concat!(
            "not json\n",
            r#"{"reason":"compiler-artifact","target":{"name":"e2e_tray"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"e2e_tray"},"executable":"/t/e2e_tray-1"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(
            executable(messages, "e2e_tray"),
            Some(PathBuf::from("/t/e2e_tray-1")),
            "libraries have no program"
        );
        assert_eq!(
            executable(messages, "e2e_other"),
            None,
            "another target's program is not it"
        );
    }
}
