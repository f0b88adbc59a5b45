//! From start to end.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tauri::utils::config::{AppDirectoriesOverride, AppDirectoryOverrides};
use tauri::{AppHandle, Builder, Manager as _, RunEvent, Runtime};
use tracing_appender::non_blocking::WorkerGuard;
use tsunagi_console::agent::Bell as _;
use tsunagi_console::views::{Failure, Locale, Restoring, Start};
use tsunagi_console::{Console, ConsoleError, Surroundings, platform_keyring};

use crate::agent::{DesktopAgent, DesktopBell};
use crate::clock::clock;
use crate::commands::{self, Desk};
use crate::practice::PracticeServer;
use crate::{home, logs, tray, windows};

/// How often what is due is renewed.
const RENEWAL_ROUND: Duration = Duration::from_secs(60);
/// How often it is looked what is to run on schedule: a fraction of the minute it knows.
const SCHEDULE_ROUND: Duration = Duration::from_secs(5);
/// How often it is looked whether the seat at the keyboard is to be locked.
const IDLE_ROUND: Duration = Duration::from_secs(20);
/// How long a hidden start waits for the desktop's panel, which may be starting as well.
const PANEL_PATIENCE: Duration = Duration::from_secs(5);
/// How often it looks.
const PANEL_LOOK: Duration = Duration::from_millis(250);
/// How long another instance may take to come to the front.
const OTHERS_PATIENCE: Duration = Duration::from_secs(10);
/// How long writing what is in memory may take at the end.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--version") {
        let _ = writeln!(std::io::stdout(), "Tsunagi {}", env!("CARGO_PKG_VERSION"));
        return ExitCode::SUCCESS;
    }
    let hidden = arguments.iter().any(|argument| argument == "--hidden");
    if !has_display() {
        return fail(
            "There is no display: set DISPLAY or WAYLAND_DISPLAY, or start Tsunagi on a desktop.",
        );
    }
    let Some(folder) = home::folder() else {
        return fail("No home folder is known: set TSUNAGI_HOME to a folder for the data.");
    };
    #[cfg(target_os = "linux")]
    {
        crate::proxy::except_this_computer();
        crate::bus::hide_if_silent();
    }
    run(&folder, hidden)
}

fn fail(why: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{why}");
    ExitCode::FAILURE
}

/// GTK panics without one; a sentence is better.
fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn run(folder: &Path, hidden: bool) -> ExitCode {
    // The keyring, the renewals and the practice service all wait on this runtime.
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
    else {
        return fail("The operating system gives no threads.");
    };
    tauri::async_runtime::set(runtime.handle().clone());
    let mut context = tauri::generate_context!();
    // Instances of different homes are different programs to the desktop.
    if std::env::var_os("TSUNAGI_HOME").is_some() {
        let identifier = format!(
            "{}.{}",
            context.config().identifier,
            home::short_name(folder)
        );
        context.config_mut().identifier = identifier;
    }
    let found = take(folder);
    match &found {
        // Where every window is by default, so that they stay in one web context: the program's
        // own pages are to be had in the first alone, and only that one can be driven by tests.
        Ok(_) => {
            context.config_mut().app.app_directories_override =
                Some(AppDirectoriesOverride::Directories(AppDirectoryOverrides {
                    local_data: Some(home::webview(folder)),
                    ..AppDirectoryOverrides::default()
                }));
        }
        Err(home::LockError::Taken(taken)) => give_up_on_silence(taken.clone()),
        Err(home::LockError::Unwritable { .. }) => {}
    }
    let home = folder.to_path_buf();
    let mut builder = Builder::default();
    // Under WebDriver a leftover instance would swallow the new one, and the session would hang.
    if std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_none() {
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, arguments, _| {
            // Arguments are never logged: a deep link would hold a code.
            if !arguments.iter().any(|argument| argument == "--hidden") {
                // Called on the bus's thread.
                let handle = app.clone();
                let _ = app.run_on_main_thread(move || windows::show_main(&handle, None));
            }
        }));
    }
    let builder = self::builder(builder).setup(move |app| {
        PAST_OTHERS.store(true, Ordering::Relaxed);
        set_up(app.handle(), home, found, hidden);
        Ok(())
    });
    let app = match builder.build(context) {
        Ok(app) => app,
        Err(error) => return fail(&format!("Tsunagi could not start: {error}")),
    };
    end_on_signals(app.handle());
    let code = app.run_return(on_event);
    runtime.block_on(async {
        if let Some(console) = CONSOLE.get() {
            let _ = tokio::time::timeout(LAST_WORDS, console.close()).await;
        }
    });
    // Dropping it writes what the log still holds.
    drop(LOG.lock().map(|mut log| log.take()));
    // What still runs, such as a query of the keyring, is not waited for.
    runtime.shutdown_background();
    if STARTED_BADLY.load(Ordering::Relaxed) {
        return ExitCode::FAILURE;
    }
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

/// The builder without a home: what tests of the real context share with the program. No plugin
/// that opens things is registered (`opening.rs`).
pub fn builder<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    commands::register(builder)
}

static CONSOLE: OnceLock<Console> = OnceLock::new();
static LOG: Mutex<Option<WorkerGuard>> = Mutex::new(None);
static STARTED_BADLY: AtomicBool = AtomicBool::new(false);
/// No other instance was found, or none has answered.
static PAST_OTHERS: AtomicBool = AtomicBool::new(false);

/// The home, ours as long as the program lives, and where it is.
struct Kept {
    #[expect(dead_code, reason = "held, never looked at")]
    lock: home::Lock,
    folder: PathBuf,
}

/// Takes the home, and begins the log in it.
fn take(folder: &Path) -> Result<home::Lock, home::LockError> {
    let lock = home::lock(folder)?;
    if let Ok(mut log) = LOG.lock() {
        *log = logs::begin(folder);
    }
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "starting");
    #[cfg(target_os = "linux")]
    if crate::bus::is_silent() {
        tracing::warn!(
            "the session bus does not answer: going on without keyring, without tray, and without \
             being found by a second start"
        );
    }
    Ok(lock)
}

/// Another instance has the home and is being asked to show itself, which has no end of its own.
fn give_up_on_silence(taken: PathBuf) {
    std::thread::spawn(move || {
        std::thread::sleep(OTHERS_PATIENCE);
        if !PAST_OTHERS.load(Ordering::Relaxed) {
            let why = home::LockError::Taken(taken);
            let help = "It does not answer: end it, then start again.";
            let _ = writeln!(std::io::stderr(), "{why}. {help}");
            std::process::exit(1);
        }
    });
}

/// Logging out, stopping a service and Ctrl-C end the program as Quit does.
#[cfg(unix)]
fn end_on_signals<R: Runtime>(app: &AppHandle<R>) {
    use tokio::signal::unix::{SignalKind, signal};

    for kind in [
        SignalKind::terminate(),
        SignalKind::interrupt(),
        SignalKind::hangup(),
    ] {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            if let Ok(mut signal) = signal(kind)
                && signal.recv().await.is_some()
            {
                app.exit(0);
            }
        });
    }
}

#[cfg(not(unix))]
fn end_on_signals<R: Runtime>(_app: &AppHandle<R>) {}

fn set_up<R: Runtime>(
    app: &AppHandle<R>,
    folder: PathBuf,
    found: Result<home::Lock, home::LockError>,
    hidden: bool,
) {
    let locale = desktop_locale();
    let found = match found {
        // The other may have been about to end.
        Err(home::LockError::Taken(_)) => take(&folder),
        found => found,
    };
    match found {
        Ok(lock) => {
            app.manage(Kept {
                lock,
                folder: folder.clone(),
            });
            if !hidden {
                windows::show_main(app, None);
            }
            let app = app.clone();
            // Not on the main thread: the disk may be slow, and a migration long. On none that is
            // waited for either: should the program end before, what is half done is undone at
            // the next start.
            std::thread::spawn(move || {
                let desk = open(&app, folder, locale);
                begin(&app, desk, hidden);
            });
        }
        Err(error @ home::LockError::Taken(_)) => {
            // No window: the other instance has one, and this one may be started by a script.
            let help = "Use that one, or set TSUNAGI_HOME to another folder.";
            let _ = writeln!(std::io::stderr(), "{error}. {help}");
            std::process::exit(1);
        }
        Err(home::LockError::Unwritable { path, error }) => {
            // Whoever clicked an icon sees no terminal, so the window says it.
            let why = ConsoleError::new("home_unwritable")
                .with("path", path.display().to_string())
                .with("detail", error.to_string());
            let failure = why.failure(locale);
            let _ = writeln!(std::io::stderr(), "{} {}", failure.message, failure.help);
            begin(app, Err(Desk::closed(failure)), false);
            windows::show_main(app, None);
        }
    }
}

/// A console and its bell, or a desk that says why there is none.
type Opened<R> = Result<(Console, Arc<DesktopBell<R>>), Desk>;

/// Goes on with what was opened: commands are answered from now on.
fn begin<R: Runtime>(app: &AppHandle<R>, opened: Opened<R>, hidden: bool) {
    let begun = match opened {
        Ok((console, bell)) => {
            let _ = CONSOLE.set(console.clone());
            commands::seat(app, Desk::open(console.clone()));
            Some((console, bell))
        }
        Err(closed) => {
            STARTED_BADLY.store(true, Ordering::Relaxed);
            commands::seat(app, closed);
            None
        }
    };
    go_on(app, begun, hidden);
}

/// Goes on with what was opened, if anything was: tray, windows, and what runs by itself.
fn go_on<R: Runtime>(
    app: &AppHandle<R>,
    begun: Option<(Console, Arc<DesktopBell<R>>)>,
    hidden: bool,
) {
    let (handle, bell) = (
        app.clone(),
        begun.as_ref().map(|(_, bell)| Arc::clone(bell)),
    );
    let _ = app.run_on_main_thread(move || {
        if let Some(bell) = bell {
            tray::build(&handle);
            bell.changed();
        }
        if !hidden {
            return;
        }
        if tray::is_there(&handle) {
            tauri::async_runtime::spawn(show_unless_in_tray(handle));
        } else {
            windows::show_main(&handle, None);
        }
    });
    if let Some((console, _)) = begun {
        console.unlock_at_start();
        tauri::async_runtime::spawn(watch_seat(console.clone()));
        tauri::async_runtime::spawn(follow_schedules(console.clone()));
        tauri::async_runtime::spawn(forget_the_old(console.clone()));
        tauri::async_runtime::spawn(keep_fresh(console));
    }
}

/// How a closed desk is to be opened.
pub(crate) enum Way {
    /// As it is: what was in the way may be gone.
    Again,
    /// Without the damaged catalog, which is set aside.
    Anew,
    /// With a backup in the damaged catalog's place.
    Restored(Restoring),
}

/// Opens a home that could not be opened. Nothing is moved unless the desk is closed for damage,
/// and the backup, where there is one, is whole.
pub(crate) fn open_anew<R: Runtime>(app: &AppHandle<R>, way: &Way) -> Result<Start, Failure> {
    let desk = app.state::<Desk>();
    let _one_at_a_time = desk.hold();
    let locale = desktop_locale();
    let told = |error: &ConsoleError| error.failure(locale);
    match desk.console() {
        Err(failure) if failure.code == tsunagi_console::DAMAGED => {}
        Err(_) if matches!(way, Way::Again) => {}
        Err(other) => return Err(other),
        // It was opened by another press.
        Ok(console) => return start_of(&console),
    }
    let Some(kept) = app.try_state::<Kept>() else {
        // The folder itself cannot be written: that is settled at the start.
        return desk.console().and_then(|console| start_of(&console));
    };
    let now = clock().now();
    if let Way::Restored(wish) = way {
        tsunagi_console::check_backup(&kept.folder, wish, now).map_err(|error| told(&error))?;
    }
    if !matches!(way, Way::Again) {
        tsunagi_console::set_aside(&kept.folder, now).map_err(|error| told(&error))?;
        tracing::warn!("the damaged catalog was set aside");
    }
    let (console, bell) = match open(app, kept.folder.clone(), locale) {
        Ok(opened) => opened,
        Err(closed) => {
            let failure = closed.console().err();
            let failure = failure.unwrap_or_else(|| told(&ConsoleError::new("internal")));
            desk.becomes(Err(failure.clone()));
            return Err(failure);
        }
    };
    let _ = CONSOLE.set(console.clone());
    STARTED_BADLY.store(false, Ordering::Relaxed);
    desk.becomes(Ok(console.clone()));
    go_on(app, Some((console.clone(), bell)), false);
    match way {
        Way::Restored(wish) => console
            .restore(wish)
            .map_err(|error| console.failure(&error)),
        Way::Again | Way::Anew => start_of(&console),
    }
}

fn start_of(console: &Console) -> Result<Start, Failure> {
    let start = console.start(console.session());
    start.map_err(|error| console.failure(&error))
}

/// Opens the console over a home.
fn open<R: Runtime>(app: &AppHandle<R>, home: PathBuf, locale: Locale) -> Opened<R> {
    let bell = Arc::new(DesktopBell::new(app.clone()));
    let opened = Console::open(Surroundings {
        clock: clock(),
        keyring: Arc::new(platform_keyring),
        agent: Arc::new(DesktopAgent::new(app.clone())),
        bell: Arc::clone(&bell) as Arc<_>,
        practice: Arc::new(PracticeServer::new(home.join("practice.json"))),
        person: home::person(),
        locale,
        home,
    });
    match opened {
        Ok(console) => Ok((console, bell)),
        Err(error) => {
            tracing::error!(code = %error.code, "the console does not open");
            Err(Desk::closed(error.failure(locale)))
        }
    }
}

/// A hidden start where no panel comes up would be a program that nobody can reach.
async fn show_unless_in_tray<R: Runtime>(app: AppHandle<R>) {
    let until = tokio::time::Instant::now() + PANEL_PATIENCE;
    while !tray::is_visible(&app).await {
        if tokio::time::Instant::now() >= until {
            let handle = app.clone();
            let _ = app.run_on_main_thread(move || windows::show_main(&handle, None));
            return;
        }
        tokio::time::sleep(PANEL_LOOK).await;
    }
}

/// Locks the seat where nobody has moved for long enough. Beside the renewals, which a slow
/// provider may hold up.
async fn watch_seat(console: Console) {
    loop {
        tokio::time::sleep(IDLE_ROUND).await;
        let console = console.clone();
        let looked = tauri::async_runtime::spawn_blocking(move || console.lock_if_idle());
        if looked.await.is_err() {
            tracing::error!("looking at the seat broke off");
        }
    }
}

/// Looks what is to run, round by round. A round whose runs take long is not waited for.
async fn follow_schedules(console: Console) {
    loop {
        let console = console.clone();
        tauri::async_runtime::spawn(async move { console.run_schedules_due().await });
        tokio::time::sleep(SCHEDULE_ROUND).await;
    }
}

/// Forgets what is too old or too much, at the start and from then on. The rounds themselves know
/// when it is time.
async fn forget_the_old(console: Console) {
    loop {
        let due = console.clone();
        let round = tauri::async_runtime::spawn(async move { due.forget_due().await });
        if round.await.is_err() {
            tracing::error!("forgetting what is too old broke off");
        }
        tokio::time::sleep(RENEWAL_ROUND).await;
    }
}

/// Starts the practice service where it is used, and renews what is due, round by round.
async fn keep_fresh(console: Console) {
    let starting = console.clone();
    let _ = tauri::async_runtime::spawn_blocking(move || starting.start_practice_if_used()).await;
    loop {
        // The clock that sleeping uses stands still while the computer sleeps: one round follows
        // a night, not five hundred.
        tokio::time::sleep(RENEWAL_ROUND).await;
        let console = console.clone();
        // A task of its own: should one round panic, the next is still tried.
        let round = tauri::async_runtime::spawn(async move { console.renew_due().await });
        if round.await.is_err() {
            tracing::error!("a round of renewals broke off");
        }
    }
}

fn on_event<R: Runtime>(app: &AppHandle<R>, event: RunEvent) {
    if let RunEvent::ExitRequested {
        code: None, api, ..
    } = event
        && tray::is_there(app)
    {
        // The last window was closed. Where the tray can be seen, the program stays in it; a
        // flow begun from there needs no main window either. The desktop is asked off the main
        // thread, since it may be slow to answer.
        api.prevent_exit();
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            if !tray::is_visible(&app).await && app.webview_windows().is_empty() {
                app.exit(0);
            }
        });
    }
}

/// The desktop's language, as far as there is a translation.
pub(crate) fn desktop_locale() -> Locale {
    let wanted = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    match wanted {
        Some(value) if value.starts_with("ja") => Locale::Ja,
        _ => Locale::En,
    }
}
