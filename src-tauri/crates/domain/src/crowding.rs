//! How many more times an account can be authorized before its oldest authorization ends by itself.
//!
//! Some providers keep a number of refresh tokens for an account and a client, and with one more
//! they forget the oldest: whoever holds that one is disconnected without a word. What a person is
//! told in time they can do something about: use one authorization in several places (R21).
//!
//! It is counted by person and client. Zoho's pages do not agree on that: "per user per client"
//! (<https://help.zoho.com/portal/en/community/topic/kaizen-43-tokens-and-limitations>), "a user in
//! an organization" (<https://www.zoho.com/pdfeditor/help/api/oauth-step4.html>), "a client ID"
//! (<https://help.zoho.com/portal/en/kb/accounts/faqs-troubleshooting/faqs/oauth/articles/will-the-refresh-tokens-expire>).
//! What this program does not know of, such as tokens another program was given, is not counted.

/// How near an account is to what its provider keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crowding {
    /// There is room.
    Room,
    /// So many more fit, and no others.
    Near(u32),
    /// The next one ends the oldest.
    Full,
}

/// How `held` authorizations of one account with one client stand to the most that the provider
/// keeps: the last tenth, at least one, is near. Where no most is known there is room.
#[must_use]
pub fn crowding(held: u32, most: Option<u32>) -> Crowding {
    let Some(most) = most else {
        return Crowding::Room;
    };
    let left = most.saturating_sub(held);
    if left == 0 {
        Crowding::Full
    } else if held >= near_from(most) {
        Crowding::Near(left)
    } else {
        Crowding::Room
    }
}

/// From how many authorizations on an account is near to the most that its provider keeps.
#[must_use]
pub fn near_from(most: u32) -> u32 {
    most.saturating_sub((most / 10).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_not_room_and_what_is_before_it_is() {
        for most in 1..50 {
            let near = near_from(most);
            assert_ne!(
                crowding(near, Some(most)),
                Crowding::Room,
                "{near} of {most}"
            );
            if let Some(before) = near.checked_sub(1) {
                assert_eq!(crowding(before, Some(most)), Crowding::Room, "{most}");
            }
        }
    }

    #[test]
    fn the_last_tenth_is_near_and_then_it_is_full() {
        for (held, most, expected) in [
            (0, None, Crowding::Room),
            (1_000, None, Crowding::Room),
            (17, Some(20), Crowding::Room),
            (18, Some(20), Crowding::Near(2)),
            (19, Some(20), Crowding::Near(1)),
            (20, Some(20), Crowding::Full),
            (25, Some(20), Crowding::Full),
            (0, Some(1), Crowding::Near(1)),
            (1, Some(1), Crowding::Full),
            (3, Some(5), Crowding::Room),
            (4, Some(5), Crowding::Near(1)),
        ] {
            assert_eq!(crowding(held, most), expected, "{held} of {most:?}");
        }
    }
}
