//! The app as a process: started, watched, restarted, ended.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use fantoccini::ClientBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::process::{Child, Command};

use crate::desk::Desk;
use crate::page::Page;
use crate::trial::{Trial, binary};
use crate::wait::until;

/// How to start the app.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Arguments after the program's name.
    pub args: Vec<String>,
    /// Environment variables besides the harness's own.
    pub envs: Vec<(String, String)>,
    /// Another home than the trial's.
    pub home: Option<PathBuf>,
}

impl Options {
    /// Only arguments.
    #[must_use]
    pub fn args(args: &[&str]) -> Self {
        Self {
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            ..Self::default()
        }
    }
}

/// A running app. Dropping it kills it.
pub struct App {
    pid: u32,
    driven: Option<Driven>,
    child: Option<Child>,
}

struct Driven {
    driver: Child,
    page: Page,
}

impl App {
    /// Starts the app under WebDriver; [`App::page`] is then its main window.
    ///
    /// # Panics
    /// Where the driver or the app does not come up.
    pub async fn start(trial: &Trial, options: Options) -> Self {
        let port = free_port();
        let outside = trial.outside();
        let pid_file = outside.join("pid");
        let _ = std::fs::remove_file(&pid_file);
        let launcher = launcher(&outside, &pid_file, &options.envs);
        let mut command = Command::new("WebKitWebDriver");
        command
            .args(["--host=127.0.0.1".to_owned(), format!("--port={port}")])
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        surroundings(&mut command, trial, &options);
        // They are the app's: a driver may need what a test takes away, such as the session bus.
        for (name, _) in &options.envs {
            match std::env::var_os(name) {
                Some(own) => command.env(name, own),
                None => command.env_remove(name),
            };
        }
        let driver = command.spawn().expect("WebKitWebDriver starts");
        let address = format!("http://127.0.0.1:{port}");
        let status = format!("{address}/status");
        let http = local_http();
        until("WebKitWebDriver to listen", async || {
            http.get(&status).send().await.ok()
        })
        .await;

        let capabilities = json!({
            "webkitgtk:browserOptions": { "binary": launcher, "args": options.args },
        });
        let Some(capabilities) = capabilities.as_object() else {
            unreachable!("an object was written above")
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.clone())
            .connect(&address)
            .await
            .unwrap_or_else(|error| panic!("no WebDriver session with the app: {error}"));
        let pid = read_pid(&pid_file).await;
        Self {
            pid,
            driven: Some(Driven {
                driver,
                page: Page::new(client),
            }),
            child: None,
        }
    }

    /// Starts the app alone, as a desktop does.
    ///
    /// # Panics
    /// Where it cannot be started.
    #[must_use]
    pub fn spawn(trial: &Trial, options: Options) -> Self {
        let outside = trial.outside();
        let log = |name: &str| {
            std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(outside.join(name))
                .expect("a file for the app's output")
        };
        let mut command = Command::new(binary());
        command
            .args(&options.args)
            .stdin(Stdio::null())
            .stdout(log("out.log"))
            .stderr(log("err.log"))
            .kill_on_drop(true);
        surroundings(&mut command, trial, &options);
        let child = command.spawn().expect("the app starts");
        let pid = child.id().expect("a child that was just started has an id");
        Self {
            pid,
            driven: None,
            child: Some(child),
        }
    }

    /// The process id.
    #[must_use]
    pub const fn pid(&self) -> u32 {
        self.pid
    }

    /// The main window's page.
    ///
    /// # Panics
    /// For an app that was started without WebDriver.
    #[must_use]
    pub fn page(&self) -> &Page {
        &self
            .driven
            .as_ref()
            .expect("only an app started with App::start has a page")
            .page
    }

    /// Whether the process still runs.
    #[must_use]
    pub fn runs(&self) -> bool {
        runs(self.pid)
    }

    /// Closes the main window as its close button does, and waits until the process has ended
    /// (which it does where there is no tray host).
    pub async fn close(mut self, desk: &Desk) {
        let window = desk.window_of(self.pid, "Tsunagi").await;
        desk.close(window);
        self.ended().await;
    }

    /// Waits for the process to end by itself and gives its exit code (`None` where it was
    /// started by WebDriver, which keeps the code to itself).
    pub async fn ended(&mut self) -> Option<i32> {
        let pid = self.pid;
        if let Some(child) = &mut self.child {
            let status = tokio::time::timeout(crate::wait::PATIENCE, child.wait())
                .await
                .expect("the app ends in time")
                .expect("a child can be waited for");
            return status.code();
        }
        until("the app to end", async || (!runs(pid)).then_some(())).await;
        None
    }

    /// Ends the process at once, as a power cut would.
    pub async fn kill(mut self) {
        kill(self.pid);
        self.ended().await;
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // The driver first: it would only report that its browser is gone.
        if let Some(driven) = &mut self.driven {
            let _ = driven.driver.start_kill();
        }
        if self.runs() {
            kill(self.pid);
        }
    }
}

/// Whether the process exists and is no zombie.
#[must_use]
pub fn runs(pid: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return false;
    };
    // `pid (name) state …`; the name may hold spaces and parentheses itself.
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

fn kill(pid: u32) {
    let _ = std::process::Command::new("kill")
        .args(["-9", &pid.to_string()])
        .stderr(Stdio::null())
        .status();
}

/// A script that notes its process id and turns into the app: WebDriver tells neither the id nor
/// what the app writes.
fn launcher(outside: &Path, pid_file: &Path, envs: &[(String, String)]) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = outside.join("launch");
    let exports: String = envs
        .iter()
        .map(|(name, value)| format!("export {name}='{}'\n", value.replace('\'', r"'\''")))
        .collect();
    let script = format!(
        "#!/bin/sh\n{exports}echo $$ > '{}'\nexec '{}' \"$@\" >> '{}' 2>> '{}'\n",
        pid_file.display(),
        binary().display(),
        outside.join("out.log").display(),
        outside.join("err.log").display(),
    );
    std::fs::write(&path, script).expect("the launcher is written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700))
        .expect("the launcher may be run");
    path
}

fn surroundings(command: &mut Command, trial: &Trial, options: &Options) {
    let home = options.home.clone().unwrap_or_else(|| trial.home());
    command
        .env("TSUNAGI_HOME", home)
        .env("NO_AT_BRIDGE", "1")
        .env("RUST_BACKTRACE", "1")
        .envs(options.envs.iter().cloned());
}

async fn read_pid(file: &Path) -> u32 {
    until("the app's process id", async || {
        std::fs::read_to_string(file).ok()?.trim().parse().ok()
    })
    .await
}

/// A port that nothing listens on right now.
///
/// # Panics
/// Where loopback has no free port.
#[must_use]
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port on loopback")
        .port()
}

/// A client for servers on this machine, past any proxy of the environment.
///
/// # Panics
/// Never in practice: only where TLS cannot be set up.
#[must_use]
pub fn local_http() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("an HTTP client")
}
