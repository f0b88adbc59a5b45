//! How a person is taken to a provider and brought back, and how the doors hear of changes. The
//! shell implements these with windows; tests implement them without.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
pub use tsunagi_domain::hosts::may_open;
use tsunagi_domain::{FlowId, KeptSignInId};
use tsunagi_oauth::Verdict;
use url::Url;

use crate::views::{AgentKind, FlowView, Locale};

/// One visit to a provider's page.
#[derive(Clone)]
pub struct Visit {
    /// The flow.
    pub flow: FlowId,
    /// A window of the program, or the system browser.
    pub kind: AgentKind,
    /// Where to go.
    pub url: Url,
    /// What the windows are called, in the acting member's language.
    pub title: String,
    /// The language, for the flow window.
    pub locale: Locale,
    /// Says of every navigation of the provider's window whether it may load.
    pub judge: Arc<dyn Fn(&Url) -> Verdict + Send + Sync>,
    /// Where the page keeps what it stores, and finds what it stored before; `None` where it is
    /// to remember nothing and leave nothing behind.
    pub profile: Option<Profile>,
    /// Where what was seen is told. A page that was replaced by another one of the same flow
    /// tells nobody any more.
    pub sightings: UnboundedSender<Sighting>,
}

/// A place of its own for what a service's page stores. One page at a time is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub id: KeptSignInId,
    /// Its folder, which is there already, and its owner's alone.
    pub folder: PathBuf,
}

impl std::fmt::Debug for Visit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address holds the state of the flow.
        f.debug_struct("Visit")
            .field("flow", &self.flow)
            .finish_non_exhaustive()
    }
}

/// What a user agent saw.
#[derive(Clone, PartialEq, Eq)]
pub enum Sighting {
    /// The redirect address with this flow's state: never loaded.
    Callback(Url),
    /// The redirect address with another state: never loaded.
    Mismatch,
    /// A page is shown: its address without query and fragment.
    Page(Url),
    /// The person closed the provider's window.
    Closed,
    /// The person closed the flow window.
    Dismissed,
    /// The page could not be shown: code of the failure.
    Failed(&'static str),
}

/// Takes people to provider's pages.
pub trait UserAgent: Send + Sync {
    /// Opens the provider's page and the flow window; returns at once.
    ///
    /// # Errors
    /// The code of what went wrong, such as `browser_missing`.
    fn open(&self, visit: Visit) -> Result<(), &'static str>;

    /// Brings the windows of a flow that is under way to the front: somebody asked for the same
    /// sign-in again.
    fn show(&self, _flow: FlowId) {}

    /// Opens an address in the system browser.
    ///
    /// # Errors
    /// `browser_missing`.
    fn browse(&self, address: &Url) -> Result<(), &'static str>;

    /// Whether pages can be opened in profiles on this computer.
    fn keeps_sign_ins(&self) -> bool {
        true
    }

    /// Clears what the platform keeps of a profile elsewhere than in its folder. No page is open
    /// in it, and none will be.
    fn forget(&self, _profile: KeptSignInId) {}

    /// Closes the provider's page, where it is in a window of the program. The page tells that it
    /// is closed once it is.
    fn close_page(&self, flow: FlowId);

    /// Closes the flow window.
    fn close_flow(&self, flow: FlowId);
}

/// Tells doors that something changed.
pub trait Bell: Send + Sync {
    /// What screens and tray show may have changed.
    fn changed(&self);

    /// A flow moved on.
    fn flow(&self, view: &FlowView);
}

/// The practice service, started by the shell: it serves only while a connection needs it.
pub trait Practice: Send + Sync {
    /// Starts it where it is not running, and tells its port. Blocks briefly.
    ///
    /// # Errors
    /// Code and detail of why it does not run.
    fn start(&self) -> Result<u16, (&'static str, String)>;

    /// Stops it.
    fn stop(&self);

    /// Its port while it runs.
    fn port(&self) -> Option<u16>;

    /// The faults it injects.
    fn faults(&self) -> crate::views::PracticeFaults;

    /// Injects these faults from now on.
    fn set_faults(&self, faults: crate::views::PracticeFaults);

    /// Forgets every consent.
    fn revoke_all(&self);
}
