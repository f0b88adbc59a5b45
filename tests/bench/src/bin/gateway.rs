//! `gateway`: a request through the gate against the same request by plain reqwest with a fixed header, to the same server
//! on loopback, in the same run, with 10,000 connections on disk and every request recorded; one at a time, and 64 at once.
//!
//! The server is the practice service: one that looks at the token and answers a list of records. Beside it, without a
//! limit, a socket that says the same few bytes to everybody: what the gate takes stands out there as nowhere else.
//!
//! Each round measures plain, gate, plain again, so that what the computer does besides meets both. The two plain halves
//! also show how far apart two measurements of the same thing are.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use serde_json::{Value, json};
use tsunagi_bench::answering::Answering;
use tsunagi_bench::gate::{Gate, Service};
use tsunagi_bench::report::median;
use tsunagi_bench::{Error, Plan};

/// Connections on disk, and when only the bench itself is tried.
const CONNECTIONS: usize = 10_000;
const FEW: usize = 200;
/// Rounds, and requests of each of its three parts.
const ROUNDS: usize = 15;
const REQUESTS: usize = 6_000;
/// The most the gate may take, in times of plain, at the median; and at the 99th percentile, beyond what two plain
/// measurements differ by.
const LIMIT: f64 = 1.1;

fn main() -> ExitCode {
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::io("runtime"))
        .and_then(|runtime| runtime.block_on(bench()));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The percentiles of one part of a round, in microseconds.
#[derive(Clone, Copy)]
struct Took {
    half: f64,
    most: f64,
}

impl Took {
    fn of(mut times: Vec<f64>) -> Result<Self, Error> {
        times.sort_by(f64::total_cmp);
        let at = |percent: usize| {
            times
                .get((times.len() * percent / 100).min(times.len().saturating_sub(1)))
                .copied()
        };
        match (at(50), at(99)) {
            (Some(half), Some(most)) => Ok(Self { half, most }),
            _ => Err(Error::Differs("nothing was measured".to_owned())),
        }
    }
}

/// Plain, gate, plain.
struct Round {
    before: Took,
    gate: Took,
    after: Took,
}

/// The same request without the gate.
struct Plain {
    client: reqwest::Client,
    address: String,
    token: String,
}

impl Plain {
    async fn ask(&self) -> Result<(), Error> {
        let failed = |error: reqwest::Error| Error::Differs(format!("plain: {error}"));
        let request = self
            .client
            .get(&self.address)
            .header(reqwest::header::AUTHORIZATION, &self.token);
        let answer = request.send().await.map_err(failed)?;
        let (status, body) = (answer.status(), answer.bytes().await.map_err(failed)?);
        if status.is_success() && !body.is_empty() {
            return Ok(());
        }
        Err(Error::Differs(format!("plain was answered {status}")))
    }
}

/// Asks `count` times, so many at once.
async fn ask<F, O>(count: usize, at_once: usize, one: F) -> Result<Took, Error>
where
    F: Fn() -> O + Clone + Send + Sync + 'static,
    O: Future<Output = Result<(), Error>> + Send,
{
    let left = Arc::new(AtomicUsize::new(count));
    let askers: Vec<_> = (0..at_once)
        .map(|_| {
            let (left, one) = (Arc::clone(&left), one.clone());
            tokio::spawn(async move {
                let mut times = Vec::with_capacity(count / at_once + 1);
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                        left.checked_sub(1)
                    })
                    .is_ok()
                {
                    let started = Instant::now();
                    one().await?;
                    times.push(started.elapsed().as_secs_f64() * 1e6);
                }
                Ok::<_, Error>(times)
            })
        })
        .collect();
    let mut times = Vec::with_capacity(count);
    for asker in askers {
        times.extend(
            asker
                .await
                .map_err(|error| Error::Differs(error.to_string()))??,
        );
    }
    Took::of(times)
}

async fn bench() -> Result<ExitCode, Error> {
    let plan = Plan::read()?;
    let folder = tempfile::tempdir().map_err(Error::io("temporary folder"))?;
    let practice = Answering::practice(folder.path()).await?;
    let judged = measured(&plan, "practice service", &practice).await?;
    let socket = Answering::socket(&Service::start()?);
    let beside = measured(&plan, "bare socket", &socket).await?;
    if plan.smoke {
        return Ok(ExitCode::SUCCESS);
    }
    let connections = CONNECTIONS;
    let report = json!({ "name": "gateway", "connections": connections, "metrics": judged, "beside": beside });
    if let Some(folder) = plan.out.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("report"))?;
    }
    std::fs::write(&plan.out, format!("{report:#}\n")).map_err(Error::io("report"))?;
    let over = judged.iter().filter(|one| {
        one["p50_ratio"].as_f64() > Some(LIMIT)
            || one["p99_ratio"].as_f64() > one["p99_limit"].as_f64()
    });
    let over: Vec<&Value> = over.collect();
    for one in &over {
        println!("{} at once is over the limit", one["at_once"]);
    }
    Ok(if over.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Both ways to one service, one at a time and 64 at once.
async fn measured(plan: &Plan, name: &str, service: &Answering) -> Result<Vec<Value>, Error> {
    let (connections, rounds, requests) = if plan.smoke {
        (FEW, 1, 200)
    } else {
        (CONNECTIONS, ROUNDS, REQUESTS)
    };
    let folder = tempfile::tempdir().map_err(Error::io("temporary folder"))?;
    let gate = Arc::new(Gate::new(folder.path(), service, connections, false).await?);
    let client = reqwest::Client::builder().no_proxy().build();
    let plain = Arc::new(Plain {
        client: client.map_err(|error| Error::Differs(error.to_string()))?,
        address: format!("http://127.0.0.1:{}/api{}", service.port, service.path),
        token: format!("Bearer {}", service.token),
    });
    let mut asked = 0;
    let mut told = Vec::new();
    println!("{name}:");
    for at_once in [1, 64] {
        let through_gate = || {
            let gate = Arc::clone(&gate);
            move || {
                let gate = Arc::clone(&gate);
                async move { gate.ask().await }
            }
        };
        let without = || {
            let plain = Arc::clone(&plain);
            move || {
                let plain = Arc::clone(&plain);
                async move { plain.ask().await }
            }
        };
        // Connections are opened, and what is read once is read.
        let first = requests / 10;
        ask(first, at_once, without()).await?;
        ask(first, at_once, through_gate()).await?;
        let mut measured = Vec::with_capacity(rounds);
        for _ in 0..rounds {
            measured.push(Round {
                before: ask(requests, at_once, without()).await?,
                gate: ask(requests, at_once, through_gate()).await?,
                after: ask(requests, at_once, without()).await?,
            });
        }
        asked += first + requests * rounds;
        told.push(tell(at_once, &measured)?);
    }
    let recorded = gate.recorded(folder.path()).await?;
    println!(
        "{connections} connections on disk, {asked} requests through the gate, {recorded} runs recorded"
    );
    if recorded != asked {
        return Err(Error::Differs(format!(
            "{asked} requests, and {recorded} runs recorded"
        )));
    }
    Ok(told)
}

/// Prints what so many at once took, and gives it as the report has it.
fn tell(at_once: usize, rounds: &[Round]) -> Result<Value, Error> {
    let of = |value: fn(&Round) -> f64| {
        let values: Vec<f64> = rounds.iter().map(value).collect();
        median(&values).ok_or_else(|| Error::Differs("nothing was measured".to_owned()))
    };
    let half = of(|round| round.gate.half / f64::midpoint(round.before.half, round.after.half))?;
    let most = of(|round| round.gate.most / f64::midpoint(round.before.most, round.after.most))?;
    let spread = of(|round| {
        round.before.most.max(round.after.most) / round.before.most.min(round.after.most)
    })?;
    let (plain, gate) = (
        of(|round| f64::midpoint(round.before.half, round.after.half))?,
        of(|round| round.gate.half)?,
    );
    let (plain_most, gate_most) = (
        of(|round| f64::midpoint(round.before.most, round.after.most))?,
        of(|round| round.gate.most)?,
    );
    println!(
        "{at_once} at once: p50 {gate:.0} µs, plain {plain:.0} µs, ratio {half:.3} (limit {LIMIT}); \
         p99 {gate_most:.0} µs, plain {plain_most:.0} µs, ratio {most:.3} (limit {:.3}: {LIMIT} times what two plain runs differ by)",
        LIMIT * spread
    );
    Ok(json!({
        "at_once": at_once, "unit": "us", "p50": gate, "p50_plain": plain, "p50_ratio": half, "p50_limit": LIMIT,
        "p99": gate_most, "p99_plain": plain_most, "p99_ratio": most, "p99_spread": spread, "p99_limit": LIMIT * spread,
        "rounds": rounds.len(),
    }))
}
