//! A workspace with several members and applications, for the tests of what they do together.

use tsunagi_catalog::Use;
use tsunagi_console::views::{AccountPlace, AccountRow, ConnectionView};
use tsunagi_console::{ConnectionId, Reach};
use tsunagi_domain::{
    Application, ApplicationId, Edition, Environment, Member, MemberId, Role, Timestamp, UseId,
};

use crate::fixture::Desk;

impl Desk {
    /// A member without a passphrase.
    pub(crate) fn joins(&self, name: &str, role: Role) -> MemberId {
        let member = Member {
            id: MemberId::new(),
            name: name.to_owned(),
            role,
            active: true,
        };
        self.world.catalog().set_member(&member).unwrap();
        member.id
    }

    /// The founder.
    pub(crate) fn founder(&self) -> MemberId {
        let members = self.world.catalog().members().unwrap();
        let found = members.into_iter().find(|member| member.name == "Ines");
        found.unwrap().id
    }

    /// Seats a member who has no passphrase.
    pub(crate) async fn seats(&self, member: MemberId) {
        self.console.sign_in(member, None).await.unwrap();
    }

    /// Seats a member and lets them authorize.
    pub(crate) async fn authorized_by(&self, member: MemberId, id: ConnectionId, reach: Reach) {
        self.seats(member).await;
        self.authorize(id, reach).await;
    }

    /// An application that may use these connections.
    pub(crate) fn software(&self, name: &str, may_use: &[ConnectionId]) -> ApplicationId {
        let application = Application {
            id: ApplicationId::new(),
            name: name.to_owned(),
            edition: Edition::C6,
            created_at: Timestamp(0),
        };
        let catalog = self.world.catalog();
        catalog.set_application(&application).unwrap();
        for id in may_use {
            catalog
                .grant_application(application.id, *id, true)
                .unwrap();
        }
        application.id
    }

    /// A place that uses a connection in Production.
    pub(crate) fn used_in(
        &self,
        id: ConnectionId,
        application: ApplicationId,
        area: &str,
        name: &str,
        unattended: bool,
    ) {
        let used = Use {
            id: UseId::new(),
            connection: id,
            application,
            environment: Environment::Production,
            area: area.to_owned(),
            name: name.to_owned(),
            scopes: vec!["contacts.read".to_owned()],
            unattended,
            next_run: unattended.then_some(Timestamp(1_800_000_000_000)),
            item: None,
        };
        self.world.catalog().set_use(&used).unwrap();
    }
}

/// A member's row of the Accounts tab.
pub(crate) fn row_of(view: &ConnectionView, member: MemberId) -> Option<&AccountRow> {
    view.accounts.iter().find(|row| {
        let owner = row.member.as_ref().and_then(|member| member.id);
        owner == Some(member)
    })
}

/// A member's account in one place.
pub(crate) fn place_of(view: &ConnectionView, member: MemberId, reach: Reach) -> &AccountPlace {
    let row = row_of(view, member).expect("they have authorized");
    let place = row.places.iter().find(|place| place.reach == reach);
    place.expect("there")
}
