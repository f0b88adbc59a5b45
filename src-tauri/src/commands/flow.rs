//! The flow window.

use tauri::State;
use tsunagi_console::FlowId;
use tsunagi_console::views::FlowView;

use super::{Answer, Desk, seated};

#[tauri::command]
pub(crate) async fn flow_get(desk: State<'_, Desk>, flow: FlowId) -> Answer<FlowView> {
    seated(&desk, move |console, _| console.flow(flow)).await
}

#[tauri::command]
pub(crate) async fn flow_cancel(desk: State<'_, Desk>, flow: FlowId) -> Answer<()> {
    seated(&desk, move |console, _| console.cancel_flow(flow)).await
}

#[tauri::command]
pub(crate) async fn flow_extend(desk: State<'_, Desk>, flow: FlowId) -> Answer<FlowView> {
    seated(&desk, move |console, _| console.extend_flow(flow)).await
}

#[tauri::command]
pub(crate) async fn flow_in_browser(desk: State<'_, Desk>, flow: FlowId) -> Answer<FlowView> {
    seated(&desk, move |console, _| console.flow_in_browser(flow)).await
}

#[tauri::command]
pub(crate) async fn flow_paste(
    desk: State<'_, Desk>,
    flow: FlowId,
    address: String,
) -> Answer<FlowView> {
    seated(&desk, move |console, _| {
        console.paste_into_flow(flow, &address)
    })
    .await
}

#[tauri::command]
pub(crate) async fn flow_answer(
    desk: State<'_, Desk>,
    flow: FlowId,
    replace: bool,
) -> Answer<FlowView> {
    seated(&desk, move |console, _| console.answer_flow(flow, replace)).await
}

#[tauri::command]
pub(crate) async fn flow_primary(
    desk: State<'_, Desk>,
    flow: FlowId,
    wanted: bool,
) -> Answer<FlowView> {
    seated(&desk, move |console, _| console.flow_primary(flow, wanted)).await
}

#[tauri::command]
pub(crate) async fn flow_again(desk: State<'_, Desk>, flow: FlowId) -> Answer<FlowId> {
    let console = desk.console()?;
    let answer = console.flow_again(console.session(), flow).await;
    answer.map_err(|error| console.failure(&error))
}
