//! R4, R17: requests of the places that use connections, sent through the gate as areas send
//! them: with nobody present, or for a member who is.

use tsunagi_console::MemberId;
use tsunagi_domain::gate::Caller;
use tsunagi_domain::names::LinkName;
use tsunagi_gateway::{Call, Request};

use crate::actions::What;
use crate::deeds::{Play, pick};
use crate::expected::{Reasons, when};
use crate::world::{Fares, Link, Model, Place, Used, manages, reach_of};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Nobody,
    Member(MemberId),
}

impl Model {
    /// Whether a credential can be opened: by the workspace, by a member who sits there with
    /// their own key, and with nobody present where it is sealed for that.
    pub(crate) fn opens(&self, authorization: usize, by: By) -> bool {
        let sealed = self.readers(authorization);
        if sealed.contains(crate::seals::WORKSPACE) {
            return true;
        }
        let seated = self.seated().map(|person| person.id);
        let own = seated.is_some_and(|member| sealed.contains(&format!("member:{member}")));
        match by {
            By::Nobody => own || self.authorizations[authorization].unattended,
            By::Member(member) => own && seated == Some(member),
        }
    }

    /// Who asks where a place does what it is there for.
    pub(crate) fn usual(&self, used: &Used) -> By {
        match self.seated() {
            Some(person) if used.what == What::Form => By::Member(person.id),
            _ => By::Nobody,
        }
    }

    /// R6, R9, R11, R13: whose account is used, or why none.
    fn chosen(&self, link: &Link, used: &Used, by: By) -> Result<Place, &'static str> {
        let reach = reach_of(link.mode, used.environment);
        if !link.personal() {
            return Ok((reach, None));
        }
        if let By::Member(member) = by {
            let place = (reach, Some(member));
            let there = link.seats.contains_key(&place);
            return if there {
                Ok(place)
            } else {
                Err("member_not_authorized")
            };
        }
        let here: Vec<Place> = link.seats.keys().copied().collect();
        let here: Vec<Place> = here.into_iter().filter(|(at, _)| *at == reach).collect();
        match (link.primaries.get(&reach), here.as_slice()) {
            (_, []) => Err("not_connected"),
            (Some(primary), _) => Ok((reach, Some(*primary))),
            (None, [only]) if !link.led.contains(&reach) => Ok(*only),
            (None, _) => Err("no_primary"),
        }
    }

    /// R1, R3, R4, R16: why a place's request does not pass, before any token is looked at.
    fn passing(&self, link: &Link, used: &Used, by: By) -> (Reasons, Option<usize>) {
        let mut reasons = self.unavailable();
        let application = self.application(used.application);
        if let By::Member(member) = by {
            let person = self.person(member);
            let through = manages(person.role) || application.shared.contains(&member);
            reasons.extend(when(!person.active, "member_inactive"));
            reasons.extend(when(!through, "application_not_shared"));
        }
        let granted = application.may_use.contains(&link.id);
        reasons.extend(when(!granted, "application_no_access"));
        reasons.extend(when(!link.enabled, "disabled"));
        reasons.extend(when(self.is_retired(link.service), "connector_retired"));
        match self.chosen(link, used, by) {
            Err(reason) => reasons.extend([reason]),
            Ok(place) => match self.fares(link, place) {
                Fares::Connected => return (reasons, Some(link.seats[&place])),
                // Said above, and nothing more is asked.
                Fares::Disabled => {}
                _ => reasons.extend(["not_connected"]),
            },
        }
        (reasons, None)
    }
}

impl Play {
    pub(crate) async fn run_one(&mut self, used: u8, by: Option<u8>) {
        let Some(at) = pick(self.model.uses.len(), used) else {
            return;
        };
        let by = match by.and_then(|by| pick(self.model.people.len(), by)) {
            Some(by) => By::Member(self.model.people[by].id),
            None => By::Nobody,
        };
        self.run(at, by).await;
    }

    pub(crate) async fn run(&mut self, at: usize, by: By) {
        let used = self.model.uses[at].clone();
        let link = self.model.link(used.connection).unwrap().clone();
        let (mut reasons, sits) = self.model.passing(&link, &used, by);
        if let Some(sits) = sits.filter(|_| reasons.is_empty()) {
            reasons.extend(self.model.freshen(sits, by));
        }
        let call = Call {
            link_name: LinkName::new(&link.link_name).unwrap(),
            caller: match by {
                By::Nobody => Caller::Unattended,
                By::Member(member) => Caller::Member(member),
            },
            application: Some(used.application),
            environment: used.environment,
            area: "schedule".to_owned(),
            request: Request {
                method: http::Method::GET,
                target: link.service.path().to_owned(),
                headers: http::HeaderMap::new(),
                body: Vec::new(),
                ..Request::default()
            },
        };
        let sent = self.console().gateway().send(call).await;
        let sent = sent.map_err(tsunagi_console::ConsoleError::from);
        if let Some(answer) = self.told(sent, &reasons) {
            assert!(answer.status.is_success(), "it passes: {}", self.doing());
            let known = self.stored()[&sits.unwrap()];
            assert_eq!(answer.authorization, known, "R6, R9, R13: {}", self.doing());
        }
    }
}
