//! Staying signed in: whose a profile becomes, and when it is deleted.

use std::path::PathBuf;

use tsunagi_console::agent::Sighting;
use tsunagi_console::views::{AgentKind, KeptSignInView, Stage, Stay};
use tsunagi_console::{AccountAnswer, ConnectionId, FlowId, KeptSignInId, Reach};
use tsunagi_domain::{Kind, MemberId, Mode, Role};

use crate::fixture::{AIKO, BEN, Desk, Person, arrive, press, until};
use crate::provider::{Provider, Says, account};

/// The folders of profiles that there are now, by name.
fn folders(desk: &Desk) -> Vec<String> {
    let folder = desk.world.home.path().join("sign-ins");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

async fn comes_to(desk: &Desk, names: &[String]) {
    until(&format!("the folders are {names:?}"), || {
        folders(desk) == names
    })
    .await;
}

fn kept(desk: &Desk) -> Vec<KeptSignInView> {
    desk.console.kept_sign_ins(desk.session()).unwrap()
}

fn labels(desk: &Desk) -> Vec<String> {
    kept(desk).into_iter().map(|kept| kept.account).collect()
}

fn events(desk: &Desk) -> Vec<String> {
    let events = desk.world.catalog().events(None, None, 50).unwrap();
    let actions = events.into_iter().map(|event| event.event.action);
    actions
        .filter(|action| action.starts_with("sign_in."))
        .collect()
}

/// The profile that the page of a flow is in.
fn profile(desk: &Desk, flow: FlowId) -> Option<PathBuf> {
    let visit = desk.world.agent.visit(flow);
    visit.profile.map(|profile| profile.folder)
}

async fn ticks(desk: &Desk, flow: FlowId, wanted: bool) {
    let before = desk.world.agent.visits.lock().unwrap().len();
    desk.console.flow_stay(flow, wanted).unwrap();
    until("the page is opened anew", || {
        desk.world.agent.visits.lock().unwrap().len() > before
    })
    .await;
}

/// The person signs in on the page that is open, and allows.
async fn signs_in(desk: &Desk, flow: FlowId, account: &str) {
    let visit = desk.world.agent.visit(flow);
    let answer = press(&visit.url, account, "allow").await;
    arrive(&visit, answer).await;
}

async fn begins(desk: &Desk, id: ConnectionId) -> FlowId {
    desk.world.agent.person(Person::Waits);
    desk.begin(id, Reach::All).await
}

/// A connection that was authorized by Aiko, who stays signed in.
async fn staying() -> (Desk, ConnectionId) {
    let (desk, id) = Desk::practice();
    let flow = begins(&desk, id).await;
    ticks(&desk, flow, true).await;
    signs_in(&desk, flow, AIKO).await;
    let end = desk.ended(flow).await;
    assert_eq!((end.stage, end.stay), (Stage::Done, Stay::On));
    assert_eq!(labels(&desk), ["aiko@practice.example"]);
    (desk, id)
}

fn only(desk: &Desk) -> KeptSignInId {
    let kept = kept(desk);
    assert_eq!(kept.len(), 1, "one is kept: {kept:?}");
    kept[0].id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_kept_unless_the_person_wants_it() {
    let (desk, id) = Desk::practice();
    let flow = begins(&desk, id).await;
    assert_eq!(desk.console.flow(flow).unwrap().stay, Stay::Off);
    assert_eq!(profile(&desk, flow), None, "the page remembers nothing");
    signs_in(&desk, flow, AIKO).await;
    assert_eq!(desk.ended(flow).await.stay, Stay::Off);
    assert!(folders(&desk).is_empty(), "and leaves nothing behind");
    assert!(kept(&desk).is_empty() && events(&desk).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_box_reopens_the_page_of_the_same_flow() {
    let (desk, id) = Desk::practice();
    let flow = begins(&desk, id).await;
    let first = desk.world.agent.visit(flow);
    ticks(&desk, flow, true).await;
    let second = desk.world.agent.visit(flow);
    assert_eq!(second.url, first.url, "nothing of the flow begins anew");
    assert_eq!(second.kind, AgentKind::Webview);
    let folder = profile(&desk, flow).expect("a place of its own");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "nobody else may look into it");
    }
    let _ = first.sightings.send(Sighting::Closed);
    ticks(&desk, flow, false).await;
    assert_eq!(profile(&desk, flow), None, "off again");
    ticks(&desk, flow, true).await;
    assert_eq!(
        profile(&desk, flow),
        Some(folder),
        "and on again, in the same"
    );
    assert_eq!(
        desk.console.flow(flow).unwrap().stage,
        Stage::Waiting,
        "that the other pages closed ended nothing"
    );
    signs_in(&desk, flow, AIKO).await;
    assert_eq!(desk.ended(flow).await.stage, Stage::Done);
    let timeline = desk.console.timeline(desk.session(), id).unwrap();
    assert_eq!(timeline.len(), 1, "it was one flow all the time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flow_that_ends_well_binds_its_profile_to_the_account() {
    let (desk, id) = staying().await;
    let sign_in = only(&desk);
    assert_eq!(folders(&desk), [sign_in.to_string()]);
    assert_eq!(events(&desk), ["sign_in.kept"]);
    let accounts = desk.view(id).await.accounts;
    assert_eq!(accounts[0].kept, Some(sign_in), "the Accounts tab says so");

    desk.world.clock.pass(60);
    let flow = begins(&desk, id).await;
    assert_eq!(
        desk.console.flow(flow).unwrap().stay,
        Stay::On,
        "the box is on"
    );
    let folder = profile(&desk, flow).unwrap();
    assert!(folder.ends_with(sign_in.to_string()), "in what was kept");
    let before = kept(&desk)[0].last_used;
    signs_in(&desk, flow, AIKO).await;
    desk.ended(flow).await;
    assert!(kept(&desk)[0].last_used > before, "it was used again");
    assert_eq!(events(&desk), ["sign_in.kept"], "which is no news");
    assert_eq!(folders(&desk), [sign_in.to_string()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flow_that_does_not_end_well_leaves_no_profile() {
    let (desk, id) = Desk::practice();
    let flow = begins(&desk, id).await;
    ticks(&desk, flow, true).await;
    assert_eq!(folders(&desk).len(), 1);
    desk.world.agent.sees(flow, Sighting::Closed);
    assert_eq!(
        desk.ended(flow).await.failure.unwrap().code,
        "window_closed"
    );
    comes_to(&desk, &[]).await;

    let flow = begins(&desk, id).await;
    ticks(&desk, flow, true).await;
    let visit = desk.world.agent.visit(flow);
    let answer = press(&visit.url, AIKO, "deny").await;
    arrive(&visit, answer).await;
    assert_eq!(desk.ended(flow).await.stage, Stage::Failed);
    comes_to(&desk, &[]).await;
    assert!(kept(&desk).is_empty() && events(&desk).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_goes_on_in_the_browser_keeps_nothing() {
    let (desk, id) = Desk::practice();
    let flow = begins(&desk, id).await;
    ticks(&desk, flow, true).await;
    desk.console.flow_in_browser(flow).unwrap();
    until("the browser is opened", || {
        desk.world.agent.visit(flow).kind == AgentKind::Browser
    })
    .await;
    assert_eq!(profile(&desk, flow), None);
    let refused = desk.console.flow_stay(flow, true).unwrap_err();
    assert_eq!(refused.code, "stay_not_offered", "it is not our window");
    signs_in(&desk, flow, AIKO).await;
    assert_eq!(desk.ended(flow).await.stay, Stay::Off);
    comes_to(&desk, &[]).await;
    assert!(kept(&desk).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_sign_in_survives_a_flow_that_did_not_end_well() {
    let (desk, id) = staying().await;
    let flow = begins(&desk, id).await;
    desk.console.cancel_flow(flow).unwrap();
    desk.ended(flow).await;
    assert_eq!(folders(&desk), [only(&desk).to_string()]);
    let again = begins(&desk, id).await;
    until("the profile is free again", || {
        desk.console.flow(again).unwrap().stay == Stay::On
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_account_that_replaces_the_first_takes_its_profile_over() {
    let (desk, id) = staying().await;
    let sign_in = only(&desk);
    let flow = begins(&desk, id).await;
    signs_in(&desk, flow, BEN).await;
    desk.asks(flow).await;
    desk.console
        .answer_flow(flow, AccountAnswer::Replace)
        .unwrap();
    assert_eq!(desk.ended(flow).await.stay, Stay::On);
    assert_eq!(labels(&desk), ["ben@practice.example"]);
    assert_eq!(only(&desk), sign_in, "the folder holds Ben's session now");
    assert_eq!(events(&desk), ["sign_in.kept", "sign_in.kept"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeping_the_first_account_clears_what_the_other_left() {
    let (desk, id) = staying().await;
    let flow = begins(&desk, id).await;
    signs_in(&desk, flow, BEN).await;
    desk.asks(flow).await;
    desk.console.answer_flow(flow, AccountAnswer::Keep).unwrap();
    assert_eq!(desk.ended(flow).await.failure.unwrap().code, "kept");
    assert!(kept(&desk).is_empty(), "it is nobody's");
    comes_to(&desk, &[]).await;
    assert_eq!(events(&desk), ["sign_in.cleared", "sign_in.kept"]);
    assert_eq!(desk.view(id).await.accounts[0].kept, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_profile_of_the_same_account_goes() {
    let (desk, _) = staying().await;
    let older = only(&desk);
    let second = desk.create_practice("Second", Kind::Admin, Mode::Same);
    let flow = begins(&desk, second).await;
    assert_eq!(
        desk.console.flow(flow).unwrap().stay,
        Stay::Off,
        "nobody sat there, so nobody is expected"
    );
    ticks(&desk, flow, true).await;
    signs_in(&desk, flow, AIKO).await;
    desk.ended(flow).await;
    assert_ne!(only(&desk), older, "the later one counts");
    comes_to(&desk, &[only(&desk).to_string()]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_flows_are_never_in_one_profile() {
    let (desk, first) = staying().await;
    let second = desk.create_practice("Second", Kind::Admin, Mode::Same);
    let flow = begins(&desk, second).await;
    signs_in(&desk, flow, AIKO).await;
    desk.ended(flow).await;

    let one = begins(&desk, first).await;
    let two = begins(&desk, second).await;
    assert!(profile(&desk, one).is_some());
    assert_eq!(profile(&desk, two), None, "the second remembers nothing");
    assert_eq!(desk.console.flow(two).unwrap().stay, Stay::Off);
    ticks(&desk, two, true).await;
    assert_ne!(profile(&desk, two), profile(&desk, one), "it has its own");

    // The second ends first, so its profile is the account's; the first finds that out.
    signs_in(&desk, two, AIKO).await;
    desk.ended(two).await;
    let now = only(&desk).to_string();
    assert_eq!(folders(&desk).len(), 2, "nobody deletes an open one");
    desk.console.cancel_flow(one).unwrap();
    desk.ended(one).await;
    comes_to(&desk, &[now]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unticking_and_signing_in_as_the_same_account_clears() {
    let (desk, id) = staying().await;
    let flow = begins(&desk, id).await;
    ticks(&desk, flow, false).await;
    assert_eq!(profile(&desk, flow), None);
    signs_in(&desk, flow, AIKO).await;
    assert_eq!(desk.ended(flow).await.stay, Stay::Off);
    assert!(kept(&desk).is_empty(), "they do not want to stay any more");
    comes_to(&desk, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unticking_and_signing_in_as_somebody_else_clears_nothing() {
    let (desk, id) = staying().await;
    let flow = begins(&desk, id).await;
    ticks(&desk, flow, false).await;
    signs_in(&desk, flow, BEN).await;
    desk.asks(flow).await;
    desk.console
        .answer_flow(flow, AccountAnswer::Replace)
        .unwrap();
    desk.ended(flow).await;
    assert_eq!(labels(&desk), ["aiko@practice.example"], "it is Aiko's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_does_not_tell_the_account_keeps_nothing_and_says_so() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let id = provider.connect(&desk, Kind::Admin, Mode::Same);
    let mut nameless = account("one");
    nameless.as_object_mut().unwrap().remove("id");
    provider.who(Says::json(200, &nameless));
    let flow = begins(&desk, id).await;
    ticks(&desk, flow, true).await;
    desk.answers(flow, &[("code", "a")]).await;
    let end = desk.ended(flow).await;
    assert_eq!((end.stage, end.stay), (Stage::Done, Stay::NoAccount));
    assert!(kept(&desk).is_empty());
    comes_to(&desk, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_service_never_tells_the_account_nothing_is_offered() {
    let (desk, provider) = (Desk::empty(), Provider::start().await);
    let toml = provider.toml("filing");
    let (before, rest) = toml.split_once("[whoami]").unwrap();
    let (_, after) = rest.split_once("[[scopes]]").unwrap();
    let toml = format!("{before}[[scopes]]{after}");
    crate::provider::accept(&desk, "filing", &toml).unwrap();
    let registration = crate::provider::register(
        &desk,
        "filing",
        tsunagi_console::views::RedirectForm::LoopbackAnyPort,
    );
    let draft = crate::provider::draft("Filing", Kind::Admin, Mode::Same, Some(registration));
    let id = desk.console.create(desk.session(), &draft).unwrap();
    let flow = begins(&desk, id).await;
    assert_eq!(desk.console.flow(flow).unwrap().stay, Stay::NoAccount);
    let refused = desk.console.flow_stay(flow, true).unwrap_err();
    assert_eq!(refused.code, "stay_not_offered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clearing_takes_row_and_folder() {
    let (desk, id) = staying().await;
    let sign_in = only(&desk);
    let left = desk.console.clear_sign_ins(desk.session(), Some(sign_in));
    assert!(left.unwrap().is_empty());
    assert!(folders(&desk).is_empty(), "at once");
    assert_eq!(events(&desk), ["sign_in.cleared", "sign_in.kept"]);
    let again = desk.console.clear_sign_ins(desk.session(), Some(sign_in));
    assert_eq!(again.unwrap_err().code, "missing");
    assert!(desk.try_it(id).await.unwrap().ok, "the authorization stays");
    let flow = begins(&desk, id).await;
    assert_eq!(profile(&desk, flow), None, "and the next page is a new one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_open_is_not_cleared_and_neither_is_anything_else() {
    let (desk, id) = staying().await;
    let second = desk.create_practice("Second", Kind::Admin, Mode::Same);
    let flow = begins(&desk, second).await;
    ticks(&desk, flow, true).await;
    signs_in(&desk, flow, BEN).await;
    desk.ended(flow).await;
    assert_eq!(kept(&desk).len(), 2);

    let flow = begins(&desk, id).await;
    let refused = desk.console.clear_sign_ins(desk.session(), None);
    let refused = refused.unwrap_err();
    assert_eq!(refused.code, "sign_in_open");
    let said = desk.console.failure(&refused).message;
    assert!(
        said.contains("Practice") && said.contains("aiko@practice.example"),
        "it says which page is in the way: {said}"
    );
    assert_eq!(kept(&desk).len(), 2, "nothing was cleared");
    assert_eq!(folders(&desk).len(), 2);
    desk.console.cancel_flow(flow).unwrap();
    desk.ended(flow).await;
    until("all can be cleared once the page is closed", || {
        desk.console.clear_sign_ins(desk.session(), None).is_ok()
    })
    .await;
    assert!(kept(&desk).is_empty());
    assert!(folders(&desk).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_tidies_what_a_crash_left() {
    let (desk, id) = staying().await;
    let sign_in = only(&desk);
    let folder = desk.world.home.path().join("sign-ins");
    let nobodys = folder.join(KeptSignInId::from_uuid(uuid::Uuid::now_v7()).to_string());
    let persons = folder.join("my notes");
    for folder in [&nobodys, &persons] {
        std::fs::create_dir_all(folder.join("deep")).unwrap();
    }
    let _again = desk.world.open();
    assert!(!nobodys.exists(), "nobody knows whose it is");
    assert!(persons.exists(), "what is not the program's is left alone");
    assert_eq!(only(&desk), sign_in, "what is known stays");

    std::fs::remove_dir_all(folder.join(sign_in.to_string())).unwrap();
    let again = desk.world.open();
    assert!(
        again.kept_sign_ins(again.session()).unwrap().is_empty(),
        "a row without a folder keeps nothing"
    );
    assert_eq!(desk.view(id).await.accounts[0].kept, None);
}

/// The founder stays signed in; another super admin, who has joined, sits at the keyboard.
async fn another_sits_down() -> (Desk, MemberId, MemberId) {
    let (desk, _) = staying().await;
    let ines = desk.founder();
    let rei = desk.joins("Rei", Role::SuperAdmin);
    desk.console.sign_in(rei, None).await.unwrap();
    (desk, ines, rei)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leaver_stays_signed_in_nowhere_and_the_dialog_says_so_first() {
    let (desk, ines, rei) = another_sits_down().await;
    let impact = desk
        .console
        .member_impact(desk.session(), ines, Role::SuperAdmin, false);
    assert_eq!(impact.await.unwrap().sign_ins, 1, "counted before");
    assert_eq!(folders(&desk).len(), 1, "looking clears nothing");
    let left = desk
        .console
        .deactivate_member(desk.session(), ines, Some(rei));
    let left = left.await.unwrap();
    assert_eq!(left.sign_ins, 1, "and told afterwards");
    assert!(left.members.unwrap().leftover.is_empty());
    assert!(folders(&desk).is_empty(), "their cookies go at once");
    let catalog = desk.world.catalog();
    assert!(catalog.kept_sign_in_ids().unwrap().is_empty());
    assert_eq!(events(&desk), ["sign_in.cleared", "sign_in.kept"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sits_down_without_the_passphrase_that_was_reset_is_signed_in_nowhere() {
    let (desk, _) = staying().await;
    let next = Some("correct horse".to_owned());
    desk.console
        .set_passphrase(desk.session(), None, next)
        .await
        .unwrap();
    let ines = desk.founder();
    let rei = desk.joins("Rei", Role::SuperAdmin);
    desk.console.sign_in(rei, None).await.unwrap();
    let impact = desk
        .console
        .member_impact(desk.session(), ines, Role::SuperAdmin, true);
    assert_eq!(impact.await.unwrap().sign_ins, 1, "counted before");
    desk.console
        .reset_passphrase(desk.session(), ines, None)
        .await
        .unwrap();
    assert!(folders(&desk).is_empty());
    desk.console.sign_in(ines, None).await.unwrap();
    assert!(kept(&desk).is_empty(), "nobody is them at a service now");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_cannot_be_deleted_is_named_and_tried_again() {
    let (desk, ines, rei) = another_sits_down().await;
    let folder = desk.world.home.path().join("sign-ins");
    let folder = folder.join(&folders(&desk)[0]);
    // What lies there is no folder, so it cannot be deleted as one.
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    let left = desk
        .console
        .deactivate_member(desk.session(), ines, Some(rei));
    let named = [folder.display().to_string()];
    assert_eq!(
        left.await.unwrap().members.unwrap().leftover,
        named,
        "who manages members is told where it is"
    );
    let again = desk.world.open();
    let session = again.session();
    assert_eq!(
        again.members(session).unwrap().leftover,
        named,
        "the next start tries again, and says so too"
    );
    std::fs::remove_file(&folder).unwrap();
    std::fs::create_dir_all(folder.join("deep")).unwrap();
    desk.console.renew_due().await;
    assert!(!folder.exists(), "tried again every minute");
    let members = desk.console.members(desk.session()).unwrap();
    assert!(members.leftover.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clearing_says_where_a_folder_stays() {
    let (desk, _) = staying().await;
    let folder = desk.world.home.path().join("sign-ins");
    let folder = folder.join(&folders(&desk)[0]);
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    let refused = desk.console.clear_sign_ins(desk.session(), None);
    let refused = refused.unwrap_err();
    assert_eq!(refused.code, "sign_in_folder_stays");
    let said = desk.console.failure(&refused).message;
    assert!(
        said.contains(&folder.display().to_string()),
        "it names the folder: {said}"
    );
    assert!(kept(&desk).is_empty(), "it is forgotten all the same");
}
