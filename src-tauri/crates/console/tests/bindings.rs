//! The screens' TypeScript types are generated from the Rust ones, committed, and may not drift.

#[test]
fn bindings_are_what_the_screens_were_written_against() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../ui/src/backend/bindings.ts"
    );
    let now = tsunagi_console::commands::typescript();
    if std::env::var_os("TSUNAGI_WRITE_BINDINGS").is_some() {
        std::fs::write(path, &now).expect("the folder of the screens is there");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == now,
        "ui/src/backend/bindings.ts differs from the Rust types; \
         run TSUNAGI_WRITE_BINDINGS=1 cargo test -p tsunagi-console --test bindings"
    );
}
