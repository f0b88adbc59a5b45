//! Declares the commands, so that each needs a permission in a capability, for local pages too.

const COMMANDS: &[&str] = &[
    "start",
    "welcome_found",
    "vault_unlock",
    "settings_change",
    "kept_sign_ins_list",
    "kept_sign_ins_clear",
    "home_get",
    "connections_list",
    "gallery_list",
    "gallery_service",
    "connection_check_name",
    "connection_reuse",
    "connection_create",
    "registration_draft",
    "registration_add",
    "connection_get",
    "connection_rename",
    "connection_set_enabled",
    "connection_set_environment",
    "connection_timeline",
    "connection_try",
    "connection_delete",
    "authorization_rename",
    "primary_choose",
    "authorization_impact",
    "authorization_revoke",
    "authorize",
    "flow_get",
    "flow_cancel",
    "flow_extend",
    "flow_in_browser",
    "flow_stay",
    "flow_by_code",
    "flow_open_address",
    "flow_paste",
    "flow_answer",
    "flow_primary",
    "flow_again",
    "connectors_get",
    "connectors_accept",
    "connectors_open_folder",
    "practice_get",
    "practice_set_faults",
    "practice_revoke_all",
    "show_main",
];

fn main() {
    // The screens are compiled in; a clone that has not built them yet still compiles.
    let dist = std::path::Path::new("../ui/dist");
    if !dist.exists()
        && let Err(error) = std::fs::create_dir_all(dist)
    {
        println!("cargo:warning=ui/dist cannot be created: {error}");
    }
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    if let Err(error) =
        tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
    {
        // A build script has no other way to say why.
        eprintln!("{error:#}");
        std::process::exit(1);
    }
}
