//! Google Drive, Dropbox and OneDrive on this machine: small servers after the published interfaces, for the calls that a backup makes, and
//! their sign-in. One port stands in for all hosts: `http://127.0.0.1:port/host/path`.
//!
//! They are stricter than the real ones where that finds faults: refresh tokens of OneDrive are good once, pages are short, an access
//! token at a foreign host is a violation, and so is a file that is put into the bin instead of being deleted.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test stops where something fails")]

mod drive;
mod dropbox;
mod http;
mod onedrive;
mod sign_in;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use smartotp_core::backup::cloud::{Client, Cloud};
use smartotp_core::backup::remote::Network;

use http::{Answer, Request};
pub use sign_in::Person;

/// How many entries a page of a list has.
const PAGE: usize = 3;

/// The three clouds.
#[derive(Debug)]
pub struct Clouds {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// What they hold and what they have seen.
#[derive(Debug, Default)]
struct State {
    accounts: sign_in::Accounts,
    drive: drive::Drive,
    dropbox: dropbox::Dropbox,
    onedrive: onedrive::OneDrive,
    /// Nothing more fits.
    full: bool,
    /// So many calls are asked to come back later.
    busy: u32,
    /// After so many calls the access tokens run out.
    expire_after: Option<u32>,
    /// All that came in, byte by byte.
    traffic: Vec<u8>,
    /// The calls: method, host and path.
    calls: Vec<String>,
    /// What should never happen.
    violations: Vec<String>,
}

impl Clouds {
    /// Starts them.
    ///
    /// # Panics
    /// Where this machine has no port.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || serve(stream, &state));
            }
        });
        Self { address, state }
    }

    /// The way to them.
    #[must_use]
    pub fn network(&self) -> Network {
        Network::standing_in(self.address)
    }

    /// Where they listen.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How this program is registered with them.
    #[must_use]
    pub fn client(cloud: Cloud) -> Client {
        Client::new(sign_in::id(cloud), sign_in::secret(cloud))
    }

    /// A person opens an address in the browser; gives the address that the browser is sent back to.
    ///
    /// # Errors
    /// What the cloud does not like about the address: it shows that, and sends nobody back.
    pub fn visit(&self, url: &str, person: Person) -> Result<String, String> {
        self.state().accounts.visit(url, person)
    }

    /// The browser goes where it is sent; gives the page.
    #[must_use]
    pub fn come_back(url: &str) -> String {
        let rest = url.strip_prefix("http://").unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\n\r\n").unwrap();
        let mut page = String::new();
        stream.read_to_string(&mut page).unwrap();
        page
    }

    /// All access tokens run out before their time.
    pub fn expire(&self) {
        self.state().accounts.expire();
    }

    /// The same after so many more calls.
    pub fn expire_after(&self, calls: u32) {
        self.state().expire_after = Some(calls);
    }

    /// The owner takes back what was allowed.
    pub fn revoke(&self) {
        self.state().accounts.revoke();
    }

    /// Nothing more fits, or something does again.
    pub fn set_full(&self, full: bool) {
        self.state().full = full;
    }

    /// So many calls are asked to come back in 17 seconds.
    pub fn set_busy(&self, calls: u32) {
        self.state().busy = calls;
    }

    /// How many files there are, of all clouds.
    #[must_use]
    pub fn files(&self) -> usize {
        let state = self.state();
        state.drive.files() + state.dropbox.files.len() + state.onedrive.files.len()
    }

    /// How often tokens were exchanged for new ones.
    #[must_use]
    pub fn refreshes(&self) -> usize {
        self.state().accounts.refreshes
    }

    /// Another folder of the same name, as two devices make them that begin at once.
    pub fn double_folder(&self, name: &str) {
        self.state().drive.make_folder(name, "root");
    }

    /// All that came in so far.
    #[must_use]
    pub fn traffic(&self) -> Vec<u8> {
        self.state().traffic.clone()
    }

    /// The calls so far: method, host and path.
    #[must_use]
    pub fn calls(&self) -> Vec<String> {
        self.state().calls.clone()
    }

    /// What should never have happened.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.state().violations.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let Some((request, bytes)) = Request::read(&mut stream) else { return };
    let answer = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.traffic.extend_from_slice(&bytes);
        state.calls.push(format!("{} {}{}", request.method, request.host, request.path));
        state.answer(&request)
    };
    answer.write(&mut stream);
}

impl State {
    fn answer(&mut self, request: &Request) -> Answer {
        if let Some(answer) = self.accounts.exchange(request) {
            return answer;
        }
        if onedrive::is_elsewhere(&request.host) {
            if request.header("authorization").is_some() {
                self.violations.push(format!("a token for {}", request.host));
            }
            return self.onedrive.elsewhere(request);
        }
        match &mut self.expire_after {
            Some(0) => {
                self.expire_after = None;
                self.accounts.expire();
            }
            Some(calls) => *calls -= 1,
            None => {}
        }
        let cloud = match request.host.as_str() {
            "www.googleapis.com" => Cloud::GoogleDrive,
            "api.dropboxapi.com" | "content.dropboxapi.com" => Cloud::Dropbox,
            "graph.microsoft.com" => Cloud::OneDrive,
            other => {
                self.violations.push(format!("a call to {other}"));
                return Answer::new(404);
            }
        };
        if !self.accounts.lets_in(cloud, request) {
            return Answer::json(401, &serde_json::json!({ "error": { "code": "InvalidAuthenticationToken" } }));
        }
        if self.busy > 0 {
            self.busy -= 1;
            return Answer::new(429).with("Retry-After", "17");
        }
        match cloud {
            Cloud::GoogleDrive => self.drive.answer(request, self.full, &mut self.violations),
            Cloud::Dropbox => self.dropbox.answer(request, self.full),
            Cloud::OneDrive => self.onedrive.answer(request, self.full, &mut self.violations),
        }
    }
}
