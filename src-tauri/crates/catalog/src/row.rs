//! Between the domain's words and a row's columns: identifiers are 16-byte blobs, times are
//! integers of milliseconds, enums are their words, lists and maps are JSON.

use std::fmt::Display;

use rusqlite::Row;
use rusqlite::types::Type;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tsunagi_domain::ids::SlotId;
use tsunagi_domain::{
    ApplicationId, AuthorizationId, ConnectionId, Edition, EventId, ExecutionId, FlowId, Health,
    ItemId, KeptSignInId, Kind, MemberId, Mode, NotConnected, Plan, Reach, RecordId,
    RegistrationId, Role, RunId, Timestamp, UseId, WorkspaceId,
};

use crate::{CatalogError, Result};

/// An identifier as it is stored.
pub(crate) trait Key: Copy {
    fn of(bytes: [u8; 16]) -> Self;
    fn bytes(self) -> [u8; 16];
}

macro_rules! keys {
    ($($name:ident),*) => {$(
        impl Key for $name {
            fn of(bytes: [u8; 16]) -> Self {
                Self::from_uuid(uuid::Uuid::from_bytes(bytes))
            }
            fn bytes(self) -> [u8; 16] {
                self.uuid().into_bytes()
            }
        }
    )*};
}
keys!(
    ApplicationId,
    AuthorizationId,
    ConnectionId,
    EventId,
    ExecutionId,
    FlowId,
    ItemId,
    KeptSignInId,
    MemberId,
    RecordId,
    RegistrationId,
    RunId,
    SlotId,
    UseId,
    WorkspaceId
);

type Read<T> = rusqlite::Result<T>;

/// A column that holds what it should not.
pub(crate) fn unreadable(column: &str, why: impl Display) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Null, format!("{column}: {why}").into())
}

pub(crate) fn id<T: Key>(row: &Row<'_>, column: &str) -> Read<T> {
    row.get(column).map(T::of)
}

pub(crate) fn id_opt<T: Key>(row: &Row<'_>, column: &str) -> Read<Option<T>> {
    Ok(row.get::<_, Option<[u8; 16]>>(column)?.map(T::of))
}

pub(crate) fn bytes_opt<T: Key>(id: Option<T>) -> Option<[u8; 16]> {
    id.map(Key::bytes)
}

pub(crate) fn time(row: &Row<'_>, column: &str) -> Read<Timestamp> {
    row.get(column).map(Timestamp)
}

pub(crate) fn time_opt(row: &Row<'_>, column: &str) -> Read<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp))
}

pub(crate) fn millis(time: Option<Timestamp>) -> Option<i64> {
    time.map(|time| time.0)
}

pub(crate) fn count(row: &Row<'_>, column: &str) -> Read<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| unreadable(column, "negative"))
}

/// SQLite's integers are signed; nothing this program counts reaches the other half.
pub(crate) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Read<T> {
    let text: String = row.get(column)?;
    parse(column, &text)
}

pub(crate) fn json_opt<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Read<Option<T>> {
    row.get::<_, Option<String>>(column)?
        .map(|text| parse(column, &text))
        .transpose()
}

fn parse<T: DeserializeOwned>(column: &str, text: &str) -> Read<T> {
    // serde_json quotes what it met; the place is enough.
    serde_json::from_str(text).map_err(|error| {
        unreadable(
            column,
            format_args!("JSON, line {} column {}", error.line(), error.column()),
        )
    })
}

pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| CatalogError::Internal(error.to_string()))
}

/// A text as far as it is one: bytes that are none are replaced.
pub(crate) fn text(row: &Row<'_>, column: &str) -> String {
    let value = row.get_ref(column).ok();
    let bytes = value.and_then(|value| value.as_bytes().ok());
    String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
}

/// Rows whose reach is none there is. What is set again for their connection replaces them: of
/// which reach they were cannot be told, and they would be told on Home for ever.
pub(crate) const UNKNOWN_REACH: &str = "reach NOT IN ('all', 'development', 'stage', 'production')";

/// A word of one of the domain's enums.
pub(crate) trait Word: Copy + 'static {
    const ALL: &'static [Self];
    fn word(self) -> &'static str;
}

macro_rules! words {
    ($($name:ident: $($variant:ident),*;)*) => {$(
        impl Word for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),*];
            fn word(self) -> &'static str {
                self.as_str()
            }
        }
    )*};
}
words! {
    Edition: C5, C6;
    Kind: System, Admin, LoggedInUser;
    Mode: Same, PerEnvironment;
    Reach: All, Development, Stage, Production;
    Role: SuperAdmin, Admin, Developer, User, PortalUser;
}

impl Word for Plan {
    const ALL: &'static [Self] = &[Self::Free, Self::Paid];
    fn word(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Paid => "paid",
        }
    }
}

impl Word for tsunagi_domain::Environment {
    const ALL: &'static [Self] = &[Self::Development, Self::Stage, Self::Production];
    fn word(self) -> &'static str {
        self.as_str()
    }
}

pub(crate) fn word<T: Word>(row: &Row<'_>, column: &str) -> Read<T> {
    let text: String = row.get(column)?;
    T::ALL
        .iter()
        .copied()
        .find(|value| value.word() == text)
        .ok_or_else(|| unreadable(column, format_args!("unknown word `{text}`")))
}

/// `connected`, or the reason why not.
pub(crate) const fn health_word(health: Health) -> &'static str {
    match health {
        Health::Connected => "connected",
        Health::NotConnected(reason) => reason.as_str(),
    }
}

pub(crate) fn health(row: &Row<'_>, column: &str) -> Read<Health> {
    let text: String = row.get(column)?;
    if text == "connected" {
        return Ok(Health::Connected);
    }
    text.parse::<NotConnected>()
        .map(Health::NotConnected)
        .map_err(|error| unreadable(column, error))
}

/// As [`collect`], but no more than `limit` rows that can be read: one that cannot be makes no page
/// look like the last.
pub(crate) fn collect_up_to<T>(
    what: &'static str,
    limit: u32,
    rows: impl Iterator<Item = rusqlite::Result<T>>,
) -> Result<Vec<T>> {
    let mut left = limit;
    let rows = rows.take_while(|row| {
        let goes_on = left > 0;
        left = left.saturating_sub(u32::from(row.is_ok()));
        goes_on
    });
    collect(what, rows)
}

/// Reads what can be read. A row that cannot be stands in [`crate::Catalog::quarantined`] and
/// must not keep the others from being seen.
pub(crate) fn collect<T>(
    what: &'static str,
    rows: impl Iterator<Item = rusqlite::Result<T>>,
) -> Result<Vec<T>> {
    let mut read = Vec::new();
    for row in rows {
        match row.map_err(CatalogError::from) {
            Ok(row) => read.push(row),
            Err(CatalogError::Unreadable(why)) => {
                tracing::warn!(what, why, "a row was skipped that cannot be read");
            }
            Err(other) => return Err(other),
        }
    }
    Ok(read)
}
