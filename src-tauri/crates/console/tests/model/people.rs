//! Members: who sits there, who is invited, who leaves, and the plan of the workspace.

use tsunagi_console::Role;
use tsunagi_console::views::{AvailabilityChange, Invitation, MemberChange};
use tsunagi_domain::Plan;

use crate::deeds::{Play, pick};
use crate::expected::when;
use crate::seals::PASSPHRASE;
use crate::world::{Link, Person, leads, manages};

impl Play {
    pub(crate) async fn sit(&mut self, who: u8) {
        let at = pick(self.model.people.len(), who).unwrap();
        let person = &self.model.people[at];
        let reasons = when(!person.active, "member_inactive");
        let (id, protected) = (person.id, person.passphrase);
        if protected && reasons.is_empty() {
            let without = self.console().sign_in(id, None).await;
            self.told(without, &when(true, "member_passphrase_wrong"));
        }
        let passphrase = protected.then(|| PASSPHRASE.to_owned());
        let sits = self.console().sign_in(id, passphrase).await;
        if self.told(sits, &reasons).is_some() {
            self.model.seat = Some(at);
            self.settled().await;
        }
    }

    pub(crate) async fn invite(&mut self, role: Role) {
        let name = self.name("Person");
        let reasons = self.model.changing_members(&[role]);
        let invitation = Invitation {
            name: name.clone(),
            role,
            passphrase: Some(PASSPHRASE.to_owned()),
        };
        let done = self.console().invite(self.session(), invitation).await;
        if let Some(view) = self.told(done, &reasons) {
            let new = view.members.iter().find(|member| member.name == name);
            self.model.people.push(Person {
                id: new.expect("R2: they are there").id,
                role,
                active: true,
                passphrase: false,
            });
        }
    }

    pub(crate) async fn change_role(&mut self, who: u8, role: Role) {
        let at = pick(self.model.people.len(), who).unwrap();
        let person = self.model.people[at].clone();
        let stays = role == Role::SuperAdmin;
        let reasons = &self.model.changing_members(&[person.role, role])
            | &self.model.is_last(&person, stays);
        let name = self.catalog.member(person.id).unwrap().unwrap().name;
        let change = MemberChange {
            name,
            role,
            passphrase: Some(PASSPHRASE.to_owned()),
        };
        let done = self
            .console()
            .change_member(self.session(), person.id, change)
            .await;
        if self.told(done, &reasons).is_none() {
            return;
        }
        self.model.people[at].role = role;
        if !leads(role) {
            self.model.demote(person.id);
        }
    }

    pub(crate) async fn leave(&mut self, who: u8, heir: u8) {
        let at = pick(self.model.people.len(), who).unwrap();
        let heir = self.model.people[pick(self.model.people.len(), heir).unwrap()].clone();
        let person = self.model.people[at].clone();
        if !person.active {
            return;
        }
        let mut reasons = self.model.changing_members(&[person.role]);
        reasons.extend(self.model.is_last(&person, false));
        let owns = self
            .model
            .links
            .iter()
            .any(|link| link.owner == Some(person.id));
        let fit = heir.active && manages(heir.role) && heir.id != person.id;
        reasons.extend(when(owns && !fit, "heir_needed"));
        let done = self
            .console()
            .deactivate_member(self.session(), person.id, Some(heir.id));
        if self.told(done.await, &reasons).is_none() {
            return;
        }
        for link in &mut self.model.links {
            if link.owner == Some(person.id) {
                link.owner = Some(heir.id);
            }
        }
        for authorization in 0..self.model.authorizations.len() {
            if self.model.authorizations[authorization].by != person.id {
                continue;
            }
            let sits = |link: &&Link| link.seats.values().any(|sits| *sits == authorization);
            let everybodys = self
                .model
                .links
                .iter()
                .filter(sits)
                .any(|link| !link.personal());
            self.model.revoke(authorization);
            if !everybodys {
                // Their own goes with them; what everybody used asks for another.
                for link in &mut self.model.links {
                    link.seats.retain(|_, sits| *sits != authorization);
                }
            }
        }
        self.model.people[at].active = false;
        self.model.demote(person.id);
        if self.model.seat == Some(at) {
            self.model.seat = None;
        }
    }

    pub(crate) async fn comes_back(&mut self, who: u8) {
        let at = pick(self.model.people.len(), who).unwrap();
        let person = self.model.people[at].clone();
        if person.active {
            return;
        }
        let reasons = self.model.changing_members(&[person.role]);
        let done = self
            .console()
            .reactivate_member(self.session(), person.id, None);
        if self.told(done.await, &reasons).is_some() {
            self.model.people[at].active = true;
        }
    }

    /// R1.
    pub(crate) fn plan(
        &mut self,
        paid: bool,
        data_center: &'static str,
        country: Option<&'static str>,
    ) {
        let role = self.model.seated().map(|person| person.role);
        let mut reasons = match role {
            None => when(true, "signed_out"),
            Some(role) => when(role != Role::SuperAdmin, "super_admin_needed"),
        };
        let nowhere = data_center == "mars" || country == Some("ZZ");
        reasons.extend(when(nowhere, "place_unknown"));
        let change = AvailabilityChange {
            plan: if paid { Plan::Paid } else { Plan::Free },
            data_center: data_center.to_owned(),
            country: country.map(str::to_owned),
        };
        let done = self.console().change_availability(self.session(), &change);
        if self.told(done, &reasons).is_some() {
            self.model.paid = paid;
            self.model.data_center = data_center;
            self.model.country = country;
        }
    }
}
