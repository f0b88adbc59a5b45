//! When a seat that nobody moved at is locked by itself.

use crate::Timestamp;

/// Minutes that a member may choose between; 0 is never.
pub const MINUTES: &[u32] = &[0, 1, 5, 15, 30, 60, 240];
/// What holds until a member chooses, in minutes.
pub const DEFAULT_MINUTES: u32 = 15;

/// Whether a seat is locked: its member has a passphrase, since a lock that opens to everybody
/// protects nothing, and nobody has moved for so many minutes (0: never). A clock that was set
/// back makes nobody idle.
#[must_use]
pub fn locks(minutes: u32, has_passphrase: bool, active_at: Timestamp, now: Timestamp) -> bool {
    has_passphrase && minutes > 0 && now.millis_since(active_at) >= i64::from(minutes) * 60_000
}
