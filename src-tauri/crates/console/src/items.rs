//! What every area does alike with what it keeps: one item in an application and environment, with
//! the connections it goes through.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tsunagi_catalog::{Item, Part};
use tsunagi_domain::access::Act;
use tsunagi_domain::{
    Application, ApplicationId, Connection, ConnectionId, Environment, ItemId, Refusal, RefusalCode,
};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::views::{ConnectionMark, Failure};
use crate::welcome::person_name;

/// An area, as it keeps things.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keeping {
    pub(crate) area: &'static str,
    pub(crate) kept: Action,
    pub(crate) deleted: Action,
}

/// Which item is to be kept, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'a> {
    /// `None` for a new one.
    pub(crate) id: Option<ItemId>,
    /// The version that was edited.
    pub(crate) version: Option<u64>,
    pub(crate) application: ApplicationId,
    pub(crate) environment: Environment,
    pub(crate) name: &'a str,
}

/// What an item goes through.
#[derive(Debug, Clone)]
pub(crate) struct Needs {
    pub(crate) connection: ConnectionId,
    /// Scopes it needs.
    pub(crate) scopes: Vec<String>,
    /// Whether it runs with nobody present.
    pub(crate) unattended: bool,
}

/// The subject an item has in the log.
pub(crate) fn subject_of(item: ItemId) -> String {
    format!("item/{item}")
}

impl Console {
    /// An item of an area.
    pub(crate) fn item_of(&self, of: Keeping, id: ItemId) -> Result<Item, ConsoleError> {
        let item = self.inner.catalog.item(id)?;
        let item = item.filter(|item| item.area == of.area);
        item.ok_or_else(|| ConsoleError::new("missing"))
    }

    /// Keeps an item that goes through one connection: from then on it is in use there (R18).
    ///
    /// # Errors
    /// Those of [`Self::keep_item_through`].
    pub(crate) fn keep_item<T: Serialize>(
        &self,
        session: Session,
        of: Keeping,
        head: Head<'_>,
        what: &T,
        through: Needs,
    ) -> Result<ItemId, ConsoleError> {
        self.keep_item_through(session, of, head, what, vec![(String::new(), through)])
    }

    /// Keeps an item with what each part of it goes through: from then on those connections are in
    /// use there (R18). One that reaches no service by itself goes through nothing.
    ///
    /// # Errors
    /// R1, R2, R4; a name that is empty, too long or taken; `missing` where it was deleted or
    /// belongs elsewhere; `stale` where another window has stored it meanwhile.
    pub(crate) fn keep_item_through<T: Serialize>(
        &self,
        session: Session,
        of: Keeping,
        head: Head<'_>,
        what: &T,
        through: Vec<(String, Needs)>,
    ) -> Result<ItemId, ConsoleError> {
        let member = self.manager_for(session, Act::Edit)?;
        self.inner.keys.vault()?;
        let name = person_name(head.name)?;
        let definition = serde_json::to_string(what)
            .map_err(|_| ConsoleError::new("item_unreadable").with("name", &*name))?;
        let id = self.at_once(|| {
            let application = self.application(head.application)?;
            let (mut parts, mut links) = (Vec::new(), Vec::new());
            for (part, needs) in through {
                let connection = self.may_go_through(&application, needs.connection)?;
                let link = connection.link_name.to_string();
                if !links.contains(&link) {
                    links.push(link);
                }
                parts.push(Part {
                    part,
                    connection: connection.id,
                    scopes: needs.scopes,
                    unattended: needs.unattended,
                    next_run: None,
                });
            }
            let before = match head.id {
                Some(id) => Some(self.item_of(of, id)?),
                None => None,
            };
            // It stays where it was made.
            let elsewhere = before.as_ref().is_some_and(|item| {
                item.application != application.id || item.environment != head.environment
            });
            if elsewhere {
                return Err(ConsoleError::new("missing"));
            }
            let now = self.now();
            let item = Item {
                id: head.id.unwrap_or_else(ItemId::new),
                application: application.id,
                environment: head.environment,
                area: of.area.to_owned(),
                name: name.clone(),
                definition,
                paused: false,
                version: 1,
                created_at: before.as_ref().map_or(now, |item| item.created_at),
                changed_at: now,
                created_by: Some(member.id),
            };
            let stored = self.inner.catalog.put_item(&item, &parts, head.version);
            stored.map_err(|error| ConsoleError::from(error).with("name", &*name))?;
            let links = links.join(", ");
            let mut args = vec![
                ("name", name.as_str()),
                ("application", application.name.as_str()),
                ("environment", head.environment.as_str()),
            ];
            if !links.is_empty() {
                args.push(("link_name", links.as_str()));
            }
            self.log(session, of.kept, &subject_of(item.id), &args)?;
            Ok(item.id)
        })?;
        self.inner.bell.changed();
        Ok(id)
    }

    /// R4: what an item of an application may go through.
    pub(crate) fn may_go_through(
        &self,
        application: &Application,
        connection: ConnectionId,
    ) -> Result<Connection, ConsoleError> {
        let connection = self.connection(connection)?;
        let catalog = &self.inner.catalog;
        if !catalog.has_access(application.id, connection.id)? {
            return Err(Refusal::new(RefusalCode::ApplicationNoAccess)
                .with("connection", connection.link_name.as_str())
                .with("application", application.name.clone())
                .into());
        }
        Ok(connection)
    }

    /// Deletes an item. Its connections are not in use there any more.
    ///
    /// # Errors
    /// R1, R2; `missing`.
    pub(crate) fn drop_item(
        &self,
        session: Session,
        of: Keeping,
        id: ItemId,
    ) -> Result<(), ConsoleError> {
        self.manager_for(session, Act::Delete)?;
        self.inner.keys.vault()?;
        self.at_once(|| {
            let item = self.item_of(of, id)?;
            let application = self.application(item.application)?;
            self.inner.catalog.delete_item(id)?;
            let args = [
                ("name", item.name.as_str()),
                ("application", application.name.as_str()),
                ("environment", item.environment.as_str()),
            ];
            self.log(session, of.deleted, &subject_of(id), &args)
        })?;
        // The other file: what is left there by a crash between the two belongs to nothing.
        self.inner.catalog.forget_executions(id)?;
        self.inner.bell.changed();
        Ok(())
    }

    /// What an item goes through, and why it does not run now.
    pub(crate) fn goes_through(
        &self,
        item: &Item,
    ) -> Result<(Option<ConnectionMark>, Option<Failure>), ConsoleError> {
        let parts = self.inner.catalog.parts(item.id)?;
        let Some(part) = parts.first() else {
            return Ok((None, None));
        };
        // What goes through one that cannot be read does not run, and Home tells of it.
        let Some(connection) = self.readable_connection(part.connection)? else {
            return Ok((None, None));
        };
        let mut uses = self.inner.catalog.uses(connection.id)?;
        uses.retain(|used| used.item == Some(item.id));
        let places = self.use_places(&connection, &uses)?;
        let stopped = places.into_iter().find_map(|place| place.stopped);
        Ok((Some(self.connection_mark(&connection)), stopped))
    }
}

/// What an item does, in its area's words.
///
/// # Errors
/// `item_unreadable`.
pub(crate) fn definition_of<T: DeserializeOwned>(item: &Item) -> Result<T, ConsoleError> {
    serde_json::from_str(&item.definition)
        .map_err(|_| ConsoleError::new("item_unreadable").with("name", &*item.name))
}

/// That something goes through no connection.
pub(crate) fn connection_needed() -> ConsoleError {
    ConsoleError::new("call_connection_needed")
}
