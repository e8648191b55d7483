//! HOTP, RFC 4226: HMAC over a counter, truncated to a number that a person can type.

use hmac::digest::Output;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::Code;
use crate::secret::Secret;
use crate::token::{Algorithm, Counter, Digits};

/// The code of a counter.
///
/// ```
/// use smartotp_core::code::hotp;
/// use smartotp_core::secret::Secret;
/// use smartotp_core::token::{Algorithm, Counter, Digits};
///
/// let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
/// assert_eq!(hotp::code(&secret, Algorithm::Sha1, Digits::SIX, Counter(0)).as_str(), "755224");
/// ```
#[must_use]
pub fn code(secret: &Secret, algorithm: Algorithm, digits: Digits, counter: Counter) -> Code {
    Code::decimal(mac(secret.expose(), algorithm, counter.0, truncate), digits)
}

/// HMAC (RFC 2104) of the counter as eight bytes, most significant first; `read` takes from it what it needs.
///
/// The key is borrowed from the token's own secret and copied nowhere. `totp-rs`, which would own a copy of it for the
/// length of a code, takes a fifth longer, and panics at ten digits, which real servers use; it checks this in the
/// tests instead.
pub(super) fn mac<T>(key: &[u8], algorithm: Algorithm, counter: u64, read: impl FnOnce(&[u8]) -> T) -> T {
    match algorithm {
        Algorithm::Sha1 => read(&counted::<Hmac<Sha1>>(key, counter)),
        Algorithm::Sha256 => read(&counted::<Hmac<Sha256>>(key, counter)),
        Algorithm::Sha512 => read(&counted::<Hmac<Sha512>>(key, counter)),
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length; its crate's trait is for others too")]
fn counted<M: Mac + KeyInit>(key: &[u8], counter: u64) -> Output<M> {
    let mac = M::new_from_slice(key).expect("a key of any length");
    mac.chain_update(counter.to_be_bytes()).finalize().into_bytes()
}

/// RFC 4226 section 5.3, `DT`: the low four bits of the last byte say where to take four bytes, whose top bit is
/// dropped. A MAC has 20 bytes at least, so that the four are always there.
pub(super) fn truncate(mac: &[u8]) -> u32 {
    let offset = mac.last().map_or(0, |last| usize::from(last & 0xF));
    let four = mac.get(offset..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default();
    u32::from_be_bytes(four) & 0x7FFF_FFFF
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: &[u8] = b"12345678901234567890";

    fn appendix_d(count: u64) -> (u32, String) {
        let secret = Secret::from_bytes(KEY.to_vec());
        let code = code(&secret, Algorithm::Sha1, Digits::SIX, Counter(count));
        (mac(KEY, Algorithm::Sha1, count, truncate), code.as_str().to_owned())
    }

    macro_rules! rfc_4226_appendix_d {
        ($($name:ident: $count:literal => $truncated:literal, $code:literal;)+) => {
            $(#[test] fn $name() { assert_eq!(appendix_d($count), ($truncated, $code.to_owned())); })+
        };
    }

    rfc_4226_appendix_d! {
        rfc_4226_appendix_d_count_0: 0 => 0x4c93_cf18, "755224";
        rfc_4226_appendix_d_count_1: 1 => 0x4139_7eea, "287082";
        rfc_4226_appendix_d_count_2: 2 => 0x082f_ef30, "359152";
        rfc_4226_appendix_d_count_3: 3 => 0x66ef_7655, "969429";
        rfc_4226_appendix_d_count_4: 4 => 0x61c5_938a, "338314";
        rfc_4226_appendix_d_count_5: 5 => 0x33c0_83d4, "254676";
        rfc_4226_appendix_d_count_6: 6 => 0x7256_c032, "287922";
        rfc_4226_appendix_d_count_7: 7 => 0x04e5_b397, "162583";
        rfc_4226_appendix_d_count_8: 8 => 0x2823_443f, "399871";
        rfc_4226_appendix_d_count_9: 9 => 0x2679_dc69, "520489";
    }

    #[test]
    fn rfc_4226_appendix_d_the_whole_mac_of_count_0() {
        let mac = mac(KEY, Algorithm::Sha1, 0, |mac| data_encoding::HEXLOWER.encode(mac));
        assert_eq!(mac, "cc93cf18508d94934c64b65d8ba7667fb7cde4b0");
    }

    #[test]
    fn rfc_4226_section_5_4_example() {
        let mac = data_encoding::HEXLOWER.decode(b"1f8698690e02ca16618550ef7f19da8e945b555a").unwrap();
        assert_eq!(truncate(&mac), 0x50ef_7f19);
    }

    #[test]
    fn the_last_counter_has_a_code_too() {
        let secret = Secret::from_bytes(KEY.to_vec());
        assert_eq!(code(&secret, Algorithm::Sha1, Digits::SIX, Counter(u64::MAX)).as_str().len(), 6);
    }
    proptest! {
        #[test]
        fn totp_rs_makes_the_same_codes(
            key in proptest::collection::vec(any::<u8>(), 0..200),
            hash in 0_usize..3,
            digits in 4_u8..=9,
            counter in any::<u64>(),
        ) {
            let (algorithm, theirs) = [
                (Algorithm::Sha1, totp_rs::Algorithm::SHA1),
                (Algorithm::Sha256, totp_rs::Algorithm::SHA256),
                (Algorithm::Sha512, totp_rs::Algorithm::SHA512),
            ][hash];
            let theirs = totp_rs::Builder::new()
                .with_algorithm(theirs)
                .with_digits(digits)
                .with_step_duration(1)
                .with_secret(key.as_slice())
                .build_noncompliant();
            let digits = Digits::try_from(digits).unwrap();
            let ours = code(&Secret::from_bytes(key), algorithm, digits, Counter(counter));
            prop_assert_eq!(ours.as_str(), theirs.generate(counter).to_string());
        }
    }
}
