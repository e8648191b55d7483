//! The Protectimus checksum: two trailing characters of a typed key that are no key material.
//!
//! What is known, and how surely:
//! - A typed key is Base32 text plus two characters that are neither key material nor Base32; QR codes never carry them.
//!   Known: the vendor's Java test strips the last two.
//! - How they are computed is not published. That they are CRC-32 (IEEE) of the lower-case key text, in decimal, last two
//!   digits, is a GUESS that fits the one public sample. So a key that does not fit is never refused, only doubted.
//! - Two decimal digits can be valid Base32 (2 to 7) and would decode silently to a wrong key: hence [`looks_like`].

/// Characters of key text before the check characters, in the keys that Protectimus prints (10 bytes).
const KEY_LEN: usize = 16;

/// Whether an issuer is Protectimus, for which the box is ticked and OCRA has defaults of its own.
#[must_use]
pub fn is_issuer(issuer: &str) -> bool {
    const NAME: &str = "protectimus";
    issuer.trim_start().get(..NAME.len()).is_some_and(|start| start.eq_ignore_ascii_case(NAME))
}

/// Key text and check characters of a typed key that has no blanks any more; `None` where nothing is left of the key.
#[must_use]
pub fn split(typed: &str) -> Option<(&str, &str)> {
    let (second_last, _) = typed.char_indices().rev().nth(1)?;
    let (key, check) = typed.split_at_checked(second_last)?;
    (!key.is_empty()).then_some((key, check))
}

/// Whether the check characters fit the guessed rule.
#[must_use]
pub fn fits(key: &str, check: &str) -> bool {
    let lower = zeroize::Zeroizing::new(key.to_ascii_lowercase());
    check == format!("{:02}", crc32(lower.as_bytes()) % 100)
}

/// Whether a typed key without blanks looks like one with check characters, though nobody said so: 16 characters of
/// Base32 and two more that fit the rule or lie outside Base32.
#[must_use]
pub fn looks_like(typed: &str) -> bool {
    match split(typed) {
        Some((key, check)) => {
            key.len() == KEY_LEN
                && key.chars().all(is_base32)
                && (fits(key, check) || check.chars().any(|c| !is_base32(c)))
        }
        None => false,
    }
}

/// Whether a character is one of RFC 4648's Base32, in either case.
pub(super) fn is_base32(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '2'..='7')
}

/// CRC-32 of IEEE 802.3: reflected, polynomial 0xEDB88320.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32_of_the_standard_check_text() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn the_one_public_sample() {
        let (key, check) = split("bbm6tcmgp5d2wjw297").expect("long enough");
        assert_eq!((key, check), ("bbm6tcmgp5d2wjw2", "97"));
        assert!(fits(key, check) && fits(&key.to_uppercase(), check));
        assert!(!fits(key, "98"));
        assert!(looks_like("bbm6tcmgp5d2wjw297") && looks_like("BBM6TCMGP5D2WJW297"));
    }

    #[test]
    fn check_digits_inside_base32_are_seen_by_the_rule_only() {
        let key = "aaaaaaaaaaaaaaaa";
        let fitting = format!("{:02}", crc32(key.as_bytes()) % 100);
        assert!(looks_like(&format!("{key}{fitting}")));
        assert!(!looks_like(&format!("{key}AA")));
        assert!(looks_like(&format!("{key}A9")), "9 is not Base32");
        assert!(!looks_like("aaaaaaaa99") && !looks_like("99") && !looks_like(""));
        assert!(!looks_like("313233343536373839"), "18 hexadecimal digits");
    }

    #[test]
    fn keys_of_other_scripts_do_not_panic() {
        assert_eq!(split("ключи"), Some(("клю", "чи")));
        assert_eq!(split("éé"), None);
        assert!(!looks_like("ключключключключчи"));
    }

    #[test]
    fn issuers() {
        assert!(is_issuer("Protectimus") && is_issuer(" PROTECTIMUS Demo"));
        assert!(!is_issuer("Protect") && !is_issuer("My Protectimus") && !is_issuer("протектимус"));
    }
}
