//! One file as it was given, and what it says of itself.

use smartotp_core::backup::{LockKind, sealed};
use smartotp_core::import::Format;
use zeroize::Zeroizing;

use crate::SourceKind;

/// A file's name and bytes: keys lie open in them.
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) bytes: Zeroizing<Vec<u8>>,
}

impl Source {
    pub(crate) fn new(name: String, bytes: Vec<u8>) -> Self {
        Self { name, bytes: Zeroizing::new(bytes) }
    }

    /// Whether eight words of a transfer open it, and nothing else.
    pub(crate) fn wants_words(&self) -> bool {
        sealed::inspect(&self.bytes).is_ok_and(|info| info.locks == [LockKind::Transfer])
    }

    /// What wrote it: a sort of file, and the app's own name where it is one.
    pub(crate) fn kind(&self) -> (SourceKind, &'static str) {
        let app = |name| (SourceKind::App, name);
        match Format::of(&self.bytes).map_or("", Format::name) {
            "sealed" | "json" => app("Smart OTP"),
            "aegis" => app("Aegis"),
            "2fas" => app("2FAS"),
            "ente" => app("Ente Auth"),
            "stratum" | "stratum-html" => app("Stratum"),
            "proton" => app("Proton Authenticator"),
            "proton-pass" => app("Proton Pass"),
            "bitwarden" | "bitwarden-csv" => app("Bitwarden"),
            "lastpass" => app("LastPass"),
            "andotp" | "andotp-old" => app("andOTP"),
            "keepass" => app("KeePass"),
            "freeotp" | "freeotp-xml" => app("FreeOTP"),
            "freeotp-plus" => app("FreeOTP+"),
            "authy" => app("Authy"),
            "totp-authenticator" | "totp-authenticator-xml" => app("TOTP Authenticator"),
            "authenticator-plus" => app("Authenticator Plus"),
            "battlenet" => app("Battle.net"),
            "duo" => app("Duo"),
            "steam" => app("Steam"),
            "raivo" => app("Raivo"),
            "picture" => (SourceKind::Picture, ""),
            "sqlite" => (SourceKind::Database, ""),
            "zip" => (SourceKind::Archive, ""),
            "pdf" | "html" => (SourceKind::Page, ""),
            _ => (SourceKind::Links, ""),
        }
    }
}
