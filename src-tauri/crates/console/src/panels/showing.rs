//! What a panel shows: asked for as whoever looks at it (R9), refused in its own place.

use std::sync::Arc;

use serde_json::Value;
use tsunagi_areas::panel::{
    self, Content, Data, Fetched, PageError, Panel, SOURCE_ROWS, Shape, Shaper, Shown,
};
use tsunagi_areas::task::TaskError;
use tsunagi_domain::access::Act;
use tsunagi_domain::application::sees_in_live_mode;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{Connection, Environment, ItemId, Timestamp};
use tsunagi_gateway::Door;

use super::{AREA, PANELS, operation_of};
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::items::{connection_needed, definition_of};
use crate::live::Look;
use crate::views::{PanelDraft, PanelShown};

/// How many rows of a data source are read at a time.
const BATCH: u32 = 2_000;
/// Of how many rows the fields are offered.
const SAMPLE: usize = 50;

/// A panel, and who looks at it where.
struct Sight<'a> {
    look: &'a Look,
    environment: Environment,
    connection: Option<&'a Connection>,
    panel: &'a Panel,
}

/// What came.
struct Came {
    shown: Shown,
    fields: Vec<String>,
    at: Option<Timestamp>,
}

impl Console {
    /// What a panel shows to the acting member, with their own authorization where the connection
    /// has one for each (R9). What the gate or the service refuses is said in the panel's place,
    /// with the connection as the member has it, so that it can be mended.
    ///
    /// # Errors
    /// R15; `missing`; `panel_stopped`.
    pub async fn show_panel(
        &self,
        session: Session,
        id: ItemId,
    ) -> Result<PanelShown, ConsoleError> {
        let item = self.item_of(PANELS, id)?;
        let look = self.look(session, item.application)?;
        self.wait_for_vault().await;
        let part = self.inner.catalog.parts(id)?.into_iter().next();
        let connection = match part {
            Some(part) => self.readable_connection(part.connection)?,
            None => None,
        };
        let mut view = self.nothing_shown(&look, item.environment, connection.as_ref())?;
        let panel = match definition_of::<Panel>(&item) {
            Ok(panel) => panel,
            Err(error) => {
                view.refused = Some(self.failure(&error));
                return Ok(view);
            }
        };
        let sight = Sight {
            look: &look,
            environment: item.environment,
            connection: connection.as_ref(),
            panel: &panel,
        };
        let going = self.inner.looking.begin(look.member.id, Some(id));
        let came = tokio::select! {
            biased;
            came = self.came(&sight, None) => came,
            () = going.stopped() => return Err(ConsoleError::new("panel_stopped")),
        };
        self.tell_sight(&sight, &mut view, came)?;
        view.fields = Vec::new();
        Ok(view)
    }

    /// What a panel as it is edited would show. Other shapes of rows that came a moment ago ask
    /// the service for nothing, but where `anew`.
    ///
    /// # Errors
    /// R1, R2, R5; a field that is not named; `panel_stopped`.
    pub async fn preview_panel(
        &self,
        session: Session,
        draft: &PanelDraft,
        anew: bool,
    ) -> Result<PanelShown, ConsoleError> {
        self.manager_for(session, Act::Use)?;
        let look = self.look(session, draft.application)?;
        draft.panel.fits()?;
        self.wait_for_vault().await;
        let through = self.panel_connection(session, draft)?;
        let (connection, made) = match through {
            Some((connection, made)) => (Some(connection), made),
            None => (None, false),
        };
        let mut view = self.nothing_shown(&look, draft.environment, connection.as_ref())?;
        view.made = made;
        let sight = Sight {
            look: &look,
            environment: draft.environment,
            connection: connection.as_ref(),
            panel: &draft.panel,
        };
        let going = self.inner.looking.begin(look.member.id, None);
        let came = tokio::select! {
            biased;
            came = self.came(&sight, Some(anew)) => came,
            () = going.stopped() => return Err(ConsoleError::new("panel_stopped")),
        };
        self.tell_sight(&sight, &mut view, came)?;
        Ok(view)
    }

    /// Stops what a panel waits for; `None` is the one that is edited. Where nothing waits there
    /// is nothing to stop.
    ///
    /// # Errors
    /// Nobody sits there.
    pub fn stop_panel(&self, session: Session, item: Option<ItemId>) -> Result<(), ConsoleError> {
        let member = self.member(session)?;
        self.inner.looking.stop(member.id, item);
        Ok(())
    }

    /// A panel's place, before anything has come.
    fn nothing_shown(
        &self,
        look: &Look,
        environment: Environment,
        connection: Option<&Connection>,
    ) -> Result<PanelShown, ConsoleError> {
        let seen = connection.filter(|known| sees(look, known));
        let seat = match seen {
            Some(known) => Some(self.live_row(look, known, environment)?),
            None => None,
        };
        Ok(PanelShown {
            at: None,
            shown: None,
            refused: None,
            seat,
            made: false,
            fields: Vec::new(),
        })
    }

    fn tell_sight(
        &self,
        sight: &Sight<'_>,
        view: &mut PanelShown,
        came: Result<Came, ConsoleError>,
    ) -> Result<(), ConsoleError> {
        match came {
            Ok(came) => {
                view.at = came.at;
                view.shown = Some(came.shown);
                view.fields = came.fields;
            }
            Err(error) => view.refused = Some(self.failure(&error)),
        }
        // A refusal may have told that the connection does not work any more.
        if let (true, Some(known)) = (view.seat.is_some(), sight.connection) {
            view.seat = Some(self.live_row(sight.look, known, sight.environment)?);
        }
        Ok(())
    }

    /// What comes; `preview` for the panel that is edited, and whether it is asked for anew.
    async fn came(&self, sight: &Sight<'_>, preview: Option<bool>) -> Result<Came, ConsoleError> {
        let shape = &sight.panel.shape;
        match &sight.panel.data {
            Data::Operation { .. } => {
                // R1: a free plan shows what it has, and asks for nothing.
                self.allows(Act::Use)?;
                let (rows, at) = self.rows_for(sight, preview).await?;
                let mut shaper = Shaper::new(shape);
                shaper.answer(&rows.body);
                for row in &rows.rows {
                    shaper.add(row);
                }
                let cut = matches!(shape, Shape::Table { .. }) && shaper.is_full();
                let mut shown = shaper.shown(rows.more);
                shown.more = rows.more || (cut && (shown.rows as usize) < rows.rows.len());
                Ok(Came {
                    shown,
                    fields: panel::fields(rows.rows.iter().take(SAMPLE)),
                    at: Some(at),
                })
            }
            Data::Source { source } => {
                let application = sight.look.application.id;
                self.panel_source(*source, application, sight.environment)?;
                self.pulled_for(*source, shape).await
            }
        }
    }

    /// The rows of a service, as they are now.
    async fn rows_for(
        &self,
        sight: &Sight<'_>,
        preview: Option<bool>,
    ) -> Result<(Arc<Fetched>, Timestamp), ConsoleError> {
        let Data::Operation { operation, given } = &sight.panel.data else {
            return Ok((Arc::default(), self.now()));
        };
        let connection = sight.connection.ok_or_else(connection_needed)?;
        let connector = self.connector(&connection.connector)?;
        let known = operation_of(&connector, operation)?;
        let member = sight.look.member.id;
        let of = serde_json::to_string(&(
            connection.id,
            sight.look.application.id,
            sight.environment,
            &sight.panel.data,
        ))
        .unwrap_or_default();
        if preview == Some(false)
            && let Some(held) = self.inner.looking.held(member, &of)
        {
            return Ok(held);
        }
        if connector.practice {
            self.start_practice()?;
        }
        let door = Door {
            link_name: connection.link_name.clone(),
            caller: Caller::Member(member),
            application: Some(sight.look.application.id),
            environment: sight.environment,
            area: AREA.to_owned(),
        };
        let rows = panel::fetch(&self.inner.gateway, &door, operation, given).await;
        let rows = rows.map_err(|error| match error {
            // R15: of a connection that is not theirs to see, users are told nothing.
            PageError::Task(TaskError::Gate(_)) if !sees(sight.look, connection) => {
                ConsoleError::new("panel_not_now")
            }
            PageError::Task(error) => self.task_failure(error, &known),
            PageError::Refused { status, message } => {
                let error = match message {
                    Some(_) => ConsoleError::new("panel_refused"),
                    None => ConsoleError::new("panel_refused_silently"),
                };
                error
                    .with("status", status.to_string())
                    .with("said", message.unwrap_or_default())
            }
            PageError::NotAsPromised => ConsoleError::new("panel_not_as_promised"),
            PageError::TooLarge => ConsoleError::new("panel_page_too_large"),
            PageError::EchoesCredential => ConsoleError::new("panel_echoes_credential"),
        })?;
        let (rows, at) = (Arc::new(rows), self.now());
        if preview.is_some() {
            let held = Arc::clone(&rows);
            self.inner.looking.hold(member, of, held, at);
        }
        Ok((rows, at))
    }

    /// The rows that a data source has pulled, batch by batch.
    async fn pulled_for(&self, source: ItemId, shape: &Shape) -> Result<Came, ConsoleError> {
        let (all, pull) = self
            .db(move |catalog| Ok((catalog.count_pulled(source)?, catalog.pull(source)?)))
            .await?;
        let at = pull.and_then(|pull| pull.done_at);
        let mut shaper = Shaper::new(shape);
        let mut sample: Vec<Value> = Vec::new();
        let mut after = None;
        let mut read = 0;
        let counts_only = shape.counts_only();
        while read < SOURCE_ROWS && !shaper.is_full() {
            let limit = if counts_only { SAMPLE as u32 } else { BATCH };
            let (last, rows) = self
                .db(move |catalog| {
                    let rows = catalog.pulled(source, after, limit)?;
                    let last = rows.last().map(|row| row.place);
                    let read = rows.into_iter().map(|row| {
                        serde_json::from_str(&row.fields).unwrap_or(Value::String(row.fields))
                    });
                    Ok((last, read.collect::<Vec<Value>>()))
                })
                .await?;
            if sample.is_empty() {
                sample = rows.iter().take(SAMPLE).cloned().collect();
            }
            read += rows.len() as u64;
            if counts_only || last.is_none() {
                break;
            }
            after = last;
            rows.iter().for_each(|row| shaper.add(row));
        }
        let mut shown = shaper.shown(false);
        if counts_only {
            // How many there are is known without reading them.
            shown.rows = all;
            if let Content::Number { value, .. } = &mut shown.content {
                *value = Some(all.to_string());
            }
        }
        shown.more = shown.rows < all;
        Ok(Came {
            shown,
            fields: panel::fields(&sample),
            at,
        })
    }
}

/// R15: whether whoever looks sees the connection itself.
fn sees(look: &Look, connection: &Connection) -> bool {
    sees_in_live_mode(&look.member, connection.kind, look.shared)
}
