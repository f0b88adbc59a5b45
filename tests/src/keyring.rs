//! The desktop's keyring, as a person has it before them in a program for passwords and keys.

use zbus::zvariant::OwnedObjectPath;
use zbus::{Connection, Proxy};

const SERVICE: &str = "org.freedesktop.secrets";
/// The keyring that programs put things into unless told otherwise.
const DEFAULT: &str = "/org/freedesktop/secrets/aliases/default";

/// Throws away everything the keyring holds. Gives how many entries there were.
///
/// # Panics
/// Where there is no keyring on the session's bus, or it is locked.
pub async fn empty() -> usize {
    let bus = Connection::session().await.expect("the session's bus");
    let keyring = Proxy::new(&bus, SERVICE, DEFAULT, "org.freedesktop.Secret.Collection").await;
    let keyring = keyring.expect("the default keyring");
    let entries: Vec<OwnedObjectPath> = keyring
        .get_property("Items")
        .await
        .expect("the keyring lists its entries");
    for entry in &entries {
        let entry = Proxy::new(&bus, SERVICE, entry, "org.freedesktop.Secret.Item").await;
        let entry = entry.expect("an entry of it");
        let prompt: OwnedObjectPath = entry.call("Delete", &()).await.expect("it is deleted");
        assert_eq!(prompt.as_str(), "/", "an open keyring asks nothing");
    }
    entries.len()
}
