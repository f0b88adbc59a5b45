//! `storm`: a thousand callers of one connection whose token has ended, all at once: one token request, and an answer for
//! each.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;
use tsunagi_bench::answering::Answering;
use tsunagi_bench::gate::{Gate, Service};
use tsunagi_bench::report::median;
use tsunagi_bench::{Error, Plan};

/// Connections on disk, and when only the bench itself is tried.
const CONNECTIONS: usize = 10_000;
const FEW: usize = 200;
/// Callers.
const CALLERS: usize = 1_000;
/// Storms, each on a home of its own.
const STORMS: usize = 5;

fn main() -> ExitCode {
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::io("runtime"))
        .and_then(|runtime| runtime.block_on(bench()));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn bench() -> Result<(), Error> {
    let plan = Plan::read()?;
    let (connections, storms) = if plan.smoke {
        (FEW, 1)
    } else {
        (CONNECTIONS, STORMS)
    };
    let mut took = Vec::with_capacity(storms);
    for _ in 0..storms {
        took.push(storm(connections).await?);
    }
    let half = median(&took).unwrap_or_default();
    println!(
        "{CALLERS} callers of one ended token, {storms} times: 1 token request each time, all answered after {half:.0} ms (median)"
    );
    if plan.smoke {
        return Ok(());
    }
    let report = json!({ "name": "storm", "callers": CALLERS, "token_requests": 1, "unit": "ms", "all_answered": took });
    if let Some(folder) = plan.out.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("report"))?;
    }
    std::fs::write(&plan.out, format!("{report:#}\n")).map_err(Error::io("report"))
}

/// One storm: how long until all were answered, in milliseconds.
async fn storm(connections: usize) -> Result<f64, Error> {
    let folder = tempfile::tempdir().map_err(Error::io("temporary folder"))?;
    let service = Service::start()?;
    let gate = Arc::new(
        Gate::new(
            folder.path(),
            &Answering::socket(&service),
            connections,
            true,
        )
        .await?,
    );
    let started = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let gate = Arc::clone(&gate);
            tokio::spawn(async move { gate.ask().await })
        })
        .collect();
    for caller in callers {
        caller
            .await
            .map_err(|error| Error::Differs(error.to_string()))??;
    }
    let took = started.elapsed().as_secs_f64() * 1_000.0;
    let (tokens, recorded) = (
        service.token_requests(),
        gate.recorded(folder.path()).await?,
    );
    if tokens != 1 || recorded != CALLERS {
        return Err(Error::Differs(format!(
            "{tokens} token requests and {recorded} runs recorded, for {CALLERS} callers"
        )));
    }
    Ok(took)
}
