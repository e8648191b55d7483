//! A proxy between the app and a server, which cuts, stalls, refuses and makes things up: as networks and servers do.
#![allow(clippy::expect_used, reason = "a test stops where something fails")]

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// What goes wrong with one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The answer is an error of the server, and the server never hears of the request.
    Status(u16),
    /// So many bytes of the request go through, then both ends are cut.
    CutRequest(usize),
    /// All of the request goes through, and so many bytes of the answer.
    CutAnswer(usize),
}

/// The proxy; it ends with this.
#[derive(Debug)]
pub struct FaultProxy {
    /// Where it listens.
    pub port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    server: u16,
    /// How many connections of a hundred go wrong.
    percent: AtomicU64,
    seed: AtomicU64,
    ended: AtomicBool,
    /// All that clients have sent.
    traffic: Mutex<Vec<u8>>,
}

impl FaultProxy {
    /// A proxy in front of a server of this machine.
    ///
    /// # Panics
    /// Where this machine has no port left.
    #[must_use]
    pub fn before(server: u16, percent: u64, seed: u64) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared {
            server,
            percent: AtomicU64::new(percent),
            seed: AtomicU64::new(seed),
            ended: AtomicBool::new(false),
            traffic: Mutex::default(),
        });
        let own = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if own.ended.load(Ordering::Relaxed) {
                    return;
                }
                let own = Arc::clone(&own);
                thread::spawn(move || own.serve(client).ok());
            }
        });
        Self { port, shared }
    }

    /// Nothing goes wrong from now on.
    pub fn mend(&self) {
        self.shared.percent.store(0, Ordering::Relaxed);
    }

    /// All that clients have sent.
    ///
    /// # Panics
    /// After a panic of the proxy.
    #[must_use]
    pub fn traffic(&self) -> Vec<u8> {
        self.shared.traffic.lock().expect("no panic").clone()
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        TcpStream::connect(("127.0.0.1", self.port)).ok();
    }
}

impl Shared {
    /// A number that repeats from run to run (SplitMix64).
    fn random(&self, below: u64) -> u64 {
        let mut z = self.seed.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below
    }

    fn draw(&self) -> Fault {
        if self.random(100) >= self.percent.load(Ordering::Relaxed) {
            return Fault::None;
        }
        let bytes = usize::try_from(self.random(700) * 10).unwrap_or_default();
        match self.random(8) {
            0 => Fault::Status(500),
            1 => Fault::Status(429),
            2 => Fault::Status(507),
            3 => Fault::Status(401),
            4 | 5 => Fault::CutRequest(bytes),
            _ => Fault::CutAnswer(bytes),
        }
    }

    fn serve(self: Arc<Self>, mut client: TcpStream) -> io::Result<()> {
        let fault = self.draw();
        if let Fault::Status(status) = fault {
            // The head is read, so that the client hears the answer.
            let mut head = [0; 4096];
            let read = client.read(&mut head)?;
            self.keep(head.get(..read).unwrap_or_default());
            let answer =
                format!("HTTP/1.1 {status} Fault\r\nRetry-After: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            client.write_all(answer.as_bytes())?;
            client.shutdown(Shutdown::Write)?;
            io::copy(&mut client, &mut io::sink())?;
            return Ok(());
        }
        let server = TcpStream::connect(("127.0.0.1", self.server))?;
        let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
        let own = Arc::clone(&self);
        let there = thread::spawn(move || {
            let limit = if let Fault::CutRequest(bytes) = fault { Some(bytes) } else { None };
            own.pump(&mut from_client, &mut to_server, limit, true).ok();
        });
        let limit = if let Fault::CutAnswer(bytes) = fault { Some(bytes) } else { None };
        let (mut from_server, mut to_client) = (server, client);
        self.pump(&mut from_server, &mut to_client, limit, false).ok();
        there.join().ok();
        Ok(())
    }

    /// Carries bytes from one end to the other, up to a limit; then both ends are cut.
    fn pump(&self, from: &mut TcpStream, to: &mut TcpStream, limit: Option<usize>, is_client: bool) -> io::Result<()> {
        let mut left = limit.unwrap_or(usize::MAX);
        let mut buffer = [0; 1024];
        while left > 0 {
            let read = from.read(&mut buffer)?;
            let bytes = buffer.get(..read.min(left)).unwrap_or_default();
            if bytes.is_empty() {
                to.shutdown(Shutdown::Write)?;
                return Ok(());
            }
            if is_client {
                self.keep(bytes);
            }
            to.write_all(bytes)?;
            left -= bytes.len();
        }
        from.shutdown(Shutdown::Both).ok();
        to.shutdown(Shutdown::Both)
    }

    fn keep(&self, bytes: &[u8]) {
        if let Ok(mut traffic) = self.traffic.lock() {
            traffic.extend_from_slice(bytes);
        }
    }
}
