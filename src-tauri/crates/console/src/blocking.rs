//! What may block is done off the thread that asks for it.

use crate::console::Console;
use crate::error::ConsoleError;

impl Console {
    /// Runs a catalog call on a thread that may block.
    pub(crate) async fn db<T: Send + 'static>(
        &self,
        call: impl FnOnce(&tsunagi_catalog::Catalog) -> tsunagi_catalog::Result<T> + Send + 'static,
    ) -> Result<T, ConsoleError> {
        let catalog = self.inner.catalog.clone();
        match tokio::task::spawn_blocking(move || call(&catalog)).await {
            Ok(answer) => Ok(answer?),
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }

    /// Looks several things up, off the thread that asks for it.
    pub(crate) async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, ConsoleError> + Send + 'static,
    ) -> Result<T, ConsoleError> {
        let console = self.clone();
        match tokio::task::spawn_blocking(move || work(&console)).await {
            Ok(found) => found,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }

    /// One write of several deeds ([`Self::at_once`]), off the thread that asks for it.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, ConsoleError> + Send + 'static,
    ) -> Result<T, ConsoleError> {
        let console = self.clone();
        let written = tokio::task::spawn_blocking(move || console.at_once(|| work(&console)));
        match written.await {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }
}
