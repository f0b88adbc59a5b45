//! When a seat that nobody moved at is locked by itself.

use crate::Timestamp;

/// Minutes that a member may choose between; 0 is never.
pub const MINUTES: &[u32] = &[0, 1, 5, 15, 30, 60, 240];
/// What holds until a member chooses, in minutes.
pub const DEFAULT_MINUTES: u32 = 15;

/// How long after its time a sign-in may still be busy with what it was answered, in seconds:
/// tokens and account are fetched then, and nobody has to move.
pub const EXCHANGE_SECONDS: i64 = 120;

/// When a seat was last active: its member moved, or was busy with a sign-in at a service's page,
/// whose windows tell of no moves. A sign-in keeps the seat no longer than until its own time is
/// over: who wakes a computer finds it locked.
#[must_use]
pub fn active_at(
    moved_at: Timestamp,
    sign_ins_until: impl IntoIterator<Item = Timestamp>,
    now: Timestamp,
) -> Timestamp {
    let busy = sign_ins_until.into_iter().map(|until| until.min(now));
    busy.fold(moved_at, Timestamp::max)
}

/// Whether a seat is locked: its member has a passphrase, since a lock that opens to everybody
/// protects nothing, and nobody has moved for so many minutes (0: never). A clock that was set
/// back makes nobody idle.
#[must_use]
pub fn locks(minutes: u32, has_passphrase: bool, active_at: Timestamp, now: Timestamp) -> bool {
    has_passphrase && minutes > 0 && now.millis_since(active_at) >= i64::from(minutes) * 60_000
}
