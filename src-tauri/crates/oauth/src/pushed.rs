//! Pushing the authorization request to the provider before anybody is taken there: RFC 9126.

use serde_json::{Map, Value};
use tsunagi_connectors::{Connector, Resolved};
use url::Url;

use crate::http::{Carried, Courier, form};
use crate::{Client, Http, OAuthError, Result, Secret, Wire, answer};

/// Pushes an authorization request ([`crate::Attempt::url`]) and gives the address to take the
/// person to in its place: with the client's ID, and with the reference that the provider gave.
/// What was asked for can then neither be read in the browser nor be changed on the way. Where
/// the connector names no endpoint for it, nothing is sent, and the address is `request` itself.
///
/// A reference is good for one visit, and not for long (RFC 9126 §2.2): each time a page is
/// opened the request is pushed anew. State, nonce and PKCE challenge stay those of the attempt.
///
/// # Errors
/// Those of [`crate::refresh`], with [`OAuthError::TokenError`] for what the endpoint says of the
/// request (RFC 9126 §2.3), and [`OAuthError::SignInNotOffered`].
pub async fn push(
    http: &Http,
    connector: &Connector,
    endpoints: &Resolved,
    client: &Client,
    request: &Url,
    wire: &mut Wire,
) -> Result<Url> {
    let Some(url) = &endpoints.par else {
        return Ok(request.clone());
    };
    let authorize = endpoints.authorize.as_ref();
    let authorize = authorize.ok_or(OAuthError::SignInNotOffered)?;
    // What the connector's address has in it by itself stays there.
    let own = authorize.query_pairs().count();
    let fields: Vec<_> = request
        .query_pairs()
        .skip(own)
        // Added once, as the way the client proves itself has it.
        .filter(|(name, _)| name != "client_id")
        .collect();
    let known: Vec<Secret> = fields
        .iter()
        .filter(|(name, _)| matches!(&**name, "state" | "nonce"))
        .map(|(_, value)| Secret::new(&**value))
        .collect();
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let mut ready = form(connector, url, client, &fields)?;
    // RFC 9126 §2.1: a form, whatever the token endpoint takes.
    ready.carried = Carried::Form;
    if !ready.fields.iter().any(|(name, _)| name == "client_id") {
        // Part of every authorization request, also where a header has it too.
        ready
            .fields
            .push(("client_id".to_owned(), client.id.clone()));
    }
    let courier = Courier::new(http, connector, endpoints, client, &known);
    let oauth = connector.oauth();
    let outcome = courier
        .send(ready, |raw, known| {
            reference(&answer::object(raw, oauth, known)?)
        })
        .await;
    wire.lines.extend(courier.into_lines());
    let reference = outcome?;
    let mut address = authorize.clone();
    address
        .query_pairs_mut()
        .append_pair("client_id", &client.id)
        .append_pair("request_uri", &reference);
    Ok(address)
}

/// What stands for the request (RFC 9126 §2.2).
fn reference(fields: &Map<String, Value>) -> Result<String> {
    let given = fields.get("request_uri").and_then(Value::as_str);
    let given = given.filter(|text| !text.is_empty() && !text.chars().any(char::is_control));
    given.map(str::to_owned).ok_or(OAuthError::Malformed)
}
