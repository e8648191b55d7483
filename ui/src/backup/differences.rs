//! How the tokens of a version stand to those that are here.

use smartotp_core::token::Token;

use crate::VersionMark;

/// A token of a version, or one that it does not have, and how it stands.
pub(crate) struct Difference<'a> {
    pub(crate) token: &'a Token,
    pub(crate) mark: VersionMark,
}

/// How many of which sort.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) fresh: i32,
    pub(crate) same: i32,
    pub(crate) changed: i32,
    pub(crate) other_key: i32,
    pub(crate) gone: i32,
}

/// Compares: the version's tokens in its order, then those that are only here.
pub(crate) fn between<'a>(version: &'a [Token], here: &'a [Token]) -> (Vec<Difference<'a>>, Counts) {
    let mut counts = Counts::default();
    let mut all: Vec<Difference<'a>> = version
        .iter()
        .map(|token| {
            let mark = mark(token, here);
            *match mark {
                VersionMark::Fresh => &mut counts.fresh,
                VersionMark::Changed => &mut counts.changed,
                VersionMark::OtherKey => &mut counts.other_key,
                _ => &mut counts.same,
            } += 1;
            Difference { token, mark }
        })
        .collect();
    let is_gone = |own: &&Token| !version.iter().any(|token| token.id == own.id || token.is_duplicate_of(own));
    for token in here.iter().filter(is_gone) {
        counts.gone += 1;
        all.push(Difference { token, mark: VersionMark::Gone });
    }
    (all, counts)
}

fn mark(token: &Token, here: &[Token]) -> VersionMark {
    let is_named_so = |own: &Token| {
        (&own.issuer, &own.account, &own.note, &own.groups, own.favourite)
            == (&token.issuer, &token.account, &token.note, &token.groups, token.favourite)
    };
    if let Some(own) = here.iter().find(|own| own.is_duplicate_of(token)) {
        return if is_named_so(own) { VersionMark::Same } else { VersionMark::Changed };
    }
    // Its key was changed by hand: it is the same one still.
    if here.iter().any(|own| own.id == token.id) {
        return VersionMark::Changed;
    }
    let is_called_so = |own: &Token| own.issuer == token.issuer && own.account == token.account;
    if here.iter().any(is_called_so) { VersionMark::OtherKey } else { VersionMark::Fresh }
}

#[cfg(test)]
mod tests {
    use smartotp_core::secret::Secret;
    use smartotp_core::token::{Kind, TokenId};

    use super::*;

    fn token(id: u8, issuer: &str, secret: &[u8]) -> Token {
        let id = TokenId::from_bytes([id; 16]);
        Token::new(id, issuer.into(), "mira".into(), Secret::from_bytes(secret.to_vec()), Kind::usual_totp())
    }

    #[test]
    fn new_same_renamed_another_key_and_only_here_are_told_apart() {
        let version = [
            token(1, "New", b"0000000000"),
            token(2, "Same", b"1111111111"),
            token(3, "Old name", b"2222222222"),
            token(4, "Bank", b"3333333333"),
        ];
        let here = [
            token(9, "Same", b"1111111111"),
            token(3, "New name", b"2222222222"),
            token(5, "Bank", b"4444444444"),
            token(6, "Only here", b"5555555555"),
        ];
        let (all, counts) = between(&version, &here);
        let marks: Vec<VersionMark> = all.iter().map(|difference| difference.mark).collect();
        assert_eq!(
            marks,
            [
                VersionMark::Fresh,
                VersionMark::Same,
                VersionMark::Changed,
                VersionMark::OtherKey,
                VersionMark::Gone,
                VersionMark::Gone
            ]
        );
        assert_eq!(counts, Counts { fresh: 1, same: 1, changed: 1, other_key: 1, gone: 2 });
    }
}
