//! Proxies, as the environment names them for pages.
//!
//! Where the desktop is not GNOME, WebKit asks libproxy, and libproxy sends this computer's own
//! addresses to the proxy too, unless the environment excepts them. The proxy could not reach
//! them, and would read what was never meant to leave this computer.

use std::ffi::OsString;

const VARIABLES: [&str; 2] = ["no_proxy", "NO_PROXY"];
const OWN: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Excepts this computer from every proxy. To be called before anything else runs: it changes the
/// environment.
pub(crate) fn except_this_computer() {
    let named = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"];
    if named.iter().all(|name| std::env::var_os(name).is_none()) {
        return;
    }
    let before = VARIABLES.iter().find_map(std::env::var_os);
    let Some(excepted) = with_own(before.unwrap_or_default()) else {
        return;
    };
    for name in VARIABLES {
        // SAFETY: nothing else runs yet, so no other thread can be reading the environment.
        #[allow(unsafe_code)]
        unsafe {
            std::env::set_var(name, &excepted);
        }
    }
}

/// What is excepted, with this computer. A `*` excepts everything already.
fn with_own(before: OsString) -> Option<String> {
    let before = before.into_string().ok()?;
    let mut all: Vec<&str> = before
        .split([',', ' '])
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    if all.contains(&"*") {
        return None;
    }
    for own in OWN {
        if !all.contains(&own) {
            all.push(own);
        }
    }
    Some(all.join(","))
}

#[cfg(test)]
mod tests {
    use super::with_own;

    #[test]
    fn this_computer_is_excepted_beside_what_was() {
        for (before, after) in [
            ("", Some("localhost,127.0.0.1,::1")),
            (
                "intra.example, .corp.example",
                Some("intra.example,.corp.example,localhost,127.0.0.1,::1"),
            ),
            ("127.0.0.1,a", Some("127.0.0.1,a,localhost,::1")),
            ("*", None),
        ] {
            assert_eq!(
                with_own(before.into()).as_deref(),
                after,
                "excepted before: {before:?}"
            );
        }
    }
}
