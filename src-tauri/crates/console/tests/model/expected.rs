//! What the rules say about an action before it is done: every reason there is to refuse it. An
//! action with none has to be done, any other has to be refused for one of them; which one is
//! said first is no rule.

use std::collections::BTreeSet;

use tsunagi_console::{Edition, Environment, Reach, Role};
use tsunagi_domain::{Kind, Mode};

use crate::actions::What;
use crate::world::{
    Application, Fares, Link, Model, Person, Service, Used, leads, manages, reach_of, reaches,
};

/// Codes of refusals.
pub(crate) type Reasons = BTreeSet<&'static str>;

pub(crate) fn when(wrong: bool, code: &'static str) -> Reasons {
    wrong.then_some(code).into_iter().collect()
}

impl Model {
    /// R1.
    pub(crate) fn unavailable(&self) -> Reasons {
        let mut reasons = when(!self.paid, "plan_free");
        let served = ["us", "eu", "in", "au"].contains(&self.data_center);
        reasons.extend(when(!served, "data_center_not_served"));
        reasons
    }

    /// R8, R16: whether a service is to be had here and now.
    pub(crate) fn not_offered(&self, service: Service) -> Reasons {
        let mut reasons = when(self.is_retired(service), "connector_retired");
        if service == Service::Cashier {
            reasons.extend(when(self.data_center != "us", "service_not_in_data_center"));
            reasons.extend(match self.country {
                Some("US") => None,
                Some(_) => Some("service_not_in_country"),
                None => Some("country_needed"),
            });
        }
        reasons
    }

    /// R2: who manages nothing. Nobody sits: signed out.
    pub(crate) fn unmanaging(&self) -> Reasons {
        match self.seated() {
            None => when(true, "signed_out"),
            Some(person) => when(!manages(person.role), "role_not_allowed"),
        }
    }

    /// R1 and R2.
    pub(crate) fn managing(&self) -> Reasons {
        &self.unavailable() | &self.unmanaging()
    }

    /// R1 and R2: what is granted is given, what is taken away is tidied up.
    pub(crate) fn giving(&self, granted: bool) -> Reasons {
        if granted {
            self.managing()
        } else {
            self.unmanaging()
        }
    }

    /// Who invites and changes members: super admins and admins, and of super admins only super
    /// admins.
    pub(crate) fn changing_members(&self, concerned: &[Role]) -> Reasons {
        let Some(actor) = self.seated() else {
            return when(true, "signed_out");
        };
        let above = concerned.contains(&Role::SuperAdmin) && actor.role != Role::SuperAdmin;
        if !leads(actor.role) {
            return when(true, "admin_needed");
        }
        when(above, "super_admin_needed")
    }

    /// The last active super admin stays one.
    pub(crate) fn is_last(&self, person: &Person, stays: bool) -> Reasons {
        let is_one = |one: &&Person| one.active && one.role == Role::SuperAdmin;
        let alone = self.people.iter().filter(is_one).count() == 1;
        when(is_one(&person) && alone && !stays, "last_super_admin")
    }

    /// R10.
    pub(crate) fn too_old(application: &Application, kind: Kind) -> Reasons {
        when(
            application.edition == Edition::C5 && kind == Kind::LoggedInUser,
            "edition_too_old",
        )
    }

    /// R1, R3, R4.
    pub(crate) fn authorizing(&self, link: &Link, reach: Reach) -> Reasons {
        let Some(person) = self.seated() else {
            return when(true, "signed_out");
        };
        let may = manages(person.role) || (link.personal() && self.is_shared(link, person.id));
        let mut reasons = self.unavailable();
        reasons.extend(when(!may, "role_not_allowed"));
        reasons.extend(when(!link.enabled, "disabled"));
        reasons.extend(when(!link.has(reach), "reach_not_in_mode"));
        reasons.extend(self.not_offered(link.service));
        reasons
    }

    /// R11: who may have the primary account.
    pub(crate) fn receiving(&self, link: &Link, reach: Reach, to: &Person) -> Reasons {
        let mut reasons = self.unavailable();
        let fares = self.fares(link, link.place(reach, to.id));
        reasons.extend(when(!link.has(reach), "reach_not_in_mode"));
        reasons.extend(when(!link.personal(), "primary_not_offered"));
        reasons.extend(when(!to.active || !leads(to.role), "primary_not_eligible"));
        reasons.extend(when(fares != Fares::Connected, "primary_not_authorized"));
        let current = link.primaries.get(&reach);
        reasons.extend(when(current == Some(&to.id), "primary_already"));
        reasons
    }

    /// R11: who may offer it.
    pub(crate) fn offering(&self, link: &Link, reach: Reach, to: &Person) -> Reasons {
        let Some(actor) = self.seated() else {
            return when(true, "signed_out");
        };
        let mut reasons = self.receiving(link, reach, to);
        reasons.extend(when(!leads(actor.role), "admin_needed"));
        let another = link.primaries.get(&reach).is_some_and(|one| *one != to.id);
        reasons.extend(when(actor.id == to.id && another, "primary_taken"));
        reasons
    }

    /// R4, R9: the acting member tries a connection.
    pub(crate) fn trying(&self, link: &Link, environment: Environment) -> Reasons {
        let Some(actor) = self.seated() else {
            return when(true, "signed_out");
        };
        let mut reasons = self.managing();
        let place = link.place(reach_of(link.mode, environment), actor.id);
        reasons.extend(match self.fares(link, place) {
            Fares::Connected => None,
            Fares::Disabled => Some("disabled"),
            Fares::Retired => Some("connector_retired"),
            Fares::Never if link.personal() => Some("member_not_authorized"),
            _ => Some("not_connected"),
        });
        reasons
    }

    /// R4, R6, R11, R13, R14: why a place that uses a connection stops at the gate.
    pub(crate) fn stopping(&self, used: &Used, link: &Link) -> Reasons {
        let reach = reach_of(link.mode, used.environment);
        let mut reasons = when(!link.enabled, "disabled");
        reasons.extend(when(self.is_retired(link.service), "connector_retired"));
        let granted = self
            .application(used.application)
            .may_use
            .contains(&link.id);
        reasons.extend(when(!granted, "application_no_access"));
        reasons.extend(Self::making(used, link).iter().filter(|code| {
            // R13: a schedule that was made goes on with the only account there ever was.
            used.what == What::DataSource || **code != "no_primary"
        }));
        let here: Vec<_> = link.seats.keys().filter(|(at, _)| *at == reach).collect();
        let broken = |place| when(self.fares(link, place) != Fares::Connected, "not_connected");
        if !link.personal() {
            reasons.extend(broken((reach, None)));
        } else if used.what == What::Form {
            // Each member runs it with their own: it stops when it does for all.
            let stops = here.iter().all(|place| !broken(**place).is_empty());
            reasons.extend(when(stops, "not_connected"));
        } else {
            match (link.primaries.get(&reach), here.as_slice()) {
                (Some(primary), _) => reasons.extend(broken((reach, Some(*primary)))),
                (None, []) => reasons.extend(["not_connected", "no_primary"]),
                (None, [only]) if !link.led.contains(&reach) => reasons.extend(broken(**only)),
                // R11: there was one, or there is a doubt; nobody stands in.
                (None, _) => {
                    reasons.insert("no_primary");
                }
            }
        }
        reasons
    }

    /// R14: why a place may not be made to use a connection.
    pub(crate) fn making(used: &Used, link: &Link) -> Reasons {
        let source = used.what == What::DataSource;
        let reach = reach_of(link.mode, used.environment);
        let mut reasons = when(
            source && link.mode != Mode::Same,
            "same_authorization_needed",
        );
        reasons.extend(when(
            link.personal() && used.what != What::Form && !link.primaries.contains_key(&reach),
            "no_primary",
        ));
        reasons
    }

    /// R21: whether the authorization of one would do in the other's place.
    pub(crate) fn alike(one: &Link, other: &Link, reach: Reach) -> bool {
        one.service == other.service
            && one.write == other.write
            && one.personal() == other.personal()
            && one.way(reach) == other.way(reach)
    }

    /// What a reach needs of whoever sits there; `true` where it waits for a person.
    pub(crate) fn need(&self, link: &Link, reach: Reach) -> bool {
        let Some(person) = self.seated() else {
            return false;
        };
        match self.fares(link, link.place(reach, person.id)) {
            Fares::Disabled => false,
            // R16: a manager moves what uses it, all of it at once.
            Fares::Retired => {
                let used = self.uses.iter().any(|used| used.connection == link.id);
                used && manages(person.role) && reach == reaches(link.mode)[0]
            }
            Fares::Connected => {
                link.personal() && leads(person.role) && !link.primaries.contains_key(&reach)
            }
            _ => true,
        }
    }
}
