//! What writers have said so far, and whether a vault keeps all of it.

use std::collections::{HashMap, HashSet};

use smartotp_core::token::TokenId;
use smartotp_core::vault::{Credential, Session, SlotKind};

use super::place::{bank, password, pin};

/// A secret that changes: the last one acknowledged, and one that a killed writer may have set.
#[derive(Default)]
struct Changing {
    now: u64,
    next: Option<u64>,
}

/// What was acknowledged.
#[derive(Default)]
pub(crate) struct Known {
    used: HashSet<u64>,
    events: HashSet<u64>,
    counted: u64,
    /// The last step of each token's life.
    lives: HashMap<TokenId, u8>,
    password: Changing,
    pin: Changing,
    pub(crate) lines: usize,
}

impl Known {
    /// Takes in what a writer said; a last line that was cut off was not acknowledged. Gives the token that it was at.
    pub(crate) fn hear(&mut self, said: &str) -> Option<TokenId> {
        let mut at = None;
        for line in said.rsplit_once('\n').map_or("", |(whole, _)| whole).lines() {
            let mut words = line.split(' ');
            let (Some(what), Some(value)) = (words.next(), words.next()) else { continue };
            let number = || value.parse::<u64>().unwrap();
            match what {
                "used" => assert!(self.used.insert(number()), "counter {value} was used twice"),
                "event" => assert!(self.events.insert(number())),
                "counted" => self.counted += 1,
                "password-next" => self.password.next = Some(number()),
                "password" => self.password = Changing { now: number(), next: None },
                "pin-next" => self.pin.next = Some(number()),
                "pin" => self.pin = Changing { now: number(), next: None },
                "lived" => {
                    let id = value.parse().unwrap();
                    self.lives.insert(id, words.next().unwrap().parse().unwrap());
                    at = Some(id);
                }
                _ => continue,
            }
            self.lines += 1;
        }
        at
    }

    /// Whether all of it is so. The token that the writer was at may be a step further.
    pub(crate) fn check(&mut self, session: &mut Session, at: Option<TokenId>) {
        let counter = session.contents().token(bank(session)).unwrap().kind.counter().unwrap().0;
        assert!(self.used.iter().all(|used| *used < counter), "a counter would be used again: {counter}");
        for (id, step) in &self.lives {
            let found = stage(session, *id);
            let next = at == Some(*id) && found == expected(step + 1);
            assert!(found == expected(*step) || next, "{id} after step {step}: {found:?}");
        }
        // Only the last one can be in doubt, and it is not after this.
        self.lives.retain(|_, step| *step < 5);
        for (id, step) in &mut self.lives {
            if at == Some(*id) && stage(session, *id) != expected(*step) {
                *step += 1;
            }
        }
        let events: HashSet<u64> = session.journal().iter().map(|record| record.unix).collect();
        assert!(self.events.is_subset(&events), "an event is lost");
        let counted = session.usage(bank(session)).count;
        assert!(counted >= self.counted, "{counted} of {} uses", self.counted);
        self.counted = counted;
        // The journal keeps the newest alone.
        if self.events.len() > 150 {
            self.events.clear();
        }
        settle(session, &mut self.password, |number| Credential::Password(password(number)));
        settle(session, &mut self.pin, |number| Credential::Pin(pin(number)));
        assert_eq!(session.slots().len(), 3);
        assert!(session.slots().iter().any(|slot| slot.kind == SlotKind::Pin));
    }
}

/// Whether a token is in sight, in the bin, and noted.
fn stage(session: &Session, id: TokenId) -> (bool, bool, bool) {
    let contents = session.contents();
    let shown = contents.tokens().iter().find(|token| token.id == id);
    let binned = contents.bin().iter().find(|binned| binned.token.id == id).map(|binned| &binned.token);
    let noted = shown.or(binned).is_some_and(|token| token.note == "noted");
    (shown.is_some(), binned.is_some(), noted)
}

fn expected(step: u8) -> (bool, bool, bool) {
    match step {
        0 => (true, false, false),
        1 | 3 => (true, false, true),
        2 | 4 => (false, true, true),
        _ => (false, false, false),
    }
}

/// Where a change was cut off, the old one or the new one opens the vault, and not both.
fn settle(session: &Session, changing: &mut Changing, credential: impl Fn(u64) -> Credential) {
    let Some(next) = changing.next.take() else { return };
    let opens = |number| session.verify(&credential(number)).is_ok();
    let (old, new) = (opens(changing.now), opens(next));
    assert!(old != new, "old {old}, new {new}");
    changing.now = if new { next } else { changing.now };
}
