//! What one cloud does in its own way. A new one is a file like `dropbox.rs` and a line in [`service`].

use http::Request;
use opendal::{Buffer, Operator};

use super::wire::Reason;
use super::{dropbox, gdrive, onedrive};
use crate::backup::cloud::Cloud;
use crate::backup::oauth::Authorization;

/// Stands where OpenDAL wants an access token: the wire puts the real one there, and renews it.
pub(super) const PLACEHOLDER: &str = "placeholder";

/// What one cloud does in its own way.
pub(crate) trait Service: Send + Sync {
    /// How it is signed in to.
    fn authorization(&self) -> &'static Authorization;
    /// OpenDAL's way to it, with [`PLACEHOLDER`] as the token.
    fn operator(&self) -> opendal::Result<Operator>;
    /// The hosts that get the access token, and no others.
    fn hosts(&self) -> &'static [&'static str];
    /// Changes a request before it goes out.
    fn adapt(&self, _request: &mut Request<Buffer>) {}
    /// Whether [`Self::adapt`] makes deletions of changes: their answer is then made one to a change.
    fn deletes_by_change(&self) -> bool {
        false
    }
    /// What an error means, where its status alone doesn't say.
    fn reason(&self, status: u16, body: &[u8]) -> Option<Reason>;
}

/// The ways of a cloud.
pub(crate) fn service(cloud: Cloud) -> &'static dyn Service {
    match cloud {
        Cloud::GoogleDrive => &gdrive::GoogleDrive,
        Cloud::Dropbox => &dropbox::Dropbox,
        Cloud::OneDrive => &onedrive::OneDrive,
    }
}
