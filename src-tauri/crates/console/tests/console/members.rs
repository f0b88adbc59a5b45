//! Members: who sits at the keyboard, what a passphrase keeps from others, and what goes when
//! somebody leaves. The provider is the practice service; whoever attacks has the files and the
//! workspace's key.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt as _;
use tsunagi_catalog::Sealed;
use tsunagi_console::tray::{TrayAction, TrayLine};
use tsunagi_console::views::{Invitation, MemberChange, MemberRow, Stage, WorkKind};
use tsunagi_console::{Console, ConsoleError, Reach};
use tsunagi_domain::gate::Caller;
use tsunagi_domain::{
    AuthorizationId, ConnectionId, Environment, Health, Kind, MemberId, Mode, Role,
};
use tsunagi_gateway::{Call, GateError, Gateway, Keys, Request};
use tsunagi_vault::{KeyRecord, Reader, Vault};

use crate::fixture::{AIKO, BEN, Desk, Person, arrive, press, until};
use crate::managing::as_it_is;

const PASSPHRASE: &str = "correct horse battery";

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

impl Desk {
    async fn invites(&self, name: &str, role: Role) -> MemberId {
        let invitation = Invitation {
            name: name.to_owned(),
            role,
            passphrase: None,
        };
        let view = self.console.invite(self.session(), invitation).await;
        let view = view.unwrap();
        view.members
            .into_iter()
            .find(|row| row.name == name)
            .unwrap()
            .id
    }

    async fn signs_in(&self, member: MemberId, passphrase: Option<&str>) {
        let given = passphrase.map(str::to_owned);
        self.console.sign_in(member, given).await.unwrap();
    }

    async fn protects(&self, passphrase: &str) {
        let set = self
            .console
            .set_passphrase(self.session(), None, some(passphrase));
        set.await.unwrap();
    }

    /// The founder.
    fn ines(&self) -> MemberId {
        let members = self.world.catalog().members().unwrap();
        members
            .into_iter()
            .find(|member| member.name == "Ines")
            .unwrap()
            .id
    }

    fn row(&self, id: MemberId) -> MemberRow {
        let view = self.console.members(self.session()).unwrap();
        view.members.into_iter().find(|row| row.id == id).unwrap()
    }

    /// A member's own authorization of a connection.
    fn own(&self, connection: ConnectionId, member: MemberId) -> Option<AuthorizationId> {
        let slots = self.world.catalog().slots(connection).unwrap();
        let slot = slots
            .into_iter()
            .find(|slot| slot.key.member == Some(member));
        slot.map(|slot| slot.authorization.id)
    }

    fn sealed(&self, id: AuthorizationId) -> Sealed {
        self.world.catalog().sealed(id).unwrap().unwrap()
    }

    fn readers(&self, id: AuthorizationId) -> Vec<String> {
        let wraps = self.sealed(id).wraps;
        wraps.into_iter().map(|wrap| wrap.reader).collect()
    }

    /// The workspace's own vault, as everybody who can use this computer account can open it.
    fn workspace_vault(&self) -> Vault {
        let catalog = self.world.catalog();
        let name = catalog.workspace().unwrap().unwrap().id.to_string();
        let record: KeyRecord =
            serde_json::from_str(&catalog.key_record().unwrap().unwrap()).unwrap();
        Vault::open_from_keyring(&name, &record, &self.world.ring).unwrap()
    }

    /// Another program over the same home, with the workspace's key and nobody's passphrase.
    fn other_gate(&self) -> Gateway {
        let keys = Keys::locked();
        keys.open(self.workspace_vault());
        Gateway::new(
            self.world.catalog(),
            keys,
            tsunagi_connectors::Library::built_in(),
            Arc::clone(&self.world.clock) as Arc<_>,
            || {},
        )
        .unwrap()
    }

    async fn sends(&self, gate: &Gateway, id: ConnectionId, caller: Caller) -> Result<u16, String> {
        let connection = self.world.catalog().connection(id).unwrap().unwrap();
        let call = Call {
            link_name: connection.link_name,
            caller,
            application: None,
            environment: Environment::Production,
            area: "test".to_owned(),
            request: Request {
                method: http::Method::GET,
                target: "/contacts".to_owned(),
                headers: http::HeaderMap::new(),
                body: Vec::new(),
            },
        };
        match gate.send(call).await {
            Ok(answer) => Ok(answer.status.as_u16()),
            Err(error) => Err(GateError::code(&error).to_owned()),
        }
    }
}

/// Ines is primary of the practice connection; Ben, an admin with a passphrase, sits there and
/// has authorized as himself.
async fn with_ben() -> (Desk, ConnectionId, MemberId) {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let ben = desk.invites("Ben", Role::Admin).await;
    desk.signs_in(ben, None).await;
    desk.protects(PASSPHRASE).await;
    desk.world.agent.person(Person::Allows(BEN));
    let view = desk.authorize(id, Reach::All).await;
    assert_eq!(view.stage, Stage::Done, "{:?}", view.failure);
    (desk, id, ben)
}

fn code<T>(answer: Result<T, ConsoleError>) -> String {
    match answer {
        Ok(_) => "ok".to_owned(),
        Err(error) => error.code,
    }
}

#[tokio::test]
async fn what_a_member_with_a_passphrase_authorized_opens_for_nobody_with_file_and_key() {
    let (desk, id, ben) = with_ben().await;
    let own = desk.own(id, ben).unwrap();
    assert_eq!(
        desk.readers(own),
        [format!("member:{ben}")],
        "sealed for Ben alone"
    );
    let sealed = desk.sealed(own);
    let vault = desk.workspace_vault();
    for wrap in &sealed.wraps {
        for reader in [
            Reader::Workspace,
            Reader::Unattended,
            wrap.reader.parse().unwrap(),
        ] {
            let opened = vault.unwrap(&wrap.wrapped, &own.to_string(), &reader);
            assert!(
                opened.is_err(),
                "the workspace's key opens no wrap of Ben's"
            );
        }
    }
    let gate = desk.other_gate();
    assert_eq!(
        desk.sends(&gate, id, Caller::Member(ben)).await,
        Err("locked".to_owned()),
        "nor does another program that says it asks for Ben"
    );
    assert_eq!(
        desk.try_it(id).await.unwrap().account,
        "ben@practice.example",
        "Ben himself uses it while he sits there"
    );
}

#[tokio::test]
async fn a_primary_account_runs_unattended_while_its_member_is_away() {
    let (desk, id) = Desk::practice();
    let ines = desk.ines();
    desk.protects(PASSPHRASE).await;
    let view = desk.authorize(id, Reach::All).await;
    assert!(view.primary, "the first admin to authorize becomes primary");
    let own = desk.own(id, ines).unwrap();
    assert_eq!(
        desk.readers(own),
        [format!("member:{ines}"), "unattended".to_owned()],
        "sealed for its member and for unattended runs"
    );
    desk.console.lock(desk.session()).await.unwrap();
    let gate = desk.other_gate();
    assert_eq!(
        desk.sends(&gate, id, Caller::Unattended).await,
        Ok(200),
        "a schedule needs nobody's passphrase"
    );
    assert_eq!(
        desk.sends(&gate, id, Caller::Member(ines)).await,
        Err("locked".to_owned()),
        "which is no way for somebody present to use it"
    );
}

#[tokio::test]
async fn a_lost_primary_account_is_sealed_anew_for_its_member_alone() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let ines = desk.ines();
    let rei = desk.invites("Rei", Role::SuperAdmin).await;
    desk.protects(PASSPHRASE).await;
    let own = desk.own(id, ines).unwrap();
    let before = desk.sealed(own);
    let wrap = before
        .wraps
        .iter()
        .find(|wrap| wrap.reader == "unattended")
        .unwrap();
    let vault = desk.workspace_vault();
    let copied = vault
        .unwrap(&wrap.wrapped, &own.to_string(), &Reader::Unattended)
        .unwrap();
    desk.signs_in(rei, None).await;
    let change = MemberChange {
        name: "Ines".to_owned(),
        role: Role::Developer,
        passphrase: None,
    };
    let changed = desk.console.change_member(desk.session(), ines, change);
    changed.await.unwrap();
    assert_eq!(
        desk.world.catalog().primaries(id).unwrap(),
        [],
        "a developer is nobody's primary account"
    );
    desk.signs_in(ines, Some(PASSPHRASE)).await;
    crate::fixture::until("the credential is sealed anew at sign-in", || {
        desk.readers(own) == [format!("member:{ines}")]
    })
    .await;
    let after = desk.sealed(own);
    let aad = tsunagi_vault::Aad::credential(&own.to_string(), "tokens", after.version);
    assert!(
        copied.open(&aad, &before.sealed).is_ok(),
        "the key somebody copied opened what was there"
    );
    assert!(
        copied.open(&aad, &after.sealed).is_err(),
        "and does not open what is there now"
    );
    assert_eq!(
        desk.try_it(id).await.unwrap().status,
        200,
        "while its member goes on using it"
    );
}

#[tokio::test]
async fn setting_and_removing_a_passphrase_takes_what_was_authorized_along() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let rei = desk.invites("Rei", Role::Developer).await;
    desk.signs_in(rei, None).await;
    desk.world.agent.person(Person::Allows(BEN));
    desk.authorize(id, Reach::All).await;
    let own = desk.own(id, rei).unwrap();
    let everybody = ["unattended".to_owned(), "workspace".to_owned()];
    assert_eq!(desk.readers(own), everybody, "without a passphrase");
    desk.protects(PASSPHRASE).await;
    assert_eq!(desk.readers(own), [format!("member:{rei}")], "with one");
    assert_eq!(desk.try_it(id).await.unwrap().status, 200, "and it works");
    let remove = |given: &str| {
        desk.console
            .set_passphrase(desk.session(), some(given), None)
    };
    assert_eq!(
        code(remove("wrong horse battery").await),
        "member_passphrase_wrong",
        "removing needs the passphrase"
    );
    assert_eq!(
        desk.readers(own),
        [format!("member:{rei}")],
        "a wrong one changes nothing"
    );
    remove(PASSPHRASE).await.unwrap();
    assert_eq!(desk.readers(own), everybody, "back to everybody");
    assert_eq!(desk.try_it(id).await.unwrap().status, 200, "and it works");
    assert!(
        !desk
            .console
            .start(desk.session())
            .unwrap()
            .session
            .passphrase,
        "none"
    );
}

#[tokio::test]
async fn a_changed_passphrase_opens_what_the_old_one_opened() {
    let (desk, id, ben) = with_ben().await;
    let next = "another fine passphrase";
    let change = desk
        .console
        .set_passphrase(desk.session(), some(PASSPHRASE), some(next));
    change.await.unwrap();
    desk.console.lock(desk.session()).await.unwrap();
    assert_eq!(
        code(desk.console.sign_in(ben, some(PASSPHRASE)).await),
        "member_passphrase_wrong",
        "the old one is over"
    );
    desk.signs_in(ben, Some(next)).await;
    assert_eq!(
        desk.try_it(id).await.unwrap().status,
        200,
        "nothing is lost"
    );
}

#[tokio::test]
async fn wrong_passphrases_are_slowed_down_and_a_restart_gains_no_try() {
    let (desk, _, ben) = with_ben().await;
    desk.console.lock(desk.session()).await.unwrap();
    let tries = async |console: &Console, given: &str| match console.sign_in(ben, some(given)).await
    {
        Ok(_) => ("ok".to_owned(), String::new()),
        Err(error) => {
            let left = error.args.get("tries").or(error.args.get("seconds"));
            (error.code.clone(), left.cloned().unwrap_or_default())
        }
    };
    for left in ["4", "3", "2", "1"] {
        assert_eq!(
            tries(&desk.console, "wrong horse battery").await,
            ("member_passphrase_wrong".to_owned(), left.to_owned()),
            "so many tries are left"
        );
    }
    let (refused, _) = tries(&desk.console, "wrong horse battery").await;
    assert_eq!(
        refused, "passphrase_wait",
        "the fifth is followed by a delay"
    );
    let again = desk.world.open();
    let (refused, seconds) = tries(&again, PASSPHRASE).await;
    assert_eq!(
        refused, "passphrase_wait",
        "a restarted program asks for the same patience, of the right passphrase too"
    );
    assert!(seconds.parse::<u32>().unwrap() <= 30, "for half a minute");
    desk.world.clock.pass(31);
    let (refused, _) = tries(&again, PASSPHRASE).await;
    assert_eq!(refused, "ok", "then the right one opens");
}

#[tokio::test]
async fn who_has_a_passphrase_signs_in_and_who_has_none_just_sits_down() {
    let (desk, id) = Desk::practice();
    desk.authorize(id, Reach::All).await;
    let again = desk.world.open();
    assert!(
        again.start(again.session()).unwrap().session.signed_in,
        "the only member without a passphrase sits down by themself"
    );
    desk.protects(PASSPHRASE).await;
    let again = desk.world.open();
    let start = again.start(again.session()).unwrap();
    assert!(!start.session.signed_in, "with one, nobody sits");
    assert_eq!(
        code(again.home_view(again.session())),
        "signed_out",
        "and nothing is shown"
    );
    let menu = again.tray(again.session());
    let acts: Vec<&TrayAction> = menu
        .lines
        .iter()
        .filter_map(|line| match line {
            TrayLine::Entry { action, .. } => Some(action),
            TrayLine::Separator => None,
        })
        .collect();
    assert_eq!(
        acts,
        [&TrayAction::None, &TrayAction::Unlock, &TrayAction::Quit],
        "the tray offers to unlock and names no connection"
    );
    again.sign_in(desk.ines(), some(PASSPHRASE)).await.unwrap();
    assert!(again.home_view(again.session()).is_ok(), "signed in");
}

#[tokio::test]
async fn whoever_sat_last_sits_down_again_among_several() {
    let desk = Desk::empty();
    let rei = desk.invites("Rei", Role::Developer).await;
    desk.signs_in(rei, None).await;
    let again = desk.world.open();
    let name = |console: &Console| console.start(console.session()).unwrap().member.name;
    assert_eq!(name(&again), "Rei", "not the first of the list");
    again.lock(again.session()).await.unwrap();
    assert!(
        !again.start(again.session()).unwrap().session.signed_in,
        "a seat that was left locked stays empty"
    );
    again.sign_in(desk.ines(), None).await.unwrap();
    assert_eq!(name(&again), "Ines", "until somebody sits down");
}

#[tokio::test]
async fn a_seat_nobody_moved_at_is_locked_and_its_sign_ins_end() {
    let (desk, id) = Desk::practice();
    desk.protects(PASSPHRASE).await;
    desk.console.set_auto_lock(desk.session(), 5).unwrap();
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.console.touch();
    desk.world.clock.pass(4 * 60);
    assert!(!desk.console.lock_if_idle(), "four minutes are not five");
    desk.console.touch();
    desk.world.clock.pass(5 * 60 + 1);
    desk.console.touch();
    assert!(
        !desk
            .console
            .start(desk.session())
            .unwrap()
            .session
            .signed_in,
        "whoever wakes the computer does not keep the seat open"
    );
    let ended = desk.ended(flow).await;
    assert_eq!(
        ended.failure.unwrap().code,
        "cancelled",
        "a sign-in that was open ends with the seat"
    );
}

#[tokio::test]
async fn a_sign_in_under_way_is_not_cut_off_by_the_lock() {
    let (desk, id) = Desk::practice();
    desk.protects(PASSPHRASE).await;
    desk.console.set_auto_lock(desk.session(), 1).unwrap();
    desk.world.agent.person(Person::Waits);
    let flow = desk.begin(id, Reach::All).await;
    desk.console.extend_flow(flow).unwrap();
    until("it has two more minutes", || {
        let view = desk.console.flow(flow).unwrap();
        view.deadline.millis_since(view.now) > 200_000
    })
    .await;
    for minute in 1..=4 {
        desk.world.clock.pass(59);
        assert!(
            !desk.console.lock_if_idle(),
            "minute {minute}: nobody moves in the window, and yet somebody types a password there"
        );
    }
    let visit = desk.world.agent.visit(flow);
    let answer = press(&visit.url, AIKO, "allow").await;
    arrive(&visit, answer).await;
    assert_eq!(desk.ended(flow).await.stage, Stage::Done, "to its end");
    assert!(
        !desk.console.lock_if_idle(),
        "who was busy with it until now is not idle"
    );
    desk.world.clock.pass(61);
    assert!(desk.console.lock_if_idle(), "a minute after it, they are");
}

#[tokio::test]
async fn whoever_wakes_the_computer_finds_no_seat_that_a_sign_in_kept_open() {
    let (desk, id) = Desk::practice();
    desk.protects(PASSPHRASE).await;
    desk.console.set_auto_lock(desk.session(), 5).unwrap();
    desk.world.agent.person(Person::Waits);
    desk.begin(id, Reach::All).await;
    desk.world.clock.pass(8 * 3600);
    desk.console.touch();
    let start = desk.console.start(desk.session()).unwrap();
    assert!(!start.session.signed_in, "its time was over long ago");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sits_down_between_the_look_and_the_lock_is_not_locked_out() {
    let desk = Desk::empty();
    let rei = desk.invites("Rei", Role::Developer).await;
    desk.protects(PASSPHRASE).await;
    desk.world.clock.pass(3600);
    let (console, runtime) = (desk.console.clone(), tokio::runtime::Handle::current());
    let sat = Arc::new(AtomicBool::new(false));
    let told = sat.clone();
    desk.world.clock.meanwhile(move || {
        let _here = runtime.enter();
        // Either they sit at once, or they wait until the look is over.
        let at_once = console.sign_in(rei, None).now_or_never();
        told.store(at_once.is_some(), Ordering::SeqCst);
    });
    assert!(desk.console.lock_if_idle(), "the founder was idle");
    if !sat.load(Ordering::SeqCst) {
        desk.console.sign_in(rei, None).await.unwrap();
    }
    let seated = desk.console.start(desk.session()).unwrap();
    assert!(seated.session.signed_in, "the lock was not for them");
    assert_eq!(seated.member.id, Some(rei));
}

#[tokio::test]
async fn a_super_admin_resets_a_forgotten_passphrase_and_what_only_it_opened_is_gone() {
    let (desk, id, ben) = with_ben().await;
    desk.signs_in(desk.ines(), None).await;
    let impact = desk
        .console
        .member_impact(desk.session(), ben, Role::Admin, true);
    let lost = impact.await.unwrap().lost_by_reset;
    assert_eq!(lost.len(), 1, "it says first what is lost");
    assert_eq!(lost[0].account, "ben@practice.example");
    desk.console
        .reset_passphrase(desk.session(), ben, None)
        .await
        .unwrap();
    assert_eq!(desk.own(id, ben), None, "nobody could open it any more");
    desk.signs_in(ben, None).await;
    desk.authorize(id, Reach::All).await;
    assert_eq!(
        desk.try_it(id).await.unwrap().status,
        200,
        "authorized again"
    );
    assert_eq!(
        code(
            desk.console
                .reset_passphrase(desk.session(), desk.ines(), None)
                .await
        ),
        "role_not_allowed",
        "an admin resets nobody's"
    );
}

#[tokio::test]
async fn a_leaver_s_connections_are_handed_over_and_their_authorizations_revoked() {
    let (desk, id) = Desk::practice();
    let ines = desk.ines();
    desk.authorize(id, Reach::All).await;
    let shared = desk.create_practice("Shared", Kind::Admin, Mode::Same);
    desk.authorize(shared, Reach::All).await;
    let row = desk.row(ines);
    assert_eq!(
        (row.owned, row.authorized, row.primaries),
        (2, 2, 1),
        "the list says what belongs to them"
    );
    let rei = desk.invites("Rei", Role::SuperAdmin).await;
    desk.signs_in(rei, None).await;
    let impact = desk
        .console
        .member_impact(desk.session(), ines, Role::SuperAdmin, false);
    let impact = impact.await.unwrap();
    assert_eq!(
        impact.connections.len(),
        2,
        "what they answer for is listed"
    );
    assert_eq!(impact.authorizations.len(), 2, "and what they authorized");
    assert_eq!(impact.primaries.len(), 1, "and the primary account");
    assert_eq!(impact.heirs[0].name, "Rei", "and who can take over");
    assert_eq!(
        code(
            desk.console
                .deactivate_member(desk.session(), ines, None)
                .await
        ),
        "heir_needed",
        "nothing is left without anybody who answers for it"
    );
    assert!(desk.row(ines).active, "a refusal changes nothing");
    let left = desk
        .console
        .deactivate_member(desk.session(), ines, Some(rei));
    let left = left.await.unwrap();
    assert_eq!(left.handed_over, 2, "both connections");
    assert_eq!(left.primaries, 1, "and nobody was promoted");
    assert!(
        left.authorizations.iter().all(|one| one.at_provider),
        "the provider was told of each"
    );
    let catalog = desk.world.catalog();
    assert_eq!(catalog.owner(id).unwrap(), Some(rei));
    assert_eq!(desk.own(id, ines), None, "their own place is empty");
    let slot = &catalog.slots(shared).unwrap()[0];
    assert!(
        matches!(slot.authorization.health, Health::NotConnected(_)),
        "what everybody used asks to be authorized anew"
    );
    assert_eq!(
        code(desk.console.sign_in(ines, None).await),
        "member_inactive",
        "and they sign in no more"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leave_that_is_stopped_between_two_authorizations_can_be_gone_on_with() {
    let (desk, id) = Desk::practice();
    let ines = desk.ines();
    desk.authorize(id, Reach::All).await;
    let shared = desk.create_practice("Shared", Kind::Admin, Mode::Same);
    desk.authorize(shared, Reach::All).await;
    let rei = desk.invites("Rei", Role::SuperAdmin).await;
    desk.signs_in(rei, None).await;
    let over = Arc::new(AtomicBool::new(false));
    let (console, session, ended) = (desk.console.clone(), desk.session(), over.clone());
    let presses = std::thread::spawn(move || {
        while !ended.load(Ordering::Relaxed) {
            console.stop_work(session, WorkKind::Leaving).unwrap();
            std::thread::yield_now();
        }
    });
    let leaves = || {
        desk.console
            .deactivate_member(desk.session(), ines, Some(rei))
    };
    let stopped = leaves().await.unwrap_err();
    over.store(true, Ordering::Relaxed);
    presses.join().unwrap();
    assert_eq!(stopped.code, "leave_stopped");
    let done: usize = stopped.args["done"].parse().unwrap();
    assert!(done < 2 && stopped.args["all"] == "2", "{:?}", stopped.args);
    let row = desk.row(ines);
    assert!(row.active, "they have not left");
    assert_eq!(row.owned, 2, "nothing was handed over");
    let left = leaves().await.unwrap();
    assert_eq!(left.authorizations.len(), 2 - done, "the rest");
    assert_eq!(left.handed_over, 2);
    assert!(!desk.row(ines).active);
}

#[tokio::test]
async fn where_a_leaver_s_key_is_locked_the_host_to_revoke_at_by_hand_is_named() {
    let (desk, _, ben) = with_ben().await;
    desk.signs_in(desk.ines(), None).await;
    let left = desk
        .console
        .deactivate_member(desk.session(), ben, None)
        .await
        .unwrap();
    let one = &left.authorizations[0];
    assert!(one.locked && !one.at_provider, "nobody could open it");
    assert!(one.host.starts_with("127.0.0.1:"), "{}", one.host);
}

#[tokio::test]
async fn raising_a_role_asks_for_the_raiser_s_passphrase_and_lowering_does_not() {
    let desk = Desk::empty();
    let rei = desk.invites("Rei", Role::User).await;
    desk.protects(PASSPHRASE).await;
    let change = |role, passphrase: Option<&str>| {
        let change = MemberChange {
            name: "Rei".to_owned(),
            role,
            passphrase: passphrase.map(str::to_owned),
        };
        desk.console.change_member(desk.session(), rei, change)
    };
    assert_eq!(code(change(Role::Admin, None).await), "passphrase_required");
    assert_eq!(
        code(change(Role::Admin, Some("wrong horse battery")).await),
        "member_passphrase_wrong"
    );
    assert_eq!(desk.row(rei).role, Role::User, "refused is unchanged");
    change(Role::Admin, Some(PASSPHRASE)).await.unwrap();
    assert_eq!(desk.row(rei).role, Role::Admin);
    change(Role::User, None).await.unwrap();
    assert_eq!(desk.row(rei).role, Role::User, "lowering needs no proof");
    let invitation = Invitation {
        name: "Kai".to_owned(),
        role: Role::SuperAdmin,
        passphrase: None,
    };
    assert_eq!(
        code(desk.console.invite(desk.session(), invitation).await),
        "passphrase_required",
        "inviting a manager raises somebody too"
    );
}

#[tokio::test]
async fn reactivating_and_resetting_ask_for_the_passphrase_of_whoever_does_it() {
    let desk = Desk::empty();
    let rei = desk.invites("Rei", Role::SuperAdmin).await;
    let kai = desk.invites("Kai", Role::User).await;
    desk.signs_in(kai, None).await;
    desk.protects("another passphrase").await;
    desk.signs_in(desk.ines(), None).await;
    desk.protects(PASSPHRASE).await;
    let session = desk.session();
    desk.console
        .deactivate_member(session, rei, None)
        .await
        .unwrap();
    for (passphrase, refused) in [
        (None, "passphrase_required"),
        (Some("wrong horse battery"), "member_passphrase_wrong"),
    ] {
        let given = || passphrase.map(str::to_owned);
        let reactivated = desk.console.reactivate_member(session, rei, given());
        assert_eq!(code(reactivated.await), refused);
        let reset = desk.console.reset_passphrase(session, kai, given());
        assert_eq!(code(reset.await), refused);
    }
    assert!(!desk.row(rei).active, "refused is unchanged");
    assert!(desk.row(kai).passphrase, "refused is unchanged");
    let impact = desk
        .console
        .member_impact(session, rei, Role::SuperAdmin, true);
    assert!(impact.await.unwrap().asks_passphrase, "it says so first");
    let reactivated = desk
        .console
        .reactivate_member(session, rei, some(PASSPHRASE));
    reactivated.await.unwrap();
    let reset = desk
        .console
        .reset_passphrase(session, kai, some(PASSPHRASE));
    reset.await.unwrap();
    assert!(desk.row(rei).active && !desk.row(kai).passphrase);
}

#[tokio::test]
async fn the_last_super_admin_stays_one() {
    let desk = Desk::empty();
    let ines = desk.ines();
    desk.invites("Rei", Role::Admin).await;
    let change = MemberChange {
        name: "Ines".to_owned(),
        role: Role::Admin,
        passphrase: None,
    };
    assert_eq!(
        code(
            desk.console
                .change_member(desk.session(), ines, change)
                .await
        ),
        "last_super_admin"
    );
    assert_eq!(
        code(
            desk.console
                .deactivate_member(desk.session(), ines, None)
                .await
        ),
        "last_super_admin"
    );
    let row = desk.row(ines);
    assert!(row.active && row.role == Role::SuperAdmin && !row.may_deactivate);
}

#[tokio::test]
async fn a_second_member_has_the_first_one_asked_for_a_passphrase_once() {
    let desk = Desk::empty();
    let asked = || {
        let start = desk.console.start(desk.session()).unwrap();
        start.session.ask_passphrase
    };
    assert!(!asked(), "alone there is nobody to keep out");
    desk.invites("Rei", Role::User).await;
    assert!(asked(), "now there is");
    desk.console.passphrase_not_now(desk.session()).unwrap();
    assert!(!asked(), "not now is not now");
}

#[tokio::test]
async fn users_and_portal_users_are_shown_no_manager_s_screen() {
    let (desk, id) = Desk::practice();
    for role in [Role::User, Role::PortalUser] {
        let member = desk.invites(role.as_str(), role).await;
        desk.signs_in(member, None).await;
        let (console, session) = (&desk.console, desk.session());
        for (what, answer) in [
            ("home", code(console.home_view(session))),
            (
                "connections",
                code(console.connections(session, &Default::default())),
            ),
            (
                "connection",
                code(console.connection_view(session, id).await),
            ),
            ("timeline", code(console.timeline(session, id))),
            ("gallery", code(console.gallery(session))),
            ("connectors", code(console.connectors(session))),
            ("practice", code(console.practice(session))),
            ("members", code(console.members(session))),
            (
                "impact",
                code(
                    console
                        .member_impact(session, member, Role::SuperAdmin, true)
                        .await,
                ),
            ),
        ] {
            assert_eq!(answer, "role_not_allowed", "{what} for {role:?}");
        }
        desk.signs_in(desk.ines(), None).await;
    }
}

#[tokio::test]
async fn what_members_do_is_in_the_log_and_no_passphrase_is() {
    let (desk, _, ben) = with_ben().await;
    let _ = desk.console.sign_in(ben, some("wrong horse battery")).await;
    desk.console.lock(desk.session()).await.unwrap();
    let events = desk.world.catalog().events(None, None, 100).unwrap();
    let actions: Vec<&str> = events
        .iter()
        .map(|event| event.event.action.as_str())
        .collect();
    for action in [
        "member.invited",
        "session.signed_in",
        "member.passphrase_set",
        "session.refused",
        "session.locked",
    ] {
        assert!(
            actions.contains(&action),
            "{action} is missing: {actions:?}"
        );
    }
    for (file, bytes) in crate::fixture::files(desk.world.home.path()) {
        for secret in [PASSPHRASE, "wrong horse battery"] {
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{file} holds a passphrase");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_what_a_mode_change_sets_aside_runs_unattended_no_more() {
    let desk = Desk::practice().0;
    desk.protects(PASSPHRASE).await;
    let id = desk.create_practice("Shared", Kind::LoggedInUser, Mode::PerEnvironment);
    for reach in [Reach::Stage, Reach::Production] {
        desk.authorize(id, reach).await;
    }
    let slots = desk.world.catalog().slots(id).unwrap();
    let in_reach = |reach| {
        let slot = slots.iter().find(|slot| slot.key.reach == reach).unwrap();
        desk.readers(slot.authorization.id)
    };
    let own = format!("member:{}", desk.ines());
    let both = [own.clone(), "unattended".to_owned()];
    assert_eq!(in_reach(Reach::Stage), both, "primary of Stage");
    let mut edit = as_it_is(&desk.view(id).await);
    edit.mode = Mode::Same;
    let edited = desk.console.edit_connection(desk.session(), id, &edit);
    edited.await.unwrap();
    assert_eq!(
        in_reach(Reach::Stage),
        [own],
        "the workspace's key alone opens it no more"
    );
    assert_eq!(
        in_reach(Reach::Production),
        both,
        "what runs for all now stays unattended"
    );
}
