//! `connectors`: all built-in connectors, read and checked anew, as the program does when it starts; and the gallery's
//! search and filters with five hundred services.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use serde_json::{Value, json};
use tsunagi_bench::report::{median, p95};
use tsunagi_bench::{Error, Plan, gallery};
use tsunagi_connectors::Library;

/// Times they are loaded, and when only the bench itself is tried.
const TIMES: usize = 200;
const FEW: usize = 2;
/// The most 95 of 100 may take, in milliseconds.
const LIMIT: f64 = 5.0;
/// Services of the gallery, and how often everything is typed and pressed.
const SERVICES: usize = 500;
const ROUNDS: usize = 12;
/// A frame at 60 Hz: the most 95 of 100 keys and presses may take until they are painted, in milliseconds.
const FRAME: f64 = 16.7;

fn main() -> ExitCode {
    match bench() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bench() -> Result<ExitCode, Error> {
    let plan = Plan::read()?;
    let times = if plan.smoke { FEW } else { TIMES };
    let mut took = Vec::with_capacity(times);
    let mut count = 0;
    for _ in 0..times {
        let started = Instant::now();
        let library = Library::built_in_anew();
        took.push(started.elapsed().as_secs_f64() * 1_000.0);
        count = library.all().count();
    }
    let rounds = if plan.smoke { 1 } else { ROUNDS };
    // As `cargo xtask bench` has it, the house is where one is.
    let strokes = gallery::strokes(Path::new("ui"), SERVICES, rounds)?;
    println!(
        "{count} connectors, first {:.2} ms; gallery of {} services",
        took.first().copied().unwrap_or_default(),
        strokes.services
    );
    let told = [
        told("load", &took, LIMIT)?,
        told("gallery, keystroke", &strokes.keystrokes, FRAME)?,
        told("gallery, filter", &strokes.filters, FRAME)?,
    ];
    if plan.smoke {
        return Ok(ExitCode::SUCCESS);
    }
    let text = json!({ "name": "connectors", "connectors": count, "services": strokes.services, "metrics": told });
    if let Some(folder) = plan.out.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("report"))?;
    }
    std::fs::write(&plan.out, format!("{text:#}\n")).map_err(Error::io("report"))?;
    let over: Vec<&Value> = told
        .iter()
        .filter(|one| one["p95"].as_f64() > one["limit"].as_f64())
        .collect();
    for one in &over {
        println!("{} is over the limit", one["name"]);
    }
    Ok(if over.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Prints a row of the table, and gives it as the report has it.
fn told(name: &str, took: &[f64], limit: f64) -> Result<Value, Error> {
    let (Some(half), Some(most)) = (median(took), p95(took)) else {
        return Err(Error::Differs(format!("{name}: nothing was measured")));
    };
    println!("{name}: median {half:.2} ms, p95 {most:.2} ms (limit {limit} ms)");
    Ok(
        json!({ "name": name, "unit": "ms", "median": half, "p95": most, "limit": limit, "n": took.len() }),
    )
}
