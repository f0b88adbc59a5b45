//! R13, R14, R18: which uses of a connection run as things stand, and what a change does to them.
//!
//! A change is shown before it is made by asking the same question twice: of the connection as it
//! is, and as it would be.

use crate::gate::{Access, Caller, Candidate, Question, choose};
use crate::{Environment, Health, Kind, MemberId, Mode, Reach, Refusal, RefusalCode};

/// The area of data sources, whose uses ask for more than others (R14).
pub const DATA_SOURCES: &str = "data_source";

/// An authorization in its slot, as far as runs are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// Where it sits.
    pub reach: Reach,
    /// Whose slot; `None` for system and admin connections.
    pub member: Option<MemberId>,
    /// Its health there.
    pub health: Health,
}

/// A connection, as far as runs are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Link name, for the sentence of a refusal.
    pub link_name: String,
    /// Kind.
    pub kind: Kind,
    /// Environment mode.
    pub mode: Mode,
    /// Enabled.
    pub enabled: bool,
    /// R16: why nothing is sent any more, where its connector is retired.
    pub retired: Option<Refusal>,
    /// R8: why its service has no place in this workspace, where it has none.
    pub unoffered: Option<Refusal>,
    /// What sits in its slots, those of the other environment mode included.
    pub seats: Vec<Seat>,
    /// Its primary accounts.
    pub primaries: Vec<(Reach, MemberId)>,
    /// Where there is a primary account, or has been one (R11).
    pub led: Vec<Reach>,
}

/// A place that uses a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The area it belongs to.
    pub area: &'a str,
    /// In which environment.
    pub environment: Environment,
    /// Whether it runs with nobody present.
    pub unattended: bool,
    /// Whether its application may use the connection.
    pub access: Access<'a>,
}

/// What a change does to a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It runs now, and would not.
    Stops,
    /// It runs now, and would go on.
    GoesOn,
    /// It does not run now, and would.
    Starts,
    /// It does not run now, nor would it.
    StaysStopped,
}

/// Whether a use can run: with nobody present (R13), or for anybody at all. A data source also
/// needs the same authorization in all environments, and a primary account of a logged-in-user
/// connection (R14).
///
/// # Errors
/// Those of [`choose`], or [`RefusalCode::SameAuthorizationNeeded`].
pub fn runs(shape: &Shape, place: Place<'_>) -> Result<(), Refusal> {
    let reach = shape.mode.reach(place.environment);
    let primary = shape.primaries.iter().find(|(at, _)| *at == reach);
    let primary = primary.map(|(_, member)| *member);
    let candidates: Vec<Candidate<()>> = shape
        .seats
        .iter()
        .filter(|seat| seat.reach == reach)
        .map(|seat| Candidate {
            member: seat.member,
            health: seat.health,
            value: (),
        })
        .collect();
    let ask = |caller| {
        let question = Question {
            connection: &shape.link_name,
            kind: shape.kind,
            enabled: shape.enabled,
            retired: shape.retired.as_ref(),
            unoffered: shape.unoffered.as_ref(),
            access: place.access,
            environment: place.environment,
            caller,
            primary,
            led: shape.led.contains(&reach),
        };
        choose(question, &candidates)
    };
    // Before what could be mended at the connection: nothing there mends this (R8, R16).
    let stopped = shape.retired.as_ref().or(shape.unoffered.as_ref());
    if let Some(stopped) = stopped.filter(|_| shape.enabled) {
        return Err(stopped.clone());
    }
    if place.area == DATA_SOURCES {
        may_be_made(shape, place)?;
    }
    if place.unattended || shape.kind != Kind::LoggedInUser {
        return ask(Caller::Unattended);
    }
    // Each member runs it with their own account: it stops when it does for all of them.
    let mut refusal = None;
    for member in candidates.iter().filter_map(|candidate| candidate.member) {
        match ask(Caller::Member(member)) {
            Ok(()) => return Ok(()),
            Err(why) => refusal = Some(why),
        }
    }
    refusal.map_or_else(|| ask(Caller::Unattended), Err)
}

/// What a change from `before` to `after` does to a use. Where the change takes its connection's
/// place in another, the two are different connections.
#[must_use]
pub fn fate(before: &Shape, after: &Shape, place: Place<'_>) -> Fate {
    between(runs(before, place).is_ok(), runs(after, place).is_ok())
}

/// What a change does to a use that runs or not before and after.
#[must_use]
pub const fn between(before: bool, after: bool) -> Fate {
    match (before, after) {
        (true, true) => Fate::GoesOn,
        (true, false) => Fate::Stops,
        (false, true) => Fate::Starts,
        (false, false) => Fate::StaysStopped,
    }
}

/// R14: whether a use may be made on a connection: a data source needs the same authorization in
/// all environments and a primary account of a logged-in-user connection, and whatever else runs
/// unattended on one needs a primary account in its environment. What was made stays when that is
/// no longer so, and stops at the gate.
///
/// # Errors
/// [`RefusalCode::SameAuthorizationNeeded`] or [`RefusalCode::NoPrimary`].
pub fn may_be_made(shape: &Shape, place: Place<'_>) -> Result<(), Refusal> {
    let refuse = |code| {
        Refusal::new(code)
            .with("connection", shape.link_name.clone())
            .with("environment", place.environment.as_str())
    };
    let data_source = place.area == DATA_SOURCES;
    if data_source && shape.mode != Mode::Same {
        return Err(refuse(RefusalCode::SameAuthorizationNeeded));
    }
    let reach = shape.mode.reach(place.environment);
    let primary = shape.primaries.iter().any(|(at, _)| *at == reach);
    if shape.kind == Kind::LoggedInUser && (data_source || place.unattended) && !primary {
        return Err(refuse(RefusalCode::NoPrimary));
    }
    Ok(())
}
