//! Steps in the areas that several journeys take: a connection to the practice Salesforce, and a
//! data source that pulls through it.

use serde_json::{Value, json};

use crate::desk::Desk;
use crate::page::{Page, Role};
use crate::steps;

/// The connection to the practice Salesforce: an admin one, the same for all environments.
pub const CUSTOMERS: &str = "Customers";

/// A connection to the practice Salesforce, signed in to.
pub async fn connect_salesforce(page: &Page, desk: &Desk, pid: u32) {
    steps::connections(page).await;
    page.button("New connection").await;
    page.button("Practice Salesforce*").await;
    page.fill("Name", CUSTOMERS).await;
    page.press(Role::Radio, "Admin*").await;
    page.button("Create and authorize").await;
    steps::sign_in_at_practice(desk, pid).await;
}

/// What a command answers of the only application in Production, asked as the window asks it.
///
/// # Panics
/// Where it is refused.
pub async fn told(page: &Page, command: &str) -> Value {
    let ask = async |command: &str, of: Value| page.invoke(command, of).await.expect(command);
    let applications = ask("applications_list", json!({})).await;
    let application = &applications[0]["application"]["id"];
    let of = json!({ "application": application, "environment": "production" });
    ask(command, of).await
}

/// The id of what is called `name` in a list, where `at` leads to the part that has both.
///
/// # Panics
/// Where there is none.
#[must_use]
pub fn id_of(list: &Value, at: &str, name: &str) -> String {
    let rows = list.as_array().into_iter().flatten();
    let mut parts = rows.filter_map(|row| row.pointer(at));
    let id = parts.find(|part| part["name"] == name).map(|it| &it["id"]);
    let id = id.and_then(Value::as_str);
    id.unwrap_or_else(|| panic!("nothing is called {name:?} in {list}"))
        .to_owned()
}

/// Goes to the data sources of Production.
pub async fn data_sources(page: &Page) {
    page.link("Data sources").await;
    page.wait(Role::Heading, "Data sources").await;
    page.press(Role::Radio, "Production*").await;
}

/// Begins a data source of `module` through [`CUSTOMERS`]: what the service has is looked up.
pub async fn begin_source(page: &Page, name: &str, module: &str) {
    page.button("New data source").await;
    page.wait(Role::Heading, "New data source").await;
    page.fill("Name", name).await;
    let view = told(page, "sources_get").await;
    let through = id_of(&view["connections"], "/seat/connection", CUSTOMERS);
    page.choose("Through which connection*", &through).await;
    page.choose("Module*", module).await;
    page.says("shown").await;
}

/// Creates what was begun, and pulls it.
pub async fn create_and_pull(page: &Page, rows: &str) {
    page.button("Create data source").await;
    page.wait_gone(Role::Button, "Create data source").await;
    page.button("Pull").await;
    page.says(rows).await;
}

/// The same in Japanese and dark.
pub async fn in_another_look(page: &Page) {
    page.link("Settings").await;
    page.press(Role::Radio, "Dark").await;
    page.press(Role::Radio, "日本語").await;
    page.wait(Role::Link, "ホーム").await;
}
