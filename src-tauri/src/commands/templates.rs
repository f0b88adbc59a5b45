//! Templates: what one can start from.

use tauri::State;
use tsunagi_console::views::{TemplateUse, TemplateUsed, TemplateView};

use super::{Answer, Desk, seated};

#[tauri::command]
pub(crate) async fn templates_get(desk: State<'_, Desk>) -> Answer<Vec<TemplateView>> {
    seated(&desk, |console, session| console.templates(session)).await
}

#[tauri::command]
pub(crate) async fn template_use(desk: State<'_, Desk>, wish: TemplateUse) -> Answer<TemplateUsed> {
    seated(&desk, move |console, session| {
        console.use_template(session, &wish)
    })
    .await
}
