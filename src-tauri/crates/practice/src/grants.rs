//! Codes and tokens: what is issued, what is accepted, and what a second use ends.
//!
//! Pure: state in, state out, time as an argument (seconds since 1970).

use crate::PracticeError;
use crate::faults::Faults;
use crate::secrets;
use crate::state::{Access, Code, Family, Refresh, State};
use crate::wire::Wire;

/// How long a code is good, in seconds. RFC 6749 section 4.1.2 allows ten minutes at most.
pub(crate) const CODE_SECONDS: i64 = 60;
/// How long an access token is good, in seconds, where no fault says otherwise.
pub(crate) const ACCESS_SECONDS: i64 = 3600;
/// How long a refresh token is good, in seconds, where no fault says otherwise.
pub(crate) const REFRESH_SECONDS: i64 = 30 * 24 * 3600;
/// A century, in seconds.
const UNTIL_REVOKED: i64 = 100 * 365 * 24 * 3600;

/// Of Zoho: how many access tokens a refresh token yields in [`LIMIT_SECONDS`]
/// (<https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token-expiry.html>).
const LIMIT: usize = 10;
const LIMIT_SECONDS: i64 = 600;

/// On what terms tokens are issued.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// Whose they are.
    pub(crate) wire: Wire,
    /// How long an access token is good, in seconds.
    pub(crate) access: i64,
    /// How long a refresh token is good, in seconds.
    pub(crate) refresh: i64,
}

impl Terms {
    /// Those of a wire, with the lifetimes that were asked for in place of its own.
    pub(crate) fn of(wire: Wire, faults: &Faults) -> Self {
        let refresh = match wire {
            Wire::Practice => REFRESH_SECONDS,
            // Good until it is revoked; PayPal has none.
            Wire::Zoho | Wire::Salesforce | Wire::Paypal => UNTIL_REVOKED,
        };
        let access = match wire {
            Wire::Paypal => crate::wire::paypal::ACCESS_SECONDS,
            Wire::Practice | Wire::Zoho | Wire::Salesforce => ACCESS_SECONDS,
        };
        Self {
            wire,
            access: faults.access_lifetime_seconds.map_or(access, i64::from),
            refresh: faults.refresh_lifetime_seconds.map_or(refresh, i64::from),
        }
    }
}

/// A consent, as the code for it remembers it.
#[derive(Debug, Clone)]
pub(crate) struct Consent {
    pub(crate) account: &'static str,
    pub(crate) scopes: Vec<String>,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: String,
    pub(crate) nonce: Option<String>,
    pub(crate) auth_time: i64,
    pub(crate) wire: Wire,
    /// Of Zoho: whether a refresh token was asked for.
    pub(crate) offline: bool,
}

/// What a token request yields. No `Debug`: it holds tokens.
pub(crate) struct Issued {
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    /// Seconds.
    pub(crate) expires_in: i64,
    pub(crate) scopes: Vec<String>,
    pub(crate) account: String,
    pub(crate) auth_time: i64,
    /// Only for a code: a renewed ID token has none (OpenID Connect Core 1.0 section 12.2).
    pub(crate) nonce: Option<String>,
}

/// What a code or a refresh token yields.
struct Granted {
    /// Where they are fewer than those of the consent.
    scopes: Option<Vec<String>>,
    nonce: Option<String>,
    /// Whether a refresh token is among it, where one was consented to.
    renewable: bool,
}

impl Granted {
    const fn first(nonce: Option<String>) -> Self {
        Self {
            scopes: None,
            nonce,
            renewable: true,
        }
    }
}

/// Why a token request is refused (RFC 6749 section 5.2).
#[derive(Debug)]
pub(crate) enum GrantError {
    /// `invalid_grant`, with a sentence.
    Grant(&'static str),
    /// `invalid_grant`: a code for another redirect address.
    Redirect,
    /// `invalid_scope`.
    Scope,
    /// More access tokens than a refresh token yields in that time.
    TooMany,
    /// No random bytes.
    Failed(PracticeError),
}

impl From<PracticeError> for GrantError {
    fn from(error: PracticeError) -> Self {
        Self::Failed(error)
    }
}

impl State {
    /// Starts a family and issues its code.
    pub(crate) fn issue_code(
        &mut self,
        consent: Consent,
        now: i64,
    ) -> Result<String, PracticeError> {
        self.prune(now);
        let code = secrets::new(consent.wire.prefixes().code)?;
        let family = self.start_family(Family {
            account: consent.account.to_owned(),
            scopes: consent.scopes,
            auth_time: consent.auth_time,
            wire: consent.wire,
            offline: consent.offline,
            yielded: Vec::new(),
        })?;
        self.codes.insert(
            secrets::digest(&code),
            Code {
                family,
                redirect_uri: consent.redirect_uri,
                challenge: consent.challenge,
                nonce: consent.nonce,
                expires: now + CODE_SECONDS,
                used: false,
            },
        );
        Ok(code)
    }

    /// Issues the tokens of a device code that was allowed (RFC 8628 section 3.5), or of a client
    /// that authorized itself (RFC 6749 section 4.4). There is no nonce: the client never came by
    /// here with one.
    pub(crate) fn issue_at_once(
        &mut self,
        account: &'static str,
        scopes: Vec<String>,
        auth_time: i64,
        terms: Terms,
        now: i64,
    ) -> Result<Issued, GrantError> {
        self.prune(now);
        let family = self.start_family(Family {
            account: account.to_owned(),
            scopes,
            auth_time,
            wire: terms.wire,
            offline: false,
            yielded: Vec::new(),
        })?;
        self.issue(&family, Granted::first(None), terms, now)
    }

    fn start_family(&mut self, family: Family) -> Result<String, PracticeError> {
        let id = secrets::new("family_")?;
        self.families.insert(id.clone(), family);
        Ok(id)
    }

    /// Whether a family is of that wire: a code or token of another is not known there.
    fn is_of(&self, family: &str, wire: Wire) -> bool {
        self.families
            .get(family)
            .is_some_and(|family| family.wire == wire)
    }

    /// Exchanges a code for tokens, once. A second use revokes what the first one got
    /// (RFC 6749 section 4.1.2). A wrong verifier or redirect address uses nothing up.
    pub(crate) fn exchange(
        &mut self,
        code: &str,
        verifier: &str,
        redirect_uri: &str,
        terms: Terms,
        now: i64,
    ) -> Result<Issued, GrantError> {
        self.prune(now);
        let digest = secrets::digest(code);
        let families = &self.families;
        let here = |code: &&mut Code| {
            let family = families.get(&code.family);
            family.is_some_and(|family| family.wire == terms.wire)
        };
        let Some(found) = self.codes.get_mut(&digest).filter(here) else {
            return Err(GrantError::Grant("This code is not known, or too old"));
        };
        if found.used {
            let family = found.family.clone();
            self.revoke_family(&family);
            return Err(GrantError::Grant(
                "This code was used before; what it gave is revoked",
            ));
        }
        if found.redirect_uri != redirect_uri {
            return Err(GrantError::Redirect);
        }
        if found.challenge != secrets::digest(verifier) {
            return Err(GrantError::Grant(
                "The code verifier does not match the code challenge",
            ));
        }
        found.used = true;
        let nonce = found.nonce.clone();
        let family = found.family.clone();
        self.issue(&family, Granted::first(nonce), terms, now)
    }

    /// Renews with a refresh token, which is replaced. Using a replaced one revokes the family
    /// (RFC 9700 section 4.14.2). `scopes` narrows the access token (RFC 6749 section 6).
    pub(crate) fn renew(
        &mut self,
        token: &str,
        scopes: Option<Vec<String>>,
        terms: Terms,
        now: i64,
    ) -> Result<Issued, GrantError> {
        self.prune(now);
        let digest = secrets::digest(token);
        let here = |token: &&Refresh| self.is_of(&token.family, terms.wire);
        let Some(found) = self.refresh.get(&digest).filter(here) else {
            return Err(GrantError::Grant(
                "This refresh token is not known: expired, revoked, or never issued",
            ));
        };
        let family = found.family.clone();
        if found.replaced {
            self.revoke_family(&family);
            return Err(GrantError::Grant(
                "This refresh token was replaced before; all that came of it is revoked",
            ));
        }
        let granted = self.families.get(&family).map(|family| &family.scopes);
        let wider = |asked: &Vec<String>| {
            granted.is_none_or(|granted| asked.iter().any(|scope| !granted.contains(scope)))
        };
        if scopes.as_ref().is_some_and(wider) {
            return Err(GrantError::Scope);
        }
        if terms.wire == Wire::Zoho && !self.may_yield(&family, now) {
            return Err(GrantError::TooMany);
        }
        if let Some(found) = self.refresh.get_mut(&digest)
            && terms.wire.rotates()
        {
            found.replaced = true;
        }
        let granted = Granted {
            scopes,
            nonce: None,
            renewable: terms.wire.rotates(),
        };
        self.issue(&family, granted, terms, now)
    }

    /// Counts an access token that a refresh token yields, where it yields another one now.
    fn may_yield(&mut self, family: &str, now: i64) -> bool {
        let Some(family) = self.families.get_mut(family) else {
            return false;
        };
        family.yielded.retain(|at| *at > now - LIMIT_SECONDS);
        let may = family.yielded.len() < LIMIT;
        if may {
            family.yielded.push(now);
        }
        may
    }

    fn issue(
        &mut self,
        id: &str,
        granted: Granted,
        terms: Terms,
        now: i64,
    ) -> Result<Issued, GrantError> {
        let Some(family) = self.families.get(id) else {
            return Err(GrantError::Grant("This authorization was revoked"));
        };
        let prefixes = terms.wire.prefixes();
        let issued = Issued {
            access_token: secrets::new(prefixes.access)?,
            refresh_token: (family.is_offline() && granted.renewable)
                .then(|| secrets::new(prefixes.refresh))
                .transpose()?,
            expires_in: terms.access,
            scopes: granted.scopes.unwrap_or_else(|| family.scopes.clone()),
            account: family.account.clone(),
            auth_time: family.auth_time,
            nonce: granted.nonce,
        };
        self.access.insert(
            secrets::digest(&issued.access_token),
            Access {
                family: id.to_owned(),
                scopes: issued.scopes.clone(),
                expires: now + terms.access,
            },
        );
        if let Some(token) = &issued.refresh_token {
            self.refresh.insert(
                secrets::digest(token),
                Refresh {
                    family: id.to_owned(),
                    expires: now + terms.refresh,
                    replaced: false,
                },
            );
        }
        Ok(issued)
    }

    /// The grant behind an access token that is good now.
    pub(crate) fn open(&self, token: &str, wire: Wire, now: i64) -> Option<(&Access, &Family)> {
        let access = self.access.get(&secrets::digest(token))?;
        let family = self.families.get(&access.family)?;
        (access.expires > now && family.wire == wire).then_some((access, family))
    }

    /// Whether a token is one of those that can be revoked.
    pub(crate) fn knows(&self, token: &str) -> bool {
        let digest = secrets::digest(token);
        self.refresh.contains_key(&digest) || self.access.contains_key(&digest)
    }

    /// Revokes a token (RFC 7009 section 2.1): a refresh token, replaced or not, with all that
    /// came of its consent; an access token alone. One that is not known is no error.
    pub(crate) fn revoke(&mut self, token: &str) {
        let digest = secrets::digest(token);
        if let Some(refresh) = self.refresh.get(&digest) {
            let family = refresh.family.clone();
            self.revoke_family(&family);
        }
        self.access.remove(&digest);
    }

    /// Revokes every consent, and with it every code and token.
    pub(crate) fn revoke_all(&mut self) {
        self.families.clear();
        self.codes.clear();
        self.access.clear();
        self.refresh.clear();
    }

    fn revoke_family(&mut self, id: &str) {
        self.families.remove(id);
        self.codes.retain(|_, code| code.family != id);
        self.access.retain(|_, access| access.family != id);
        self.refresh.retain(|_, refresh| refresh.family != id);
    }

    /// Forgets what time has ended.
    fn prune(&mut self, now: i64) {
        self.access.retain(|_, access| access.expires > now);
        self.refresh.retain(|_, refresh| refresh.expires > now);
        self.codes.retain(|_, code| code.used || code.expires > now);
        let Self {
            families,
            codes,
            access,
            refresh,
            ..
        } = self;
        families.retain(|id, _| {
            access.values().any(|access| access.family == *id)
                || refresh.values().any(|refresh| refresh.family == *id)
                || codes.values().any(|code| code.family == *id && !code.used)
        });
        codes.retain(|_, code| families.contains_key(&code.family));
    }
}

#[cfg(test)]
mod tests;
