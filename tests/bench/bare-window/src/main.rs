//! The least Tauri window: what the platform alone costs. It has the features the app compiles Tauri with and uses none.

fn main() -> Result<(), tauri::Error> {
    tauri::Builder::default().run(tauri::generate_context!())
}
