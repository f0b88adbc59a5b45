//! How a flow hears of its doors and of the pages it opened.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;

use super::Order;
use crate::agent::Sighting;

/// What a flow hears while it runs: orders of doors, and what its user agent sees.
pub(crate) struct Ears {
    pub(crate) orders: UnboundedReceiver<Order>,
    pub(crate) seen: Seen,
}

/// What the page that is open now tells.
pub(crate) struct Seen {
    pub(super) told: Option<UnboundedReceiver<Sighting>>,
    /// A page of ours is open, as far as it has told.
    pub(super) open: bool,
}

/// How long a page is waited for that is being closed.
const CLOSES: Duration = Duration::from_secs(3);

impl Seen {
    /// The next sighting; waits for ever where no page tells anything any more.
    pub(crate) async fn next(&mut self) -> Option<Sighting> {
        let sighting = match &mut self.told {
            Some(told) => told.recv().await,
            None => None,
        };
        match sighting {
            Some(sighting) => {
                self.open &= sighting != Sighting::Closed;
                Some(sighting)
            }
            None => std::future::pending().await,
        }
    }

    /// Listens to a window that has no page.
    pub(crate) fn listen(&mut self, told: UnboundedReceiver<Sighting>) {
        self.told = Some(told);
    }

    /// Returns once the page that was asked to close has done so: until then it may write into
    /// its profile.
    pub(super) async fn closed(&mut self) {
        let gone = async {
            while self.open {
                self.next().await;
            }
        };
        if tokio::time::timeout(CLOSES, gone).await.is_err() {
            tracing::warn!("a sign-in page does not say that it is closed");
        }
    }
}

impl Ears {
    pub(super) const fn new(orders: UnboundedReceiver<Order>) -> Self {
        let seen = Seen {
            told: None,
            open: false,
        };
        Self { orders, seen }
    }

    /// Returns once somebody ends the flow: by an order, or by closing its window.
    pub(crate) async fn ended(&mut self) {
        loop {
            tokio::select! {
                order = self.orders.recv() => {
                    if let None | Some(Order::Cancel) = order {
                        return;
                    }
                }
                Some(sighting) = self.seen.next() => {
                    if sighting == Sighting::Dismissed {
                        return;
                    }
                }
            }
        }
    }
}
