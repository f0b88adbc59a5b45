//! R22: one cause, one answer, whichever door somebody comes through.

use tsunagi_areas::call::Call;
use tsunagi_areas::task::Task;
use tsunagi_console::Reach;
use tsunagi_console::tray::{TrayAction, TrayLine};
use tsunagi_console::views::{AvailabilityChange, CallDraft, ScheduleOutcome, TaskDraft};
use tsunagi_domain::{Kind, Plan};

use super::{LIVE, Orders, code};

/// Why the gate is shut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shut {
    Never,
    Revoked,
    Disabled,
    NoAccess,
    FreePlan,
    Elsewhere,
}

impl Orders {
    async fn shut(&self, cause: Shut) {
        let (desk, id) = (&self.desk, self.connection);
        let (console, session) = (&desk.console, desk.session());
        let place = |plan, data_center: &str| AvailabilityChange {
            plan,
            data_center: data_center.to_owned(),
            country: None,
        };
        match cause {
            Shut::Never => {}
            Shut::Revoked => {
                console.revoke(session, id, Reach::All).await.unwrap();
            }
            Shut::Disabled => {
                console.set_enabled(session, id, false).await.unwrap();
            }
            Shut::NoAccess => console
                .grant_application(session, self.application, id, false)
                .unwrap(),
            Shut::FreePlan => {
                let change = place(Plan::Free, "us");
                console.change_availability(session, &change).unwrap();
            }
            Shut::Elsewhere => {
                let change = place(Plan::Paid, "cn");
                console.change_availability(session, &change).unwrap();
            }
        }
    }

    /// What each door of the window says.
    async fn window(&self) -> Vec<(&'static str, String)> {
        let (console, session) = (&self.desk.console, self.desk.session());
        let call = CallDraft {
            id: None,
            version: None,
            application: self.application,
            environment: LIVE,
            name: String::new(),
            connection: Some(self.connection),
            call: Call::get("/contacts"),
        };
        let called = console.send_call(session, &call).await.map(drop);
        let task = TaskDraft {
            id: None,
            version: None,
            application: self.application,
            environment: LIVE,
            name: String::new(),
            connection: Some(self.connection),
            service: None,
            task: Task {
                operation: "list_contacts".to_owned(),
                ..Task::default()
            },
        };
        let done = console.run_task(session, &task).await;
        let done = match done {
            Ok(done) => done.refused.map_or("allowed".to_owned(), |why| why.code),
            Err(error) => error.code,
        };
        vec![("call", code(called)), ("task", done)]
    }

    /// Whether the tray offers to authorize the connection.
    fn tray_offers(&self) -> bool {
        let menu = self.desk.console.tray(self.desk.session());
        menu.lines.iter().any(|line| {
            matches!(line, TrayLine::Entry { action: TrayAction::Authorize(connection, _), .. }
                if *connection == self.connection)
        })
    }

    async fn requests(&self) -> usize {
        let (console, session) = (&self.desk.console, self.desk.session());
        let history = console.call_history(session, self.connection, LIVE);
        let history = history.await.unwrap();
        history.iter().filter(|run| run.status.is_some()).count()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r22_a_shut_gate_says_the_same_in_the_window_on_schedule_and_in_the_tray() {
    for (cause, says, mended_in_the_tray) in [
        (Shut::Never, "not_connected", true),
        (Shut::Revoked, "not_connected", true),
        (Shut::Disabled, "disabled", false),
        (Shut::NoAccess, "application_no_access", false),
        (Shut::FreePlan, "plan_free", false),
        (Shut::Elsewhere, "data_center_not_served", false),
    ] {
        let orders = match cause {
            Shut::Never => Orders::bare(Kind::Admin),
            _ => Orders::new().await,
        };
        let what = orders.call("Ask for contacts", Call::get("/contacts"));
        orders.at("2027-01-15T08:00:10Z").await;
        let schedule = orders.kept(orders.draft(what, "* * * * *", "UTC"));
        orders.shut(cause).await;
        for (door, answer) in orders.window().await {
            assert_eq!(answer, says, "{cause:?}: {door}");
        }
        orders.at("2027-01-15T08:01:00Z").await;
        let history = orders.history(schedule);
        assert_eq!(history.len(), 1, "{cause:?}: it was its minute");
        assert_eq!(
            history[0].outcome,
            Some(ScheduleOutcome::Refused),
            "{cause:?}"
        );
        let why = history[0].failure.as_ref().unwrap();
        assert_eq!(why.code, says, "{cause:?}: schedule");
        assert_eq!(orders.tray_offers(), mended_in_the_tray, "{cause:?}: tray");
        assert_eq!(orders.requests().await, 0, "{cause:?}: nothing was sent");
    }
}
