//! Page panels: what an application shows of its services' data, on a page of its own.

mod looking;
mod showing;

use serde_json::Value;
use tsunagi_areas::panel::{self, Data, Panel};
use tsunagi_catalog::Item;
use tsunagi_connectors::{Area, Connector, Operation};
use tsunagi_domain::access::Act;
use tsunagi_domain::application::sees_in_live_mode;
use tsunagi_domain::system::Cause;
use tsunagi_domain::{ApplicationId, Connection, ConnectionId, Environment, ItemId};

use crate::console::{Console, Session};
use crate::data_sources::SOURCES;
use crate::error::ConsoleError;
use crate::items::{Head, Keeping, Needs, connection_needed, definition_of};
use crate::live::Look;
use crate::log::Action;
use crate::tasks::needed;
use crate::uses::application_mark;
use crate::views::{OperationView, PanelDraft, PanelRow, PanelSource, PanelsView};

pub(crate) use looking::Looking;

/// The area panels belong to.
const AREA: &str = Area::PagePanel.as_str();
const PANELS: Keeping = Keeping {
    area: AREA,
    kept: Action::PanelKept,
    deleted: Action::PanelDeleted,
};
/// A panel whose connection is left out.
const LEFT_OUT: Cause = Cause::PagePanel;

impl From<panel::Misfit> for ConsoleError {
    fn from(misfit: panel::Misfit) -> Self {
        Self::new(misfit.code())
    }
}

impl Console {
    /// The page of an application in an environment. Those whom the application is shared with
    /// see it, too; what it goes through is shown to managers, and a logged-in-user connection to
    /// whoever may authorize it (R15).
    ///
    /// # Errors
    /// R15: not for whom it is not shared with.
    pub fn panels(
        &self,
        session: Session,
        application: ApplicationId,
        environment: Environment,
    ) -> Result<PanelsView, ConsoleError> {
        let look = self.look(session, application)?;
        let catalog = &self.inner.catalog;
        let mut panels = Vec::new();
        for (place, item) in self.in_order(application, environment)? {
            panels.push((place, self.panel_row(&look, item)?));
        }
        let mut view = PanelsView {
            application: application_mark(&look.application),
            panels: panels.into_iter().map(|(_, row)| row).collect(),
            connections: Vec::new(),
            services: Vec::new(),
            sources: Vec::new(),
            may_manage: self.manages(&look.member, Act::Edit),
        };
        if !look.member.role.is_manager() {
            return Ok(view);
        }
        let library = self.inner.gateway.library();
        for connection in catalog.connections_of_application(application)? {
            let connector = library.get(&connection.connector);
            if connector.is_some_and(|connector| !shown_of(connector).is_empty()) {
                view.connections
                    .push(self.live_row(&look, &connection, environment)?);
            }
        }
        view.services = self.services_left_out(session, LEFT_OUT, |connector| {
            !shown_of(connector).is_empty()
        })?;
        for item in catalog.items(application, environment, SOURCES.area)? {
            view.sources.push(PanelSource {
                id: item.id,
                rows: catalog.count_pulled(item.id)?,
                name: item.name,
            });
        }
        Ok(view)
    }

    /// The panels of a page, with their places. Those that cannot be read stand last.
    fn in_order(
        &self,
        application: ApplicationId,
        environment: Environment,
    ) -> Result<Vec<(u32, Item)>, ConsoleError> {
        let items = self.inner.catalog.items(application, environment, AREA)?;
        let placed = items.into_iter().map(|item| {
            let panel = definition_of::<Panel>(&item).ok();
            (panel.map_or(u32::MAX, |panel| panel.place), item)
        });
        let mut placed: Vec<(u32, Item)> = placed.collect();
        // Those of one place, such as after two windows have added one, stand as they were made.
        placed.sort_by_key(|(place, item)| (*place, item.created_at, item.id));
        Ok(placed)
    }

    fn panel_row(&self, look: &Look, item: Item) -> Result<PanelRow, ConsoleError> {
        let panel = definition_of::<Panel>(&item).ok();
        let part = self.inner.catalog.parts(item.id)?.into_iter().next();
        let connection = match part {
            Some(part) => self.readable_connection(part.connection)?,
            None => None,
        };
        let seen =
            connection.filter(|known| sees_in_live_mode(&look.member, known.kind, look.shared));
        let seat = match seen {
            Some(known) => Some(self.live_row(look, &known, item.environment)?),
            None => None,
        };
        let source = match panel.as_ref().map(|panel| &panel.data) {
            Some(Data::Source { source }) => self.inner.catalog.item(*source)?,
            _ => None,
        };
        Ok(PanelRow {
            id: item.id,
            version: item.version,
            name: item.name,
            width: panel.as_ref().map(|panel| panel.width).unwrap_or_default(),
            shape: panel.map(|panel| panel.shape),
            seat,
            source: source.map(|source| source.name),
        })
    }

    /// What a panel can show of a service; where a connection is given, with the scopes it lacks.
    ///
    /// # Errors
    /// R2; no such service or connection.
    pub fn panel_operations(
        &self,
        session: Session,
        service: &str,
        connection: Option<ConnectionId>,
    ) -> Result<Vec<OperationView>, ConsoleError> {
        self.reader(session)?;
        let connector = self.connector(service)?;
        let scopes = match connection {
            Some(id) => Some(self.connection(id)?.scopes),
            None => None,
        };
        Ok(shown_of(&connector)
            .iter()
            .map(|operation| self.operation_view(&connector, operation, scopes.as_deref()))
            .collect())
    }

    /// One panel, to be edited.
    ///
    /// # Errors
    /// R2; `missing`; `item_unreadable`.
    pub fn panel(&self, session: Session, id: ItemId) -> Result<PanelDraft, ConsoleError> {
        self.reader(session)?;
        let item = self.item_of(PANELS, id)?;
        let parts = self.inner.catalog.parts(id)?;
        Ok(PanelDraft {
            id: Some(item.id),
            version: Some(item.version),
            application: item.application,
            environment: item.environment,
            panel: definition_of(&item)?,
            name: item.name,
            connection: parts.first().map(|part| part.connection),
            service: None,
        })
    }

    /// Keeps a panel: from then on its connection is in use there, with the scopes that its
    /// operation needs (R18). Where the connection is left out, the service's system connection
    /// comes into being (R5). A new one stands last; one that was there stays where it is.
    ///
    /// # Errors
    /// R1, R2, R4, R5; an operation that the service does not have, or that changes something;
    /// values that it needs and does not have; a field that is not named; a name that is empty,
    /// too long or taken; `stale` where another window has stored it meanwhile.
    pub fn keep_panel(
        &self,
        session: Session,
        draft: PanelDraft,
    ) -> Result<PanelDraft, ConsoleError> {
        self.manager_for(session, Act::Edit)?;
        let mut draft = draft;
        draft.panel.fits()?;
        // Before the write: what comes into being takes its turn before it takes the catalog.
        let connection = self.panel_connection(session, &draft)?;
        let id = self.at_once(|| {
            let through = match (&connection, &draft.panel.data) {
                (Some((connection, _)), Data::Operation { operation, given }) => {
                    let connector = self.connector(&connection.connector)?;
                    let operation = operation_of(&connector, operation)?;
                    let missing = operation.inputs.iter().find(|input| {
                        let given = given.get(&input.name);
                        input.required
                            && input.default.is_none()
                            && given.is_none_or(Value::is_null)
                    });
                    if let Some(input) = missing {
                        let label = self.pick(&input.label);
                        return Err(ConsoleError::new("task_input_missing").with("input", label));
                    }
                    Some(Needs {
                        connection: connection.id,
                        scopes: needed(&operation, &connector, connection, given),
                        unattended: false,
                    })
                }
                _ => None,
            };
            if let Data::Source { source } = draft.panel.data {
                self.panel_source(source, draft.application, draft.environment)?;
            }
            draft.panel.place = self.place_of(&draft)?;
            let head = Head {
                id: draft.id,
                version: draft.version,
                application: draft.application,
                environment: draft.environment,
                name: &draft.name,
            };
            let through = through.into_iter().map(|needs| (String::new(), needs));
            self.keep_item_through(session, PANELS, head, &draft.panel, through.collect())
        })?;
        self.panel(session, id)
    }

    /// A data source of the same page's application and environment.
    fn panel_source(
        &self,
        source: ItemId,
        application: ApplicationId,
        environment: Environment,
    ) -> Result<Item, ConsoleError> {
        let item = self.item_of(SOURCES, source).ok();
        let item =
            item.filter(|item| item.application == application && item.environment == environment);
        item.ok_or_else(|| ConsoleError::new("panel_source_gone"))
    }

    fn place_of(&self, draft: &PanelDraft) -> Result<u32, ConsoleError> {
        let all = self.in_order(draft.application, draft.environment)?;
        let own = all.iter().find(|(_, item)| Some(item.id) == draft.id);
        let last = || {
            let places = all.iter().map(|(place, _)| *place);
            places.filter(|place| *place != u32::MAX).max()
        };
        Ok(match own {
            Some((place, _)) if *place != u32::MAX => *place,
            _ => last().map_or(0, |last| last.saturating_add(1)),
        })
    }

    /// Deletes a panel. Its connection is not in use there any more.
    ///
    /// # Errors
    /// R1, R2; `missing`.
    pub fn delete_panel(&self, session: Session, id: ItemId) -> Result<(), ConsoleError> {
        self.drop_item(session, PANELS, id)
    }

    /// Puts the panels of a page in another order.
    ///
    /// # Errors
    /// R1, R2; no such application; `stale` where these are not the panels of the page: another
    /// window has added or deleted one.
    pub fn order_panels(
        &self,
        session: Session,
        application: ApplicationId,
        environment: Environment,
        order: &[ItemId],
    ) -> Result<(), ConsoleError> {
        self.manager_for(session, Act::Edit)?;
        self.inner.keys.vault()?;
        let name = self.application(application)?.name;
        self.at_once(|| {
            let catalog = &self.inner.catalog;
            let mut left = self.in_order(application, environment)?;
            for (place, id) in (0_u32..).zip(order) {
                let found = left.iter().position(|(_, item)| item.id == *id);
                let found = found.ok_or_else(|| ConsoleError::new("stale"))?;
                let (was, mut item) = left.swap_remove(found);
                let Ok(mut panel) = definition_of::<Panel>(&item) else {
                    continue;
                };
                if was == place {
                    continue;
                }
                panel.place = place;
                item.definition = serde_json::to_string(&panel)
                    .map_err(|_| ConsoleError::new("item_unreadable").with("name", &*item.name))?;
                catalog.put_item(&item, &catalog.parts(item.id)?, Some(item.version))?;
            }
            if !left.is_empty() {
                return Err(ConsoleError::new("stale"));
            }
            let args = [
                ("application", name.as_str()),
                ("environment", environment.as_str()),
            ];
            let subject = format!("application/{application}");
            self.log(session, Action::PanelOrdered, &subject, &args)
        })?;
        self.inner.bell.changed();
        Ok(())
    }

    /// What a panel goes through: what was chosen, else the service's system connection (R5), and
    /// whether that came into being just now; nothing where it shows a data source.
    fn panel_connection(
        &self,
        session: Session,
        draft: &PanelDraft,
    ) -> Result<Option<(Connection, bool)>, ConsoleError> {
        if matches!(draft.panel.data, Data::Source { .. }) {
            return Ok(None);
        }
        match (draft.connection, &draft.service) {
            (Some(id), _) => Ok(Some((self.connection(id)?, false))),
            (None, Some(service)) => self
                .come_into_being(session, draft.application, service, LEFT_OUT)
                .map(Some),
            (None, None) => Err(connection_needed()),
        }
    }
}

/// What of a service panels can show.
fn shown_of(connector: &Connector) -> Vec<Operation> {
    let operations = connector.operations();
    let shown = operations.iter().filter(|own| panel::shows(own));
    shown.cloned().collect()
}

fn operation_of(connector: &Connector, id: &str) -> Result<Operation, ConsoleError> {
    let known = connector.operation(id).filter(panel::shows);
    known.ok_or_else(|| {
        ConsoleError::new("task_operation_unknown").with("service", connector.name.clone())
    })
}
