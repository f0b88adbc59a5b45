//! Exchanging a code, and renewing a token.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
    BasicTokenType,
};
use oauth2::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, EndpointNotSet, EndpointSet,
    ExtraTokenFields, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    StandardRevocableToken, StandardTokenResponse, TokenResponse, TokenUrl,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tsunagi_connectors::{ClientAuth, Connector, Resolved};
use tsunagi_domain::hosts::{Origin, may_receive};
use tsunagi_domain::{Refusal, RefusalCode};
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::http::Courier;
use crate::{Attempt, Code, Http, Identity, OAuthError, Result, Secret, Wire, answer, identity};

/// A client registration at a provider.
#[derive(Debug, Clone)]
pub struct Client {
    /// Client ID.
    pub id: String,
    /// Client secret; `None` for a public client. Not sent where the connector's client
    /// authentication is `none`.
    pub secret: Option<Secret>,
}

impl Client {
    /// ID and secret as HTTP Basic has them.
    pub(crate) fn basic(&self) -> Option<Secret> {
        let secret = self.secret.as_ref()?;
        // RFC 6749 §2.3.1: both are encoded before they are put together.
        let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encode(&self.id), encode(secret.expose()));
        Some(Secret::new(BASE64_STANDARD.encode(pair)))
    }
}

/// What a provider answered.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Access token.
    pub access: Secret,
    /// Refresh token; `None` where none was answered, which after a refresh means that the old
    /// one is still the one (RFC 6749 §6).
    pub refresh: Option<Secret>,
    /// How long the access token lives, from now on: what the answer says, else what the
    /// connector knows.
    pub expires_in: Option<Duration>,
    /// How long the refresh token lives, from now on: what the answer says, else what the
    /// connector knows. `None` where there is no refresh token in the answer, or nobody knows.
    pub refresh_expires_in: Option<Duration>,
    /// Granted scopes; `None` where the provider did not say, which means "as requested"
    /// (RFC 6749 §5.1).
    pub scopes: Option<Vec<String>>,
    /// Who signed in, from a checked ID token; `None` after a refresh and without `openid`.
    pub identity: Option<Identity>,
    /// What else the connector keeps of the answer and the callback: hosts to use from now on,
    /// account numbers. No secrets.
    pub extras: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Extras {
    #[serde(flatten)]
    fields: BTreeMap<String, Value>,
}

impl ExtraTokenFields for Extras {}

type Answer = StandardTokenResponse<Extras, BasicTokenType>;
type Builder<Token = EndpointSet> = oauth2::Client<
    BasicErrorResponse,
    Answer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    Token,
>;

/// The token endpoint.
///
/// # Errors
/// [`OAuthError::SignInNotOffered`] where the service has none.
pub(crate) fn address(endpoints: &Resolved) -> Result<&Url> {
    let address = endpoints.token.as_ref();
    address.ok_or(OAuthError::SignInNotOffered)
}

fn builder(connector: &Connector, at: &Url, client: &Client) -> Builder {
    let method = connector.oauth().client_auth;
    let mut builder = Builder::<EndpointNotSet>::new(ClientId::new(client.id.clone()))
        .set_auth_type(match method {
            ClientAuth::Basic => AuthType::BasicAuth,
            ClientAuth::None | ClientAuth::Post | ClientAuth::Bearer => AuthType::RequestBody,
        })
        .set_token_uri(TokenUrl::from_url(at.clone()));
    if let Some(secret) = client
        .secret
        .as_ref()
        .filter(|_| matches!(method, ClientAuth::Basic | ClientAuth::Post))
    {
        builder = builder.set_client_secret(ClientSecret::new(secret.expose().to_owned()));
    }
    builder
}

/// Exchanges `code` for tokens (RFC 6749 §4.1.3) and checks the ID token where `openid` was
/// asked for. Hosts named by the callback or the answer must be the connector's (R23).
///
/// # Errors
/// Those of [`refresh`], and [`OAuthError::IdTokenInvalid`], [`OAuthError::NonceMismatch`],
/// [`OAuthError::HostNotListed`], [`OAuthError::AnswerUnknown`],
/// [`OAuthError::SettingElsewhere`], [`OAuthError::SignatureMismatch`].
pub async fn exchange(
    http: &Http,
    connector: &Connector,
    endpoints: &Resolved,
    client: &Client,
    attempt: Attempt,
    code: Code,
    wire: &mut Wire,
) -> Result<Tokens> {
    if let Some(signature) = &code.signature {
        signature.check(client)?;
    }
    hosts_answered(connector, endpoints, &code.extras).map_err(OAuthError::HostNotListed)?;
    // The callback may say which of the provider's servers has the code.
    let endpoints = &connector
        .answered(endpoints, &code.extras)
        .map_err(OAuthError::leading_nowhere)?;
    let secrets = [
        Some(&code.code),
        attempt.verifier.as_ref(),
        Some(&attempt.state),
    ];
    let courier = Courier::new(
        http,
        connector,
        endpoints,
        client,
        secrets.into_iter().flatten(),
    );
    let builder = builder(connector, address(endpoints)?, client);
    let mut request = builder
        .exchange_code(AuthorizationCode::new(code.code.expose().to_owned()))
        .set_redirect_uri(Cow::Owned(RedirectUrl::from_url(attempt.redirect.clone())));
    if let Some(verifier) = &attempt.verifier {
        request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier.expose().to_owned()));
    }
    if connector.oauth().exchange_sends_scopes && !attempt.scope.is_empty() {
        request = request.add_extra_param("scope", attempt.scope.as_str());
    }
    for (name, value) in &endpoints.token_params {
        request = request.add_extra_param(name.as_str(), value.as_str());
    }
    let outcome = request.request_async(&courier).await;
    wire.lines.extend(courier.into_lines());
    let mut answer = read(connector, outcome)?;
    for (name, value) in code.extras {
        answer.tokens.extras.entry(name).or_insert(value);
    }
    let nonce = attempt.nonce.as_ref().map(Some);
    accept(http, connector, endpoints, client, answer, nonce, wire).await
}

/// Tokens as they were answered, with the ID token still to be checked.
pub(crate) struct Unchecked {
    pub(crate) tokens: Tokens,
    id_token: Option<Secret>,
}

/// Accepts the first tokens of an authorization: answered hosts must be the connector's (R23),
/// and the ID token must be there and hold where `openid` was asked for. `nonce` is `None`
/// without `openid`, and `Some(None)` where the request had no nonce.
pub(crate) async fn accept(
    http: &Http,
    connector: &Connector,
    endpoints: &Resolved,
    client: &Client,
    answer: Unchecked,
    nonce: Option<Option<&Secret>>,
    wire: &mut Wire,
) -> Result<Tokens> {
    let mut tokens = answer.tokens;
    hosts_answered(connector, endpoints, &tokens.extras).map_err(OAuthError::HostNotListed)?;
    if let Some(nonce) = nonce {
        let token = answer
            .id_token
            .ok_or(OAuthError::IdTokenInvalid { reason: "missing" })?;
        let claim = identity::Claim {
            token: &token,
            access: &tokens.access,
            nonce,
        };
        tokens.identity =
            Some(identity::check(http, endpoints, &client.id, claim, &mut wire.lines).await?);
    }
    Ok(tokens)
}

/// Renews an access token (RFC 6749 §6). Scopes are repeated only where the connector says so.
/// An ID token in the answer is not read, and a host it names that is not the connector's is
/// left out of `extras`: neither may cost the new refresh token, which is already the only one.
///
/// # Errors
/// [`OAuthError::InvalidGrant`], [`OAuthError::ClientRefused`], [`OAuthError::TokenError`],
/// [`OAuthError::Unreachable`], [`OAuthError::Status`], [`OAuthError::Html`],
/// [`OAuthError::Empty`], [`OAuthError::Malformed`], [`OAuthError::TooLarge`],
/// [`OAuthError::HostNotListed`].
pub async fn refresh(
    http: &Http,
    connector: &Connector,
    endpoints: &Resolved,
    client: &Client,
    refresh_token: &Secret,
    scopes: &[String],
    wire: &mut Wire,
) -> Result<Tokens> {
    let courier = Courier::new(http, connector, endpoints, client, [refresh_token]);
    let at = match &endpoints.refresh {
        Some(at) => at,
        None => address(endpoints)?,
    };
    let builder = builder(connector, at, client);
    let token = RefreshToken::new(refresh_token.expose().to_owned());
    let mut request = builder.exchange_refresh_token(&token);
    if connector.oauth().refresh_sends_scopes && !scopes.is_empty() {
        request = request.add_scope(Scope::new(scopes.join(&connector.oauth().scope_separator)));
    }
    for (name, value) in &endpoints.refresh_params {
        request = request.add_extra_param(name.as_str(), value.as_str());
    }
    let outcome = request.request_async(&courier).await;
    wire.lines.extend(courier.into_lines());
    let mut tokens = read(connector, outcome)?.tokens;
    tokens.extras.retain(|name, value| {
        !named_hosts(connector).any(|host| host == name) || answered_host(value, endpoints).is_ok()
    });
    Ok(tokens)
}

/// Lets the client authorize itself (RFC 6749 §4.4): nobody signs in. A refresh token in the answer
/// is not kept (§4.4.3): the client asks again.
///
/// # Errors
/// Those of [`refresh`].
pub async fn client_credentials(
    http: &Http,
    connector: &Connector,
    endpoints: &Resolved,
    client: &Client,
    scopes: &[String],
    wire: &mut Wire,
) -> Result<Tokens> {
    let courier = Courier::new(http, connector, endpoints, client, []);
    let builder = builder(connector, address(endpoints)?, client);
    let mut request = builder.exchange_client_credentials();
    if !scopes.is_empty() {
        let separator = &connector.oauth().scope_separator;
        request = request.add_scope(Scope::new(scopes.join(separator)));
    }
    for (name, value) in &endpoints.token_params {
        request = request.add_extra_param(name.as_str(), value.as_str());
    }
    let outcome = request.request_async(&courier).await;
    wire.lines.extend(courier.into_lines());
    let mut tokens = read(connector, outcome)?.tokens;
    hosts_answered(connector, endpoints, &tokens.extras).map_err(OAuthError::HostNotListed)?;
    tokens.refresh = None;
    tokens.refresh_expires_in = None;
    Ok(tokens)
}

/// R23: the origins of the hosts that an answer or callback names, all of them the connector's.
///
/// # Errors
/// [`RefusalCode::HostNotListed`] for the first that is not.
pub fn hosts_answered(
    connector: &Connector,
    endpoints: &Resolved,
    extras: &BTreeMap<String, String>,
) -> std::result::Result<Vec<Origin>, Refusal> {
    named_hosts(connector)
        .filter_map(|name| extras.get(name))
        .map(|value| answered_host(value, endpoints))
        .collect()
}

/// R23: what services call a host to go to from then on. Checked whether or not the connector
/// lists it: a service that sends elsewhere is not the one that was meant.
pub(crate) const HOSTS: [&str; 3] = ["api_domain", "instance_url", "accounts-server"];

/// Names of the answers that name hosts.
fn named_hosts(connector: &Connector) -> impl Iterator<Item = &str> {
    let answers = connector.oauth().answers.iter();
    answers
        .filter(|answer| answer.host)
        .map(|answer| answer.name.as_str())
        .chain(HOSTS)
}

/// Names of the answers that are looked at without being listed.
pub(crate) fn unlisted(connector: &Connector) -> impl Iterator<Item = &'static str> {
    let listed = &connector.oauth().answers;
    HOSTS
        .into_iter()
        .filter(|name| !listed.iter().any(|answer| answer.name == *name))
}

fn answered_host(value: &str, endpoints: &Resolved) -> std::result::Result<Origin, Refusal> {
    // Some providers answer a bare host name.
    let address = if value.contains("://") {
        value.to_owned()
    } else {
        format!("https://{value}")
    };
    let url = Url::parse(&address).map_err(|_| {
        Refusal::new(RefusalCode::HostNotListed)
            .with("host", value.chars().take(100).collect::<String>())
    })?;
    may_receive(&url, &endpoints.hosts)?;
    Origin::of(&url).map_err(|_| {
        Refusal::new(RefusalCode::HostNotListed).with("host", url.host_str().unwrap_or_default())
    })
}

type Outcome = std::result::Result<Answer, RequestTokenError<OAuthError, BasicErrorResponse>>;

fn read(connector: &Connector, outcome: Outcome) -> Result<Unchecked> {
    let answer = outcome.map_err(|error| match error {
        RequestTokenError::Request(error) => error,
        // The library's own words may quote the answer.
        _ => OAuthError::Malformed,
    })?;
    Ok(tokens(connector, &answer))
}

/// Reads fields that [`answer::token`] has put into shape.
pub(crate) fn read_fields(
    connector: &Connector,
    fields: serde_json::Map<String, Value>,
) -> Result<Unchecked> {
    let answer: Answer =
        serde_json::from_value(fields.into()).map_err(|_| OAuthError::Malformed)?;
    Ok(tokens(connector, &answer))
}

/// What a JSON pointer leads to, whose first step is a field.
fn pointed<'a>(fields: &'a BTreeMap<String, Value>, at: &str) -> Option<&'a Value> {
    let (first, rest) = match at.strip_prefix('/')?.split_once('/') {
        Some((first, rest)) => (first, format!("/{rest}")),
        None => (at.strip_prefix('/')?, String::new()),
    };
    let first = first.replace("~1", "/").replace("~0", "~");
    fields.get(&first)?.pointer(&rest)
}

fn tokens(connector: &Connector, answer: &Answer) -> Unchecked {
    let oauth = connector.oauth();
    let fields = &answer.extra_fields().fields;
    let refresh = answer
        .refresh_token()
        .map(|token| Secret::new(token.secret().clone()));
    let refresh_expires_in = [
        "refresh_token_expires_in",
        "x_refresh_token_expires_in",
        "refresh_expires_in",
    ]
    .into_iter()
    .find_map(|name| answer::seconds(fields.get(name)?))
    .or(oauth.refresh_lifetime_seconds)
    .filter(|_| refresh.is_some());
    let extras = oauth
        .answers
        .iter()
        .filter(|answer| answer.is_said())
        .filter_map(|answer| {
            let value = match &answer.at {
                None => fields.get(&answer.name)?,
                Some(at) => pointed(fields, at)?,
            };
            let text = match value {
                Value::String(text) => text.clone(),
                value @ (Value::Number(_) | Value::Bool(_)) => value.to_string(),
                _ => return None,
            };
            Some((answer.name.clone(), text))
        })
        .chain(unlisted(connector).filter_map(|name| {
            let text = fields.get(name)?.as_str()?;
            Some((name.to_owned(), text.to_owned()))
        }))
        .collect();
    let id_token = fields
        .get("id_token")
        .and_then(Value::as_str)
        .map(Secret::new);
    let tokens = Tokens {
        access: Secret::new(answer.access_token().secret().clone()),
        refresh,
        expires_in: answer
            .expires_in()
            .or_else(|| oauth.token_lifetime_seconds.map(Duration::from_secs)),
        refresh_expires_in: refresh_expires_in.map(Duration::from_secs),
        scopes: answer.scopes().map(|scopes| {
            scopes
                .iter()
                .map(|scope| scope.as_str().to_owned())
                .collect()
        }),
        identity: None,
        extras,
    };
    Unchecked { tokens, id_token }
}
