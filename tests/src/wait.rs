//! Waiting for something to become true, without a sleep of fixed length.

use std::time::{Duration, Instant};

/// How long anything may take before a test gives up, unless it says otherwise. Generous: the
/// machine may be compiling beside it, and a passing test never waits this long.
pub const PATIENCE: Duration = Duration::from_secs(40);

const PAUSE: Duration = Duration::from_millis(60);

/// Asks `poll` until it answers, and gives back the answer.
///
/// # Panics
/// After [`PATIENCE`], naming `what` was waited for.
pub async fn until<T>(what: &str, poll: impl AsyncFnMut() -> Option<T>) -> T {
    within(PATIENCE, what, poll).await
}

/// Like [`until`], with its own patience.
///
/// # Panics
/// After `patience`, naming `what` was waited for.
pub async fn within<T>(
    patience: Duration,
    what: &str,
    mut poll: impl AsyncFnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(answer) = poll().await {
            return answer;
        }
        assert!(
            Instant::now() < deadline,
            "waited {} s in vain for {what}",
            patience.as_secs()
        );
        tokio::time::sleep(PAUSE).await;
    }
}
