//! Parameters of queries and forms.

use url::form_urlencoded;

/// Decoded `application/x-www-form-urlencoded` parameters. No `Debug`: they may hold secrets.
pub(crate) struct Params(Vec<(String, String)>);

/// A parameter that came twice (forbidden by RFC 6749 sections 3.1 and 3.2); its name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Repeated(pub(crate) &'static str);

impl Params {
    /// Reads them. Bytes that are not UTF-8 become U+FFFD and match nothing.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// A parameter that may come once. Without a value it counts as left out (RFC 6749 section
    /// 3.1).
    pub(crate) fn once(&self, name: &'static str) -> Result<Option<&str>, Repeated> {
        let mut found = self
            .0
            .iter()
            .filter(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str());
        let first = found.next();
        match found.next() {
            Some(_) => Err(Repeated(name)),
            None => Ok(first),
        }
    }
}
