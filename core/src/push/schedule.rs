//! Whom to ask when: the token that is looked at every few seconds, the others ever less often, and no server without rest.
//!
//! It knows no clock and no network: both come in. Times are milliseconds that only go forward.

use std::collections::HashMap;

use crate::token::TokenId;

/// How often the token in view is asked.
pub const IN_VIEW: u64 = 3_000;
/// How often another one is asked at first.
const FIRST: u64 = 10_000;
/// How often it is asked at least.
pub const SELDOM: u64 = 300_000;
/// The least time between two questions to one server.
pub const REST: u64 = 250;
/// Not before something else has happened.
const NEVER: u64 = u64::MAX;

/// The plan.
#[derive(Debug, Default)]
pub struct Schedule {
    entries: Vec<Entry>,
    view: Vec<TokenId>,
    /// When each server may be asked again; [`NEVER`] while it is being asked.
    servers: HashMap<String, u64>,
}

#[derive(Debug)]
struct Entry {
    id: TokenId,
    server: String,
    due: u64,
    wait: u64,
}

impl Schedule {
    /// Takes in which tokens there are, each with its server's name; what is known of those that stay, stays.
    pub fn set(&mut self, tokens: &[(TokenId, String)], now: u64) {
        let mut known: HashMap<TokenId, Entry> = self.entries.drain(..).map(|entry| (entry.id, entry)).collect();
        self.entries = tokens
            .iter()
            .map(|(id, server)| {
                let fresh = || Entry { id: *id, server: server.clone(), due: now, wait: FIRST };
                known.remove(id).unwrap_or_else(fresh)
            })
            .collect();
        self.servers.retain(|server, _| tokens.iter().any(|(_, other)| other == server));
    }

    /// Says which tokens are looked at: those that were not before are asked at once.
    pub fn look_at(&mut self, ids: &[TokenId], now: u64) {
        for entry in self.entries.iter_mut().filter(|entry| ids.contains(&entry.id) && !self.view.contains(&entry.id)) {
            entry.due = entry.due.min(now);
        }
        self.view = ids.to_vec();
    }

    /// Somebody wants to know now: everybody is asked once, as fast as the servers' rest allows.
    pub fn ask_all(&mut self, now: u64) {
        for entry in &mut self.entries {
            entry.due = entry.due.min(now);
            entry.wait = FIRST;
        }
    }

    /// Whom to ask now: those in view first, then who has waited longest.
    #[must_use]
    pub fn next(&self, now: u64) -> Option<TokenId> {
        let ready = self.entries.iter().filter(|entry| self.when(entry) <= now);
        ready.min_by_key(|entry| (!self.view.contains(&entry.id), entry.due)).map(|entry| entry.id)
    }

    /// When somebody is to be asked next; `None` also while all wait for answers.
    #[must_use]
    pub fn wake(&self) -> Option<u64> {
        self.entries.iter().map(|entry| self.when(entry)).min().filter(|due| *due != NEVER)
    }

    /// A token's server is being asked: nobody asks it a second time until [`Schedule::asked`] or
    /// [`Schedule::unreachable`].
    pub fn asking(&mut self, id: TokenId) {
        if let Some(server) = self.server(id) {
            self.servers.insert(server, NEVER);
        }
    }

    /// A token was asked. `found`: it has requests, so that it is asked as often as one in view for a while.
    pub fn asked(&mut self, id: TokenId, found: bool, now: u64) {
        let in_view = self.view.contains(&id);
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id) else { return };
        entry.wait = if found { FIRST } else { (entry.wait * 2).min(SELDOM) };
        entry.due = now + if in_view || found { IN_VIEW } else { entry.wait };
        self.servers.insert(entry.server.clone(), now + REST);
    }

    /// A server could not be reached: all of its tokens wait together.
    pub fn unreachable(&mut self, id: TokenId, now: u64) {
        let Some(server) = self.server(id) else { return };
        for entry in self.entries.iter_mut().filter(|entry| entry.server == server) {
            let wait = if self.view.contains(&entry.id) { FIRST } else { (entry.wait * 2).min(SELDOM) };
            entry.due = entry.due.max(now + wait);
        }
        self.servers.insert(server, now + REST);
    }

    fn server(&self, id: TokenId) -> Option<String> {
        self.entries.iter().find(|entry| entry.id == id).map(|entry| entry.server.clone())
    }

    fn when(&self, entry: &Entry) -> u64 {
        entry.due.max(self.servers.get(&entry.server).copied().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u16) -> TokenId {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        TokenId::from_bytes(bytes)
    }

    fn schedule(tokens: u16, servers: u16) -> Schedule {
        let mut schedule = Schedule::default();
        let tokens: Vec<_> = (0..tokens).map(|number| (id(number), format!("s{}", number % servers))).collect();
        schedule.set(&tokens, 0);
        schedule
    }

    /// Ten minutes; gives how often each was asked, and the most questions that one server had in a second.
    fn ten_minutes(schedule: &mut Schedule, servers: u16) -> (HashMap<TokenId, u32>, u32) {
        let (mut counts, mut seconds) = (HashMap::new(), HashMap::<(u16, u64), u32>::new());
        let mut now = 0;
        while now < 600_000 {
            match schedule.next(now) {
                Some(asked) => {
                    *counts.entry(asked).or_default() += 1;
                    let number = u16::from_str_radix(asked.to_string().get(..4).unwrap(), 16).unwrap();
                    *seconds.entry((number % servers, now / 1_000)).or_default() += 1;
                    schedule.asked(asked, false, now);
                }
                None => now = schedule.wake().unwrap().max(now + 1),
            }
        }
        (counts, seconds.into_values().max().unwrap())
    }

    #[test]
    fn the_one_in_view_is_asked_every_three_seconds_among_a_thousand() {
        let mut schedule = schedule(1_000, 1);
        schedule.look_at(&[id(7)], 0);
        let (counts, most) = ten_minutes(&mut schedule, 1);
        assert!((190..=201).contains(&counts[&id(7)]), "{}", counts[&id(7)]);
        assert!(most <= 4, "{most} questions in a second");
        assert_eq!(counts.len(), 1_000, "everybody has their turn");
    }

    #[test]
    fn nobody_is_asked_for_nothing_without_end() {
        let (counts, _) = ten_minutes(&mut schedule(3, 3), 3);
        assert!(counts.values().all(|count| *count <= 7), "{counts:?}");
    }

    #[test]
    fn a_server_is_asked_one_question_at_a_time() {
        let mut schedule = schedule(4, 2);
        let first = schedule.next(0).unwrap();
        schedule.asking(first);
        let other = schedule.next(0).unwrap();
        assert_eq!(other, id(1), "the other server");
        schedule.asking(other);
        assert_eq!((schedule.next(60_000), schedule.wake()), (None, None), "both are waited for");
        schedule.asked(first, false, 400);
        assert_eq!(schedule.wake(), Some(400 + REST));
        schedule.unreachable(other, 500);
        assert_eq!(schedule.next(400 + REST), Some(id(2)));
    }

    #[test]
    fn a_wish_brings_everybody_forward_and_a_look_only_once() {
        let mut schedule = schedule(2, 2);
        (0..2).for_each(|number| schedule.asked(id(number), false, 0));
        assert_eq!(schedule.next(5_000), None);
        schedule.ask_all(5_000);
        assert!(schedule.next(5_000).is_some());
        (0..2).for_each(|number| schedule.asked(id(number), false, 5_000));
        schedule.look_at(&[id(1)], 6_000);
        assert_eq!(schedule.next(6_000), Some(id(1)));
        schedule.asked(id(1), false, 6_000);
        schedule.look_at(&[id(1)], 6_500);
        assert_eq!((schedule.next(6_500), schedule.wake()), (None, Some(6_000 + IN_VIEW)), "looked at already");
    }

    #[test]
    fn a_server_that_is_down_is_left_alone() {
        let mut schedule = schedule(10, 1);
        schedule.unreachable(id(0), 0);
        assert_eq!(schedule.next(0), None);
        assert!(schedule.wake().unwrap() >= FIRST);
    }
}
