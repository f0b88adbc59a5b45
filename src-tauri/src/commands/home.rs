//! The Home screen.

use tauri::State;
use tsunagi_console::views::HomeView;

use super::{Answer, Desk, seated};

#[tauri::command]
pub(crate) async fn home_get(desk: State<'_, Desk>) -> Answer<HomeView> {
    seated(&desk, move |console, session| console.home_view(session)).await
}
