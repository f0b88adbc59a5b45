//! Templates: a form with its rules, and everything it needs, to start from.

use std::collections::BTreeMap;
use std::sync::{LazyLock, PoisonError};

use serde::Deserialize;
use serde_json::Value;
use tsunagi_areas::workflow::Workflow;
use tsunagi_connectors::{Area, Connector, Given, Text};
use tsunagi_domain::access::Act;
use tsunagi_domain::connection::{Settings, SlotKey};
use tsunagi_domain::offer::kind_offered;
use tsunagi_domain::system::Cause;
use tsunagi_domain::{
    ApplicationId, Connection, Edition, Environment, Health, Kind, Mode, RegistrationId,
};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::rows::mark;
use crate::views::{
    ConnectionMark, Locale, NewConnection, TemplateService, TemplateUse, TemplateUsed,
    TemplateView, WorkflowDraft, WorkflowSeat,
};

/// The files of the templates, in the order in which they are offered.
const FILES: [&str; 3] = [
    include_str!("../templates/candidates.toml"),
    include_str!("../templates/customer.toml"),
    include_str!("../templates/message.toml"),
];

/// That each of them can be read is held by a test.
static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let read = FILES.iter().map(|text| toml::from_str(text));
    read.flatten().collect()
});

/// Where one starts: nobody's work depends on it there.
const ENVIRONMENT: Environment = Environment::Development;

/// A template, as its file says it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    id: String,
    kind: Kind,
    name: Text,
    about: Text,
    try_it: Text,
    /// What the application is called that is made for it.
    application: Text,
    /// What the form is called.
    form: Text,
    /// What it runs against: the practice service first.
    services: Vec<Against>,
    /// The form and its rules. A table of `en` and `ja` alone is a text in either language.
    workflow: Value,
}

/// A service that a template runs against.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Against {
    connector: String,
    /// What the operations of the workflow are called there, where that differs.
    #[serde(default)]
    operations: BTreeMap<String, String>,
    /// Settings of a new connection.
    #[serde(default)]
    settings: Settings,
}

impl Template {
    /// The form and its rules, in a language and against a service.
    fn workflow(&self, locale: Locale, against: &Against) -> Result<Workflow, ConsoleError> {
        let mut said = self.workflow.clone();
        say(&mut said, locale, &against.operations);
        serde_json::from_value(said)
            .map_err(|_| ConsoleError::new("item_unreadable").with("name", &*self.id))
    }
}

/// Texts in one language, and operations as the service calls them.
fn say(value: &mut Value, locale: Locale, operations: &BTreeMap<String, String>) {
    match value {
        Value::Array(items) => {
            for item in items {
                say(item, locale, operations);
            }
        }
        Value::Object(fields) => {
            let language = match locale {
                Locale::En => "en",
                Locale::Ja => "ja",
            };
            let text = fields.len() == 2 && fields.contains_key("en") && fields.contains_key("ja");
            if text {
                *value = fields.remove(language).unwrap_or_default();
                return;
            }
            if let Some(Value::String(operation)) = fields.get_mut("operation")
                && let Some(own) = operations.get(operation.as_str())
            {
                operation.clone_from(own);
            }
            for field in fields.values_mut() {
                say(field, locale, operations);
            }
        }
        _ => {}
    }
}

impl Console {
    /// What one can start from, and against which services.
    ///
    /// # Errors
    /// R2: managers look at them.
    pub fn templates(&self, session: Session) -> Result<Vec<TemplateView>, ConsoleError> {
        self.reader(session)?;
        let mut views = Vec::new();
        for template in TEMPLATES.iter() {
            let mut services = Vec::new();
            for against in &template.services {
                let connector = self.connector(&against.connector)?;
                services.push(TemplateService {
                    service: mark(&connector),
                    connections: self.fit_for(template, &connector)?,
                    refused: self
                        .can_be_made(template, &connector)
                        .err()
                        .map(|error| self.failure(&error)),
                });
            }
            views.push(TemplateView {
                id: template.id.clone(),
                name: self.pick(&template.name),
                about: self.pick(&template.about),
                try_it: self.pick(&template.try_it),
                kind: template.kind,
                services,
            });
        }
        Ok(views)
    }

    /// Connections of a service that a template can go through, by name.
    fn fit_for(
        &self,
        template: &Template,
        connector: &Connector,
    ) -> Result<Vec<ConnectionMark>, ConsoleError> {
        let all = self.inner.catalog.connections_of_connector(&connector.id)?;
        let mut fit: Vec<ConnectionMark> = all
            .iter()
            .filter(|connection| connection.kind == template.kind && connection.enabled)
            .map(|connection| self.connection_mark(connection))
            .collect();
        fit.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(fit)
    }

    /// R1, R8, R9, R16: whether a new connection comes into being for it.
    fn can_be_made(&self, template: &Template, connector: &Connector) -> Result<(), ConsoleError> {
        self.allows(Act::Create)?;
        self.offered(connector, &self.workspace()?)?;
        // A system connection is given its registration where it is authorized.
        if template.kind != Kind::System {
            kind_offered(&connector.name, template.kind, &connector.kinds)?;
            self.registration_for(connector, self.first_registration(connector)?)?;
        }
        Ok(())
    }

    fn first_registration(
        &self,
        connector: &Connector,
    ) -> Result<Option<RegistrationId>, ConsoleError> {
        let known = self.registrations(Some(&connector.id))?;
        Ok(known.first().map(|registration| registration.id))
    }

    /// Starts from a template, in Development: the application where none is named, the
    /// connection where none is named, that the one may use the other, and the form with its
    /// rules; all of it or nothing. Somebody signs in afterwards.
    ///
    /// # Errors
    /// R1, R2, R5, R8, R9, R10, R16; `missing` where there is no such template or it does not run
    /// against the service; `template_connection_unfit`; whatever keeping the form says.
    pub fn use_template(
        &self,
        session: Session,
        wish: &TemplateUse,
    ) -> Result<TemplateUsed, ConsoleError> {
        self.manager_for(session, Act::Create)?;
        self.inner.keys.vault()?;
        let missing = || ConsoleError::new("missing");
        let template = TEMPLATES.iter().find(|known| known.id == wish.template);
        let template = template.ok_or_else(missing)?;
        let mut services = template.services.iter();
        let against = services.find(|known| known.connector == wish.service);
        let against = against.ok_or_else(missing)?;
        let connector = self.connector(&against.connector)?;
        let workflow = template.workflow(self.locale(), against)?;
        // What comes into being by itself takes its turn before it takes the catalog.
        let turn = self
            .inner
            .founding
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let (kept, connection) = self.at_once(|| {
            let application = match wish.application {
                Some(id) => self.application(id)?.id,
                None => self.new_application(session, &self.pick(&template.application))?,
            };
            let connection = self.template_connection(
                session,
                template,
                against,
                &connector,
                application,
                wish,
            )?;
            let seats = workflow
                .parts()
                .iter()
                .map(|part| WorkflowSeat {
                    part: part.id.to_owned(),
                    connection: Some(connection.id),
                    service: None,
                })
                .collect();
            let draft = WorkflowDraft {
                id: None,
                version: None,
                application,
                environment: ENVIRONMENT,
                name: self.free_item_name(application, &self.pick(&template.form))?,
                workflow: workflow.clone(),
                seats,
            };
            Ok((self.keep_workflow(session, draft)?, connection))
        })?;
        drop(turn);
        self.inner.bell.changed();
        let reach = connection.mode.reach(ENVIRONMENT);
        let slot = self.inner.catalog.slot(SlotKey {
            connection: connection.id,
            reach,
            member: match connection.kind {
                Kind::LoggedInUser => Some(self.member(session)?.id),
                Kind::System | Kind::Admin => None,
            },
        })?;
        let works = self.slot_health(&connection, reach, slot.as_ref()) == Health::Connected;
        Ok(TemplateUsed {
            item: kept.id.ok_or_else(missing)?,
            name: kept.name,
            application: kept.application,
            environment: ENVIRONMENT,
            connection: self.connection_mark(&connection),
            reach,
            needs_authorization: !works,
        })
    }

    /// What it goes through, and that the application may use it. Within the write it is a part of.
    fn template_connection(
        &self,
        session: Session,
        template: &Template,
        against: &Against,
        connector: &Connector,
        application: ApplicationId,
        wish: &TemplateUse,
    ) -> Result<Connection, ConsoleError> {
        if let Some(id) = wish.connection {
            let connection = self.connection(id)?;
            if connection.connector != connector.id || connection.kind != template.kind {
                return Err(ConsoleError::new("template_connection_unfit")
                    .with("connection", connection.link_name.as_str()));
            }
            if !self.inner.catalog.has_access(application, id)? {
                self.grant(session, application, id, true)?;
            }
            return Ok(connection);
        }
        if template.kind == Kind::System {
            let zoho = Cause::FormWorkflow { zoho: true };
            let (made, _) =
                self.come_into_being_in_turn(session, application, &connector.id, zoho)?;
            return Ok(made);
        }
        let draft = NewConnection {
            name: connector.name.clone(),
            link_name: None,
            connector: connector.id.clone(),
            kind: template.kind,
            mode: Mode::Same,
            scopes: scopes_for(connector, &template.workflow(self.locale(), against)?),
            registration: self.first_registration(connector)?,
            settings: against.settings.clone(),
            reuse: None,
        };
        let id = self.create_from(session, &draft, Some(application))?;
        self.connection(id)
    }

    /// An application of this name, or of one like it that is free.
    fn new_application(&self, session: Session, name: &str) -> Result<ApplicationId, ConsoleError> {
        let taken = self.inner.catalog.applications()?;
        let name = free(name, |name| taken.iter().any(|known| known.name == name));
        self.create_application(session, &name, Edition::C6)
    }

    fn free_item_name(
        &self,
        application: ApplicationId,
        name: &str,
    ) -> Result<String, ConsoleError> {
        let catalog = &self.inner.catalog;
        let taken = catalog.items(application, ENVIRONMENT, Area::FormWorkflow.as_str())?;
        Ok(free(name, |name| {
            taken.iter().any(|known| known.name == name)
        }))
    }
}

/// The name, with a number behind it where it is taken.
fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name} {number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_default()
}

/// What a connection asks for: what its service suggests, and what the workflow needs besides, of
/// alternatives the one that allows the least.
fn scopes_for(connector: &Connector, workflow: &Workflow) -> Vec<String> {
    let mut scopes: Vec<String> = connector.default_scopes().map(str::to_owned).collect();
    for part in workflow.parts() {
        let operation = part.operation.and_then(|id| connector.operation(id));
        let Some(operation) = operation else { continue };
        let missing = operation.scopes_missing(connector, &scopes, &Given::new());
        scopes.extend(missing.into_iter().filter_map(|mut any| any.pop()));
    }
    scopes
}

#[cfg(test)]
mod tests {
    use super::{FILES, TEMPLATES};
    use crate::views::Locale;

    #[test]
    fn every_template_is_read_and_is_a_workflow_in_both_languages_against_every_service() {
        assert_eq!(TEMPLATES.len(), FILES.len());
        for template in TEMPLATES.iter() {
            for against in &template.services {
                let of = |locale| template.workflow(locale, against).expect("it is filled in");
                let (english, japanese) = (of(Locale::En), of(Locale::Ja));
                assert_eq!(english.parts().len(), japanese.parts().len());
                assert!(!english.rules.is_empty(), "{}", template.id);
                assert_ne!(english, japanese, "{}: it is said in each", template.id);
            }
        }
    }
}
