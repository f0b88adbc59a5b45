//! R4, R6, R8, R9, R13, R16: which authorization a request uses, or why none.

use crate::health::NotConnected;
use crate::{Environment, Health, Kind, MemberId, Refusal, RefusalCode};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caller {
    /// A member who is present.
    Member(MemberId),
    /// A schedule or a scheduled pull: nobody is present.
    Unattended,
}

/// One filled slot within reach of the asked environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<T> {
    /// Whose authorization; `None` for system and admin connections.
    pub member: Option<MemberId>,
    /// Its health, as [`crate::health::health`] tells it.
    pub health: Health,
    /// What the caller wants back when this one is chosen.
    pub value: T,
}

/// Through which application a request comes, if any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access<'a> {
    /// Through none: a manager tries the connection itself.
    Direct,
    /// Through one that may use the connection.
    Granted,
    /// Through one that may not, by its name.
    Missing(&'a str),
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Link name, for the sentence of a refusal.
    pub connection: &'a str,
    /// The connection's kind.
    pub kind: Kind,
    /// Whether it is enabled.
    pub enabled: bool,
    /// R16: why nothing is sent any more, where its connector is retired.
    pub retired: Option<&'a Refusal>,
    /// R8: why the service has no place in this workspace, where it has none.
    pub unoffered: Option<&'a Refusal>,
    /// Whether the application the request comes through may use it.
    pub access: Access<'a>,
    /// In which environment.
    pub environment: Environment,
    /// Who asks.
    pub caller: Caller,
    /// The reach's primary account.
    pub primary: Option<MemberId>,
    /// Whether the reach has a primary account, or has had one.
    pub led: bool,
}

/// Chooses the authorization a request uses: the only one of an admin or system connection
/// (R6), the caller's own of a logged-in-user connection (R9), and for unattended runs the
/// primary account's, else the only one there is (R13). After a primary account went, the only one
/// that is left does not stand in: somebody has to choose (R11). What is chosen must be connected
/// (R4). Through a retired connector nothing is sent (R16), nor to a payment service that is not
/// offered where the workspace is (R8): one that came by import, or before the workspace moved.
///
/// # Errors
/// [`RefusalCode::Disabled`], [`RefusalCode::ConnectorRetired`], those of
/// [`crate::offer::offered_here`],
/// [`RefusalCode::ApplicationNoAccess`],
/// [`RefusalCode::NotConnected`], [`RefusalCode::MemberNotAuthorized`] or [`RefusalCode::NoPrimary`].
pub fn choose<T: Copy>(question: Question<'_>, candidates: &[Candidate<T>]) -> Result<T, Refusal> {
    let refuse = |code| {
        Refusal::new(code)
            .with("connection", question.connection)
            .with("environment", question.environment.as_str())
    };
    if !question.enabled {
        return Err(refuse(RefusalCode::Disabled));
    }
    if let Some(retired) = question.retired {
        return Err(retired.clone());
    }
    if let Some(unoffered) = question.unoffered {
        return Err(unoffered.clone());
    }
    if let Access::Missing(application) = question.access {
        return Err(refuse(RefusalCode::ApplicationNoAccess).with("application", application));
    }
    let never =
        || refuse(RefusalCode::NotConnected).with("reason", NotConnected::NeverAuthorized.as_str());
    let chosen = match (question.kind, question.caller) {
        (Kind::System | Kind::Admin, _) => candidates.first().ok_or_else(never)?,
        (Kind::LoggedInUser, Caller::Member(member)) => candidates
            .iter()
            .find(|candidate| candidate.member == Some(member))
            .ok_or_else(|| refuse(RefusalCode::MemberNotAuthorized))?,
        (Kind::LoggedInUser, Caller::Unattended) => match (question.primary, candidates) {
            (_, []) => return Err(never()),
            (Some(primary), _) => candidates
                .iter()
                .find(|candidate| candidate.member == Some(primary))
                .ok_or_else(|| refuse(RefusalCode::NoPrimary))?,
            (None, [only]) if !question.led => only,
            (None, _) => return Err(refuse(RefusalCode::NoPrimary)),
        },
    };
    match chosen.health {
        Health::Connected => Ok(chosen.value),
        Health::NotConnected(reason) => {
            Err(refuse(RefusalCode::NotConnected).with("reason", reason.as_str()))
        }
    }
}
