//! TOTP, RFC 6238: HOTP whose counter is the number of steps since 1970 (T0 = 0).

use super::{Code, hotp};
use crate::secret::Secret;
use crate::token::{Algorithm, Counter, Digits, Period};

/// The code of the step that a Unix time lies in.
///
/// ```
/// use smartotp_core::code::totp;
/// use smartotp_core::secret::Secret;
/// use smartotp_core::token::{Algorithm, Digits, Period};
///
/// let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
/// let code = totp::code(&secret, Algorithm::Sha1, Digits::EIGHT, Period::THIRTY, 59);
/// assert_eq!(code.as_str(), "94287082");
/// ```
#[must_use]
pub fn code(secret: &Secret, algorithm: Algorithm, digits: Digits, period: Period, unix: u64) -> Code {
    hotp::code(secret, algorithm, digits, Counter(period.step(unix)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seeds of RFC 6238's reference implementation: the same digits, as long as the hash's output (errata 2866).
    fn appendix_b(algorithm: Algorithm, unix: u64) -> String {
        let length = match algorithm {
            Algorithm::Sha1 => 20,
            Algorithm::Sha256 => 32,
            Algorithm::Sha512 => 64,
        };
        let seed = b"1234567890".iter().copied().cycle().take(length).collect();
        code(&Secret::from_bytes(seed), algorithm, Digits::EIGHT, Period::THIRTY, unix).as_str().to_owned()
    }

    macro_rules! rfc_6238_appendix_b {
        ($($name:ident: $unix:literal => $sha1:literal, $sha256:literal, $sha512:literal;)+) => {
            $(#[test] fn $name() {
                let all = [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512];
                assert_eq!(all.map(|algorithm| appendix_b(algorithm, $unix)), [$sha1, $sha256, $sha512]);
            })+
        };
    }

    rfc_6238_appendix_b! {
        rfc_6238_appendix_b_1970_01_01: 59 => "94287082", "46119246", "90693936";
        rfc_6238_appendix_b_2005_03_18_at_29: 1_111_111_109 => "07081804", "68084774", "25091201";
        rfc_6238_appendix_b_2005_03_18_at_31: 1_111_111_111 => "14050471", "67062674", "99943326";
        rfc_6238_appendix_b_2009_02_13: 1_234_567_890 => "89005924", "91819424", "93441116";
        rfc_6238_appendix_b_2033_05_18: 2_000_000_000 => "69279037", "90698825", "38618901";
        rfc_6238_appendix_b_2603_10_11: 20_000_000_000 => "65353130", "77737706", "47863826";
    }

    #[test]
    fn a_code_lasts_for_its_step_and_no_second_longer() {
        let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
        let at = |period, unix| code(&secret, Algorithm::Sha1, Digits::SIX, Period::new(period).unwrap(), unix);
        assert_eq!(at(30, 30), at(30, 59));
        assert_ne!(at(30, 59), at(30, 60));
        // The shortest and the longest period: a second and a day.
        assert_ne!(at(1, 100), at(1, 101));
        assert_eq!(at(86_400, 86_400), at(86_400, 172_799));
        assert_ne!(at(86_400, 172_799), at(86_400, 172_800));
    }
}
