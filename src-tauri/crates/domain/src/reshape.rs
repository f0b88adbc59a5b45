//! R12, R18: what becomes of authorizations and primary accounts when a connection's environment
//! mode changes. Nobody has to sign in again where what they have serves the new place, and nothing
//! is thrown away: what a reach of the other mode holds stays there, and comes back with the mode.

use crate::{Health, MemberId, Mode, NotConnected, Reach};

/// What holds a reach's place: `T` says what, such as an authorization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held<T> {
    /// Where.
    pub reach: Reach,
    /// Whose; `None` for system and admin connections.
    pub member: Option<MemberId>,
    /// What.
    pub value: T,
}

/// What will hold a reach's place, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat<T> {
    /// Where.
    pub reach: Reach,
    /// Whose; `None` for system and admin connections.
    pub member: Option<MemberId>,
    /// The reach that holds it before the change.
    pub from: Reach,
    /// What.
    pub value: T,
}

/// Whether what sits in a reach is set aside: the environment mode has another shape than that, no
/// reach of the mode uses it, and it would still work if the mode came back. `in_mode` says whether
/// the mode has this reach, `serves` whether the same authorization sits in one of its own.
#[must_use]
pub fn is_set_aside(in_mode: bool, serves: bool, health: Health) -> bool {
    !in_mode && !serves && health != Health::NotConnected(NotConnected::Revoked)
}

/// R11: that a reach has a primary account, or has had one: then nobody's.
pub type Led = (Reach, Option<MemberId>);

/// From which reach the present mode's value for `reach` comes, in order of preference.
///
/// One for all takes Production's, which is what counts, else Stage's, else Development's, else
/// what it had. One
/// per environment lets Production go on with what was used for all; Development and Stage get
/// back what they had, else go on with what was used for all.
#[must_use]
pub const fn sources(reach: Reach) -> &'static [Reach] {
    match reach {
        Reach::All => &[
            Reach::Production,
            Reach::Stage,
            Reach::Development,
            Reach::All,
        ],
        Reach::Production => &[Reach::All, Reach::Production],
        Reach::Stage => &[Reach::Stage, Reach::All],
        Reach::Development => &[Reach::Development, Reach::All],
    }
}

/// R11: from which reach a primary account may come: the first of these that has or has had one
/// decides, also where it has none by now. What Stage or Development run on was never said to
/// run in Production.
const fn leaders(reach: Reach) -> &'static [Reach] {
    match reach {
        Reach::All => &[Reach::Production, Reach::All],
        Reach::Production | Reach::Stage | Reach::Development => sources(reach),
    }
}

/// What each reach of the mode `to` holds after the change, for every member who holds anything.
/// `fits` says whether what is held elsewhere serves a reach (its client registration and origins
/// are those of the reach); what does not is passed over. What a reach holds already stays its own.
#[must_use]
pub fn reshaped<T: Copy>(
    to: Mode,
    held: &[Held<T>],
    fits: impl Fn(&Held<T>, Reach) -> bool,
) -> Vec<Seat<T>> {
    let mut after = Vec::new();
    for reach in to.reaches() {
        for member in members(held) {
            let found = sources(*reach).iter().find_map(|source| {
                let found = at(held, *source, member)?;
                (source == reach || fits(found, *reach)).then_some(found)
            });
            after.extend(found.map(|found| Seat {
                reach: *reach,
                member,
                from: found.reach,
                value: found.value,
            }));
        }
    }
    after
}

/// What would have gone on in a reach of the mode `to` and serves it not, where nothing else does:
/// each is named at the reach that needs a sign-in. `seats` is what [`reshaped`] gave.
#[must_use]
pub fn left_out<T: Copy>(to: Mode, held: &[Held<T>], seats: &[Seat<T>]) -> Vec<Held<T>> {
    let mut out = Vec::new();
    for reach in to.reaches() {
        for member in members(held) {
            let seated = |seat: &Seat<T>| seat.reach == *reach && seat.member == member;
            if seats.iter().any(seated) {
                continue;
            }
            let found = sources(*reach)
                .iter()
                .find_map(|source| at(held, *source, member));
            out.extend(found.map(|found| Held {
                reach: *reach,
                ..*found
            }));
        }
    }
    out
}

/// R11, R12: who is primary in each reach of the mode `to` after the change, and where that is
/// remembered without anybody: whoever was so where the reach's primary account comes from,
/// provided that what they have in the reach comes from there too. `led` is so before the change,
/// in the reaches of both modes; `seats` is what [`reshaped`] gave, without what is revoked.
#[must_use]
pub fn primaries<T>(to: Mode, led: &[Led], seats: &[Seat<T>]) -> Vec<Led> {
    let mut after = Vec::new();
    for reach in to.reaches() {
        let found = leaders(*reach)
            .iter()
            .find_map(|source| led.iter().find(|(at, _)| at == source));
        let Some((from, member)) = found else {
            // R11: somebody was primary in a part of it, and nobody is promoted silently.
            if sources(*reach)
                .iter()
                .any(|source| led.iter().any(|(at, _)| at == source))
            {
                after.push((*reach, None));
            }
            continue;
        };
        let seated = |member: &MemberId| {
            let mut seats = seats.iter();
            seats.any(|seat| {
                seat.reach == *reach && seat.member == Some(*member) && seat.from == *from
            })
        };
        after.push((*reach, member.filter(seated)));
    }
    after
}

fn members<T>(held: &[Held<T>]) -> Vec<Option<MemberId>> {
    let mut members: Vec<Option<MemberId>> = held.iter().map(|one| one.member).collect();
    members.sort_unstable();
    members.dedup();
    members
}

fn at<T>(held: &[Held<T>], reach: Reach, member: Option<MemberId>) -> Option<&Held<T>> {
    held.iter()
        .find(|one| one.reach == reach && one.member == member)
}
