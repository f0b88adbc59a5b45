//! Rules that a schedule starts: unattended, for each record that meets the condition.

use tsunagi_areas::workflow::{Subject, Trigger, Values, Workflow};
use tsunagi_catalog::Item;
use tsunagi_domain::ItemId;
use tsunagi_domain::gate::Caller;

use super::forms::{PAGE, values_of};
use super::is_form;
use super::noted::Noted;
use super::reports::fields_of_row;
use crate::console::Console;
use crate::error::ConsoleError;
use crate::items::definition_of;
use crate::views::WorkflowOutcome;

/// What became of the runs that a schedule started.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct ScheduledRuns {
    pub(crate) runs: u32,
    pub(crate) failed: u32,
    pub(crate) unknown: u32,
}

impl Console {
    /// The parts of a form or report that a schedule's rules go through; `None` where it has no such
    /// rules, or is neither.
    pub(crate) fn scheduled_parts(&self, item: &Item) -> Option<Vec<String>> {
        let workflow: Workflow = definition_of(item).ok()?;
        let rules = workflow.rules.iter();
        let mut scheduled = rules.filter(|rule| rule.on == Trigger::Schedule).peekable();
        scheduled.peek()?;
        let actions = scheduled.flat_map(|rule| &rule.actions);
        Some(actions.map(|action| action.id.clone()).collect())
    }

    /// Runs the rules of a form or report that a schedule starts.
    ///
    /// # Errors
    /// A definition that is not whole any more: nothing was sent then.
    pub(crate) async fn run_scheduled_rules(
        &self,
        item: &Item,
    ) -> Result<ScheduledRuns, ConsoleError> {
        let workflow: Workflow = definition_of(item)?;
        self.whole_workflow(&workflow)?;
        let (subject, form) = match &workflow.subject {
            Subject::Form { .. } => (item.id, true),
            Subject::Report { of, .. } => {
                let subject = self.subject_of(&workflow)?;
                let missing = || ConsoleError::new("workflow_subject_missing");
                (*of, is_form(&subject.ok_or_else(missing)?))
            }
        };
        let mut told = ScheduledRuns::default();
        let mut after = None;
        loop {
            let rows = self.rows_of(subject, form, after)?;
            let Some(last) = rows.last() else {
                return Ok(told);
            };
            after = Some(last.0);
            for (_, id, values) in rows {
                self.scheduled_for(item, &workflow, &id, values, &mut told)
                    .await?;
            }
        }
    }

    /// A page of the rows that rules may run for: place, id and values.
    fn rows_of(
        &self,
        subject: ItemId,
        form: bool,
        after: Option<i64>,
    ) -> Result<Vec<(i64, String, Values)>, ConsoleError> {
        let catalog = &self.inner.catalog;
        if form {
            let records = catalog.records(subject, after, PAGE)?;
            let rows = records.iter();
            let rows = rows.map(|record| (record.place, record.id.to_string(), values_of(record)));
            return Ok(rows.collect());
        }
        let rows = catalog.pulled(subject, after, PAGE)?;
        let rows = rows.into_iter();
        Ok(rows
            .map(|row| (row.place, row.id, fields_of_row(&row.fields)))
            .collect())
    }

    async fn scheduled_for(
        &self,
        item: &Item,
        workflow: &Workflow,
        id: &str,
        values: Values,
        told: &mut ScheduledRuns,
    ) -> Result<(), ConsoleError> {
        let mut ground = self.ground_of(item, Caller::Unattended, Some(id))?;
        let is = |rule: &tsunagi_areas::workflow::Rule| rule.on == Trigger::Schedule;
        let mut runs = ground.started(self, workflow, is, Some(id), &values, Some(&values));
        if runs.is_empty() {
            return Ok(());
        }
        let begun = self.inner.working.begin(&runs);
        let stored = runs.clone();
        self.db(move |catalog| catalog.put_executions(&stored))
            .await?;
        Box::pin(self.carry_out_runs(&mut ground, &mut runs, values)).await?;
        drop(begun);
        for run in &runs {
            told.runs += 1;
            match Noted::of(run).map(|noted| noted.outcome()) {
                Some(WorkflowOutcome::Done) => {}
                Some(WorkflowOutcome::Unknown) => told.unknown += 1,
                _ => told.failed += 1,
            }
        }
        Ok(())
    }
}
