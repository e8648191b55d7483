//! Base45 (RFC 9285): bytes in the characters that QR codes pack best.

const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// Three characters for two bytes, two for a last one.
pub(super) fn encode(bytes: &[u8], text: &mut String) {
    let mut digits = |mut number: usize, count: usize| {
        for _ in 0..count {
            text.push(ALPHABET.get(number % 45).copied().unwrap_or_default().into());
            number /= 45;
        }
    };
    let (pairs, last) = bytes.as_chunks::<2>();
    for pair in pairs {
        digits(u16::from_be_bytes(*pair).into(), 3);
    }
    if let [byte] = last {
        digits((*byte).into(), 2);
    }
}

/// The bytes; `None` for what no encoder writes.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 3 * 2 + 1);
    for group in text.as_bytes().chunks(3) {
        let digit = |character: &u8| ALPHABET.iter().position(|known| known == character);
        let number = group.iter().rev().try_fold(0, |number, character| Some(number * 45 + digit(character)?))?;
        match group.len() {
            3 => bytes.extend(u16::try_from(number).ok()?.to_be_bytes()),
            2 => bytes.push(u8::try_from(number).ok()?),
            _ => return None,
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(bytes: &[u8]) -> String {
        let mut text = String::new();
        encode(bytes, &mut text);
        text
    }

    #[test]
    fn the_rfcs_own_examples() {
        for (bytes, text) in
            [("AB", "BB8"), ("Hello!!", "%69 VD92EX0"), ("base-45", "UJCLQE7W581"), ("ietf!", "QED8WEX0")]
        {
            assert_eq!(encoded(bytes.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()));
        }
        // RFC 9285, 6: 65,536 and more, a group of one, a character outside.
        for text in ["GGX", ":::", "A", "ab0"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn bytes_come_back(bytes in proptest::collection::vec(0u8.., 0..200), text in "\\PC{0,30}") {
            proptest::prop_assert_eq!(decode(&encoded(&bytes)), Some(bytes));
            let _ = decode(&text);
        }
    }
}
