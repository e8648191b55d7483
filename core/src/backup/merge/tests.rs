//! Devices that do this and that, each for itself, and meet now and then.

use proptest::prelude::*;

use super::*;
use crate::secret::Secret;
use crate::token::{Algorithm, Digits};

/// A device with its tokens. It does what people do, by numbers.
struct Device {
    id: DeviceId,
    contents: Contents,
    next: u8,
}

impl Device {
    fn new(number: u8) -> Self {
        let id = DeviceId([number; 16]);
        let mut contents = Contents::default();
        contents.merging = Some(Merging::begin(&contents, id));
        Self { id, contents, next: 0 }
    }

    fn state(&self) -> State {
        State::of(&self.contents)
    }

    fn change(&mut self, change: impl FnOnce(&mut Contents)) {
        let before = self.contents.duplicate();
        change(&mut self.contents);
        observe(&before, &mut self.contents, self.id);
    }

    /// Enrols a token; those with the same number are equal, whoever enrols them.
    fn add(&mut self, number: u8) {
        self.next += 1;
        let (next, device) = (self.next, self.id.0[0]);
        let mut id = [number; 16];
        (id[0], id[1], id[2]) = (device.wrapping_mul(37), next, device);
        self.change(|contents| contents.tokens.push(token(id, number)));
    }

    /// One thing that a person does.
    fn act(&mut self, what: u32) {
        let (action, pick, value) = (what % 9, (what / 9 % 997) as usize, what / 9000);
        let (tokens, bin) = (self.contents.tokens.len(), self.contents.bin.len());
        if action == 0 || tokens == 0 {
            return self.add((value % 30) as u8);
        }
        let place = pick % tokens;
        self.change(|contents| match action {
            1 => contents.tokens[place].issuer = format!("issuer {value}"),
            2 => contents.tokens[place].groups = vec![format!("group {value}")],
            3 => contents.tokens[place].favourite ^= true,
            4 => {
                let token = contents.tokens.remove(place);
                contents.tokens.insert(value as usize % tokens, token);
            }
            5 => {
                let token = contents.tokens.remove(place);
                contents.bin.insert(0, Binned { token, deleted_at: u64::from(value), place });
            }
            6 if bin > 0 => {
                let binned = contents.bin.remove(pick % bin);
                contents.tokens.push(binned.token);
            }
            7 if bin > 0 => drop(contents.bin.remove(pick % bin)),
            _ => {
                if let Some(counter) = contents.tokens[place].kind.counter_mut() {
                    // Now and then it is set back by hand.
                    counter.0 = if value % 7 == 0 { u64::from(value % 5) } else { counter.0 + 1 };
                }
            }
        });
    }

    /// Takes up what others say.
    fn meet(&mut self, others: impl IntoIterator<Item = State>) {
        self.state().meet(others.into_iter().collect(), self.id).put_into(&mut self.contents);
    }
}

fn token(id: [u8; 16], number: u8) -> Token {
    let secret = Secret::from_bytes(vec![number; 20]);
    let kind = match number % 3 {
        0 => Kind::Hotp { algorithm: Algorithm::Sha1, digits: Digits::SIX, counter: Counter(0) },
        _ => Kind::usual_totp(),
    };
    Token::new(TokenId::from_bytes(id), format!("issuer of {number}"), "mira".into(), secret, kind)
}

/// Three devices after a common past and a time apart.
fn apart(script: &[u32]) -> [State; 3] {
    let mut devices = [1, 2, 3].map(Device::new);
    for what in script {
        let device = (what % 3) as usize;
        match what / 3 % 12 {
            0 => {
                let other = devices[(device + 1) % 3].state();
                devices[device].meet([other]);
            }
            _ => devices[device].act(what / 36),
        }
    }
    devices.map(|device| device.state())
}

proptest! {
    #[test]
    fn the_order_in_which_states_meet_makes_no_difference(script in prop::collection::vec(any::<u32>(), 0..60)) {
        let [a, b, c] = apart(&script);
        let join = |one: &State, other: &State| one.duplicate().join(other.duplicate());
        prop_assert_eq!(join(&a, &b), join(&b, &a));
        prop_assert_eq!(join(&join(&a, &b), &c), join(&a, &join(&b, &c)));
        prop_assert_eq!(&join(&a, &a), &a);
        let both = join(&a, &b);
        prop_assert_eq!(&join(&both, &a), &both);
        prop_assert!(covers(&both.vector, &a.vector) && covers(&both.vector, &b.vector));
    }

    #[test]
    fn a_state_goes_through_a_vault_unchanged(script in prop::collection::vec(any::<u32>(), 0..60)) {
        for state in apart(&script) {
            let mut contents = Contents::default();
            let digest = state.digest();
            state.duplicate().put_into(&mut contents);
            prop_assert_eq!(&State::of(&contents), &state);
            let read = crate::vault::payload::decode(&crate::vault::payload::encode(&contents)).unwrap();
            prop_assert_eq!(&State::of(&read), &state);
            prop_assert_eq!(State::of(&read).digest(), digest);
        }
    }

    #[test]
    fn all_devices_agree_in_the_end_and_nothing_is_lost(script in prop::collection::vec(any::<u32>(), 0..120)) {
        let mut devices = [1, 2, 3, 4, 5].map(Device::new);
        for what in &script {
            devices[(what % 5) as usize].act(what / 5);
        }
        // Whatever somebody had, in the list or in the bin, is there for all.
        let known: Vec<Token> = devices
            .iter()
            .flat_map(|device| device.contents.tokens.iter().chain(device.contents.bin.iter().map(|gone| &gone.token)))
            .map(Token::duplicate)
            .collect();
        for _ in 0..3 {
            for number in 0..devices.len() {
                let others: Vec<State> = devices.iter().map(Device::state).collect();
                devices[number].meet(others);
            }
        }
        let [first, rest @ ..] = &devices;
        for other in rest {
            prop_assert_eq!(other.state(), first.state());
            prop_assert!(other.contents.tokens.iter().eq(&first.contents.tokens), "the same order too");
        }
        let here = &first.contents;
        for token in known {
            let all = || here.tokens.iter().chain(here.bin.iter().map(|gone| &gone.token));
            prop_assert!(all().any(|other| other.has_same_secret_as(&token)));
        }
        // Equal tokens are one.
        for (place, token) in here.tokens.iter().enumerate() {
            prop_assert!(here.tokens.iter().skip(place + 1).all(|other| !other.has_same_secret_as(token)));
        }
    }
}

/// Two devices that both know the tokens with these numbers.
fn two_with(numbers: &[u8]) -> (Device, Device) {
    let (mut one, mut other) = (Device::new(1), Device::new(2));
    for number in numbers {
        one.add(*number);
    }
    other.meet([one.state()]);
    (one, other)
}

fn exchange(one: &mut Device, other: &mut Device) {
    // What each makes of it is for the other, too.
    for _ in 0..2 {
        let (a, b) = (one.state(), other.state());
        one.meet([b]);
        other.meet([a]);
    }
    assert_eq!(one.state(), other.state());
}

fn counter(device: &Device) -> u64 {
    device.contents.tokens[0].kind.counter().unwrap().0
}

#[test]
fn edits_of_different_fields_stand_beside_each_other_and_of_one_field_the_later_counts() {
    let (mut one, mut other) = two_with(&[1]);
    one.change(|contents| contents.tokens[0].issuer = "Work".into());
    other.change(|contents| contents.tokens[0].note = "in the drawer".into());
    other.change(|contents| contents.tokens[0].issuer = "Home".into());
    exchange(&mut one, &mut other);
    let token = &one.contents.tokens[0];
    assert_eq!((token.issuer.as_str(), token.note.as_str()), ("Home", "in the drawer"));
}

#[test]
fn the_higher_counter_counts_unless_somebody_set_it() {
    let (mut one, mut other) = two_with(&[3]);
    let advance = |device: &mut Device, to: u64| {
        device.change(|contents| contents.tokens[0].kind.counter_mut().unwrap().0 = to);
    };
    advance(&mut one, 7);
    advance(&mut other, 9);
    exchange(&mut one, &mut other);
    assert_eq!(counter(&one), 9);
    advance(&mut other, 2);
    advance(&mut one, 30);
    exchange(&mut one, &mut other);
    assert_eq!(counter(&one), 2, "set back by hand: what was counted before that counts no more");
    advance(&mut one, 3);
    exchange(&mut one, &mut other);
    assert_eq!(counter(&other), 3);
}

#[test]
fn who_takes_a_token_out_of_the_bin_keeps_it_whatever_others_delete_for_good() {
    let (mut one, mut other) = two_with(&[1, 2]);
    let bin = |contents: &mut Contents| {
        let token = contents.tokens.remove(0);
        contents.bin.push(Binned { token, deleted_at: 5, place: 0 });
    };
    one.change(bin);
    exchange(&mut one, &mut other);
    assert_eq!((other.contents.tokens.len(), other.contents.bin.len()), (1, 1));
    one.change(|contents| contents.bin.clear());
    other.change(|contents| {
        let binned = contents.bin.remove(0);
        contents.tokens.insert(0, binned.token);
    });
    exchange(&mut one, &mut other);
    assert_eq!((one.contents.tokens.len(), one.contents.bin.len()), (2, 0));
    // Nobody took this one out.
    one.change(bin);
    exchange(&mut one, &mut other);
    let old = other.state();
    one.change(|contents| contents.bin.clear());
    exchange(&mut one, &mut other);
    assert_eq!((other.contents.tokens.len(), other.contents.bin.len()), (1, 0));
    // An old version brings nothing back.
    one.meet([old]);
    assert_eq!((one.contents.tokens.len(), one.contents.bin.len()), (1, 0));
}

#[test]
fn an_edit_is_kept_that_was_made_elsewhere_while_the_token_was_in_the_bin_and_came_back() {
    let (mut one, mut other) = two_with(&[1, 2]);
    one.change(|contents| {
        let token = contents.tokens.remove(0);
        contents.bin.push(Binned { token, deleted_at: 5, place: 0 });
    });
    one.change(|contents| {
        let binned = contents.bin.remove(0);
        contents.tokens.insert(0, binned.token);
        contents.tokens[0].issuer = "Renamed here".into();
    });
    other.change(|contents| contents.tokens[0].note = "written there".into());
    let mut third = Device::new(3);
    third.meet([one.state(), other.state()]);
    exchange(&mut one, &mut other);
    exchange(&mut one, &mut third);
    for device in [&one, &third] {
        let token = &device.contents.tokens[0];
        assert_eq!((token.issuer.as_str(), token.note.as_str()), ("Renamed here", "written there"));
    }
    // Once it is taken up, old versions change nothing.
    let (digest, old) = (one.state().digest(), other.state());
    one.meet([old]);
    assert_eq!(one.state().digest(), digest);
}

#[test]
fn an_edit_is_kept_that_was_made_elsewhere_while_equal_tokens_became_one() {
    let (mut one, mut other, mut third) = (Device::new(1), Device::new(2), Device::new(3));
    one.add(1);
    other.add(1);
    third.meet([one.state()]);
    third.change(|contents| contents.tokens[0].note = "first".into());
    let mut fourth = Device::new(4);
    fourth.meet([other.state()]);
    fourth.change(|contents| contents.tokens[0].favourite = true);
    exchange(&mut one, &mut other);
    let kept = one.contents.tokens[0].id;
    one.meet([third.state()]);
    one.meet([fourth.state()]);
    let token = &one.contents.tokens[0];
    let (third, fourth) = (&third.contents.tokens[0], &fourth.contents.tokens[0]);
    assert_eq!(one.contents.tokens.len(), 1);
    // The one of the two that stayed has kept what was done to it.
    assert!((third.id == kept && token.note == "first") || (fourth.id == kept && token.favourite));
}

#[test]
fn a_tombstone_is_small() {
    let size = |device: &Device| crate::vault::deflate::deflate(&crate::vault::payload::encode(&device.contents)).len();
    let mut device = Device::new(1);
    let empty = size(&device);
    for turn in 0..1_000_u32 {
        let id: [u8; 16] = Sha256::digest(turn.to_be_bytes()).first_chunk().copied().unwrap();
        device.change(|contents| contents.tokens.push(token(id, 1)));
        device.change(|contents| contents.tokens.clear());
    }
    assert_eq!(device.contents.merging.as_ref().unwrap().gone.len(), 1_000);
    let each = (size(&device) - empty) / 1_000;
    assert!(each < 60, "{each} bytes");
}

#[test]
fn equal_tokens_of_two_devices_become_one_and_what_each_knows_stays() {
    let (mut one, mut other) = (Device::new(1), Device::new(2));
    one.add(3);
    other.add(3);
    one.change(|contents| contents.tokens[0].note = "first".into());
    other.change(|contents| contents.tokens[0].groups = vec!["Work".into()]);
    other.change(|contents| contents.tokens[0].kind.counter_mut().unwrap().0 = 12);
    let smaller = one.contents.tokens[0].id.min(other.contents.tokens[0].id);
    let before = other.contents.duplicate();
    exchange(&mut one, &mut other);
    let token = &one.contents.tokens[0];
    assert_eq!((one.contents.tokens.len(), token.id, counter(&one)), (1, smaller, 12));
    assert_eq!((token.note.as_str(), token.groups.as_slice()), ("first", ["Work".to_owned()].as_slice()));
    // Codes that were made of the other one elsewhere count.
    let mut third = Device::new(3);
    third.contents = before;
    third.change(|contents| contents.tokens[0].kind.counter_mut().unwrap().0 = 20);
    exchange(&mut third, &mut one);
    assert_eq!((counter(&third), one.contents.tokens.len()), (20, 1));
}

#[test]
fn one_id_with_two_secrets_is_two_tokens() {
    let (mut one, mut other) = (Device::new(1), Device::new(2));
    one.change(|contents| contents.tokens.push(token([7; 16], 1)));
    other.change(|contents| contents.tokens.push(token([7; 16], 2)));
    exchange(&mut one, &mut other);
    assert_eq!(one.contents.tokens.len(), 2);
    let (a, b) = (one.state(), other.state());
    assert_eq!(a.duplicate().join(b), a);
}

#[test]
fn one_move_of_one_token_is_one_mark() {
    let (mut one, mut other) = two_with(&[1, 2, 4, 5]);
    let marks = one.contents.merging.as_ref().unwrap().marks.clone();
    one.change(|contents| {
        let token = contents.tokens.remove(3);
        contents.tokens.insert(1, token);
    });
    let after = &one.contents.merging.as_ref().unwrap().marks;
    assert_eq!(after.iter().filter(|(id, after)| marks[*id] != **after).count(), 1);
    other.add(7);
    exchange(&mut one, &mut other);
    let order: Vec<u8> = one.contents.tokens.iter().map(|token| token.secret.expose()[0]).collect();
    assert_eq!(order, [1, 5, 2, 4, 7]);
}

#[test]
fn nothing_is_stamped_where_no_backup_was_ever_turned_on() {
    let mut contents = Contents::default();
    let before = contents.duplicate();
    contents.tokens.push(token([1; 16], 1));
    assert!(!observe(&before, &mut contents, DeviceId([1; 16])));
    assert!(contents.merging.is_none());
}
