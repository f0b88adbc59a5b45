//! `test`: everything that can be checked on this machine, one table, one verdict.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use serde_json::Value;

use crate::Consent;
use crate::command;
use crate::error::Error;
use crate::metadata::House;
use crate::packages::Purpose;
use crate::prepare;
use crate::totals::{Table, Totals};
use crate::{arrows, bench, e2e, run};

/// Where the tests of the real app run: they need Xvfb, WebKitWebDriver and D-Bus.
const LINUX: bool = cfg!(target_os = "linux");
/// The packages that other systems leave out.
const WITHOUT: &[&str] = if LINUX {
    &[]
} else {
    &["--exclude", "tsunagi-tests", "--exclude", "tsunagi-bench"]
};
/// What brings the real app's tests under the eyes of the lints.
const E2E: &[&str] = if LINUX {
    &["--features", "tsunagi-tests/e2e"]
} else {
    &[]
};

/// Prepares the machine and runs every step; a failing one does not hide the later ones.
///
/// # Errors
/// Where the machine lacks something: then nothing can be said about the project.
pub fn run(house: &House, consent: Consent) -> Result<ExitCode, Error> {
    prepare::machine(house, Purpose::Test, consent)?;
    let mut table = Table::default();
    let step = &mut |name: &str, work: &mut dyn FnMut() -> Result<Totals, Error>| -> bool {
        println!("\n== {name}");
        let started = Instant::now();
        let totals = work().unwrap_or_else(|error| {
            eprintln!("{error}");
            Totals::step(false)
        });
        table.add(name, totals, started.elapsed());
        totals.failed == 0
    };

    step("format", &mut || {
        done(&mut house.cargo(&["fmt", "--all", "--check"]))
    });
    step("arrows", &mut || {
        arrows::check(house).map(|()| Totals::step(true))
    });
    // The app's build embeds the screens, so a failure here would be repeated by most later steps.
    let screens = step("screens: build", &mut || {
        prepare::screens(house).map(|()| Totals::step(true))
    });
    if screens {
        let scripts = scripts(house)?;
        for (script, name) in [
            ("check", "screens: types"),
            ("lint", "screens: lint"),
            ("test", "screens: units"),
            ("test:screens", "screens: browser"),
        ] {
            if scripts.iter().any(|known| known == script) {
                step(name, &mut || counted(&mut house.npm(&["run", script])));
            } else if script != "lint" {
                step(name, &mut || {
                    Err(Error::Need(format!(
                        "ui/package.json has no script `{script}`"
                    )))
                });
            }
        }
    }
    step("clippy", &mut || {
        let mut clippy = house.cargo(&["clippy", "--workspace", "--all-targets"]);
        clippy.args(WITHOUT).args(E2E);
        done(clippy.args(["--", "-D", "warnings"]))
    });
    step("docs", &mut || {
        let mut doc = house.cargo(&["doc", "--workspace", "--no-deps", "--quiet"]);
        done(doc.args(WITHOUT).env("RUSTDOCFLAGS", "-D warnings"))
    });
    // The tests compare the generated types themselves; one that writes them instead must not pass unseen.
    let bindings = house.ui().join("src/backend");
    let before = snapshot(&bindings)?;
    step("cargo test", &mut || {
        counted(
            house
                .cargo(&["test", "--workspace", "--no-fail-fast"])
                .args(WITHOUT),
        )
    });
    step("bindings", &mut || {
        let drift = drift(&before, &snapshot(&bindings)?);
        for path in &drift {
            println!(
                "ui/src/backend/{} was out of date; the tests have written it anew, commit it",
                path.display()
            );
        }
        Ok(Totals::step(drift.is_empty()))
    });

    if LINUX {
        real_app(house, &mut table);
    } else {
        println!(
            "\nThe real app is tested on Linux only: e2e, run --headless and bench are left out."
        );
    }
    Ok(table.close())
}

/// The steps that start the app.
fn real_app(house: &House, table: &mut Table) {
    println!("\n== e2e");
    let started = Instant::now();
    if let Err(error) = e2e::all(house, None, 1, table) {
        eprintln!("{error}");
        table.add("e2e", Totals::step(false), started.elapsed());
    }
    let app = house.binary("debug", "tsunagi");
    let picture = crate::default_screenshot(house);
    let mut step = |name: &str, work: &dyn Fn() -> Result<(), Error>| {
        println!("\n== {name}");
        let started = Instant::now();
        let result = work();
        if let Err(error) = &result {
            eprintln!("{error}");
        }
        table.add(name, Totals::step(result.is_ok()), started.elapsed());
    };
    step("run --headless", &|| {
        run::photograph(&app, &picture, None, false)
    });
    step("bench --smoke", &|| bench::all(house, None, true));
}

fn done(command: &mut Command) -> Result<Totals, Error> {
    command::show(command.stdin(std::process::Stdio::null())).map(|()| Totals::step(true))
}

fn counted(command: &mut Command) -> Result<Totals, Error> {
    let watched = command::watch(command, None, || ())?;
    Ok(Totals::read(&watched.output, watched.success))
}

/// The names of the scripts that the screens' package has.
fn scripts(house: &House) -> Result<Vec<String>, Error> {
    let path = house.ui().join("package.json");
    let text = fs::read_to_string(&path).map_err(Error::file(&path))?;
    let package: Value = serde_json::from_str(&text)
        .map_err(|error| Error::Need(format!("{}: {error}", path.display())))?;
    Ok(package["scripts"]
        .as_object()
        .map(|scripts| scripts.keys().cloned().collect())
        .unwrap_or_default())
}

/// Every file below a folder with its content; a missing folder has none.
fn snapshot(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>, Error> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        if !next.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&next).map_err(Error::file(&next))? {
            let path = entry.map_err(Error::file(&next))?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let content = fs::read(&path).map_err(Error::file(&path))?;
                files.insert(
                    path.strip_prefix(folder).unwrap_or(&path).to_path_buf(),
                    content,
                );
            }
        }
    }
    Ok(files)
}

/// What differs between two snapshots.
fn drift(before: &BTreeMap<PathBuf, Vec<u8>>, after: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<PathBuf> {
    let changed = after
        .iter()
        .filter(|(path, content)| before.get(*path) != Some(content))
        .map(|(path, _)| path);
    let gone = before.keys().filter(|path| !after.contains_key(*path));
    changed.chain(gone).cloned().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn drift_is_seen_in_new_changed_and_vanished_files() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        fs::create_dir(folder.path().join("deep")).unwrap();
        write("same.ts", "1");
        write("deep/changed.ts", "1");
        write("gone.ts", "1");
        let before = snapshot(folder.path()).unwrap();
        assert!(drift(&before, &before).is_empty(), "nothing was written");
        write("deep/changed.ts", "2");
        write("new.ts", "1");
        fs::remove_file(folder.path().join("gone.ts")).unwrap();
        let drift = drift(&before, &snapshot(folder.path()).unwrap());
        assert_eq!(
            drift,
            [
                PathBuf::from("deep/changed.ts"),
                "new.ts".into(),
                "gone.ts".into()
            ],
            "all three are drift"
        );
    }

    #[test]
    fn a_missing_bindings_folder_is_empty_and_no_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            snapshot(&folder.path().join("none")).unwrap().is_empty(),
            "the first generation is drift, not a fault"
        );
    }
}
