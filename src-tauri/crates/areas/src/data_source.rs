//! Data sources: rows of a service, pulled page by page.
//!
//! A page is put on the shelf together with how to get the next one, so that a pull that was
//! interrupted goes on where it was. While one page is stored the next is fetched.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;

use http::header::DATE;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tsunagi_connectors::{Asked, Astray, Given, Operation};
use tsunagi_domain::Timestamp;
use tsunagi_gateway::{Door, GateError, Gateway, Site};

use crate::page::{PageError, page};
use crate::task::{Done, TaskError, found};

/// Names that identify a record, where a source does not say which does.
const KEYS: [&str; 6] = ["id", "Id", "ID", "_id", "uuid", "key"];

/// How much of the time before a pull is asked for again by the next one.
const OVERLAP_SECONDS: i64 = 60;

/// What is pulled.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The operation that gives rows, by its id.
    pub operation: String,
    /// What it is given, such as the module.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(type = "Record<string, unknown>"))]
    pub given: Given,
    /// The field that identifies a record; `None`: one that usually does, else its number.
    #[serde(default)]
    pub key: Option<String>,
    /// Whether only what has changed is asked for, where the service can. While there are rows that
    /// nothing identifies, everything is asked for all the same: which of them changed nobody can
    /// tell.
    #[serde(default)]
    pub changes: bool,
    /// The fields that are looked at, in their order; empty: those that rows have.
    #[serde(default)]
    pub fields: Vec<SourceField>,
}

/// A field of a data source's rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct SourceField {
    /// Its name, as the service has it.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Its type, in the service's words.
    #[serde(default)]
    pub kind: Option<String>,
    /// Whether a new record needs it.
    #[serde(default)]
    pub required: bool,
    /// Whether it cannot be set.
    #[serde(default)]
    pub read_only: bool,
    /// Whether it is shown.
    pub shown: bool,
}

/// How far a pull is when it begins, or goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Whether everything is asked for.
    pub whole: bool,
    /// How to get the next page: what [`Shelf::put`] was given last.
    pub next: Option<String>,
    /// How many rows have come.
    pub came: u64,
    /// Since when changes are asked for: what [`Shelf::end`] was given last.
    pub since: Option<String>,
}

/// A row to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What identifies the record.
    pub id: String,
    /// The record as the service sent it, as JSON.
    pub fields: String,
}

/// Where rows are kept.
pub trait Shelf: Sync {
    /// What can go wrong with it.
    type Error: std::error::Error + Send;

    /// Begins a pull, or goes on with the one that is not over. `origin` says whose rows they are:
    /// what was begun of another's is given up, and nothing of it is known any more.
    fn begin(
        &self,
        whole: bool,
        origin: &str,
    ) -> impl Future<Output = Result<Begun, Self::Error>> + Send;

    /// Keeps a page after so many rows, with how to get the next: all of it or nothing.
    fn put(
        &self,
        after: u64,
        rows: Vec<Row>,
        next: Option<String>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Ends the pull; the next one asks for changes since `since`, where it is given, else for
    /// everything. Gives how many rows are gone.
    fn end(&self, since: Option<String>) -> impl Future<Output = Result<u64, Self::Error>> + Send;

    /// Gives the pull up: the next one begins anew.
    fn give_up(&self) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Why a pull is not over. What has come is kept, and the next pull goes on there.
#[derive(Debug, thiserror::Error)]
pub enum PullError<E: std::error::Error> {
    /// No request could be made, the gate refused, or there was no answer.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// The service refused, in its words as far as it has any.
    #[error("the service refused: status {status}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What the service says.
        message: Option<String>,
    },
    /// The answer is not what the service promises: it has no list of rows.
    #[error("an answer without rows")]
    NotAsPromised,
    /// One page is larger than the gate reads at a time.
    #[error("a page that is too large")]
    PageTooLarge,
    /// The answer repeats the credential: it is not kept.
    #[error("an answer that repeats the credential")]
    EchoesCredential,
    /// There is a next page, and no way to it. What has come is kept, and nothing counts as gone.
    #[error("no way to the next page: {0}")]
    Astray(Astray),
    /// A row that has changed has nothing that identifies it: which one it was nobody can tell.
    #[error("a changed row that nothing identifies")]
    Unidentified,
    /// The rows could not be kept.
    #[error(transparent)]
    Shelf(E),
}

/// What came of a pull.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulled {
    /// How many rows came, with those of before it was interrupted.
    pub came: u64,
    /// How many are gone at the service.
    pub gone: u64,
    /// Whether it was stopped by a person before it was over.
    pub stopped: bool,
}

/// How a pull goes on, as it is kept.
#[derive(Serialize, Deserialize)]
struct Mark {
    /// The next page; `None` where all have come.
    asked: Option<Asked>,
    /// When the first page was answered, by the service's clock where it tells.
    since: String,
    /// Whether a row had to be numbered.
    #[serde(default)]
    numbered: bool,
}

/// Pulls a source through a door onto a shelf. `seen` hears how many rows have come after each
/// page, and may stop it.
///
/// # Errors
/// [`PullError`].
pub async fn pull<S: Shelf>(
    gateway: &Gateway,
    door: &Door,
    source: &Source,
    shelf: &S,
    now: Timestamp,
    seen: impl Fn(u64) -> ControlFlow<()>,
) -> Result<Pulled, PullError<S::Error>> {
    let (site, operation) = found(gateway, door, &source.operation).await?;
    let whole = !(source.changes && operation.since.is_some());
    let origin = origin_of(&site);
    let mut begun = shelf
        .begin(whole, &origin)
        .await
        .map_err(PullError::Shelf)?;
    let run = Run {
        gateway,
        door,
        site: &site,
        operation: &operation,
        source,
    };
    let mut mark = begun
        .next
        .as_deref()
        .and_then(|next| serde_json::from_str::<Mark>(next).ok());
    if mark.is_none() && begun.came > 0 {
        // Rows came, and nothing leads on from them.
        shelf.give_up().await.map_err(PullError::Shelf)?;
        begun = shelf
            .begin(whole, &origin)
            .await
            .map_err(PullError::Shelf)?;
    }
    let resumed = mark.is_some();
    if mark.as_ref().is_some_and(|mark| mark.asked.is_none()) {
        return over(shelf, mark, begun.came).await;
    }
    let mut first = match mark.as_ref().and_then(|mark| mark.asked.clone()) {
        Some(asked) => asked,
        None => run.first(&begun)?,
    };
    let mut page = match run.page(&first).await {
        // What leads on does not live for ever at most services: begun anew, once.
        Err(PullError::Refused { status, .. }) if resumed && is_of_the_cursor(status) => {
            shelf.give_up().await.map_err(PullError::Shelf)?;
            begun = shelf
                .begin(whole, &origin)
                .await
                .map_err(PullError::Shelf)?;
            mark = None;
            first = run.first(&begun)?;
            run.page(&first).await?
        }
        other => other?,
    };
    let mut mark = mark.unwrap_or_else(|| Mark {
        asked: None,
        since: answered_at(&page, now),
        numbered: false,
    });
    let mut came = begun.came;
    let mut been = HashSet::from([fingerprint(&first)]);
    loop {
        let rows = run.rows(std::mem::take(&mut page.rows), came, &mut mark.numbered);
        if mark.numbered && !begun.whole {
            // Put beside the others it would be there twice, or stand in for another.
            shelf.give_up().await.map_err(PullError::Shelf)?;
            return Err(PullError::Unidentified);
        }
        let many = rows.len() as u64;
        let next = match std::mem::replace(&mut page.next, Ok(None)) {
            // Round and round is no way on, however long the round.
            Ok(Some(next)) if !been.insert(fingerprint(&next)) => Err(Astray::Same),
            next => next,
        };
        let next = match next {
            Ok(next) => next,
            Err(astray) => {
                // Not the end: what is behind it is there, and is not gone.
                let put = shelf.put(came, rows, None).await;
                put.map_err(PullError::Shelf)?;
                let _ = seen(came + many);
                shelf.give_up().await.map_err(PullError::Shelf)?;
                return Err(PullError::Astray(astray));
            }
        };
        mark.asked.clone_from(&next);
        let kept = serde_json::to_string(&mark).unwrap_or_default();
        let put = shelf.put(came, rows, Some(kept));
        let Some(next) = next else {
            put.await.map_err(PullError::Shelf)?;
            came += many;
            let _ = seen(came);
            return over(shelf, Some(mark), came).await;
        };
        // A page that could not be stored is worse than one that did not come.
        let (put, fetched) = futures::future::join(put, run.page(&next)).await;
        put.map_err(PullError::Shelf)?;
        came += many;
        if seen(came).is_break() {
            return Ok(Pulled {
                came,
                gone: 0,
                stopped: true,
            });
        }
        page = fetched?;
    }
}

/// Ends a pull whose pages have all come.
async fn over<S: Shelf>(
    shelf: &S,
    mark: Option<Mark>,
    came: u64,
) -> Result<Pulled, PullError<S::Error>> {
    // Of rows that were numbered nobody could tell which have changed.
    let since = mark.filter(|mark| !mark.numbered).map(|mark| mark.since);
    let gone = shelf.end(since).await.map_err(PullError::Shelf)?;
    Ok(Pulled {
        came,
        gone,
        stopped: false,
    })
}

/// Whose rows are pulled: the connection, where it leads, and the account; where the service does
/// not tell that, the authorization.
fn origin_of(site: &Site) -> String {
    let account = match &site.account {
        Some(account) => account.clone(),
        None => site.authorization.to_string(),
    };
    let at = site.resolved.api_url("/").map(String::from);
    format!("{} {} {account}", site.connection, at.unwrap_or_default())
}

/// Tells one request from another.
fn fingerprint(asked: &Asked) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&asked.target, &asked.headers, &asked.body).hash(&mut hasher);
    hasher.finish()
}

/// Whether a refusal may mean that what leads on is not known any more. What says something of the
/// credential or of the hour would be said of the first page, too.
const fn is_of_the_cursor(status: u16) -> bool {
    matches!(status, 400 | 404 | 410 | 422)
}

/// When the service answered, by its own clock (RFC 9110 §6.6.1): changes are asked for by that.
fn answered_at(page: &Done, now: Timestamp) -> String {
    let date = page
        .answer
        .headers
        .get(DATE)
        .and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
    let at = date.map_or_else(
        || jiff::Timestamp::from_millisecond(now.0).unwrap_or_default(),
        |date| date.timestamp(),
    );
    // What changed while the service was at this page is asked for again: a row that comes twice is
    // one row.
    let spent = i64::try_from(page.answer.millis / 1000).unwrap_or(0);
    let at = at.checked_sub(jiff::SignedDuration::from_secs(spent + OVERLAP_SECONDS));
    at.unwrap_or_default().to_string()
}

struct Run<'a> {
    gateway: &'a Gateway,
    door: &'a Door,
    site: &'a Site,
    operation: &'a Operation,
    source: &'a Source,
}

impl Run<'_> {
    /// The request for the first page.
    fn first(&self, begun: &Begun) -> Result<Asked, TaskError> {
        let mut given = self.source.given.clone();
        if let (false, Some(since), Some(at)) = (begun.whole, &self.operation.since, &begun.since) {
            given.insert(since.input.clone(), Value::String(at.clone()));
        }
        Ok(self.operation.request(&given, self.site.view())?)
    }

    async fn page<E: std::error::Error>(&self, asked: &Asked) -> Result<Done, PullError<E>> {
        let page = page(self.gateway, self.door, self.site, self.operation, asked);
        Ok(page.await?)
    }

    /// Rows to be kept. What nothing identifies is numbered, and told.
    fn rows(&self, rows: Vec<Value>, came: u64, numbered: &mut bool) -> Vec<Row> {
        let key = self.source.key.as_deref();
        rows.into_iter()
            .zip(came..)
            .map(|(row, number)| Row {
                id: match identity(&row, key) {
                    // A number begins so, and no record is taken for one.
                    Some(id) if id.starts_with('#') => format!("#{id}"),
                    Some(id) => id,
                    None => {
                        *numbered = true;
                        format!("#{number}")
                    }
                },
                fields: row.to_string(),
            })
            .collect()
    }
}

/// What identifies a record.
fn identity(row: &Value, key: Option<&str>) -> Option<String> {
    let of = |name: &str| match row.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match key {
        Some(key) => of(key),
        None => KEYS.iter().find_map(|name| of(name)),
    }
}

impl<E: std::error::Error> From<PageError> for PullError<E> {
    fn from(error: PageError) -> Self {
        match error {
            PageError::Task(error) => Self::Task(error),
            PageError::Refused { status, message } => Self::Refused { status, message },
            PageError::NotAsPromised => Self::NotAsPromised,
            PageError::TooLarge => Self::PageTooLarge,
            PageError::EchoesCredential => Self::EchoesCredential,
        }
    }
}

impl<E: std::error::Error> From<GateError> for PullError<E> {
    fn from(error: GateError) -> Self {
        Self::Task(error.into())
    }
}
