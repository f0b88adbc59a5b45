//! `connectors`: all built-in connectors, read and checked anew, as the program does when it starts.

use std::process::ExitCode;
use std::time::Instant;

use tsunagi_bench::report::{median, p95};
use tsunagi_bench::{Error, Plan};
use tsunagi_connectors::Library;

/// Times they are loaded, and when only the bench itself is tried.
const TIMES: usize = 200;
const FEW: usize = 2;
/// The most 95 of 100 may take, in milliseconds.
const LIMIT: f64 = 5.0;

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
    let (first, half, most) = (took.first(), median(&took), p95(&took));
    let (Some(first), Some(half), Some(most)) = (first, half, most) else {
        return Err(Error::Differs("nothing was measured".to_owned()));
    };
    println!(
        "{count} connectors: first {first:.2} ms, median {half:.2} ms, p95 {most:.2} ms (limit {LIMIT} ms)"
    );
    let told = serde_json::json!({
        "name": "connectors", "connectors": count, "unit": "ms", "first": first, "median": half, "p95": most, "limit": LIMIT,
    });
    if let Some(folder) = plan.out.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("report"))?;
    }
    std::fs::write(&plan.out, format!("{told:#}\n")).map_err(Error::io("report"))?;
    if most > LIMIT && !plan.smoke {
        println!("over the limit");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
