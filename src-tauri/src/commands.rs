//! The commands: each takes the session, calls the console, and maps the error. One file per
//! screen, named as the screen and the console's module.

mod authorizations;
mod connection;
mod connections;
mod connectors;
mod flow;
mod home;
mod new_connection;
mod practice;
mod settings;
mod welcome;

use tauri::{Builder, Runtime};
use tsunagi_console::views::{Failure, Locale};
use tsunagi_console::{Console, ConsoleError, Session};

/// The console, or why it did not open. Managed by the app; every command begins here.
#[derive(Debug)]
pub struct Desk(Result<Console, Failure>);

impl Desk {
    pub(crate) const fn open(console: Console) -> Self {
        Self(Ok(console))
    }

    /// A desk at which every command answers with the same failure.
    #[must_use]
    pub const fn closed(failure: Failure) -> Self {
        Self(Err(failure))
    }

    pub(crate) fn console(&self) -> Result<Console, Failure> {
        self.0.clone()
    }

    /// An error in the acting member's language, or in English where nobody acts.
    fn failure(&self, error: &ConsoleError) -> Failure {
        match &self.0 {
            Ok(console) => console.failure(error),
            Err(_) => error.failure(Locale::En),
        }
    }
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

macro_rules! commands {
    ($($module:ident::$name:ident,)*) => {
        /// The names of every command that is registered.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// Registers every command.
        pub(crate) fn register<R: Runtime>(builder: Builder<R>) -> Builder<R> {
            builder.invoke_handler(tauri::generate_handler![$($module::$name),*])
        }
    };
}

commands! {
    welcome::start,
    welcome::welcome_found,
    welcome::vault_unlock,
    welcome::show_main,
    settings::settings_change,
    home::home_get,
    connections::connections_list,
    new_connection::gallery_list,
    new_connection::gallery_service,
    new_connection::connection_check_name,
    new_connection::connection_reuse,
    new_connection::connection_create,
    new_connection::registration_draft,
    new_connection::registration_add,
    connection::connection_get,
    connection::connection_rename,
    connection::connection_set_enabled,
    connection::connection_set_environment,
    connection::connection_timeline,
    connection::connection_try,
    connection::connection_delete,
    authorizations::authorization_rename,
    authorizations::primary_choose,
    authorizations::authorization_impact,
    authorizations::authorization_revoke,
    authorizations::authorize,
    flow::flow_get,
    flow::flow_cancel,
    flow::flow_extend,
    flow::flow_in_browser,
    flow::flow_by_code,
    flow::flow_open_address,
    flow::flow_paste,
    flow::flow_answer,
    flow::flow_primary,
    flow::flow_again,
    connectors::connectors_get,
    connectors::connectors_accept,
    connectors::connectors_open_folder,
    practice::practice_get,
    practice::practice_set_faults,
    practice::practice_revoke_all,
}
