//! Forms: filled in by whoever the application is shared with, their records, and what happens when
//! one is added, edited or deleted.

use serde_json::Value;
use tsunagi_areas::task::{self, Task};
use tsunagi_areas::workflow::{
    Field, Rule, Shows, Subject, Trigger, Values, Workflow, accepted, found, is_empty, text_of,
};
use tsunagi_catalog::{Execution, Item, Record};
use tsunagi_connectors::Verdict;
use tsunagi_domain::access::Act;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{ApplicationId, Environment, ItemId, MemberId, RecordId};
use tsunagi_gateway::Door;

use super::engine::Ground;
use super::keeping::distinct;
use super::{FORMS, REPORTS, is_form};
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::items::definition_of;
use crate::live::Look;
use crate::uses::application_mark;
use crate::views::{
    FieldChoice, FieldShown, FormChange, FormMark, FormView, LiveRow, RecordDone, RecordPage,
    RecordView, WorkKind, WorkflowOutcome, WorkflowRun,
};

/// How many records a page has.
pub(super) const PAGE: u32 = 50;
/// The most choices of a field that shows a service's data.
const CHOICES_MAX: usize = 500;

impl Console {
    /// Who fills a form in or looks at a report, and what it is.
    pub(super) fn seated_at(
        &self,
        session: Session,
        id: ItemId,
    ) -> Result<(Look, Item, Workflow), ConsoleError> {
        let item = self.workflow_item(id)?;
        let look = self.look(session, item.application)?;
        let workflow = definition_of(&item)?;
        Ok((look, item, workflow))
    }

    /// Forms and reports of an application in an environment that the acting member may open.
    ///
    /// # Errors
    /// R15: not for whom the application is not shared with.
    pub fn forms(
        &self,
        session: Session,
        application: ApplicationId,
        environment: Environment,
    ) -> Result<Vec<FormMark>, ConsoleError> {
        self.look(session, application)?;
        let mut marks = Vec::new();
        for area in [FORMS.area, REPORTS.area] {
            for item in self.inner.catalog.items(application, environment, area)? {
                marks.push(FormMark {
                    id: item.id,
                    form: is_form(&item),
                    name: item.name,
                });
            }
        }
        Ok(marks)
    }

    /// What runs of an item go for: its fields and the record.
    pub(super) fn ground_of(
        &self,
        item: &Item,
        caller: Caller,
        record: Option<&str>,
    ) -> Result<Ground, ConsoleError> {
        let workflow: Workflow = definition_of(item)?;
        let fields = self.fields_of(&workflow).unwrap_or_default();
        let form = match &workflow.subject {
            Subject::Form { .. } => item.id,
            Subject::Report { of, .. } => *of,
        };
        let id = record.and_then(|record| record.parse::<RecordId>().ok());
        let record = match id.filter(|_| fields.is_some()) {
            Some(id) => self.inner.catalog.form_record(form, id)?,
            None => None,
        };
        Ok(Ground {
            item: item.clone(),
            caller,
            fields,
            record,
        })
    }

    /// Runs what an event without a change of a record starts.
    pub(super) async fn fired(
        &self,
        session: Session,
        ground: &mut Ground,
        workflow: &Workflow,
        is: impl Fn(&Rule) -> bool,
        record: Option<&str>,
        values: Values,
    ) -> Result<(Values, Vec<WorkflowRun>), ConsoleError> {
        let mut runs = ground.started(self, workflow, is, record, &values, Some(&values));
        if runs.is_empty() {
            return Ok((values, Vec::new()));
        }
        self.whole_workflow(workflow)?;
        let begun = self.inner.working.begin(&runs);
        let stored = runs.clone();
        self.db(move |catalog| catalog.put_executions(&stored))
            .await?;
        let values = self.carry_out_runs(ground, &mut runs, values).await?;
        drop(begun);
        Ok((values, self.run_views(session, &ground.item, &runs)?))
    }

    fn run_views(
        &self,
        session: Session,
        item: &Item,
        runs: &[Execution],
    ) -> Result<Vec<WorkflowRun>, ConsoleError> {
        let views = runs.iter().map(|run| self.run_view(session, item, run));
        views.collect()
    }

    /// Opens a form: its integration fields with the service's data, and what its rules for that
    /// have looked up.
    ///
    /// # Errors
    /// R1, R15; `missing`; `item_unreadable`.
    pub async fn open_form(
        &self,
        session: Session,
        id: ItemId,
        record: Option<RecordId>,
    ) -> Result<FormView, ConsoleError> {
        let (look, item, workflow) = self.seated_at(session, id)?;
        if !is_form(&item) {
            return Err(ConsoleError::new("missing"));
        }
        self.allows(Act::Use)?;
        self.wait_for_vault().await;
        let known = match record {
            Some(record) => Some(self.known_record(id, record)?),
            None => None,
        };
        let values = known.as_ref().map(values_of).unwrap_or_default();
        let caller = Caller::Member(look.member.id);
        let mut ground = self.ground_of(&item, caller, None)?;
        let named = record.map(|record| record.to_string());
        let is = |rule: &Rule| rule.on == Trigger::Load;
        let fired = self.fired(
            session,
            &mut ground,
            &workflow,
            is,
            named.as_deref(),
            values,
        );
        let (values, runs) = Box::pin(fired).await?;
        let fields = self.fields_shown(&item, caller, &workflow, &runs).await?;
        let listens = workflow.rules.iter().filter_map(|rule| match &rule.on {
            Trigger::FieldInput { field } => Some(field.clone()),
            _ => None,
        });
        Ok(FormView {
            id,
            name: item.name.clone(),
            application: application_mark(&look.application),
            environment: item.environment,
            fields,
            values,
            record,
            version: known.map(|record| record.version),
            runs,
            listens: listens.collect(),
            seats: self.seats_shown(&look, &item)?,
        })
    }

    /// R15: what a member sees of what a form goes through, so that they can authorize it.
    fn seats_shown(&self, look: &Look, item: &Item) -> Result<Vec<LiveRow>, ConsoleError> {
        let parts = self.inner.catalog.parts(item.id)?;
        let mut rows = Vec::new();
        for id in distinct(parts.iter().map(|part| part.connection)) {
            let Some(connection) = self.readable_connection(id)? else {
                continue;
            };
            let sees = tsunagi_domain::application::sees_in_live_mode(
                &look.member,
                connection.kind,
                look.shared,
            );
            if sees {
                rows.push(self.live_row(look, &connection, item.environment)?);
            }
        }
        Ok(rows)
    }

    /// Its fields with the service's data. Where a person stops that, or has stopped what its rules
    /// look up, it opens without what has not come.
    async fn fields_shown(
        &self,
        item: &Item,
        caller: Caller,
        workflow: &Workflow,
        runs: &[WorkflowRun],
    ) -> Result<Vec<FieldShown>, ConsoleError> {
        let stopped = |run: &WorkflowRun| run.outcome == WorkflowOutcome::Stopped;
        let mut stopped = runs.iter().any(stopped);
        let work = self.begin_work_for(WorkKind::Workflow, caller);
        let mut fields = Vec::new();
        for field in workflow.fields() {
            let shown = Box::pin(self.field_shown(item, caller, field));
            let come = tokio::select! {
                // What has come is shown even where it was stopped in the same moment.
                biased;
                shown = shown, if !stopped || field.shows.is_none() => Some(shown?),
                () = work.stopped(), if !stopped => None,
                else => None,
            };
            fields.push(come.unwrap_or_else(|| {
                stopped = true;
                FieldShown {
                    field: field.clone(),
                    choices: own_choices(field),
                    more: false,
                    failure: Some(self.failure(&ConsoleError::new("call_stopped"))),
                }
            }));
        }
        Ok(fields)
    }

    async fn field_shown(
        &self,
        item: &Item,
        caller: Caller,
        field: &Field,
    ) -> Result<FieldShown, ConsoleError> {
        let mut shown = FieldShown {
            field: field.clone(),
            choices: own_choices(field),
            more: false,
            failure: None,
        };
        if let Some(shows) = &field.shows {
            match Box::pin(self.choices_of(item, caller, shows)).await {
                Ok((choices, more)) => {
                    shown.choices = choices;
                    shown.more = more;
                }
                Err(error) => shown.failure = Some(self.failure(&error)),
            }
        }
        Ok(shown)
    }

    /// The service's data as choices.
    async fn choices_of(
        &self,
        item: &Item,
        caller: Caller,
        shows: &Shows,
    ) -> Result<(Vec<FieldChoice>, bool), ConsoleError> {
        let connection = self.seat_of(item.id, &shows.id)?;
        let connector = self.connector(&connection.connector)?;
        if connector.practice {
            self.start_practice()?;
        }
        let gone = || ConsoleError::new("task_operation_unknown").with("service", &*connector.name);
        let operation = connector.operation(&shows.operation).ok_or_else(gone)?;
        let door = Door {
            link_name: connection.link_name,
            caller,
            application: Some(item.application),
            environment: item.environment,
            area: item.area.clone(),
        };
        let asked = Task {
            operation: shows.operation.clone(),
            given: shows.given.clone(),
        };
        let done = task::perform(&self.inner.gateway, &door, &asked).await;
        let done = done.map_err(|error| self.task_failure(error, &operation))?;
        if done.outcome.verdict != Verdict::Done || done.answer.echoes_credential {
            return Err(ConsoleError::new("workflow_refused"));
        }
        let text = |row: &Value, at: &str| {
            let value = found(row, at).filter(|value| !is_empty(value));
            value.map(text_of)
        };
        let mut choices: Vec<FieldChoice> = Vec::new();
        for row in &done.rows {
            let Some(value) = text(row, &shows.value) else {
                continue;
            };
            if choices.len() < CHOICES_MAX && choices.iter().all(|one| one.value != value) {
                let label = text(row, &shows.label).unwrap_or_else(|| value.clone());
                choices.push(FieldChoice { label, value });
            }
        }
        Ok((
            choices,
            !matches!(done.next, Ok(None)) || done.rows.len() > CHOICES_MAX,
        ))
    }

    /// Runs what typing into a field starts. Nothing is stored but the runs.
    ///
    /// # Errors
    /// R1, R15; `missing`; values of fields that the form does not have.
    pub async fn form_input(
        &self,
        session: Session,
        id: ItemId,
        record: Option<RecordId>,
        field: &str,
        values: Values,
    ) -> Result<FormChange, ConsoleError> {
        let (look, item, workflow) = self.seated_at(session, id)?;
        self.allows(Act::Use)?;
        let values = accepted(workflow.fields(), &values, false)?;
        let caller = Caller::Member(look.member.id);
        let mut ground = self.ground_of(&item, caller, None)?;
        let is =
            |rule: &Rule| matches!(&rule.on, Trigger::FieldInput { field: own } if own == field);
        let named = record.map(|record| record.to_string());
        let before = values.clone();
        let fired = self.fired(
            session,
            &mut ground,
            &workflow,
            is,
            named.as_deref(),
            values,
        );
        let (mut values, runs) = Box::pin(fired).await?;
        values.retain(|name, value| before.get(name) != Some(value));
        Ok(FormChange { values, runs })
    }

    /// Adds a record to a form. It is stored together with the runs it starts, before any of them
    /// does anything: what becomes of them is no reason for the record not to be there.
    ///
    /// # Errors
    /// R1, R15; `missing`; values that the form does not take.
    pub async fn add_form_record(
        &self,
        session: Session,
        id: ItemId,
        values: Values,
    ) -> Result<RecordDone, ConsoleError> {
        let (look, item, workflow) = self.seated_at(session, id)?;
        if !is_form(&item) {
            return Err(ConsoleError::new("missing"));
        }
        self.allows(Act::Use)?;
        let values = accepted(workflow.fields(), &values, true)?;
        let now = self.now();
        let record = Record {
            place: 0,
            id: RecordId::new(),
            item: id,
            version: 1,
            fields: written(&values),
            added_at: now,
            changed_at: now,
            added_by: Some(look.member.id),
        };
        let mut ground = self.ground_of(&item, Caller::Member(look.member.id), None)?;
        let name = record.id.to_string();
        let is = |rule: &Rule| rule.on == Trigger::Add;
        let mut runs = ground.started(self, &workflow, is, Some(&name), &values, None);
        let begun = self.inner.working.begin(&runs);
        let (stored, with) = (record.clone(), runs.clone());
        let put = self.db(move |catalog| catalog.put_record(&stored, None, &with));
        ground.record = Some(put.await?);
        self.carry_out_runs(&mut ground, &mut runs, values).await?;
        drop(begun);
        self.inner.bell.changed();
        Ok(RecordDone {
            record: Some(self.record_view(self.known_record(id, record.id)?)?),
            runs: self.run_views(session, &item, &runs)?,
        })
    }

    /// The form of an item, and the items whose rules an edit there starts: the form's own first,
    /// then the report's through which it is made.
    fn edited_through(&self, item: &Item) -> Result<Vec<(Item, Workflow)>, ConsoleError> {
        let workflow: Workflow = definition_of(item)?;
        if is_form(item) {
            return Ok(vec![(item.clone(), workflow)]);
        }
        let form = self.subject_of(&workflow)?.filter(is_form);
        let form = form.ok_or_else(|| ConsoleError::new("workflow_needs_form"))?;
        let own = definition_of(&form)?;
        Ok(vec![(form, own), (item.clone(), workflow)])
    }

    /// Changes a record of a form, seen in the form or in a report of it.
    ///
    /// # Errors
    /// R1, R15; `missing`; `stale` where it was changed meanwhile; values that the form does not
    /// take; `workflow_needs_form` where a report shows a data source.
    pub async fn edit_form_record(
        &self,
        session: Session,
        id: ItemId,
        record: RecordId,
        version: u64,
        values: Values,
    ) -> Result<RecordDone, ConsoleError> {
        let (look, item, _) = self.seated_at(session, id)?;
        self.allows(Act::Use)?;
        let through = self.edited_through(&item)?;
        let Some((form, own)) = through.first() else {
            return Err(ConsoleError::new("missing"));
        };
        let known = self.known_record(form.id, record)?;
        let before = values_of(&known);
        let values = accepted(own.fields(), &values, true)?;
        let next = Record {
            fields: written(&values),
            changed_at: self.now(),
            ..known
        };
        let is = |rule: &Rule| rule.on == Trigger::Edit;
        let change = Change {
            through: &through,
            record: Some(next),
            id: record,
            version,
            before: Some(&before),
        };
        let runs = self.store_change(session, look.member.id, change, is, values);
        let runs = Box::pin(runs).await?;
        Ok(RecordDone {
            record: Some(self.record_view(self.known_record(form.id, record)?)?),
            runs,
        })
    }

    /// Deletes a record of a form, seen in the form or in a report of it.
    ///
    /// # Errors
    /// As [`Self::edit_form_record`].
    pub async fn delete_form_record(
        &self,
        session: Session,
        id: ItemId,
        record: RecordId,
        version: u64,
    ) -> Result<RecordDone, ConsoleError> {
        let (look, item, _) = self.seated_at(session, id)?;
        self.allows(Act::Use)?;
        let through = self.edited_through(&item)?;
        let Some((form, _)) = through.first() else {
            return Err(ConsoleError::new("missing"));
        };
        let values = values_of(&self.known_record(form.id, record)?);
        let before = values.clone();
        let is = |rule: &Rule| rule.on == Trigger::Delete;
        let change = Change {
            through: &through,
            record: None,
            id: record,
            version,
            before: Some(&before),
        };
        let runs = self.store_change(session, look.member.id, change, is, values);
        Ok(RecordDone {
            record: None,
            runs: Box::pin(runs).await?,
        })
    }

    /// Stores a change of a record together with the runs it starts, and carries them out.
    async fn store_change(
        &self,
        session: Session,
        member: MemberId,
        change: Change<'_>,
        is: impl Fn(&Rule) -> bool,
        mut values: Values,
    ) -> Result<Vec<WorkflowRun>, ConsoleError> {
        let name = change.id.to_string();
        let (mut grounds, mut all) = (Vec::new(), Vec::new());
        for (item, workflow) in change.through {
            let ground = self.ground_of(item, Caller::Member(member), None)?;
            let runs = ground.started(self, workflow, &is, Some(&name), &values, change.before);
            all.extend(runs.iter().cloned());
            grounds.push((ground, runs));
        }
        let begun = self.inner.working.begin(&all);
        let (version, id, next) = (change.version, change.id, change.record);
        let mut stored = self
            .db(move |catalog| match next {
                Some(next) => catalog.put_record(&next, Some(version), &all).map(Some),
                None => catalog.delete_record(id, version, &all).map(|()| None),
            })
            .await?;
        let mut views = Vec::new();
        for (mut ground, mut runs) in grounds {
            ground.record = stored.take();
            values = self.carry_out_runs(&mut ground, &mut runs, values).await?;
            stored = ground.record.take();
            views.extend(self.run_views(session, &ground.item, &runs)?);
        }
        drop(begun);
        self.inner.bell.changed();
        Ok(views)
    }

    fn known_record(&self, form: ItemId, id: RecordId) -> Result<Record, ConsoleError> {
        let record = self.inner.catalog.form_record(form, id)?;
        record.ok_or_else(|| ConsoleError::new("missing"))
    }

    pub(super) fn record_view(&self, record: Record) -> Result<RecordView, ConsoleError> {
        let who = match record.added_by {
            Some(member) => self.inner.catalog.member(member)?,
            None => None,
        };
        Ok(RecordView {
            place: record.place,
            id: record.id.to_string(),
            version: Some(record.version),
            values: values_of(&record),
            added_at: Some(record.added_at),
            changed_at: Some(record.changed_at),
            who: who.map(|member| member.name).unwrap_or_default(),
        })
    }

    /// A page of a form's records, the latest first.
    pub(super) fn record_page(
        &self,
        form: ItemId,
        after: Option<i64>,
    ) -> Result<RecordPage, ConsoleError> {
        let catalog = &self.inner.catalog;
        let records = catalog.records(form, after, PAGE)?;
        let full = records.len() == PAGE as usize;
        let next = records.last().map(|record| record.place);
        let views = records.into_iter().map(|record| self.record_view(record));
        Ok(RecordPage {
            records: views.collect::<Result<_, _>>()?,
            next: next.filter(|_| full),
            count: u32::try_from(catalog.count_records(form)?).unwrap_or(u32::MAX),
        })
    }
}

/// A change of a record.
struct Change<'a> {
    through: &'a [(Item, Workflow)],
    /// As it is then; `None`: it is deleted.
    record: Option<Record>,
    id: RecordId,
    version: u64,
    before: Option<&'a Values>,
}

pub(super) fn values_of(record: &Record) -> Values {
    serde_json::from_str(&record.fields).unwrap_or_default()
}

/// Those that a field has by itself.
fn own_choices(field: &Field) -> Vec<FieldChoice> {
    let own = |choice: &String| FieldChoice {
        label: choice.clone(),
        value: choice.clone(),
    };
    field.choices.iter().map(own).collect()
}

fn written(values: &Values) -> String {
    serde_json::to_string(values).unwrap_or_else(|_| "{}".to_owned())
}

impl From<tsunagi_areas::workflow::Unfilled> for ConsoleError {
    fn from(unfilled: tsunagi_areas::workflow::Unfilled) -> Self {
        let error = Self::new(unfilled.code());
        match unfilled.field() {
            Some(field) => error.with("field", field),
            None => error,
        }
    }
}
