//! The gallery's search and filters, from the key or press to the painted frame: in Chromium, against the program in
//! memory, which has as many services as anybody asks for.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Error;

/// What was measured, in milliseconds.
#[derive(Debug)]
pub struct Strokes {
    /// Services the gallery had.
    pub services: u64,
    /// Keys typed into the search.
    pub keystrokes: Vec<f64>,
    /// Presses of a category or a way to authorize.
    pub filters: Vec<f64>,
}

/// Builds the screens against the program in memory, and types and presses `rounds` times with so many services.
///
/// # Errors
/// [`Error::Io`] where npm or node cannot be started; [`Error::Window`] where one of them fails, or answers nonsense.
pub fn strokes(screens: &Path, services: usize, rounds: usize) -> Result<Strokes, Error> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let mut build = Command::new(npm);
    build.args(["run", "--silent", "build:fake"]);
    run(build.current_dir(screens), "npm run build:fake")?;
    let mut bench = Command::new("node");
    bench.arg("tests/bench/gallery.mjs");
    bench.args([services.to_string(), rounds.to_string()]);
    let said = run(bench.current_dir(screens), "tests/bench/gallery.mjs")?;
    let line = said.lines().last().unwrap_or_default();
    let told: Value = serde_json::from_str(line)
        .map_err(|error| Error::Window(format!("tests/bench/gallery.mjs: {error}: {said}")))?;
    let times = |name: &str| -> Vec<f64> {
        let times = told[name].as_array().into_iter().flatten();
        times.filter_map(Value::as_f64).collect()
    };
    Ok(Strokes {
        services: told["services"].as_u64().unwrap_or_default(),
        keystrokes: times("keystroke"),
        filters: times("filter"),
    })
}

fn run(command: &mut Command, name: &str) -> Result<String, Error> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(Error::io(name))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    Err(Error::Window(format!("{name} failed: {said}")))
}
