//! All connections of a home at once, in the real window: chosen, asked about, disabled, and taken back.

use std::path::Path;
use std::time::{Duration, Instant};

use fantoccini::key::Key;
use fantoccini::{Client, Locator};

use crate::{Error, Plan, window};

/// The longest any part of it may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// How long the parts took, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Bulk {
    /// Until it was known what would stop.
    pub asked: f64,
    /// Until all were disabled.
    pub disabled: f64,
    /// Until all were enabled again by *Undo*.
    pub undone: f64,
}

/// Does it in a home that has `count` connections.
///
/// # Errors
/// [`Error::Window`] where a part does not come to its end.
pub async fn all_at_once(
    plan: &Plan,
    environment: &[(&str, &Path)],
    scratch: &Path,
    count: usize,
) -> Result<Bulk, Error> {
    let act = async |client: &Client| act(client, count).await;
    window::drive(&plan.app, environment, scratch, act).await
}

async fn act(client: &Client, count: usize) -> Result<Bulk, Error> {
    shows(
        client,
        "//*[contains(concat(' ', @class, ' '), ' conn-row ')]",
    )
    .await?;
    let grid = Locator::Css("[role='grid'] [tabindex='0']");
    let cell = client.find(grid).await.map_err(gone)?;
    cell.send_keys(&format!("{}a", char::from(Key::Control)))
        .await
        .map_err(gone)?;
    let number = grouped(count);
    shows(client, &format!("//*[normalize-space()='{number} chosen']")).await?;
    let started = Instant::now();
    press(client, "Disable…").await?;
    let verb =
        "//dialog//footer//button[starts-with(normalize-space(), 'Disable') and not(@disabled)]";
    shows(client, verb).await?;
    let asked = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let button = client.find(Locator::XPath(verb)).await.map_err(gone)?;
    button.click().await.map_err(gone)?;
    shows(client, &says("connections disabled")).await?;
    let disabled = started.elapsed().as_secs_f64();
    let started = Instant::now();
    press(client, "Undo").await?;
    shows(client, &says("connections enabled")).await?;
    Ok(Bulk {
        asked,
        disabled,
        undone: started.elapsed().as_secs_f64(),
    })
}

async fn press(client: &Client, name: &str) -> Result<(), Error> {
    let path = format!("//button[normalize-space()='{name}']");
    shows(client, &path).await?;
    let button = client.find(Locator::XPath(&path)).await.map_err(gone)?;
    button.click().await.map_err(gone)
}

/// What the status bar says; some of the home's connections are disabled before.
fn says(words: &str) -> String {
    format!("//*[@role='status'][contains(normalize-space(), '{words}')]")
}

/// Waits until something is there.
async fn shows(client: &Client, path: &str) -> Result<(), Error> {
    let deadline = Instant::now() + PATIENCE;
    while client.find(Locator::XPath(path)).await.is_err() {
        if Instant::now() > deadline {
            return Err(Error::Window(format!("`{path}` does not come up")));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

fn gone(error: fantoccini::error::CmdError) -> Error {
    Error::Window(error.to_string())
}

/// As the window writes it: `100,000`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut written = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}
