//! Which tokens a query means: for the search field, and for `QUERY` on the command line.

use super::{Token, TokenId};

/// How well a token fits a query. The better one is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// Every word of the query occurs in its issuer, account, note or groups.
    Words,
    /// The query is its issuer or its account.
    Name,
    /// The query is its `issuer:account` or its id: it names this token.
    Exact,
}

/// A query, made ready to be asked of many tokens. Upper and lower case are the same.
#[derive(Clone)]
pub struct Query {
    whole: String,
    words: Vec<String>,
    id: Option<TokenId>,
}

impl Query {
    /// A query as typed.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let whole = text.trim().to_lowercase();
        let words = whole.split_whitespace().map(str::to_owned).collect();
        let id = whole.parse().ok();
        Self { whole, words, id }
    }

    /// Whether nothing is asked: every token matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.whole.is_empty()
    }

    /// Whether, and how well, a token fits.
    #[must_use]
    pub fn matches(&self, token: &Token) -> Option<Match> {
        if self.id == Some(token.id) {
            return Some(Match::Exact);
        }
        let (issuer, account) = (token.issuer.to_lowercase(), token.account.to_lowercase());
        let label = format!("{issuer}:{account}");
        if !self.is_empty() {
            // With a blank behind the colon too, as URIs write it.
            if self.whole == label || self.whole == format!("{issuer}: {account}") {
                return Some(Match::Exact);
            }
            if self.whole == issuer || self.whole == account {
                return Some(Match::Name);
            }
        }
        let note = token.note.to_lowercase();
        let groups: Vec<_> = token.groups.iter().map(|group| group.to_lowercase()).collect();
        let occurs = |word: &String| {
            label.contains(word) || note.contains(word) || groups.iter().any(|group| group.contains(word))
        };
        self.words.iter().all(occurs).then_some(Match::Words)
    }

    /// The tokens that fit, in the order given.
    ///
    /// Where one is named exactly (`issuer:account` or id) those that only contain the words are left out: `GitHub:mira` is
    /// not also `GitHub:miranda`. A bare issuer or account does not shut out others: `git` finds `GitHub` beside `Git`.
    #[must_use]
    pub fn select<'a>(&self, tokens: &'a [Token]) -> Vec<&'a Token> {
        let found: Vec<_> = tokens.iter().filter_map(|token| Some((self.matches(token)?, token))).collect();
        let exact = found.iter().any(|(how, _)| *how == Match::Exact);
        found.into_iter().filter(|(how, _)| !exact || *how == Match::Exact).map(|(_, token)| token).collect()
    }
}

impl core::fmt::Debug for Query {
    /// Without the words: they are names.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Query").field("words", &self.words.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::token::Kind;

    fn token(number: u8, issuer: &str, account: &str) -> Token {
        let secret = Secret::from_bytes(vec![number; 20]);
        Token::new(TokenId::from_bytes([number; 16]), issuer.into(), account.into(), secret, Kind::usual_totp())
    }

    fn found(query: &str, tokens: &[Token]) -> Vec<String> {
        Query::new(query)
            .select(tokens)
            .into_iter()
            .map(|token| format!("{}:{}", token.issuer, token.account))
            .collect()
    }

    #[test]
    fn issuer_account_note_and_groups_are_searched() {
        let mut tokens = [token(1, "GitHub", "mira"), token(2, "Überbank", "Отто"), token(3, "", "café")];
        tokens[0].note = "Spare key in the drawer".into();
        tokens[1].groups = vec!["Work".into()];
        for (query, expected) in [
            ("github", "GitHub:mira"),
            ("HUB MIR", "GitHub:mira"),
            ("mira drawer", "GitHub:mira"),
            ("ÜBERBANK", "Überbank:Отто"),
            ("отто work", "Überbank:Отто"),
            ("CAFÉ", ":café"),
            ("hub:mi", "GitHub:mira"),
        ] {
            assert_eq!(found(query, &tokens), [expected], "{query}");
        }
        assert!(found("mira work", &tokens).is_empty());
        assert_eq!(found("  ", &tokens).len(), 3);
    }

    #[test]
    fn a_full_name_or_id_means_one_token() {
        let tokens = [token(1, "GitHub", "miranda"), token(2, "GitHub", "mira"), token(3, "Git", "hub")];
        assert_eq!(found("github:mira", &tokens), ["GitHub:mira"]);
        assert_eq!(found("GitHub: mira", &tokens), ["GitHub:mira"]);
        assert_eq!(found(&"03".repeat(16), &tokens), ["Git:hub"]);
        assert_eq!(found("git", &tokens).len(), 3);
        assert_eq!(Query::new("git").matches(&tokens[2]), Some(Match::Name));
    }
}
