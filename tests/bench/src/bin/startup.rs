//! `startup`: from exec until a row of the list answers a click, and the memory that takes, with 1,000 connections;
//! against a bare window of the same profile whose only button answers one.
//!
//! Both sides alternate, each start with a web cache and data folders of its own; the app's home is a copy of one that was
//! founded and filled before. The click is the pointer's, and the answer is what the screen shows, so both sides pay for
//! everything up to the pixels. How an answer looks is learned first, from one driven start of each side.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use tsunagi_bench::aim::Aim;
use tsunagi_bench::report::{Metric, Report};
use tsunagi_bench::{Error, Plan, window};

/// Connections in the list.
const CONNECTIONS: u32 = 1_000;
/// Starts of each side.
const PAIRS: usize = 10;
/// The most that either ratio may be.
const LIMIT: f64 = 1.3;
/// The first cell of a row that can be chosen, as assistive tools see it: neither column heads nor group heads, and no
/// cell with buttons in it.
const ROW: &str = "[role=grid] [role=row][aria-selected] [role=gridcell]";
/// The bare window's button.
const BUTTON: &str = "button";

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

async fn bench() -> Result<ExitCode, Error> {
    let plan = Plan::read()?;
    let scratch = tempfile::tempdir().map_err(Error::io("temporary folder"))?;
    let template = scratch.path().join("template");
    found(&plan, &template, scratch.path()).await?;
    let row = learn(&plan.app, ROW, Some(&template), scratch.path(), "ours").await?;
    let button = learn(&plan.bare, BUTTON, None, scratch.path(), "bare").await?;
    let mut starts = (Vec::new(), Vec::new());
    for pair in 1..=if plan.smoke { 1 } else { PAIRS } {
        let ours = side(
            &plan.app,
            &row,
            Some(&template),
            scratch.path(),
            &format!("ours-{pair}"),
        )?;
        let theirs = side(
            &plan.bare,
            &button,
            None,
            scratch.path(),
            &format!("bare-{pair}"),
        )?;
        println!(
            "{pair:>3}   ours {:>5.0} ms {:>4.0} MiB   bare {:>5.0} ms {:>4.0} MiB",
            ours.answered, ours.pss, theirs.answered, theirs.pss
        );
        starts.0.push(ours);
        starts.1.push(theirs);
    }
    let (ours, theirs) = starts;
    let metric = |name, unit, value: fn(&window::Start) -> f64| Metric {
        name,
        unit,
        ours: ours.iter().map(value).collect(),
        theirs: theirs.iter().map(value).collect(),
        limit: LIMIT,
    };
    let report = Report {
        name: "startup",
        metrics: vec![
            metric("exec to answer", "ms", |start| start.answered),
            metric("PSS", "MiB", |start| start.pss),
        ],
    };
    println!("\n{}", report.table());
    if plan.smoke {
        return Ok(ExitCode::SUCCESS);
    }
    report.write(&plan.out)?;
    println!("{}", plan.out.display());
    for metric in report.exceeded() {
        eprintln!("{} is over its limit of {LIMIT} times", metric.name);
    }
    Ok(if report.exceeded().is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Lets the app found a home, then fills its catalog.
async fn found(plan: &Plan, template: &Path, scratch: &Path) -> Result<(), Error> {
    let folders = folders(scratch, "founding")?;
    fs::create_dir_all(template).map_err(Error::io("template"))?;
    let environment = environment(&folders, template);
    window::press(&plan.app, "Start empty", &environment, &folders[0]).await?;
    let seeded = Command::new(&plan.seed)
        .arg(template)
        .arg(CONNECTIONS.to_string())
        .status()
        .map_err(Error::io("seed"))?;
    if seeded.success() {
        Ok(())
    } else {
        Err(Error::Window("the catalog could not be filled".to_owned()))
    }
}

/// One driven start of one side, to learn what a click looks like.
async fn learn(
    program: &Path,
    selector: &str,
    template: Option<&Path>,
    scratch: &Path,
    name: &str,
) -> Result<Aim, Error> {
    let folders = folders(scratch, &format!("{name}-learning"))?;
    let home = home(template, &folders)?;
    let environment = environment(&folders, &home);
    window::visit(program, selector, &environment, &folders[0], Aim::learn).await
}

/// One start of one side.
fn side(
    program: &Path,
    aim: &Aim,
    template: Option<&Path>,
    scratch: &Path,
    name: &str,
) -> Result<window::Start, Error> {
    let folders = folders(scratch, name)?;
    let home = home(template, &folders)?;
    window::start(program, aim, &environment(&folders, &home))
}

/// A home of its own, as the template has it.
fn home(template: Option<&Path>, folders: &[PathBuf; 4]) -> Result<PathBuf, Error> {
    let home = folders[0].join("home");
    if let Some(template) = template {
        copy(template, &home)?;
    }
    Ok(home)
}

/// Fresh folders: for the start itself, cache, data, and configuration.
fn folders(scratch: &Path, name: &str) -> Result<[PathBuf; 4], Error> {
    let root = scratch.join(name);
    let folders = [
        root.clone(),
        root.join("cache"),
        root.join("data"),
        root.join("config"),
    ];
    for folder in &folders {
        fs::create_dir_all(folder).map_err(Error::io(folder.display().to_string()))?;
    }
    // Without animations and a blinking caret an answer is one picture, on both sides.
    let settings = folders[3].join("gtk-3.0");
    fs::create_dir_all(&settings).map_err(Error::io("settings"))?;
    fs::write(
        settings.join("settings.ini"),
        "[Settings]\ngtk-enable-animations=0\ngtk-cursor-blink=0\n",
    )
    .map_err(Error::io("settings"))?;
    Ok(folders)
}

fn environment<'a>(folders: &'a [PathBuf; 4], home: &'a Path) -> Vec<(&'static str, &'a Path)> {
    vec![
        ("XDG_CACHE_HOME", &folders[1]),
        ("XDG_DATA_HOME", &folders[2]),
        ("XDG_CONFIG_HOME", &folders[3]),
        ("TSUNAGI_HOME", home),
    ]
}

/// Copies a folder and all in it.
fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let at = || from.display().to_string();
    fs::create_dir_all(to).map_err(Error::io(at()))?;
    for entry in fs::read_dir(from).map_err(Error::io(at()))? {
        let entry = entry.map_err(Error::io(at()))?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(Error::io(at()))?);
        let target = to.join(entry.file_name());
        if kind.is_dir() {
            copy(&path, &target)?;
        } else if kind.is_file() {
            fs::copy(&path, &target).map_err(Error::io(path.display().to_string()))?;
        }
    }
    Ok(())
}
