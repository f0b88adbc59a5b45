//! From one page of rows to the next.

use serde_json::Value;
use tsunagi_domain::hosts::may_receive;
use url::Url;

use super::{Asked, Site};
use crate::{InputKind, Operation, Paging};

/// How many pages are asked for in a row at most: an answer that always names a next one ends here.
pub const PAGES_MAX: u32 = 100_000;

impl Operation {
    /// The request for the page after this answer; `None` where there is none. An address that the
    /// answer names counts only on the connector's listed hosts (R23), and a page that would be the
    /// same request again does not count.
    ///
    /// `header` gives the answer's header of a name.
    #[must_use]
    pub fn next_page<'h>(
        &self,
        asked: &Asked,
        site: Site<'_>,
        header: impl Fn(&str) -> Option<&'h str>,
        body: &Value,
    ) -> Option<Asked> {
        let paging = self.paging.as_ref()?;
        let page = asked.page.checked_add(1).filter(|page| *page < PAGES_MAX)?;
        let mut given = asked.given.clone();
        let next = match paging {
            Paging::Page {
                input,
                first,
                size,
                more,
            } => {
                self.goes_on(asked, more.as_deref(), size.as_deref(), body)?;
                let now = self.number(asked, input).unwrap_or(*first);
                given.insert(input.clone(), Value::from(now.checked_add(1)?));
                self.page(given, site, page).ok()?
            }
            Paging::Offset {
                input,
                first,
                size,
                more,
            } => {
                let rows = self.goes_on(asked, more.as_deref(), size.as_deref(), body)?;
                let now = self.number(asked, input).unwrap_or(*first);
                given.insert(input.clone(), Value::from(now.checked_add(rows)?));
                self.page(given, site, page).ok()?
            }
            Paging::Token { input, at, more } => {
                if let Some(more) = more {
                    is_said(body, more).then_some(())?;
                }
                let word = match body.pointer(at)? {
                    Value::String(text) if !text.is_empty() => text.clone(),
                    Value::Number(number) => number.to_string(),
                    _ => return None,
                };
                given.insert(input.clone(), self.as_taken(input, word)?);
                self.page(given, site, page).ok()?
            }
            Paging::Header { input, name } => {
                let word = header(name).filter(|word| !word.is_empty())?;
                given.insert(input.clone(), self.as_taken(input, word.to_owned())?);
                self.page(given, site, page).ok()?
            }
            Paging::Next { at } => led(asked, site, body.pointer(at)?.as_str()?, page)?,
            Paging::Link => led(asked, site, next_link(header("link")?)?, page)?,
        };
        let sent = |one: &Asked| (one.target.clone(), one.headers.clone(), one.body.clone());
        (sent(&next) != sent(asked)).then_some(next)
    }

    /// Whether there are more rows, and how many there were.
    fn goes_on(
        &self,
        asked: &Asked,
        more: Option<&str>,
        size: Option<&str>,
        body: &Value,
    ) -> Option<u64> {
        let rows = self.rows(body).map_or(0, |rows| rows.len()) as u64;
        let on = match more {
            Some(more) => is_said(body, more),
            None => {
                let full = size.and_then(|size| self.number(asked, size));
                full.is_none_or(|full| rows >= full)
            }
        };
        (on && rows > 0).then_some(rows)
    }

    /// The number that an input has in a request.
    fn number(&self, asked: &Asked, name: &str) -> Option<u64> {
        let default = self.input(name)?.default.as_ref();
        asked.given.get(name).or(default)?.as_u64()
    }

    /// A word of the answer's as a value of the input.
    fn as_taken(&self, name: &str, word: String) -> Option<Value> {
        match self.input(name)?.kind {
            InputKind::Number => word.parse::<u64>().ok().map(Value::from),
            _ => Some(Value::String(word)),
        }
    }
}

fn is_said(body: &Value, at: &str) -> bool {
    matches!(body.pointer(at), Some(Value::Bool(true)))
}

/// The request at an address that an answer names, which may be a part of one (RFC 3986 §5).
fn led(asked: &Asked, site: Site<'_>, address: &str, page: u32) -> Option<Asked> {
    let here = if asked.target.starts_with('/') {
        site.resolved.api_url(&asked.target).ok()?
    } else {
        Url::parse(&asked.target).ok()?
    };
    let url = here.join(address).ok()?;
    may_receive(&url, &site.resolved.hosts).ok()?;
    Some(Asked {
        target: url.into(),
        page,
        ..asked.clone()
    })
}

/// The address of `rel="next"` in a header `Link` (RFC 8288 §3).
fn next_link(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (address, after) = after.split_once('>')?;
        // The parameters reach to the next address.
        let parameters = after.split_once('<').map_or(after, |(own, _)| own);
        let next = parameters.split([';', ',']).any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or_default();
            let mut words = value.trim().trim_matches('"').split_ascii_whitespace();
            name.trim().eq_ignore_ascii_case("rel")
                && words.any(|word| word.eq_ignore_ascii_case("next"))
        });
        if next {
            return Some(address);
        }
        rest = after;
    }
    None
}
