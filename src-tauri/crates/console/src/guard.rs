//! The guard against signing in as somebody else (R20): whether the account that was authorized is
//! the one that sits in the slot, and the question where it is not, or where nothing tells.

use tsunagi_catalog::Authorization;
use tsunagi_domain::account::{AccountAnswer, Arrival, arrival};
use tsunagi_domain::{Account, AuthorizationId};
use tsunagi_gateway::Arrived;

use crate::agent::Sighting;
use crate::console::Console;
use crate::error::ConsoleError;
use crate::flow::{Ears, Errand, LOOK_AGAIN, Order, Running};
use crate::rows::account_view;
use crate::views::Stage;

/// How long an answer about another account is waited for, in seconds.
const ANSWER_SECONDS: u32 = 600;

/// What was decided about the account that arrives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decided {
    /// It takes the place of the one before, in this slot only.
    pub(crate) replaces: bool,
    /// The authorization a person was asked about; no answer is one about another that has been
    /// stored meanwhile.
    pub(crate) about: Option<AuthorizationId>,
}

impl Console {
    /// R20: asks before another account replaces the first. `None` keeps the first.
    pub(crate) async fn guard(
        &self,
        errand: &Errand,
        running: &Running,
        ears: &mut Ears,
        arrived: &Arrived,
        account: &Account,
    ) -> Result<Option<Decided>, ConsoleError> {
        let previous = self.sitting(errand).await?;
        let arrival = self
            .arrives(errand, previous.as_ref(), arrived, account)
            .await?;
        let before = previous.as_ref().map(|old| sitting_account(old, errand));
        let elsewhere = before.as_ref().is_some_and(|old| old.is_elsewhere(account));
        let stage = match arrival {
            Arrival::Welcome => {
                return Ok(Some(Decided {
                    replaces: false,
                    about: None,
                }));
            }
            Arrival::AskFirst => Stage::AskReplace,
            Arrival::AskWhose => Stage::AskWhose,
        };
        let service = &errand.connector.name;
        let now = self.now();
        let deadline = now.plus_seconds(i64::from(ANSWER_SECONDS));
        self.show(running, |view| {
            view.stage = stage;
            view.deadline = deadline;
            view.seconds = ANSWER_SECONDS;
            let shown = |label: Option<&str>, account: &Account| {
                let mut view = account_view(service, label, account);
                // The two may have every word in common: the server is what tells them apart.
                if let (true, Some(at)) = (elsewhere, &account.at) {
                    let at = at.strip_prefix("https://").unwrap_or(at);
                    view.label = format!("{} ({at})", view.label);
                }
                view
            };
            view.account = Some(shown(None, account));
            view.previous = previous
                .as_ref()
                .zip(before.as_ref())
                .map(|(old, account)| shown(old.label.as_deref(), account));
        });
        if arrival == Arrival::AskWhose {
            self.step(errand.id, "whose_account", Ok(()), Vec::new(), None)
                .await?;
        } else {
            self.step(errand.id, "other_account", Ok(()), Vec::new(), None)
                .await?;
        }
        let about = previous.map(|previous| previous.id);
        loop {
            tokio::select! {
                order = ears.orders.recv() => match order {
                    None | Some(Order::Cancel | Order::Answer(AccountAnswer::Keep)) => return Ok(None),
                    Some(Order::Answer(answer)) if arrival.takes(answer) => {
                        let replaces = answer == AccountAnswer::Replace;
                        return Ok(Some(Decided { replaces, about }));
                    }
                    Some(_) => {}
                },
                Some(sighting) = ears.seen.next() => {
                    if sighting == Sighting::Dismissed {
                        return Ok(None);
                    }
                }
                () = tokio::time::sleep(LOOK_AGAIN) => {
                    if self.now() >= deadline {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// How an account arrives where another sits, or none.
    pub(crate) async fn arrives(
        &self,
        errand: &Errand,
        sitting: Option<&Authorization>,
        arrived: &Arrived,
        account: &Account,
    ) -> Result<Arrival, ConsoleError> {
        let Some(old) = sitting else {
            return Ok(arrival(None, account, false));
        };
        let before = sitting_account(old, errand);
        let found = arrival(Some(&before), account, false);
        if found != Arrival::AskWhose {
            return Ok(found);
        }
        let gateway = &self.inner.gateway;
        let same_key = gateway.is_same_key(old.id, &arrived.grant).await?;
        Ok(arrival(Some(&before), account, same_key))
    }
}

/// The account that sits there. A catalog of before did not keep who vouched for it: that was
/// another server where it was obtained for none of the origins that hold now.
fn sitting_account(old: &Authorization, errand: &Errand) -> Account {
    let mut account = old.account.clone();
    let now = &errand.resolved.origins;
    if account.at.is_none() && !old.origins.iter().any(|origin| now.contains(origin)) {
        account.at = old.origins.first().map(ToString::to_string);
    }
    account
}
