//! The commands: each takes the session, calls the console, and maps the error. One file per
//! screen, named as the screen and the console's module.

mod activity;
mod applications;
mod authorizations;
mod backups;
mod builder;
mod calls;
mod choosing;
mod connection;
mod connections;
mod connectors;
mod damage;
mod data_sources;
mod flow;
mod home;
mod keys;
mod live;
mod managing;
mod members;
mod new_connection;
mod panels;
mod papers;
mod practice;
mod primaries;
mod schedules;
mod sending;
mod services;
mod session;
mod settings;
mod tasks;
mod templates;
mod welcome;
mod workflows;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use tauri::ipc::Invoke;
use tauri::{AppHandle, Builder, Manager as _, Runtime};
use tokio::sync::SetOnce;
use tsunagi_console::views::{Failure, Locale};
use tsunagi_console::{Console, ConsoleError, Session};

/// The console, or why it did not open. Managed by the app; every command begins here.
#[derive(Debug)]
pub struct Desk {
    /// Closed where it could not be opened; opened once what kept it closed is out of the way.
    console: RwLock<Result<Console, Failure>>,
    /// Held while a closed desk is being opened: one press at a time.
    opening: Mutex<()>,
}

impl Desk {
    pub(crate) const fn open(console: Console) -> Self {
        Self::of(Ok(console))
    }

    /// A desk at which every command answers with the same failure.
    #[must_use]
    pub const fn closed(failure: Failure) -> Self {
        Self::of(Err(failure))
    }

    const fn of(console: Result<Console, Failure>) -> Self {
        Self {
            console: RwLock::new(console),
            opening: Mutex::new(()),
        }
    }

    pub(crate) fn console(&self) -> Result<Console, Failure> {
        self.console
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Holds the desk closed while it is being opened.
    pub(crate) fn hold(&self) -> MutexGuard<'_, ()> {
        self.opening.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What commands answer with from now on.
    pub(crate) fn becomes(&self, console: Result<Console, Failure>) {
        *self.console.write().unwrap_or_else(PoisonError::into_inner) = console;
    }

    /// An error in the acting member's language, or in English where nobody acts.
    fn failure(&self, error: &ConsoleError) -> Failure {
        match self.console() {
            Ok(console) => console.failure(error),
            Err(_) => error.failure(Locale::En),
        }
    }
}

/// Set once there is a desk. Opening the catalog may take long; windows are there before.
#[derive(Debug, Default)]
pub(crate) struct Seated(SetOnce<()>);

/// Puts the desk up: the commands that waited for it go on.
pub(crate) fn seat<R: Runtime>(app: &AppHandle<R>, desk: Desk) {
    app.manage(desk);
    if let Some(seated) = app.try_state::<Seated>() {
        // Set before only if there was a desk before.
        let _ = seated.0.set(());
    }
}

/// Runs a command once there is a desk. None begins before, so none has to ask.
fn once_seated<R: Runtime>(
    invoke: Invoke<R>,
    run: &Arc<impl Fn(Invoke<R>) -> bool + Send + Sync + 'static>,
) -> bool {
    let app = invoke.message.webview_ref().app_handle().clone();
    let known = NAMES.contains(&invoke.message.command());
    if !known || app.try_state::<Desk>().is_some() {
        return run(invoke);
    }
    let run = Arc::clone(run);
    tauri::async_runtime::spawn(async move {
        app.state::<Seated>().0.wait().await;
        run(invoke);
    });
    true
}

/// What every command answers.
type Answer<T> = Result<T, Failure>;

/// Runs a call that may block on a thread that may, for whoever sits at the keyboard.
async fn seated<T: Send + 'static>(
    desk: &Desk,
    call: impl FnOnce(&Console, Session) -> Result<T, ConsoleError> + Send + 'static,
) -> Answer<T> {
    let console = desk.console()?;
    let answered = tauri::async_runtime::spawn_blocking(move || {
        let session = console.session();
        call(&console, session).map_err(|error| console.failure(&error))
    });
    match answered.await {
        Ok(answer) => answer,
        Err(_) => Err(desk.failure(&ConsoleError::new("internal"))),
    }
}

/// Runs a call that waits for others, for whoever sits at the keyboard.
async fn waited<T, Waiting>(
    desk: &Desk,
    call: impl FnOnce(Console, Session) -> Waiting + Send,
) -> Answer<T>
where
    Waiting: Future<Output = Result<T, ConsoleError>> + Send,
{
    let console = desk.console()?;
    let answer = call(console.clone(), console.session()).await;
    answer.map_err(|error| console.failure(&error))
}

macro_rules! commands {
    ($($module:ident::$name:ident,)*) => {
        /// The names of every command that is registered.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        fn handler<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($module::$name),*]
        }

        /// Registers every command.
        pub(crate) fn register<R: Runtime>(builder: Builder<R>) -> Builder<R> {
            let run = Arc::new(handler::<R>());
            builder
                .manage(Seated::default())
                .invoke_handler(move |invoke| once_seated(invoke, &run))
        }
    };
}

commands! {
    welcome::start,
    welcome::welcome_found,
    backups::backup_choose,
    backups::backup_restore,
    damage::catalog_open_again,
    damage::catalog_set_aside,
    damage::catalog_restore,
    damage::set_aside_noted,
    welcome::vault_unlock,
    welcome::show_main,
    session::session_get,
    session::session_sign_in,
    session::session_lock,
    session::session_active,
    session::session_auto_lock,
    session::session_passphrase,
    session::session_passphrase_not_now,
    members::members_get,
    members::member_invite,
    members::member_impact,
    members::member_change,
    members::member_deactivate,
    members::member_reactivate,
    members::member_reset_passphrase,
    backups::backup_make,
    backups::backup_take_over,
    settings::settings_change,
    settings::availability_get,
    settings::availability_change,
    settings::retention_get,
    settings::retention_change,
    settings::own_accounts,
    settings::own_account_rename,
    settings::kept_sign_ins_list,
    settings::kept_sign_ins_clear,
    keys::keys_get,
    keys::recovery_code_make,
    keys::recovery_code_confirm,
    keys::recovery_code_drop,
    keys::recovery_code_use,
    keys::key_replace,
    keys::key_replace_pause,
    home::home_get,
    connections::connections_list,
    new_connection::gallery_list,
    new_connection::gallery_service,
    new_connection::provider_open,
    services::service_get,
    services::service_open_source,
    new_connection::connection_check_name,
    new_connection::connection_reuse,
    new_connection::connection_create,
    new_connection::registration_draft,
    new_connection::registration_add,
    connection::connection_get,
    connection::connection_rename,
    connection::connection_set_enabled,
    connection::connection_set_environment,
    connection::connection_environment_impact,
    connection::connection_timeline,
    connection::connection_try,
    calls::calls_get,
    calls::call_get,
    calls::call_keep,
    calls::call_delete,
    calls::call_send,
    calls::call_code,
    calls::call_history,
    tasks::tasks_get,
    tasks::task_get,
    tasks::task_operations,
    tasks::task_keep,
    tasks::task_delete,
    tasks::task_run,
    templates::templates_get,
    templates::template_use,
    sending::sending_get,
    sending::send_operations,
    sending::send_by_hand,
    sending::send_history,
    data_sources::sources_get,
    data_sources::source_get,
    data_sources::source_operations,
    data_sources::source_modules,
    data_sources::source_fields,
    data_sources::source_keep,
    data_sources::source_delete,
    data_sources::source_pull,
    data_sources::source_stop,
    data_sources::source_rows,
    data_sources::source_export,
    data_sources::source_forms,
    data_sources::source_add,
    panels::panels_get,
    panels::panel_get,
    panels::panel_operations,
    panels::panel_keep,
    panels::panel_delete,
    panels::panels_order,
    panels::panel_show,
    panels::panel_preview,
    panels::panel_stop,
    workflows::workflows_get,
    workflows::workflow_get,
    workflows::workflow_operations,
    workflows::workflow_keep,
    workflows::workflow_delete,
    workflows::workflow_history,
    workflows::workflow_retry,
    workflows::forms_get,
    workflows::form_open,
    workflows::form_input,
    workflows::record_add,
    workflows::record_edit,
    workflows::record_delete,
    workflows::records_get,
    workflows::report_open,
    workflows::report_act,
    schedules::schedules_get,
    schedules::schedule_get,
    schedules::schedule_preview,
    schedules::schedule_save,
    schedules::schedule_pause,
    schedules::schedule_delete,
    schedules::schedule_run,
    schedules::schedule_history,
    schedules::schedules_suspend,
    connection::connection_delete,
    authorizations::authorization_rename,
    primaries::primary_choose,
    primaries::primaries_list,
    primaries::primary_offer,
    primaries::primary_accept,
    primaries::primary_decline,
    primaries::primary_withdraw,
    managing::connections_ids,
    managing::connections_impact,
    managing::connections_run,
    managing::connection_test,
    managing::connection_edit,
    managing::connection_edit_undo,
    managing::connection_edit_impact,
    managing::switch_offers,
    managing::switch_impact,
    managing::authorization_switch,
    managing::connection_replacements,
    managing::connection_replace,
    managing::connection_replace_undo,
    managing::registration_touches,
    managing::registration_change,
    managing::registration_delete,
    authorizations::authorization_impact,
    authorizations::authorization_revoke,
    authorizations::authorize,
    flow::flow_get,
    flow::flow_cancel,
    flow::flow_extend,
    flow::flow_in_browser,
    flow::flow_stay,
    flow::flow_by_code,
    flow::flow_open_address,
    flow::flow_paste,
    flow::flow_typed,
    flow::flow_open_setup,
    flow::flow_answer,
    flow::flow_primary,
    flow::flow_again,
    connectors::connectors_get,
    connectors::connectors_accept,
    connectors::connectors_open_folder,
    builder::connector_begin,
    builder::connector_read_openapi,
    builder::connector_draft,
    builder::connector_save,
    builder::connector_discard,
    builder::connector_fill,
    builder::connector_logo,
    builder::connector_logos,
    builder::connector_publish_impact,
    builder::connector_publish,
    builder::connector_uses,
    builder::connector_withdraw,
    builder::connector_delete,
    builder::connector_export,
    activity::activity_list,
    activity::activity_verify,
    activity::activity_export,
    papers::inventory_export,
    papers::definitions_export,
    papers::definitions_choose,
    papers::definitions_leave_out,
    papers::definitions_import,
    activity::exports_open_folder,
    papers::work_get,
    papers::work_stop,
    applications::applications_list,
    applications::application_get,
    applications::application_create,
    applications::application_change,
    applications::application_delete,
    applications::application_share,
    applications::application_grant,
    applications::application_grantable,
    applications::application_access_impact,
    applications::application_services,
    applications::application_try,
    applications::connection_uses,
    live::live_applications,
    live::live_get,
    live::live_rename,
    live::live_impact,
    live::live_revoke,
    live::edit_get,
    practice::practice_get,
    practice::practice_set_faults,
    practice::practice_revoke_all,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::mpsc::{RecvTimeoutError, channel};
    use std::time::Duration;

    use serde_json::Value;
    use tauri::ipc::{CallbackFn, InvokeBody};
    use tauri::test::{INVOKE_KEY, get_ipc_response, mock_builder, mock_context, noop_assets};
    use tauri::webview::InvokeRequest;
    use tauri::{WebviewUrl, WebviewWindowBuilder};
    use tsunagi_console::ConsoleError;
    use tsunagi_console::views::Locale;

    use super::{Desk, register, seat};

    fn asked(command: &str) -> InvokeRequest {
        InvokeRequest {
            cmd: command.to_owned(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: "tauri://localhost".parse().unwrap(),
            body: InvokeBody::Json(serde_json::json!({ "query": null })),
            headers: tauri::http::HeaderMap::new(),
            invoke_key: INVOKE_KEY.to_owned(),
        }
    }

    #[test]
    fn commands_wait_until_the_catalog_is_open() {
        let app = register(mock_builder())
            .build(mock_context(noop_assets()))
            .unwrap();
        let window = WebviewWindowBuilder::new(&app, "main", WebviewUrl::default())
            .build()
            .unwrap();
        let (sender, answers) = channel();
        let asking = window.clone();
        std::thread::spawn(move || {
            let _ = sender.send(get_ipc_response(&asking, asked("start")));
        });
        let early = answers.recv_timeout(Duration::from_millis(100));
        assert!(
            matches!(early, Err(RecvTimeoutError::Timeout)),
            "nothing is answered before there is a desk: {early:?}"
        );
        let unknown = get_ipc_response(&window, asked("no_such_command"));
        assert!(unknown.is_err(), "but what is no command is told at once");

        let failure = ConsoleError::new("internal").failure(Locale::En);
        seat(app.handle(), Desk::closed(failure));
        let answer = answers.recv_timeout(Duration::from_secs(30)).unwrap();
        let code = answer.unwrap_err().get("code").cloned();
        assert_eq!(
            code,
            Some(Value::from("internal")),
            "it goes on with the desk there is"
        );
        let later = get_ipc_response(&window, asked("start"));
        assert!(later.is_err(), "and later ones need not wait");
    }
}
