//! Dropbox: the folder that it gives this program under "Apps".
//!
//! <https://www.dropbox.com/developers/documentation/http/documentation>

use opendal::Operator;
use opendal::services::Dropbox as Builder;
use serde::Deserialize;

use super::service::{PLACEHOLDER, Service};
use super::wire::Reason;
use crate::backup::oauth::Authorization;

const AUTHORIZATION: Authorization = Authorization {
    auth: "https://www.dropbox.com/oauth2/authorize",
    token: "https://api.dropboxapi.com/oauth2/token",
    scopes: &["files.content.read", "files.content.write", "files.metadata.read"],
    extra: &[("token_access_type", "offline")],
    // It wants to know each address beforehand, with its port.
    ports: &[28_417, 28_418, 28_419],
};

/// Dropbox.
pub(super) struct Dropbox;

impl Service for Dropbox {
    fn authorization(&self) -> &'static Authorization {
        &AUTHORIZATION
    }

    fn operator(&self) -> opendal::Result<Operator> {
        // An access token and a refresh token exclude each other there, and no secret is had.
        Operator::new(Builder::default().root("/").access_token(PLACEHOLDER))
    }

    fn hosts(&self) -> &'static [&'static str] {
        &["api.dropboxapi.com", "content.dropboxapi.com"]
    }

    /// Its 409 is for all that an endpoint has to say; the summary begins with what it is.
    fn reason(&self, status: u16, body: &[u8]) -> Option<Reason> {
        #[derive(Deserialize)]
        struct Answer {
            error_summary: String,
        }
        let Answer { error_summary } = serde_json::from_slice(body).ok().filter(|_| status == 409)?;
        let says = |word: &str| error_summary.split(['/', '.']).any(|part| part == word);
        if says("insufficient_space") {
            Some(Reason::Full)
        } else if says("too_many_write_operations") {
            Some(Reason::Busy)
        } else if says("not_found") {
            Some(Reason::NoSuchVersion)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_409_says_what_it_is_for() {
        let says = |summary: &str| {
            Dropbox.reason(409, format!(r#"{{"error_summary":"{summary}","error":{{".tag":"path"}}}}"#).as_bytes())
        };
        assert_eq!(says("path/not_found/.."), Some(Reason::NoSuchVersion));
        assert_eq!(says("path_lookup/not_found/."), Some(Reason::NoSuchVersion));
        assert_eq!(says("path/insufficient_space/..."), Some(Reason::Full));
        assert_eq!(says("too_many_write_operations/.."), Some(Reason::Busy));
        assert_eq!((says("path/malformed_path/."), Dropbox.reason(409, b"no json")), (None, None));
    }
}
