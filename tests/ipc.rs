//! Which window and which origin may call which command: the app's own context, commands and
//! capabilities, without a display.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{App, Manager as _, WebviewUrl, WebviewWindow, WebviewWindowBuilder};
use tsunagi_console::ConsoleError;
use tsunagi_console::views::Locale;
use tsunagi_shell::{Desk, NAMES};

/// Where a window's own pages come from.
const OWN: &str = if cfg!(windows) {
    "http://tauri.localhost"
} else {
    "tauri://localhost"
};

/// Where a page might come from instead. `http://127.0.0.1:1420` is left out: builds for writing
/// screens take theirs from there.
const FOREIGN: [&str; 8] = [
    "https://evil.example",
    "http://127.0.0.1:4321",
    "http://localhost:1420",
    "https://tauri.localhost.evil.example",
    "about:blank",
    "file:///etc/passwd",
    "data:text/html,x",
    "https://ipc.localhost",
];

const FLOW: &str = "flow-019a8c1e-0000-7000-8000-000000000001";
const PAGE: &str = "page-019a8c1e-0000-7000-8000-000000000001";

/// What a flow window is for.
const FLOW_COMMANDS: [&str; 16] = [
    "start",
    "flow_get",
    "flow_cancel",
    "flow_extend",
    "flow_in_browser",
    "flow_stay",
    "flow_by_code",
    "flow_open_address",
    "flow_paste",
    "flow_typed",
    "flow_open_setup",
    "session_active",
    "flow_answer",
    "flow_primary",
    "flow_again",
    "show_main",
];

/// What of Tauri's own commands screens use.
const CORE_COMMANDS: [&str; 2] = ["plugin:event|listen", "plugin:event|unlisten"];

/// The app with a desk at which every command fails in the same way: what is refused by the
/// capabilities never gets as far.
fn app() -> App<MockRuntime> {
    let app = tsunagi_shell::builder(mock_builder())
        .build(tauri::generate_context!())
        .unwrap();
    let closed = ConsoleError::new("internal").failure(Locale::En);
    app.manage(Desk::closed(closed));
    app
}

fn window(app: &App<MockRuntime>, label: &str) -> WebviewWindow<MockRuntime> {
    WebviewWindowBuilder::new(app, label, WebviewUrl::App("index.html".into()))
        .build()
        .unwrap()
}

#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// The capabilities let it through; what it said then.
    Reached(Value),
    /// They did not.
    Refused,
}

fn call(window: &WebviewWindow<MockRuntime>, origin: &str, command: &str, body: Value) -> Answer {
    let answer = get_ipc_response(
        window,
        InvokeRequest {
            cmd: command.to_owned(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: origin.parse().unwrap(),
            body: InvokeBody::Json(body),
            headers: tauri::http::HeaderMap::new(),
            invoke_key: INVOKE_KEY.to_owned(),
        },
    );
    match answer {
        Ok(body) => Answer::Reached(body.deserialize().unwrap_or(Value::Null)),
        Err(Value::String(why)) if why.contains("not allowed") => Answer::Refused,
        Err(why) => Answer::Reached(why),
    }
}

fn reached(answer: &Answer) -> bool {
    matches!(answer, Answer::Reached(_))
}

/// Every command of Tauri and of every plugin that is compiled in, as `plugin:NAME|COMMAND`.
fn plugin_commands() -> BTreeSet<String> {
    let manifests = format!(
        "{}/gen/schemas/acl-manifests.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let manifests: Value = serde_json::from_slice(&std::fs::read(manifests).unwrap()).unwrap();
    let mut commands = BTreeSet::new();
    for (plugin, manifest) in manifests.as_object().unwrap() {
        let Some(plugin) = plugin
            .strip_prefix("core:")
            .or((plugin != "core" && plugin != "__app-acl__").then_some(plugin))
        else {
            continue;
        };
        for permission in manifest["permissions"].as_object().unwrap().values() {
            for command in permission["commands"]["allow"].as_array().unwrap() {
                let command = command.as_str().unwrap();
                commands.insert(format!("plugin:{plugin}|{command}"));
            }
        }
    }
    assert!(
        commands.contains("plugin:window|close") && commands.contains("plugin:opener|open_url"),
        "the list holds what is to be refused: {commands:?}"
    );
    commands
}

fn capability(name: &str) -> Value {
    let path = format!("{}/capabilities/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn granted(name: &str) -> BTreeSet<String> {
    capability(name)["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|permission| permission.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn each_window_reaches_its_commands_from_its_own_pages_and_nothing_else() {
    let app = app();
    let steering = |command: &str| command.starts_with("flow_");
    for (label, allowed) in [
        (
            "main",
            &(|command: &str| !steering(command)) as &dyn Fn(&str) -> bool,
        ),
        (FLOW, &|command| FLOW_COMMANDS.contains(&command)),
        (PAGE, &|_| false),
        ("other", &|_| false),
        ("main-2", &|_| false),
        ("flow", &|_| false),
        ("xflow-1", &|_| false),
    ] {
        let window = window(&app, label);
        for command in NAMES {
            let own = call(&window, OWN, command, json!({}));
            assert_eq!(
                reached(&own),
                allowed(command),
                "{command} from {label}'s own page: {own:?}"
            );
            for origin in FOREIGN {
                let foreign = call(&window, origin, command, json!({}));
                assert_eq!(
                    foreign,
                    Answer::Refused,
                    "{command} from {label} showing {origin}"
                );
            }
        }
    }
}

#[test]
fn a_command_that_is_reached_is_answered_by_the_desk() {
    let app = app();
    let main = window(&app, "main");
    let Answer::Reached(why) = call(&main, OWN, "start", json!({})) else {
        panic!("the main window may ask for the start");
    };
    assert_eq!(
        why["code"], "internal",
        "so being reached means running, not merely failing elsewhere"
    );
}

#[test]
fn no_window_reaches_commands_of_plugins_but_to_listen() {
    let app = app();
    let commands = plugin_commands();
    for label in ["main", FLOW, PAGE, "other"] {
        let window = window(&app, label);
        for command in &commands {
            let own = label == "main" || label == FLOW;
            let allowed = own && CORE_COMMANDS.contains(&command.as_str());
            let body = json!({ "event": "changed", "target": { "kind": "Any" }, "handler": 1, "eventId": 1 });
            let answer = call(&window, OWN, command, body.clone());
            assert_eq!(
                reached(&answer),
                allowed,
                "{command} from {label}'s own page: {answer:?}"
            );
            for origin in FOREIGN {
                let answer = call(&window, origin, command, body.clone());
                assert_eq!(
                    answer,
                    Answer::Refused,
                    "{command} from {label} showing {origin}"
                );
            }
        }
    }
}

#[test]
fn a_flow_window_steers_no_other_flow() {
    let app = app();
    let window = window(&app, FLOW);
    let ask = |flow: &str| {
        let body = json!({
            "flow": flow, "answer": "keep", "wanted": true, "address": "x", "typed": { "fields": {} },
        });
        FLOW_COMMANDS
            .iter()
            .filter(|command| command.starts_with("flow_"))
            .map(|command| call(&window, OWN, command, body.clone()))
            .collect::<Vec<_>>()
    };
    let code = |answer: &Answer| match answer {
        Answer::Reached(why) => why["code"].clone(),
        Answer::Refused => json!("refused"),
    };
    for answer in ask("019a8c1e-0000-7000-8000-000000000001") {
        assert_eq!(code(&answer), "internal", "its own flow goes to the desk");
    }
    for answer in ask("019a8c1e-0000-7000-8000-000000000002") {
        assert_eq!(code(&answer), "flow_over", "another's does not");
    }
}

#[test]
fn one_list_of_commands_everywhere() {
    let names: BTreeSet<&str> = NAMES.iter().copied().collect();
    assert_eq!(names.len(), NAMES.len(), "no command is registered twice");

    let console = tsunagi_console::commands::all();
    let declared: BTreeSet<&str> = console.iter().map(|command| command.name).collect();
    assert_eq!(
        names, declared,
        "what screens are typed against is registered"
    );

    let build = std::fs::read_to_string(format!("{}/build.rs", env!("CARGO_MANIFEST_DIR")));
    let build = build.unwrap();
    let (_, list) = build.split_once("const COMMANDS: &[&str] = &[").unwrap();
    let (list, _) = list.split_once("];").unwrap();
    let guarded: BTreeSet<&str> = list.split('"').skip(1).step_by(2).collect();
    assert_eq!(
        names, guarded,
        "every command needs a permission, local pages too"
    );

    let mut allowed: BTreeSet<String> = granted("main");
    allowed.extend(granted("flow"));
    let expected: BTreeSet<String> = names
        .iter()
        .map(|name| format!("allow-{}", name.replace('_', "-")))
        .chain(["core:event:allow-listen", "core:event:allow-unlisten"].map(str::to_owned))
        .collect();
    assert_eq!(allowed, expected, "every command is granted to some window");
}

#[test]
fn capabilities_name_their_windows_and_no_remote_page() {
    let folder = format!("{}/capabilities", env!("CARGO_MANIFEST_DIR"));
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let expected = BTreeSet::from(["flow.json".to_owned(), "main.json".to_owned()]);
    assert_eq!(
        files, expected,
        "a new capability is a new row of this test"
    );
    for (name, windows) in [("main", json!(["main"])), ("flow", json!(["flow-*"]))] {
        let capability = capability(name);
        assert_eq!(capability["windows"], windows, "{name} is for its windows");
        for field in ["remote", "webviews", "local"] {
            assert_eq!(
                capability[field],
                Value::Null,
                "{name} grants nothing by {field}"
            );
        }
        for permission in granted(name) {
            assert!(
                !permission.starts_with("opener") && !permission.ends_with(":default"),
                "{name} lists what it grants one by one: {permission}"
            );
        }
    }
}

#[test]
fn the_configuration_leaves_no_door_open() {
    let app = app();
    let config = app.config();
    assert!(!config.app.with_global_tauri, "no __TAURI__ in any page");
    assert!(
        config.app.windows.is_empty(),
        "windows are made by the shell, which knows what each may do"
    );
    let security = &config.app.security;
    assert!(
        !security.freeze_prototype,
        "it would freeze sign-in pages too"
    );
    assert!(!security.asset_protocol.enable, "no files for pages");
    let listed = serde_json::to_value(&security.capabilities).unwrap();
    assert_eq!(listed, json!(["main", "flow"]), "capabilities are listed");
    let weakened = serde_json::to_value(&security.dangerous_disable_asset_csp_modification);
    assert_eq!(
        weakened.unwrap(),
        json!(false),
        "the policy is not weakened"
    );
    assert!(security.dev_csp.is_none(), "nor while screens are written");

    let policy = serde_json::to_value(&security.csp).unwrap();
    let expected = json!({
        "default-src": "'self'",
        "connect-src": "ipc: http://ipc.localhost",
        "img-src": "'self' data:",
        "style-src": "'self'",
        "script-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    });
    assert_eq!(policy, expected, "no inline code, nothing remote");
}
