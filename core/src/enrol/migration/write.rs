//! Tokens as export codes, small enough to be scanned from one screen by another phone.

use data_encoding::BASE64;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use prost::Message as _;
use zeroize::Zeroizing;

use super::{SCHEME, message};
use crate::secret::SecretText;
use crate::token::{Algorithm, Digits, Kind, Period, Token};

/// As Google Authenticator: more make codes that cameras don't like.
const TOKENS: usize = 10;
/// Payload bytes a code where names are long: about 1,300 characters, still a code of less than 121 modules a side.
const BYTES: usize = 900;

/// Writes tokens as export codes, at most ten tokens a code. Only TOTP and HOTP of 6 or 8 digits and 30 s fit; the
/// others come back as the indices that were left out.
#[must_use]
pub fn write(tokens: &[&Token], batch: i32) -> (Vec<SecretText>, Vec<usize>) {
    let mut left_out = Vec::new();
    let mut parts: Vec<Vec<message::OtpParameters>> = Vec::new();
    let mut bytes = 0;
    for (index, token) in tokens.iter().enumerate() {
        let Some(entry) = entry(token) else {
            left_out.push(index);
            continue;
        };
        let size = entry.encoded_len();
        match parts.last_mut() {
            Some(part) if part.len() < TOKENS && bytes + size <= BYTES => {
                part.push(entry);
                bytes += size;
            }
            _ => {
                parts.push(vec![entry]);
                bytes = size;
            }
        }
    }
    let size = i32::try_from(parts.len()).unwrap_or(i32::MAX);
    let codes = (0..size).zip(parts).map(|(index, otp_parameters)| {
        code(&message::Payload { otp_parameters, version: 1, batch_size: size, batch_index: index, batch_id: batch })
    });
    (codes.collect(), left_out)
}

fn entry(token: &Token) -> Option<message::OtpParameters> {
    let (algorithm, digits, r#type, counter) = match &token.kind {
        Kind::Totp { algorithm, digits, period } if *period == Period::THIRTY => (algorithm, digits, 2, 0),
        Kind::Hotp { algorithm, digits, counter } => (algorithm, digits, 1, i64::try_from(counter.0).ok()?),
        _ => return None,
    };
    let algorithm = match algorithm {
        Algorithm::Sha1 => 1,
        Algorithm::Sha256 => 2,
        Algorithm::Sha512 => 3,
    };
    let digits = match *digits {
        Digits::SIX => 1,
        Digits::EIGHT => 2,
        _ => return None,
    };
    // Where the account has a colon of its own, the prefix keeps it from being taken for the issuer's.
    let name =
        if token.account.contains(':') { format!("{}:{}", token.issuer, token.account) } else { token.account.clone() };
    Some(message::OtpParameters {
        secret: token.secret.expose().to_vec(),
        name: name.into_bytes(),
        issuer: token.issuer.clone().into_bytes(),
        algorithm,
        digits,
        r#type,
        counter,
    })
}

fn code(payload: &message::Payload) -> SecretText {
    let bytes = Zeroizing::new(payload.encode_to_vec());
    let base64 = Zeroizing::new(BASE64.encode(&bytes));
    let start = format!("{SCHEME}://offline?data=");
    let mut text = Zeroizing::new(String::with_capacity(start.len() + 3 * base64.len()));
    text.push_str(&start);
    utf8_percent_encode(&base64, NON_ALPHANUMERIC).for_each(|piece| text.push_str(piece));
    SecretText::new(core::mem::take(&mut *text))
}
