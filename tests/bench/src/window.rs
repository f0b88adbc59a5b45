//! Windowed programs: driven once, to learn where something is; and started as a person would, to be measured.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::aim::Aim;
use crate::screen::{Area, Screen};
use crate::{Error, process};

/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the first match of a selector is, within the page: `[x, y, width, height]`, or null.
const PLACE: &str = r#"
const match = document.querySelector(arguments[0]);
if (match === null) return null;
const place = match.getBoundingClientRect();
return [place.x, place.y, place.width, place.height];
"#;

/// What one start took.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// From exec until the answer was on the screen, in milliseconds.
    pub answered: f64,
    /// Proportional set size of the process tree one second later, in MiB.
    pub pss: f64,
}

/// A program that is driven; ended with all its children when dropped.
struct Driven {
    client: Option<Client>,
    driver: std::process::Child,
    stamp: PathBuf,
}

impl Driven {
    /// Starts a driver, and through it the program.
    async fn start(
        program: &Path,
        environment: &[(&str, &Path)],
        scratch: &Path,
    ) -> Result<Self, Error> {
        let stamp = scratch.join("stamp");
        let wrapper = scratch.join("start");
        let script = format!(
            "#!/bin/sh\necho $$ > {}\nexec {} \"$@\"\n",
            quoted(&stamp),
            quoted(program)
        );
        fs::write(&wrapper, script).map_err(Error::io("start script"))?;
        fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o700))
            .map_err(Error::io("start script"))?;
        let port = free_port()?;
        let mut driver = Command::new("WebKitWebDriver");
        driver.arg("--host=127.0.0.1").arg(format!("--port={port}"));
        driver
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        for (name, value) in environment {
            driver.env(name, value);
        }
        let driver = driver.spawn().map_err(Error::io("WebKitWebDriver"))?;
        let mut driven = Self {
            client: None,
            driver,
            stamp,
        };
        let capabilities = json!({ "webkitgtk:browserOptions": { "binary": wrapper, "args": [] } });
        let Value::Object(capabilities) = capabilities else {
            return Err(Error::Window("capabilities".to_owned()));
        };
        let address = format!("http://127.0.0.1:{port}");
        wait_for_port(port).await?;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&address)
            .await;
        driven.client =
            Some(client.map_err(|error| Error::Window(format!("no driven window: {error}")))?);
        Ok(driven)
    }

    fn client(&self) -> Result<&Client, Error> {
        self.client
            .as_ref()
            .ok_or_else(|| Error::Window("no driven window".to_owned()))
    }

    /// The program's id.
    fn id(&self) -> Option<u32> {
        fs::read_to_string(&self.stamp).ok()?.trim().parse().ok()
    }

    /// Ends the program, then the driver.
    async fn end(mut self) {
        if let Some(client) = self.client.take() {
            // A page that is gone already is closed.
            let _ = client.close().await;
        }
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        if let Some(id) = self.id() {
            process::end(id);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Starts a program once, driven, and returns where on the screen the first match of `selector` is, after what `then` does
/// with it while it is shown. `scratch` is an empty folder.
///
/// # Errors
/// [`Error::Window`] where the program starts no page, or the page shows no match within a minute.
pub async fn visit<T>(
    program: &Path,
    selector: &str,
    environment: &[(&str, &Path)],
    scratch: &Path,
    then: impl FnOnce(&Screen, Area) -> Result<T, Error>,
) -> Result<T, Error> {
    let driven = Driven::start(program, environment, scratch).await?;
    let screen = Screen::open()?;
    let found = place(&driven, selector, &screen).await;
    let result = found.and_then(|area| then(&screen, area));
    driven.end().await;
    result
}

async fn place(driven: &Driven, selector: &str, screen: &Screen) -> Result<Area, Error> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let place = driven.client()?.execute(PLACE, vec![json!(selector)]).await;
        // The blank first page has no match, and a page that is just being replaced answers with an error.
        if let Ok(Value::Array(place)) = &place {
            let number =
                |index: usize| place.get(index).and_then(Value::as_f64).unwrap_or_default();
            // Screens are far smaller than the type's range, and whole pixels will do.
            #[allow(clippy::cast_possible_truncation)]
            let [x, y, width, height] = [0, 1, 2, 3].map(|index| number(index) as i16);
            let window = screen.window()?;
            let (width, height) = (width.unsigned_abs(), height.unsigned_abs());
            return Ok(Area {
                x: window.x + x,
                y: window.y + y,
                width,
                height,
            });
        }
        if Instant::now() > deadline {
            return Err(Error::Window(format!(
                "no page with `{selector}` came up: {place:?}"
            )));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Starts a program once, driven, does something with its page, and ends it.
///
/// # Errors
/// Those of `act`; [`Error::Window`] where the program starts no page.
pub async fn drive<T>(
    program: &Path,
    environment: &[(&str, &Path)],
    scratch: &Path,
    act: impl AsyncFnOnce(&Client) -> Result<T, Error>,
) -> Result<T, Error> {
    let driven = Driven::start(program, environment, scratch).await?;
    let result = match driven.client() {
        Ok(client) => act(client).await,
        Err(error) => Err(error),
    };
    driven.end().await;
    result
}

/// Starts a program once, driven, presses the button of that name, and ends the program once the button is gone.
///
/// # Errors
/// [`Error::Window`] where the button does not show up or does not go away within a minute each.
pub async fn press(
    program: &Path,
    name: &str,
    environment: &[(&str, &Path)],
    scratch: &Path,
) -> Result<(), Error> {
    let driven = Driven::start(program, environment, scratch).await?;
    let result = pressed(&driven, name).await;
    driven.end().await;
    result
}

async fn pressed(driven: &Driven, name: &str) -> Result<(), Error> {
    let path = format!("//button[normalize-space()='{name}']");
    let button = Locator::XPath(&path);
    let client = driven.client()?;
    let deadline = Instant::now() + PATIENCE;
    let found = loop {
        match client.find(button).await {
            Ok(found) => break found,
            Err(error) if Instant::now() > deadline => {
                return Err(Error::Window(format!(
                    "no button `{name}` came up: {error}"
                )));
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };
    found
        .click()
        .await
        .map_err(|error| Error::Window(format!("`{name}`: {error}")))?;
    let deadline = Instant::now() + PATIENCE;
    while client.find(button).await.is_ok() {
        if Instant::now() > deadline {
            return Err(Error::Window(format!(
                "`{name}` was pressed and is still there"
            )));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Starts a program as a person would, clicks what `aim` aims at, measures, and ends it.
///
/// `environment` replaces variables; `XDG_CACHE_HOME` and the like should be fresh folders, as a warm web cache would help
/// whichever side has one.
///
/// # Errors
/// [`Error::Window`] where nothing answers within a minute.
pub fn start(program: &Path, aim: &Aim, environment: &[(&str, &Path)]) -> Result<Start, Error> {
    let screen = Screen::open()?;
    aim.point(&screen)?;
    let mut command = Command::new(program);
    command
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let started = Instant::now();
    let mut child = command
        .spawn()
        .map_err(Error::io(program.display().to_string()))?;
    let result = aim.shoot(&screen);
    let result = result.map_err(|error| Error::Window(format!("{}: {error}", program.display())));
    let result = result.map(|()| {
        let answered = started.elapsed().as_secs_f64() * 1_000.0;
        // What a first screen still loads belongs to its cost.
        thread::sleep(Duration::from_secs(1));
        Start {
            answered,
            pss: process::pss(child.id()),
        }
    });
    process::end(child.id());
    let _ = child.wait();
    result
}

fn free_port() -> Result<u16, Error> {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::io("loopback port"))?;
    Ok(socket
        .local_addr()
        .map_err(Error::io("loopback port"))?
        .port())
}

async fn wait_for_port(port: u16) -> Result<(), Error> {
    let deadline = Instant::now() + PATIENCE;
    while let Err(source) = tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
        if Instant::now() > deadline {
            return Err(Error::Io {
                what: "WebKitWebDriver".to_owned(),
                source,
            });
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}

/// A path as one word of a shell script.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_whatever_it_holds() {
        assert_eq!(
            quoted(Path::new("/a b/it's")),
            r"'/a b/it'\''s'",
            "spaces and quotes stay in the word"
        );
    }
}
