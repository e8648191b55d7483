//! Which slots may stand together.

use super::SlotKind;

/// Why slots may not stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SlotRule {
    /// Nothing would open the vault.
    None,
    /// A PIN needs a password or a recovery slot beside it: keystores lose entries.
    PinAlone,
    /// A device slot beside a lock makes the lock pointless.
    DeviceBesideLock,
}

/// Whether these slots may stand together.
pub(crate) fn check_together(kinds: &[SlotKind]) -> Result<(), SlotRule> {
    let has = |kind| kinds.contains(&kind);
    if kinds.is_empty() {
        return Err(SlotRule::None);
    }
    if has(SlotKind::Device) && (has(SlotKind::Password) || has(SlotKind::Pin)) {
        return Err(SlotRule::DeviceBesideLock);
    }
    if has(SlotKind::Pin) && !has(SlotKind::Password) && !has(SlotKind::Recovery) {
        return Err(SlotRule::PinAlone);
    }
    Ok(())
}

/// Whether a slot goes when a new one is added: the device slot before a lock, and nothing else.
pub(crate) fn gives_way(old: SlotKind, new: SlotKind) -> bool {
    old == SlotKind::Device && matches!(new, SlotKind::Password | SlotKind::Pin)
}
