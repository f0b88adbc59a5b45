//! The New connection screen: gallery, set-up, client registrations.

use tsunagi_connectors::{Connector, Registration as Needs};
use tsunagi_domain::access::Act;
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::names::{ConnectionName, LinkName, suggest_link_name};
use tsunagi_domain::offer::{self, Likeness};
use tsunagi_domain::{
    Application, ApplicationId, Connection, ConnectionId, Health, Kind, Reach, Refusal,
    RefusalCode, RegistrationId, Workspace, access,
};
use url::Url;

use crate::console::{Console, Session};
use crate::editing::chosen_settings;
use crate::error::ConsoleError;
use crate::flow::is_secure;
use crate::log::Action;
use crate::messages;
use crate::rows::{account_view, mark};
use crate::services::way;
use crate::switching::Wants;
use crate::views::{
    ConnectorView, GalleryEntry, Locale, NameCheck, NewConnection, ParameterView, ReuseOffer,
    ScopeView,
};

/// How many services one used last are brought to the front.
const RECENT: u32 = 6;
/// The longest scope, in bytes.
const SCOPE_MAX: usize = 500;

impl Console {
    /// Every service, offered or not.
    ///
    /// # Errors
    /// `no_workspace`.
    pub fn gallery(&self, session: Session) -> Result<Vec<GalleryEntry>, ConsoleError> {
        self.reader(session)?;
        let workspace = self.workspace()?;
        let available = access::available(&workspace);
        let library = self.inner.gateway.library();
        let recent = self.inner.catalog.recent_connectors(RECENT)?;
        let mut entries: Vec<GalleryEntry> = library
            .all()
            .map(|connector| GalleryEntry {
                service: mark(connector),
                about: self.pick(&connector.description),
                category: connector.category.clone(),
                way: way(connector),
                recent: (0..)
                    .zip(&recent)
                    .find_map(|(at, id)| (*id == connector.id).then_some(at)),
                words: found_by(connector),
                kinds: connector.kinds.clone(),
                verified: connector.verified,
                custom: connector.custom,
                refused: available
                    .clone()
                    .and_then(|()| self.offered(connector, &workspace))
                    .err()
                    .map(|refusal| self.failure(&refusal.into())),
            })
            .collect();
        entries.sort_by(|a, b| a.service.name.cmp(&b.service.name));
        Ok(entries)
    }

    pub(crate) fn not_retired(&self, connector: &Connector) -> Result<(), Refusal> {
        connector.served(self.now())
    }

    /// R8, R16: whether a service is offered here and now.
    pub(crate) fn offered(
        &self,
        connector: &Connector,
        workspace: &Workspace,
    ) -> Result<(), Refusal> {
        self.not_retired(connector)?;
        offer::offered_here(&connector.name, connector.places(), workspace)
    }

    pub(crate) fn connector(&self, id: &str) -> Result<Connector, ConsoleError> {
        self.inner
            .gateway
            .library()
            .get(id)
            .cloned()
            .ok_or_else(|| ConsoleError::new("connector_missing").with("service", id))
    }

    /// What setting up a connection to a service needs.
    ///
    /// # Errors
    /// `connector_missing`, `wire_unknown`.
    pub fn service(&self, session: Session, id: &str) -> Result<ConnectorView, ConsoleError> {
        self.reader(session)?;
        let connector = self.connector(id)?;
        connector.spoken()?;
        // Shown as a hint before the parameters are known: placeholders stay as they are.
        let oauth = connector.oauth();
        let asked = connector.question().map(|question| &question.url);
        let tokens = Some(&oauth.token).filter(|token| !token.is_empty());
        let host = oauth
            .authorize
            .as_ref()
            .or(oauth.device.as_ref())
            .or(tokens)
            .or(asked)
            .unwrap_or(&connector.api.base)
            .split_once("://")
            .map(|(_, rest)| rest.split('/').next().unwrap_or_default().to_owned())
            .unwrap_or_default();
        Ok(ConnectorView {
            service: mark(&connector),
            about: self.pick(&connector.description),
            kinds: connector.kinds.clone(),
            scopes: self.scopes(&connector),
            presets: self.presets(&connector),
            parameters: self.parameters(&connector),
            host: if connector.practice {
                "127.0.0.1".to_owned()
            } else {
                host
            },
            hosts: connector.hosts.clone(),
            needs_registration: connector.registration == Needs::NeedsClient,
            registrations: self.registrations(Some(id))?,
            typed: connector.keys.is_some(),
            for_clients: connector.is_for_clients(),
            by_code_alone: connector.is_by_code_alone(),
            browser_because: self.browser_because(&connector),
            verified: connector.verified,
            custom: connector.custom,
            suggested_name: connector.name.clone(),
            setup: self.setup_view(&connector),
            notes: connector.notes.iter().map(|note| self.pick(note)).collect(),
            sources: connector.sources.clone(),
        })
    }

    /// The address of the provider's console, to open in the system browser.
    ///
    /// # Errors
    /// `connector_missing`; `setup_missing` where the connector names none.
    pub fn provider_console(&self, session: Session, id: &str) -> Result<Url, ConsoleError> {
        self.reader(session)?;
        let connector = self.connector(id)?;
        let address = connector.setup.map(|setup| setup.url);
        address
            .and_then(|address| Url::parse(&address).ok())
            .filter(|url| url.scheme() == "https" && is_secure(url))
            .ok_or_else(|| ConsoleError::new("setup_missing").with("service", connector.name))
    }

    pub(crate) fn scopes(&self, connector: &Connector) -> Vec<ScopeView> {
        connector
            .scopes
            .iter()
            .map(|scope| ScopeView {
                name: scope.name.clone(),
                about: self.pick(&scope.about),
                default: scope.default,
                source: connector.listed_at(scope).map(str::to_owned),
            })
            .collect()
    }

    pub(crate) fn parameters(&self, connector: &Connector) -> Vec<ParameterView> {
        connector
            .parameters
            .iter()
            .filter(|parameter| !parameter.automatic)
            .map(|parameter| ParameterView {
                name: parameter.name.clone(),
                label: self.pick(&parameter.label),
                pattern: parameter.pattern.as_str().to_owned(),
                default: parameter.default.clone(),
            })
            .collect()
    }

    /// What is wrong with a name while it is typed, and the link name it would get (R19).
    ///
    /// # Errors
    /// `no_workspace`, `connector_missing`.
    pub fn check_name(
        &self,
        session: Session,
        service: &str,
        name: &str,
        link_name: Option<&str>,
    ) -> Result<NameCheck, ConsoleError> {
        self.reader(session)?;
        let connector = self.connector(service)?;
        let taken = |link: &str| self.inner.catalog.link_name_taken(link).unwrap_or(true);
        let suggestion = suggest_link_name(name, &connector.id, taken);
        let link_problem = link_name.and_then(|typed| match LinkName::new(typed) {
            Err(refusal) => Some(refusal),
            Ok(link) if taken(link.as_str()) => {
                Some(Refusal::new(RefusalCode::LinkNameTaken).with("link_name", link.as_str()))
            }
            Ok(_) => None,
        });
        Ok(NameCheck {
            link_name: link_name.map_or_else(|| suggestion.to_string(), str::to_owned),
            problem: ConnectionName::new(name)
                .err()
                .map(|refusal| self.failure(&refusal.into())),
            link_problem: link_problem.map(|refusal| self.failure(&refusal.into())),
        })
    }

    /// R21: authorizations the draft could use as they are: same service, registration, scopes
    /// and reach, connected, and of the acting member where the connection is theirs alone.
    ///
    /// # Errors
    /// R1, R2.
    pub fn reuse_offers(
        &self,
        session: Session,
        draft: &NewConnection,
    ) -> Result<Vec<ReuseOffer>, ConsoleError> {
        let member = self.manager_for(session, Act::Create)?;
        let connector = self.connector(&draft.connector)?;
        let mut offers = Vec::new();
        for other in self
            .inner
            .catalog
            .connections_of_connector(&draft.connector)?
        {
            let theirs = self.wants(&connector, &other, Reach::All)?;
            if !reusable(&connector, (&other, &theirs), draft) {
                continue;
            }
            let slots = self.inner.catalog.slots(other.id)?;
            for slot in &slots {
                let own = other.kind != Kind::LoggedInUser || slot.key.member == Some(member.id);
                let whole = other.mode.reaches().contains(&slot.key.reach);
                let health = self.slot_health(&other, slot.key.reach, Some(slot));
                if own && whole && health == Health::Connected {
                    offers.push(ReuseOffer {
                        connection: other.id,
                        connection_name: other.name.to_string(),
                        reach: slot.key.reach,
                        account: account_view(
                            &connector.name,
                            slot.authorization.label.as_deref(),
                            &slot.authorization.account,
                        ),
                    });
                }
            }
        }
        Ok(offers)
    }

    /// Makes a connection. With `reuse` it starts with that connection's authorization.
    ///
    /// # Errors
    /// R1, R2, R7, R8, R9, R16, R19; an unknown scope or parameter; a registration that is
    /// missing or another service's; the practice service does not start. Nothing is made then.
    pub fn create(
        &self,
        session: Session,
        draft: &NewConnection,
    ) -> Result<ConnectionId, ConsoleError> {
        self.create_from(session, draft, None)
    }

    /// Makes a connection, from an application where there is one: that one may use it then.
    ///
    /// # Errors
    /// Those of [`Self::create`], and R10. Nothing is made then.
    pub fn create_from(
        &self,
        session: Session,
        draft: &NewConnection,
        application: Option<ApplicationId>,
    ) -> Result<ConnectionId, ConsoleError> {
        let member = self.manager_for(session, Act::Create)?;
        self.inner.keys.vault()?;
        let application = match application {
            Some(id) => Some(self.application(id)?),
            None => None,
        };
        if let Some(Application { name, edition, .. }) = &application {
            tsunagi_domain::application::may_use_kind(name, *edition, draft.kind)?;
        }
        let connector = self.connector(&draft.connector)?;
        self.offered(&connector, &self.workspace()?)?;
        offer::kind_offered(&connector.name, draft.kind, &connector.kinds)?;
        let name = ConnectionName::new(&draft.name)?;
        let link_name = match &draft.link_name {
            Some(typed) => LinkName::new(typed)?,
            None => suggest_link_name(name.as_str(), &connector.id, |link| {
                self.inner.catalog.link_name_taken(link).unwrap_or(true)
            }),
        };
        let scopes = scopes_of(&connector, &draft.scopes)?;
        let registration = self.registration_for(&connector, draft.registration)?;
        let mut settings = draft.settings.clone();
        if connector.practice {
            settings.insert("port".to_owned(), self.start_practice()?.to_string());
        }
        connector.resolve(&settings)?;
        let connection = Connection {
            id: ConnectionId::new(),
            name,
            link_name,
            connector: connector.id.clone(),
            kind: draft.kind,
            mode: draft.mode,
            scopes,
            registration,
            settings,
            enabled: true,
            created_by: Some(member.id),
            created_at: self.now(),
        };
        // The offer is looked up again: it may have gone while the person was typing.
        let offer = match draft.reuse {
            None => None,
            Some(other) => {
                let offers = self.reuse_offers(session, draft)?;
                if !offers.iter().any(|offer| offer.connection == other) {
                    return Err(ConsoleError::new("reuse_gone"));
                }
                Some(other)
            }
        };
        let subject = format!("connection/{}", connection.id);
        let args = [
            ("link_name", connection.link_name.as_str()),
            ("service", &connector.id),
        ];
        self.at_once(|| {
            // R7, where nobody makes the other one meanwhile.
            let first = self.inner.catalog.first_of_connector(&connector.id)?;
            offer::takes_another(&connector.name, connector.payment, first.as_deref())?;
            self.add_connection(&connection)?;
            if let Some(other) = offer {
                self.reuse(&connection, other, &member)?;
            }
            self.log(session, Action::ConnectionCreated, &subject, &args)?;
            match &application {
                Some(application) => self.grant(session, application.id, connection.id, true),
                None => Ok(()),
            }
        })?;
        self.inner.bell.changed();
        Ok(connection.id)
    }

    /// Adds a connection, within the write it is a part of.
    pub(crate) fn add_connection(&self, connection: &Connection) -> Result<(), ConsoleError> {
        let added = self.inner.catalog.add_connection(connection);
        added.map_err(|error| {
            ConsoleError::from(error).with("link_name", connection.link_name.as_str())
        })
    }

    fn reuse(
        &self,
        connection: &Connection,
        other: ConnectionId,
        member: &tsunagi_domain::Member,
    ) -> Result<(), ConsoleError> {
        for slot in self.inner.catalog.slots(other)? {
            let own = slot.key.member.is_none_or(|owner| owner == member.id);
            if own && connection.mode.reaches().contains(&slot.key.reach) {
                let key = SlotKey {
                    connection: connection.id,
                    reach: slot.key.reach,
                    member: (connection.kind == Kind::LoggedInUser).then_some(member.id),
                };
                self.inner.catalog.share(key, slot.authorization.id)?;
            }
        }
        // What a reach of the other one has of its own, this one has not.
        self.restate(std::slice::from_ref(connection))
    }

    pub(crate) fn registration_for(
        &self,
        connector: &Connector,
        chosen: Option<RegistrationId>,
    ) -> Result<Option<RegistrationId>, ConsoleError> {
        if connector.registration != Needs::NeedsClient {
            return Ok(None);
        }
        let needed = || {
            Refusal::new(RefusalCode::RegistrationNeeded).with("service", connector.name.clone())
        };
        let id = chosen.ok_or_else(needed)?;
        match self.inner.catalog.registration(id)? {
            Some(registration) if registration.connector == connector.id => Ok(Some(id)),
            _ => Err(needed().into()),
        }
    }
}

/// What a service is found by besides its name, in every language at once.
fn found_by(connector: &Connector) -> String {
    let key = format!("category.{}", connector.category);
    let category = [Locale::En, Locale::Ja].map(|locale| messages::find(locale, &key));
    let description = &connector.description;
    let words = [&*connector.id, &description.en, &description.ja];
    let words = words.into_iter().chain(category.into_iter().flatten());
    let words: Vec<&str> = words
        .chain(connector.also.iter().map(String::as_str))
        .collect();
    words.join(" ")
}

/// Whether what sits in a connection for all environments, as it comes to there, would do for a draft.
fn reusable(
    connector: &Connector,
    (other, theirs): (&Connection, &Wants),
    draft: &NewConnection,
) -> bool {
    // What the program fills in itself says nothing about what a person wants.
    let own = chosen_settings(connector, &draft.settings);
    let other_likeness = Likeness {
        kind: other.kind,
        mode: other.mode,
        registration: theirs.registration,
        scopes: &other.scopes,
        settings: &theirs.settings,
    };
    let draft_likeness = Likeness {
        kind: draft.kind,
        mode: draft.mode,
        registration: draft.registration,
        scopes: &draft.scopes,
        settings: &own,
    };
    other.enabled && offer::may_share(other_likeness, draft_likeness)
}

/// The scopes of a draft, each once. Where a connector lists none, any word of RFC 6749 §3.3
/// will do; a space or another separator would silently become two.
pub(crate) fn scopes_of(connector: &Connector, asked: &[String]) -> Result<Vec<String>, Refusal> {
    let separator = connector.oauth().scope_separator.as_str();
    let is_word = |scope: &str| {
        !scope.is_empty()
            && scope.len() <= SCOPE_MAX
            && !scope.contains(separator)
            && scope
                .bytes()
                .all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
    };
    let is_known = |scope: &str| {
        connector.scopes.is_empty() || connector.scopes.iter().any(|known| known.name == scope)
    };
    let mut scopes: Vec<String> = Vec::new();
    for scope in asked {
        if !is_word(scope) || !is_known(scope) {
            let shown: String = scope.chars().take(80).collect();
            return Err(Refusal::new(RefusalCode::ScopeUnknown)
                .with("service", connector.name.clone())
                .with("scope", shown.escape_debug().to_string()));
        }
        if !scopes.contains(scope) {
            scopes.push(scope.clone());
        }
    }
    Ok(scopes)
}
