//! A file that a person chooses in the desktop's own dialog, for the commands that read one.

use std::path::PathBuf;

use tauri::{AppHandle, Manager as _, Runtime};
use tokio::sync::oneshot;

/// What is looked for. The dialog shows folders and files of this sort.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sort {
    /// Definitions, to be imported.
    Definitions,
    /// A backup, to be restored.
    Backup,
}

impl Sort {
    /// The sort's name, and how its files end.
    const fn filter(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Definitions => ("TOML", &["toml"]),
            Self::Backup => ("age", &["age"]),
        }
    }
}

/// The file a person chooses, in a dialog that belongs to the main window. `None` where they chose
/// none.
pub(super) async fn chosen<R: Runtime>(app: &AppHandle<R>, sort: Sort) -> Option<PathBuf> {
    let (sender, answer) = oneshot::channel();
    let main = app.get_webview_window("main");
    let (name, endings) = sort.filter();
    let asked = app.run_on_main_thread(move || {
        let mut dialog = rfd::AsyncFileDialog::new().add_filter(name, endings);
        if let Some(main) = main {
            dialog = dialog.set_parent(&main);
        }
        // Built on the main thread, as desktops ask; waited for elsewhere.
        let picking = dialog.pick_file();
        tauri::async_runtime::spawn(async move {
            let _ = sender.send(picking.await.map(|file| file.path().to_path_buf()));
        });
    });
    // A program that is ending shows no dialog: nothing was chosen.
    asked.ok()?;
    answer.await.ok().flatten()
}
