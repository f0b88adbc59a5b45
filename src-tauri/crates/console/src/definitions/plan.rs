//! What a file of definitions would add here, item by item, and what not and why.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use tsunagi_catalog::{NewDefinitions, NewEvent, Registration, SlotSettings, fold};
use tsunagi_connectors::{Connector, Library, Registration as Needs};
use tsunagi_domain::connection::Settings;
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{
    Application, ApplicationId, Connection, ConnectionId, Kind, Member, Refusal, RefusalCode,
    RegistrationId, Workspace, application, offer,
};

use super::document::{
    ApplicationDefinition, ConnectionDefinition, ConnectorReference, Document,
    EnvironmentDefinition, RedirectDefinition, RegistrationDefinition,
};
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::new_connection::scopes_of;
use crate::registrations::redirect;
use crate::views::{ImportItem, ImportPreview, ImportState, ImportWhat, RedirectForm};
use crate::welcome::person_name;

/// The most items a preview lists.
const SHOWN: usize = 400;
/// The longest client ID, in bytes.
const CLIENT_ID_MAX: usize = 500;
/// Characters of a name that a preview repeats: of one that is refused there may be many.
const NAME_SHOWN: usize = 80;

/// What becomes of an item.
enum Verdict {
    /// It is added; worth telling beside that.
    Add(Option<ConsoleError>),
    /// It could be added, and the person leaves it out.
    Unwanted,
    /// It is here already, as it is in the file.
    Same,
    /// Something else is here in its place.
    Clash(ConsoleError),
    /// A rule does not allow it.
    Refused(ConsoleError),
}

impl From<Result<Option<ConsoleError>, ConsoleError>> for Verdict {
    fn from(checked: Result<Option<ConsoleError>, ConsoleError>) -> Self {
        match checked {
            Ok(note) => Self::Add(note),
            Err(error) => Self::Refused(error),
        }
    }
}

struct Item {
    what: ImportWhat,
    name: String,
    link_name: Option<String>,
    service: Option<String>,
    kind: Option<Kind>,
    line: u32,
    verdict: Verdict,
}

/// What a file would do.
pub(super) struct Plan {
    items: Vec<Item>,
    new: NewDefinitions,
}

/// What is here, with what the file has added so far.
struct Around<'a> {
    console: &'a Console,
    library: std::sync::Arc<Library>,
    workspace: Workspace,
    lines: &'a Lines,
    /// What the person leaves out, by place among the items.
    without: &'a BTreeSet<u32>,
    /// Of that, what others may refer to.
    unwanted: Unwanted,
    /// By identifier: of which connector.
    registrations: HashMap<RegistrationId, String>,
    /// By name as it is compared.
    applications: HashMap<String, Application>,
    /// Payment services of the file, and what their connection is called (R7).
    payments: HashMap<String, String>,
    link_names: HashSet<String>,
}

/// What is left out although it could be added, by what others refer to, with its name.
#[derive(Default)]
struct Unwanted {
    registrations: HashMap<RegistrationId, String>,
    applications: HashMap<String, String>,
}

/// Where lines begin.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(breaks.map(|(at, _)| at).collect())
    }

    fn line(&self, offset: usize) -> u32 {
        let line = self.0.partition_point(|at| *at < offset) + 1;
        u32::try_from(line).unwrap_or(u32::MAX)
    }
}

impl Plan {
    /// Holds a document against what is here, without what the person leaves out of it. What
    /// needs that is refused, unless it is here.
    pub(super) fn of(
        console: &Console,
        document: &Document,
        lines: &Lines,
        without: &BTreeSet<u32>,
    ) -> Result<Self, ConsoleError> {
        let catalog = &console.inner.catalog;
        let mut around = Around {
            console,
            library: console.inner.gateway.library(),
            workspace: console.workspace()?,
            lines,
            without,
            unwanted: Unwanted::default(),
            registrations: catalog
                .registrations(None)?
                .into_iter()
                .map(|registration| (registration.id, registration.connector))
                .collect(),
            applications: catalog
                .applications()?
                .into_iter()
                .map(|application| (fold(&application.name), application))
                .collect(),
            payments: HashMap::new(),
            link_names: HashSet::new(),
        };
        let mut plan = Self {
            items: Vec::new(),
            new: NewDefinitions::default(),
        };
        let accepted = catalog.accepted_connectors()?;
        for reference in &document.connector {
            let known = accepted
                .iter()
                .find(|known| known.id == *reference.id.get_ref());
            plan.items
                .push(around.connector(reference, known.map(|known| known.hash.as_str())));
        }
        let mut seen = HashSet::new();
        for definition in &document.registration {
            let twice = !seen.insert(definition.id);
            plan.registration(&mut around, definition, twice)?;
        }
        let mut seen = HashSet::new();
        for definition in &document.application {
            let twice = !seen.insert(fold(definition.name.get_ref()));
            plan.application(&mut around, definition, twice);
        }
        for definition in &document.connection {
            plan.connection(&mut around, definition)?;
        }
        Ok(plan)
    }

    fn registration(
        &mut self,
        around: &mut Around<'_>,
        definition: &RegistrationDefinition,
        twice: bool,
    ) -> Result<(), ConsoleError> {
        let name = definition.name.get_ref();
        let here = around.console.inner.catalog.registration(definition.id)?;
        let verdict = if twice {
            Verdict::Refused(ConsoleError::new("import_twice").with("name", shown(name)))
        } else if let Some(here) = here {
            let same = around.console.registration_definition(&here)?;
            if (
                &same.service,
                &same.client_id,
                &same.redirect,
                same.has_secret,
                same.name.get_ref(),
            ) == (
                &definition.service,
                &definition.client_id,
                &definition.redirect,
                definition.has_secret,
                name,
            ) {
                Verdict::Same
            } else {
                Verdict::Clash(ConsoleError::new("import_differs").with("name", shown(name)))
            }
        } else if self.unwanted(around) {
            let unwanted = &mut around.unwanted.registrations;
            unwanted.insert(definition.id, shown(name));
            Verdict::Unwanted
        } else {
            match around.new_registration(definition) {
                Ok(new) => {
                    let note = definition.has_secret.then(|| {
                        ConsoleError::new("registration_secret_due").with("name", new.name.clone())
                    });
                    around.registrations.insert(new.id, new.connector.clone());
                    self.new.registrations.push((new, definition.has_secret));
                    Verdict::Add(note)
                }
                Err(error) => Verdict::Refused(error),
            }
        };
        self.items.push(Item {
            what: ImportWhat::Registration,
            name: name.clone(),
            link_name: None,
            service: Some(definition.service.clone()),
            kind: None,
            line: around.lines.line(definition.name.span().start),
            verdict,
        });
        Ok(())
    }

    fn application(
        &mut self,
        around: &mut Around<'_>,
        definition: &ApplicationDefinition,
        twice: bool,
    ) {
        let name = definition.name.get_ref();
        let here = around.applications.get(&fold(name));
        let verdict = match (twice, here) {
            (true, _) => {
                Verdict::Refused(ConsoleError::new("import_twice").with("name", shown(name)))
            }
            (false, Some(here)) if here.name != *name => {
                Verdict::Clash(ConsoleError::new("name_taken").with("name", shown(name)))
            }
            (false, Some(here)) if here.edition != definition.edition => {
                Verdict::Clash(ConsoleError::new("import_differs").with("name", shown(name)))
            }
            (false, Some(_)) => Verdict::Same,
            (false, None) if self.unwanted(around) => {
                let unwanted = &mut around.unwanted.applications;
                unwanted.insert(fold(name), shown(name));
                Verdict::Unwanted
            }
            (false, None) => match person_name(name) {
                Ok(name) => {
                    let new = Application {
                        id: ApplicationId::new(),
                        name,
                        edition: definition.edition,
                        created_at: around.console.now(),
                    };
                    around.applications.insert(fold(&new.name), new.clone());
                    self.new.applications.push(new);
                    Verdict::Add(None)
                }
                Err(error) => Verdict::Refused(error),
            },
        };
        self.items.push(Item {
            what: ImportWhat::Application,
            name: name.clone(),
            link_name: None,
            service: None,
            kind: None,
            line: around.lines.line(definition.name.span().start),
            verdict,
        });
    }

    fn connection(
        &mut self,
        around: &mut Around<'_>,
        definition: &ConnectionDefinition,
    ) -> Result<(), ConsoleError> {
        let link_name = definition.link_name.get_ref();
        let taken = || {
            ConsoleError::from(
                Refusal::new(RefusalCode::LinkNameTaken).with("link_name", shown(link_name)),
            )
        };
        let here = around
            .console
            .inner
            .catalog
            .definition_by_link_name(link_name)?;
        let verdict = if !around.link_names.insert(link_name.clone()) {
            Verdict::Refused(taken())
        } else if let Some(here) = here {
            let there = around.console.defined(&here);
            if plain(&there) == plain(&around.normal(definition)) {
                Verdict::Same
            } else {
                Verdict::Clash(taken())
            }
        } else if self.unwanted(around) {
            Verdict::Unwanted
        } else {
            let checked = around.new_connection(definition)?;
            checked
                .map(|(new, note)| {
                    self.new.connections.push(new);
                    note
                })
                .into()
        };
        self.items.push(Item {
            what: ImportWhat::Connection,
            name: definition.name.clone(),
            link_name: Some(link_name.clone()),
            service: Some(definition.service.clone()),
            kind: Some(definition.kind),
            line: around.lines.line(definition.link_name.span().start),
            verdict,
        });
        Ok(())
    }

    /// Whether the person leaves out what comes next.
    fn unwanted(&self, around: &Around<'_>) -> bool {
        let place = u32::try_from(self.items.len());
        place.is_ok_and(|place| around.without.contains(&place))
    }

    /// Whether it adds nothing.
    pub(super) fn is_empty(&self) -> bool {
        let new = &self.new;
        new.connections.is_empty() && new.applications.is_empty() && new.registrations.is_empty()
    }

    /// What it adds, each by what it cannot share with another.
    pub(super) fn adds(&self) -> Vec<String> {
        let new = &self.new;
        let registrations = new.registrations.iter().map(|(one, _)| one.id.to_string());
        let applications = new.applications.iter().map(|one| one.name.clone());
        let connections = new.connections.iter();
        registrations
            .chain(applications)
            .chain(connections.map(|(one, ..)| one.link_name.to_string()))
            .collect()
    }

    /// What is to be added, by a member. Starts the practice service where a connection needs it.
    pub(super) fn definitions(
        self,
        console: &Console,
        member: &Member,
    ) -> Result<NewDefinitions, ConsoleError> {
        let library = console.inner.gateway.library();
        let mut new = self.new;
        let mut port = None;
        for (connection, ..) in &mut new.connections {
            connection.created_by = Some(member.id);
            let practice = library.get(&connection.connector);
            if practice.is_some_and(|connector| connector.practice) {
                let port = match port {
                    Some(port) => port,
                    None => *port.insert(console.start_practice()?),
                };
                connection
                    .settings
                    .insert("port".to_owned(), port.to_string());
            }
        }
        Ok(new)
    }

    /// What the person sees before they decide: what needs a look first.
    pub(super) fn preview(&self, console: &Console, file: String, hash: String) -> ImportPreview {
        let state = |item: &Item| match item.verdict {
            Verdict::Refused(_) => ImportState::Refused,
            Verdict::Clash(_) => ImportState::Clash,
            Verdict::Add(_) => ImportState::Add,
            Verdict::Unwanted => ImportState::Unwanted,
            Verdict::Same => ImportState::Same,
        };
        let count = |wanted: ImportState| {
            let found = self.items.iter().filter(|item| state(item) == wanted);
            u32::try_from(found.count()).unwrap_or(u32::MAX)
        };
        let mut listed: Vec<(u32, &Item)> = (0..).zip(&self.items).collect();
        // What was left out keeps its place beside what is added, where it can be taken in again.
        listed.sort_by_key(|(_, item)| match state(item) {
            ImportState::Unwanted => ImportState::Add,
            other => other,
        });
        let left_out = listed.len().saturating_sub(SHOWN);
        let items = listed.into_iter().take(SHOWN).map(|(place, item)| {
            let (failure, note) = match &item.verdict {
                Verdict::Refused(error) | Verdict::Clash(error) => (Some(error), None),
                Verdict::Add(note) => (None, note.as_ref()),
                Verdict::Unwanted | Verdict::Same => (None, None),
            };
            ImportItem {
                place,
                what: item.what,
                state: state(item),
                name: shown(&item.name),
                link_name: item.link_name.as_deref().map(shown),
                service: item
                    .service
                    .as_deref()
                    .map(|id| console.mark_of(&shown(id))),
                kind: item.kind,
                line: item.line,
                failure: failure.map(|error| console.failure(error)),
                note: note.map(|error| console.failure(error)),
            }
        });
        ImportPreview {
            items: items.collect(),
            file,
            hash,
            adds: count(ImportState::Add),
            same: count(ImportState::Same),
            clashes: count(ImportState::Clash),
            refused: count(ImportState::Refused),
            left_out: u32::try_from(left_out).unwrap_or(u32::MAX),
        }
    }
}

type New = (Connection, Vec<SlotSettings>, Vec<ApplicationId>);

impl Around<'_> {
    fn service(&self, id: &str) -> Result<&Connector, ConsoleError> {
        let found = self.library.get(id);
        found.ok_or_else(|| ConsoleError::new("connector_missing").with("service", shown(id)))
    }

    fn connector(&self, reference: &ConnectorReference, accepted: Option<&str>) -> Item {
        let id = reference.id.get_ref();
        let verdict = match accepted {
            Some(hash) if hash == reference.sha256 => Verdict::Same,
            Some(_) => {
                Verdict::Clash(ConsoleError::new("import_connector_differs").with("service", id))
            }
            None => {
                Verdict::Refused(ConsoleError::new("connector_missing").with("service", shown(id)))
            }
        };
        Item {
            what: ImportWhat::Connector,
            name: id.clone(),
            link_name: None,
            service: Some(id.clone()),
            kind: None,
            line: self.lines.line(reference.id.span().start),
            verdict,
        }
    }

    fn new_registration(
        &self,
        definition: &RegistrationDefinition,
    ) -> Result<Registration, ConsoleError> {
        let connector = self.service(&definition.service)?;
        if connector.registration != Needs::NeedsClient {
            return Err(ConsoleError::new("registration_not_needed"));
        }
        let client_id = definition.client_id.trim();
        if client_id.is_empty() {
            return Err(ConsoleError::new("client_id_empty"));
        }
        if client_id.len() > CLIENT_ID_MAX || client_id.chars().any(char::is_control) {
            return Err(ConsoleError::new("client_id_invalid"));
        }
        let form = match &definition.redirect {
            RedirectDefinition::LoopbackAnyPort => RedirectForm::LoopbackAnyPort,
            RedirectDefinition::LoopbackPort(port) => RedirectForm::LoopbackPort { port: *port },
            RedirectDefinition::Intercepted(base) => {
                RedirectForm::Intercepted { base: base.clone() }
            }
        };
        Ok(Registration {
            id: definition.id,
            connector: connector.id.clone(),
            name: person_name(definition.name.get_ref())?,
            client_id: client_id.to_owned(),
            secret: None,
            redirect: redirect(&form)?,
            created_at: self.console.now(),
        })
    }

    /// What a connection would be, and what is worth telling about it; the outer error is none of
    /// the file's.
    fn new_connection(
        &mut self,
        definition: &ConnectionDefinition,
    ) -> Result<Result<(New, Option<ConsoleError>), ConsoleError>, ConsoleError> {
        let catalog = &self.console.inner.catalog;
        let first = match self.library.get(&definition.service) {
            Some(connector) if connector.payment => {
                let known = catalog.connections_of_connector(&connector.id)?;
                let here = known.first().map(|first| first.name.to_string());
                here.or_else(|| self.payments.get(&connector.id).cloned())
            }
            _ => None,
        };
        let checked = self.checked(definition, first.as_deref());
        if let Ok((new, _)) = &checked {
            let (service, name) = (&definition.service, new.0.name.to_string());
            if self.service(service)?.payment {
                self.payments.insert(service.clone(), name);
            }
        }
        Ok(checked)
    }

    /// Every rule of a new connection, R1 and R2 apart; `first` is one its service has already.
    fn checked(
        &self,
        definition: &ConnectionDefinition,
        first: Option<&str>,
    ) -> Result<(New, Option<ConsoleError>), ConsoleError> {
        let name = ConnectionName::new(&definition.name)?;
        let link_name = LinkName::new(definition.link_name.get_ref())?;
        let connector = self.service(&definition.service)?;
        offer::kind_offered(&connector.name, definition.kind, &connector.kinds)?;
        offer::takes_another(&connector.name, connector.payment, first)?;
        // R16: what is retired arrives by import, stays visible, and can do nothing.
        let retired = self.console.not_retired(connector).err();
        if retired.is_none() {
            offer::offered_here(&connector.name, connector.places(), &self.workspace)?;
        }
        let mut scopes = scopes_of(connector, &definition.scopes)?;
        scopes.sort();
        let registration = match connector.registration {
            Needs::NeedsClient => Some(self.registration(connector, definition.registration)?),
            Needs::BuiltIn { .. } => None,
        };
        self.settings(connector, &definition.settings, &Settings::new())?;
        let mut overrides = Vec::new();
        for own in &definition.environment {
            self.settings(connector, &own.settings, &definition.settings)?;
            if overrides
                .iter()
                .any(|known: &SlotSettings| known.reach == own.environment)
            {
                return Err(
                    ConsoleError::new("import_twice").with("name", own.environment.as_str())
                );
            }
            overrides.push(SlotSettings {
                reach: own.environment,
                settings: own.settings.clone(),
                registration: match own.registration {
                    Some(id) => Some(self.registration(connector, Some(id))?),
                    None => None,
                },
            });
        }
        let mut may_use = Vec::new();
        for named in &definition.applications {
            let key = fold(named);
            let found = self.applications.get(&key).ok_or_else(|| {
                let unwanted = self.unwanted.applications.get(&key);
                unwanted.map_or_else(
                    || {
                        ConsoleError::new("import_application_unknown")
                            .with("application", shown(named))
                    },
                    |name| needs(name),
                )
            })?;
            application::may_use_kind(&found.name, found.edition, definition.kind)?;
            may_use.push(found.id);
        }
        let connection = Connection {
            id: ConnectionId::new(),
            name,
            link_name,
            connector: connector.id.clone(),
            kind: definition.kind,
            mode: definition.environments,
            scopes,
            registration,
            settings: definition.settings.clone(),
            enabled: definition.enabled,
            created_by: None,
            created_at: self.console.now(),
        };
        Ok(((connection, overrides, may_use), retired.map(Into::into)))
    }

    fn registration(
        &self,
        connector: &Connector,
        id: Option<RegistrationId>,
    ) -> Result<RegistrationId, ConsoleError> {
        let known = id.filter(|id| self.registrations.get(id) == Some(&connector.id));
        known.ok_or_else(|| {
            let unwanted = id.and_then(|id| self.unwanted.registrations.get(&id));
            unwanted.map_or_else(
                || {
                    Refusal::new(RefusalCode::RegistrationNeeded)
                        .with("service", connector.name.clone())
                        .into()
                },
                |name| needs(name),
            )
        })
    }

    /// Whether parameter values complete the connector's addresses (R23), over those of the
    /// connection.
    fn settings(
        &self,
        connector: &Connector,
        own: &Settings,
        below: &Settings,
    ) -> Result<(), Refusal> {
        let parameter = |name: &str| {
            let mut parameters = connector.parameters.iter();
            parameters.find(|parameter| parameter.name == name)
        };
        for name in own.keys() {
            if parameter(name).is_none_or(|parameter| parameter.automatic) {
                return Err(
                    Refusal::new(RefusalCode::SettingInvalid).with("parameter", shown(name))
                );
            }
        }
        let mut whole = below.clone();
        whole.extend(own.clone());
        // What the program fills in is not in a file.
        for parameter in connector.parameters.iter().filter(|one| one.automatic) {
            let sample = parameter.default.as_ref().or(parameter.example.as_ref());
            whole.extend(sample.map(|value| (parameter.name.clone(), value.clone())));
        }
        connector.resolve(&whole).map(|_| ())
    }

    /// A definition as it would be exported after it was imported.
    fn normal(&self, definition: &ConnectionDefinition) -> ConnectionDefinition {
        let mut normal = definition.clone();
        if let Ok(name) = ConnectionName::new(&normal.name) {
            normal.name = name.to_string();
        }
        normal.scopes.sort();
        normal.scopes.dedup();
        if let Some(Needs::BuiltIn { .. }) = self
            .library
            .get(&normal.service)
            .map(|connector| &connector.registration)
        {
            normal.registration = None;
        }
        let by_name: BTreeMap<String, String> = normal
            .applications
            .iter()
            .map(|name| {
                let key = fold(name);
                let known = self.applications.get(&key).map(|known| known.name.clone());
                (key, known.unwrap_or_else(|| name.clone()))
            })
            .collect();
        normal.applications = by_name.into_values().collect();
        normal
            .environment
            .retain(|own| own.registration.is_some() || !own.settings.is_empty());
        normal.environment.sort_by_key(|own| own.environment);
        normal
    }
}

/// Why something cannot come in that refers to what is left out.
fn needs(name: &str) -> ConsoleError {
    ConsoleError::new("import_needs_left_out").with("name", name)
}

type Plain<'a> = (
    &'a str,
    &'a str,
    Kind,
    tsunagi_domain::Mode,
    bool,
    &'a [String],
    Option<RegistrationId>,
    &'a [String],
    &'a Settings,
    &'a [EnvironmentDefinition],
);

/// A definition without its place in a file.
fn plain(definition: &ConnectionDefinition) -> Plain<'_> {
    (
        &definition.name,
        &definition.service,
        definition.kind,
        definition.environments,
        definition.enabled,
        &definition.scopes,
        definition.registration,
        &definition.applications,
        &definition.settings,
        &definition.environment,
    )
}

/// A text of the file as it is repeated to a person: nothing endless, nothing invisible.
fn shown(text: &str) -> String {
    let visible = |c: char| {
        !c.is_control()
            && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut chars = text.chars();
    let mut short: String = chars
        .by_ref()
        .take(NAME_SHOWN)
        .map(|c| if visible(c) { c } else { '\u{fffd}' })
        .collect();
    if chars.next().is_some() {
        short.push('…');
    }
    short
}

/// What the log says of what is added.
pub(super) fn events(
    console: &Console,
    session: Session,
    new: &NewDefinitions,
    file: &str,
) -> Vec<NewEvent> {
    let mut events = Vec::new();
    for (registration, _) in &new.registrations {
        let subject = format!("registration/{}", registration.id);
        let args = [
            ("service", registration.connector.as_str()),
            ("registration", &registration.name),
        ];
        events.push(console.event(session, Action::RegistrationAdded, &subject, &args));
    }
    for application in &new.applications {
        let subject = format!("application/{}", application.id);
        let args = [("application", application.name.as_str())];
        events.push(console.event(session, Action::ApplicationCreated, &subject, &args));
    }
    for (connection, ..) in &new.connections {
        let subject = format!("connection/{}", connection.id);
        let args = [
            ("link_name", connection.link_name.as_str()),
            ("service", &connection.connector),
        ];
        events.push(console.event(session, Action::ConnectionCreated, &subject, &args));
    }
    let name = std::path::Path::new(file).file_name();
    let name = name.map_or_else(|| file.to_owned(), |name| name.display().to_string());
    let connections = new.connections.len().to_string();
    let args = [
        ("file", name.as_str()),
        ("connections", connections.as_str()),
    ];
    events.push(console.event(
        session,
        Action::WorkspaceDefinitionsImported,
        "workspace",
        &args,
    ));
    events
}

#[cfg(test)]
mod tests {
    use super::{Lines, shown};

    #[test]
    fn a_line_is_counted_from_one() {
        let lines = Lines::of("a\nbc\n\nd");
        for (offset, line) in [(0, 1), (1, 1), (2, 2), (4, 2), (5, 3), (6, 4)] {
            assert_eq!(lines.line(offset), line, "byte {offset}");
        }
        assert_eq!(Lines::of("").line(7), 1, "of nothing there is one");
    }

    #[test]
    fn what_is_repeated_is_short_and_visible() {
        assert_eq!(shown("接続 🙂"), "接続 🙂");
        assert_eq!(shown("a\0b\u{202e}c"), "a\u{fffd}b\u{fffd}c");
        assert_eq!(shown(&"x".repeat(10_000)).chars().count(), 81);
    }
}
