//! What a new connector begins with: nothing, an issuer, or somebody else's file. It is a draft in
//! the folder at once.

use tsunagi_connectors::{Problem, Security, Sketch, Way};
use tsunagi_domain::access::Act;
use tsunagi_oauth::{Discovered, Wire};
use url::Url;

use super::told;
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::views::{BuilderView, ChoiceView, ConnectorStart, FilledView, LeftOut, OpenApiView};

/// The most files that differ in their number only.
const NUMBER_MAX: u32 = 1000;

impl Console {
    /// Begins a connector: the draft is stored, finished or not.
    ///
    /// # Errors
    /// R1, R2; `import_bad` with name, line and reason; `draft_exists` where a connector file
    /// names an id that is there already; those of [`tsunagi_oauth::discover`];
    /// `draft_unwritable`; the vault is locked. Nothing is stored then.
    pub async fn begin_connector(
        &self,
        session: Session,
        start: &ConnectorStart,
    ) -> Result<BuilderView, ConsoleError> {
        let member = self.manager_for(session, Act::Create)?;
        self.inner.keys.vault()?;
        let (mut sketch, action) = match start {
            ConnectorStart::Scratch { name, way } => (
                Sketch::new(named(name)?, Security::of(*way)),
                Action::ConnectorDraftBegun,
            ),
            ConnectorStart::Issuer { name, issuer } => {
                let found = self.discovered(issuer).await?;
                let host = Url::parse(issuer).ok();
                let host = host.as_ref().and_then(Url::host_str).unwrap_or_default();
                let name = if name.trim().is_empty() { host } else { name };
                let mut sketch = Sketch::new(named(name)?, Security::of(Way::Code));
                sketch.fill(found.oauth, &found.scopes);
                (sketch, Action::ConnectorDraftBegun)
            }
            ConnectorStart::Toml { file, text } => {
                let read = Sketch::from_toml(file, text);
                let sketch = read.map_err(|bad| told("import_bad", &bad))?;
                (sketch, Action::ConnectorImported)
            }
            ConnectorStart::Openapi { file, text, choice } => {
                let read = tsunagi_connectors::openapi(file, text);
                let read = read.map_err(|bad| told("import_bad", &bad))?;
                let chosen = read.choices.into_iter().nth(*choice as usize);
                let chosen =
                    chosen.ok_or_else(|| ConsoleError::new("draft_changed").with("file", file))?;
                let mut sketch = chosen.sketch;
                if let Some(document) = chosen.discover {
                    let found = self.discovered(&document).await?;
                    sketch.fill(found.oauth, &found.scopes);
                }
                (sketch, Action::ConnectorImported)
            }
        };
        // Somebody else's connector keeps its id, or is refused: its connections know it by that.
        if !matches!(start, ConnectorStart::Toml { .. }) {
            self.give_free_id(&mut sketch)?;
        }
        let file = sketch.file_name().map_err(|finding| {
            let problem = Problem {
                file: format!("{}.toml", sketch.general.id),
                line: None,
                why: finding.why,
            };
            told("import_bad", &problem)
        })?;
        if !self.is_free(&file)? {
            return Err(ConsoleError::new("draft_exists").with("file", file));
        }
        self.put_draft(&file, &sketch.to_toml(), false)?;
        self.log_draft(session, action, &file)?;
        // What follows is of the same sitting.
        self.inner.sittings.begins(member.id, &file);
        self.inner.bell.changed();
        self.in_builder(&file)
    }

    /// Fills a draft with what an issuer says about itself (RFC 8414, OpenID Connect Discovery).
    /// `issuer` may also be the address of the document, as OpenAPI documents have it. Nothing is
    /// stored.
    ///
    /// # Errors
    /// R1, R2; those of [`tsunagi_oauth::discover`]. The draft is as it was then.
    pub async fn fill_connector(
        &self,
        session: Session,
        sketch: &Sketch,
        issuer: &str,
    ) -> Result<FilledView, ConsoleError> {
        self.manager_for(session, Act::Create)?;
        let begun = self.now();
        let found = self.discovered(issuer).await?;
        let millis = u32::try_from(self.now().0.saturating_sub(begun.0)).unwrap_or(0);
        let filled = addresses_of(&found);
        let before = sketch.scopes.len();
        let mut sketch = sketch.clone();
        let (pkce, device, client_credentials) =
            (found.oauth.pkce, found.device, found.client_credentials);
        sketch.fill(found.oauth, &found.scopes);
        Ok(FilledView {
            document: found.document.to_string(),
            millis,
            filled,
            scopes: u32::try_from(sketch.scopes.len() - before).unwrap_or(u32::MAX),
            pkce,
            device,
            client_credentials,
            sketch,
        })
    }

    /// Reads an OpenAPI document: the ways to get in that can be used. Nothing is stored, and
    /// nothing is fetched.
    ///
    /// # Errors
    /// R1, R2; `import_bad` with name, line and reason.
    pub fn read_openapi(
        &self,
        session: Session,
        file: &str,
        text: &str,
    ) -> Result<OpenApiView, ConsoleError> {
        self.manager_for(session, Act::Create)?;
        let read = tsunagi_connectors::openapi(file, text);
        let read = read.map_err(|bad| told("import_bad", &bad))?;
        let name = read
            .choices
            .first()
            .map(|one| one.sketch.general.name.clone());
        let count = |all: usize| u32::try_from(all).unwrap_or(u32::MAX);
        Ok(OpenApiView {
            name: name.unwrap_or_default(),
            bases: read.bases,
            choices: read
                .choices
                .into_iter()
                .map(|choice| ChoiceView {
                    scopes: count(choice.sketch.scopes.len()),
                    scheme: choice.scheme,
                    way: choice.way,
                    discover: choice.discover,
                })
                .collect(),
            left_out: read
                .refused
                .iter()
                .map(|problem| LeftOut {
                    line: problem.line.map(count),
                    code: problem.why.code.to_owned(),
                    message: self.words_of(&problem.why),
                })
                .collect(),
        })
    }

    async fn discovered(&self, issuer: &str) -> Result<Discovered, ConsoleError> {
        let http = self.inner.gateway.http();
        let mut wire = Wire::default();
        let found = tsunagi_oauth::discover(http, issuer.trim(), &mut wire).await?;
        Ok(found)
    }

    /// The id that a name suggests, numbered where it is taken.
    fn give_free_id(&self, sketch: &mut Sketch) -> Result<(), ConsoleError> {
        let first = sketch.general.id.clone();
        for number in 2..NUMBER_MAX {
            if let Ok(file) = sketch.file_name()
                && self.is_free(&file)?
            {
                return Ok(());
            }
            let end = format!("_{number}");
            let room = tsunagi_connectors::ID_MAX - end.len();
            let stem: String = first.chars().take(room).collect();
            sketch.general.id = format!("{stem}{end}");
        }
        Ok(())
    }
}

fn named(name: &str) -> Result<&str, ConsoleError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(ConsoleError::new("name_empty"));
    }
    Ok(name)
}

/// The fields that have an address of the issuer's.
fn addresses_of(found: &Discovered) -> Vec<String> {
    let oauth = &found.oauth;
    let fields = [
        ("/oauth/authorize", oauth.authorize.is_some()),
        ("/oauth/token", true),
        ("/oauth/revoke", oauth.revoke.is_some()),
        ("/oauth/device", oauth.device.is_some()),
        ("/oauth/par", oauth.par.is_some()),
        ("/oauth/jwks", oauth.jwks.is_some()),
        ("/oauth/userinfo", oauth.userinfo.is_some()),
    ];
    let filled = fields.iter().filter(|(_, there)| *there);
    filled.map(|(field, _)| (*field).to_owned()).collect()
}
