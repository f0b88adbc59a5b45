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
    /// Who vouches for all this: the issuer, else the server where people sign in. An identifier
    /// says who somebody is at that server only (OpenID Connect Core §5.7). `None`: not known.
    pub at: Option<String>,
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

    /// Whether two accounts are known to be vouched for by different servers: whatever else they
    /// have in common, they are two.
    #[must_use]
    pub fn is_elsewhere(&self, other: &Self) -> bool {
        matches!((&self.at, &other.at), (Some(one), Some(other)) if one != other)
    }
}

/// R19: what an account is called whose service tells nothing of it: "Twilio Account 2", with the
/// first number that `taken` has not.
#[must_use]
pub fn numbered(service: &str, taken: &[String]) -> String {
    let name = |n: usize| format!("{service} Account {n}");
    (1..=taken.len())
        .map(name)
        .find(|name| !taken.contains(name))
        .unwrap_or_else(|| name(taken.len() + 1))
}

/// What to do with the account that has just been authorized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The slot was empty, or it is the same account: store it.
    Welcome,
    /// Another account sits there, or one of another server: ask before it is replaced.
    AskFirst,
    /// The service tells nothing about either, so nothing here can say whether they are the same:
    /// ask whose it is.
    AskWhose,
}

/// What a person answers when they are asked about the account that arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum AccountAnswer {
    /// The one before stays, and what arrived is handed back.
    Keep,
    /// It is the same account: it goes on wherever that is used.
    Same,
    /// It is another account, and takes the place of the one before.
    Replace,
}

impl Arrival {
    /// Whether an answer fits what was asked. That two accounts are the same is no answer where
    /// the service told that they are not (R20).
    #[must_use]
    pub const fn takes(self, answer: AccountAnswer) -> bool {
        match self {
            Self::Welcome => false,
            Self::AskFirst => !matches!(answer, AccountAnswer::Same),
            Self::AskWhose => true,
        }
    }
}

/// R20: authorizing again with a different account asks before it replaces the first. Accounts of
/// two servers are different ones. At one server they are compared by the provider's id, else by
/// e-mail (ignoring ASCII case), else by name; where only one of the two tells something, they are
/// not the same. Where neither tells anything they are the same only if it is `same_key` once
/// more: the very key that sits there.
#[must_use]
pub fn arrival(previous: Option<&Account>, arriving: &Account, same_key: bool) -> Arrival {
    let Some(previous) = previous else {
        return Arrival::Welcome;
    };
    if previous.is_elsewhere(arriving) {
        return Arrival::AskFirst;
    }
    let same = match (&previous.id, &arriving.id) {
        (Some(before), Some(now)) => before == now,
        (None, None) => match (&previous.email, &arriving.email) {
            (Some(before), Some(now)) => before.eq_ignore_ascii_case(now),
            (None, None) => match (&previous.name, &arriving.name) {
                (None, None) if same_key => true,
                (None, None) => return Arrival::AskWhose,
                (before, now) => before == now,
            },
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
