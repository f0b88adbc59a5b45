//! The builder of custom connectors.

use std::collections::BTreeMap;

use tauri::State;
use tsunagi_console::Sketch;
use tsunagi_console::views::{
    BuilderView, ConnectorStart, ConnectorUses, FilledView, OpenApiView, PublishImpact, WrittenFile,
};

use super::{Answer, Desk, seated, waited};

#[tauri::command]
pub(crate) async fn connector_begin(
    desk: State<'_, Desk>,
    start: ConnectorStart,
) -> Answer<BuilderView> {
    waited(&desk, async move |console, session| {
        console.begin_connector(session, &start).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn connector_read_openapi(
    desk: State<'_, Desk>,
    file: String,
    text: String,
) -> Answer<OpenApiView> {
    seated(&desk, move |console, session| {
        console.read_openapi(session, &file, &text)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connector_draft(desk: State<'_, Desk>, file: String) -> Answer<BuilderView> {
    seated(&desk, move |console, session| {
        console.connector_draft(session, &file)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connector_save(
    desk: State<'_, Desk>,
    file: String,
    sketch: Sketch,
    seen: String,
    settled: bool,
) -> Answer<BuilderView> {
    seated(&desk, move |console, session| {
        console.save_connector(session, &file, &sketch, &seen, settled)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connector_discard(desk: State<'_, Desk>, file: String) -> Answer<BuilderView> {
    seated(&desk, move |console, session| {
        console.discard_unsaved(session, &file)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connector_fill(
    desk: State<'_, Desk>,
    sketch: Sketch,
    issuer: String,
) -> Answer<FilledView> {
    waited(&desk, async move |console, session| {
        console.fill_connector(session, &sketch, &issuer).await
    })
    .await
}

#[tauri::command]
pub(crate) async fn connector_logo(
    desk: State<'_, Desk>,
    file: String,
    data: String,
) -> Answer<String> {
    seated(&desk, move |console, session| {
        console.connector_logo(session, &file, &data)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connector_logos(desk: State<'_, Desk>) -> Answer<BTreeMap<String, String>> {
    seated(&desk, |console, session| console.connector_logos(session)).await
}

#[tauri::command]
pub(crate) async fn connector_publish_impact(
    desk: State<'_, Desk>,
    file: String,
    hash: String,
) -> Answer<PublishImpact> {
    seated(&desk, move |console, session| {
        console.publish_impact(session, &file, &hash)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connector_publish(
    desk: State<'_, Desk>,
    file: String,
    hash: String,
) -> Answer<BuilderView> {
    seated(&desk, move |console, session| {
        console.publish_connector(session, &file, &hash)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connector_uses(desk: State<'_, Desk>, id: String) -> Answer<ConnectorUses> {
    seated(&desk, move |console, session| {
        console.connector_uses(session, &id)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connector_withdraw(desk: State<'_, Desk>, id: String) -> Answer<BuilderView> {
    seated(&desk, move |console, session| {
        console.withdraw_connector(session, &id)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connector_delete(desk: State<'_, Desk>, id: String) -> Answer<()> {
    seated(&desk, move |console, session| {
        console.delete_connector(session, &id)
    })
    .await
}

#[tauri::command]
pub(crate) async fn connector_export(desk: State<'_, Desk>, id: String) -> Answer<WrittenFile> {
    seated(&desk, move |console, session| {
        console.export_connector(session, &id)
    })
    .await
}
