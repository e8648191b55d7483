//! The strings of a document: in objects each for itself (links), in a page's content put together line by line.

use zeroize::Zeroizing;

/// Every string, with line breaks where one line of text ends, or after each where `apart`.
pub(super) fn texts(bytes: &[u8], apart: bool) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len()));
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'(' => {
                literal(&mut rest, &mut text);
                if apart {
                    text.push('\n');
                }
            }
            b'<' if rest.first() == Some(&b'<') => rest = rest.get(1..).unwrap_or_default(),
            b'<' => {
                hexadecimal(&mut rest, &mut text);
                if apart {
                    text.push('\n');
                }
            }
            b'%' => {
                let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
                rest = rest.get(end..).unwrap_or_default();
            }
            b'T' if matches!(rest.first(), Some(b'd' | b'D' | b'm' | b'*')) => text.push('\n'),
            b'\'' | b'"' => text.push('\n'),
            b'E' if rest.first() == Some(&b'T') => text.push('\n'),
            _ => {}
        }
    }
    text
}

/// `(…)`: balanced, with escapes. Only ASCII is kept: URIs have nothing else.
fn literal(rest: &mut &[u8], text: &mut String) {
    let mut depth = 1_usize;
    while let Some((first, after)) = rest.split_first() {
        *rest = after;
        let byte = match first {
            b'\\' => match escape(rest) {
                Some(byte) => byte,
                None => continue,
            },
            b'(' => {
                depth += 1;
                b'('
            }
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return;
                }
                b')'
            }
            byte => *byte,
        };
        push(byte, text);
    }
}

/// What follows a backslash; `None` for a line that goes on.
fn escape(rest: &mut &[u8]) -> Option<u8> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    match first {
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'\r' => {
            *rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            None
        }
        b'\n' => None,
        b'0'..=b'7' => {
            let mut value = u32::from(first - b'0');
            for _ in 0..2 {
                let Some((digit @ b'0'..=b'7', after)) = rest.split_first() else { break };
                value = value * 8 + u32::from(digit - b'0');
                *rest = after;
            }
            u8::try_from(value).ok()
        }
        other => Some(*other),
    }
}

/// `<…>`: two digits a byte. Zeros are left out, so that UTF-16 of ASCII becomes ASCII.
fn hexadecimal(rest: &mut &[u8], text: &mut String) {
    let mut high = None;
    while let Some((first, after)) = rest.split_first() {
        *rest = after;
        let Some(digit) = char::from(*first).to_digit(16) else {
            if first.is_ascii_whitespace() {
                continue;
            }
            return;
        };
        match high.take() {
            None => high = Some(digit),
            Some(high) => push(u8::try_from(high << 4 | digit).unwrap_or(0), text),
        }
    }
}

fn push(byte: u8, text: &mut String) {
    if byte.is_ascii() && byte != 0 {
        text.push(char::from(byte));
    }
}
