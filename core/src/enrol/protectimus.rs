//! The Protectimus checksum: two trailing characters of a typed key that are no key material.
