//! The system's browser: what the app asks the system to open, and a person in front of it.
//!
//! No browser is started. A program named `xdg-open` stands where the app looks for one and only
//! notes the address; a [`Browser`] then walks the pages over HTTP as a browser without scripts
//! does: redirects, cookies, forms.

use std::collections::HashMap;
use std::path::PathBuf;

use reqwest::header::{ACCEPT_LANGUAGE, COOKIE, HeaderMap, LOCATION, ORIGIN, SET_COOKIE};
use url::Url;

use crate::app::{Options, local_http};
use crate::trial::Trial;
use crate::wait::until;

/// Redirects in a row that a browser follows before it gives up.
const REDIRECTS: usize = 20;

/// Stands in for the program that opens addresses on a Linux desktop.
pub struct SystemBrowser {
    folder: PathBuf,
    seen: usize,
}

impl SystemBrowser {
    /// Puts the stand-in into the trial's folder.
    ///
    /// # Panics
    /// Where it cannot be written.
    #[must_use]
    pub fn install(trial: &Trial) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let folder = trial.outside().join("bin");
        std::fs::create_dir_all(&folder).expect("a folder for the stand-in");
        // One `printf` is one write: a line is there whole or not at all.
        let script = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$1\" >> '{}'\n",
            folder.join("opened").display()
        );
        let path = folder.join("xdg-open");
        std::fs::write(&path, script).expect("the stand-in is written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700))
            .expect("the stand-in may be run");
        Self { folder, seen: 0 }
    }

    /// To start the app with: `xdg-open` is the first that the app tries, wherever `PATH` has it.
    ///
    /// # Panics
    /// Where `PATH` cannot be extended.
    #[must_use]
    pub fn options(&self) -> Options {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.folder.clone()).chain(std::env::split_paths(&path));
        let path = std::env::join_paths(folders).expect("folders without a colon");
        let path = path.into_string().expect("folders in UTF-8");
        Options {
            envs: vec![("PATH".to_owned(), path)],
            ..Options::default()
        }
    }

    fn all(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.join("opened")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// How many addresses were opened so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.all().len()
    }

    /// Waits for the next address.
    ///
    /// # Panics
    /// Where what was to be opened is no address.
    pub async fn opened(&mut self) -> Url {
        let address = until("the system's browser to be opened", async || {
            self.all().get(self.seen).cloned()
        })
        .await;
        self.seen += 1;
        Url::parse(&address).unwrap_or_else(|error| panic!("{address:?} is no address: {error}"))
    }
}

struct Cookie {
    name: String,
    value: String,
    path: String,
}

/// One window of a browser, with cookies of its own.
pub struct Browser {
    http: reqwest::Client,
    cookies: Vec<Cookie>,
    /// An origin that does not answer from where this browser is.
    unreachable: Option<String>,
    address: Url,
    status: u16,
    html: String,
    typed: HashMap<String, String>,
}

impl Default for Browser {
    fn default() -> Self {
        Self {
            http: local_http(),
            cookies: Vec::new(),
            unreachable: None,
            address: Url::parse("about:blank").expect("an address"),
            status: 0,
            html: String::new(),
            typed: HashMap::new(),
        }
    }
}

impl Browser {
    /// On a computer where the origin of `address` is somebody else, or nobody: the address bar
    /// shows where it was sent, and there is no page.
    #[must_use]
    pub fn out_of_reach_of(address: &Url) -> Self {
        Self {
            unreachable: Some(address.origin().ascii_serialization()),
            ..Self::default()
        }
    }

    /// The address bar.
    #[must_use]
    pub const fn address(&self) -> &Url {
        &self.address
    }

    /// The last answer's status; 0 where there was none.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The page as it was sent.
    #[must_use]
    pub fn html(&self) -> &str {
        &self.html
    }

    /// What the page says.
    #[must_use]
    pub fn text(&self) -> String {
        words(&self.html)
    }

    /// Goes to an address, and on to wherever it is sent.
    ///
    /// # Panics
    /// Where nobody answers, or it is sent on and on.
    pub async fn open(&mut self, address: &Url) {
        self.go(address.clone(), None).await;
    }

    /// Types into the field with that label.
    ///
    /// # Panics
    /// Where there is none.
    pub fn fill(&mut self, label: &str, text: &str) {
        let labels = elements(&self.html, "label");
        let id = labels.iter().find(|it| words(&it.inner) == label);
        let id = id.and_then(|it| it.attribute("for"));
        let fields = elements(&self.html, "input");
        let field = fields.iter().find(|it| it.attribute("id") == id);
        let name = field.and_then(|it| it.attribute("name"));
        let Some(name) = name.filter(|_| id.is_some()) else {
            panic!("no field {label:?}; the page says:\n{}", self.text())
        };
        self.typed.insert(name.to_owned(), text.to_owned());
    }

    /// Presses the button whose words hold `label`, which sends its form.
    ///
    /// # Panics
    /// Where there is none, or nobody answers.
    pub async fn press(&mut self, label: &str) {
        let forms = elements(&self.html, "form");
        let found = forms.iter().find_map(|form| {
            let mut buttons = elements(&form.inner, "button").into_iter();
            let button = buttons.find(|it| words(&it.inner).contains(label))?;
            Some((form, button))
        });
        let Some((form, button)) = found else {
            panic!("no button {label:?}; the page says:\n{}", self.text())
        };
        let mut fields: Vec<(String, String)> = elements(&form.inner, "input")
            .iter()
            .filter_map(|input| {
                let name = input.attribute("name")?;
                let typed = self.typed.get(name).map(String::as_str);
                let value = typed.or_else(|| input.attribute("value"));
                Some((name.to_owned(), value.unwrap_or_default().to_owned()))
            })
            .collect();
        if let Some(name) = button.attribute("name") {
            let value = button.attribute("value").unwrap_or_default();
            fields.push((name.to_owned(), value.to_owned()));
        }
        let action = button
            .attribute("formaction")
            .or_else(|| form.attribute("action"))
            .unwrap_or_default();
        let action = self.address.join(action).expect("a form has an address");
        assert_eq!(
            form.attribute("method"),
            Some("post"),
            "the forms of these pages are posted"
        );
        self.go(action, Some(fields)).await;
    }

    async fn go(&mut self, to: Url, mut fields: Option<Vec<(String, String)>>) {
        let from = self.address.origin();
        let mut to = to;
        for _ in 0..REDIRECTS {
            self.typed.clear();
            self.address = to.clone();
            if self.unreachable == Some(to.origin().ascii_serialization()) {
                (self.status, self.html) = (0, String::new());
                return;
            }
            let request = match fields.take() {
                Some(fields) => self
                    .http
                    .post(to.clone())
                    .form(&fields)
                    .header(ORIGIN, from.ascii_serialization()),
                None => self.http.get(to.clone()),
            };
            let answer = request
                .header(COOKIE, self.cookies_for(&to))
                .header(ACCEPT_LANGUAGE, "en")
                .send()
                .await
                .unwrap_or_else(|error| panic!("nobody answers at {to}: {error}"));
            self.keep(answer.headers());
            let away = answer.headers().get(LOCATION).cloned();
            self.status = answer.status().as_u16();
            if let Some(away) = away.filter(|_| answer.status().is_redirection()) {
                let away = away.to_str().expect("an address in ASCII");
                to = to.join(away).expect("a redirect to an address");
                continue;
            }
            self.html = answer.text().await.expect("a whole answer");
            return;
        }
        panic!("sent on and on, last to {to}");
    }

    fn cookies_for(&self, address: &Url) -> String {
        let sent = self
            .cookies
            .iter()
            .filter(|cookie| address.path().starts_with(&cookie.path));
        sent.map(|it| format!("{}={}", it.name, it.value))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// Keeps what an answer sets, whatever its host: all these servers are on one. A cookie is
    /// taken back by an empty one.
    fn keep(&mut self, headers: &HeaderMap) {
        for set in headers.get_all(SET_COOKIE) {
            let mut parts = set.to_str().unwrap_or_default().split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|it| it.split_once('=')) else {
                continue;
            };
            let path = parts
                .find_map(|part| part.strip_prefix("path="))
                .unwrap_or("/");
            self.cookies.retain(|it| it.name != name || it.path != path);
            if !value.is_empty() {
                self.cookies.push(Cookie {
                    name: name.to_owned(),
                    value: value.to_owned(),
                    path: path.to_owned(),
                });
            }
        }
    }
}

/// An element that does not hold another of its kind.
struct Element {
    attributes: Vec<(String, String)>,
    inner: String,
}

impl Element {
    fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes.find(|it| it.0 == name).map(|it| it.1.as_str())
    }
}

/// All elements of a kind, in order. Enough for pages that write their tags and attributes in
/// lower case and their values in double quotes.
fn elements(html: &str, kind: &str) -> Vec<Element> {
    let (opens, closes) = (format!("<{kind}"), format!("</{kind}>"));
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(&opens) {
        rest = &rest[at + opens.len()..];
        if !rest.starts_with([' ', '>', '\n']) {
            continue;
        }
        let mut attributes = Vec::new();
        while !rest.trim_start().starts_with('>') {
            rest = rest.trim_start();
            let end = rest.find(['=', ' ', '>', '\n']).unwrap_or(rest.len());
            let name = rest[..end].to_owned();
            rest = &rest[end..];
            let value = rest.strip_prefix("=\"").and_then(|it| it.split_once('"'));
            if let Some((value, after)) = value {
                attributes.push((name, plain(value)));
                rest = after;
            } else {
                assert!(!name.is_empty(), "a tag that cannot be read: {rest:.80}");
                attributes.push((name, String::new()));
            }
        }
        let after = rest.trim_start().trim_start_matches('>');
        // Fields have no end tag, and nothing in them.
        let inner = after.split_once(&closes).map_or("", |it| it.0);
        found.push(Element {
            attributes,
            inner: inner.to_owned(),
        });
        rest = after;
    }
    found
}

/// What is read of HTML: no tags, no styles, no title.
fn words(html: &str) -> String {
    let mut shown = html.to_owned();
    for (from, to) in [("<style", "</style>"), ("<title", "</title>")] {
        while let Some(start) = shown.find(from) {
            let end = shown[start..].find(to);
            let end = end.map_or(shown.len(), |end| start + end + to.len());
            shown.replace_range(start..end, " ");
        }
    }
    let mut text = String::new();
    for part in shown.split('<') {
        let seen = part.split_once('>').map_or(part, |it| it.1);
        text.push_str(seen);
        text.push(' ');
    }
    let text = plain(&text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn plain(escaped: &str) -> String {
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        // Last, so that nothing is read twice.
        ("&amp;", "&"),
    ];
    entities
        .iter()
        .fold(escaped.to_owned(), |text, (from, to)| {
            text.replace(from, to)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_a_browser_reads_it() {
        let html = r#"<title>Code</title><style>b{color:red}</style><form method="post" action="/a?x=1&amp;y=2">
<input type="hidden" name="ticket" value="&quot;t&quot;"><label for="code">Code</label><input id="code" name="user_code" required>
<button type="submit" name="who" value="1" autofocus><span>Aiko</span> &amp; co</button></form>"#;
        let form = elements(html, "form").remove(0);
        assert_eq!(form.attribute("action"), Some("/a?x=1&y=2"), "unescaped");
        let names: Vec<_> = elements(&form.inner, "input")
            .iter()
            .map(|it| it.attribute("name").unwrap_or_default().to_owned())
            .collect();
        assert_eq!(names, ["ticket", "user_code"], "every field, in order");
        let button = elements(&form.inner, "button").remove(0);
        assert_eq!(words(&button.inner), "Aiko & co", "what a person reads");
        assert_eq!(button.attribute("autofocus"), Some(""), "without a value");
        assert_eq!(words(html), "Code Aiko & co", "title and style are unseen");
    }
}
