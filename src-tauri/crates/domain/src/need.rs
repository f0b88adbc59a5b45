//! What one reach of a connection needs of the member who looks at it. Rows, the list's filter and
//! count, Home and the tray all go by this (R22).

use crate::health::NotConnected;
use crate::{Health, Kind, Member, MemberId, Mode, Reach, access, primary};

/// What somebody can do about a reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Sign in.
    Authorize,
    /// Choose a primary account (R11).
    ChoosePrimary,
    /// Enable the connection.
    Enable,
    /// Move what uses an ended service to the one that followed it (R16).
    Migrate,
}

impl Need {
    /// Whether it waits for a person. A disabled connection rests because somebody wanted it to.
    #[must_use]
    pub const fn needs_person(self) -> bool {
        !matches!(self, Self::Enable)
    }

    /// Whether it is told of this reach. Migrating takes a whole connection at once, and is told
    /// of its first reach only.
    #[must_use]
    pub fn is_told_of(self, reach: Reach, mode: Mode) -> bool {
        self != Self::Migrate || mode.reaches().first() == Some(&reach)
    }
}

/// What a reach needs of `viewer`. `used` says whether anything uses its connection; `own` is the health of the viewer's own slot, of a system or
/// admin connection that of its only one; `current` is the reach's primary account.
///
/// Who is not connected there is asked to authorize first and to choose after that, so that a
/// reach is one need and never two. What uses an ended service waits for a manager (R2), and for
/// nobody else; what nothing uses waits for nobody.
#[must_use]
pub fn need(
    kind: Kind,
    own: Health,
    used: bool,
    current: Option<MemberId>,
    viewer: &Member,
) -> Option<Need> {
    match own {
        Health::NotConnected(NotConnected::Disabled) => Some(Need::Enable),
        Health::NotConnected(NotConnected::Retired) => {
            (used && access::may_manage(viewer).is_ok()).then_some(Need::Migrate)
        }
        Health::NotConnected(_) => Some(Need::Authorize),
        Health::Connected => {
            let led = kind != Kind::LoggedInUser || current.is_some();
            (!led && primary::may_choose(viewer)).then_some(Need::ChoosePrimary)
        }
    }
}
