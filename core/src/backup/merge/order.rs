//! The user's order, as one number for each token, so that moving one token changes one token.

use std::collections::HashMap;

use super::marks::{Marks, RANK_BITS, Stamp};
use crate::token::{Token, TokenId};

/// Gives new ranks to as few tokens as can be, so that sorting by rank gives the order in which the tokens stand here.
pub(super) fn rank(tokens: &[Token], marks: &mut HashMap<TokenId, Marks>, stamp: Stamp) {
    let mut ranks: Vec<(u64, TokenId)> =
        tokens.iter().map(|token| (marks.get(&token.id).map_or(0, |marks| marks.rank), token.id)).collect();
    if ranks.is_sorted() {
        return;
    }
    let stays = longest_rising(&ranks);
    if !fill(&mut ranks, &stays) {
        // No room between two of them: all are numbered anew.
        for (place, (rank, _)) in (1..).zip(&mut ranks) {
            *rank = place << RANK_BITS;
        }
    }
    for (rank, id) in ranks {
        if let Some(marks) = marks.get_mut(&id)
            && marks.rank != rank
        {
            (marks.rank, marks.ranked) = (rank, stamp);
        }
    }
}

/// Puts those that don't stay between those that do; `false` where there is no room.
fn fill(ranks: &mut [(u64, TokenId)], stays: &[bool]) -> bool {
    let mut below = 0;
    for place in 0..ranks.len() {
        let staying = |place: &usize| stays.get(*place).copied().unwrap_or(false);
        if !staying(&place) {
            let above = (place..ranks.len()).find(staying).and_then(|place| ranks.get(place)).map(|(rank, _)| *rank);
            let rank = match above {
                Some(above) => below + above.saturating_sub(below) / 2,
                None => below.saturating_add(1 << RANK_BITS),
            };
            if rank <= below || above.is_some_and(|above| rank >= above) {
                return false;
            }
            if let Some((own, _)) = ranks.get_mut(place) {
                *own = rank;
            }
        }
        below = ranks.get(place).map_or(below, |(rank, _)| *rank);
    }
    true
}

/// Which elements belong to the longest rising subsequence (patience sorting): those need no new rank.
fn longest_rising(ranks: &[(u64, TokenId)]) -> Vec<bool> {
    // Of each length the place where the subsequence with the smallest end ends, and what comes before each place.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(ranks.len());
    for (place, rank) in ranks.iter().enumerate() {
        let length = ends.partition_point(|end| ranks.get(*end).is_some_and(|end| end < rank));
        before.push(length.checked_sub(1).and_then(|shorter| ends.get(shorter)).copied());
        match ends.get_mut(length) {
            Some(end) => *end = place,
            None => ends.push(place),
        }
    }
    let mut stays = vec![false; ranks.len()];
    let mut at = ends.last().copied();
    while let Some(place) = at {
        if let Some(stays) = stays.get_mut(place) {
            *stays = true;
        }
        at = before.get(place).copied().flatten();
    }
    stays
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::token::Kind;

    fn token(number: u8) -> Token {
        let secret = Secret::from_bytes(vec![number; 20]);
        Token::new(TokenId::from_bytes([number; 16]), String::new(), String::new(), secret, Kind::Steam)
    }

    fn stamp(at: u64) -> Stamp {
        Stamp { at, ..Stamp::default() }
    }

    #[test]
    fn moving_one_token_ranks_one_token_until_there_is_no_room() {
        let mut tokens: Vec<Token> = (1..=20).map(token).collect();
        let mut marks: HashMap<TokenId, Marks> =
            (1_u64..).zip(&tokens).map(|(at, token)| (token.id, Marks::new(stamp(at), 0))).collect();
        for turn in 0..200 {
            let before = marks.clone();
            let moved = tokens.remove(turn * 7 % 20);
            tokens.insert(turn * 3 % 20, moved);
            rank(&tokens, &mut marks, stamp(100));
            let changed = before.iter().filter(|(id, before)| marks[*id] != **before).count();
            assert!(changed <= 1 || changed >= 15, "{changed}");
            let mut sorted: Vec<TokenId> = tokens.iter().map(|token| token.id).collect();
            sorted.sort_by_key(|id| (marks[id].rank, *id));
            assert!(sorted.iter().eq(tokens.iter().map(|token| &token.id)));
        }
    }
}
