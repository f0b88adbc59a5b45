//! R1: the workspace's plan, data center and country.

use tsunagi_catalog::{Entry, Tag};
use tsunagi_domain::{DataCenter, Plan, Workspace, access, workspace};

use crate::console::{Console, Session};
use crate::error::ConsoleError;
use crate::log::Action;
use crate::views::{AvailabilityChange, AvailabilityView, DataCenterView, Start};

impl Console {
    /// What the workspace pays for and where it is, and what there is to choose from.
    ///
    /// # Errors
    /// R2: managers see it.
    pub fn availability(&self, session: Session) -> Result<AvailabilityView, ConsoleError> {
        let member = self.reader(session)?;
        let Workspace {
            plan,
            data_center,
            country,
            ..
        } = self.workspace()?;
        let center = |id: &str| DataCenterView {
            id: id.to_owned(),
            served: DataCenter(id.to_owned()).is_served(),
        };
        Ok(AvailabilityView {
            plan,
            data_center: data_center.0,
            country,
            data_centers: DataCenter::KNOWN.iter().map(|id| center(id)).collect(),
            countries: workspace::countries().map(str::to_owned).collect(),
            connections: self.inner.catalog.connection_count()?,
            may_change: access::may_change_availability(&member).is_ok(),
        })
    }

    /// Changes plan, data center and country. What is there stays as it is: where nothing is
    /// available it is shown and not used.
    ///
    /// # Errors
    /// R1: super admins only; no such place; the vault is locked. Nothing is changed then.
    pub fn change_availability(
        &self,
        session: Session,
        change: &AvailabilityChange,
    ) -> Result<Start, ConsoleError> {
        access::may_change_availability(&self.member(session)?)?;
        let data_center = DataCenter(change.data_center.clone());
        access::is_place(&data_center, change.country.as_deref())?;
        let vault = self.inner.keys.vault()?;
        let tag = |previous: &[u8; 32], entry: &[u8]| vault.event_tag(previous, entry);
        // Who may, and what it was, as they are while it is written: another window may rename the
        // workspace or take the role away meanwhile.
        self.at_once(|| {
            access::may_change_availability(&self.member(session)?)?;
            let before = self.workspace()?;
            let after = Workspace {
                plan: change.plan,
                data_center: data_center.clone(),
                country: change.country.clone(),
                ..before.clone()
            };
            let log = self.availability_log(session, &before, &after, &tag);
            Ok(self.inner.catalog.change_workspace(&after, &log)?)
        })?;
        self.inner.bell.changed();
        self.start(session)
    }

    /// An entry for each of the three that became another.
    fn availability_log<'a>(
        &self,
        session: Session,
        before: &Workspace,
        after: &Workspace,
        tag: Tag<'a>,
    ) -> Vec<Entry<'a>> {
        let place = |workspace: &Workspace| workspace.data_center.0.to_uppercase();
        let country = |workspace: &Workspace| workspace.country.clone().unwrap_or("?".to_owned());
        let changes = [
            (
                Action::WorkspacePlanChanged,
                ["before", "plan"],
                [word(before.plan).to_owned(), word(after.plan).to_owned()],
            ),
            (
                Action::WorkspaceDataCenterChanged,
                ["before", "after"],
                [place(before), place(after)],
            ),
            (
                Action::WorkspaceCountryChanged,
                ["before", "after"],
                [country(before), country(after)],
            ),
        ];
        let subject = format!("workspace/{}", before.id);
        changes
            .iter()
            .filter(|(_, _, [before, after])| before != after)
            .map(|(action, [from, to], [before, after])| Entry {
                event: self.event(session, *action, &subject, &[(from, before), (to, after)]),
                tag,
            })
            .collect()
    }
}

const fn word(plan: Plan) -> &'static str {
    match plan {
        Plan::Free => "free",
        Plan::Paid => "paid",
    }
}
