//! *Try it*: a GET through the gate, and what is shown of its answer.

use std::collections::BTreeMap;

use tsunagi_domain::access::Act;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::system::{Cause, comes_into_being};
use tsunagi_domain::{ApplicationId, Connection, Environment};
use tsunagi_gateway::{Answer, Call, GateError, Request};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::messages;
use crate::rows::account_view;
use crate::views::{ServiceToTry, ServiceTried, ServiceTry, TryAnswer, TryRequest};

/// The most of a body that is shown, in bytes.
const SHOWN_MAX: usize = 256 * 1024;
/// The area of its requests in the record.
const AREA: &str = "try_it";

/// What a service is tried as: a task that may be written without its connection, and is.
const LEFT_OUT: Cause = Cause::IntegrationTask { optional: true };

/// Through what a request goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Through {
    /// The application, if any.
    pub(crate) application: Option<ApplicationId>,
    pub(crate) environment: Environment,
    /// The area it comes from, for the record.
    pub(crate) area: &'static str,
}

/// A GET of a path.
fn get(path: &str) -> Request {
    let mut headers = http::HeaderMap::new();
    headers.insert(
        http::header::ACCEPT,
        http::HeaderValue::from_static("application/json, */*;q=0.5"),
    );
    Request {
        method: http::Method::GET,
        target: path.trim().to_owned(),
        headers,
        ..Request::default()
    }
}

impl Console {
    /// *Try it*: a GET through the gate, as the acting member.
    ///
    /// # Errors
    /// R1; whatever the gate says.
    pub async fn try_it(
        &self,
        session: Session,
        request: &TryRequest,
    ) -> Result<TryAnswer, ConsoleError> {
        let connection = self.connection(request.connection)?;
        let through = Through {
            application: None,
            environment: request.environment,
            area: AREA,
        };
        self.sent(session, connection, through, get(&request.path))
            .await
    }

    /// The services a task of an application could ask without choosing a connection (R5), and
    /// the system connection of each, where there is one.
    ///
    /// # Errors
    /// R2; no such application.
    pub fn services_to_try(
        &self,
        session: Session,
        application: ApplicationId,
    ) -> Result<Vec<ServiceToTry>, ConsoleError> {
        self.reader(session)?;
        self.application(application)?;
        let library = self.inner.gateway.library();
        let mut services = Vec::new();
        for entry in self.gallery(session)? {
            let Some(connector) = library.get(&entry.service.id) else {
                continue;
            };
            if comes_into_being(&connector.name, LEFT_OUT, connector.payment).is_err() {
                continue;
            }
            let known = self.system_connection_of(&connector.id)?;
            services.push(ServiceToTry {
                service: entry.service,
                try_path: connector.try_path.clone(),
                connection: known.map(|connection| self.connection_mark(&connection)),
                refused: entry.refused,
            });
        }
        Ok(services)
    }

    /// *Try it* of a service, as a task of the application that leaves its connection out would
    /// (R5): through the service's system connection, which comes into being where there is none.
    /// That one is Not connected at first; what the gate says of it is part of the answer, so
    /// that it can be authorized.
    ///
    /// # Errors
    /// R1, R2, R5, R8, R16; no such application or service.
    pub async fn try_service(
        &self,
        session: Session,
        request: &ServiceTry,
    ) -> Result<ServiceTried, ConsoleError> {
        self.wait_for_vault().await;
        let (connection, made) =
            self.come_into_being(session, request.application, &request.service, LEFT_OUT)?;
        let mark = self.connection_mark(&connection);
        let through = Through {
            application: Some(request.application),
            environment: request.environment,
            area: AREA,
        };
        let sent = self
            .sent(session, connection, through, get(&request.path))
            .await;
        let (answer, refused) = match sent {
            Ok(answer) => (Some(answer), None),
            Err(error) => (None, Some(self.failure(&error))),
        };
        Ok(ServiceTried {
            connection: mark,
            made,
            answer,
            refused,
        })
    }

    /// Sends a request as the acting member, and shows what came.
    ///
    /// # Errors
    /// R1; whatever the gate says.
    pub(crate) async fn sent(
        &self,
        session: Session,
        connection: Connection,
        through: Through,
        request: Request,
    ) -> Result<TryAnswer, ConsoleError> {
        let member = self.member(session)?;
        self.allows(Act::Use)?;
        self.wait_for_vault().await;
        self.start_practice_for(&connection.connector)?;
        let safe = request.method.is_safe();
        let answer = self
            .inner
            .gateway
            .send(Call {
                link_name: connection.link_name.clone(),
                caller: Caller::Member(member.id),
                application: through.application,
                environment: through.environment,
                area: through.area.to_owned(),
                request,
            })
            .await;
        self.inner.bell.changed();
        let answer = answer.map_err(|error| match is_lost(&error) && !safe {
            true => answer_lost(),
            false => error.into(),
        })?;
        self.answer_view(&connection, &answer)
    }

    /// An answer as it is shown: secrets masked, and with whose account it was asked for.
    pub(crate) fn answer_view(
        &self,
        connection: &Connection,
        answer: &Answer,
    ) -> Result<TryAnswer, ConsoleError> {
        let account = self
            .inner
            .catalog
            .authorization(answer.authorization)?
            .map(|authorization| {
                let service = self.mark_of(&connection.connector).name;
                account_view(
                    &service,
                    authorization.label.as_deref(),
                    &authorization.account,
                )
                .label
            })
            .unwrap_or_default();
        Ok(self.shown(answer, account))
    }

    fn shown(&self, answer: &Answer, account: String) -> TryAnswer {
        let headers = answer
            .headers
            .iter()
            .map(|(name, value)| {
                let hidden = value.is_sensitive()
                    || answer.echoes_credential
                    || matches!(name.as_str(), "set-cookie" | "www-authenticate");
                let text = if hidden {
                    format!("•••• ({})", value.len())
                } else {
                    String::from_utf8_lossy(value.as_bytes()).into_owned()
                };
                (name.to_string(), text)
            })
            .collect();
        let media_type = answer
            .headers
            .get(http::header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .map(|value| {
                value
                    .split(';')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_ascii_lowercase()
            })
            .unwrap_or_default();
        let bytes = answer.body.len();
        let (mut body, truncated) = if answer.echoes_credential {
            let args = BTreeMap::new();
            (
                messages::text(self.locale(), "window.echoes_credential", &args),
                false,
            )
        } else {
            text_of(&answer.body, &media_type)
        };
        if body.chars().any(|c| c == '\0') {
            body = body.replace('\0', "\u{fffd}");
        }
        TryAnswer {
            status: answer.status.as_u16(),
            ok: answer.status.is_success(),
            address: if answer.echoes_credential {
                crate::flow::host_of(&answer.url)
            } else {
                format!("{}{}", crate::flow::host_of(&answer.url), answer.url.path())
            },
            headers,
            media_type,
            body,
            truncated: truncated || answer.truncated,
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
            millis: u32::try_from(answer.millis).unwrap_or(u32::MAX),
            account,
        }
    }
}

/// Whether an answer was lost: the request may have arrived, and been acted on.
pub(crate) fn is_lost(error: &GateError) -> bool {
    matches!(
        error,
        GateError::Unreachable {
            kind: "timeout" | "broken",
            ..
        }
    )
}

/// That nobody knows whether a service acted on a request.
pub(crate) fn answer_lost() -> ConsoleError {
    ConsoleError::new("answer_lost")
}

/// A body as text: JSON pretty-printed with what looks like a token masked.
fn text_of(body: &[u8], media_type: &str) -> (String, bool) {
    let json = media_type.ends_with("json");
    if json && let Ok(mut value) = serde_json::from_slice::<serde_json::Value>(body) {
        mask(&mut value);
        let text = serde_json::to_string_pretty(&value).unwrap_or_default();
        return cut(text);
    }
    let (text, cut_here) =
        cut(String::from_utf8_lossy(&body[..body.len().min(SHOWN_MAX)]).into_owned());
    (text, cut_here || body.len() > SHOWN_MAX)
}

fn cut(mut text: String) -> (String, bool) {
    if text.len() <= SHOWN_MAX {
        return (text, false);
    }
    let end = (0..=SHOWN_MAX)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    text.truncate(end);
    (text, true)
}

/// Fields that hold secrets by their name, such as the `auth_token` of an account resource.
fn mask(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                let name = name.to_ascii_lowercase();
                let secret = [
                    "token",
                    "secret",
                    "password",
                    "api_key",
                    "apikey",
                    "authorization",
                ]
                .iter()
                .any(|word| name.ends_with(word));
                match field {
                    serde_json::Value::String(text) if secret => {
                        *text = format!("•••• ({})", text.len());
                    }
                    other => mask(other),
                }
            }
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}
