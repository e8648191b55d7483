//! What opens the vault, as the screens name it and as `core` takes it.

use smartotp_core::secret::SecretText;
use smartotp_core::vault::{Credential, RecoveryKey, SlotKind};

use crate::problem;
use crate::{Mistyped, Problem, WayIn};

/// The slot that a way in means.
pub(crate) fn slot(way: WayIn) -> Option<SlotKind> {
    match way {
        WayIn::Password => Some(SlotKind::Password),
        WayIn::Pin => Some(SlotKind::Pin),
        WayIn::Recovery => Some(SlotKind::Recovery),
        WayIn::Device => Some(SlotKind::Device),
        WayIn::Nothing => None,
    }
}

/// The way in that a slot means.
pub(crate) fn way(slot: SlotKind) -> WayIn {
    match slot {
        SlotKind::Password => WayIn::Password,
        SlotKind::Pin => WayIn::Pin,
        SlotKind::Recovery => WayIn::Recovery,
        SlotKind::Device => WayIn::Device,
        _ => WayIn::Nothing,
    }
}

/// Those that are typed, the quickest first.
pub(crate) fn typed(slots: &[SlotKind]) -> Vec<WayIn> {
    let order = [SlotKind::Pin, SlotKind::Password, SlotKind::Recovery];
    order.into_iter().filter(|kind| slots.contains(kind)).map(way).collect()
}

/// What was typed, as a credential; else why it can be none, and where it goes wrong.
pub(crate) fn credential(way: WayIn, text: &str) -> Result<Credential, (Problem, Mistyped)> {
    match way {
        WayIn::Password => Ok(Credential::Password(SecretText::from(text))),
        WayIn::Pin => Ok(Credential::Pin(SecretText::from(text))),
        WayIn::Recovery => {
            RecoveryKey::parse(text).map(Credential::Recovery).map_err(|error| problem::of_recovery_key(text, error))
        }
        WayIn::Device | WayIn::Nothing => Ok(Credential::Device),
    }
}
