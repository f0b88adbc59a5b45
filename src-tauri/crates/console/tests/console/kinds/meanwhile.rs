//! R21 while another window is at work: what shares an authorization is looked at once more when
//! what was obtained again is stored.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tsunagi_catalog::{CatalogError, SlotSettings};
use tsunagi_console::Reach;
use tsunagi_console::views::{ConnectionEdit, Stage};
use tsunagi_domain::connection::SlotKey;
use tsunagi_domain::{Kind, Mode};

use super::with_ports;
use crate::fixture::Person;
use crate::provider::{Provider, draft};

/// At how many looks at the clock something is tried: more than a sign-in takes once it is known
/// who signed in.
const LOOKS: u32 = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r21_an_environment_that_leads_elsewhere_meanwhile_keeps_what_it_has() {
    let mut between = 0;
    for look in 1..=LOOKS {
        let (desk, one, two, _) = with_ports().await;
        let site = |provider: &Provider| BTreeMap::from([("site".to_owned(), provider.port())]);
        let registration = desk.world.catalog().registrations(None).unwrap()[0].id;
        let mut drafted = draft("Shared", Kind::Admin, Mode::Same, Some(registration));
        drafted.settings = site(&one);
        let id = desk.console.create(desk.session(), &drafted).unwrap();
        desk.world.agent.person(Person::Waits);
        let flow = desk.begin(id, Reach::All).await;
        desk.answers(flow, &[("code", "a-code")]).await;
        assert_eq!(desk.ended(flow).await.stage, Stage::Done);
        let edit = ConnectionEdit {
            name: "Shared".to_owned(),
            scopes: drafted.scopes.clone(),
            mode: Mode::PerEnvironment,
            registration: Some(registration),
            settings: drafted.settings.clone(),
        };
        let edited = desk.console.edit_connection(desk.session(), id, &edit);
        edited.await.unwrap();

        let key = |reach| SlotKey {
            connection: id,
            reach,
            member: None,
        };
        let sits = |reach| {
            let slot = desk.world.catalog().slot(key(reach)).unwrap().unwrap();
            (slot.authorization.id, slot.authorization.version)
        };
        let before = sits(Reach::Development);
        assert_eq!(before, sits(Reach::Stage), "one sign-in serves all three");

        let flow = desk.begin(id, Reach::Development).await;
        let catalog = desk.world.catalog();
        let was_first = Arc::new(AtomicBool::new(false));
        let (first, mut left) = (was_first.clone(), look);
        let (here, stage, elsewhere) = (key(Reach::Development), key(Reach::Stage), site(&two));
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
            let set = catalog.at_once(|| {
                let now = catalog.slot(here)?.map(|slot| slot.authorization);
                let not_yet = now.is_some_and(|now| (now.id, now.version) == before);
                if not_yet {
                    let settings = SlotSettings {
                        reach: Reach::Stage,
                        settings: elsewhere.clone(),
                        registration: None,
                    };
                    catalog.set_slot_settings(id, &settings, &[stage])?;
                }
                Ok::<_, CatalogError>(not_yet)
            });
            // While it is being stored nobody else gets to write.
            first.store(set.unwrap_or(false), Ordering::SeqCst);
            true
        });
        desk.answers(flow, &[("code", "a-code")]).await;
        let view = desk.ended(flow).await;
        assert_eq!(view.stage, Stage::Done, "look {look}: {:?}", view.failure);
        if was_first.load(Ordering::SeqCst) {
            between += 1;
            assert_ne!(
                sits(Reach::Development),
                before,
                "look {look}: the sign-in is stored"
            );
            assert_eq!(
                sits(Reach::Stage),
                before,
                "look {look}: what leads elsewhere by now keeps what was obtained for it"
            );
        }
    }
    assert!(between > 0, "another window was in between at least once");
}
