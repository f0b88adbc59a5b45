//! What is written for a person, and read back from one: the inventory and the definitions.

use tauri::State;
use tsunagi_console::views::{InventoryForm, WrittenFile};

use super::{Answer, Desk, seated};

#[tauri::command]
pub(crate) async fn inventory_export(
    desk: State<'_, Desk>,
    form: InventoryForm,
) -> Answer<WrittenFile> {
    seated(&desk, move |console, session| {
        console.write_inventory(session, form)
    })
    .await
}
