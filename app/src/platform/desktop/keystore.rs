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
