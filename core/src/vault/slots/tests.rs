//! Wrapping, unwrapping, and what a wrapped key is bound to.

use super::*;
use crate::secret::Secret;
use crate::vault::testing::{CHEAP, CountingEntropy, MemoryKeystore, password, password_slot};
use crate::vault::{CreateError, Keystore as _, KeystoreError};

fn slot() -> (Slot, Key, Key, Hex<16>) {
    let entropy = CountingEntropy::default();
    let vault = Hex::random(&entropy).unwrap();
    let vault_key = Key::random(&entropy).unwrap();
    let Prepared { head, wrapping } =
        password_slot("password").prepare(&vault, &entropy, None, CostRule::AnyForTests).unwrap();
    (Slot::wrap(head, &wrapping, &vault, &vault_key, &entropy).unwrap(), wrapping, vault_key, vault)
}

#[test]
fn a_password_gives_the_vault_key_back() {
    let (slot, _, vault_key, vault) = slot();
    let unwrap = |text| {
        let credential = password(text);
        let wrapping = slot.ready(&credential, &vault, None).unwrap().wrapping_key(&vault).unwrap();
        slot.unwrap(&wrapping, &vault)
    };
    assert_eq!(unwrap("password").unwrap().expose(), vault_key.expose());
    assert!(unwrap("Password").is_none());
    assert!(slot.holds(&vault_key, &vault));
}

#[test]
fn a_wrapped_key_is_bound_to_vault_slot_kind_and_cost() {
    let (slot, wrapping, _, vault) = slot();
    assert!(slot.unwrap(&wrapping, &vault).is_some());
    assert!(slot.unwrap(&wrapping, &Hex([9; 16])).is_none());
    assert!(Slot { id: Hex([9; 16]), ..slot.clone() }.unwrap(&wrapping, &vault).is_none());
    assert!(Slot { kind: SlotKind::Device, ..slot.clone() }.unwrap(&wrapping, &vault).is_none());
    assert!(Slot { kdf: None, ..slot.clone() }.unwrap(&wrapping, &vault).is_none());
    let mut kdf = slot.kdf.clone().unwrap();
    kdf.passes += 1;
    assert!(Slot { kdf: Some(kdf), ..slot }.unwrap(&wrapping, &vault).is_none());
}

#[test]
fn a_wrapped_key_that_opens_still_has_to_be_the_one_committed_to() {
    // What a forger of a key that two passwords open cannot do.
    let (slot, wrapping, vault_key, vault) = slot();
    let forged = Slot { commitment: Hex([0; 32]), ..slot };
    assert!(forged.unwrap(&wrapping, &vault).is_none());
    assert!(!forged.holds(&vault_key, &vault));
}

#[test]
fn a_device_secret_fits_its_own_vault_only() {
    let (entropy, keystore) = (CountingEntropy::default(), MemoryKeystore::default());
    let (vault, other) = (Hex([1; 16]), Hex([2; 16]));
    let Prepared { head, wrapping } =
        NewSlot::Device.prepare(&vault, &entropy, Some(&keystore), CostRule::Floor).unwrap();
    let secret = keystore.get(&head.keystore_entry(&vault).unwrap()).unwrap().unwrap();
    let secret = Key::from_secret(&secret).unwrap();
    assert_eq!(opening::device_wrapping_key(&secret, &vault).expose(), wrapping.expose());
    assert_ne!(opening::device_wrapping_key(&secret, &other).expose(), wrapping.expose());
    assert_ne!(secret.expose(), wrapping.expose());
}

fn pin(text: &str) -> Credential {
    Credential::Pin(SecretText::from(text))
}

#[test]
fn a_pin_opens_only_with_its_secret_and_the_secret_only_with_its_pin() {
    let (entropy, keystore) = (CountingEntropy::default(), MemoryKeystore::default());
    let (vault, vault_key) = (Hex([1; 16]), Key::random(&entropy).unwrap());
    let Prepared { head, wrapping } =
        NewSlot::Pin("2580".into(), CHEAP).prepare(&vault, &entropy, Some(&keystore), CostRule::AnyForTests).unwrap();
    let slot = Slot::wrap(head, &wrapping, &vault, &vault_key, &entropy).unwrap();
    let open = |text| {
        let credential = pin(text);
        let wrapping = slot.ready(&credential, &vault, Some(&keystore))?.wrapping_key(&vault)?;
        slot.unwrap(&wrapping, &vault).ok_or(slot.kind.wrong())
    };
    assert_eq!(open("2580").unwrap().expose(), vault_key.expose());
    assert!(matches!(open("2581"), Err(OpenError::WrongPin)));

    let entry = slot.keystore_entry(&vault).unwrap();
    keystore.set(&entry, &Secret::from_bytes(vec![7; 32])).unwrap();
    assert!(matches!(open("2580"), Err(OpenError::WrongPin)));
    keystore.remove(&entry).unwrap();
    assert!(matches!(open("2580"), Err(OpenError::PinSecret(KeystoreError::NoEntry))));
    assert!(matches!(slot.ready(&pin("2580"), &vault, None), Err(OpenError::PinSecret(KeystoreError::Missing))));
}

#[test]
fn what_can_be_no_pin_is_neither_made_nor_tried() {
    let (entropy, keystore) = (CountingEntropy::default(), MemoryKeystore::default());
    for text in ["", "123", "1234567890123", "12a4", "١٢٣٤", " 1234"] {
        assert!(!is_pin(&text.into()), "{text}");
        let made =
            NewSlot::Pin(text.into(), CHEAP).prepare(&Hex([1; 16]), &entropy, Some(&keystore), CostRule::AnyForTests);
        assert!(matches!(made, Err(CreateError::BadPin)));
    }
    for text in ["0000", "123456789012"] {
        assert!(is_pin(&text.into()), "{text}");
    }
    let made = NewSlot::Pin("1234".into(), CHEAP).prepare(&Hex([1; 16]), &entropy, None, CostRule::AnyForTests);
    assert!(matches!(made, Err(CreateError::PinWithoutKeystore)));
    assert!(keystore.names("").is_empty());
}

#[test]
fn slots_stand_together_by_their_rules() {
    use SlotKind::{Device, Password, Pin, Recovery};
    for kinds in [
        &[Password][..],
        &[Device],
        &[Recovery],
        &[Password, Pin],
        &[Recovery, Pin],
        &[Device, Recovery],
        &[Password, Pin, Recovery],
    ] {
        assert_eq!(check_together(kinds), Ok(()), "{kinds:?}");
    }
    assert_eq!(check_together(&[]), Err(SlotRule::None));
    assert_eq!(check_together(&[Pin]), Err(SlotRule::PinAlone));
    assert_eq!(check_together(&[Device, Password, Recovery]), Err(SlotRule::DeviceBesideLock));
    assert_eq!(check_together(&[Device, Pin]), Err(SlotRule::DeviceBesideLock));
}
