//! In which order tokens are listed.

use core::cmp::Reverse;

use super::{Token, TokenId};

/// How often and when a token's code was taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// How often.
    pub count: u64,
    /// The last time, in Unix seconds; 0: never.
    pub last_used: u64,
}

/// An order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The user's own.
    #[default]
    Own,
    /// By issuer, then by account, upper and lower case alike.
    Name,
    /// The most used first.
    MostUsed,
    /// The last used first.
    LastUsed,
}

impl Order {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Own, Self::Name, Self::MostUsed, Self::LastUsed];

    /// Puts tokens, given in the user's own order, into this one; those that are equal in it stay as they were.
    pub fn arrange(self, tokens: &mut [&Token], usage: impl Fn(TokenId) -> Usage) {
        match self {
            Self::Own => {}
            Self::Name => tokens.sort_by_cached_key(|token| {
                // A token without an issuer is known by its account.
                let (issuer, account) = (token.issuer.to_lowercase(), token.account.to_lowercase());
                if issuer.is_empty() { (account, String::new()) } else { (issuer, account) }
            }),
            Self::MostUsed => tokens.sort_by_cached_key(|token| Reverse(usage(token.id).count)),
            Self::LastUsed => tokens.sort_by_cached_key(|token| Reverse(usage(token.id).last_used)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::token::Kind;

    fn arranged(order: Order) -> Vec<u8> {
        let names = [(1, "Zeta", "a"), (2, "", "mira"), (3, "alpha", "b"), (4, "Alpha", "A"), (5, "Überbank", "c")];
        let tokens = names.map(|(number, issuer, account)| {
            let secret = Secret::from_bytes(vec![number; 20]);
            Token::new(TokenId::from_bytes([number; 16]), issuer.into(), account.into(), secret, Kind::usual_totp())
        });
        let mut listed: Vec<_> = tokens.iter().collect();
        order.arrange(&mut listed, |id| match listed_number(id) {
            2 => Usage { count: 7, last_used: 100 },
            4 => Usage { count: 3, last_used: 300 },
            5 => Usage { count: 3, last_used: 200 },
            _ => Usage::default(),
        });
        listed.iter().map(|token| listed_number(token.id)).collect()
    }

    fn listed_number(id: TokenId) -> u8 {
        id.to_string().get(..2).and_then(|start| u8::from_str_radix(start, 16).ok()).unwrap()
    }

    #[test]
    fn what_is_equal_in_an_order_stays_in_the_users_own() {
        assert_eq!(arranged(Order::Own), [1, 2, 3, 4, 5]);
        assert_eq!(arranged(Order::Name), [4, 3, 2, 1, 5]);
        assert_eq!(arranged(Order::MostUsed), [2, 4, 5, 1, 3]);
        assert_eq!(arranged(Order::LastUsed), [4, 5, 2, 1, 3]);
    }
}
