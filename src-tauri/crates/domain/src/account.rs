//! The identity at the provider, and the guard against signing in as somebody else (R20).

use serde::{Deserialize, Serialize};

/// Who was authorized, as the provider tells it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Account {
    /// The provider's own identifier, the only thing accounts are compared by; `None` where
    /// the provider tells none.
    pub id: Option<String>,
    /// Display name.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

impl Account {
    /// What a person recognizes the account by: e-mail, else name, else id.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.email
            .as_deref()
            .or(self.name.as_deref())
            .or(self.id.as_deref())
    }
}

/// What to do with the account that has just signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The slot was empty, or it is the same account: store it.
    Welcome,
    /// Another account sits there: ask before it is replaced.
    AskFirst,
}

/// R20: authorizing again with a different account asks before it replaces the first. Accounts
/// are compared by the provider's id, else by e-mail (ignoring ASCII case), else by name; where
/// only one of the two tells something, they are not the same. Where neither tells anything there
/// is nothing to compare, and nobody is asked.
#[must_use]
pub fn arrival(previous: Option<&Account>, arriving: &Account) -> Arrival {
    let Some(previous) = previous else {
        return Arrival::Welcome;
    };
    let same = match (&previous.id, &arriving.id) {
        (Some(before), Some(now)) => before == now,
        (None, None) => match (&previous.email, &arriving.email) {
            (Some(before), Some(now)) => before.eq_ignore_ascii_case(now),
            // Services that tell nothing about the account: there is nothing to compare.
            (None, None) => previous.name == arriving.name,
            _ => false,
        },
        _ => false,
    };
    if same {
        Arrival::Welcome
    } else {
        Arrival::AskFirst
    }
}
