//! The journal's bytes: a head, and records that each stand on their own and in their place. [`super`] describes them.

use zeroize::Zeroizing;

use crate::vault::hex::Hex;
use crate::vault::keys::{Key, NONCE_LEN, TAG_LEN};
use crate::vault::{Entropy, NoEntropy};

const MAGIC: &[u8; 8] = b"SmartOTJ";
const VERSION: u16 = 1;
/// Magic, version, vault, file, commitment.
const HEAD_LEN: usize = 8 + 2 + 16 + 16 + Key::LEN;
/// Length, sequence number, the tag before.
const FRONT_LEN: usize = 4 + 8 + TAG_LEN;
/// What a record has beside its text.
const FRAME_LEN: usize = FRONT_LEN + NONCE_LEN + TAG_LEN;
/// The most bytes of a record's text.
pub(crate) const MOST_TEXT: usize = 64 * 1024;
/// Texts are filled up to a multiple of this, so that their length hardly tells what they say.
const FILL: usize = 64;
/// How often something that looks like a record and is none is tried to be opened: each try costs.
const MOST_TRIES: usize = 1_000;

/// One journal file: what all of its records are bound to.
pub(crate) struct File {
    head: [u8; HEAD_LEN],
    id: Hex<16>,
    key: Key,
}

/// Where a record stands: its number and its tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    sequence: u64,
    tag: [u8; TAG_LEN],
}

/// How far a file could be read.
#[derive(Debug)]
pub(crate) struct End {
    /// The last record that opened.
    pub(crate) place: Place,
    /// Where it ends, in bytes: the next one belongs there.
    pub(crate) length: usize,
    /// Something between records was taken out, swapped or damaged.
    pub(crate) damaged: bool,
}

impl File {
    /// A file that no other record fits.
    pub(crate) fn fresh(vault: &Hex<16>, vault_key: &Key, entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        Ok(Self::of(vault, vault_key, Hex::random(entropy)?))
    }

    /// The file whose bytes these are; `None` when they are no journal of this vault under this key.
    pub(crate) fn read(bytes: &[u8], vault: &Hex<16>, vault_key: &Key) -> Option<Self> {
        let head: &[u8; HEAD_LEN] = bytes.first_chunk()?;
        let id = head.get(8 + 2 + 16..)?.first_chunk()?;
        let file = Self::of(vault, vault_key, Hex(*id));
        (file.head == *head).then_some(file)
    }

    fn of(vault: &Hex<16>, vault_key: &Key, id: Hex<16>) -> Self {
        let journal_key = vault_key.derive(vault, &[b"journal"]);
        let commitment = journal_key.derive(vault, &[b"commit", &id.0]);
        let parts: [&[u8]; 5] = [MAGIC, &VERSION.to_be_bytes(), &vault.0, &id.0, commitment.expose()];
        let mut head = [0; HEAD_LEN];
        for (byte, value) in head.iter_mut().zip(parts.into_iter().flatten()) {
            *byte = *value;
        }
        Self { head, id, key: journal_key.derive(vault, &[b"file", &id.0]) }
    }

    /// What the file starts with.
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Where the first record follows.
    pub(crate) fn start(&self) -> Place {
        Place { sequence: 0, tag: self.id.0 }
    }

    /// Writes a record behind another; gives its own place. `None`: no randomness, or the text is too long.
    pub(crate) fn seal(&self, before: Place, text: &[u8], entropy: &dyn Entropy, out: &mut Vec<u8>) -> Option<Place> {
        let mut filled = Zeroizing::new(text.to_vec());
        filled.resize(text.len().next_multiple_of(FILL), b' ');
        if filled.len() > MOST_TEXT {
            return None;
        }
        let length = u32::try_from(filled.len()).ok()?;
        let sequence = before.sequence.saturating_add(1);
        let nonce = Hex::<NONCE_LEN>::random(entropy).ok()?;
        let front = [&length.to_be_bytes()[..], &sequence.to_be_bytes(), &before.tag].concat();
        let tag = self.key.seal(&nonce, &[self.head(), &front].concat(), &mut filled)?;
        for part in [&front[..], &nonce.0, &filled, &tag] {
            out.extend_from_slice(part);
        }
        Some(Place { sequence, tag })
    }

    /// Reads all records that open, in their order.
    pub(crate) fn open(&self, bytes: &[u8], mut take: impl FnMut(&[u8])) -> End {
        let mut end = End { place: self.start(), length: HEAD_LEN, damaged: false };
        let (mut at, mut tries) = (HEAD_LEN, 0);
        while let Some(rest) = bytes.get(at..).filter(|rest| rest.len() >= FRAME_LEN) {
            let Some(framed) = Framed::at(rest, end.place.sequence) else {
                at += 1;
                continue;
            };
            let Some(text) = self.open_one(&framed) else {
                at += 1;
                tries += 1;
                if tries == MOST_TRIES {
                    end.damaged = true;
                    break;
                }
                continue;
            };
            end.damaged |=
                at != end.length || framed.sequence != end.place.sequence + 1 || *framed.before != end.place.tag;
            take(text.trim_ascii_end());
            at += framed.length;
            end.length = at;
            end.place = Place { sequence: framed.sequence, tag: *framed.tag };
        }
        end
    }

    fn open_one(&self, framed: &Framed<'_>) -> Option<Zeroizing<Vec<u8>>> {
        let mut text = Zeroizing::new(framed.text.to_vec());
        let aad = [self.head(), framed.front].concat();
        self.key.open(&Hex(*framed.nonce), &aad, &mut text, framed.tag)?;
        Some(text)
    }
}

/// Bytes that look like a record.
struct Framed<'a> {
    front: &'a [u8],
    sequence: u64,
    before: &'a [u8; TAG_LEN],
    nonce: &'a [u8; NONCE_LEN],
    text: &'a [u8],
    tag: &'a [u8; TAG_LEN],
    /// Of the whole record.
    length: usize,
}

impl<'a> Framed<'a> {
    /// What starts here, when length and number may be those of a record after `last`.
    fn at(bytes: &'a [u8], last: u64) -> Option<Self> {
        let (front, rest) = bytes.split_at_checked(FRONT_LEN)?;
        let (length, numbers) = front.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok().filter(|length| *length <= MOST_TEXT)?;
        let (sequence, before) = numbers.split_first_chunk::<8>()?;
        let sequence = u64::from_be_bytes(*sequence);
        // A record that is missing in between was at least a frame long, and a file has an end.
        if sequence <= last || sequence - last > super::book::MOST_BYTES as u64 {
            return None;
        }
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>()?;
        let (text, rest) = rest.split_at_checked(length)?;
        let tag = rest.first_chunk::<TAG_LEN>()?;
        let before = before.first_chunk::<TAG_LEN>()?;
        Some(Self { front, sequence, before, nonce, text, tag, length: FRAME_LEN + length })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vault::testing::CountingEntropy;

    const VAULT: Hex<16> = Hex([7; 16]);

    /// A journal of the texts `record 1` and so on, and where each ends.
    fn journal(records: usize) -> (File, Vec<u8>, Vec<usize>) {
        let entropy = CountingEntropy::default();
        let file = File::fresh(&VAULT, &Key::zero(), &entropy).unwrap();
        let (mut bytes, mut place, mut ends) = (file.head().to_vec(), file.start(), vec![HEAD_LEN]);
        for number in 1..=records {
            place = file.seal(place, format!("record {number}").as_bytes(), &entropy, &mut bytes).unwrap();
            ends.push(bytes.len());
        }
        (file, bytes, ends)
    }

    fn read(bytes: &[u8]) -> (Vec<usize>, End) {
        let file = File::read(bytes, &VAULT, &Key::zero()).unwrap();
        let mut numbers = Vec::new();
        let end = file.open(bytes, |text| {
            let text = std::str::from_utf8(text).unwrap();
            numbers.push(text.strip_prefix("record ").unwrap().parse().unwrap());
        });
        (numbers, end)
    }

    #[test]
    fn what_is_written_is_read() {
        let (_, bytes, ends) = journal(5);
        let (numbers, end) = read(&bytes);
        assert_eq!((numbers, end.length, end.damaged), (vec![1, 2, 3, 4, 5], ends[5], false));
    }

    #[test]
    fn a_cut_anywhere_leaves_the_records_before_and_is_no_damage() {
        let (_, bytes, ends) = journal(4);
        for cut in HEAD_LEN..=bytes.len() {
            let whole = ends.iter().filter(|end| **end <= cut).count() - 1;
            let (numbers, end) = read(&bytes[..cut]);
            assert_eq!((numbers.len(), end.length, end.damaged), (whole, ends[whole], false), "{cut}");
            // What a file system may put in its place: nothing but zeros.
            let mut zeros = bytes[..cut].to_vec();
            zeros.resize(bytes.len() + 100, 0);
            assert_eq!((read(&zeros).0.len(), read(&zeros).1.damaged), (whole, false), "{cut}");
        }
    }

    #[test]
    fn a_record_taken_out_swapped_or_repeated_is_noticed_and_the_others_are_read() {
        let (_, bytes, ends) = journal(6);
        let record = |number: usize| &bytes[ends[number - 1]..ends[number]];
        let of = |numbers: &[usize]| {
            [file_head(&bytes)]
                .into_iter()
                .chain(numbers.iter().map(|number| record(*number)))
                .collect::<Vec<_>>()
                .concat()
        };
        for (there, seen) in [
            (&[2, 3, 4, 5, 6][..], &[2, 3, 4, 5, 6][..]),
            (&[1, 2, 4, 5, 6], &[1, 2, 4, 5, 6]),
            (&[1, 2, 3, 4, 6], &[1, 2, 3, 4, 6]),
            (&[1, 3, 2, 4, 5, 6], &[1, 3, 4, 5, 6]),
            (&[1, 2, 2, 3, 4, 5, 6], &[1, 2, 3, 4, 5, 6]),
            (&[1, 6], &[1, 6]),
        ] {
            let (numbers, end) = read(&of(there));
            assert_eq!((numbers.as_slice(), end.damaged), (seen, true), "{there:?}");
        }
    }

    fn file_head(bytes: &[u8]) -> &[u8] {
        &bytes[..HEAD_LEN]
    }

    #[test]
    fn any_bit_that_is_flipped_costs_one_record_and_is_noticed_unless_it_is_the_last() {
        let (_, bytes, ends) = journal(3);
        for bit in HEAD_LEN * 8..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let (numbers, end) = read(&flipped);
            let hit = ends.iter().position(|end| bit / 8 < *end).unwrap();
            let expected: Vec<_> = (1..=3).filter(|number| *number != hit).collect();
            assert_eq!((numbers, end.damaged), (expected, hit != 3), "{bit}");
        }
    }

    #[test]
    fn another_vault_another_key_or_another_file_is_foreign() {
        let (_, bytes, ends) = journal(2);
        assert!(File::read(&bytes, &Hex([8; 16]), &Key::zero()).is_none());
        assert!(File::read(&bytes, &VAULT, &Key::zero().derive(&VAULT, &[b"other"])).is_none());
        for length in 0..HEAD_LEN {
            assert!(File::read(&bytes[..length], &VAULT, &Key::zero()).is_none());
        }
        // A record of one file of this vault is none of another.
        let entropy = CountingEntropy::default();
        Key::random(&entropy).unwrap();
        let other = File::fresh(&VAULT, &Key::zero(), &entropy).unwrap();
        let moved = [other.head(), &bytes[ends[0]..]].concat();
        assert!(read(&moved).0.is_empty());
    }

    proptest! {
        #[test]
        fn whatever_follows_the_head_is_no_panic(tail in prop::collection::vec(0_u8.., 0..2_000), keep in 0_usize..900) {
            let (_, bytes, _) = journal(3);
            let keep = keep.clamp(HEAD_LEN, bytes.len());
            let mut bytes = bytes[..keep].to_vec();
            bytes.extend(tail);
            read(&bytes);
        }
    }
}
