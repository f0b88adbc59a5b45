//! Form and report workflows: what is kept, forms and reports as they are used, and their runs.

use tauri::State;
use tsunagi_console::views::{
    FormChange, FormMark, FormView, OperationView, RecordDone, RecordPage, ReportView,
    WorkflowDraft, WorkflowRun, WorkflowsView,
};
use tsunagi_console::{
    ApplicationId, ConnectionId, Environment, ExecutionId, FormValues, ItemId, RecordId,
    WorkflowDoes,
};

use super::{Answer, Desk, seated, waited};

#[tauri::command]
pub(crate) async fn workflows_get(
    desk: State<'_, Desk>,
    application: ApplicationId,
    environment: Environment,
) -> Answer<WorkflowsView> {
    seated(&desk, move |console, session| {
        console.workflows(session, application, environment)
    })
    .await
}

#[tauri::command]
pub(crate) async fn workflow_get(desk: State<'_, Desk>, item: ItemId) -> Answer<WorkflowDraft> {
    seated(&desk, move |console, session| {
        console.workflow(session, item)
    })
    .await
}

#[tauri::command]
pub(crate) async fn workflow_operations(
    desk: State<'_, Desk>,
    service: String,
    connection: Option<ConnectionId>,
    does: WorkflowDoes,
    form: bool,
) -> Answer<Vec<OperationView>> {
    seated(&desk, move |console, session| {
        console.workflow_operations(session, &service, connection, does, form)
    })
    .await
}

#[tauri::command]
pub(crate) async fn workflow_keep(
    desk: State<'_, Desk>,
    draft: WorkflowDraft,
) -> Answer<WorkflowDraft> {
    seated(&desk, move |console, session| {
        console.keep_workflow(session, draft)
    })
    .await
}

#[tauri::command]
pub(crate) async fn workflow_delete(desk: State<'_, Desk>, item: ItemId) -> Answer<()> {
    seated(&desk, move |console, session| {
        console.delete_workflow(session, item)
    })
    .await
}

#[tauri::command]
pub(crate) async fn workflow_history(
    desk: State<'_, Desk>,
    item: ItemId,
    before: Option<ExecutionId>,
) -> Answer<Vec<WorkflowRun>> {
    seated(&desk, move |console, session| {
        console.workflow_history(session, item, before)
    })
    .await
}

#[tauri::command]
pub(crate) async fn workflow_retry(
    desk: State<'_, Desk>,
    item: ItemId,
    run: ExecutionId,
    checked: Vec<String>,
    done: Vec<String>,
) -> Answer<WorkflowRun> {
    waited(&desk, async move |console, session| {
        console
            .retry_workflow(session, item, run, &checked, &done)
            .await
    })
    .await
}

#[tauri::command]
pub(crate) async fn forms_get(
    desk: State<'_, Desk>,
    application: ApplicationId,
    environment: Environment,
) -> Answer<Vec<FormMark>> {
    seated(&desk, move |console, session| {
        console.forms(session, application, environment)
    })
    .await
}

#[tauri::command]
pub(crate) async fn form_open(
    desk: State<'_, Desk>,
    item: ItemId,
    record: Option<RecordId>,
) -> Answer<FormView> {
    waited(&desk, async move |console, session| {
        console.open_form(session, item, record).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn form_input(
    desk: State<'_, Desk>,
    item: ItemId,
    record: Option<RecordId>,
    field: String,
    values: FormValues,
) -> Answer<FormChange> {
    waited(&desk, async move |console, session| {
        console
            .form_input(session, item, record, &field, values)
            .await
    })
    .await
}

#[tauri::command]
pub(crate) async fn record_add(
    desk: State<'_, Desk>,
    item: ItemId,
    values: FormValues,
) -> Answer<RecordDone> {
    waited(&desk, async move |console, session| {
        console.add_form_record(session, item, values).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn record_edit(
    desk: State<'_, Desk>,
    item: ItemId,
    record: RecordId,
    version: u64,
    values: FormValues,
) -> Answer<RecordDone> {
    waited(&desk, async move |console, session| {
        console
            .edit_form_record(session, item, record, version, values)
            .await
    })
    .await
}

#[tauri::command]
pub(crate) async fn record_delete(
    desk: State<'_, Desk>,
    item: ItemId,
    record: RecordId,
    version: u64,
) -> Answer<RecordDone> {
    waited(&desk, async move |console, session| {
        console
            .delete_form_record(session, item, record, version)
            .await
    })
    .await
}

#[tauri::command]
pub(crate) async fn records_get(
    desk: State<'_, Desk>,
    item: ItemId,
    after: Option<i64>,
) -> Answer<RecordPage> {
    seated(&desk, move |console, session| {
        console.records(session, item, after)
    })
    .await
}

#[tauri::command]
pub(crate) async fn report_open(desk: State<'_, Desk>, item: ItemId) -> Answer<ReportView> {
    waited(&desk, async move |console, session| {
        console.open_report(session, item).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn report_act(
    desk: State<'_, Desk>,
    item: ItemId,
    rule: String,
    row: String,
) -> Answer<WorkflowRun> {
    waited(&desk, async move |console, session| {
        console.report_act(session, item, &rule, &row).await
    })
    .await
}
