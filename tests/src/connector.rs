//! Connector files as a person would write them, for the servers of this harness.

use std::path::Path;

/// The parts of a connector file that the tests vary.
#[derive(Debug, Clone)]
pub struct ConnectorFile {
    /// Identifier and stem of the file's name.
    pub id: String,
    /// The service's name.
    pub name: String,
    /// `authorize`, `token` and so on below `[oauth]`, as TOML lines.
    pub oauth: String,
    /// Base address of the API.
    pub api: String,
    /// Hosts that may receive the credential.
    pub hosts: Vec<String>,
    /// Where the account is asked for, and the JSON pointers to id, name and e-mail address.
    pub whoami: (String, [&'static str; 3]),
    /// Who may authorize.
    pub kinds: Vec<&'static str>,
    /// Further lines of the file's head, as TOML.
    pub beside: String,
    /// Scopes, all asked for.
    pub scopes: Vec<&'static str>,
    /// Proposed to *Try it*.
    pub try_path: String,
    /// Why the sign-in page may not be shown in a window of the program, where it may not.
    pub blocked: Option<&'static str>,
}

impl ConnectorFile {
    /// For [`Provider`](crate::Provider), the npm package.
    #[must_use]
    pub fn for_provider(id: &str, name: &str, issuer: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            oauth: format!(
                r#"authorize = "{issuer}/auth"
token = "{issuer}/token"
revoke = "{issuer}/token/revocation"
jwks = "{issuer}/jwks"
issuer = "{issuer}"
iss_required = true
userinfo = "{issuer}/me"
client_auth = "none"
rotates = true
authorize_params = {{ prompt = "consent" }}"#
            ),
            api: issuer.to_owned(),
            hosts: vec![issuer.to_owned()],
            whoami: (format!("{issuer}/me"), ["/sub", "/name", "/email"]),
            kinds: vec!["admin", "logged_in_user"],
            beside: String::new(),
            scopes: vec!["openid", "profile", "email", "offline_access"],
            try_path: "/me".to_owned(),
            blocked: None,
        }
    }

    /// For [`Issuer`](crate::issuer::Issuer), whose secrets are marked. The client sends its
    /// secret in the body.
    #[must_use]
    pub fn for_issuer(id: &str, name: &str, origin: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            oauth: format!(
                r#"authorize = "{origin}/authorize"
token = "{origin}/token"
revoke = "{origin}/revoke"
client_auth = "post"
rotates = true"#
            ),
            api: format!("{origin}/api"),
            hosts: vec![origin.to_owned()],
            whoami: (format!("{origin}/api/me"), ["/id", "/name", "/email"]),
            kinds: vec!["admin", "logged_in_user"],
            beside: String::new(),
            scopes: vec!["files.read"],
            try_path: "/files".to_owned(),
            blocked: None,
        }
    }

    /// The file's text.
    #[must_use]
    pub fn toml(&self) -> String {
        let Self {
            id,
            name,
            oauth,
            api,
            try_path,
            kinds,
            beside,
            ..
        } = self;
        let hosts: Vec<String> = self.hosts.iter().map(|host| format!("{host:?}")).collect();
        let hosts = hosts.join(", ");
        let webview = self.blocked.map_or_else(String::new, |why| {
            format!("webview = {{ blocked = {{ reason = {{ en = {why:?}, ja = {why:?} }} }} }}\n")
        });
        let (whoami, [account, display, email]) = &self.whoami;
        let mut toml = format!(
            r#"id = "{id}"
name = "{name}"
category = "work"
kinds = {kinds:?}
hosts = [{hosts}]
registration = "needs_client"
try_path = "{try_path}"
{webview}{beside}
[description]
en = "A server of the tests."
ja = "テスト用のサーバーです。"

[monogram]
text = "Te"
hue = 200

[oauth]
{oauth}

[api]
base = "{api}"

[whoami]
url = "{whoami}"
id = "{account}"
name = "{display}"
email = "{email}"
"#
        );
        for scope in &self.scopes {
            toml.push_str(&format!(
                r#"
[[scopes]]
name = "{scope}"
about = {{ en = "Allow {scope}", ja = "{scope} の許可" }}
default = true
"#
            ));
        }
        toml
    }

    /// The file's name.
    #[must_use]
    pub fn file(&self) -> String {
        format!("{}.toml", self.id)
    }

    /// Puts the file into a home's `connectors` folder, in place of an older one.
    ///
    /// # Panics
    /// Where it cannot be written.
    pub fn drop_into(&self, home: &Path) {
        let folder = home.join("connectors");
        std::fs::create_dir_all(&folder).expect("the connectors folder");
        std::fs::write(folder.join(self.file()), self.toml()).expect("the connector file");
    }
}
