//! `run`: from a clone to a window on the screen, or to a picture of one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use crate::Consent;
use crate::command;
use crate::error::Error;
use crate::metadata::House;
use crate::packages::Purpose;
use crate::prepare;
use crate::session::Session;

/// How long the first picture may take. The first start of a web view on a busy machine takes seconds.
const PATIENCE: Duration = Duration::from_secs(90);

/// How many colors tell a painted screen from an empty window on an empty display.
const COLORS: usize = 8;

/// How to start.
#[derive(clap::Args)]
pub struct Options {
    /// Start on a display in memory, take a screenshot and stop (Linux)
    #[arg(long)]
    headless: bool,
    /// Where the screenshot goes [default: screenshot.png in the build folder]
    #[arg(long, value_name = "PATH", requires = "headless")]
    screenshot: Option<PathBuf>,
    /// With --headless: go on until Ctrl+C
    #[arg(long, requires = "headless")]
    keep: bool,
    /// Start in the tray, without a window
    #[arg(long, conflicts_with = "headless")]
    hidden: bool,
    #[command(flatten)]
    consent: Consent,
}

/// Prepares, builds and starts.
///
/// # Errors
/// Where a display, a tool or a package is missing, or a build fails.
pub fn run(house: &House, options: &Options) -> Result<ExitCode, Error> {
    // Told before the build, not after it.
    let mut headless = options.headless;
    if !headless && !has_display() {
        println!(
            "There is no display here: neither WAYLAND_DISPLAY nor DISPLAY is set.\n\
             Without one, this starts the app on a display in memory and takes a picture:\n\n  \
             cargo xtask run --headless --screenshot tsunagi.png\n"
        );
        headless = command::confirm("Do that now?");
        if !headless {
            return Err(Error::Need(
                "no display; start this on a desktop, or with --headless".to_owned(),
            ));
        }
    }
    let purpose = if headless {
        Purpose::Headless
    } else {
        Purpose::Build
    };
    prepare::machine(house, purpose, options.consent)?;
    prepare::screens(house)?;
    command::show(&mut prepare::app(house, false))?;
    let app = house.binary("debug", "tsunagi");
    if headless {
        let picture = options
            .screenshot
            .clone()
            .unwrap_or_else(|| crate::default_screenshot(house));
        let home = house.target.join("headless");
        photograph(&app, &picture, Some(&home), options.keep)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut start = command::program(&app.to_string_lossy());
    if options.hidden {
        start.arg("--hidden");
    }
    command::show(&mut start)?;
    Ok(ExitCode::SUCCESS)
}

/// Whether a window could be shown here.
pub fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("WAYLAND_DISPLAY") || set("DISPLAY")
}

/// Starts the app on a display in memory and takes a picture once the screen has come to rest.
///
/// `home` stands for the person's own home, which is not touched, and neither is their keyring; it is a fresh one
/// where `None`. The variable `TSUNAGI_HOME` puts the app's data elsewhere, as always.
///
/// # Errors
/// Where the session, the app or the picture fails; and where the app shows nothing within [`PATIENCE`].
pub fn photograph(
    app: &Path,
    picture: &Path,
    home: Option<&Path>,
    keep: bool,
) -> Result<(), Error> {
    let session = Session::start(home)?;
    let folder = picture
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(Error::file(folder))?;
    let mut start = session.command(app);
    eprintln!("\n$ {} (on display {})", app.display(), session.display());
    let mut child = command::spawn(start.stdin(Stdio::null()))?;
    let started = Instant::now();
    let mut last: Option<Vec<u8>> = None;
    let shown = loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Err(Error::Failed {
                line: app.display().to_string(),
                status: format!("{status}, before it showed a window"),
            });
        }
        std::thread::sleep(Duration::from_millis(700));
        // Raw, as a PNG carries the time of its making.
        let now = capture(&session, "rgb:-")?;
        // A blinking caret never rests; it may be in the picture.
        let rests = last.as_ref() == Some(&now) || started.elapsed() > PATIENCE / 4;
        if rests && colors(&now) >= COLORS {
            let png = capture(&session, "png:-")?;
            fs::write(picture, png).map_err(Error::file(picture))?;
            break true;
        }
        last = Some(now);
        if started.elapsed() > PATIENCE {
            break false;
        }
    };
    if !shown {
        return Err(Error::Need(format!(
            "the app showed nothing within {} s",
            PATIENCE.as_secs()
        )));
    }
    println!("Screenshot: {}", picture.display());
    if keep {
        println!(
            "The app goes on, on display {}; Ctrl+C ends it.",
            session.display()
        );
        let _ = child.wait();
    }
    session.end_programs();
    let _ = child.wait();
    Ok(())
}

/// The whole display as one of ImageMagick's formats.
fn capture(session: &Session, format: &str) -> Result<Vec<u8>, Error> {
    let mut import = session.tool("import");
    import.args(["-silent", "-window", "root", "-depth", "8", format]);
    let output = import.output().map_err(|source| Error::Start {
        program: "import".to_owned(),
        source,
    })?;
    Ok(output.stdout)
}

/// How many colors raw pixels have, counted up to [`COLORS`].
fn colors(pixels: &[u8]) -> usize {
    let mut seen = BTreeSet::new();
    for pixel in pixels.chunks_exact(3) {
        seen.insert(pixel);
        if seen.len() >= COLORS {
            break;
        }
    }
    seen.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_window_is_not_a_picture_yet() {
        let blank: Vec<u8> = [[0, 0, 0], [255, 255, 255], [240, 240, 240]].concat();
        assert!(
            colors(&blank) < COLORS,
            "root, page and edge: nothing has been painted yet"
        );
        let painted: Vec<u8> = (0..30).collect();
        assert_eq!(
            colors(&painted),
            COLORS,
            "letters alone bring more shades than that"
        );
    }
}
