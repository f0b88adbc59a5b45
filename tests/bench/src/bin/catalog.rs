//! `catalog`: the list at 100,000 connections and 300,000 slots, asked for through the console, against the same answer by
//! hand-written SQL in the same run; and a keystroke in the search box of the real window.
//!
//! Two catalogs: one of all kinds, and one of logged-in-user connections only, where what is shown depends on who looks.
//! Before anything is measured both sides must give the same rows and counts, and what the catalog derives must be what a
//! recount from the slots says.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use serde_json::json;
use tsunagi_bench::crowd::{self, Crowd};
use tsunagi_bench::hand::{Answer, Bound, Hand, QUESTIONS, Question};
use tsunagi_bench::report::{median, p95};
use tsunagi_bench::{Error, Plan, typing};
use tsunagi_console::agent::{Bell, Practice, UserAgent, Visit};
use tsunagi_console::views::{
    FlowView, Founding, ListQuery, Locale, PracticeFaults, SortBy, VaultView,
};
use tsunagi_console::{
    Console, FlowId, KeyHolder, KeyringError, MemoryKeyHolder, Surroundings, SystemClock,
};
use tsunagi_domain::{ApplicationId, Kind, MemberId, Seen};
use url::Url;

/// Connections of each catalog, and when only the bench itself is tried.
const CONNECTIONS: usize = 100_000;
const FEW: usize = 400;
/// Rows of a page, as the window asks for them.
const PAGE: u32 = 100;
/// Times each question is asked.
const OURS: usize = 60;
const THEIRS: usize = 12;
/// The most our median may be, in medians of hand-written SQL.
const RATIO: f64 = 1.5;
/// The most 95 of 100 answers may take, in milliseconds.
const ANSWER: f64 = 16.0;
/// The most 95 of 100 keystrokes may take until they show, in milliseconds.
const KEYSTROKE: f64 = 50.0;
/// Where the plans of the hand-written SQL are kept.
const PLANS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/catalog/plans.txt");

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match bench().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// One question's times, in milliseconds.
struct Timed {
    crowd: &'static str,
    name: &'static str,
    ours: Vec<f64>,
    theirs: Vec<f64>,
}

async fn bench() -> Result<ExitCode, Error> {
    let plan = Plan::read()?;
    let count = if plan.smoke { FEW } else { CONNECTIONS };
    let scratch = tempfile::tempdir().map_err(Error::io("temporary folder"))?;
    let mut timed = Vec::new();
    for (name, crowd) in [("mixed", Crowd::Mixed), ("personal", Crowd::Personal)] {
        let home = scratch.path().join(name);
        timed.extend(catalog(&home, name, crowd, count, plan.smoke)?);
        // The window below has one of its own.
        std::fs::remove_dir_all(&home).map_err(Error::io("home"))?;
    }
    let (strokes, bulk) = typing::strokes(&plan, &scratch.path().join("window"), count).await?;
    println!(
        "all {count} at once, in the window: asked {:.1} s, disabled {:.1} s, undone {:.1} s",
        bulk.asked, bulk.disabled, bulk.undone
    );
    report(&plan, &timed, &strokes)
}

fn catalog(
    home: &Path,
    name: &'static str,
    crowd: Crowd,
    count: usize,
    smoke: bool,
) -> Result<Vec<Timed>, Error> {
    let ring = MemoryKeyHolder::new();
    let console = open(home, &ring)?;
    let founding = Founding {
        workspace: "Bench".to_owned(),
        member: "Aiko".to_owned(),
        practice: false,
        passphrase: None,
    };
    console.found(&founding).map_err(refused)?;
    drop(console);
    let started = Instant::now();
    let slots = crowd::fill(home, crowd, count)?;
    println!(
        "{name}: {count} connections, {slots} filled slots, made in {:.0} s",
        started.elapsed().as_secs_f64()
    );
    let console = open(home, &ring)?;
    let hand = Hand::open(home)?;
    let (viewer, application) = somebody(home)?;
    let bound = bound(viewer, application);
    recounted(&console, &hand, &bound)?;
    plans(&hand, name)?;
    let mut timed = Vec::new();
    for question in QUESTIONS {
        timed.push(ask(
            &console,
            &hand,
            question,
            &bound,
            application,
            name,
            smoke,
        )?);
    }
    Ok(timed)
}

/// A member and an application of the catalog.
fn somebody(home: &Path) -> Result<(MemberId, ApplicationId), Error> {
    let catalog = tsunagi_catalog::Catalog::open(home)?;
    let member = catalog.members()?.first().map(|member| member.id);
    let application = catalog.applications()?.first().map(|one| one.id);
    member
        .zip(application)
        .ok_or_else(|| Error::Differs("nobody is there".to_owned()))
}

/// The service that is asked for.
const SERVICE: &str = "practice";

fn bound(viewer: MemberId, application: ApplicationId) -> Bound {
    let blob = |id: uuid::Uuid| Value::Blob(id.as_bytes().to_vec());
    // The bits as the catalog's module `facets` places them: the states in their order, then up to three reaches that
    // need somebody, the same for who manages, and last for who may choose a primary account.
    let bit = |state: Seen| {
        let at = Seen::ALL.iter().position(|one| *one == state);
        Value::Integer(1 << at.unwrap_or_default())
    };
    Bound::from([
        (":viewer", blob(viewer.uuid())),
        (":application", blob(application.uuid())),
        (":needs", Value::Integer(1 << (Seen::ALL.len() + 6))),
        (":expired", bit(Seen::Expired)),
        (":revoked", bit(Seen::Revoked)),
        (":service", Value::Text(SERVICE.to_owned())),
        (":limit", Value::Integer(PAGE.into())),
    ])
}

/// The same question, as a door asks it.
fn query(question: &Question, application: ApplicationId) -> ListQuery {
    let mut query = ListQuery {
        limit: PAGE,
        ..ListQuery::default()
    };
    match question.name {
        "last-used" => query.sort = SortBy::LastUsed,
        "needing" => query.needs_person = Some(true),
        "others" => query.needs_person = Some(false),
        "kind" => query.kinds = vec![Kind::LoggedInUser],
        "service" => query.services = vec![SERVICE.to_owned()],
        "application" => query.applications = vec![application],
        "health" => query.health = vec![Seen::Expired],
        "kind-and-health" => {
            query.kinds = vec![Kind::LoggedInUser];
            query.health = vec![Seen::Revoked];
        }
        "search-few" => "quetzal".clone_into(&mut query.search),
        "search-many" => "example.com".clone_into(&mut query.search),
        "search-two-few" => "稀少".clone_into(&mut query.search),
        "search-two-many" => "顧客".clone_into(&mut query.search),
        _ => {}
    }
    query
}

fn ask(
    console: &Console,
    hand: &Hand,
    question: &Question,
    bound: &Bound,
    application: ApplicationId,
    crowd: &'static str,
    smoke: bool,
) -> Result<Timed, Error> {
    let mut query = query(question, application);
    let mut bound = bound.clone();
    if question.name == "next" {
        let first = console
            .connections(console.session(), &query)
            .map_err(refused)?;
        let cursor = first.next.unwrap_or_default();
        let place: serde_json::Value = serde_json::from_str(&cursor).unwrap_or_default();
        let text = |name: &str| place[name].as_str().unwrap_or_default().to_owned();
        let id = text("id").parse::<uuid::Uuid>().unwrap_or_default();
        bound.insert(":folded", Value::Text(text("folded")));
        bound.insert(":id", Value::Blob(id.as_bytes().to_vec()));
        query.after = Some(cursor);
    }
    let ours = || -> Result<(Answer, f64), Error> {
        let started = Instant::now();
        let page = console
            .connections(console.session(), &query)
            .map_err(refused)?;
        let took = started.elapsed().as_secs_f64() * 1_000.0;
        let answer = Answer {
            links: page.rows.into_iter().map(|row| row.link_name).collect(),
            total: page.total.into(),
            all: page.all.into(),
            needing: page.needing.into(),
        };
        Ok((answer, took))
    };
    let theirs = || -> Result<(Answer, f64), Error> {
        let started = Instant::now();
        let answer = hand.ask(question, &bound)?;
        Ok((answer, started.elapsed().as_secs_f64() * 1_000.0))
    };
    // Once for the caches, and to see that it is the same.
    let (mine, other) = (ours()?.0, theirs()?.0);
    if mine != other {
        return Err(Error::Differs(format!(
            "{crowd}, {}: the console says {} of {} ({} need somebody), {:?}; SQL {} of {} ({}), {:?}",
            question.name,
            mine.total,
            mine.all,
            mine.needing,
            mine.links.first(),
            other.total,
            other.all,
            other.needing,
            other.links.first(),
        )));
    }
    let mut timed = Timed {
        crowd,
        name: question.name,
        ours: Vec::new(),
        theirs: Vec::new(),
    };
    let (mine, other) = if smoke { (1, 1) } else { (OURS, THEIRS) };
    // In turns, so that whatever else the machine does meets both.
    for turn in 0..mine {
        timed.ours.push(ours()?.1);
        if turn % (mine / other) == 0 {
            timed.theirs.push(theirs()?.1);
        }
    }
    println!(
        "{crowd:<9} {:<16} {:>7} rows   ours {:>7.2} ms, p95 {:>7.2}   by hand {:>8.2} ms",
        question.name,
        ours()?.0.total,
        median(&timed.ours).unwrap_or_default(),
        p95(&timed.ours).unwrap_or_default(),
        median(&timed.theirs).unwrap_or_default(),
    );
    Ok(timed)
}

/// What is derived must be what the slots say.
fn recounted(console: &Console, hand: &Hand, bound: &Bound) -> Result<(), Error> {
    let counted = hand.recount(bound)?;
    for state in Seen::ALL {
        let query = ListQuery {
            health: vec![state],
            limit: 1,
            ..ListQuery::default()
        };
        let page = console
            .connections(console.session(), &query)
            .map_err(refused)?;
        let found = counted.iter().find(|(name, _)| name == state.as_str());
        let recount = found.map_or(0, |(_, count)| *count);
        if u64::from(page.total) != recount {
            return Err(Error::Differs(format!(
                "{}: {} connections by what is derived, {recount} by a recount",
                state.as_str(),
                page.total
            )));
        }
    }
    Ok(())
}

/// Writes the plans beside the statements where `TSUNAGI_BENCH_PLANS` asks for it, and says where they differ.
fn plans(hand: &Hand, crowd: &str) -> Result<(), Error> {
    if crowd != "mixed" {
        return Ok(());
    }
    let now = hand.plans()?;
    if std::env::var_os("TSUNAGI_BENCH_PLANS").is_some() {
        std::fs::write(PLANS, now).map_err(Error::io(PLANS))
    } else {
        if std::fs::read_to_string(PLANS).unwrap_or_default() != now {
            println!("the plans differ from {PLANS}; TSUNAGI_BENCH_PLANS=1 writes them");
        }
        Ok(())
    }
}

fn report(plan: &Plan, timed: &[Timed], strokes: &[f64]) -> Result<ExitCode, Error> {
    let mut over = Vec::new();
    let mut metrics = Vec::new();
    for one in timed {
        let (ours, theirs) = (median(&one.ours), median(&one.theirs));
        let ratio = ours.zip(theirs).map(|(ours, theirs)| ours / theirs);
        let slow = p95(&one.ours);
        let name = format!("{}, {}", one.crowd, one.name);
        if ratio.is_none_or(|ratio| ratio > RATIO) {
            over.push(format!("{name} is over {RATIO} times hand-written SQL"));
        }
        if slow.is_none_or(|slow| slow > ANSWER) {
            over.push(format!("{name} is over {ANSWER} ms in more than 5 of 100"));
        }
        metrics.push(json!({
            "name": name, "unit": "ms", "ours": ours, "theirs": theirs, "ratio": ratio, "limit": RATIO,
            "p95": slow, "p95_limit": ANSWER, "n": one.theirs.len(),
        }));
    }
    let slow = p95(strokes);
    println!(
        "keystroke: {:.1} ms, p95 {:.1} ms",
        median(strokes).unwrap_or_default(),
        slow.unwrap_or_default()
    );
    if slow.is_none_or(|slow| slow > KEYSTROKE) {
        over.push(format!(
            "a keystroke shows later than {KEYSTROKE} ms in more than 5 of 100"
        ));
    }
    metrics.push(json!({
        "name": "keystroke", "unit": "ms", "ours": median(strokes), "p95": slow, "p95_limit": KEYSTROKE,
        "n": strokes.len(),
    }));
    if plan.smoke {
        return Ok(ExitCode::SUCCESS);
    }
    let text = format!("{:#}\n", json!({ "name": "catalog", "metrics": metrics }));
    if let Some(folder) = plan.out.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("report"))?;
    }
    std::fs::write(&plan.out, text).map_err(Error::io("report"))?;
    println!("{}", plan.out.display());
    over.iter().for_each(|one| eprintln!("{one}"));
    Ok(if over.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn refused(error: tsunagi_console::ConsoleError) -> Error {
    Error::Console(error.code.to_string())
}

/// Opens the console as the program does, with a keyring in memory and nobody to sign in.
fn open(home: &Path, ring: &MemoryKeyHolder) -> Result<Console, Error> {
    let ring = ring.clone();
    let console = Console::open(Surroundings {
        home: home.to_owned(),
        clock: Arc::new(SystemClock),
        keyring: Arc::new(move || -> Result<Box<dyn KeyHolder>, KeyringError> {
            Ok(Box::new(ring.clone()))
        }),
        agent: Arc::new(Nobody),
        bell: Arc::new(Nobody),
        practice: Arc::new(Nobody),
        person: "Aiko".to_owned(),
        locale: Locale::En,
    })
    .map_err(refused)?;
    console.unlock_at_start();
    let patience = Instant::now() + Duration::from_secs(60);
    while console.start(console.session()).map_err(refused)?.vault == VaultView::Waiting {
        if Instant::now() > patience {
            return Err(Error::Console("the vault does not open".to_owned()));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(console)
}

/// No windows, no bell, no practice service: nothing here signs in.
struct Nobody;

impl UserAgent for Nobody {
    fn open(&self, _visit: Visit) -> Result<(), &'static str> {
        Err("browser_missing")
    }

    fn browse(&self, _address: &Url) -> Result<(), &'static str> {
        Err("browser_missing")
    }

    fn close_page(&self, _flow: FlowId) {}

    fn close_flow(&self, _flow: FlowId) {}
}

impl Bell for Nobody {
    fn changed(&self) {}

    fn flow(&self, _view: &FlowView) {}
}

impl Practice for Nobody {
    fn start(&self) -> Result<u16, (&'static str, String)> {
        Err(("practice_failed", "there is none".to_owned()))
    }

    fn stop(&self) {}

    fn port(&self) -> Option<u16> {
        None
    }

    fn faults(&self) -> PracticeFaults {
        PracticeFaults::default()
    }

    fn set_faults(&self, _faults: PracticeFaults) {}

    fn revoke_all(&self) {}
}
