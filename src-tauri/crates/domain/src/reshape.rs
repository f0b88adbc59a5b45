//! R12, R18: what becomes of authorizations and primary accounts when a connection's environment
//! mode changes. Nobody has to sign in again, and nothing is thrown away: what a reach of the
//! other mode holds stays there, and comes back with the mode.

use crate::{MemberId, Mode, Reach};

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

/// What each reach of the mode `to` holds after the change, for every member who holds anything.
#[must_use]
pub fn reshaped<T: Copy>(to: Mode, held: &[Held<T>]) -> Vec<Held<T>> {
    let mut members: Vec<Option<MemberId>> = held.iter().map(|one| one.member).collect();
    members.sort_unstable();
    members.dedup();
    let mut after = Vec::new();
    for reach in to.reaches() {
        for member in &members {
            let at = |source: &Reach| {
                held.iter()
                    .find(|one| one.reach == *source && one.member == *member)
            };
            if let Some(found) = sources(*reach).iter().find_map(at) {
                after.push(Held {
                    reach: *reach,
                    ..*found
                });
            }
        }
    }
    after
}

/// Who is primary in each reach of the mode `to` after the change: whoever was where the reach's
/// authorizations come from, provided that they have one there. `seats` is what [`reshaped`] gave.
#[must_use]
pub fn primaries<T>(
    to: Mode,
    primaries: &[(Reach, MemberId)],
    seats: &[Held<T>],
) -> Vec<(Reach, MemberId)> {
    let mut after = Vec::new();
    for reach in to.reaches() {
        let found = sources(*reach).iter().find_map(|source| {
            let (_, member) = primaries.iter().find(|(at, _)| at == source)?;
            Some(*member)
        });
        let seated = |member: &MemberId| {
            seats
                .iter()
                .any(|seat| seat.reach == *reach && seat.member == Some(*member))
        };
        after.extend(found.filter(seated).map(|member| (*reach, member)));
    }
    after
}
