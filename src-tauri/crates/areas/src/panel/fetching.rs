//! A service's rows, asked for through a door of the gateway.

use serde_json::Value;
use tsunagi_connectors::{Given, Role};
use tsunagi_gateway::{Door, Gateway};

use super::{SERVICE_PAGES, SERVICE_ROWS};
use crate::page::{PageError, page};
use crate::task::found;

/// What a service gave.
#[derive(Debug, Clone, Default)]
pub struct Fetched {
    /// Its rows, those of one record that one record.
    pub rows: Vec<Value>,
    /// Its first answer, as a whole.
    pub body: Value,
    /// Whether there are more rows.
    pub more: bool,
}

/// Asks a service for rows: page by page, as many as a panel looks at.
///
/// # Errors
/// [`PageError`]. Where one page does not come, none is shown: half of a sum is a wrong one.
pub async fn fetch(
    gateway: &Gateway,
    door: &Door,
    operation: &str,
    given: &Given,
) -> Result<Fetched, PageError> {
    let (site, operation) = found(gateway, door, operation).await?;
    let first = operation
        .request(given, site.view())
        .map_err(|misfit| PageError::Task(misfit.into()))?;
    let mut came = page(gateway, door, &site, &operation, &first).await?;
    let body: Value = serde_json::from_slice(&came.answer.body).unwrap_or_default();
    let mut rows = std::mem::take(&mut came.rows);
    let one = operation.role == Some(Role::Get) && operation.rows(&body).is_none();
    if one && body.is_object() {
        rows.push(body.clone());
    }
    let mut next = came.next;
    let mut pages = 1;
    while let Ok(Some(asked)) = next
        .as_mut()
        .map(|next| next.take_if(|_| pages < SERVICE_PAGES && rows.len() < SERVICE_ROWS))
    {
        let came = page(gateway, door, &site, &operation, &asked).await?;
        pages += 1;
        // A page that leads on and brings nothing would lead on for ever.
        let empty = came.rows.is_empty();
        rows.extend(came.rows);
        next = came.next.map(|next| next.filter(|_| !empty));
    }
    // What leads on and cannot be followed is more, all the same.
    let more = !matches!(next, Ok(None)) || rows.len() > SERVICE_ROWS;
    rows.truncate(SERVICE_ROWS);
    Ok(Fetched { rows, body, more })
}
