//! Which computer has a workspace. A backup is a second copy of every credential, and a provider
//! that rotates refresh tokens revokes the whole family when an old one comes back (RFC 9700
//! §4.14.2): a copy sends nothing until a person says that this computer has the workspace now.

use crate::access::Act;
use crate::roles::may_keep_keys;
use crate::{Member, Refusal, RefusalCode, Timestamp, Workspace, access};

/// The shortest passphrase of a backup, in characters: it leaves the computer, and whoever has it
/// may try as often as they like.
pub const BACKUP_PASSPHRASE_MIN: usize = 12;

/// That a workspace was restored from a backup, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restoration {
    /// When the backup was made.
    pub backed_up_at: Timestamp,
    /// When it was restored here.
    pub restored_at: Timestamp,
    /// When this computer took the workspace over; `None` while another still has it.
    pub taken_over_at: Option<Timestamp>,
}

/// Which computer may use a workspace's credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Custody {
    /// This one.
    Here,
    /// The one the backup was made on, as far as anybody has said.
    Elsewhere,
}

/// Who has a workspace, by what is stored about its restoring.
#[must_use]
pub const fn custody(restoration: Option<Restoration>) -> Custody {
    match restoration {
        Some(Restoration {
            taken_over_at: None,
            ..
        }) => Custody::Elsewhere,
        Some(_) | None => Custody::Here,
    }
}

/// Whether credentials may be opened, used, renewed, revoked or obtained at all.
///
/// # Errors
/// [`RefusalCode::NotTakenOver`].
pub fn may_use_credentials(custody: Custody) -> Result<(), Refusal> {
    match custody {
        Custody::Here => Ok(()),
        Custody::Elsewhere => Err(Refusal::new(RefusalCode::NotTakenOver)),
    }
}

/// Whether an act is allowed in this workspace on this computer, whoever asks: R1, and then who
/// has the workspace. Each act begins with it, and every place that would offer the act goes by
/// it.
///
/// # Errors
/// As [`access::allows`] and [`may_use_credentials`].
pub fn allows(workspace: &Workspace, custody: Custody, act: Act) -> Result<(), Refusal> {
    access::allows(workspace, act)?;
    if act.needs_credentials() {
        may_use_credentials(custody)?;
    }
    Ok(())
}

/// Whether anything in this workspace may be authorized at all: every place that would offer to
/// authorize goes by it.
///
/// # Errors
/// As [`allows`].
pub fn usable(workspace: &Workspace, custody: Custody) -> Result<(), Refusal> {
    allows(workspace, custody, Act::Authorize)
}

/// Whether a member may say that this computer has the workspace now.
///
/// # Errors
/// As [`may_keep_keys`], and [`RefusalCode::NothingToTakeOver`].
pub fn may_take_over(member: &Member, custody: Custody) -> Result<(), Refusal> {
    may_keep_keys(member)?;
    match custody {
        Custody::Elsewhere => Ok(()),
        Custody::Here => Err(Refusal::new(RefusalCode::NothingToTakeOver)),
    }
}

/// Whether a passphrase is long enough for a backup.
///
/// # Errors
/// [`RefusalCode::BackupPassphraseShort`].
pub fn good_for_backup(passphrase: &str) -> Result<(), Refusal> {
    if passphrase.chars().count() < BACKUP_PASSPHRASE_MIN {
        Err(Refusal::new(RefusalCode::BackupPassphraseShort))
    } else {
        Ok(())
    }
}

/// What has been seen of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// It came back from a backup.
    Restored,
    /// Somebody has authorized again.
    Authorized,
    /// The provider has renewed it.
    Renewed,
    /// The service has accepted it.
    Accepted,
    /// Neither provider nor service has said anything about it: unreachable, or an error of its
    /// own.
    Nothing,
}

/// Whether a credential is unproven, after what has been seen: a restored one may have been
/// replaced or revoked since the backup, and only the provider knows. It stands beside its health,
/// never instead of it. A refusal changes the health ([`crate::freshness::consequence`]) and
/// proves nothing.
#[must_use]
pub const fn unproven(before: bool, seen: Evidence) -> bool {
    match seen {
        Evidence::Restored => true,
        Evidence::Authorized | Evidence::Renewed | Evidence::Accepted => false,
        Evidence::Nothing => before,
    }
}
