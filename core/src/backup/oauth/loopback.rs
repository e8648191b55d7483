//! The port of this machine to which a browser brings the answer (RFC 8252, 7.3): open for one answer, small, and not for long.
//!
//! Anybody on this machine can knock here. Who does not bring the state of this sign-in to its one path is told that nothing is there, and
//! the waiting goes on; nobody can hold it up by being slow.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::SignInError;
use super::page::{Answers, Page};
use super::pending::{Code, Expected};

/// The one path. With the clouds that want to know addresses beforehand it is registered with them.
const PATH: &str = "/signed-in";
/// How long a person has in the browser.
const LONGEST: Duration = Duration::from_secs(600);
/// How long one connection may take.
const CONNECTION: Duration = Duration::from_secs(5);
/// How many connections may be open at once: browsers open some for nothing.
const CONNECTIONS: usize = 16;
/// The longest request, in bytes.
const REQUEST: usize = 16 * 1024;
/// How often it is asked whether somebody has cancelled.
const BEAT: Duration = Duration::from_millis(50);

/// A port that is open.
#[derive(Debug)]
pub(super) struct Loopback {
    listener: TcpListener,
    port: u16,
}

impl Loopback {
    /// Opens the first of these ports that is free; 0 is any.
    pub(super) fn open(ports: &[u16]) -> Result<Self, SignInError> {
        let mut free = ports.iter().filter_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).ok());
        let listener = free.next().ok_or(SignInError::System)?;
        let port = listener.local_addr().map_err(|_| SignInError::System)?.port();
        listener.set_nonblocking(true).map_err(|_| SignInError::System)?;
        Ok(Self { listener, port })
    }

    /// Where the browser is to come back to.
    pub(super) fn redirect(&self) -> String {
        format!("http://{}:{}{PATH}", Ipv4Addr::LOCALHOST, self.port)
    }

    /// Waits for the one answer.
    pub(super) fn wait(
        self,
        expected: &Arc<Expected>,
        page: &Page<'_>,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Code, SignInError> {
        let (start, answers, open) = (Instant::now(), Arc::new(page.answers()), Arc::new(AtomicUsize::new(0)));
        let (sender, heard) = mpsc::channel();
        loop {
            if is_cancelled() {
                return Err(SignInError::Cancelled);
            }
            if start.elapsed() > LONGEST {
                return Err(SignInError::TimedOut);
            }
            while let Some(stream) = self.next() {
                if open.load(Ordering::Relaxed) >= CONNECTIONS {
                    continue;
                }
                open.fetch_add(1, Ordering::Relaxed);
                let (expected, answers) = (Arc::clone(expected), Arc::clone(&answers));
                let (sender, counted) = (sender.clone(), Arc::clone(&open));
                let spawned = thread::Builder::new().name("sign-in".to_owned()).spawn(move || {
                    if let Some(answer) = serve(stream, &expected, &answers) {
                        sender.send(answer).ok();
                    }
                    counted.fetch_sub(1, Ordering::Relaxed);
                });
                if spawned.is_err() {
                    open.fetch_sub(1, Ordering::Relaxed);
                }
            }
            if let Ok(answer) = heard.recv_timeout(BEAT) {
                return answer;
            }
        }
    }

    /// The next one who knocks, where there is one.
    fn next(&self) -> Option<TcpStream> {
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => return Some(stream),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
    }
}

/// Answers one connection; gives what it brought, where that belongs to this sign-in.
fn serve(mut stream: TcpStream, expected: &Expected, answers: &Answers) -> Option<Result<Code, SignInError>> {
    let head = head(&mut stream)?;
    let heard = target(&head, expected).map(|url| expected.read(&url));
    let page = match &heard {
        Some(Ok(_)) => &answers.done,
        Some(Err(SignInError::Foreign)) | None => &answers.not_found,
        Some(Err(_)) => &answers.denied,
    };
    stream.write_all(page.as_bytes()).ok();
    stream.shutdown(Shutdown::Write).ok();
    heard.filter(|heard| !matches!(heard, Err(SignInError::Foreign)))
}

/// A request's head, where it comes whole and in time.
fn head(stream: &mut TcpStream) -> Option<String> {
    let start = Instant::now();
    // Some systems pass on that the listener doesn't wait.
    stream.set_nonblocking(false).ok()?;
    stream.set_write_timeout(Some(CONNECTION)).ok()?;
    let (mut head, mut piece) = (Vec::new(), [0; 1024]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let left = CONNECTION.checked_sub(start.elapsed()).filter(|left| !left.is_zero())?;
        stream.set_read_timeout(Some(left)).ok()?;
        match stream.read(&mut piece) {
            Ok(0) => return None,
            Ok(length) => head.extend_from_slice(piece.get(..length)?),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
        if head.len() > REQUEST {
            return None;
        }
    }
    String::from_utf8(head).ok()
}

/// The address that a request is for: of this very host, so that no name that leads here by a trick is listened to.
fn target(head: &str, expected: &Expected) -> Option<String> {
    let mut lines = head.split("\r\n");
    let mut request = lines.next()?.split(' ');
    let (method, target, version) = (request.next()?, request.next()?, request.next()?);
    let hosts = lines.filter_map(|line| line.split_once(':')).filter(|(name, _)| name.eq_ignore_ascii_case("host"));
    let hosts: Vec<&str> = hosts.map(|(_, value)| value.trim()).collect();
    let is_ours = hosts == [expected.redirect().authority()];
    let is_plain =
        method == "GET" && version.starts_with("HTTP/1.") && target.starts_with('/') && request.next().is_none();
    (is_ours && is_plain).then(|| format!("http://{}{target}", expected.redirect().authority()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::cloud::{Client, Cloud};
    use crate::backup::oauth::begin_here;
    use crate::backup::remote::Network;
    use crate::vault::SystemEntropy;

    const PAGE: Page<'_> = Page { language: "en", title: "Smart OTP", done: "Close this.", denied: "Nothing." };

    fn knock(port: u16, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok();
        answer
    }

    /// The port and the state of a sign-in, read from its address as a browser would.
    fn asked(url: &str) -> (u16, String) {
        let url = reqwest::Url::parse(url).unwrap();
        let get = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        (reqwest::Url::parse(&get("redirect_uri")).unwrap().port().unwrap(), get("state"))
    }

    #[test]
    fn strangers_are_told_that_nothing_is_there_and_the_waiting_goes_on() {
        let waiting = begin_here(Cloud::GoogleDrive, Client::new("id", None), &SystemEntropy).unwrap();
        let (port, state) = asked(waiting.url());
        let knocking = thread::spawn(move || {
            // One that says nothing, and stays.
            let silent = TcpStream::connect(("127.0.0.1", port)).unwrap();
            let host = format!("Host: 127.0.0.1:{port}\r\n\r\n");
            for request in [
                format!("GET / HTTP/1.1\r\n{host}"),
                format!("GET /favicon.ico HTTP/1.1\r\n{host}"),
                format!("GET /signed-in?code=stolen HTTP/1.1\r\n{host}"),
                format!("GET /signed-in?code=stolen&state=guessed HTTP/1.1\r\n{host}"),
                format!("POST /signed-in?error=access_denied&state={state} HTTP/1.1\r\n{host}"),
                format!("GET /signed-in?error=access_denied&state={state} HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
                format!("GET /signed-in?error=access_denied&state={state} HTTP/1.1\r\nHost: a\r\n{host}"),
                format!("GET http://127.0.0.1:{port}/signed-in?error=access_denied&state={state} HTTP/1.1\r\n{host}"),
            ] {
                assert!(knock(port, &request).starts_with("HTTP/1.1 404"), "{request}");
            }
            assert_eq!(knock(port, &"x".repeat(REQUEST + 1)), "");
            let answer = knock(port, &format!("GET /signed-in?error=access_denied&state={state} HTTP/1.1\r\n{host}"));
            assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("Nothing."));
            drop(silent);
        });
        let start = Instant::now();
        let outcome = waiting.finish(&PAGE, &Network::default(), &|| false);
        assert_eq!(outcome.unwrap_err(), SignInError::Denied);
        assert!(start.elapsed() < CONNECTION, "the silent one held it up");
        knocking.join().unwrap();
    }

    #[test]
    fn it_can_be_cancelled_and_the_port_is_closed_then() {
        let waiting = begin_here(Cloud::GoogleDrive, Client::new("id", None), &SystemEntropy).unwrap();
        let (port, _) = asked(waiting.url());
        assert_eq!(waiting.finish(&PAGE, &Network::default(), &|| true).unwrap_err(), SignInError::Cancelled);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }

    #[test]
    fn a_cloud_that_knows_ports_beforehand_gets_the_next_one_where_one_is_taken() {
        let first = Loopback::open(&[0]).unwrap();
        let second = Loopback::open(&[first.port, 0]).unwrap();
        assert_ne!(first.port, second.port);
        assert_eq!(Loopback::open(&[first.port]).unwrap_err(), SignInError::System);
    }
}
