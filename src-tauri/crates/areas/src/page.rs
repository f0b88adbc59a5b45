//! One page of rows, as a service gives it: whether the answer is what it promises.

use http::StatusCode;
use serde_json::Value;
use tsunagi_connectors::{Asked, Operation, Role, Verdict};
use tsunagi_gateway::{Door, Gateway, Site};

use crate::task::{Done, TaskError, ask};

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
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
    /// The page is larger than the gate reads at a time.
    #[error("a page that is too large")]
    TooLarge,
    /// The answer repeats the credential: it is not kept.
    #[error("an answer that repeats the credential")]
    EchoesCredential,
}

/// Asks for a page.
///
/// # Errors
/// [`PageError`].
pub(crate) async fn page(
    gateway: &Gateway,
    door: &Door,
    site: &Site,
    operation: &Operation,
    asked: &Asked,
) -> Result<Done, PageError> {
    let page = ask(gateway, door, site, operation, asked).await?;
    if page.answer.echoes_credential {
        return Err(PageError::EchoesCredential);
    }
    if page.answer.truncated {
        return Err(PageError::TooLarge);
    }
    let status = page.answer.status;
    if status == StatusCode::NOT_MODIFIED {
        // Nothing has changed since (RFC 9110 §15.4.5).
        return Ok(page);
    }
    if page.outcome.verdict != Verdict::Done {
        let message = page.outcome.message;
        // Services that answer 200 to everything say in JSON what is wrong; what does not is no
        // answer of theirs.
        let said = serde_json::from_slice::<serde::de::IgnoredAny>(&page.answer.body).is_ok();
        if status.is_success() && (message.is_none() || !said) {
            return Err(PageError::NotAsPromised);
        }
        return Err(PageError::Refused {
            status: status.as_u16(),
            message,
        });
    }
    let nothing = page.answer.body.trim_ascii().is_empty();
    // Where nothing is there, some services leave the list out.
    let told = !page.rows.is_empty()
        || (operation.answer.empty && (nothing || is_object(&page.answer.body)))
        || has_list(operation, &page.answer.body)
        // One record is no list.
        || (operation.role == Some(Role::Get) && is_object(&page.answer.body));
    if !told {
        return Err(PageError::NotAsPromised);
    }
    Ok(page)
}

/// Whether an answer without rows has a list of them all the same.
fn has_list(operation: &Operation, body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|body| operation.rows(&body).is_some())
}

fn is_object(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|body| body.is_object())
}
