//! What a journal's texts say, all in all.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::{Event, MOST_EVENTS, Record, Usage};
use crate::token::TokenId;

/// The most bytes of a journal that are read.
pub(crate) const MOST_BYTES: usize = 16 * 1024 * 1024;
/// A journal below this is not worth writing anew.
const LEAST_TO_COMPACT: usize = 512 * 1024;
/// What an event, and a token's uses, take in a file that was just written anew, about.
const EVENT_BYTES: usize = 160;
const USAGE_BYTES: usize = 100;
/// Tokens whose uses share a record: together they stay far below the longest text.
const USES_IN_A_RECORD: usize = 256;

/// What happened, and how often codes were taken.
#[derive(Default)]
pub(crate) struct Book {
    /// The last events, each with its text: what a later version wrote into it is kept.
    events: VecDeque<(Record, Box<[u8]>)>,
    usages: HashMap<TokenId, Usage>,
}

/// Either kind of text; what is in neither is left to later versions.
#[derive(Deserialize)]
struct Text {
    at: Option<u64>,
    usage: Option<Vec<UsageText>>,
}

#[derive(Serialize, Deserialize)]
struct EventText<E> {
    at: u64,
    #[serde(flatten)]
    event: E,
}

#[derive(Serialize)]
struct UsesText {
    usage: Vec<UsageText>,
}

#[derive(Serialize, Deserialize)]
struct UsageText {
    token: TokenId,
    count: u64,
    last: u64,
}

impl Book {
    /// Adds what a text says.
    pub(crate) fn take_in(&mut self, text: &[u8]) {
        let read: Option<Text> = serde_json::from_slice(text).ok();
        if let Some(Text { usage: Some(uses), .. }) = read {
            for UsageText { token, count, last } in uses {
                self.add_uses(token, Usage { count, last_used: last });
            }
            return;
        }
        let event = serde_json::from_slice(text).map_or(Event::OfALaterVersion, |EventText { event, .. }| event);
        let record = Record { unix: read.and_then(|text| text.at).unwrap_or(0), event };
        self.events.push_back((record, text.into()));
        if self.events.len() > MOST_EVENTS {
            self.events.pop_front();
        }
    }

    /// Adds uses of a token.
    pub(crate) fn add_uses(&mut self, token: TokenId, uses: Usage) {
        let usage = self.usages.entry(token).or_default();
        usage.count = usage.count.saturating_add(uses.count);
        usage.last_used = usage.last_used.max(uses.last_used);
    }

    /// The events, the newest last.
    pub(crate) fn records(&self) -> impl Iterator<Item = &Record> {
        self.events.iter().map(|(record, _)| record)
    }

    /// The uses of all tokens.
    pub(crate) fn usages(&self) -> &HashMap<TokenId, Usage> {
        &self.usages
    }

    /// Whether a file of this length is mostly what could be left out of it.
    pub(crate) fn is_worth_compacting(&self, length: usize) -> bool {
        let needed = self.events.len() * EVENT_BYTES + self.usages.len() * USAGE_BYTES;
        length > LEAST_TO_COMPACT.max(needed.saturating_mul(2))
    }

    /// All of it as texts, as few as there have to be; uses only of the tokens that are still there.
    pub(crate) fn texts(&self, is_there: impl Fn(TokenId) -> bool) -> Vec<Vec<u8>> {
        let mut uses: Vec<_> =
            self.usages.iter().filter(|(id, _)| is_there(**id)).map(|(id, uses)| (*id, *uses)).collect();
        uses.sort_unstable_by_key(|(id, _)| *id);
        uses_texts(&uses).chain(self.events.iter().map(|(_, text)| text.to_vec())).collect()
    }
}

/// The text of something that happened.
pub(crate) fn event_text(record: &Record) -> Vec<u8> {
    // Writing to memory cannot fail, and no event has a key that is no text.
    serde_json::to_vec(&EventText { at: record.unix, event: &record.event }).unwrap_or_default()
}

/// The texts of uses.
pub(crate) fn uses_texts(uses: &[(TokenId, Usage)]) -> impl Iterator<Item = Vec<u8>> {
    uses.chunks(USES_IN_A_RECORD).map(|uses| {
        let text =
            |&(token, Usage { count, last_used }): &(TokenId, Usage)| UsageText { token, count, last: last_used };
        serde_json::to_vec(&UsesText { usage: uses.iter().map(text).collect() }).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::super::sealed::MOST_TEXT;
    use super::*;
    use crate::vault::SlotKind;

    fn id(number: u8) -> TokenId {
        TokenId::from_bytes([number; 16])
    }

    fn book(texts: &[&[u8]]) -> Book {
        let mut book = Book::default();
        texts.iter().for_each(|text| book.take_in(text));
        book
    }

    #[test]
    fn an_event_reads_as_the_page_says() {
        let record = Record { unix: 1_700_000_000, event: Event::Unlocked { slot: SlotKind::Password } };
        let text = event_text(&record);
        assert_eq!(text, br#"{"at":1700000000,"event":"unlocked","slot":"password"}"#);
        assert_eq!(book(&[&text]).records().collect::<Vec<_>>(), [&record]);
        for event in [
            Event::WrongTries { count: 3, last: 5 },
            Event::WipeAfterSet { tries: None },
            Event::ClockOff { seconds: -7 },
            Event::QrShown { token: id(9) },
            Event::ProtectionChanged,
        ] {
            let record = Record { unix: 1, event };
            assert_eq!(book(&[&event_text(&record)]).records().collect::<Vec<_>>(), [&record]);
        }
    }

    #[test]
    fn what_a_later_version_wrote_is_kept_word_for_word() {
        let later: [&[u8]; 4] = [
            br#"{"at":7,"event":"teleported","to":"moon"}"#,
            br#"{"at":8,"event":"unlocked","slot":"eyelid"}"#,
            br#"{"at":9,"event":"backup-on","provider":"moon"}"#,
            b"[not even an object]",
        ];
        let book = book(&later);
        let seen: Vec<_> = book.records().map(|record| (record.unix, record.event.clone())).collect();
        let unknown = Event::OfALaterVersion;
        assert_eq!(seen, [(7, unknown.clone()), (8, unknown.clone()), (9, Event::BackupOn), (0, unknown)]);
        assert_eq!(book.texts(|_| true), later);
    }

    #[test]
    fn uses_are_added_up_and_those_of_gone_tokens_left_out() {
        let mut book = Book::default();
        for (number, count, last_used) in [(1, 2, 50), (2, 1, 10), (1, 3, 40), (1, u64::MAX, 0)] {
            uses_texts(&[(id(number), Usage { count, last_used })]).for_each(|text| book.take_in(&text));
        }
        assert_eq!(book.usages()[&id(1)], Usage { count: u64::MAX, last_used: 50 });
        let texts = book.texts(|token| token == id(2));
        assert_eq!(texts, [format!(r#"{{"usage":[{{"token":"{}","count":1,"last":10}}]}}"#, id(2)).as_bytes()]);
    }

    #[test]
    fn events_are_bounded_and_so_are_texts() {
        let mut book = Book::default();
        for unix in 0..3_000 {
            book.take_in(&event_text(&Record { unix, event: Event::BackupOn }));
        }
        assert_eq!(book.records().map(|record| record.unix).collect::<Vec<_>>(), (1_000..3_000).collect::<Vec<_>>());
        for number in 0..1_000_u32 {
            let mut bytes = [0xFF; 16];
            bytes[..4].copy_from_slice(&number.to_be_bytes());
            book.add_uses(TokenId::from_bytes(bytes), Usage { count: u64::MAX, last_used: u64::MAX });
        }
        assert!(book.texts(|_| true).iter().all(|text| text.len() <= MOST_TEXT));
        assert_eq!(book.texts(|_| true).len(), 2_004);
        assert!(!book.is_worth_compacting(600_000) && book.is_worth_compacting(900_000));
    }
}
