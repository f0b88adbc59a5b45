//! From one page of rows to the next.

use serde_json::Value;
use tsunagi_domain::hosts::may_receive;
use url::Url;

use super::{Asked, Misfit, Site};
use crate::{InputKind, Operation, Paging};

/// How many pages are asked for in a row at most: an answer that always names a next one ends here.
pub const PAGES_MAX: u32 = 100_000;

/// Why there is no way to the page after one that names it, or says that there are more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Astray {
    /// What leads on is neither a word nor an address, or is missing though there are more rows.
    #[error("what leads to the next page cannot be used")]
    Unusable,
    /// It leads to an address that is not the service's own (R23).
    #[error("the next page is at {host}, which is not a host of the service's")]
    Elsewhere {
        /// The host that it names.
        host: String,
    },
    /// It leads to the page that it came with.
    #[error("the next page is this one again")]
    Same,
    /// The service does not take the request for it.
    #[error("the next page cannot be asked for")]
    Misfit(#[from] Misfit),
    /// There is no end to them: [`PAGES_MAX`] have come.
    #[error("more than {PAGES_MAX} pages")]
    TooMany,
}

impl Operation {
    /// The request for the page after this answer; `None` where there is none. An address that the
    /// answer names counts only on the connector's listed hosts (R23).
    ///
    /// `header` gives the answer's header of a name.
    ///
    /// # Errors
    /// [`Astray`] where there is a next page and no way to it: that is not the end.
    pub fn next_page<'h>(
        &self,
        asked: &Asked,
        site: Site<'_>,
        header: impl Fn(&str) -> Option<&'h str>,
        body: &Value,
    ) -> Result<Option<Asked>, Astray> {
        let Some(paging) = &self.paging else {
            return Ok(None);
        };
        let page = asked.page.saturating_add(1);
        let mut given = asked.given.clone();
        let next = match paging {
            Paging::Page {
                input,
                first,
                size,
                more,
            } => {
                if !self.goes_on(asked, more.as_deref(), size.as_deref(), body) {
                    return Ok(None);
                }
                let now = self.number(asked, input).unwrap_or(*first);
                let next = now.checked_add(1).ok_or(Astray::Unusable)?;
                given.insert(input.clone(), Value::from(next));
                self.page(given, site, page)?
            }
            Paging::Offset {
                input,
                first,
                size,
                more,
            } => {
                if !self.goes_on(asked, more.as_deref(), size.as_deref(), body) {
                    return Ok(None);
                }
                let rows = self.rows(body).map_or(0, |rows| rows.len()) as u64;
                if rows == 0 {
                    return Err(Astray::Same);
                }
                let now = self.number(asked, input).unwrap_or(*first);
                let next = now.checked_add(rows).ok_or(Astray::Unusable)?;
                given.insert(input.clone(), Value::from(next));
                self.page(given, site, page)?
            }
            Paging::Token { input, at, more } => {
                let said = more.as_deref().map(|more| is_said(body, more));
                if said == Some(false) {
                    return Ok(None);
                }
                let word = match body.pointer(at).filter(|mark| !is_nothing(mark)) {
                    // That there are more, and no word of how to get them, is no end.
                    None if said == Some(true) => return Err(Astray::Unusable),
                    None => return Ok(None),
                    Some(Value::String(text)) => text.clone(),
                    Some(Value::Number(number)) => number.to_string(),
                    Some(_) => return Err(Astray::Unusable),
                };
                given.insert(input.clone(), self.as_taken(input, word)?);
                self.page(given, site, page)?
            }
            Paging::Header { input, name } => {
                let Some(word) = header(name).filter(|word| !word.is_empty()) else {
                    return Ok(None);
                };
                given.insert(input.clone(), self.as_taken(input, word.to_owned())?);
                self.page(given, site, page)?
            }
            Paging::Next { at } => match body.pointer(at).filter(|mark| !is_nothing(mark)) {
                None => return Ok(None),
                Some(Value::String(address)) => led(asked, site, address, page)?,
                Some(_) => return Err(Astray::Unusable),
            },
            Paging::Link => match header("link").map(next_link) {
                None | Some(Ok(None)) => return Ok(None),
                Some(Ok(Some(address))) => led(asked, site, address, page)?,
                Some(Err(astray)) => return Err(astray),
            },
        };
        let sent = |one: &Asked| (one.target.clone(), one.headers.clone(), one.body.clone());
        if sent(&next) == sent(asked) {
            return Err(Astray::Same);
        }
        if page >= PAGES_MAX {
            return Err(Astray::TooMany);
        }
        Ok(Some(next))
    }

    /// Whether there are more rows.
    fn goes_on(&self, asked: &Asked, more: Option<&str>, size: Option<&str>, body: &Value) -> bool {
        let rows = self.rows(body).map_or(0, |rows| rows.len()) as u64;
        match more {
            // What says so is believed, also of a page that has none itself.
            Some(more) => is_said(body, more),
            None => {
                let full = size.and_then(|size| self.number(asked, size));
                rows > 0 && full.is_none_or(|full| rows >= full)
            }
        }
    }

    /// The number that an input has in a request.
    fn number(&self, asked: &Asked, name: &str) -> Option<u64> {
        let default = self.input(name)?.default.as_ref();
        asked.given.get(name).or(default)?.as_u64()
    }

    /// A word of the answer's as a value of the input.
    fn as_taken(&self, name: &str, word: String) -> Result<Value, Astray> {
        match self.input(name).map(|input| input.kind) {
            Some(InputKind::Number) => {
                let number = word.parse::<u64>().map_err(|_| Astray::Unusable)?;
                Ok(Value::from(number))
            }
            Some(_) => Ok(Value::String(word)),
            None => Err(Astray::Unusable),
        }
    }
}

fn is_said(body: &Value, at: &str) -> bool {
    matches!(body.pointer(at), Some(Value::Bool(true)))
}

/// What services put where nothing leads on.
fn is_nothing(mark: &Value) -> bool {
    match mark {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

/// The request at an address that an answer names, which may be a part of one (RFC 3986 §5).
fn led(asked: &Asked, site: Site<'_>, address: &str, page: u32) -> Result<Asked, Astray> {
    let here = if asked.target.starts_with('/') {
        let here = site.resolved.api_url(&asked.target);
        here.map_err(|_| Astray::Unusable)?
    } else {
        Url::parse(&asked.target).map_err(|_| Astray::Unusable)?
    };
    let url = here.join(address).map_err(|_| Astray::Unusable)?;
    let host = url.host_str().ok_or(Astray::Unusable)?;
    may_receive(&url, &site.resolved.hosts).map_err(|_| Astray::Elsewhere {
        host: host.to_owned(),
    })?;
    Ok(Asked {
        target: url.into(),
        page,
        ..asked.clone()
    })
}

/// The address of `rel="next"` in a header `Link` (RFC 8288 §3).
fn next_link(header: &str) -> Result<Option<&str>, Astray> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (address, after) = after.split_once('>').ok_or(Astray::Unusable)?;
        // The parameters reach to the next address.
        let parameters = after.split_once('<').map_or(after, |(own, _)| own);
        let next = parameters.split([';', ',']).any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or_default();
            let mut words = value.trim().trim_matches('"').split_ascii_whitespace();
            name.trim().eq_ignore_ascii_case("rel")
                && words.any(|word| word.eq_ignore_ascii_case("next"))
        });
        if next {
            return Ok(Some(address));
        }
        rest = after;
    }
    Ok(None)
}
