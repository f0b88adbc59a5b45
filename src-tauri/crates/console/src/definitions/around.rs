//! What is here, and every rule that what a file adds is held against.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use tsunagi_catalog::{Registration, SlotSettings, fold};
use tsunagi_connectors::{Connector, Library, Registration as Needs};
use tsunagi_domain::connection::Settings;
use tsunagi_domain::names::{ConnectionName, LinkName};
use tsunagi_domain::{
    Application, ApplicationId, Connection, ConnectionId, Kind, Refusal, RefusalCode,
    RegistrationId, Workspace, application, offer,
};

use super::document::{
    ConnectionDefinition, EnvironmentDefinition, RedirectDefinition, RegistrationDefinition,
};
use super::preview::{Lines, shown};
use crate::console::Console;
use crate::editing::parted;
use crate::error::ConsoleError;
use crate::new_connection::scopes_of;
use crate::registrations::{client_id, redirect};
use crate::views::RedirectForm;
use crate::welcome::person_name;

/// What is here, with what the file has added so far.
pub(super) struct Around<'a> {
    pub(super) console: &'a Console,
    pub(super) library: Arc<Library>,
    pub(super) workspace: Workspace,
    pub(super) lines: &'a Lines,
    /// What the person leaves out, by place among the items.
    pub(super) without: &'a BTreeSet<u32>,
    /// Of that, what others may refer to.
    pub(super) unwanted: Unwanted,
    /// By identifier: of which connector.
    pub(super) registrations: HashMap<RegistrationId, String>,
    /// Client registrations of the file that are here with another client, with their names.
    pub(super) others: HashMap<RegistrationId, String>,
    /// By name as it is compared.
    pub(super) applications: HashMap<String, Application>,
    /// Payment services of the file, and what their connection is called (R7).
    pub(super) payments: HashMap<String, String>,
    pub(super) link_names: HashSet<String>,
}

/// What is left out although it could be added, by what others refer to, with its name.
#[derive(Default)]
pub(super) struct Unwanted {
    pub(super) registrations: HashMap<RegistrationId, String>,
    pub(super) applications: HashMap<String, String>,
}

pub(super) type New = (Connection, Vec<SlotSettings>, Vec<ApplicationId>);

impl Around<'_> {
    fn service(&self, id: &str) -> Result<&Connector, ConsoleError> {
        let found = self.library.get(id);
        found.ok_or_else(|| ConsoleError::new("connector_missing").with("service", shown(id)))
    }

    pub(super) fn new_registration(
        &self,
        definition: &RegistrationDefinition,
    ) -> Result<Registration, ConsoleError> {
        let connector = self.service(&definition.service)?;
        if connector.registration != Needs::NeedsClient {
            return Err(ConsoleError::new("registration_not_needed"));
        }
        let client_id = client_id(&definition.client_id)?;
        let form = match &definition.redirect {
            RedirectDefinition::LoopbackAnyPort => RedirectForm::LoopbackAnyPort,
            RedirectDefinition::LoopbackPort(port) => RedirectForm::LoopbackPort { port: *port },
            RedirectDefinition::LocalhostPort(port) => RedirectForm::LocalhostPort { port: *port },
            RedirectDefinition::Intercepted(base) => {
                RedirectForm::Intercepted { base: base.clone() }
            }
        };
        Ok(Registration {
            id: definition.id,
            connector: connector.id.clone(),
            name: person_name(definition.name.get_ref())?,
            client_id,
            secret: None,
            redirect: redirect(&form)?,
            created_at: self.console.now(),
        })
    }

    /// What a connection would be, and what is worth telling about it; the outer error is none of
    /// the file's.
    pub(super) fn new_connection(
        &mut self,
        definition: &ConnectionDefinition,
    ) -> Result<Result<(New, Option<ConsoleError>), ConsoleError>, ConsoleError> {
        let catalog = &self.console.inner.catalog;
        let first = match self.library.get(&definition.service) {
            Some(connector) if connector.payment => {
                let here = catalog.first_of_connector(&connector.id)?;
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
        connector.spoken()?;
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
            Needs::BuiltIn { .. } | Needs::NotNeeded => None,
        };
        self.settings(connector, &definition.settings, &Settings::new())?;
        let mut overrides = Vec::new();
        for own in &definition.environment {
            if !definition.environments.reaches().contains(&own.environment) {
                return Err(
                    ConsoleError::new("reach_not_in_mode").with("reach", own.environment.as_str())
                );
            }
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
                settings: parted(connector, &own.settings).1,
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
            settings: parted(connector, &definition.settings).1,
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
        if let Some(name) = id.and_then(|id| self.others.get(&id)) {
            return Err(ConsoleError::new("import_registration_differs").with("name", name));
        }
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
            // A file of before has what the service's answers took the place of: it is left out.
            if connector.former_parameters().any(|former| former == name) {
                continue;
            }
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
    pub(super) fn normal(&self, definition: &ConnectionDefinition) -> ConnectionDefinition {
        let mut normal = definition.clone();
        if let Ok(name) = ConnectionName::new(&normal.name) {
            normal.name = name.to_string();
        }
        normal.scopes.sort();
        normal.scopes.dedup();
        if let Some(Needs::BuiltIn { .. } | Needs::NotNeeded) = self
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
        if let Some(connector) = self.library.get(&normal.service) {
            normal.settings = parted(connector, &normal.settings).1;
            for own in &mut normal.environment {
                own.settings = parted(connector, &own.settings).1;
            }
        }
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

pub(super) type Plain<'a> = (
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
pub(super) fn plain(definition: &ConnectionDefinition) -> Plain<'_> {
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
