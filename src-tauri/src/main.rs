//! The program: prepares the environment, then hands over to the shell.

// Release builds on Windows open no console window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    prepare_rendering();
    tsunagi_shell::main()
}

/// WebKitGTK's DMABUF renderer needs a GPU it can use. Without one (no render node) or with
/// NVIDIA's driver it shows blank windows; set unconditionally, the way around it breaks others.
#[cfg(target_os = "linux")]
fn prepare_rendering() {
    const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    let render_node = std::fs::read_dir("/dev/dri").is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("renderD"))
    });
    let nvidia = std::path::Path::new("/proc/driver/nvidia").exists();
    if std::env::var_os(VARIABLE).is_none() && (!render_node || nvidia) {
        // SAFETY: nothing else runs yet, so no other thread can be reading the environment.
        #[allow(unsafe_code)]
        unsafe {
            std::env::set_var(VARIABLE, "1");
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn prepare_rendering() {}
