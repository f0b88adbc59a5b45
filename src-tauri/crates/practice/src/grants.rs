//! Codes and tokens: what is issued, what is accepted, and what a second use ends.
//!
//! Pure: state in, state out, time as an argument (seconds since 1970).

use crate::PracticeError;
use crate::secrets;
use crate::state::{Access, Code, Family, Refresh, State};

/// How long a code is good, in seconds. RFC 6749 section 4.1.2 allows ten minutes at most.
pub(crate) const CODE_SECONDS: i64 = 60;
/// How long an access token is good, in seconds, where no fault says otherwise.
pub(crate) const ACCESS_SECONDS: i64 = 3600;
/// How long a refresh token is good, in seconds, where no fault says otherwise.
pub(crate) const REFRESH_SECONDS: i64 = 30 * 24 * 3600;

/// Lifetimes of the tokens to issue, in seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lifetimes {
    pub(crate) access: i64,
    pub(crate) refresh: i64,
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

/// Why a token request is refused (RFC 6749 section 5.2).
#[derive(Debug)]
pub(crate) enum GrantError {
    /// `invalid_grant`, with a sentence.
    Grant(&'static str),
    /// `invalid_scope`.
    Scope,
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
        let code = secrets::new("practice_code_")?;
        let family = self.start_family(consent.account, consent.scopes, consent.auth_time)?;
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

    /// Issues the tokens of a device code that was allowed (RFC 8628 section 3.5). There is no
    /// nonce: the client never came by here with one.
    pub(crate) fn issue_device(
        &mut self,
        account: &'static str,
        scopes: Vec<String>,
        auth_time: i64,
        lifetimes: Lifetimes,
        now: i64,
    ) -> Result<Issued, GrantError> {
        self.prune(now);
        let family = self.start_family(account, scopes, auth_time)?;
        self.issue(&family, None, None, lifetimes, now)
    }

    fn start_family(
        &mut self,
        account: &'static str,
        scopes: Vec<String>,
        auth_time: i64,
    ) -> Result<String, PracticeError> {
        let id = secrets::new("family_")?;
        self.families.insert(
            id.clone(),
            Family {
                account: account.to_owned(),
                scopes,
                auth_time,
            },
        );
        Ok(id)
    }

    /// Exchanges a code for tokens, once. A second use revokes what the first one got
    /// (RFC 6749 section 4.1.2). A wrong verifier or redirect address uses nothing up.
    pub(crate) fn exchange(
        &mut self,
        code: &str,
        verifier: &str,
        redirect_uri: &str,
        lifetimes: Lifetimes,
        now: i64,
    ) -> Result<Issued, GrantError> {
        self.prune(now);
        let digest = secrets::digest(code);
        let Some(found) = self.codes.get_mut(&digest) else {
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
            return Err(GrantError::Grant(
                "The redirect address is not the one the code was asked for with",
            ));
        }
        if found.challenge != secrets::digest(verifier) {
            return Err(GrantError::Grant(
                "The code verifier does not match the code challenge",
            ));
        }
        found.used = true;
        let nonce = found.nonce.clone();
        let family = found.family.clone();
        self.issue(&family, None, nonce, lifetimes, now)
    }

    /// Renews with a refresh token, which is replaced. Using a replaced one revokes the family
    /// (RFC 9700 section 4.14.2). `scopes` narrows the access token (RFC 6749 section 6).
    pub(crate) fn renew(
        &mut self,
        token: &str,
        scopes: Option<Vec<String>>,
        lifetimes: Lifetimes,
        now: i64,
    ) -> Result<Issued, GrantError> {
        self.prune(now);
        let digest = secrets::digest(token);
        let Some(found) = self.refresh.get(&digest) else {
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
        if let Some(found) = self.refresh.get_mut(&digest) {
            found.replaced = true;
        }
        self.issue(&family, scopes, None, lifetimes, now)
    }

    fn issue(
        &mut self,
        id: &str,
        scopes: Option<Vec<String>>,
        nonce: Option<String>,
        lifetimes: Lifetimes,
        now: i64,
    ) -> Result<Issued, GrantError> {
        let Some(family) = self.families.get(id) else {
            return Err(GrantError::Grant("This authorization was revoked"));
        };
        let offline = family.scopes.iter().any(|scope| scope == "offline_access");
        let issued = Issued {
            access_token: secrets::new("practice_access_")?,
            refresh_token: offline
                .then(|| secrets::new("practice_refresh_"))
                .transpose()?,
            expires_in: lifetimes.access,
            scopes: scopes.unwrap_or_else(|| family.scopes.clone()),
            account: family.account.clone(),
            auth_time: family.auth_time,
            nonce,
        };
        self.access.insert(
            secrets::digest(&issued.access_token),
            Access {
                family: id.to_owned(),
                scopes: issued.scopes.clone(),
                expires: now + lifetimes.access,
            },
        );
        if let Some(token) = &issued.refresh_token {
            self.refresh.insert(
                secrets::digest(token),
                Refresh {
                    family: id.to_owned(),
                    expires: now + lifetimes.refresh,
                    replaced: false,
                },
            );
        }
        Ok(issued)
    }

    /// The grant behind an access token that is good now.
    pub(crate) fn open(&self, token: &str, now: i64) -> Option<(&Access, &Family)> {
        let access = self.access.get(&secrets::digest(token))?;
        let family = self.families.get(&access.family)?;
        (access.expires > now).then_some((access, family))
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
