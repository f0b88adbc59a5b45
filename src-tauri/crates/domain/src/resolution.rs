//! R21, R23: what a slot comes to, with what its reach has of its own, and what that means for the
//! authorizations that sit there. Tokens belong to the client they were issued to (RFC 6749 §6) and
//! go to the origins they were obtained for; an authorization that sits in several slots is one
//! credential, and can only be obtained again for all of them where they come to the same.

use crate::hosts::Origin;
use crate::{NotConnected, RegistrationId};

/// What an authorization is obtained with, and where its credential may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// Client registration; `None` where the service needs none.
    pub registration: Option<RegistrationId>,
    /// Token and API origins; `None` where the connector cannot be resolved.
    pub origins: Option<Vec<Origin>>,
}

/// The client registration of a reach: its own, else the connection's.
#[must_use]
pub fn registration_of(
    own: Option<RegistrationId>,
    connection: Option<RegistrationId>,
) -> Option<RegistrationId> {
    own.or(connection)
}

/// Whether two slots come to the same: same client registration, same origins. What cannot be
/// resolved is like nothing.
#[must_use]
pub fn alike(one: &Resolution, other: &Resolution) -> bool {
    one.origins.is_some() && one == other
}

/// Why an authorization that was obtained as `obtained` does not serve a slot that comes to
/// `slot`; `None` where it does.
#[must_use]
pub fn unfit(obtained: &Resolution, slot: &Resolution) -> Option<NotConnected> {
    if slot.origins.is_none() || obtained.origins != slot.origins {
        return Some(NotConnected::ConnectorChanged);
    }
    (obtained.registration != slot.registration).then_some(NotConnected::ClientRefused)
}

/// Whether an authorization that was obtained as `obtained` goes on in a slot that comes to `slot`
/// without a sign-in. Where the connector is not there nobody can tell by its origins; it will show
/// when it is back.
#[must_use]
pub fn serves(obtained: &Resolution, slot: &Resolution) -> bool {
    if slot.origins.is_none() {
        return obtained.registration == slot.registration;
    }
    unfit(obtained, slot).is_none()
}

/// Whether an authorization that is obtained again in a slot that comes to `here` goes on in the
/// other slots it sits in: only where each of them comes to the same. Else the slot gets an
/// authorization of its own, and the others keep theirs.
#[must_use]
pub fn goes_on(here: &Resolution, others: &[Resolution]) -> bool {
    others.iter().all(|other| alike(here, other))
}
