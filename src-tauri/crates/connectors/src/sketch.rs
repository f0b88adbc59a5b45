//! What a person makes up in the builder, before it is a connector file: it may be unfinished and
//! wrong, and says about itself what is still missing.

mod derived;
mod doubled;
mod ways;
mod written;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tsunagi_domain::Kind;

use crate::import::text::{hue, identifier, initials, line};
use crate::load::Provenance;
use crate::{
    Api, Connector, GrantType, Keys, Monogram, OAuth, Param, Parameter, Pkce, Preset, Problem,
    Question, Scope, Text, Why, check, load,
};

pub use derived::host_of;
pub use doubled::Doubled;
pub(crate) use doubled::FIELD as DOUBLED;
pub use ways::Way;

/// The longest identifier, in characters.
pub const ID_MAX: usize = 50;
/// The longest name and description that are taken from elsewhere, in characters.
const NAME_MAX: usize = 100;

/// The scope that asks for a refresh token (OpenID Connect Core §11).
const OFFLINE: &str = "offline_access";

/// The largest file that is read, in bytes.
const FILE_MAX: usize = 256 * 1024;

/// Who the service is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct General {
    /// Identifier, and the stem of the file's name.
    pub id: String,
    /// The service's name.
    pub name: String,
    /// Where the gallery lists it.
    pub category: String,
    /// One sentence.
    pub description: Text,
    /// What stands for it in lists.
    pub monogram: Monogram,
    /// What stands for it where there is room: a PNG picture, in base64.
    #[serde(default)]
    pub logo: Option<String>,
    /// The kinds of connection it offers (R9).
    pub kinds: Vec<Kind>,
}

impl General {
    /// What a name suggests. No identifier of a built-in connector is suggested.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let name = line(name, NAME_MAX);
        let mut id = identifier(&name, "custom", ID_MAX);
        if is_taken(&id) {
            let rest: String = id.chars().take(ID_MAX - "_custom".len()).collect();
            id = format!("{}_custom", rest.trim_end_matches('_'));
        }
        Self {
            id,
            category: "custom".to_owned(),
            description: Text {
                en: name.clone(),
                ja: name.clone(),
            },
            monogram: Monogram {
                text: initials(&name),
                hue: hue(&name),
            },
            logo: None,
            kinds: vec![Kind::Admin, Kind::LoggedInUser],
            name,
        }
    }
}

/// What a credential of the service is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// OAuth 2.0: a person signs in, here or on another device, or the client authorizes itself.
    Oauth(Box<OAuth>),
    /// What a person types in: a key, user and password, several fields.
    Keys(Keys),
}

/// A connector that is being made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Sketch {
    /// Who the service is.
    pub general: General,
    /// What a credential of it is.
    pub security: Security,
    /// How its API is called.
    pub api: Api,
    /// The scopes one can ask for.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// Named choices of them.
    #[serde(default)]
    pub presets: Vec<Preset>,
    /// Where it tells whose account was authorized.
    #[serde(default)]
    pub whoami: Option<Question>,
    /// A harmless request that shows whether a credential works.
    #[serde(default)]
    pub verify: Option<Question>,
    /// What completes the templates of addresses.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    /// The hosts that may receive a credential, as a person listed them; `None`: those of the
    /// addresses above.
    #[serde(default)]
    pub hosts: Option<Vec<String>>,
    /// Rows of its tables whose name stands before them already.
    #[serde(default)]
    pub doubled: Vec<Doubled>,
    /// What else the file says, as it says it: the builder shows it and keeps it.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(type = "Record<string, unknown>"))]
    pub rest: Map<String, Value>,
}

/// What is wrong with a sketch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// JSON pointer to the field, as the connector file has it; empty: the whole of it.
    pub at: String,
    /// Why.
    pub why: Why,
}

impl Sketch {
    /// A sketch with nothing in it but a name and the way to authorize.
    #[must_use]
    pub fn new(name: &str, security: Security) -> Self {
        let mut sketch = Self {
            general: General::named(name),
            security,
            api: Api::at(""),
            scopes: Vec::new(),
            presets: Vec::new(),
            whoami: None,
            verify: None,
            parameters: Vec::new(),
            hosts: None,
            doubled: Vec::new(),
            rest: Map::new(),
        };
        sketch.fit_kinds();
        sketch
    }

    /// Where nobody signs in, there is no account of a member's own.
    fn fit_kinds(&mut self) {
        if let Security::Oauth(oauth) = &self.security
            && oauth.grant == GrantType::ClientCredentials
        {
            let kinds = &mut self.general.kinds;
            kinds.retain(|kind| *kind != Kind::LoggedInUser);
            if kinds.is_empty() {
                kinds.push(Kind::Admin);
            }
        }
    }

    /// Reads a connector file to go on with.
    ///
    /// # Errors
    /// What is wrong with it, by line: a file that cannot be a connector is refused.
    pub fn from_toml(file: &str, text: &str) -> Result<Self, Problem> {
        let problem = |line: Option<usize>, why: Why| Problem {
            file: file.to_owned(),
            line,
            why,
        };
        if text.len() > FILE_MAX {
            let most = format!("{} KiB", FILE_MAX / 1024);
            return Err(problem(None, Why::file_large(most)));
        }
        let connector = load::load(file, text, Provenance::Custom)?;
        if is_taken(&connector.id) {
            let line = crate::lines::line_of(text, "/id", None);
            return Err(problem(line, Why::id_built_in(&connector.id)));
        }
        // It was read a moment ago.
        let value = toml::from_str(text).unwrap_or_default();
        Ok(Self::of(connector, value))
    }

    /// Reads a sketch that was written before, finished or not: [`Self::check`] says what is
    /// missing.
    ///
    /// # Errors
    /// A file that the builder did not write.
    pub fn reopen(file: &str, text: &str) -> Result<Self, Problem> {
        let problem = |error: toml::de::Error| Problem {
            file: file.to_owned(),
            line: error
                .span()
                .map(|span| crate::lines::line_at(text, span.start)),
            why: Why::toml(text, &error),
        };
        let mut value: Map<String, Value> = toml::from_str(text).map_err(problem)?;
        let doubled = doubled::taken_out(&mut value);
        let connector = serde_json::from_value(Value::Object(value.clone()));
        let connector: Connector = match connector {
            Ok(connector) => connector,
            // What is wrong once more, with where it stands.
            Err(_) => toml::from_str(text).map_err(problem)?,
        };
        let mut sketch = Self::of(connector, value);
        sketch.doubled = doubled;
        Ok(sketch)
    }

    /// The name of its file.
    ///
    /// # Errors
    /// An identifier that cannot be one, or that is a built-in connector's.
    pub fn file_name(&self) -> Result<String, Finding> {
        let id = &self.general.id;
        let finding = |why: Why| Finding {
            at: "/id".to_owned(),
            why,
        };
        let mut letters = id.chars();
        let valid = letters.next().is_some_and(|c| c.is_ascii_lowercase())
            && letters.all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-'))
            && id.len() <= ID_MAX;
        if !valid {
            return Err(finding(Why::id_form(id, ID_MAX)));
        }
        if is_taken(id) {
            return Err(finding(Why::id_built_in(id)));
        }
        Ok(format!("{id}.toml"))
    }

    fn of(connector: Connector, mut rest: Map<String, Value>) -> Self {
        for name in written::SHOWN {
            rest.remove(name);
        }
        let Connector {
            id,
            name,
            category,
            description,
            monogram,
            logo,
            kinds,
            oauth,
            keys,
            api,
            scopes,
            presets,
            whoami,
            verify,
            parameters,
            hosts,
            ..
        } = connector;
        let security = match (oauth, keys) {
            (Some(oauth), _) => Security::Oauth(Box::new(oauth)),
            (None, keys) => Security::Keys(keys.unwrap_or(Keys {
                fields: Vec::new(),
                attach: Vec::new(),
            })),
        };
        let mut sketch = Self {
            general: General {
                id,
                name,
                category,
                description,
                monogram,
                logo,
                kinds,
            },
            security,
            api,
            scopes,
            presets,
            whoami,
            verify,
            parameters,
            hosts: None,
            doubled: Vec::new(),
            rest,
        };
        // The same hosts as would be derived follow the addresses.
        if sketch.derived_hosts() != hosts {
            sketch.hosts = Some(hosts);
        }
        sketch
    }

    /// Takes over what a service says about itself: its addresses, and its scopes beside those
    /// that are there. What it does not say stays. Where it offers to be asked for a refresh token
    /// (OpenID Connect Core §11), it is asked for one: `offline_access` is chosen at first, with
    /// the `prompt` that goes with it. Scopes say where the service lists them.
    pub fn fill(&mut self, found: OAuth, scopes: &[String]) {
        // A page for others to look at; one on this computer is none.
        let listed_at = found.metadata.clone();
        let listed_at = listed_at.filter(|address| address.starts_with("https://"));
        let mut oauth = match &self.security {
            Security::Oauth(known) => OAuth {
                grant: found.grant,
                authorize: found.authorize,
                token: found.token,
                refresh: found.refresh,
                revoke: found.revoke,
                device: found.device,
                device_token: found.device_token,
                par: found.par,
                metadata: found.metadata,
                jwks: found.jwks,
                issuer: found.issuer,
                iss_required: found.iss_required,
                userinfo: found.userinfo,
                pkce: match found.pkce {
                    None | Some(Pkce::Undocumented) => known.pkce.or(found.pkce),
                    said => said,
                },
                client_auth: found.client_auth,
                // Not for a description to say: what the person set, or a file brought along.
                ..(**known).clone()
            },
            Security::Keys(_) => found,
        };
        // What is answered there is of the standard (OpenID Connect Core §5.3.2).
        if let (None, Some(userinfo)) = (&self.whoami, &oauth.userinfo) {
            self.whoami = Some(Question {
                id: Some("/sub".to_owned()),
                name: Some("/name".to_owned()),
                email: Some("/email".to_owned()),
                ..Question::at(userinfo.clone())
            });
        }
        let people = oauth.grant == GrantType::Code;
        let offline = people && scopes.iter().any(|name| name == OFFLINE);
        if offline && oauth.authorize.is_some() {
            let prompt = oauth.authorize_params.entry("prompt".to_owned());
            prompt.or_insert_with(|| Param::Text("consent".to_owned()));
        }
        self.security = Security::Oauth(Box::new(oauth));
        self.fit_kinds();
        for name in scopes {
            if let Some(known) = self.scopes.iter_mut().find(|scope| scope.name == *name) {
                known.source = known.source.take().or_else(|| listed_at.clone());
            } else {
                self.scopes.push(Scope {
                    name: name.clone(),
                    about: Text {
                        en: name.clone(),
                        ja: name.clone(),
                    },
                    default: offline && [OFFLINE, "openid"].contains(&name.as_str()),
                    source: listed_at.clone(),
                });
            }
        }
    }

    /// Everything that is wrong with it, by field; nothing: it can be a connector file.
    #[must_use]
    pub fn check(&self) -> Vec<Finding> {
        let mut fields = self.fields();
        let doubled = doubled::taken_out(&mut fields);
        let value = Value::Object(fields);
        let mut found: Vec<Finding> = load::shape(&value)
            .into_iter()
            .map(|(at, why)| Finding { at, why })
            .collect();
        if found.is_empty() {
            match serde_json::from_value::<Connector>(value) {
                Ok(connector) => found.extend(
                    check::all(&connector, Provenance::Custom)
                        .into_iter()
                        .map(|(at, why)| Finding { at, why }),
                ),
                Err(error) => found.push(Finding {
                    at: String::new(),
                    why: Why::values(error),
                }),
            }
        }
        found.extend(doubled.iter().map(Doubled::finding));
        if is_taken(&self.general.id) {
            found.push(Finding {
                at: "/id".to_owned(),
                why: Why::id_built_in(&self.general.id),
            });
        }
        found
    }
}

/// Whether a built-in connector has this identifier, or one that reads the same as a link name.
pub(crate) fn is_taken(id: &str) -> bool {
    crate::library::is_built_in(id)
        || crate::library::is_built_in(&id.replace('-', "_"))
        || crate::library::is_built_in(&id.replace('_', "-"))
}
