//! From start to end.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tauri::{AppHandle, Builder, Manager as _, RunEvent, Runtime, WindowEvent};
use tsunagi_console::views::Locale;
use tsunagi_console::{Console, Surroundings, SystemClock, platform_keyring};

use crate::agent::{DesktopAgent, DesktopBell};
use crate::commands::{self, Desk};
use crate::practice::PracticeServer;
use crate::{home, logs, tray, windows};

/// How often what is due is renewed.
const RENEWAL_ROUND: Duration = Duration::from_secs(60);

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
    let home = folder.to_path_buf();
    let mut builder = Builder::default();
    // Under WebDriver a leftover instance would swallow the new one, and the session would hang.
    if std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_none() {
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, arguments, _| {
            // Arguments are never logged: a deep link would hold a code.
            if !arguments.iter().any(|argument| argument == "--hidden") {
                windows::show_main(app, None);
            }
        }));
    }
    let builder = self::builder(builder).setup(move |app| {
        set_up(app.handle(), home, hidden);
        Ok(())
    });
    let app = match builder.build(context) {
        Ok(app) => app,
        Err(error) => return fail(&format!("Tsunagi could not start: {error}")),
    };
    let code = app.run_return(on_event);
    let closing = app_closing();
    runtime.block_on(closing);
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

/// The builder without a home: what tests of the real context share with the program.
pub fn builder<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    commands::register(builder.plugin(tauri_plugin_opener::init())).on_window_event(
        |window, event| {
            if window.label() == windows::MAIN && matches!(event, WindowEvent::Destroyed) {
                tray::refresh(window.app_handle());
            }
        },
    )
}

static CLOSING: std::sync::OnceLock<Console> = std::sync::OnceLock::new();

/// Writes what is in memory, after the last event.
async fn app_closing() {
    if let Some(console) = CLOSING.get() {
        console.close().await;
    }
}

/// What lives as long as the program.
struct Kept {
    _lock: home::Lock,
    _log: Option<tracing_appender::non_blocking::WorkerGuard>,
}

fn set_up<R: Runtime>(app: &AppHandle<R>, folder: PathBuf, hidden: bool) {
    let lock = match home::lock(&folder) {
        Ok(lock) => lock,
        Err(error) => {
            // No window: the other instance has one, and this one may be started by a script.
            let help = "Use that one, or set TSUNAGI_HOME to another folder.";
            let _ = writeln!(std::io::stderr(), "{error}. {help}");
            std::process::exit(1);
        }
    };
    app.manage(Kept {
        _log: logs::begin(&folder),
        _lock: lock,
    });
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "starting");
    let locale = desktop_locale();
    let opened = Console::open(Surroundings {
        clock: Arc::new(SystemClock),
        keyring: Arc::new(platform_keyring),
        agent: Arc::new(DesktopAgent::new(app.clone())),
        bell: Arc::new(DesktopBell::new(app.clone())),
        practice: Arc::new(PracticeServer::new(folder.join("practice.json"))),
        person: home::person(),
        locale,
        home: folder,
    });
    let desk = match opened {
        Ok(console) => {
            let _ = CLOSING.set(console.clone());
            Desk::open(console)
        }
        Err(error) => {
            tracing::error!(code = %error.code, "the console does not open");
            Desk::closed(error.failure(locale))
        }
    };
    let console = desk.console().ok();
    app.manage(desk);
    tray::build(app);
    if !hidden || !tray::is_visible(app) {
        windows::show_main(app, None);
    }
    if let Some(console) = console {
        console.unlock_at_start();
        tauri::async_runtime::spawn(async move {
            let starting = console.clone();
            let _ = tauri::async_runtime::spawn_blocking(move || starting.start_practice_if_used())
                .await;
            loop {
                tokio::time::sleep(RENEWAL_ROUND).await;
                console.renew_due().await;
            }
        });
    }
}

fn on_event<R: Runtime>(app: &AppHandle<R>, event: RunEvent) {
    if let RunEvent::ExitRequested {
        code: None, api, ..
    } = event
    {
        // The last window was closed. Where the tray can be seen, the program stays in it; a
        // flow begun from there needs no main window either.
        if tray::is_visible(app) {
            api.prevent_exit();
        }
    }
}

/// The desktop's language, as far as there is a translation.
fn desktop_locale() -> Locale {
    let wanted = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    match wanted {
        Some(value) if value.starts_with("ja") => Locale::Ja,
        _ => Locale::En,
    }
}
