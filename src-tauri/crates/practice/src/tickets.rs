//! Sign-ins under way. A page carries only a ticket: a one-time random value that stands for the
//! request, which stays here. So no cookie stands for a request, nothing on a page can be altered,
//! and no other site can answer for the person.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::authorize::{Request, origin_of};
use crate::devices::Asked;
use crate::{Account, PracticeError, accounts, secrets};

/// How long a person has from the first page to the answer, in seconds.
pub(crate) const TICKET_SECONDS: i64 = 600;
/// How many sign-ins may be under way; the oldest gives way.
const MOST: usize = 256;

/// What a person signs in for.
#[derive(Clone)]
pub(crate) enum Purpose {
    /// An authorization request, answered by a redirect.
    Redirect(Request),
    /// A device, whose client asks by itself.
    Device(Asked),
}

impl Purpose {
    /// The scopes that were asked for.
    pub(crate) fn scopes(&self) -> &[String] {
        match self {
            Self::Redirect(request) => &request.scopes,
            Self::Device(asked) => &asked.scopes,
        }
    }

    /// The account to put first.
    pub(crate) fn hinted(&self) -> Option<&'static Account> {
        match self {
            Self::Redirect(request) => accounts::by_hint(request.login_hint.as_deref()?),
            Self::Device(_) => None,
        }
    }

    /// The languages the client asked for.
    pub(crate) fn ui_locales(&self) -> Option<&str> {
        match self {
            Self::Redirect(request) => request.ui_locales.as_deref(),
            Self::Device(_) => None,
        }
    }

    /// The origin that the answer redirects to; empty where it does not.
    pub(crate) fn answers_to(&self) -> &str {
        match self {
            Self::Redirect(request) => origin_of(&request.redirect_uri),
            Self::Device(_) => "",
        }
    }

    /// The code a person compares with the one the device shows.
    pub(crate) fn user_code(&self) -> Option<&str> {
        match self {
            Self::Redirect(_) => None,
            Self::Device(asked) => Some(&asked.user_code),
        }
    }
}

/// One sign-in under way.
#[derive(Clone)]
pub(crate) struct Ticket {
    pub(crate) purpose: Purpose,
    /// Who was chosen, and when, in seconds since 1970.
    pub(crate) chosen: Option<(&'static Account, i64)>,
    expires: i64,
}

/// All sign-ins under way, by digest of the ticket. A restart forgets them.
#[derive(Default)]
pub(crate) struct Tickets(Mutex<HashMap<String, Ticket>>);

impl Tickets {
    /// Starts a sign-in, of somebody who is known already where the browser says so; returns its
    /// ticket.
    pub(crate) fn issue(
        &self,
        purpose: Purpose,
        known: Option<(&'static Account, i64)>,
        now: i64,
    ) -> Result<String, PracticeError> {
        self.insert(purpose, known, now + TICKET_SECONDS, now)
    }

    /// Notes who was chosen (or nobody): the old ticket is used up, and a new one with the same
    /// end takes its place.
    pub(crate) fn choose(
        &self,
        ticket: Ticket,
        account: Option<&'static Account>,
        now: i64,
    ) -> Result<String, PracticeError> {
        let chosen = account.map(|account| (account, now));
        self.insert(ticket.purpose, chosen, ticket.expires, now)
    }

    /// Takes a sign-in out; its ticket is used up.
    pub(crate) fn take(&self, ticket: &str, now: i64) -> Option<Ticket> {
        self.lock()
            .remove(&secrets::digest(ticket))
            .filter(|ticket| ticket.expires > now)
    }

    fn insert(
        &self,
        purpose: Purpose,
        chosen: Option<(&'static Account, i64)>,
        expires: i64,
        now: i64,
    ) -> Result<String, PracticeError> {
        let name = secrets::new("practice_ticket_")?;
        let mut all = self.lock();
        all.retain(|_, ticket| ticket.expires > now);
        if all.len() >= MOST {
            let oldest = all
                .iter()
                .min_by_key(|(_, ticket)| ticket.expires)
                .map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                all.remove(&oldest);
            }
        }
        all.insert(
            secrets::digest(&name),
            Ticket {
                purpose,
                chosen,
                expires,
            },
        );
        Ok(name)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Ticket>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
