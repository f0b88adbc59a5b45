//! Where a provider's page stays signed in: the one place that says to each platform's web view
//! what it may keep, and where.
//!
//! On Linux the page gets a web context of its own, not one of Tauri's: Tauri keeps those, and with
//! them every session, until the program ends, and they cache on the disk what they load. This one
//! ends with its page, and of what passes only what the service itself stores reaches the folder.

use tauri::{AppHandle, Runtime, WebviewWindowBuilder};
use tsunagi_console::KeptSignInId;
use tsunagi_console::agent::Profile;

/// The builder of a page that is opened in a profile, or of one that remembers nothing.
pub(crate) fn in_profile<'a, R: Runtime>(
    builder: WebviewWindowBuilder<'a, R, AppHandle<R>>,
    profile: Option<&Profile>,
) -> WebviewWindowBuilder<'a, R, AppHandle<R>> {
    match profile {
        Some(profile) => platform::keep(builder, profile),
        None => builder.incognito(true),
    }
}

pub(crate) use platform::{can_keep, forget};

#[cfg(target_os = "linux")]
mod platform {
    use webkit2gtk::{
        CacheModel, CookieManagerExt as _, CookiePersistentStorage, DownloadExt as _, WebContext,
        WebContextExt as _, WebView, WebsiteDataManager, WebsiteDataManagerExt as _,
    };

    use super::{AppHandle, KeptSignInId, Profile, Runtime, WebviewWindowBuilder};

    pub(crate) fn keep<'a, R: Runtime>(
        builder: WebviewWindowBuilder<'a, R, AppHandle<R>>,
        profile: &Profile,
    ) -> WebviewWindowBuilder<'a, R, AppHandle<R>> {
        // Related views share a context. Should this one be passed over, nothing is kept.
        builder.incognito(true).with_related_view(view_of(profile))
    }

    /// A view that is never shown, in a context over the profile's folder.
    fn view_of(profile: &Profile) -> WebView {
        let folder = profile.folder.to_string_lossy();
        let data = WebsiteDataManager::builder()
            .base_data_directory(folder.as_ref())
            .base_cache_directory(folder.as_ref())
            .build();
        // Passwords of HTTP dialogs would go to the keyring.
        data.set_persistent_credential_storage_enabled(false);
        if let Some(cookies) = data.cookie_manager() {
            let file = profile.folder.join("cookies.sqlite");
            let file = file.to_string_lossy();
            cookies.set_persistent_storage(&file, CookiePersistentStorage::Sqlite);
        }
        let context = WebContext::builder().website_data_manager(&data).build();
        // Nothing that is loaded is written down: addresses of a sign-in hold its state.
        context.set_cache_model(CacheModel::DocumentViewer);
        // Tauri's refusal hangs on its own contexts.
        context.connect_download_started(|_, download| download.cancel());
        WebView::builder().web_context(&context).build()
    }

    pub(crate) const fn can_keep() -> bool {
        true
    }

    pub(crate) const fn forget<R: Runtime>(_app: &AppHandle<R>, _profile: KeptSignInId) {}
}

#[cfg(target_os = "windows")]
mod platform {
    use super::{AppHandle, KeptSignInId, Profile, Runtime, WebviewWindowBuilder};

    pub(crate) fn keep<'a, R: Runtime>(
        builder: WebviewWindowBuilder<'a, R, AppHandle<R>>,
        profile: &Profile,
    ) -> WebviewWindowBuilder<'a, R, AppHandle<R>> {
        builder.data_directory(profile.folder.clone())
    }

    pub(crate) const fn can_keep() -> bool {
        true
    }

    pub(crate) const fn forget<R: Runtime>(_app: &AppHandle<R>, _profile: KeptSignInId) {}
}

#[cfg(target_os = "macos")]
mod platform {
    use std::process::Command;
    use std::sync::OnceLock;

    use super::{AppHandle, KeptSignInId, Profile, Runtime, WebviewWindowBuilder};

    pub(crate) fn keep<'a, R: Runtime>(
        builder: WebviewWindowBuilder<'a, R, AppHandle<R>>,
        profile: &Profile,
    ) -> WebviewWindowBuilder<'a, R, AppHandle<R>> {
        builder.data_store_identifier(profile.id.uuid().into_bytes())
    }

    /// Data stores with a name are there from macOS 14 on. Earlier ones would put the page into
    /// the program's own store instead.
    pub(crate) fn can_keep() -> bool {
        static KNOWN: OnceLock<bool> = OnceLock::new();
        *KNOWN.get_or_init(|| {
            let said = Command::new("/usr/bin/sw_vers")
                .arg("-productVersion")
                .output();
            let said = said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned());
            said.ok()
                .and_then(|version| version.split('.').next()?.trim().parse::<u32>().ok())
                .is_some_and(|major| major >= 14)
        })
    }

    /// The folder is empty here: WebKit has the store elsewhere.
    pub(crate) fn forget<R: Runtime>(app: &AppHandle<R>, profile: KeptSignInId) {
        if !can_keep() {
            return;
        }
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            let store = profile.uuid().into_bytes();
            if let Err(error) = app.remove_data_store(store).await {
                tracing::warn!(%error, "a sign-in's data store is not removed");
            }
        });
    }
}

#[cfg(not(any(target_os = "linux", target_os = "windows", target_os = "macos")))]
mod platform {
    use super::{AppHandle, KeptSignInId, Profile, Runtime, WebviewWindowBuilder};

    pub(crate) fn keep<'a, R: Runtime>(
        builder: WebviewWindowBuilder<'a, R, AppHandle<R>>,
        _profile: &Profile,
    ) -> WebviewWindowBuilder<'a, R, AppHandle<R>> {
        builder.incognito(true)
    }

    pub(crate) const fn can_keep() -> bool {
        false
    }

    pub(crate) const fn forget<R: Runtime>(_app: &AppHandle<R>, _profile: KeptSignInId) {}
}
