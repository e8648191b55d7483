//! How the open vault is protected. It lies in the vault's payload: who can change the settings file gains nothing by it.

use core::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Protective settings of a vault.
///
/// Numbers outside their bounds move to the nearest one that makes sense, when they are set and when they are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Protection {
    /// Seconds without a touch or key until the vault is locked; 0: never. See [`Protection::LOCK_AFTER`].
    pub lock_after_seconds: u32,
    /// Lock as soon as another app comes to the front.
    pub lock_on_background: bool,
    /// Lock with the device's own screen, and before it sleeps.
    pub lock_on_screen_lock: bool,
    /// Lock when the window is closed or hidden.
    pub lock_on_close: bool,
    /// Ask again before an export.
    pub ask_before_export: bool,
    /// Ask again before a token is shown as a QR code.
    pub ask_before_qr: bool,
    /// Ask again before a token is deleted.
    pub ask_before_delete: bool,
    /// Ask again before the lock or these settings are changed.
    pub ask_before_lock_change: bool,
    /// Ask again before the backup is turned off.
    pub ask_before_backup_off: bool,
    /// Ask again before a challenge is answered or a request is approved.
    pub ask_before_sign: bool,
    /// Codes are hidden until they are tapped.
    pub tap_to_reveal: bool,
    /// Seconds until a revealed code is hidden again. See [`Protection::HIDE_AFTER`].
    pub hide_after_seconds: u32,
    /// Screenshots and recordings of the app are allowed.
    pub screen_capture: bool,
    /// What the window shows is covered while it is not in front.
    pub hide_unfocused: bool,
    /// How many wrong tries in a row wipe the vault; `None`: they never do. See [`Protection::WIPE_AFTER`].
    pub wipe_after: Option<u8>,
    /// What a later version has set.
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

impl Default for Protection {
    fn default() -> Self {
        Self {
            lock_after_seconds: 60,
            lock_on_background: false,
            lock_on_screen_lock: true,
            lock_on_close: true,
            ask_before_export: true,
            ask_before_qr: true,
            ask_before_delete: true,
            ask_before_lock_change: true,
            ask_before_backup_off: true,
            ask_before_sign: false,
            tap_to_reveal: false,
            hide_after_seconds: 10,
            screen_capture: false,
            hide_unfocused: false,
            wipe_after: None,
            unknown: Map::new(),
        }
    }
}

impl Protection {
    /// The seconds that [`Protection::lock_after_seconds`] may have, when it is not 0.
    pub const LOCK_AFTER: RangeInclusive<u32> = 10..=86_400;
    /// The seconds that [`Protection::hide_after_seconds`] may have.
    pub const HIDE_AFTER: RangeInclusive<u32> = 3..=300;
    /// The tries that [`Protection::wipe_after`] may have. Below it, a child with a phone would wipe it.
    pub const WIPE_AFTER: RangeInclusive<u8> = 5..=20;

    /// The same within the bounds.
    #[must_use]
    pub fn within_bounds(mut self) -> Self {
        if self.lock_after_seconds != 0 {
            self.lock_after_seconds = within(self.lock_after_seconds, &Self::LOCK_AFTER);
        }
        self.hide_after_seconds = within(self.hide_after_seconds, &Self::HIDE_AFTER);
        self.wipe_after = self.wipe_after.map(|tries| within(tries, &Self::WIPE_AFTER));
        self
    }

    /// Whether nothing was ever set.
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Makes of `newest` what somebody wanted who had seen `seen` and wants `self`: only what they changed is changed.
    pub(super) fn onto(self, seen: &Self, newest: &Self) -> Option<Self> {
        let (wanted, seen, mut newest) = (fields(&self.within_bounds())?, fields(seen)?, fields(newest)?);
        for (name, value) in wanted {
            if seen.get(&name) != Some(&value) {
                newest.insert(name, value);
            }
        }
        serde_json::from_value(Value::Object(newest)).ok()
    }
}

fn within<T: Copy + Ord>(value: T, bounds: &RangeInclusive<T>) -> T {
    value.clamp(*bounds.start(), *bounds.end())
}

fn fields(protection: &Protection) -> Option<Map<String, Value>> {
    match serde_json::to_value(protection).ok()? {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Protection {
        serde_json::from_str::<Protection>(text).unwrap().within_bounds()
    }

    #[test]
    fn what_is_missing_is_as_by_default_and_numbers_keep_to_their_bounds() {
        assert_eq!(read("{}"), Protection::default());
        let odd =
            read(r#"{"lock_after_seconds":1,"hide_after_seconds":4000000000,"wipe_after":1,"tap_to_reveal":true}"#);
        assert_eq!((odd.lock_after_seconds, odd.hide_after_seconds, odd.wipe_after), (10, 300, Some(5)));
        assert!(odd.tap_to_reveal && odd.lock_on_close);
        assert_eq!(read(r#"{"lock_after_seconds":0}"#).lock_after_seconds, 0);
    }

    #[test]
    fn fields_of_a_later_version_stay() {
        let later = read(r#"{"screen_capture":true,"lock_on_sneeze":{"loud":true}}"#);
        let text = serde_json::to_string(&later).unwrap();
        assert!(text.contains(r#""lock_on_sneeze":{"loud":true}"#), "{text}");
        assert!(!later.is_default() && !read(r#"{"lock_on_sneeze":1}"#).is_default());
    }

    #[test]
    fn only_what_was_changed_is_changed() {
        let seen = Protection::default();
        let newest = Protection { tap_to_reveal: true, wipe_after: Some(9), ..Protection::default() };
        let wanted = Protection { lock_after_seconds: 5, ..Protection::default() };
        let merged = wanted.onto(&seen, &newest).unwrap();
        assert_eq!(merged, Protection { lock_after_seconds: 10, ..newest });
    }
}
