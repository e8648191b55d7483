//! Where secrets lie: whoever started the program may keep that memory out of the swap.

use std::sync::OnceLock;

/// Told where a secret lies: its first byte, and how many there are. What lies there is none of its business.
pub type Keeper = fn(*const u8, usize);

static KEEPER: OnceLock<Keeper> = OnceLock::new();

/// Has every secret's memory kept by `keeper` from now on. Once a process: the first one stays.
///
/// A keeper is called wherever a secret or a key is made, and on its thread: it has to be quick, and nothing waits for what
/// it makes of it.
pub fn keep_by(keeper: Keeper) {
    KEEPER.get_or_init(|| keeper);
}

/// To be called for memory that holds a secret from now on.
pub(crate) fn keep(memory: &[u8]) {
    if let Some(keeper) = KEEPER.get() {
        keeper(memory.as_ptr(), memory.len());
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::secret::{Secret, SecretText};
    use crate::vault::SystemEntropy;
    use crate::vault::keys::Key;

    thread_local! {
        static PLACES: RefCell<Vec<(usize, usize)>> = const { RefCell::new(Vec::new()) };
    }

    #[test]
    fn every_secret_and_key_is_kept_where_it_lies() {
        keep_by(|start, length| PLACES.with_borrow_mut(|places| places.push((start.addr(), length))));
        let kept = |bytes: &[u8]| PLACES.with_borrow(|places| places.contains(&(bytes.as_ptr().addr(), bytes.len())));
        let mut roomy = Vec::with_capacity(64);
        roomy.extend(b"token");
        for secret in [Secret::from_bytes(roomy), Secret::from_bytes(vec![7; 20])] {
            assert!(
                kept(secret.expose())
                    && kept(secret.duplicate().expose())
                    && kept(secret.to_base32().expose().as_bytes())
            );
        }
        assert!(kept(SecretText::from("password").expose().as_bytes()));
        let key = Key::random(&SystemEntropy).expect("randomness");
        assert!(kept(key.expose()) && kept(key.duplicate().expose()));
        assert!(Key::from_secret(&key.to_secret()).is_some_and(|key| kept(key.expose())));
    }
}
