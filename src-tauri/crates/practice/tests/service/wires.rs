//! The wires of other services. Each test names the page whose body it expects.

mod cliq;
mod described;
mod paypal;
mod recruit;
mod salesforce;
mod twilio;
mod zoho;

use reqwest::header::AUTHORIZATION;
use reqwest::{Method, Response};
use serde_json::Value;
use tsunagi_practice::CLIENT_ID;
use url::Url;

use crate::visit::{REDIRECT, Tokens, VERIFIER, Visit, redirected, ticket, tokens};

/// Where a service signs in, and what else it is asked with.
pub(crate) struct Door {
    authorize: &'static str,
    token: &'static str,
    params: &'static [(&'static str, &'static str)],
}

pub(crate) const ZOHO: Door = Door {
    authorize: "/oauth/v2/auth",
    token: "/oauth/v2/token",
    params: &[("access_type", "offline"), ("prompt", "consent")],
};

pub(crate) const SALESFORCE: Door = Door {
    authorize: "/services/oauth2/authorize",
    token: "/services/oauth2/token",
    params: &[],
};

impl Visit {
    fn door(&self, door: &Door, scope: &str) -> Url {
        let mut url = self.authorize_url(scope);
        url.set_path(door.authorize);
        url.query_pairs_mut().extend_pairs(door.params);
        url
    }

    /// Presses through both pages; returns what the redirect carries.
    pub(crate) async fn enter(
        &self,
        door: &Door,
        account: &str,
        scope: &str,
    ) -> std::collections::HashMap<String, String> {
        let page = self.client.get(self.door(door, scope)).send().await;
        let first = ticket(&page.unwrap().text().await.unwrap());
        let form = [("ticket", first.as_str()), ("account", account)];
        let page = self.post("/authorize/sign-in", &form).await;
        let second = ticket(&page.text().await.unwrap());
        let form = [("ticket", second.as_str()), ("decision", "allow")];
        redirected(&self.post("/authorize/consent", &form).await)
    }

    pub(crate) async fn exchange_at(&self, door: &Door, code: &str) -> Response {
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT_ID),
            ("redirect_uri", REDIRECT),
            ("code", code),
            ("code_verifier", VERIFIER),
        ];
        self.post(door.token, &form).await
    }

    pub(crate) async fn renew_at(&self, door: &Door, token: &str) -> Response {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", CLIENT_ID),
            ("refresh_token", token),
        ];
        self.post(door.token, &form).await
    }

    pub(crate) async fn entered(&self, door: &Door, account: &str, scope: &str) -> Tokens {
        let back = self.enter(door, account, scope).await;
        tokens(self.exchange_at(door, &back["code"]).await).await
    }

    /// A request with this `Authorization` header: its status, and its body where it is JSON.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        authorization: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let mut request = self.client.request(method, self.url(path));
        if !authorization.is_empty() {
            request = request.header(AUTHORIZATION, authorization);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }
}
