//! A client of the server, with a connector that is made of what the server says of itself.

use serde_json::json;
use tsunagi_connectors::{
    ClientAuth, Connector, GrantType, Library, OAuth, Param, Resolved, Scope, Security, Sketch,
    Text, hash,
};
use tsunagi_domain::Kind;
use tsunagi_oauth::{
    Ask, Attempt, Client, Code, Device, Discovered, Http, Listener, OAuthError, Pages, Revoked,
    Secret, TokenHint, Tokens, Wire, begin, begin_device, discover, exchange, push, read_callback,
    refresh, revoke,
};
use tsunagi_tests::provider::DEVICE;
use tsunagi_tests::{Browser, Provider};
use url::Url;

pub(crate) const PATH: &str = "/callback/one";
/// As a person registers it: any port will do (RFC 8252 section 7.3).
pub(crate) const REGISTERED: &str = "http://127.0.0.1/callback/one";
pub(crate) const SCOPES: [&str; 2] = ["openid", "email"];

pub(crate) fn scopes() -> Vec<String> {
    SCOPES.map(str::to_owned).to_vec()
}

/// A connector, and a client that the server knows.
pub(crate) struct Desk {
    pub(crate) provider: Provider,
    pub(crate) connector: Connector,
    pub(crate) endpoints: Resolved,
    pub(crate) client: Client,
    pub(crate) http: Http,
    pub(crate) wire: Wire,
}

pub(crate) async fn found(provider: &Provider) -> Discovered {
    let http = Http::new().expect("a client");
    let asked = discover(&http, provider.issuer(), &mut Wire::default()).await;
    asked.expect("the server describes itself")
}

/// A connector file as the builder writes it, read as any other.
pub(crate) fn connector(provider: &Provider, oauth: OAuth, scopes: &[&str]) -> Connector {
    let grant = oauth.grant;
    let mut sketch = Sketch::new("Foreign server", Security::Oauth(Box::new(oauth)));
    sketch.api.base = provider.issuer().to_owned();
    let scope = |name: &&str| Scope {
        source: None,
        name: (*name).to_owned(),
        about: Text {
            en: (*name).to_owned(),
            ja: (*name).to_owned(),
        },
        default: true,
    };
    if grant == GrantType::ClientCredentials {
        sketch.general.kinds = vec![Kind::Admin];
    }
    sketch.scopes = scopes.iter().map(scope).collect();
    let text = sketch.to_toml();
    let hash = hash(text.as_bytes());
    let (library, problems) = Library::default().with_accepted(&[(text, hash)]);
    assert!(problems.is_empty(), "{problems:?}");
    let made = library.get(&sketch.general.id);
    made.expect("it is in the library").clone()
}

impl Desk {
    pub(crate) async fn at(
        provider: Provider,
        oauth: OAuth,
        scopes: &[&str],
        client: Client,
    ) -> Self {
        let connector = connector(&provider, oauth, scopes);
        let endpoints = connector.resolve(&Default::default());
        Self {
            endpoints: endpoints.expect("it has no parameters"),
            connector,
            client,
            http: Http::new().expect("a client"),
            wire: Wire::default(),
            provider,
        }
    }

    /// A native client without a secret, for people who sign in here or elsewhere.
    pub(crate) async fn for_people(provider: Provider) -> Self {
        let metadata = json!({
            "client_id": "tsunagi-desk",
            "application_type": "native",
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token", DEVICE],
            "response_types": ["code"],
            "redirect_uris": [REGISTERED],
        });
        provider.register_as(&metadata).await;
        let mut oauth = found(&provider).await.oauth;
        oauth.client_auth = ClientAuth::None;
        // Without it this server gives no refresh token.
        let consent = Param::Text("consent".to_owned());
        oauth.authorize_params = [("prompt".to_owned(), consent)].into();
        let client = Client {
            id: "tsunagi-desk".to_owned(),
            secret: None,
        };
        let scopes = [&SCOPES[..], &["offline_access"]].concat();
        Self::at(provider, oauth, &scopes, client).await
    }

    pub(crate) fn begin(&self, redirect: &Url) -> Attempt {
        let mut scopes = scopes();
        scopes.push("offline_access".to_owned());
        let ask = Ask {
            connector: &self.connector,
            endpoints: &self.endpoints,
            client_id: &self.client.id,
            scopes: &scopes,
            redirect,
            login_hint: None,
        };
        begin(&ask).expect("people sign in here")
    }

    pub(crate) async fn push(&mut self, attempt: &Attempt) -> Url {
        let pushed = push(
            &self.http,
            &self.connector,
            &self.endpoints,
            &self.client,
            attempt.url(),
            &mut self.wire,
        );
        pushed.await.expect("the request is taken")
    }

    pub(crate) async fn exchange(&mut self, attempt: Attempt, code: Code) -> Tokens {
        let exchanged = exchange(
            &self.http,
            &self.connector,
            &self.endpoints,
            &self.client,
            attempt,
            code,
            &mut self.wire,
        );
        exchanged.await.expect("the code is good")
    }

    /// Signs in in a browser that comes home on loopback. Gives the port it came home on.
    pub(crate) async fn sign_in(&mut self) -> (Tokens, u16) {
        let (listener, redirect) = home().await;
        let attempt = self.begin(&redirect);
        let address = self.push(&attempt).await;
        let callback = come_home(listener, &attempt, &address).await;
        let issuer = self.endpoints.issuer.clone();
        let code = read_callback(&attempt, &callback, issuer.as_deref());
        let code = code.expect("the answer is this attempt's");
        let port = redirect.port().expect("a port");
        (self.exchange(attempt, code).await, port)
    }

    pub(crate) async fn ask_for_code(&mut self) -> Device {
        let asked = begin_device(
            &self.http,
            &self.connector,
            &self.endpoints,
            &self.client,
            &scopes(),
            &mut self.wire,
        )
        .await;
        asked.expect("a code")
    }

    pub(crate) async fn refresh(&mut self, token: &Secret) -> Result<Tokens, OAuthError> {
        refresh(
            &self.http,
            &self.connector,
            &self.endpoints,
            &self.client,
            token,
            &[],
            &mut self.wire,
        )
        .await
    }

    pub(crate) async fn revoke(&mut self, token: &Secret, hint: TokenHint) -> Revoked {
        let revoked = revoke(
            &self.http,
            &self.connector,
            &self.endpoints,
            &self.client,
            token,
            hint,
            &mut self.wire,
        );
        revoked.await.expect("the server answers")
    }
}

/// A listener on any port, and its redirect address.
pub(crate) async fn home() -> (Listener, Url) {
    let listener = Listener::bind(None).await.expect("a free port");
    let address = format!("http://{}{PATH}", listener.authority());
    (listener, Url::parse(&address).expect("an address"))
}

/// A browser goes to an address; gives what comes home of it.
pub(crate) async fn come_home(listener: Listener, attempt: &Attempt, address: &Url) -> Url {
    let pages = Pages {
        success: "success".to_owned(),
        denied: "denied".to_owned(),
        wrong: "wrong".to_owned(),
    };
    let mut browser = Browser::default();
    let waiting = listener.wait(PATH, |url| attempt.judge(url), pages);
    let (callback, ()) = tokio::join!(waiting, browser.open(address));
    callback
}

pub(crate) fn refresh_token(tokens: &Tokens) -> Secret {
    tokens.refresh.clone().expect("a refresh token")
}
