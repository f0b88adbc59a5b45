//! The main window, by accessible names: what a person, or a screen reader, would call things.

use std::path::Path;

use fantoccini::Client;
use fantoccini::elements::{Element, ElementRef};
use serde_json::{Value, json};

use crate::wait::{PATIENCE, until, within};

const FIND: &str = include_str!("page.js");

/// WebDriver's key for an element reference (W3C WebDriver, 12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// What kind of thing is looked for, in ARIA's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Something that interrupts.
    Alert,
    /// A button.
    Button,
    /// A check box or switch.
    Checkbox,
    /// A drop-down.
    Combobox,
    /// A dialog.
    Dialog,
    /// A cell of a grid.
    Gridcell,
    /// A heading.
    Heading,
    /// A link.
    Link,
    /// An entry of a menu.
    Menuitem,
    /// An entry of a list to choose from.
    Option,
    /// One of several to choose from.
    Radio,
    /// A named part of the page.
    Region,
    /// A row of a grid or table.
    Row,
    /// Something that tells without interrupting.
    Status,
    /// A tab.
    Tab,
    /// A field to type into.
    Textbox,
}

impl Role {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Button => "button",
            Self::Checkbox => "checkbox",
            Self::Combobox => "combobox",
            Self::Dialog => "dialog",
            Self::Gridcell => "gridcell",
            Self::Heading => "heading",
            Self::Link => "link",
            Self::Menuitem => "menuitem",
            Self::Option => "option",
            Self::Radio => "radio",
            Self::Region => "region",
            Self::Row => "row",
            Self::Status => "status",
            Self::Tab => "tab",
            Self::Textbox => "textbox",
        }
    }
}

/// The main window's page. Names are matched whole; `"Development: *"` matches a beginning.
#[derive(Clone)]
pub struct Page {
    client: Client,
}

impl Page {
    /// Over a WebDriver session.
    #[must_use]
    pub const fn new(client: Client) -> Self {
        Self { client }
    }

    /// The WebDriver session itself, for what this page has no word for.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// What is there now of that role and name; while a dialog is open, in the dialog alone.
    pub async fn find(&self, role: Role, name: &str) -> Vec<Element> {
        let found = self.look(role, name, "find").await;
        found.unwrap_or_default()
    }

    /// `None` where the page cannot be asked: it is being replaced by another.
    async fn look(&self, role: Role, name: &str, verb: &str) -> Option<Vec<Element>> {
        let arguments = vec![json!(role.as_str()), json!(name), json!(verb)];
        let found = self.client.execute(FIND, arguments).await.ok()?;
        let found = found.as_array()?.iter();
        let ids = found.filter_map(|found| found.get(ELEMENT)?.as_str());
        let element = |id: &str| {
            let id = ElementRef::from(id.to_owned());
            Element::from_element_id(self.client.clone(), id)
        };
        Some(ids.map(element).collect())
    }

    /// Whether something of that role and name is there now.
    pub async fn has(&self, role: Role, name: &str) -> bool {
        !self.find(role, name).await.is_empty()
    }

    /// The accessible names of everything of a role that is there now.
    pub async fn names(&self, role: Role) -> Vec<String> {
        let arguments = vec![json!(role.as_str()), json!(""), json!("list")];
        let found = self.client.execute(FIND, arguments).await;
        found
            .ok()
            .and_then(|found| serde_json::from_value(found).ok())
            .unwrap_or_default()
    }

    /// Waits for it.
    pub async fn wait(&self, role: Role, name: &str) -> Element {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            if let Some(first) = self.find(role, name).await.into_iter().next() {
                return first;
            }
            if tokio::time::Instant::now() >= deadline {
                let there = self.names(role).await;
                let text = self.text().await;
                panic!("no {role:?} named {name:?}; there are {there:?}. The page says:\n{text}");
            }
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        }
    }

    /// Waits until nothing of that role and name is there. What an open dialog covers is not gone.
    pub async fn wait_gone(&self, role: Role, name: &str) {
        until(&format!("{role:?} {name:?} to be gone"), async || {
            let there = self.look(role, name, "anywhere").await?;
            there.is_empty().then_some(())
        })
        .await;
    }

    /// Presses a button, tab, link or whatever has that role and name. Waits for it to be there
    /// and enabled; a page that is redrawn in between is asked again.
    pub async fn press(&self, role: Role, name: &str) {
        self.wait(role, name).await;
        until(&format!("{role:?} {name:?} to take a click"), async || {
            let element = self.find(role, name).await.into_iter().next()?;
            if !element.is_enabled().await.ok()? {
                return None;
            }
            let element = self.clickable(element).await?;
            self.bring_into_view(&element).await?;
            element.click().await.ok()
        })
        .await;
    }

    /// What a person clicks on: where a radio button or check box is drawn by its label, the label.
    async fn clickable(&self, element: Element) -> Option<Element> {
        let arguments = vec![serde_json::to_value(&element).ok()?];
        let script = "const [it] = arguments;
            return it.matches('input.sr') && it.labels.length > 0 ? it.labels[0] : it";
        let found = self.client.execute(script, arguments).await.ok()?;
        let id = ElementRef::from(found.get(ELEMENT)?.as_str()?.to_owned());
        Some(Element::from_element_id(self.client.clone(), id))
    }

    /// Scrolls as a person would: the driver leaves what is cut off at an edge as it is, and then
    /// clicks on what covers its middle.
    async fn bring_into_view(&self, element: &Element) -> Option<()> {
        let arguments = vec![serde_json::to_value(element).ok()?];
        let script = "arguments[0].scrollIntoView({ block: 'nearest', inline: 'nearest' })";
        self.client.execute(script, arguments).await.ok().map(drop)
    }

    /// Presses a button.
    pub async fn button(&self, name: &str) {
        self.press(Role::Button, name).await;
    }

    /// Presses a button in a named part of the page, where several parts have one of that name.
    pub async fn button_in(&self, region: &str, name: &str) {
        until(&format!("{name:?} in {region:?} to take a click"), async || {
            for button in self.find(Role::Button, name).await {
                let arguments = vec![serde_json::to_value(&button).ok()?, json!(region)];
                let script = "const [it, region] = arguments;
                    return it.closest('section[aria-label], form[aria-label]')?.getAttribute('aria-label') === region";
                let inside = self.client.execute(script, arguments).await.ok()?;
                if inside == Value::Bool(true) && button.is_enabled().await.ok()? {
                    self.bring_into_view(&button).await?;
                    return button.click().await.ok();
                }
            }
            None
        })
        .await;
    }

    /// Calls a command as the page's own code does. Gives the answer, or the failure's code.
    ///
    /// # Panics
    /// Where the page cannot be asked.
    pub async fn invoke(&self, command: &str, arguments: Value) -> Result<Value, String> {
        let script = "const [command, args, done] = arguments;
            window.__TAURI_INTERNALS__.invoke(command, args)
                .then((answer) => done({ answer }), (failure) => done({ code: failure?.code ?? String(failure) }))";
        let arguments = vec![json!(command), arguments];
        let told = self.client.execute_async(script, arguments).await;
        let told = told.expect("the page can be asked");
        match told.get("code").and_then(Value::as_str) {
            Some(code) => Err(code.to_owned()),
            None => Ok(told.get("answer").cloned().unwrap_or_default()),
        }
    }

    /// Follows a link.
    pub async fn link(&self, name: &str) {
        self.press(Role::Link, name).await;
    }

    /// Opens a tab.
    pub async fn tab(&self, name: &str) {
        self.press(Role::Tab, name).await;
    }

    /// Puts text into a field in place of what it held.
    ///
    /// # Panics
    /// Where the field does not hold the text afterwards.
    pub async fn fill(&self, label: &str, text: &str) {
        self.wait(Role::Textbox, label).await;
        until(&format!("field {label:?} to take {text:?}"), async || {
            let element = self.find(Role::Textbox, label).await.into_iter().next()?;
            element.clear().await.ok()?;
            element.send_keys(text).await.ok()?;
            let held = element.prop("value").await.ok()??;
            (held == text).then_some(())
        })
        .await;
    }

    /// Empties a field as a person does, by its keys: the driver's own way is nothing typed, which
    /// what looks while one types does not hear of.
    pub async fn empty(&self, label: &str) {
        // Control and a, let go of, then backspace (W3C WebDriver, 17.4.2).
        const ALL_AWAY: &str = "\u{e009}a\u{e000}\u{e003}";
        let field = self.wait(Role::Textbox, label).await;
        until(&format!("field {label:?} to be empty"), async || {
            field.send_keys(ALL_AWAY).await.ok()?;
            let held = field.prop("value").await.ok()??;
            held.is_empty().then_some(())
        })
        .await;
    }

    /// Chooses an entry of a drop-down, by the entry's value.
    pub async fn choose(&self, label: &str, value: &str) {
        self.wait(Role::Combobox, label).await;
        until(&format!("{label:?} to offer {value:?}"), async || {
            let list = self.find(Role::Combobox, label).await.into_iter().next()?;
            list.select_by_value(value).await.ok()?;
            let held = list.prop("value").await.ok()??;
            (held == value).then_some(())
        })
        .await;
    }

    /// What a field holds.
    ///
    /// # Panics
    /// Where it is no field.
    pub async fn value(&self, label: &str) -> String {
        let element = self.wait(Role::Textbox, label).await;
        element
            .prop("value")
            .await
            .expect("the field can be read")
            .expect("a field has a value")
    }

    /// Everything the page says.
    pub async fn text(&self) -> String {
        let text = self
            .client
            .execute(
                "return document.body ? document.body.innerText : ''",
                vec![],
            )
            .await;
        match text {
            Ok(Value::String(text)) => text,
            _ => String::new(),
        }
    }

    /// Waits until the page says `words` somewhere.
    pub async fn says(&self, words: &str) {
        let mut last = String::new();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < deadline {
            last = self.text().await;
            if last.contains(words) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        }
        panic!("the page never said {words:?}; it says:\n{last}");
    }

    /// Waits until a cell's accessible name begins with `start`, and gives the whole name.
    pub async fn cell(&self, start: &str) -> String {
        let mut there = Vec::new();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < deadline {
            there = self.names(Role::Gridcell).await;
            if let Some(name) = there.iter().find(|name| name.starts_with(start)) {
                return name.clone();
            }
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        }
        panic!("no cell begins with {start:?}; there are {there:?}");
    }

    /// Whether the page comes to say `words` within `patience`.
    pub async fn comes_to_say(&self, words: &str, patience: std::time::Duration) {
        within(
            patience,
            &format!("the page to say {words:?}"),
            async || self.text().await.contains(words).then_some(()),
        )
        .await;
    }

    /// What the other windows of the program say that WebDriver can see: the flow window, never
    /// a provider's page, which has a web context of its own.
    pub async fn other_windows(&self) -> Vec<String> {
        let mut said = Vec::new();
        let (Ok(main), Ok(all)) = (self.client.window().await, self.client.windows().await) else {
            return said;
        };
        for window in all {
            // A window may close in between: then there is nothing to read.
            if window != main && self.client.switch_to_window(window).await.is_ok() {
                said.push(self.text().await);
            }
        }
        let _ = self.client.switch_to_window(main).await;
        said
    }

    /// Does something in the flow window: until `act` is done, this page is that one.
    ///
    /// # Panics
    /// Where no flow window opens, or the main window is gone.
    pub async fn in_flow_window<T>(&self, act: impl AsyncFnOnce(&Self) -> T) -> T {
        let main = self.client.window().await.expect("the main window");
        until("the flow window", async || {
            for window in self.client.windows().await.ok()? {
                // One that is closing has no address any more.
                let switched = self.client.switch_to_window(window).await;
                let at = self.client.current_url().await;
                if switched.is_ok() && at.is_ok_and(|at| at.path().ends_with("/flow.html")) {
                    return Some(());
                }
            }
            None
        })
        .await;
        let done = act(self).await;
        self.client
            .switch_to_window(main)
            .await
            .expect("back in the main window");
        done
    }

    /// Waits until the page has drawn what it says, and what moves has come to rest: a picture of
    /// the display is of that.
    pub async fn painted(&self) {
        let script = "const done = arguments[arguments.length - 1];
            const ends = (it) => Number.isFinite(it.effect?.getComputedTiming().endTime);
            const rests = document.getAnimations().filter(ends).map((it) => it.finished);
            Promise.allSettled(rests).then(() => requestAnimationFrame(() =>
                requestAnimationFrame(() => setTimeout(done, 0, true))))";
        // Without it the picture is taken all the same.
        let _ = self.client.execute_async(script, vec![]).await;
    }

    /// A picture of the main window only.
    ///
    /// # Panics
    /// Where the window is gone or the file cannot be written.
    pub async fn picture(&self, path: &Path) {
        let png = self
            .client
            .screenshot()
            .await
            .expect("a picture of the window");
        std::fs::write(path, png).expect("the picture is written");
    }
}
