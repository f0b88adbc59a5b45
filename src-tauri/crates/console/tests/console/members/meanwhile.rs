//! What two windows do to one member at the same time: what the first has done is not undone by
//! what the second has asked for before.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tsunagi_catalog::{Authorization, CatalogError, Filling};
use tsunagi_console::Reach;
use tsunagi_console::views::MemberChange;
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::{AuthorizationId, Kind, Member, MemberId, Mode, Role};

use super::{PASSPHRASE, code, some, with_ben};
use crate::fixture::Desk;

impl Desk {
    fn member(&self, id: MemberId) -> Member {
        self.world.catalog().member(id).unwrap().unwrap()
    }

    /// Another window makes this of a member while the one of the test is still at work.
    fn meanwhile(&self, member: Member) {
        let catalog = self.world.catalog();
        let happens = move || catalog.set_member(&member).unwrap();
        self.world.clock.meanwhile(happens);
    }
}

fn role(role: Role) -> MemberChange {
    MemberChange {
        name: "Rei".to_owned(),
        role,
        passphrase: some(PASSPHRASE),
    }
}

#[tokio::test]
async fn who_was_deactivated_while_their_role_is_confirmed_is_not_back() {
    let desk = Desk::empty();
    let rei = desk.invites("Rei", Role::User).await;
    desk.protects(PASSPHRASE).await;
    desk.meanwhile(Member {
        active: false,
        ..desk.member(rei)
    });
    let changed = desk
        .console
        .change_member(desk.session(), rei, role(Role::Admin));
    let told = code(changed.await);
    let now = desk.member(rei);
    assert!(!now.active, "they can no longer sign in: {now:?}");
    assert_eq!(now.role, Role::User, "and nothing of it was done");
    assert_eq!(told, "member_changed");
}

#[tokio::test]
async fn who_was_demoted_while_they_are_let_in_again_has_no_former_role_back() {
    let desk = Desk::empty();
    let rei = desk.invites("Rei", Role::Admin).await;
    desk.protects(PASSPHRASE).await;
    let away = desk.console.deactivate_member(desk.session(), rei, None);
    away.await.unwrap();
    desk.meanwhile(Member {
        role: Role::User,
        ..desk.member(rei)
    });
    let back = desk
        .console
        .reactivate_member(desk.session(), rei, some(PASSPHRASE));
    let told = code(back.await);
    let now = desk.member(rei);
    assert_eq!(now.role, Role::User, "the other window has demoted them");
    assert!(!now.active, "and this one has to look again");
    assert_eq!(told, "member_changed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_demoted_while_they_are_sent_away_has_no_former_role_back() {
    let (desk, _, ben) = with_ben().await;
    desk.signs_in(desk.ines(), None).await;
    desk.meanwhile(Member {
        role: Role::User,
        name: "Benjamin".to_owned(),
        ..desk.member(ben)
    });
    let left = desk.console.deactivate_member(desk.session(), ben, None);
    left.await.unwrap();
    let now = desk.member(ben);
    assert!(!now.active, "they have left");
    assert_eq!(
        (now.role, now.name.as_str()),
        (Role::User, "Benjamin"),
        "as what the other window made of them"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_handed_to_nobody_who_has_left_meanwhile() {
    let (desk, _, ben) = with_ben().await;
    let own = desk.create_practice("Bens", Kind::Admin, Mode::Same);
    desk.signs_in(desk.ines(), None).await;
    let kai = desk.invites("Kai", Role::Developer).await;
    desk.meanwhile(Member {
        active: false,
        ..desk.member(kai)
    });
    let left = desk
        .console
        .deactivate_member(desk.session(), ben, Some(kai));
    let told = code(left.await);
    assert_eq!(
        desk.world.catalog().owner(own).unwrap(),
        Some(ben),
        "nobody answers for it by being away"
    );
    assert_eq!(told, "heir_needed");
    assert!(desk.member(ben).active, "it can be done again");
}

/// At how many looks at the clock something is tried: more than any of these deeds takes.
const LOOKS: u32 = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_what_a_member_may_no_longer_authorize_is_not_stored() {
    for look in 1..=LOOKS {
        let (desk, id) = Desk::practice();
        desk.joins("Rei", Role::SuperAdmin);
        let demoted = Member {
            role: Role::User,
            ..desk.member(desk.ines())
        };
        let catalog = desk.world.catalog();
        let was_first = Arc::new(AtomicBool::new(false));
        let (first, mut left) = (was_first.clone(), look);
        desk.world.clock.until_done(move || {
            let flows = catalog.flows(id, 1).unwrap();
            let mut steps = flows.iter().flat_map(|(_, steps)| steps);
            if !steps.any(|step| step.code == "who") {
                return false;
            }
            left -= 1;
            if left > 0 {
                return false;
            }
            let demoted = catalog.at_once(|| {
                let nothing_yet = catalog.slots(id)?.is_empty();
                if nothing_yet {
                    catalog.set_member(&demoted)?;
                }
                Ok::<_, CatalogError>(nothing_yet)
            });
            // While it is being stored nobody else gets to write.
            first.store(demoted.unwrap_or(false), Ordering::SeqCst);
            true
        });
        let view = desk.authorize(id, Reach::All).await;
        let stored = !desk.world.catalog().slots(id).unwrap().is_empty();
        let demoted = was_first.load(Ordering::SeqCst);
        assert!(
            !(stored && demoted),
            "look {look}: stored for somebody who was no manager any more"
        );
        assert!(stored || demoted, "look {look}: {:?}", view.failure);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_leaver_authorizes_while_they_are_sent_away_goes_too() {
    for look in 1..=LOOKS {
        let (desk, id, ben) = with_ben().await;
        desk.signs_in(desk.ines(), None).await;
        let late = desk.create_practice("Late", Kind::LoggedInUser, Mode::Same);
        let catalog = desk.world.catalog();
        let key = |connection| SlotKey {
            connection,
            reach: Reach::All,
            member: Some(ben),
        };
        let theirs = catalog.slot(key(id)).unwrap().unwrap().authorization;
        let sealed = catalog.sealed(theirs.id).unwrap().unwrap();
        let (mut left, key) = (look, key(late));
        desk.world.clock.until_done(move || {
            left -= 1;
            if left > 0 {
                return false;
            }
            let (theirs, sealed) = (theirs.clone(), sealed.clone());
            // As a sign-in that was under way: stored where they are a member still.
            let stored = catalog.at_once(|| {
                if catalog.member(ben)?.is_some_and(|ben| ben.active) {
                    catalog.fill(&Filling {
                        key,
                        authorization: Authorization {
                            id: AuthorizationId::new(),
                            ..theirs
                        },
                        sealed,
                        primary: false,
                        event: None,
                        flow: None,
                    })?;
                }
                Ok::<_, CatalogError>(())
            });
            // While they are made inactive nobody else gets to write.
            assert!(
                matches!(stored, Ok(()) | Err(CatalogError::Busy)),
                "{stored:?}"
            );
            true
        });
        let gone = desk.console.deactivate_member(desk.session(), ben, None);
        gone.await.unwrap();
        let catalog = desk.world.catalog();
        assert!(!desk.member(ben).active, "look {look}: they have left");
        assert_eq!(
            catalog.authorizations_by(ben).unwrap(),
            [],
            "look {look}: nothing of theirs is left behind"
        );
    }
}
