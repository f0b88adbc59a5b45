//! A tray host: the StatusNotifierWatcher that a desktop's panel would own, and a hand to open
//! the menu with (`com.canonical.dbusmenu`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use zbus::message::Header;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, Proxy};

use crate::wait::until;

/// Where an item is to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Item {
    bus_name: String,
    path: String,
}

/// The registry that tray items announce themselves to.
struct Registry {
    items: Arc<Mutex<Vec<Item>>>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Registry {
    /// An item names its bus name, or its path on the bus name it calls from.
    async fn register_status_notifier_item(
        &self,
        service: &str,
        #[zbus(header)] header: Header<'_>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<()> {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let item = if service.starts_with('/') {
            Item {
                bus_name: sender,
                path: service.to_owned(),
            }
        } else {
            Item {
                bus_name: service.to_owned(),
                path: "/StatusNotifierItem".to_owned(),
            }
        };
        let announced = format!("{}{}", item.bus_name, item.path);
        self.items.lock().expect("the lock is sound").push(item);
        // Emitted by hand: a declared signal would put an undocumented trait into this crate.
        emitter
            .emit(
                "org.kde.StatusNotifierWatcher",
                "StatusNotifierItemRegistered",
                &(announced.as_str(),),
            )
            .await?;
        Ok(())
    }

    async fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    async fn registered_status_notifier_items(&self) -> Vec<String> {
        let items = self.items.lock().expect("the lock is sound");
        items
            .iter()
            .map(|item| format!("{}{}", item.bus_name, item.path))
            .collect()
    }

    #[zbus(property)]
    async fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    async fn protocol_version(&self) -> i32 {
        0
    }
}

/// One line of a tray menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Names it for this layout of the menu only.
    pub id: i32,
    /// What it says, without mnemonic marks.
    pub label: String,
    /// Whether it can be chosen.
    pub enabled: bool,
}

/// The tray host. Owns its bus name until dropped; make it before the app starts.
pub struct Watcher {
    connection: Connection,
    items: Arc<Mutex<Vec<Item>>>,
}

/// `(id, properties, children)`: one node of a dbusmenu layout.
type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

impl Watcher {
    /// Takes `org.kde.StatusNotifierWatcher` on the session bus.
    ///
    /// # Panics
    /// Where there is no session bus, or a panel has the name already.
    pub async fn own() -> Self {
        let items: Arc<Mutex<Vec<Item>>> = Arc::default();
        let connection = zbus::connection::Builder::session()
            .expect("a session bus: use `cargo xtask e2e`")
            .serve_at(
                "/StatusNotifierWatcher",
                Registry {
                    items: Arc::clone(&items),
                },
            )
            .expect("the watcher is served")
            .name("org.kde.StatusNotifierWatcher")
            .expect("a well-formed name")
            .build()
            .await
            .expect("no other tray host has the name");
        Self { connection, items }
    }

    /// Waits for an item to register and reads its menu. The latest one counts: that of an app
    /// that has ended names no menu any more.
    pub async fn tray(&self) -> Tray<'_> {
        let (item, menu) = until("a tray item that names its menu", async || {
            let items = self.items.lock().expect("the lock is sound").clone();
            let item = items.last()?;
            let proxy = Proxy::new(
                &self.connection,
                item.bus_name.clone(),
                item.path.clone(),
                "org.kde.StatusNotifierItem",
            )
            .await
            .ok()?;
            let menu = proxy.get_property::<OwnedObjectPath>("Menu").await.ok()?;
            Some((item.clone(), menu))
        })
        .await;
        Tray {
            connection: &self.connection,
            bus_name: item.bus_name,
            menu,
        }
    }

    /// Whether any item has registered so far.
    ///
    /// # Panics
    /// Never: the lock is not held across a panic.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.lock().expect("the lock is sound").is_empty()
    }
}

/// The app's item in the tray.
pub struct Tray<'a> {
    connection: &'a Connection,
    bus_name: String,
    menu: OwnedObjectPath,
}

impl Tray<'_> {
    async fn proxy(&self) -> Option<Proxy<'_>> {
        Proxy::new(
            self.connection,
            self.bus_name.as_str(),
            self.menu.as_str(),
            "com.canonical.dbusmenu",
        )
        .await
        .ok()
    }

    /// The menu's lines as they are now, separators and hidden ones left out.
    pub async fn entries(&self) -> Vec<Entry> {
        self.layout().await.unwrap_or_default()
    }

    async fn layout(&self) -> Option<Vec<Entry>> {
        let proxy = self.proxy().await?;
        // A panel says so before it shows a menu; applications may fill it only then.
        let _: Result<bool, _> = proxy.call("AboutToShow", &(0_i32,)).await;
        let properties: Vec<&str> = Vec::new();
        let (_revision, root): (u32, Node) = proxy
            .call("GetLayout", &(0_i32, -1_i32, properties))
            .await
            .ok()?;
        let mut entries = Vec::new();
        collect(root, &mut entries);
        Some(entries)
    }

    /// What the lines say.
    pub async fn labels(&self) -> Vec<String> {
        let entries = self.entries().await;
        entries.into_iter().map(|entry| entry.label).collect()
    }

    /// Waits for a line that begins with `start`.
    pub async fn wait(&self, start: &str) -> Entry {
        let mut there = Vec::new();
        let deadline = tokio::time::Instant::now() + crate::wait::PATIENCE;
        while tokio::time::Instant::now() < deadline {
            there = self.entries().await;
            if let Some(entry) = there.iter().find(|entry| entry.label.starts_with(start)) {
                return entry.clone();
            }
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        }
        panic!("no line of the tray begins with {start:?}; it has {there:?}");
    }

    /// Waits for a line that begins with `start` and chooses it.
    ///
    /// # Panics
    /// Where the line is greyed out, or the app does not take the click.
    pub async fn choose(&self, start: &str) {
        let entry = self.wait(start).await;
        assert!(entry.enabled, "{:?} cannot be chosen", entry.label);
        let proxy = self.proxy().await.expect("the tray's menu is there");
        proxy
            .call_method("Event", &(entry.id, "clicked", Value::from(0_i32), 0_u32))
            .await
            .expect("the app takes the click");
    }
}

fn collect(node: Node, entries: &mut Vec<Entry>) {
    let (id, properties, children) = node;
    let text = |name: &str| {
        properties
            .get(name)
            .and_then(|value| String::try_from(value.clone()).ok())
    };
    let flag = |name: &str| {
        properties
            .get(name)
            .and_then(|value| bool::try_from(value.clone()).ok())
            // dbusmenu: visible and enabled are true unless said otherwise.
            .unwrap_or(true)
    };
    let separator = text("type").as_deref() == Some("separator");
    if let Some(label) = text("label")
        && flag("visible")
        && !separator
    {
        entries.push(Entry {
            id,
            label: without_mnemonics(&label),
            enabled: flag("enabled"),
        });
    }
    for child in children {
        if let Ok(child) = Node::try_from(child) {
            collect(child, entries);
        }
    }
}

/// `_Open` says "Open", `a__b` says "a_b" (dbusmenu, property `label`).
fn without_mnemonics(label: &str) -> String {
    let mut plain = String::new();
    let mut letters = label.chars();
    while let Some(letter) = letters.next() {
        if letter == '_' {
            plain.extend(letters.next());
        } else {
            plain.push(letter);
        }
    }
    plain
}
