//! The Android Keystore: each entry is sealed by a key that never leaves the device.

use std::sync::LazyLock;

/// Connects once; `android-activity` gave the context that it needs.
pub(super) fn connect() -> bool {
    static CONNECTED: LazyLock<bool> = LazyLock::new(|| {
        android_native_keyring_store::Store::new().map(|store| keyring_core::set_default_store(store)).is_ok()
    });
    *CONNECTED
}
