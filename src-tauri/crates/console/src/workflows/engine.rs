//! Runs: begun with what started them, in one write; each action durable before and after it is
//! asked for.
//!
//! What was begun and is not known here was cut off with the program: its end is noted, and nothing
//! of it is sent again by itself. An action without a key is then in doubt, one with a key can be
//! repeated with the same key.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tsunagi_areas::workflow::{Action, Field, Rule, Values, Workflow, holds};
use tsunagi_catalog::{Execution, Item, Record};
use tsunagi_connectors::Repeat;
use tsunagi_domain::access::Act;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{ExecutionId, ItemId};
use tsunagi_gateway::{Door, GateError};

use super::is_form;
use super::noted::{Noted, Step, UNATTENDED, word};
use super::step::Ask;
use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::trying::answer_lost;
use crate::views::{ActionState, WorkKind, WorkflowOutcome, WorkflowRun};
use crate::work::Running;

/// How many runs a page of the history has.
const PAGE: u32 = 50;

/// Runs that are under way in this process.
#[derive(Default, Clone)]
pub(crate) struct Working {
    runs: Arc<Mutex<HashSet<ExecutionId>>>,
    /// Held while it is decided whether a run is taken up again.
    deciding: Arc<Mutex<()>>,
}

impl Working {
    fn held(&self) -> MutexGuard<'_, HashSet<ExecutionId>> {
        // A panic while it is held leaves a set that is whole.
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn begin(&self, executions: &[Execution]) -> Begun {
        let ids: Vec<ExecutionId> = executions.iter().map(|one| one.id).collect();
        self.held().extend(ids.iter().copied());
        Begun {
            working: self.clone(),
            ids,
        }
    }
}

/// Runs that have begun, until this is dropped.
pub(super) struct Begun {
    working: Working,
    ids: Vec<ExecutionId>,
}

impl Drop for Begun {
    fn drop(&mut self) {
        let mut held = self.working.held();
        for id in &self.ids {
            held.remove(id);
        }
    }
}

/// What runs go for.
pub(super) struct Ground {
    pub(super) item: Item,
    pub(super) caller: Caller,
    /// The fields that looked-up values go into; `None`: whatever they are called.
    pub(super) fields: Option<Vec<Field>>,
    /// The record that looked-up values are stored in.
    pub(super) record: Option<Record>,
}

impl Ground {
    fn caller(&self) -> String {
        match self.caller {
            Caller::Member(member) => member.to_string(),
            _ => UNATTENDED.to_owned(),
        }
    }

    /// The runs of the rules that this event starts, not begun yet.
    pub(super) fn started(
        &self,
        console: &Console,
        workflow: &Workflow,
        is: impl Fn(&Rule) -> bool,
        record: Option<&str>,
        values: &Values,
        before: Option<&Values>,
    ) -> Vec<Execution> {
        let rules = workflow.rules.iter();
        let rules = rules.filter(|rule| {
            is(rule) && !rule.actions.is_empty() && holds(rule.when.as_ref(), values, before)
        });
        rules
            .map(|rule| Execution {
                id: ExecutionId::new(),
                item: self.item.id,
                caller: self.caller(),
                due: None,
                began_at: console.now(),
                ended: None,
                detail: Noted::new(rule, record.map(str::to_owned), values).written(),
            })
            .collect()
    }
}

impl Console {
    /// Carries runs out, one after the other, each with what those before it have looked up. Gives
    /// the values as they are then.
    pub(super) async fn carry_out_runs(
        &self,
        ground: &mut Ground,
        executions: &mut [Execution],
        mut values: Values,
    ) -> Result<Values, ConsoleError> {
        if executions.is_empty() {
            return Ok(values);
        }
        self.wait_for_vault().await;
        let work = self.begin_work_for(WorkKind::Workflow, ground.caller);
        let mut stopped = false;
        for execution in executions {
            let looked = self.carry_out_run(ground, execution, &values, &work, &mut stopped);
            values = Box::pin(looked).await?;
        }
        drop(work);
        self.inner.bell.changed();
        Ok(values)
    }

    async fn carry_out_run(
        &self,
        ground: &mut Ground,
        execution: &mut Execution,
        values: &Values,
        work: &Running<'_>,
        stopped: &mut bool,
    ) -> Result<Values, ConsoleError> {
        let mut noted = Noted::of(execution).ok_or_else(|| ConsoleError::new("internal"))?;
        noted.values.clone_from(values);
        let actions = noted.rule.actions.clone();
        let mut halted = false;
        for (index, action) in actions.iter().enumerate() {
            let Some(step) = noted.steps.get(index).cloned() else {
                continue;
            };
            if step.before {
                continue;
            }
            if halted || *stopped {
                put(
                    &mut noted,
                    index,
                    Step {
                        state: ActionState::Skipped,
                        ..step
                    },
                );
                continue;
            }
            let mut step = step;
            // One of an attempt before whose answer was lost.
            let carried = step.key.clone();
            let ready = self.ready(ground, action, &mut step, &noted.values).await;
            match ready {
                Err((state, error)) => {
                    step.key.clone_from(&carried);
                    step.ends(state, error);
                }
                Ok((ask, door)) => {
                    step.state = ActionState::Begun;
                    put(&mut noted, index, step.clone());
                    // Durable before anything is sent.
                    self.note_run(execution, &noted).await?;
                    let fields = ground.fields.clone();
                    let asked = self.asked(ask, &door, action, fields.as_deref(), &mut step);
                    let looked = tokio::select! {
                        // What has come is told even where it was stopped in the same moment.
                        biased;
                        looked = asked => Some(looked),
                        () = work.stopped() => None,
                    };
                    match looked {
                        Some(looked) if !looked.is_empty() => {
                            noted.values.extend(looked);
                            put(&mut noted, index, step.clone());
                            self.note_looked_up(ground, execution, &noted).await?;
                        }
                        Some(_) => {}
                        None => {
                            *stopped = true;
                            step.ends(Step::lost(step.repeat), ConsoleError::new("call_stopped"));
                        }
                    }
                }
            }
            // What was certainly not done is done with another key next time: services repeat their
            // answer to one that they know. What was not even asked leaves an earlier doubt as it is.
            match step.state {
                ActionState::Done | ActionState::Repeatable => {}
                _ if step.status.is_some() => step.key = None,
                _ => step.key = carried,
            }
            halted = halted || (step.state != ActionState::Done && !action.go_on);
            put(&mut noted, index, step);
            self.note_run(execution, &noted).await?;
        }
        let outcome = match noted.outcome() {
            WorkflowOutcome::Failed if *stopped => WorkflowOutcome::Stopped,
            outcome => outcome,
        };
        execution.ended = Some((self.now(), word(outcome)));
        self.note_run(execution, &noted).await?;
        Ok(noted.values)
    }

    /// What an action asks and through what, with the key and the account noted by which it can be
    /// repeated; else how the action ends, nothing sent.
    async fn ready(
        &self,
        ground: &Ground,
        action: &Action,
        step: &mut Step,
        values: &Values,
    ) -> Result<(Ask, Door), (ActionState, ConsoleError)> {
        let failed = |error: ConsoleError| (ActionState::Failed, error);
        let (door, connection) = self.door_of(ground, &action.id).map_err(failed)?;
        // Another account knows nothing of the key: what is in doubt there stays in doubt.
        let elsewhere = || {
            let error = ConsoleError::new("workflow_elsewhere").with("action", name_of(action));
            (ActionState::Unknown, error)
        };
        let carried = step.key.is_some();
        if carried && step.connection != Some(connection.id) {
            return Err(elsewhere());
        }
        step.connection = Some(connection.id);
        let may = Box::pin(self.may_do(action, &connection, &door)).await;
        may.map_err(|error| (ActionState::Refused, error))?;
        let form = is_form(&ground.item);
        let key = step.key.get_or_insert_with(new_key).clone();
        let ask = self.ask_of(action, &connection, form, values, Some(&key));
        let ask = ask.map_err(failed)?;
        let repeat = ask.repeat();
        if repeat == Repeat::Key {
            let site = Box::pin(self.inner.gateway.site(&door)).await;
            let site = site.map_err(|error| match error {
                error @ GateError::Refused(_) => (ActionState::Refused, error.into()),
                error => failed(error.into()),
            })?;
            let account = site
                .account
                .unwrap_or_else(|| site.authorization.to_string());
            if carried && step.account.as_ref() != Some(&account) {
                return Err(elsewhere());
            }
            step.account = Some(account);
        } else if carried && repeat == Repeat::Never {
            // The service tells repetitions apart no more.
            return Err(elsewhere());
        } else {
            step.key = None;
        }
        step.repeat = Some(repeat);
        Ok((ask, door))
    }

    fn door_of(
        &self,
        ground: &Ground,
        part: &str,
    ) -> Result<(Door, tsunagi_domain::Connection), ConsoleError> {
        let connection = self.seat_of(ground.item.id, part)?;
        let door = Door {
            link_name: connection.link_name.clone(),
            caller: ground.caller,
            application: Some(ground.item.application),
            environment: ground.item.environment,
            area: ground.item.area.clone(),
        };
        Ok((door, connection))
    }

    async fn note_run(&self, execution: &mut Execution, noted: &Noted) -> Result<(), ConsoleError> {
        execution.detail = noted.written();
        let stored = execution.clone();
        self.db(move |catalog| catalog.put_execution(&stored)).await
    }

    /// Stores what was looked up in the record, together with the run that did.
    async fn note_looked_up(
        &self,
        ground: &mut Ground,
        execution: &mut Execution,
        noted: &Noted,
    ) -> Result<(), ConsoleError> {
        execution.detail = noted.written();
        let Some(record) = &ground.record else {
            return self.note_run(execution, noted).await;
        };
        let mut next = record.clone();
        next.fields = serde_json::to_string(&noted.values).unwrap_or_else(|_| "{}".to_owned());
        next.changed_at = self.now();
        let (expected, stored) = (record.version, execution.clone());
        let put = self
            .db(move |catalog| catalog.put_record(&next, Some(expected), &[stored]))
            .await;
        match put {
            Ok(record) => {
                ground.record = Some(record);
                Ok(())
            }
            // Somebody changed it meanwhile: theirs stands, and the run goes on.
            Err(error) if error.code == "stale" => {
                ground.record = None;
                self.note_run(execution, noted).await
            }
            Err(error) => Err(error),
        }
    }

    /// Notes the end of runs that were cut off: by a crash, a kill or the end of the program.
    pub(crate) fn end_cut_off_workflows(&self) -> Result<(), ConsoleError> {
        let catalog = &self.inner.catalog;
        for mut execution in catalog.executions_under_way()? {
            if self.inner.working.held().contains(&execution.id) {
                continue;
            }
            // Runs of other areas have another shape.
            let Some(mut noted) = Noted::of(&execution) else {
                continue;
            };
            for step in &mut noted.steps {
                match step.state {
                    ActionState::Begun => {
                        let state = Step::lost(step.repeat);
                        let error = match state {
                            ActionState::Failed => ConsoleError::new("workflow_interrupted"),
                            _ => answer_lost(),
                        };
                        step.ends(state, error);
                    }
                    ActionState::Waiting => step.state = ActionState::Skipped,
                    _ => {}
                }
            }
            let outcome = match noted.outcome() {
                WorkflowOutcome::Failed => WorkflowOutcome::Interrupted,
                outcome => outcome,
            };
            execution.ended = Some((self.now(), word(outcome)));
            execution.detail = noted.written();
            catalog.put_execution(&execution)?;
        }
        Ok(())
    }

    /// What a form or report did, the latest first.
    ///
    /// # Errors
    /// R2: managers look at it; `missing`.
    pub fn workflow_history(
        &self,
        session: Session,
        id: ItemId,
        before: Option<ExecutionId>,
    ) -> Result<Vec<WorkflowRun>, ConsoleError> {
        self.reader(session)?;
        self.end_cut_off_workflows()?;
        let item = self.workflow_item(id)?;
        let runs = self.inner.catalog.executions(id, before, PAGE)?;
        runs.iter()
            .map(|run| self.run_view(session, &item, run))
            .collect()
    }

    /// Takes a run up again: what was done is not done again. An action of which nobody knows
    /// whether it was done is repeated only where it is among `checked`: the person has looked at
    /// the service, and it was not. Where it is among `done` it was: the run goes on behind it, and
    /// nothing of it is sent again. One with a key is repeated with the same key, through the same
    /// connection and with the same account; elsewhere it stays in doubt.
    ///
    /// # Errors
    /// R1, R9; `missing`; `workflow_nothing_to_retry`; `workflow_not_yours`;
    /// `workflow_not_checked`; `workflow_no_doubt` of what certainly was not done.
    pub async fn retry_workflow(
        &self,
        session: Session,
        id: ItemId,
        run: ExecutionId,
        checked: &[String],
        done: &[String],
    ) -> Result<WorkflowRun, ConsoleError> {
        let taken = self.taken_up(session, id, run, checked, done)?;
        let (item, mut ground, next, values, begun) = taken;
        let mut runs = [next];
        self.carry_out_runs(&mut ground, &mut runs, values).await?;
        drop(begun);
        self.run_view(session, &item, &runs[0])
    }

    fn taken_up(
        &self,
        session: Session,
        id: ItemId,
        run: ExecutionId,
        checked: &[String],
        done: &[String],
    ) -> Result<(Item, Ground, Execution, Values, Begun), ConsoleError> {
        let item = self.workflow_item(id)?;
        let member = self.look(session, item.application)?.member;
        self.allows(Act::Use)?;
        self.end_cut_off_workflows()?;
        let deciding = self.inner.working.deciding.lock();
        let _deciding = deciding.unwrap_or_else(PoisonError::into_inner);
        let found = self.inner.catalog.execution(id, run)?;
        let mut first = found.ok_or_else(|| ConsoleError::new("missing"))?;
        let mut noted = Noted::of(&first).ok_or_else(|| ConsoleError::new("missing"))?;
        let undone = noted
            .steps
            .iter()
            .any(|step| step.state != ActionState::Done);
        if first.ended.is_none() || noted.retried_by.is_some() || !undone {
            return Err(ConsoleError::new("workflow_nothing_to_retry"));
        }
        if !self.may_retry(&member, &first, &noted)? {
            return Err(ConsoleError::new("workflow_not_yours"));
        }
        let again = Self::again(&noted, checked, done)?;
        let caller = if first.caller == UNATTENDED {
            Caller::Unattended
        } else {
            Caller::Member(member.id)
        };
        let ground = self.ground_of(&item, caller, noted.record.as_deref())?;
        let next = Execution {
            id: ExecutionId::new(),
            item: id,
            caller: ground.caller(),
            due: None,
            began_at: self.now(),
            ended: None,
            detail: again.written(),
        };
        noted.retried_by = Some(next.id);
        first.detail = noted.written();
        let begun = self.inner.working.begin(std::slice::from_ref(&next));
        self.inner.catalog.put_executions(&[first, next.clone()])?;
        Ok((item, ground, next, again.values, begun))
    }

    /// What is done again of a run, and with which keys.
    fn again(noted: &Noted, checked: &[String], done: &[String]) -> Result<Noted, ConsoleError> {
        let mut again = Noted::new(&noted.rule, noted.record.clone(), &noted.values);
        let before = noted.rule.actions.iter().zip(&noted.steps);
        for ((action, step), next) in before.zip(&mut again.steps) {
            let doubt = matches!(step.state, ActionState::Unknown | ActionState::Partly);
            let named = |all: &[String]| all.contains(&action.id);
            if step.state == ActionState::Done {
                *next = Step {
                    before: true,
                    ..step.clone()
                };
            } else if named(done) {
                if !doubt && step.key.is_none() {
                    let name = name_of(action);
                    return Err(ConsoleError::new("workflow_no_doubt").with("action", name));
                }
                // A person looked at the service: it is done, whatever was heard of it here.
                *next = Step {
                    state: ActionState::Done,
                    before: true,
                    said: true,
                    connection: step.connection,
                    ..Step::waiting()
                };
            } else if doubt && !named(checked) {
                let name = name_of(action);
                return Err(ConsoleError::new("workflow_not_checked").with("action", name));
            } else if !doubt && step.key.is_some() {
                next.key.clone_from(&step.key);
                next.account.clone_from(&step.account);
                next.connection = step.connection;
            }
        }
        Ok(again)
    }
}

/// What people call an action.
fn name_of(action: &Action) -> &str {
    match action.name.as_str() {
        "" => &action.id,
        name => name,
    }
}

/// A key by which a service does something once: different each time, and shorter than any service
/// asks for.
fn new_key() -> String {
    uuid::Uuid::new_v4().to_string()
}

fn put(noted: &mut Noted, index: usize, step: Step) {
    if let Some(known) = noted.steps.get_mut(index) {
        *known = step;
    }
}
