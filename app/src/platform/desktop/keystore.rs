//! Which keystore a desktop has: the Secret Service, the Keychain, or the Credential Manager.

use std::sync::Arc;

use smartotp_core::vault::Keystore;

use crate::platform::keystore::OsKeystore;

/// The keystore, or `None` where there is none: a Linux without a session bus. Nothing is connected before it is used.
pub(crate) fn of_system() -> Option<Arc<dyn Keystore>> {
    bus_at_hand().then(|| Arc::new(OsKeystore { connect }) as Arc<dyn Keystore>)
}

fn connect() -> bool {
    keyring::v1::Entry::store_status().is_ok()
}

#[cfg(all(unix, not(target_os = "macos")))]
fn bus_at_hand() -> bool {
    use std::path::Path;
    let named = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some_and(|address| !address.is_empty());
    named || std::env::var_os("XDG_RUNTIME_DIR").is_some_and(|folder| Path::new(&folder).join("bus").exists())
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn bus_at_hand() -> bool {
    true
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::Command;

    use super::*;
    use smartotp_core::secret::Secret;

    /// Set in the second run of a test, which happens inside a session of its own.
    const INSIDE: &str = "SMARTOTP_TEST_INSIDE";

    /// Runs a test again with a session bus and an open keyring that are its own; `None` where there are none to be had.
    fn in_a_session(test: &str) -> Option<bool> {
        let home = tempfile::tempdir().ok()?;
        let open =
            "echo password | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec \"$0\" \"$@\"";
        let found = |program: &str| Command::new(program).arg("--version").output().is_ok();
        if !found("dbus-run-session") || !found("gnome-keyring-daemon") {
            return None;
        }
        let mut session = Command::new("dbus-run-session");
        session.args(["--", "sh", "-c", open]).arg(std::env::current_exe().ok()?).args(["--exact", test]);
        for folder in ["HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME"] {
            session.env(folder, home.path());
        }
        session.env(INSIDE, "1").env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        session.output().ok().map(|output| output.status.success())
    }

    #[test]
    fn any_secret_survives_in_a_real_keystore() {
        if std::env::var_os(INSIDE).is_none() {
            match in_a_session("platform::desktop::keystore::tests::any_secret_survives_in_a_real_keystore") {
                Some(survived) => assert!(survived),
                None => println!("skipped: no gnome-keyring, or no dbus-run-session"),
            }
            return;
        }
        let keystore = of_system().expect("a session bus");
        for bytes in [(0..=255).collect::<Vec<u8>>(), b"two\nlines\n".to_vec(), vec![0]] {
            assert_eq!(keystore.get("test"), Ok(None));
            keystore.set("test", &Secret::from_bytes(vec![1, 2, 3])).expect("kept");
            keystore.set("test", &Secret::from_bytes(bytes.clone())).expect("kept over what was there");
            assert_eq!(keystore.get("test"), Ok(Some(Secret::from_bytes(bytes))));
            keystore.remove("test").expect("taken away");
            keystore.remove("test").expect("nothing there is no error");
        }
    }
}
