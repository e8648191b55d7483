//! Places behind a network, by Apache OpenDAL: WebDAV, S3, Google Drive, Dropbox and OneDrive.
//!
//! What goes over the wire is looked at once more here: answers are bounded, and statuses that OpenDAL does not tell apart (no entry,
//! no room, come back later) are remembered. No call is tried again inside: the schedule does that, and says so.

mod account;
mod call;
mod cloud_wire;
mod dropbox;
mod gdrive;
mod network;
mod onedrive;
mod service;
mod wire;

use std::fmt;
use std::sync::Arc;

use opendal::services::{S3, Webdav};
use opendal::{ErrorKind, HttpTransporter, OperationContext, Operator};
use tokio::runtime::{Builder, Runtime};

use super::cloud::{Cloud, SignIn};
use super::location::Location;
use super::name::VersionId;
use super::provider::{Provider, ProviderError};
use account::Account;
use call::Asked;
pub use call::Patience;
use cloud_wire::CloudWire;
pub use network::Network;
pub(crate) use service::service;
use wire::{Last, Reason, Wire};

/// A place behind a network.
pub struct Remote {
    operator: Operator,
    runtime: Runtime,
    last: Last,
    /// A folder with a slash at its end, or nothing.
    folder: String,
    /// Where it is signed in to.
    account: Option<Arc<Account>>,
    patience: Patience,
    asked: Asked,
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").finish_non_exhaustive()
    }
}

/// Why there is no way to a place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// A folder is no such place.
    #[error("not behind a network")]
    NotRemote,
    /// The address is none.
    #[error("the address cannot be used")]
    Address,
    /// Neither https, nor http to this machine itself by its number.
    #[error("the address is not https")]
    NotHttps,
    /// The folder cannot be one everywhere.
    #[error("the folder cannot be used")]
    Folder,
    /// The certificates of the authority cannot be read.
    #[error("the certificates cannot be read")]
    Certificates,
    /// The system gives no way to the network.
    #[error("no way to the network")]
    System,
}

impl Remote {
    /// The way to a place; nothing is asked there yet.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub fn new(location: &Location) -> Result<Self, ConnectError> {
        Self::over(location, &Network::default())
    }

    /// The same, which waits for longer or shorter.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub fn with_patience(location: &Location, patience: Patience) -> Result<Self, ConnectError> {
        Self::over(location, &Network::waiting(patience))
    }

    /// The same, by another way to the clouds.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub fn over(location: &Location, network: &Network) -> Result<Self, ConnectError> {
        let operator = match location {
            Location::WebDav { url, user, password, .. } => {
                let address = check_address(url)?;
                // The folder as the root, so that it is made where it is not there yet.
                let folder = percent_encoding::percent_decode_str(address.path()).decode_utf8();
                let folder = folder.map_err(|_| ConnectError::Address)?;
                let mut builder = Webdav::default().endpoint(&address.origin().ascii_serialization()).root(&folder);
                if !user.is_empty() {
                    builder = builder.username(user).password(password.expose());
                }
                Operator::new(builder)
            }
            Location::S3 { url, bucket, region, folder, key_id, secret_key, .. } => {
                let mut builder = S3::default()
                    .bucket(bucket)
                    .region(region)
                    .root(&format!("/{}", folder.trim_matches('/')))
                    .access_key_id(key_id)
                    .secret_access_key(secret_key.expose())
                    // Nothing of this machine's surroundings has a say.
                    .disable_config_load()
                    .disable_ec2_metadata();
                if !url.is_empty() {
                    check_address(url)?;
                    builder = builder.endpoint(url.trim_end_matches('/'));
                }
                Operator::new(builder)
            }
            Location::Cloud { cloud, .. } => service(*cloud).operator(),
            Location::Folder { .. } => return Err(ConnectError::NotRemote),
        };
        let last = Last::default();
        let (transport, folder, account) = match location {
            Location::Cloud { cloud, folder, sign_in } => {
                let client = network.client()?;
                let account = Account::new(*cloud, sign_in.duplicate(), network.clone(), client.clone());
                let account = Arc::new(account);
                let wire = CloudWire::new(client, last.clone(), Arc::clone(&account));
                (HttpTransporter::new(wire), check_folder(*cloud, folder)?, Some(account))
            }
            Location::WebDav { url, authority, .. } | Location::S3 { url, authority, .. } => {
                let client = network::client(url.starts_with("http://"), authority, network.patience)?;
                (HttpTransporter::new(Wire::new(client, last.clone())), String::new(), None)
            }
            Location::Folder { .. } => return Err(ConnectError::NotRemote),
        };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|_| ConnectError::System)?;
        let context = OperationContext::new().with_http_transport(transport);
        let operator = operator.map_err(|_| ConnectError::Address)?.with_context(context);
        let (patience, asked): (_, Asked) = (network.patience, Box::new(|| false));
        Ok(Self { operator, runtime, last, folder, account, patience, asked })
    }

    /// Ends calls with [`ProviderError::Cancelled`] once `asked` says so: those that run within a twentieth of a second, and no other
    /// one begins.
    #[must_use]
    pub fn until(self, asked: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { asked: Box::new(asked), ..self }
    }

    /// Whether a folder can be one at a cloud.
    ///
    /// # Errors
    /// [`ConnectError::Folder`].
    pub fn check_folder(cloud: Cloud, folder: &str) -> Result<(), ConnectError> {
        check_folder(cloud, folder).map(drop)
    }

    fn path(&self, id: VersionId) -> String {
        format!("{}{}", self.folder, id.file_name())
    }

    fn call<T>(&self, call: impl Future<Output = opendal::Result<T>>) -> Result<T, ProviderError> {
        self.last.forget();
        let outcome = self.runtime.block_on(call::run(call, self.patience.call, &self.asked))?;
        outcome.map_err(|error| self.error(&error))
    }

    /// What an error means, by what came over the wire last.
    fn error(&self, error: &opendal::Error) -> ProviderError {
        let seen = self.last.seen();
        match seen.reason {
            Some(Reason::NoSuchVersion) => return ProviderError::NoSuchVersion,
            Some(Reason::Full) => return ProviderError::Full,
            Some(Reason::Busy) => return ProviderError::Busy { retry_after: seen.retry_after },
            Some(Reason::SignedOut) => return ProviderError::SignedOut,
            None => {}
        }
        match seen.status {
            // S3 signs with the time, and says so where it is too far from its own.
            Some(400..=403) if error.message().contains("RequestTimeTooSkewed") => return ProviderError::ClockWrong,
            Some(401 | 403) => return ProviderError::Refused,
            Some(404) => return ProviderError::NoSuchVersion,
            Some(507) => return ProviderError::Full,
            Some(429 | 503) => return ProviderError::Busy { retry_after: seen.retry_after },
            Some(status) if status >= 400 => return ProviderError::Odd { reason: format!("HTTP {status}") },
            _ => {}
        }
        match error.kind() {
            ErrorKind::NotFound => ProviderError::NoSuchVersion,
            ErrorKind::PermissionDenied => ProviderError::Refused,
            ErrorKind::RateLimited => ProviderError::Busy { retry_after: None },
            _ if error.is_temporary() || seen.status.is_none() => ProviderError::Unreachable { reason: cause(error) },
            _ => ProviderError::Odd { reason: cause(error) },
        }
    }
}

/// The innermost reason: no address, no header, nothing of what was sent.
fn cause(error: &opendal::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    let text = if std::ptr::eq(inner, error as &dyn std::error::Error) {
        error.message().to_owned()
    } else {
        inner.to_string()
    };
    text.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

impl Provider for Remote {
    fn list(&self) -> Result<Vec<VersionId>, ProviderError> {
        let folder = if self.folder.is_empty() { "/" } else { &self.folder };
        let entries = match self.call(self.operator.list(folder)) {
            // A folder that nothing was ever written to.
            Err(ProviderError::NoSuchVersion) => return Ok(Vec::new()),
            other => other?,
        };
        Ok(entries.iter().filter_map(|entry| VersionId::from_file_name(entry.name())).collect())
    }

    fn get(&self, id: VersionId) -> Result<Vec<u8>, ProviderError> {
        let name = self.path(id);
        Ok(self.call(async { self.operator.read(&name).await })?.to_vec())
    }

    fn put_new(&self, id: VersionId, bytes: &[u8]) -> Result<(), ProviderError> {
        let name = self.path(id);
        self.call(async { self.operator.write(&name, bytes.to_vec()).await }).map(|_| ())
    }

    fn delete(&self, id: VersionId) -> Result<(), ProviderError> {
        let name = self.path(id);
        match self.call(async { self.operator.delete(&name).await }) {
            Err(ProviderError::NoSuchVersion) => Ok(()),
            other => other,
        }
    }

    fn sign_in(&self) -> Option<SignIn> {
        self.account.as_ref().map(|account| self.runtime.block_on(account.sign_in()))
    }
}

/// A folder at a cloud, as its path begins: no name that one of them does not take, and none that leads out of it.
fn check_folder(cloud: Cloud, folder: &str) -> Result<String, ConnectError> {
    let folder = folder.trim_matches('/');
    if folder.is_empty() {
        // Google gives no folder of its own: it would be all among the user's files.
        return if cloud == Cloud::GoogleDrive { Err(ConnectError::Folder) } else { Ok(String::new()) };
    }
    let is_good = |name: &str| {
        let is_plain = !name.contains(|letter: char| letter.is_control() || "\\:*?\"<>|#%'".contains(letter));
        // Dropbox takes paths in a header.
        let is_sendable = cloud != Cloud::Dropbox || name.is_ascii();
        is_plain && is_sendable && !name.is_empty() && name.trim() == name && !name.ends_with('.')
    };
    if folder.len() > 200 || !folder.split('/').all(is_good) {
        return Err(ConnectError::Folder);
    }
    Ok(format!("{folder}/"))
}

/// Only https goes out; http stays on this machine, and says so by a number and no name.
fn check_address(url: &str) -> Result<reqwest::Url, ConnectError> {
    let url = reqwest::Url::parse(url).map_err(|_| ConnectError::Address)?;
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(ConnectError::Address);
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_this_machine(&url) => Ok(url),
        "http" => Err(ConnectError::NotHttps),
        _ => Err(ConnectError::Address),
    }
}

/// Whether an address is this machine's own, by its number.
fn is_this_machine(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_goes_out_and_http_stays_on_this_machine() {
        for address in ["https://cloud.example/dav/", "http://127.0.0.1:8080/", "http://[::1]:80/a"] {
            assert!(check_address(address).is_ok(), "{address}");
        }
        for address in ["http://cloud.example/", "http://localhost/", "http://127.0.0.1.example/", "http://10.0.0.1/"] {
            assert_eq!(check_address(address), Err(ConnectError::NotHttps), "{address}");
        }
        for address in ["", "cloud.example", "ftp://a/", "https://me:secret@cloud.example/", "https://a/?b"] {
            assert_eq!(check_address(address), Err(ConnectError::Address), "{address}");
        }
    }

    #[test]
    fn a_folder_is_one_everywhere_or_refused() {
        assert_eq!(check_folder(Cloud::GoogleDrive, "/Smart OTP/").as_deref(), Ok("Smart OTP/"));
        assert_eq!(check_folder(Cloud::OneDrive, "").as_deref(), Ok(""));
        assert_eq!(check_folder(Cloud::OneDrive, "Über/uns").as_deref(), Ok("Über/uns/"));
        for (cloud, folder) in [
            (Cloud::GoogleDrive, ""),
            (Cloud::Dropbox, "Über"),
            (Cloud::GoogleDrive, "a/../b"),
            (Cloud::GoogleDrive, "a//b"),
            (Cloud::GoogleDrive, "it's"),
            (Cloud::OneDrive, "a\\b"),
            (Cloud::OneDrive, "a:b"),
            (Cloud::OneDrive, " a"),
            (Cloud::Dropbox, "a\nb"),
        ] {
            assert_eq!(check_folder(cloud, folder), Err(ConnectError::Folder), "{folder}");
        }
    }
}
