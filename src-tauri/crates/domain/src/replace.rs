//! R16, R18: putting one connection in another's place, in all its uses at once.

use crate::{ConnectionId, Refusal, RefusalCode};

/// One of the two connections.
#[derive(Debug, Clone, Copy)]
pub struct Party<'a> {
    /// Identifier.
    pub id: ConnectionId,
    /// Link name, for the sentence.
    pub link_name: &'a str,
    /// Its connector.
    pub connector: &'a str,
    /// The connector that followed its connector, where it is retired.
    pub successor: Option<&'a str>,
    /// Enabled and of a connector that is served.
    pub usable: bool,
}

/// Whether `next` may take the place of `old` wherever that is used: a connection of the same
/// service, or of the one that followed a retired one.
///
/// # Errors
/// [`RefusalCode::ReplaceSame`], [`RefusalCode::ReplaceOtherService`] or
/// [`RefusalCode::ReplaceUnusable`].
pub fn may_replace(old: Party<'_>, next: Party<'_>) -> Result<(), Refusal> {
    let refuse = |code| {
        Refusal::new(code)
            .with("connection", old.link_name)
            .with("other", next.link_name)
    };
    if old.id == next.id {
        return Err(refuse(RefusalCode::ReplaceSame));
    }
    if old.connector != next.connector && old.successor != Some(next.connector) {
        return Err(refuse(RefusalCode::ReplaceOtherService));
    }
    if !next.usable {
        return Err(refuse(RefusalCode::ReplaceUnusable));
    }
    Ok(())
}
