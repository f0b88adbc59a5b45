//! Opening things outside the program: an address in the system's browser, a folder in its file
//! manager. The one place that does; every address is checked here, whoever asked.
//!
//! RFC 8252 §4 takes a sign-in to the system's browser. Tauri has two plugins for that.
//! `tauri-plugin-shell`'s `open` has been deprecated since its 2.1.0 in favor of
//! `tauri-plugin-opener`, and is gone in 3.0.0-alpha.2; it also exists as a method of a registered
//! plugin only, and a registered plugin puts its script into every page that is opened here, a
//! provider's sign-in page included. So the opener's functions are called, and neither plugin is
//! registered: no page, ours or a provider's, can open anything by itself.

use std::path::Path;

use tsunagi_console::agent::may_open;
use url::Url;

/// Opens an address in the system's browser, detached: whether the browser's process ends or
/// stays says nothing.
///
/// # Errors
/// `address_refused` where it is neither https nor on this computer, or names a user or a
/// password; `browser_missing` where nothing takes it.
pub(crate) fn web(address: &Url) -> Result<(), &'static str> {
    if !may_open(address) {
        return Err("address_refused");
    }
    tauri_plugin_opener::open_url(address.as_str(), None::<&str>).map_err(|_| "browser_missing")
}

/// Opens a folder of the home in the file manager.
///
/// # Errors
/// `folder_not_opened`.
pub(crate) fn folder(folder: &Path) -> Result<(), &'static str> {
    if !folder.is_dir() {
        return Err("folder_not_opened");
    }
    tauri_plugin_opener::open_path(folder, None::<&str>).map_err(|_| "folder_not_opened")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is checked in one place is checked only while there is no other.
    #[test]
    fn nothing_else_opens_anything() {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut folders = vec![sources];
        let mut seen = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder of sources") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|end| end == "rs")
                    && !path.ends_with("opening.rs")
                {
                    let text = std::fs::read_to_string(&path).expect("a source");
                    assert!(!text.contains("tauri_plugin_opener"), "{}", path.display());
                    seen += 1;
                }
            }
        }
        assert!(seen > 10, "the shell's sources are looked at");
    }
}
