//! What a file of definitions would add here, item by item, and what not and why.

use std::collections::{BTreeSet, HashMap, HashSet};

use tsunagi_catalog::{NewDefinitions, NewEvent, fold};
use tsunagi_domain::{Application, ApplicationId, Kind, Member, Refusal, RefusalCode};

use super::around::{Around, Unwanted, plain};
use super::document::{
    ApplicationDefinition, ConnectionDefinition, ConnectorReference, Document,
    RegistrationDefinition,
};
use super::preview::{Lines, shown};
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::views::ImportWhat;
use crate::welcome::person_name;
use crate::work::Running;

/// What becomes of an item.
pub(super) enum Verdict {
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

pub(super) struct Item {
    pub(super) what: ImportWhat,
    pub(super) name: String,
    pub(super) link_name: Option<String>,
    pub(super) service: Option<String>,
    pub(super) kind: Option<Kind>,
    pub(super) line: u32,
    pub(super) verdict: Verdict,
}

/// What a file would do.
pub(super) struct Plan {
    pub(super) items: Vec<Item>,
    new: NewDefinitions,
}

impl Plan {
    /// Holds a document against what is here, without what the person leaves out of it. What
    /// needs that is refused, unless it is here.
    pub(super) fn of(
        console: &Console,
        document: &Document,
        lines: &Lines,
        without: &BTreeSet<u32>,
        work: &Running<'_>,
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
            others: HashMap::new(),
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
            plan.items.push(connector(
                lines,
                reference,
                known.map(|known| known.hash.as_str()),
            ));
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
        let all = u64::try_from(document.connection.len()).unwrap_or(u64::MAX);
        for (done, definition) in (0..).zip(&document.connection) {
            work.step(done, all)?;
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
                if (&same.service, &same.client_id) != (&definition.service, &definition.client_id)
                {
                    around.others.insert(definition.id, shown(name));
                }
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
}

/// A custom connector that the file names: it travels by itself.
fn connector(lines: &Lines, reference: &ConnectorReference, accepted: Option<&str>) -> Item {
    let id = reference.id.get_ref();
    let verdict = match accepted {
        Some(hash) if hash == reference.sha256 => Verdict::Same,
        Some(_) => {
            Verdict::Clash(ConsoleError::new("import_connector_differs").with("service", id))
        }
        None => Verdict::Refused(ConsoleError::new("connector_missing").with("service", shown(id))),
    };
    Item {
        what: ImportWhat::Connector,
        name: id.clone(),
        link_name: None,
        service: Some(id.clone()),
        kind: None,
        line: lines.line(reference.id.span().start),
        verdict,
    }
}

/// What the log says of what is added.
pub(super) fn events(
    console: &Console,
    session: Session,
    new: &NewDefinitions,
    file: &str,
) -> Result<Vec<NewEvent>, ConsoleError> {
    let mut events = Vec::new();
    let here = console.inner.catalog.applications()?;
    let applications = here.iter().chain(&new.applications);
    let names: HashMap<_, _> = applications
        .map(|one| (one.id, one.name.as_str()))
        .collect();
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
    for (connection, _, may_use) in &new.connections {
        let subject = format!("connection/{}", connection.id);
        let args = [
            ("link_name", connection.link_name.as_str()),
            ("service", &connection.connector),
        ];
        events.push(console.event(session, Action::ConnectionCreated, &subject, &args));
        // Each once, as it is stored.
        for id in may_use.iter().collect::<BTreeSet<_>>() {
            let name = names.get(id).copied().unwrap_or_default();
            events.push(console.access_event(session, name, connection, true));
        }
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
    Ok(events)
}
