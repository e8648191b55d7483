//! From screen to screen: lost frames, wrong frames, other people's frames.
#![allow(clippy::print_stdout, reason = "figures")]

use super::frame::{Fault, Frame};
use super::*;
use crate::backup::words::TransferKey;
use crate::backup::{self, Keys, Lock, Origin, Unlock};
use crate::qr::read::{self, Budget, Luma};
use crate::qr::write::Modules;
use crate::secret::Secret;
use crate::token::{Kind, Token, TokenId};
use crate::vault::{Entropy as _, SystemEntropy};

/// Numbers that are the same in every run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }

    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

fn file(length: usize, seed: u64) -> Vec<u8> {
    let mut chance = Chance(seed);
    (0..length).map(|_| chance.below(256).to_le_bytes()[0]).collect()
}

/// What a camera sees of a code: grey, three pixels a module.
fn seen(code: &Modules) -> (Vec<u8>, usize) {
    let side = (code.side() + 8) * 3;
    let dark = |n: usize| (n / 3).checked_sub(4);
    let pixel = |at: usize| match (dark(at % side), dark(at / side)) {
        (Some(x), Some(y)) if code.dark(x, y) => 20,
        _ => 235,
    };
    ((0..side * side).map(pixel).collect(), side)
}

fn read(pixels: &[u8], side: usize) -> Vec<String> {
    read::luma(Luma { bytes: pixels, width: side, height: side, stride: side }, Budget::FRAME).unwrap_or_default()
}

/// A vault as people have them, sealed for a transfer.
fn transfer(tokens: usize) -> (Vec<u8>, TransferKey) {
    let token = |number: usize| {
        let mut secret = vec![0; 20];
        SystemEntropy.fill(&mut secret).unwrap();
        let mut id = [0; 16];
        SystemEntropy.fill(&mut id).unwrap();
        let (issuer, account) = (format!("Issuer {}", number % 500), format!("someone{number}@example.org"));
        Token::new(TokenId::from_bytes(id), issuer, account, Secret::from_bytes(secret), Kind::usual_totp())
    };
    let tokens: Vec<Token> = (0..tokens).map(token).collect();
    let key = TransferKey::random(&SystemEntropy).unwrap();
    let keys = Keys::new(&[Lock::Transfer(&key)], &SystemEntropy).unwrap();
    let file = keys.seal(&Origin::default(), &tokens.iter().collect::<Vec<_>>(), &SystemEntropy).unwrap();
    (file, key)
}

/// A thousand tokens at ten frames a second, 30 % of them lost and 5 % seen wrong, through the real writer and reader.
#[test]
fn a_thousand_tokens_take_less_than_a_minute() {
    let (file, key) = transfer(1_000);
    let mut chance = Chance(0x5EED);
    let mut receiver = Receiver::default();
    let (mut shown, mut side) = (0, 0);
    for text in Frames::new(&file).unwrap() {
        shown += 1;
        assert!(shown <= 600, "a minute is over: {:?}", receiver.progress());
        if chance.percent(30) {
            continue;
        }
        let corrupted = chance.percent(5);
        // Half of the wrong ones are read wrong without the code's own correction noticing.
        let text = if corrupted && chance.percent(50) { mistaken(&text, &mut chance) } else { text };
        let code = Modules::encode_frame(&text).unwrap();
        side = side.max(code.side());
        let (mut pixels, width) = seen(&code);
        if corrupted {
            smear(&mut pixels, width, &mut chance);
        }
        for text in read(&pixels, width) {
            assert_ne!(receiver.frame(&text), Taken::NotAFrame);
        }
        if receiver.finished().is_some() {
            break;
        }
    }
    let (snapshot, _) = backup::open(receiver.finished().unwrap(), &Unlock::Transfer(&key)).unwrap();
    assert_eq!(snapshot.tokens.len(), 1_000);
    assert!(side <= MAX_SIDE, "{side}");
    let seconds = f64::from(shown) / f64::from(FRAMES_PER_SECOND);
    println!("1,000 tokens, {} bytes: {shown} frames of {side} modules, {seconds:.1} s", file.len());
}

/// A text with a few other characters.
fn mistaken(text: &str, chance: &mut Chance) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..3 {
        let at = 10 + chance.below(bytes.len() - 10);
        bytes[at] = b"0123456789ABCDEF"[chance.below(16)];
    }
    String::from_utf8(bytes).unwrap()
}

/// A finger, a reflection: one part of the picture is grey.
fn smear(pixels: &mut [u8], side: usize, chance: &mut Chance) {
    let (left, top, size) = (chance.below(side / 2), chance.below(side / 2), side / 4);
    for y in top..top + size {
        pixels[y * side + left..y * side + left + size].fill(150);
    }
}

#[test]
fn any_frames_will_do_in_any_order() {
    for (length, seed) in [(1, 1), (191, 2), (192, 3), (193, 4), (5_000, 5), (40_000, 6)] {
        let file = file(length, seed);
        let frames: Vec<String> = Frames::new(&file).unwrap().skip(7).step_by(2).take(length / 100 + 20).collect();
        let mut receiver = Receiver::default();
        for frame in frames.iter().rev() {
            receiver.frame(frame);
        }
        assert_eq!(receiver.finished(), Some(file.as_slice()), "{length}");
        assert_eq!(receiver.frame(&frames[0]), Taken::Again);
    }
    assert!(Frames::new(&[]).is_err() && Frames::new(&vec![0; MAX_BYTES + 1]).is_err());
}

#[test]
fn frames_are_texts_that_codes_pack_well() {
    for length in [100, 20_000, 100_000] {
        let frame = Frames::new(&file(length, 9)).unwrap().nth(3).unwrap();
        assert!(frame.starts_with("SMARTOTP1:"));
        assert!(Modules::encode_frame(&frame).unwrap().side() <= MAX_SIDE);
        let (pixels, side) = seen(&Modules::encode_frame(&frame).unwrap());
        assert_eq!(read(&pixels, side), [frame]);
    }
}

#[test]
fn a_frame_that_was_read_wrong_is_left_out() {
    let frame = Frames::new(&file(3_000, 1)).unwrap().next().unwrap();
    let mut chance = Chance(77);
    let mut receiver = Receiver::default();
    for _ in 0..300 {
        let mistaken = mistaken(&frame, &mut chance);
        assert_eq!(receiver.frame(&mistaken), if mistaken == frame { Taken::New } else { Taken::Damaged });
    }
    for length in 10..frame.len() {
        assert_eq!(receiver.frame(frame.get(..length).unwrap()), Taken::Damaged);
    }
    assert_eq!(receiver.progress(), Progress::default());
    assert_eq!(receiver.frame("https://example.org"), Taken::NotAFrame);
    assert_eq!(receiver.frame("SMARTOTP2:AAA"), Taken::Newer);
    assert_eq!(receiver.frame("SMARTOTP"), Taken::NotAFrame);
}

#[test]
fn two_transfers_are_not_mixed() {
    let (first, second) = (file(3_000, 1), file(3_000, 2));
    let (mut ours, mut others) = (Frames::new(&first).unwrap(), Frames::new(&second).unwrap());
    let mut receiver = Receiver::default();
    assert_eq!(receiver.frame(&ours.next().unwrap()), Taken::New);
    // Another screen in the picture now and then.
    while receiver.finished().is_none() {
        assert_eq!(receiver.frame(&others.next().unwrap()), Taken::Foreign);
        assert_eq!(receiver.frame(&ours.next().unwrap()), Taken::New);
    }
    assert_eq!(receiver.finished(), Some(first.as_slice()));
    // The sender begins anew: after a few frames that is the transfer.
    let taken: Vec<_> = others.by_ref().take(5).map(|frame| receiver.frame(&frame)).collect();
    assert_eq!(taken, [Taken::Foreign, Taken::Foreign, Taken::Foreign, Taken::Foreign, Taken::Restarted]);
    for frame in others.take(60) {
        receiver.frame(&frame);
    }
    assert_eq!(receiver.finished(), Some(second.as_slice()));
}

#[test]
fn hostile_sizes_are_not_allocated() {
    let whole = Frame::read(&Frames::new(&file(3_000, 1)).unwrap().next().unwrap()).unwrap();
    let with = |bytes: usize, symbol: u16, length: usize| {
        let mut transfer = whole.transfer;
        (transfer.bytes, transfer.symbol) = (bytes, symbol);
        let text = Frame { transfer, number: 0, symbol: vec![0; length] }.to_text();
        Frame::read(&text).map(|_| ())
    };
    assert_eq!(with(3_000, 192, 192), Ok(()));
    for (bytes, symbol, length) in
        [(MAX_BYTES + 1, 512, 512), (3_000, 191, 191), (3_000, 192, 100), (MAX_BYTES, 64, 64)]
    {
        assert_eq!(with(bytes, symbol, length), Err(Fault::Damaged), "{bytes} {symbol}");
    }
}

#[test]
fn symbols_of_a_forger_end_in_a_new_start() {
    let file = file(3_000, 1);
    let mut receiver = Receiver::default();
    let frames: Vec<String> = Frames::new(&file).unwrap().take(20).collect();
    let forged = |text: &String| {
        let mut frame = Frame::read(text).unwrap();
        frame.symbol.fill(7);
        frame.to_text()
    };
    for frame in &frames[1..] {
        receiver.frame(&forged(frame));
    }
    assert_eq!(receiver.finished(), None);
    for frame in Frames::new(&file).unwrap().take(60) {
        receiver.frame(&frame);
    }
    assert_eq!(receiver.finished(), Some(file.as_slice()));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_receiver_panic(text in "\\PC{0,60}", bytes in proptest::collection::vec(0u8.., 0..250)) {
        let mut receiver = Receiver::default();
        let mut encoded = String::from("SMARTOTP1:");
        crate::qr::base45::encode(&bytes, &mut encoded);
        for text in [text.clone(), format!("SMARTOTP1:{text}"), encoded] {
            receiver.frame(&text);
        }
        proptest::prop_assert_eq!(receiver.finished(), None);
    }
}
