//! Reports: the records of a form or the rows of a data source, with what happens on them.

use std::collections::BTreeMap;

use serde_json::Value;
use tsunagi_areas::data_source::Source;
use tsunagi_areas::workflow::{Rule, Subject, Trigger, Values, Workflow};
use tsunagi_catalog::Item;
use tsunagi_domain::access::Act;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{ItemId, RecordId};

use super::forms::{PAGE, values_of};
use super::{is_form, subject_mark};
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::items::definition_of;
use crate::views::{RecordPage, RecordView, ReportView, WorkflowRun};

impl Console {
    /// Records of a form, or rows that a report shows: those behind a place.
    ///
    /// # Errors
    /// R15; `missing`; `workflow_subject_missing`.
    pub fn records(
        &self,
        session: Session,
        id: ItemId,
        after: Option<i64>,
    ) -> Result<RecordPage, ConsoleError> {
        let (_, item, workflow) = self.seated_at(session, id)?;
        if is_form(&item) {
            return self.record_page(id, after);
        }
        let subject = self.shown_by(&workflow)?;
        self.report_page(&subject, after)
    }

    fn shown_by(&self, workflow: &Workflow) -> Result<Item, ConsoleError> {
        let subject = self.subject_of(workflow)?;
        subject.ok_or_else(|| ConsoleError::new("workflow_subject_missing"))
    }

    fn report_page(&self, subject: &Item, after: Option<i64>) -> Result<RecordPage, ConsoleError> {
        if is_form(subject) {
            return self.record_page(subject.id, after);
        }
        let catalog = &self.inner.catalog;
        let rows = catalog.pulled(subject.id, after, PAGE)?;
        let full = rows.len() == PAGE as usize;
        Ok(RecordPage {
            next: rows.last().map(|row| row.place).filter(|_| full),
            count: u32::try_from(catalog.count_pulled(subject.id)?).unwrap_or(u32::MAX),
            records: rows
                .into_iter()
                .map(|row| RecordView {
                    place: row.place,
                    id: row.id,
                    version: None,
                    values: fields_of_row(&row.fields),
                    added_at: None,
                    changed_at: None,
                    who: String::new(),
                })
                .collect(),
        })
    }

    /// Opens a report, and runs what its rules for that say.
    ///
    /// # Errors
    /// R1, R15; `missing`; `workflow_subject_missing`.
    pub async fn open_report(
        &self,
        session: Session,
        id: ItemId,
    ) -> Result<ReportView, ConsoleError> {
        let (look, item, workflow) = self.seated_at(session, id)?;
        let subject = self.shown_by(&workflow)?;
        self.allows(Act::Use)?;
        let mut ground = self.ground_of(&item, Caller::Member(look.member.id), None)?;
        let is = |rule: &Rule| rule.on == Trigger::Load;
        let values = Values::new();
        let fired = self.fired(session, &mut ground, &workflow, is, None, values);
        let (_, runs) = Box::pin(fired).await?;
        let page = self.report_page(&subject, None)?;
        let buttons = workflow.rules.iter().filter_map(|rule| match &rule.on {
            Trigger::RowAction { label } => Some((rule.id.clone(), label.clone())),
            _ => None,
        });
        Ok(ReportView {
            id,
            name: item.name,
            columns: self.report_columns(&workflow, &subject, &page)?,
            buttons: buttons.collect(),
            may_edit: is_form(&subject),
            subject: subject_mark(&subject),
            page,
            runs,
        })
    }

    /// What a report shows of each row: its own columns, else every field there is.
    fn report_columns(
        &self,
        workflow: &Workflow,
        subject: &Item,
        page: &RecordPage,
    ) -> Result<Vec<(String, String)>, ConsoleError> {
        let known: Vec<(String, String)> = if is_form(subject) {
            let form: Workflow = definition_of(subject)?;
            let fields = form.fields().iter();
            fields
                .map(|field| (field.name.clone(), field.label.clone()))
                .collect()
        } else {
            let source: Option<Source> = definition_of(subject).ok();
            let fields = source.map(|source| source.fields).unwrap_or_default();
            let mut known: BTreeMap<String, String> = BTreeMap::new();
            for row in &page.records {
                known.extend(row.values.keys().map(|name| (name.clone(), name.clone())));
            }
            known.extend(fields.into_iter().map(|field| (field.name, field.label)));
            known.into_iter().collect()
        };
        let Subject::Report { columns, .. } = &workflow.subject else {
            return Ok(known);
        };
        if columns.is_empty() {
            return Ok(known);
        }
        let label = |name: &String| {
            let found = known.iter().find(|own| own.0 == *name);
            (name.clone(), found.map_or(name, |own| &own.1).clone())
        };
        Ok(columns.iter().map(label).collect())
    }

    /// Presses a button on a row of a report.
    ///
    /// # Errors
    /// R1, R15; `missing` where the row or the button is gone; a definition that is not whole any
    /// more; `workflow_condition` where the button's condition does not hold for the row.
    pub async fn report_act(
        &self,
        session: Session,
        id: ItemId,
        rule: &str,
        row: &str,
    ) -> Result<WorkflowRun, ConsoleError> {
        let (look, item, workflow) = self.seated_at(session, id)?;
        let subject = self.shown_by(&workflow)?;
        self.allows(Act::Use)?;
        let missing = || ConsoleError::new("missing");
        let values = self.row_values(&subject, row)?.ok_or_else(missing)?;
        let is = |own: &Rule| own.id == rule && matches!(own.on, Trigger::RowAction { .. });
        if !workflow.rules.iter().any(is) {
            return Err(missing());
        }
        let mut ground = self.ground_of(&item, Caller::Member(look.member.id), Some(row))?;
        let fired = self.fired(session, &mut ground, &workflow, is, Some(row), values);
        let (_, mut runs) = Box::pin(fired).await?;
        let unmet = || ConsoleError::new("workflow_condition");
        runs.pop().ok_or_else(unmet)
    }

    /// The values of a row that a report shows.
    fn row_values(&self, subject: &Item, row: &str) -> Result<Option<Values>, ConsoleError> {
        let catalog = &self.inner.catalog;
        if !is_form(subject) {
            let found = catalog.pulled_row(subject.id, row)?;
            return Ok(found.map(|fields| fields_of_row(&fields)));
        }
        let Ok(id) = row.parse::<RecordId>() else {
            return Ok(None);
        };
        let found = catalog.form_record(subject.id, id)?;
        Ok(found.map(|record| values_of(&record)))
    }
}

/// A row as the service sent it, by the names of its fields.
pub(super) fn fields_of_row(fields: &str) -> Values {
    match serde_json::from_str(fields) {
        Ok(Value::Object(fields)) => fields.into_iter().collect(),
        _ => Values::new(),
    }
}
