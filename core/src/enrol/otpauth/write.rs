//! A token as the URI that phones read: Google's order of parameters, the issuer both in the label and as a parameter,
//! blanks as `%20`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use super::{CHALLENGE_ENCODING, SUITE, ocra};
use crate::secret::SecretText;
use crate::token::{ChallengeEncoding, Kind, Token};

/// Everything but RFC 3986's unreserved characters, and `@`, which is allowed everywhere here and common.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

/// Names that the writer gives a meaning: a kept parameter never comes back under one of them.
const OWN: [&str; 8] = ["secret", "issuer", "algorithm", "digits", "period", "counter", "pin", CHALLENGE_ENCODING];

/// Writes a token as the URI that other apps read; it carries the secret.
///
/// Reading it back gives the same token, names without blanks around them provided.
#[must_use]
pub fn write(token: &Token) -> SecretText {
    let base32 = token.secret.to_base32();
    let mut text = match &token.kind {
        Kind::Totp { algorithm, digits, period } => Text::start("otpauth://totp/", token)
            .secret(base32.expose())
            .issuer(token)
            .parameter("algorithm", algorithm.name())
            .parameter("digits", &digits.get().to_string())
            .parameter("period", &period.seconds().to_string()),
        Kind::Hotp { algorithm, digits, counter } => Text::start("otpauth://hotp/", token)
            .secret(base32.expose())
            .issuer(token)
            .parameter("algorithm", algorithm.name())
            .parameter("digits", &digits.get().to_string())
            .parameter("counter", &counter.to_string()),
        Kind::Steam => Text::start("otpauth://steam/", token)
            .secret(base32.expose())
            .issuer(token)
            .parameter("algorithm", "SHA1")
            .parameter("digits", "5")
            .parameter("period", "30"),
        Kind::Ocra { suite, counter, encoding } => {
            let [name, ..] = SUITE;
            let mut text = Text::start("otpauth://ocra/", token)
                .secret(base32.expose())
                .issuer(token)
                .parameter(name, &suite.to_string());
            if suite.has_counter() {
                text = text.parameter("counter", &counter.to_string());
            }
            match encoding {
                same if *same == ocra::encoding(&token.issuer) => text,
                ChallengeEncoding::Ascii => text.parameter(CHALLENGE_ENCODING, "ascii"),
                ChallengeEncoding::Rfc => text.parameter(CHALLENGE_ENCODING, "rfc"),
            }
        }
        // No issuer parameter: others match this form with a pattern that ends behind the secret.
        Kind::Motp { pin } => {
            let hex = Zeroizing::new(data_encoding::HEXLOWER.encode(token.secret.expose()));
            Text::start("motp://", token).secret(&hex).parameter("pin", pin.expose())
        }
        Kind::Yandex { pin } => {
            let pin = Zeroizing::new(data_encoding::BASE32_NOPAD.encode(pin.expose().as_bytes()));
            Text::start("otpauth://yaotp/", token).secret(base32.expose()).issuer(token).parameter("pin", &pin)
        }
    };
    for (name, value) in &token.unknown {
        if !OWN.iter().chain(&SUITE).any(|own| name.eq_ignore_ascii_case(own)) {
            text = text.parameter(name, value);
        }
    }
    SecretText::new(core::mem::take(&mut *text.0))
}

/// The URI so far.
struct Text(Zeroizing<String>);

impl Text {
    fn start(start: &str, token: &Token) -> Self {
        // Reserved whole, so that no growth leaves unwiped copies of the secret behind. An escape takes three bytes.
        let unknown: usize = token.unknown.iter().map(|(name, value)| name.len() + value.len() + 1).sum();
        let names = 2 * token.issuer.len() + token.account.len();
        let room = 3 * (names + unknown) + 2 * token.secret.len() + 512;
        let mut text = Self(Zeroizing::new(String::with_capacity(room)));
        text.0.push_str(start);
        // Without an issuer, a colon in front keeps one inside the account from being taken for the issuer's.
        let motp = matches!(token.kind, Kind::Motp { .. });
        if !token.issuer.is_empty() || token.account.contains(':') || motp {
            text.escaped(&token.issuer);
            text.0.push(':');
        }
        text.escaped(&token.account);
        text
    }

    fn secret(mut self, secret: &str) -> Self {
        self.0.push_str("?secret=");
        self.0.push_str(secret);
        self
    }

    fn issuer(self, token: &Token) -> Self {
        if token.issuer.is_empty() { self } else { self.parameter("issuer", &token.issuer) }
    }

    fn parameter(mut self, name: &str, value: &str) -> Self {
        self.0.push('&');
        self.escaped(name);
        self.0.push('=');
        self.escaped(value);
        self
    }

    fn escaped(&mut self, text: &str) {
        utf8_percent_encode(text, ESCAPED).for_each(|piece| self.0.push_str(piece));
    }
}
