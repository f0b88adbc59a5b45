//! For whom credentials are sealed.

use tsunagi_domain::Kind;
use tsunagi_domain::readers::{Readers, readers};

const EVERYBODY: Readers = Readers {
    workspace: true,
    member: false,
    unattended: true,
};

#[test]
fn only_a_passphrase_keeps_others_out_and_only_of_ones_own() {
    for kind in [Kind::System, Kind::Admin, Kind::LoggedInUser] {
        for has_passphrase in [false, true] {
            for unattended in [false, true] {
                let expected = if kind == Kind::LoggedInUser && has_passphrase {
                    Readers {
                        workspace: false,
                        member: true,
                        unattended,
                    }
                } else {
                    EVERYBODY
                };
                assert_eq!(
                    readers(kind, has_passphrase, unattended),
                    expected,
                    "{kind:?}, passphrase: {has_passphrase}, unattended: {unattended}"
                );
            }
        }
    }
}

#[test]
fn who_loses_a_credential_must_not_keep_its_key() {
    let all: Vec<Readers> = (0..8)
        .map(|bits| Readers {
            workspace: bits & 1 != 0,
            member: bits & 2 != 0,
            unattended: bits & 4 != 0,
        })
        .collect();
    for now in &all {
        for next in &all {
            let somebody_loses = (now.workspace && !next.workspace)
                || (now.member && !next.member)
                || (now.unattended && !next.unattended);
            assert_eq!(
                now.only_grows_to(*next),
                !somebody_loses,
                "{now:?} to {next:?}"
            );
        }
    }
}

#[test]
fn whoever_opens_a_credential_in_one_of_its_places_opens_it() {
    let own = readers(Kind::LoggedInUser, true, false);
    let primary = readers(Kind::LoggedInUser, true, true);
    let shared = readers(Kind::Admin, true, false);
    assert_eq!(own.and(own), own, "twice the same is the same");
    assert_eq!(own.and(primary), primary, "one place runs unattended");
    assert_eq!(
        own.and(shared),
        Readers {
            workspace: true,
            member: true,
            unattended: true,
        },
        "one place is everybody's"
    );
}
