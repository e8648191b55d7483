//! Places behind a network, by Apache OpenDAL: WebDAV and S3.
//!
//! What goes over the wire is looked at once more here: answers are bounded, and statuses that OpenDAL does not tell apart (no entry,
//! no room, come back later) are remembered. No call is tried again inside: the schedule does that, and says so.

mod wire;

use std::fmt;
use std::time::Duration;

use opendal::services::{S3, Webdav};
use opendal::{ErrorKind, HttpTransporter, OperationContext, Operator};
use tokio::runtime::{Builder, Runtime};

use super::location::Location;
use super::name::VersionId;
use super::provider::{Provider, ProviderError};
use wire::{Last, Wire};

/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(20);
/// How long nothing may come before it counts as cut off.
const SILENCE: Duration = Duration::from_secs(30);
/// How long one call may take in all.
const CALL: Duration = Duration::from_secs(180);

/// A place behind a network.
pub struct Remote {
    operator: Operator,
    runtime: Runtime,
    last: Last,
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
            Location::Folder { .. } => return Err(ConnectError::NotRemote),
        };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|_| ConnectError::System)?;
        let last = Last::default();
        let wire = Wire::new(client(location)?, last.clone());
        let context = OperationContext::new().with_http_transport(HttpTransporter::new(wire));
        let operator = operator.map_err(|_| ConnectError::Address)?.with_context(context);
        Ok(Self { operator, runtime, last })
    }

    fn call<T>(&self, call: impl Future<Output = opendal::Result<T>>) -> Result<T, ProviderError> {
        self.last.forget();
        let outcome = self.runtime.block_on(async { tokio::time::timeout(CALL, call).await });
        match outcome {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(self.error(&error)),
            Err(_) => Err(ProviderError::Unreachable { reason: "timed out".to_owned() }),
        }
    }

    /// What an error means, by what came over the wire last.
    fn error(&self, error: &opendal::Error) -> ProviderError {
        let seen = self.last.seen();
        match seen.status {
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
        let entries = match self.call(self.operator.list("/")) {
            // A folder that nothing was ever written to.
            Err(ProviderError::NoSuchVersion) => return Ok(Vec::new()),
            other => other?,
        };
        Ok(entries.iter().filter_map(|entry| VersionId::from_file_name(entry.name())).collect())
    }

    fn get(&self, id: VersionId) -> Result<Vec<u8>, ProviderError> {
        let name = id.file_name();
        Ok(self.call(async { self.operator.read(&name).await })?.to_vec())
    }

    fn put_new(&self, id: VersionId, bytes: &[u8]) -> Result<(), ProviderError> {
        let name = id.file_name();
        self.call(async { self.operator.write(&name, bytes.to_vec()).await }).map(|_| ())
    }

    fn delete(&self, id: VersionId) -> Result<(), ProviderError> {
        let name = id.file_name();
        match self.call(async { self.operator.delete(&name).await }) {
            Err(ProviderError::NoSuchVersion) => Ok(()),
            other => other,
        }
    }
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

fn client(location: &Location) -> Result<reqwest::Client, ConnectError> {
    // The first one counts; another part of the program may have chosen the same.
    rustls::crypto::ring::default_provider().install_default().ok();
    let (url, authority) = match location {
        Location::WebDav { url, authority, .. } | Location::S3 { url, authority, .. } => (url, authority),
        Location::Folder { .. } => return Err(ConnectError::NotRemote),
    };
    let is_plain = url.starts_with("http://");
    let mut builder = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .https_only(!is_plain)
        // Between two calls nobody would notice that a server has closed a kept connection.
        .pool_max_idle_per_host(0)
        // Nothing follows a server elsewhere with what it has to prove itself by.
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("SmartOTP/", env!("CARGO_PKG_VERSION")));
    if is_plain {
        builder = builder.no_proxy();
    }
    #[cfg(target_os = "android")]
    {
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
        let roots = roots.filter_map(|root| reqwest::Certificate::from_der(root).ok());
        builder = builder.tls_certs_only(roots);
    }
    if !authority.is_empty() {
        let certificates = reqwest::Certificate::from_pem_bundle(authority.as_bytes());
        let certificates = certificates.map_err(|_| ConnectError::Certificates)?;
        if certificates.is_empty() {
            return Err(ConnectError::Certificates);
        }
        builder = builder.tls_certs_merge(certificates);
    }
    builder.build().map_err(|_| ConnectError::System)
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
}
