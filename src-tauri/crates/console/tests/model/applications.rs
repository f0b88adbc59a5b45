//! Applications: their edition, whom they are shared with, which connections they may use.

use crate::deeds::{Play, pick};
use crate::expected::when;
use crate::world::{Application, Model};

impl Play {
    pub(crate) fn change_edition(&mut self, one: u8, edition: tsunagi_console::Edition) {
        let Some(at) = pick(self.model.applications.len(), one) else {
            return;
        };
        let application = &self.model.applications[at];
        let mut reasons = if edition == application.edition {
            self.model.unmanaging()
        } else {
            self.model.managing()
        };
        let after = Application {
            edition,
            ..application.clone()
        };
        for link in &self.model.links {
            if application.may_use.contains(&link.id) {
                reasons.extend(Model::too_old(&after, link.kind));
            }
        }
        let name = self
            .catalog
            .application(application.id)
            .unwrap()
            .unwrap()
            .name;
        let done =
            self.console()
                .change_application(self.session(), application.id, &name, edition);
        if self.told(done, &reasons).is_some() {
            self.model.applications[at] = after;
        }
    }

    pub(crate) fn delete_application(&mut self, one: u8) {
        let Some(at) = pick(self.model.applications.len(), one) else {
            return;
        };
        let id = self.model.applications[at].id;
        let mut reasons = self.model.unmanaging();
        let used = self.model.uses.iter().any(|used| used.application == id);
        reasons.extend(when(used, "application_in_use"));
        let done = self.console().delete_application(self.session(), id);
        if self.told(done, &reasons).is_some() {
            self.model.applications.remove(at);
        }
    }

    pub(crate) fn share(&mut self, application: u8, member: u8, shared: bool) {
        let Some(at) = pick(self.model.applications.len(), application) else {
            return;
        };
        let member = self.model.people[pick(self.model.people.len(), member).unwrap()].id;
        let reasons = self.model.giving(shared);
        let id = self.model.applications[at].id;
        let done = self
            .console()
            .share_application(self.session(), id, member, shared);
        if self.told(done, &reasons).is_some() {
            let with = &mut self.model.applications[at].shared;
            if shared {
                with.insert(member);
            } else {
                with.remove(&member);
            }
        }
    }

    pub(crate) fn grant(&mut self, application: u8, connection: u8, granted: bool) {
        let Some(at) = pick(self.model.applications.len(), application) else {
            return;
        };
        let Some(link) = pick(self.model.links.len(), connection) else {
            return;
        };
        let (application, link) = (&self.model.applications[at], &self.model.links[link]);
        let mut reasons = self.model.giving(granted);
        if granted {
            reasons.extend(Model::too_old(application, link.kind));
        }
        let (session, id) = (self.session(), link.id);
        let done = self
            .console()
            .grant_application(session, application.id, id, granted);
        if self.told(done, &reasons).is_some() {
            let may_use = &mut self.model.applications[at].may_use;
            if granted {
                may_use.insert(id);
            } else {
                may_use.remove(&id);
            }
        }
    }
}
