//! The three people one can sign in as.

/// An account of the practice service. Signing in needs no password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// Stable id, the `sub` of ID tokens and of userinfo.
    pub id: &'static str,
    /// Display name.
    pub name: &'static str,
    /// E-mail address, under the reserved top-level name `.example` (RFC 2606).
    pub email: &'static str,
}

/// All accounts, in the order the sign-in page lists them.
pub const ACCOUNTS: [Account; 3] = [
    Account {
        id: "practice-1",
        name: "Aiko Practice",
        email: "aiko@practice.example",
    },
    Account {
        id: "practice-2",
        name: "Ben Practice",
        email: "ben@practice.example",
    },
    Account {
        id: "practice-3",
        name: "Chidi Practice",
        email: "chidi@practice.example",
    },
];

/// The account with this id.
pub(crate) fn by_id(id: &str) -> Option<&'static Account> {
    ACCOUNTS.iter().find(|account| account.id == id)
}

/// The account a `login_hint` means: an account id, or an e-mail address in any case.
pub(crate) fn by_hint(hint: &str) -> Option<&'static Account> {
    let hint = hint.trim();
    by_id(hint).or_else(|| {
        ACCOUNTS
            .iter()
            .find(|account| account.email.eq_ignore_ascii_case(hint))
    })
}
