//! Page panels: the page of an application, what its panels show, and one that is edited.

use tauri::State;
use tsunagi_console::views::{OperationView, PanelDraft, PanelShown, PanelsView};
use tsunagi_console::{ApplicationId, ConnectionId, Environment, ItemId};

use super::{Answer, Desk, seated, waited};

#[tauri::command]
pub(crate) async fn panels_get(
    desk: State<'_, Desk>,
    application: ApplicationId,
    environment: Environment,
) -> Answer<PanelsView> {
    seated(&desk, move |console, session| {
        console.panels(session, application, environment)
    })
    .await
}

#[tauri::command]
pub(crate) async fn panel_get(desk: State<'_, Desk>, item: ItemId) -> Answer<PanelDraft> {
    seated(&desk, move |console, session| console.panel(session, item)).await
}

#[tauri::command]
pub(crate) async fn panel_operations(
    desk: State<'_, Desk>,
    service: String,
    connection: Option<ConnectionId>,
) -> Answer<Vec<OperationView>> {
    seated(&desk, move |console, session| {
        console.panel_operations(session, &service, connection)
    })
    .await
}

#[tauri::command]
pub(crate) async fn panel_keep(desk: State<'_, Desk>, draft: PanelDraft) -> Answer<PanelDraft> {
    seated(&desk, move |console, session| {
        console.keep_panel(session, draft)
    })
    .await
}

#[tauri::command]
pub(crate) async fn panel_delete(desk: State<'_, Desk>, item: ItemId) -> Answer<()> {
    seated(&desk, move |console, session| {
        console.delete_panel(session, item)
    })
    .await
}

#[tauri::command]
pub(crate) async fn panels_order(
    desk: State<'_, Desk>,
    application: ApplicationId,
    environment: Environment,
    items: Vec<ItemId>,
) -> Answer<()> {
    seated(&desk, move |console, session| {
        console.order_panels(session, application, environment, &items)
    })
    .await
}

#[tauri::command]
pub(crate) async fn panel_show(desk: State<'_, Desk>, item: ItemId) -> Answer<PanelShown> {
    waited(&desk, async move |console, session| {
        console.show_panel(session, item).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn panel_preview(
    desk: State<'_, Desk>,
    draft: PanelDraft,
    anew: bool,
) -> Answer<PanelShown> {
    waited(&desk, async move |console, session| {
        console.preview_panel(session, &draft, anew).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn panel_stop(desk: State<'_, Desk>, item: Option<ItemId>) -> Answer<()> {
    seated(&desk, move |console, session| {
        console.stop_panel(session, item)
    })
    .await
}
