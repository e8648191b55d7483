//! The way to the clouds: straight to them, by TLS. In tests a server on this machine stands in for all of them.

use super::{ConnectError, Patience};

/// The way to the clouds. A release has but one: straight there.
#[derive(Debug, Clone, Default)]
pub struct Network {
    #[cfg(feature = "testing")]
    stand_in: Option<std::net::SocketAddr>,
    pub(super) patience: Patience,
}

impl Network {
    /// The same way, on which one waits for longer or shorter.
    #[must_use]
    pub fn waiting(patience: Patience) -> Self {
        Self { patience, ..Self::default() }
    }

    /// A server of a test in the place of all clouds: `https://host/path` is asked as `http://address/host/path`.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn standing_in(address: std::net::SocketAddr) -> Self {
        Self { stand_in: Some(address), ..Self::default() }
    }

    /// Where a request really goes.
    #[cfg(not(feature = "testing"))]
    #[expect(clippy::unused_self, reason = "there is one way")]
    pub(crate) fn way_to(&self, uri: &http::Uri) -> http::Uri {
        uri.clone()
    }

    #[cfg(feature = "testing")]
    pub(crate) fn way_to(&self, uri: &http::Uri) -> http::Uri {
        let Some(address) = self.stand_in else { return uri.clone() };
        let host = uri.authority().map_or("", http::uri::Authority::as_str);
        let path = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        format!("http://{address}/{host}{path}").parse().unwrap_or_default()
    }

    fn is_straight(&self) -> bool {
        #[cfg(feature = "testing")]
        return self.stand_in.is_none();
        #[cfg(not(feature = "testing"))]
        true
    }

    /// Asks the clouds: by https alone, and never elsewhere than where it was sent.
    pub(crate) fn client(&self) -> Result<reqwest::Client, ConnectError> {
        client(!self.is_straight(), "", self.patience)
    }
}

/// Asks servers; `is_plain` without TLS. Trusts an authority (PEM) beside the system's, where one is given.
pub(super) fn client(is_plain: bool, authority: &str, patience: Patience) -> Result<reqwest::Client, ConnectError> {
    // The first one counts; another part of the program may have chosen the same.
    rustls::crypto::ring::default_provider().install_default().ok();
    let mut builder = reqwest::Client::builder()
        .connect_timeout(patience.connect)
        .read_timeout(patience.silence)
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
