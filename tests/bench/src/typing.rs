//! Keystrokes in the search box of the real window, from the key to the pixels.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::bulk::{self, Bulk};
use crate::crowd::{self, Crowd};
use crate::screen::{Area, Screen};
use crate::{Error, Plan, aim, window};

/// What is typed, more than once: many connections have it, so that the list below changes meanwhile.
const TYPED: &str = "orders";
/// How often.
const TIMES: usize = 5;
/// The search box of the list, once its rows are there: it moves aside for what comes with them.
const BOX: &str = "body:has(.conn-row) input[data-filter]";
/// How long a key may take to show.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two keys: somebody types fast. The list's answer to one key falls into the next.
const PAUSE: Duration = Duration::from_millis(160);

/// Founds and fills a home, opens its window, types, and measures each key until it shows, in milliseconds; then does
/// something with all of it at once.
///
/// # Errors
/// Where the window does not come up, or a key does not show.
pub async fn strokes(plan: &Plan, scratch: &Path, count: usize) -> Result<(Vec<f64>, Bulk), Error> {
    let home = scratch.join("home");
    let folders = [
        "cache",
        "data",
        "config",
        "config/gtk-3.0",
        "founding",
        "visit",
        "bulk",
        "home",
    ];
    for folder in folders {
        fs::create_dir_all(scratch.join(folder)).map_err(Error::io(folder))?;
    }
    // Without animations and a blinking caret a change is an answer.
    fs::write(
        scratch.join("config/gtk-3.0/settings.ini"),
        "[Settings]\ngtk-enable-animations=0\ngtk-cursor-blink=0\n",
    )
    .map_err(Error::io("settings"))?;
    let (cache, data, config) = (
        scratch.join("cache"),
        scratch.join("data"),
        scratch.join("config"),
    );
    let environment: Vec<(&str, &Path)> = vec![
        ("XDG_CACHE_HOME", &cache),
        ("XDG_DATA_HOME", &data),
        ("XDG_CONFIG_HOME", &config),
        ("TSUNAGI_HOME", &home),
    ];
    window::press(
        &plan.app,
        "Start empty",
        &environment,
        &scratch.join("founding"),
    )
    .await?;
    crowd::fill(&home, Crowd::Mixed, count)?;
    let times = if plan.smoke { 1 } else { TIMES };
    let strokes = window::visit(
        &plan.app,
        BOX,
        &environment,
        &scratch.join("visit"),
        |screen, area| type_in(screen, area, times),
    )
    .await?;
    let bulk = bulk::all_at_once(plan, &environment, &scratch.join("bulk"), count).await?;
    Ok((strokes, bulk))
}

fn type_in(screen: &Screen, area: Area, times: usize) -> Result<Vec<f64>, Error> {
    let area = area
        .within(screen.all())
        .ok_or_else(|| Error::Window("the search box is not on the screen".to_owned()))?;
    aim::at_rest(screen)?;
    screen.focus()?;
    screen.point(area.middle())?;
    screen.click()?;
    aim::at_rest(screen)?;
    let mut strokes = Vec::new();
    for _ in 0..times {
        for key in TYPED.chars() {
            strokes.push(stroke(screen, area, &key.to_string())?);
            thread::sleep(PAUSE);
        }
        // Everything is back before the next word begins.
        for _ in TYPED.chars() {
            stroke(screen, area, "BackSpace")?;
            thread::sleep(PAUSE);
        }
        aim::at_rest(screen)?;
    }
    Ok(strokes)
}

fn stroke(screen: &Screen, area: Area, key: &str) -> Result<f64, Error> {
    let before = screen.picture(area)?;
    let code = screen.key_code(key)?;
    let started = Instant::now();
    screen.press(code)?;
    while started.elapsed() < PATIENCE {
        if screen.picture(area)? != before {
            return Ok(started.elapsed().as_secs_f64() * 1_000.0);
        }
        thread::sleep(Duration::from_millis(1));
    }
    Err(Error::Window(format!("the key {key} does not show")))
}
