//! Integration tasks: one operation of a service, with values put in.

use http::header::LINK;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tsunagi_connectors::{Asked, Astray, Given, Operation, Outcome, Repeat as Repeatable};
use tsunagi_gateway::{Answer, Door, GateError, Gateway, Repeat, Request, Site};

/// What is to be done: an operation of the service that the connection is of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The operation, by its id.
    pub operation: String,
    /// What it is given, by the names of its inputs.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(type = "Record<string, unknown>"))]
    pub given: Given,
}

/// Why a task has no outcome.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The service has no such operation (any more).
    #[error("{service} has no operation {operation}")]
    OperationUnknown {
        /// The service's name.
        service: String,
        /// The operation.
        operation: String,
    },
    /// No request can be made of what was given; nothing was sent.
    #[error(transparent)]
    Misfit(#[from] tsunagi_connectors::Misfit),
    /// The gate refused, or there was no answer.
    #[error(transparent)]
    Gate(#[from] GateError),
}

/// What came of a task.
#[derive(Debug, Clone)]
pub struct Done {
    /// What the service answered.
    pub answer: Answer,
    /// What that says came of it.
    pub outcome: Outcome,
    /// Its rows; empty where it has none.
    pub rows: Vec<Value>,
    /// The request for the next page of rows, where there is one; or why there is no way to it.
    pub next: Result<Option<Asked>, Astray>,
}

/// Where a door leads, and an operation of the service there.
///
/// # Errors
/// Those of [`Gateway::site`]; [`TaskError::OperationUnknown`].
pub async fn found(
    gateway: &Gateway,
    door: &Door,
    operation: &str,
) -> Result<(Site, Operation), TaskError> {
    let site = Box::pin(gateway.site(door)).await?;
    let known = site.connector.operation(operation);
    let known = known.ok_or_else(|| TaskError::OperationUnknown {
        service: site.connector.name.clone(),
        operation: operation.to_owned(),
    })?;
    Ok((site, known))
}

/// Does a task through a door.
///
/// # Errors
/// [`TaskError`]. That the service refused is an outcome, and no error.
pub async fn perform(gateway: &Gateway, door: &Door, task: &Task) -> Result<Done, TaskError> {
    let (site, operation) = found(gateway, door, &task.operation).await?;
    let asked = operation.request(&task.given, site.view())?;
    ask(gateway, door, &site, &operation, &asked).await
}

/// Asks for one page.
pub(crate) async fn ask(
    gateway: &Gateway,
    door: &Door,
    site: &Site,
    operation: &Operation,
    asked: &Asked,
) -> Result<Done, TaskError> {
    let answer = Box::pin(gateway.send(door.call(request(asked)?))).await?;
    let outcome = operation.outcome(answer.status.as_u16(), &answer.body);
    let mut body = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
    // A header may come on several lines, which are one list (RFC 9110 §5.3).
    let links: Vec<&str> = answer
        .headers
        .get_all(LINK)
        .iter()
        .filter_map(|link| link.to_str().ok())
        .collect();
    let links = links.join(", ");
    let header = |name: &str| match name {
        "link" => Some(links.as_str()),
        _ => answer.headers.get(name)?.to_str().ok(),
    };
    let next = operation.next_page(asked, site.view(), header, &body);
    let rows = match operation.answer.rows.as_deref() {
        // Taken out and not copied: there may be thousands.
        Some(at) => match body.pointer_mut(at).map(Value::take) {
            Some(Value::Array(rows)) => rows,
            _ => Vec::new(),
        },
        None => Vec::new(),
    };
    Ok(Done {
        answer,
        outcome,
        rows,
        next,
    })
}

fn request(asked: &Asked) -> Result<Request, TaskError> {
    let unfit = |input: &str| tsunagi_connectors::Misfit::Place {
        input: input.to_owned(),
        place: "header",
    };
    let mut headers = HeaderMap::new();
    for (name, value) in &asked.headers {
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unfit(name))?;
        let value = HeaderValue::from_str(value).map_err(|_| unfit(name))?;
        headers.insert(header, value);
    }
    Ok(Request {
        method: Method::from_bytes(asked.method.as_str().as_bytes()).unwrap_or_default(),
        target: asked.target.clone(),
        headers,
        body: asked.body.clone(),
        // What the service's page says of it, and not the method: there are services that send a
        // message by GET.
        repeat: match asked.repeat {
            Repeatable::Safe => Repeat::AsMethod,
            Repeatable::Key => Repeat::Keyed,
            Repeatable::Never => Repeat::Never,
        },
        ..Request::default()
    })
}
