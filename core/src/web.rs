//! HTTPS for what asks a server something: push requests, TiQR and the date. Small answers, no redirects, nothing in
//! clear but to this very machine.
//!
//! A hostile server costs so many bytes and so much time as [`Limits`] say, and no more. TLS is rustls with ring; whom
//! to trust, the system says, but for Android, where its store cannot be asked without Java and Mozilla's list stands in.
//! These calls wait: they belong on a thread of their own.

use std::io::Read as _;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::{CONTENT_TYPE, DATE};
use reqwest::redirect::Policy;
use zeroize::Zeroizing;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(60);
/// The longest address.
const LONGEST_ADDRESS: usize = 2_000;

/// What one answer may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of its body.
    pub bytes: usize,
    /// The most time for all of it.
    pub time: Duration,
}

/// An answer that came whole. Its body is wiped: it may hold a code.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its `Date`, where there is one.
    pub date: Option<String>,
    /// The body.
    pub body: Zeroizing<Vec<u8>>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebError {
    /// No address of the web, or one in clear that is not of this machine.
    #[error("not an https address")]
    Address,
    /// The name has no address, or nothing answers there: offline, mostly.
    #[error("not reachable")]
    Unreachable,
    /// Nobody whom the system trusts stands behind the server's certificate.
    #[error("the certificate is not trusted")]
    Certificate,
    /// It took too long.
    #[error("no answer in time")]
    Timeout,
    /// It wants this app to ask elsewhere.
    #[error("it sends elsewhere")]
    Redirected,
    /// The answer is longer than anything real.
    #[error("the answer is too long")]
    TooLarge,
    /// The connection broke, or what came is no HTTP.
    #[error("the answer broke off")]
    Broken,
}

/// Where an address leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Into the public network.
    Public,
    /// Into a home's or company's network, or a link's own: to be asked about.
    Private,
    /// To this very machine.
    Loopback,
}

/// Asks servers. One connection a server is kept and used again.
#[derive(Debug, Clone)]
pub struct Web {
    client: Client,
}

impl Web {
    /// Makes one.
    ///
    /// # Errors
    /// [`WebError::Certificate`] where the system's trust store cannot be read.
    pub fn new() -> Result<Self, WebError> {
        // Once for the whole program; that somebody has done it already is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder()
            .redirect(Policy::none())
            .referer(false)
            .http1_only()
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(1)
            .user_agent(concat!("SmartOTP/", env!("CARGO_PKG_VERSION")));
        #[cfg(target_os = "android")]
        let builder = builder.tls_certs_only(
            webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().filter_map(|der| reqwest::Certificate::from_der(der).ok()),
        );
        Ok(Self { client: builder.build().map_err(|_| WebError::Certificate)? })
    }

    /// Asks for an address.
    ///
    /// # Errors
    /// [`WebError`].
    pub fn get(&self, url: &str, query: &[(&str, &str)], limits: Limits) -> Result<Answer, WebError> {
        let mut url = address(url)?;
        if !query.is_empty() {
            let more = form(query);
            let whole = match url.query() {
                Some(before) if !before.is_empty() => format!("{before}&{}", more.as_str()),
                _ => more.as_str().to_owned(),
            };
            url.set_query(Some(&whole));
        }
        send(self.client.get(url), limits)
    }

    /// Asks for the head of an answer alone.
    ///
    /// # Errors
    /// [`WebError`]; a redirection is an answer here.
    pub fn head(&self, url: &str, limits: Limits) -> Result<Answer, WebError> {
        let start = Instant::now();
        let response = self.client.head(address(url)?).timeout(limits.time).send().map_err(|error| failure(&error))?;
        read(response, limits, start)
    }

    /// Sends a form.
    ///
    /// # Errors
    /// [`WebError`].
    pub fn post(
        &self,
        url: &str,
        fields: &[(&str, &str)],
        headers: &[(&'static str, &'static str)],
        limits: Limits,
    ) -> Result<Answer, WebError> {
        let body = form(fields).as_bytes().to_vec();
        let mut request = self.client.post(address(url)?).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        send(request.body(body), limits)
    }
}

/// Where an address leads; names are looked up, since one can stand for anything.
///
/// # Errors
/// [`WebError::Address`]; [`WebError::Unreachable`] for a name without an address.
pub fn place(url: &str) -> Result<Place, WebError> {
    let url = address(url)?;
    let host = url.host_str().ok_or(WebError::Address)?.trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or(443);
    let addresses = (host, port).to_socket_addrs().map_err(|_| WebError::Unreachable)?;
    let places: Vec<Place> = addresses.map(|address| place_of(address.ip())).collect();
    let found = [Place::Private, Place::Loopback].into_iter().find(|place| places.contains(place));
    Ok(found.unwrap_or(Place::Public))
}

/// The host of an address with its port, for showing whom this app is about to talk to.
///
/// # Errors
/// [`WebError::Address`].
pub fn host(url: &str) -> Result<String, WebError> {
    let url = address(url)?;
    let host = url.host_str().ok_or(WebError::Address)?;
    Ok(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// Whether an address is in clear: it is only ever one of this machine.
#[must_use]
pub fn is_clear(url: &str) -> bool {
    address(url).is_ok_and(|url| url.scheme() == "http")
}

/// An address that may be asked: https, or http to a literal loopback address. No name and password in it, which look like
/// a host to a person.
fn address(text: &str) -> Result<Url, WebError> {
    if text.len() > LONGEST_ADDRESS || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(WebError::Address);
    }
    let url = Url::parse(text).map_err(|_| WebError::Address)?;
    let literal = url.host_str().and_then(|host| host.trim_matches(['[', ']']).parse::<IpAddr>().ok());
    let may = match url.scheme() {
        "https" => url.host_str().is_some_and(|host| !host.is_empty()),
        "http" => literal.is_some_and(|address| address.is_loopback()),
        _ => false,
    };
    if may && url.username().is_empty() && url.password().is_none() { Ok(url) } else { Err(WebError::Address) }
}

fn place_of(address: IpAddr) -> Place {
    let address = address.to_canonical();
    let private = match address {
        IpAddr::V4(v4) => {
            let shared = v4.octets()[0] == 100 && v4.octets()[1] & 0xC0 == 64;
            v4.is_private() || v4.is_link_local() || v4.is_unspecified() || v4.is_broadcast() || shared
        }
        IpAddr::V6(v6) => {
            v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_unspecified() || v6.is_multicast()
        }
    };
    match (address.is_loopback(), private) {
        (true, _) => Place::Loopback,
        (_, true) => Place::Private,
        _ => Place::Public,
    }
}

/// Names and values as HTML forms write them. Wiped: there may be a secret in it.
fn form(fields: &[(&str, &str)]) -> Zeroizing<String> {
    let most: usize = fields.iter().map(|(name, value)| 3 * (name.len() + value.len()) + 2).sum();
    let mut text = Zeroizing::new(String::with_capacity(most));
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        text.extend(utf8_percent_encode(name, NON_ALPHANUMERIC));
        text.push('=');
        text.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
    }
    text
}

fn send(request: RequestBuilder, limits: Limits) -> Result<Answer, WebError> {
    let start = Instant::now();
    let response = request.timeout(limits.time).send().map_err(|error| failure(&error))?;
    if response.status().is_redirection() {
        return Err(WebError::Redirected);
    }
    read(response, limits, start)
}

fn read(mut response: Response, limits: Limits, start: Instant) -> Result<Answer, WebError> {
    let status = response.status().as_u16();
    let date = response.headers().get(DATE).and_then(|date| date.to_str().ok()).map(str::to_owned);
    let mut body = Zeroizing::new(Vec::new());
    if limits.bytes == 0 {
        return Ok(Answer { status, date, body });
    }
    // One read waits for one piece; a server that sends a byte a second is cut off by the whole time.
    let mut piece = Zeroizing::new([0; 8 * 1024]);
    loop {
        if start.elapsed() > limits.time {
            return Err(WebError::Timeout);
        }
        match response.read(&mut *piece) {
            Ok(0) => return Ok(Answer { status, date, body }),
            Ok(length) => body.extend_from_slice(piece.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) if start.elapsed() >= limits.time => return Err(WebError::Timeout),
            Err(_) => return Err(WebError::Broken),
        }
        if body.len() > limits.bytes {
            return Err(WebError::TooLarge);
        }
    }
}

fn failure(error: &reqwest::Error) -> WebError {
    if error.is_timeout() {
        return WebError::Timeout;
    }
    // rustls' own words lie some layers deep.
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if matches!(error.downcast_ref::<rustls::Error>(), Some(rustls::Error::InvalidCertificate(_))) {
            return WebError::Certificate;
        }
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    if error.is_connect() { WebError::Unreachable } else { WebError::Broken }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use super::*;

    const LIMITS: Limits = Limits { bytes: 1_000, time: Duration::from_millis(600) };

    /// A server on loopback that answers each connection so.
    fn server(answer: impl Fn(&mut TcpStream) + Send + 'static) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://127.0.0.1:{}/x", listener.local_addr().unwrap().port());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0; 4096];
                let _ = std::io::Read::read(&mut stream, &mut request);
                answer(&mut stream);
            }
        });
        url
    }

    fn get(url: &str) -> Result<Answer, WebError> {
        Web::new().unwrap().get(url, &[], LIMITS)
    }

    #[test]
    fn only_https_and_this_machine_are_asked() {
        for url in [
            "http://bank.example/",
            "http://localhost/",
            "http://127.0.0.1.evil.example/",
            "http://10.0.0.1/",
            "https://user@bank.example/",
            "https://bank.example@evil.example/",
            "ftp://127.0.0.1/",
            "file:///etc/passwd",
            "https://",
            "https://a b/",
            "",
        ] {
            assert_eq!(address(url).err(), Some(WebError::Address), "{url}");
        }
        for url in
            ["https://bank.example/", "http://127.0.0.1:5000/x", "http://[::1]/", "HTTPS://Bank.Example:8443/a?b=c"]
        {
            assert!(address(url).is_ok(), "{url}");
        }
        assert_eq!(host("HTTPS://Bank.Example:8443/a").as_deref(), Ok("bank.example:8443"));
        assert!(is_clear("http://127.0.0.1/") && !is_clear("https://127.0.0.1/") && !is_clear("http://bank.example/"));
    }

    #[test]
    fn private_addresses_are_told_from_public_ones() {
        for (text, found) in [
            ("127.0.0.1", Place::Loopback),
            ("::1", Place::Loopback),
            ("10.1.2.3", Place::Private),
            ("192.168.0.1", Place::Private),
            ("169.254.169.254", Place::Private),
            ("100.64.0.1", Place::Private),
            ("0.0.0.0", Place::Private),
            ("fe80::1", Place::Private),
            ("fd00::1", Place::Private),
            ("::ffff:10.0.0.1", Place::Private),
            ("9.9.9.9", Place::Public),
            ("2606:4700::1", Place::Public),
        ] {
            assert_eq!(place_of(text.parse().unwrap()), found, "{text}");
        }
        assert_eq!(place("http://127.0.0.1:1/"), Ok(Place::Loopback));
    }

    #[test]
    fn a_form_is_escaped_and_comes_back() {
        assert_eq!(form(&[("a b", "1&2=3"), ("ü", "")]).as_str(), "a%20b=1%262%3D3&%C3%BC=");
    }

    #[test]
    fn an_answer_comes_whole() {
        let url = server(|stream| {
            let _ = stream.write_all(
                b"HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
            );
        });
        let answer = get(&url).unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (200, &b"hi"[..]));
        assert_eq!(answer.date.as_deref(), Some("Thu, 01 Jan 1970 00:00:00 GMT"));
    }

    #[test]
    fn a_hostile_server_costs_a_bounded_time_and_memory() {
        let endless = server(|stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4000000000\r\n\r\n");
            while stream.write_all(&[b'x'; 65_536]).is_ok() {}
        });
        assert_eq!(get(&endless), Err(WebError::TooLarge));
        let slow = server(|stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n");
            while stream.write_all(b"x").is_ok() {
                thread::sleep(Duration::from_millis(100));
            }
        });
        let start = Instant::now();
        assert_eq!(get(&slow), Err(WebError::Timeout));
        assert!(start.elapsed() < Duration::from_secs(10));
        let silent = server(|_| thread::sleep(Duration::from_secs(60)));
        assert_eq!(get(&silent), Err(WebError::Timeout));
        let heads = server(|stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
            while stream.write_all(&[b"x: ".to_vec(), vec![b'y'; 65_536], b"\r\n".to_vec()].concat()).is_ok() {}
        });
        assert!(matches!(get(&heads), Err(WebError::Broken | WebError::Timeout)));
        let cut = server(|stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nhalf");
        });
        assert_eq!(get(&cut), Err(WebError::Broken));
        let none = server(|stream| {
            let _ = stream.write_all(b"\xff\xfe\x00 what\r\n\r\n");
        });
        assert_eq!(get(&none), Err(WebError::Broken));
    }

    #[test]
    fn nobody_is_sent_elsewhere() {
        let url = server(|stream| {
            let _ = stream.write_all(
                b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            );
        });
        assert_eq!(get(&url), Err(WebError::Redirected));
        let gone = { TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port() };
        assert_eq!(get(&format!("http://127.0.0.1:{gone}/")), Err(WebError::Unreachable));
    }
}
