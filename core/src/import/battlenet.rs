//! Battle.net's preferences, as a rooted phone gives them: one token, under a mask that is the same for everybody.

use zeroize::Zeroizing;

use super::ImportError;
use super::found::Found;
use super::input::Input;
use super::preferences::{self, Preferences};
use crate::enrol::EnrolError;
use crate::enrol::draft::{Draft, DraftKey};
use crate::secret::{Secret, SecretText};
use crate::token::KindName;

const SECRET: &str = "com.blizzard.messenger.AUTHENTICATOR_DEVICE_SECRET";
const SERIAL: &str = "com.blizzard.messenger.AUTHENTICATOR_SERIAL";
const TYPE: &str = "com.blizzard.messenger.AUTHENTICATOR_CREDENTIALS_ENCRYPTION_TYPE";

/// The app's constant, which secret and serial number are XORed with.
const MASK: [u8; 57] = [
    0x39, 0x8E, 0x27, 0xFC, 0x50, 0x27, 0x6A, 0x65, 0x60, 0x65, 0xB0, 0xE5, 0x25, 0xF4, 0xC0, 0x6C, 0x04, 0xC6, 0x10,
    0x75, 0x28, 0x6B, 0x8E, 0x7A, 0xED, 0xA5, 0x9D, 0xA9, 0x81, 0x3B, 0x5D, 0xD6, 0xC8, 0x0D, 0x2F, 0xB3, 0x80, 0x68,
    0x77, 0x3F, 0xA5, 0x9B, 0xA4, 0x7C, 0x17, 0xCA, 0x6C, 0x64, 0x79, 0x01, 0x5C, 0x1D, 0x5B, 0x8B, 0x8F, 0x6B, 0x9A,
];

/// Whether it is that file.
pub(super) fn fits(input: &Input<'_>) -> bool {
    preferences::fits_with(input.bytes, "com.blizzard.messenger.AUTHENTICATOR_")
}

/// Reads the token.
pub(super) fn read(
    input: &Input<'_>,
    _password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    let preferences = Preferences::read(input.bytes)?;
    if preferences.get(TYPE).is_some_and(|how| how.expose() != "MASK") {
        return Err(ImportError::Restricted);
    }
    let Some(secret) = preferences.get(SECRET) else { return Ok(()) };
    let serial = preferences.get(SERIAL).and_then(unmask);
    let serial = serial.map(|serial| serial.expose().to_owned()).unwrap_or_default();
    let key = unmask(secret).map_or(DraftKey::Missing, DraftKey::Hex);
    let mut draft = Draft::new(KindName::Totp, "Battle.net".to_owned(), serial, key);
    draft.digits = Some(8);
    let name = draft.name();
    let read = match draft.key {
        DraftKey::Missing => Err(EnrolError::SecretDoesNotFit),
        _ => draft.enrol(),
    };
    found.entry(1, &name, read)
}

fn unmask(text: &SecretText) -> Option<SecretText> {
    let masked = Secret::from_hex(text.expose()).ok().filter(|masked| masked.len() <= MASK.len())?;
    let bytes: Vec<u8> = masked.expose().iter().zip(MASK).map(|(byte, mask)| byte ^ mask).collect();
    let mut bytes = Zeroizing::new(bytes);
    if !bytes.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    String::from_utf8(core::mem::take(&mut *bytes)).ok().map(SecretText::new)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{accounts, read, seed, tokens};
    use super::*;

    fn mask(text: &str) -> String {
        text.bytes().zip(MASK).map(|(byte, mask)| format!("{:02x}", byte ^ mask)).collect()
    }

    fn file(kind: &str, secret: &str) -> String {
        let string = |name: &str, text: &str| format!("<string name=\"{name}\">{text}</string>");
        let serial = string(SERIAL, &mask("EU-1234-5678-9012"));
        format!("<?xml version='1.0' ?>\n<map>{}{serial}{}</map>", string(TYPE, kind), string(SECRET, secret))
    }

    #[test]
    fn the_token_under_the_mask() {
        let file = file("MASK", &mask("3132333435363738393031323334353637383930"));
        seed("battlenet", "preferences", file.as_bytes());
        let outcome = read(file.as_bytes(), None).expect("a token");
        assert_eq!(accounts(&outcome), ["EU-1234-5678-9012"]);
        assert_eq!(tokens(&outcome), ["totp Battle.net GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ SHA1 8 30"]);
    }

    #[test]
    fn what_is_not_under_the_mask() {
        assert_eq!(read(file("KEYSTORE", "00").as_bytes(), None), Err(ImportError::Restricted));
        for secret in ["", "zz", "00112233", &"00".repeat(58)] {
            assert!(
                matches!(read(file("MASK", secret).as_bytes(), None), Err(ImportError::NoTokens { .. })),
                "{secret}"
            );
        }
    }
}
