//! The Keychain's protected items: readable while the device is unlocked, and never on another device.

use std::sync::LazyLock;

/// Connects once. The store is this device's alone: iCloud's Keychain is another store.
pub(super) fn connect() -> bool {
    static CONNECTED: LazyLock<bool> = LazyLock::new(|| {
        apple_native_keyring_store::protected::Store::new().map(|store| keyring_core::set_default_store(store)).is_ok()
    });
    *CONNECTED
}
