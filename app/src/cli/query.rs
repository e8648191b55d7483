//! QUERY: how a token is named on the command line.
//!
//! An id names one token. Otherwise the words are compared with issuer, account and `issuer:account`, whatever the
//! case; tokens that are called exactly so come before those that only contain the words, so that `github` still
//! names one token once `GitHub Enterprise` stands beside it.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use smartotp_core::token::{Token, TokenId};

use super::context::Context;
use super::credentials::somebody_is_there;
use super::failure::{Exit, Failure};
use super::output::visible;
use super::shapes::{Listed, name_of};

/// The fewest digits that name a token by the start of its id.
const ID_START: usize = 8;

/// The tokens that a query means, in the vault's order.
pub(super) fn matches<'a>(tokens: impl Iterator<Item = &'a Token> + Clone, query: &str) -> Vec<&'a Token> {
    if let Ok(id) = query.parse::<TokenId>() {
        let named: Vec<_> = tokens.clone().filter(|token| token.id == id).collect();
        if !named.is_empty() {
            return named;
        }
    }
    let words = query.trim().to_lowercase();
    if words.is_empty() {
        return Vec::new();
    }
    let exact: Vec<_> = tokens.clone().filter(|token| is_called(token, &words)).collect();
    if exact.is_empty() { tokens.filter(|token| contains(token, &words)).collect() } else { exact }
}

fn is_called(token: &Token, words: &str) -> bool {
    let (issuer, account) = (token.issuer.to_lowercase(), token.account.to_lowercase());
    issuer == words || account == words || format!("{issuer}:{account}") == words
}

fn contains(token: &Token, words: &str) -> bool {
    let label = format!("{}:{}", token.issuer, token.account).to_lowercase();
    label.contains(words) || (words.len() >= ID_START && token.id.to_string().starts_with(words))
}

/// Nothing is called so.
pub(super) fn nothing(query: &str) -> Failure {
    Failure::new(Exit::NotFound, "no_match", tr!("No token matches \"{query}\".", query = visible(query)))
}

impl Context<'_> {
    /// The one token that a query means. Where it means several a person is asked which one, and a script is told to be
    /// more exact.
    pub(super) fn one_of<'a>(
        &self,
        tokens: impl Iterator<Item = &'a Token> + Clone,
        query: &str,
    ) -> Result<&'a Token, Failure> {
        let found = matches(tokens, query);
        match found.as_slice() {
            [] => Err(nothing(query)),
            [one] => Ok(one),
            several if !self.out.json && io::stdin().is_terminal() && somebody_is_there() => ask(several),
            several => Err(ambiguous(query, several)),
        }
    }
}

fn ambiguous(query: &str, tokens: &[&Token]) -> Failure {
    let mut message = trn!(
        "\"{query}\" means {n} token. Name it by its id or issuer:account.",
        "\"{query}\" means {n} tokens. Name one by its id or issuer:account.",
        tokens.len(),
        query = visible(query)
    );
    for token in tokens {
        message.push_str(&format!("\n  {}  {}", token.id, name_of(token)));
    }
    let candidates: Vec<Listed> = tokens.iter().map(|token| Listed::from(*token)).collect();
    Failure::new(Exit::Usage, "ambiguous", message)
        .with("candidates", serde_json::to_value(candidates).unwrap_or_default())
}

fn ask<'a>(tokens: &[&'a Token]) -> Result<&'a Token, Failure> {
    let mut stderr = io::stderr().lock();
    for (place, token) in (1..).zip(tokens) {
        writeln!(stderr, "{place:>3}  {}", name_of(token))?;
    }
    write!(stderr, "{}", tr!("Which one? "))?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    let chosen = answer.trim().parse::<usize>().ok().and_then(|place| tokens.get(place.checked_sub(1)?));
    chosen.copied().ok_or_else(|| Failure::new(Exit::Usage, "ambiguous", tr!("None was chosen. Nothing was changed.")))
}

/// Asks a person yes or no; anything but a yes is a no.
pub(super) fn confirmed(question: &str) -> Result<bool, Failure> {
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question} [{}/{}] ", tr!("y"), tr!("N"))?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    let answer = answer.trim().to_lowercase();
    Ok(answer == tr!("y") || answer == tr!("yes") || answer == "y" || answer == "yes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use smartotp_core::secret::Secret;
    use smartotp_core::token::Kind;

    fn token(number: u8, issuer: &str, account: &str) -> Token {
        let secret = Secret::from_bytes(vec![number; 20]);
        Token::new(TokenId::from_bytes([number; 16]), issuer.into(), account.into(), secret, Kind::usual_totp())
    }

    fn accounts(tokens: &[Token], query: &str) -> Vec<String> {
        matches(tokens.iter(), query).into_iter().map(|token| token.account.clone()).collect()
    }

    #[test]
    fn an_exact_name_comes_before_a_part_of_one() {
        let tokens = [token(1, "GitHub", "mira"), token(2, "GitHub Enterprise", "work"), token(3, "", "github-bot")];
        assert_eq!(accounts(&tokens, "github"), ["mira"]);
        assert_eq!(accounts(&tokens, "git"), ["mira", "work", "github-bot"]);
        assert_eq!(accounts(&tokens, "GITHUB ENTERPRISE:WORK"), ["work"]);
        assert_eq!(accounts(&tokens, "hub:mi"), ["mira"]);
        assert_eq!(accounts(&tokens, "nobody"), Vec::<String>::new());
    }

    #[test]
    fn an_id_names_one_token() {
        let tokens = [token(1, "A", "a"), token(2, "A", "b")];
        assert_eq!(accounts(&tokens, &"02".repeat(16)), ["b"]);
        assert_eq!(accounts(&tokens, "02020202"), ["b"]);
        assert_eq!(accounts(&tokens, "0202"), Vec::<String>::new());
    }
}
