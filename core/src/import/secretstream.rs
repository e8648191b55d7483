//! libsodium's `secretstream_xchacha20poly1305`, as far as a file of one message needs it.
//!
//! ```text
//! key, header[..16] ── HChaCha20 ─► subkey        nonce = 1 (32 bits) ‖ header[16..]
//! subkey, nonce ── ChaCha20 ─► block 0: Poly1305's key │ block 1: the tag byte's pad │ block 2…: the message's
//! MAC over: block 1 with the encrypted tag byte in front ‖ message ‖ zeros ‖ 0 ‖ length
//! ```

use chacha20::cipher::{KeyIvInit as _, StreamCipher as _};
use chacha20::{ChaCha20, R20, hchacha};
use poly1305::Poly1305;
use poly1305::universal_hash::KeyInit as _;
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use super::cipher::Plain;

const BLOCK: usize = 64;
const MAC: usize = 16;

/// Opens `sealed`: one byte of tag, the message, its MAC. `None` when key and text don't belong together. The tag, which would
/// say whether more messages follow, is not looked at: a file has one, and apps tag it either way.
pub(super) fn open(key: &[u8; 32], header: &[u8; 24], sealed: &[u8]) -> Option<Plain> {
    let (text, mac) = sealed.split_last_chunk::<MAC>()?;
    let (tag, message) = text.split_first()?;
    let (mut stream, found) = start(key, header, *tag, message)?;
    if !bool::from(found.ct_eq(mac)) {
        return None;
    }
    let mut plain = Zeroizing::new(message.to_vec());
    stream.apply_keystream(&mut plain);
    Some(plain)
}

/// The stream at the message's place, and the MAC of what is encrypted.
fn start(key: &[u8; 32], header: &[u8; 24], tag: u8, message: &[u8]) -> Option<(ChaCha20, [u8; MAC])> {
    let (input, rest) = header.split_first_chunk::<16>()?;
    let mut subkey = hchacha::<R20>(key.into(), input.into());
    let mut nonce = [0; 12];
    let (counter, inonce) = nonce.split_at_mut_checked(4)?;
    counter.copy_from_slice(&1_u32.to_le_bytes());
    inonce.copy_from_slice(rest);
    let mut stream = ChaCha20::new(&subkey, &nonce.into());
    subkey.as_mut_slice().zeroize();

    let mut pads = Zeroizing::new([0; 2 * BLOCK]);
    stream.apply_keystream(pads.as_mut_slice());
    let (first, second) = pads.split_at_checked(BLOCK)?;
    let mac_key: &[u8; 32] = first.first_chunk()?;

    let mut text = Vec::with_capacity(BLOCK + message.len() + 2 * MAC);
    text.push(tag);
    text.extend_from_slice(second.get(1..)?);
    text.extend_from_slice(message);
    // Not up to the next block: libsodium pads by what is left over, and every file is made so.
    text.resize(text.len() + message.len() % MAC, 0);
    text.extend_from_slice(&0_u64.to_le_bytes());
    text.extend_from_slice(&u64::try_from(BLOCK + message.len()).ok()?.to_le_bytes());
    let mac = Poly1305::new(mac_key.into()).compute_unpadded(&text);
    Some((stream, mac.into()))
}

/// A file of one message, for tests.
#[cfg(test)]
pub(super) fn seal(key: &[u8; 32], header: &[u8; 24], text: &[u8]) -> Vec<u8> {
    let mut sealed = vec![0];
    sealed.extend_from_slice(text);
    start(key, header, 0, &[]).unwrap().0.apply_keystream(&mut sealed[1..]);
    let (_, mac) = start(key, header, sealed[0], &sealed[1..]).unwrap();
    sealed.extend_from_slice(&mac);
    sealed
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    #[test]
    fn libsodium_is_agreed_with() {
        // PyNaCl 1.6: `crypto_secretstream_xchacha20poly1305_push` of 0, 1, 2, … under a key of 0, 1, 2, …
        let key: [u8; 32] = core::array::from_fn(|n| u8::try_from(n).unwrap());
        for (length, header, sealed) in [
            (5, "229c826904ef225e1d55b9d650062f00a92b46c926659f72", "ede6ca797bc4ce648f2fbb585d659eb712939cc81614"),
            (
                16,
                "77ba20a6dd17d2b4d1e30d39a50348ec475b49c5d4adb14c",
                "37ab54c1458ac35630891c685be6b7bb54dc113b84f94d81d58891d18a36301715",
            ),
        ] {
            let header = HEXLOWER.decode(header.as_bytes()).unwrap().try_into().unwrap();
            let sealed = HEXLOWER.decode(sealed.as_bytes()).unwrap();
            let text: Vec<u8> = (0..length).collect();
            assert_eq!(open(&key, &header, &sealed).as_deref(), Some(&text));
        }
    }

    #[test]
    fn what_is_sealed_can_be_opened_by_its_key_alone() {
        for length in [0, 1, 15, 16, 17, 63, 64, 65, 200] {
            let text = vec![7; length];
            let sealed = seal(&[1; 32], &[2; 24], &text);
            assert_eq!(open(&[1; 32], &[2; 24], &sealed).as_deref(), Some(&text));
            assert!(open(&[3; 32], &[2; 24], &sealed).is_none() && open(&[1; 32], &[3; 24], &sealed).is_none());
            for cut in 0..sealed.len() {
                assert!(open(&[1; 32], &[2; 24], &sealed[..cut]).is_none());
            }
            for place in 0..sealed.len() {
                let mut changed = sealed.clone();
                changed[place] ^= 1;
                assert!(open(&[1; 32], &[2; 24], &changed).is_none());
            }
        }
    }
}
