//! The flow window. Each window steers its own flow and no other.

use tauri::{Runtime, State, WebviewWindow};
use tsunagi_console::views::{FlowView, TypedKeys};
use tsunagi_console::{AccountAnswer, ConsoleError, FlowId};

use super::{Answer, Desk, seated, waited};
use crate::windows::flow_label;

/// Refuses where the window that calls is not this flow's.
fn own<R: Runtime>(window: &WebviewWindow<R>, desk: &Desk, flow: FlowId) -> Answer<()> {
    if window.label() == flow_label(flow) {
        return Ok(());
    }
    Err(desk.failure(&ConsoleError::new("flow_over")))
}

#[tauri::command]
pub(crate) async fn flow_get<R: Runtime>(
    window: WebviewWindow<R>,
    desk: State<'_, Desk>,
    flow: FlowId,
) -> Answer<FlowView> {
    own(&window, &desk, flow)?;
    seated(&desk, move |console, _| console.flow(flow)).await
}

#[tauri::command]
pub(crate) async fn flow_cancel<R: Runtime>(
    window: WebviewWindow<R>,
    desk: State<'_, Desk>,
    flow: FlowId,
) -> Answer<()> {
    own(&window, &desk, flow)?;
    seated(&desk, move |console, _| console.cancel_flow(flow)).await
}

#[tauri::command]
pub(crate) async fn flow_extend<R: Runtime>(
    window: WebviewWindow<R>,
    desk: State<'_, Desk>,
    flow: FlowId,
) -> Answer<FlowView> {
    own(&window, &desk, flow)?;
    seated(&desk, move |console, _| console.extend_flow(flow)).await
}

#[tauri::command]
pub(crate) async fn flow_in_browser<R: Runtime>(
    window: WebviewWindow<R>,
    desk: State<'_, Desk>,
    flow: FlowId,
) -> Answer<FlowView> {
    own(&window, &desk, flow)?;
    seated(&desk, move |console, _| console.flow_in_browser(flow)).await
}

#[tauri::command]
pub(crate) async fn flow_stay<R: Runtime>(
    window: WebviewWindow<R>,
    desk: State<'_, Desk>,
    flow: FlowId,
    wanted: bool,
) -> Answer<FlowView> {
    own(&window, &desk, flow)?;
    seated(&desk, move |console, _| console.flow_stay(flow, wanted)).await
}

#[tauri::command]
pub(crate) async fn flow_by_code<R: Runtime>(
    window: WebviewWindow<R>,
    desk: State<'_, Desk>,
    flow: FlowId,
) -> Answer<FlowView> {
    own(&window, &desk, flow)?;
    seated(&desk, move |console, _| console.flow_by_code(flow)).await
}

#[tauri::command]
pub(crate) async fn flow_open_address<R: Runtime>(
    window: WebviewWindow<R>,
    desk: State<'_, Desk>,
    flow: FlowId,
) -> Answer<()> {
    own(&window, &desk, flow)?;
    seated(&desk, move |console, _| console.open_code_address(flow)).await
}

#[tauri::command]
pub(crate) async fn flow_paste<R: Runtime>(
    window: WebviewWindow<R>,
    desk: State<'_, Desk>,
    flow: FlowId,
    address: String,
) -> Answer<FlowView> {
    own(&window, &desk, flow)?;
    seated(&desk, move |console, _| {
        console.paste_into_flow(flow, &address)
    })
    .await
}

#[tauri::command]
pub(crate) async fn flow_typed<R: Runtime>(
    window: WebviewWindow<R>,
    desk: State<'_, Desk>,
    flow: FlowId,
    typed: TypedKeys,
) -> Answer<FlowView> {
    own(&window, &desk, flow)?;
    seated(&desk, move |console, session| {
        console.type_into_flow(session, flow, typed)
    })
    .await
}

#[tauri::command]
pub(crate) async fn flow_open_setup<R: Runtime>(
    window: WebviewWindow<R>,
    desk: State<'_, Desk>,
    flow: FlowId,
) -> Answer<()> {
    own(&window, &desk, flow)?;
    seated(&desk, move |console, _| console.open_setup(flow)).await
}

#[tauri::command]
pub(crate) async fn flow_answer<R: Runtime>(
    window: WebviewWindow<R>,
    desk: State<'_, Desk>,
    flow: FlowId,
    answer: AccountAnswer,
) -> Answer<FlowView> {
    own(&window, &desk, flow)?;
    seated(&desk, move |console, _| console.answer_flow(flow, answer)).await
}

#[tauri::command]
pub(crate) async fn flow_primary<R: Runtime>(
    window: WebviewWindow<R>,
    desk: State<'_, Desk>,
    flow: FlowId,
    wanted: bool,
) -> Answer<FlowView> {
    own(&window, &desk, flow)?;
    seated(&desk, move |console, _| console.flow_primary(flow, wanted)).await
}

#[tauri::command]
pub(crate) async fn flow_again<R: Runtime>(
    window: WebviewWindow<R>,
    desk: State<'_, Desk>,
    flow: FlowId,
) -> Answer<FlowId> {
    own(&window, &desk, flow)?;
    waited(&desk, async move |console, session| {
        console.flow_again(session, flow).await
    })
    .await
}
