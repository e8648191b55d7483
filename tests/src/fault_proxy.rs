//! A proxy between the app and a server, which cuts, stalls, refuses and makes things up: as networks and servers do. It keeps all that
//! goes through it.
#![allow(clippy::expect_used, reason = "a test stops where something fails")]

mod answer;
mod fault;

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

pub use fault::{Call, Fault};

/// The proxy; it ends with this.
#[derive(Debug)]
pub struct FaultProxy {
    /// Where it listens.
    pub port: u16,
    shared: Arc<Shared>,
}

/// What went through one connection: there is one for each request.
#[derive(Debug, Default, Clone)]
pub struct Exchange {
    /// All that the client sent.
    pub request: Vec<u8>,
    /// All that it heard.
    pub answer: Vec<u8>,
}

#[derive(Debug)]
struct Shared {
    server: u16,
    /// How many requests of a hundred go wrong.
    percent: AtomicU64,
    seed: AtomicU64,
    /// Where the next connection is cut.
    cut: AtomicU64,
    /// Faults that really happened.
    hits: AtomicU64,
    /// What is to happen to certain requests.
    next: Mutex<VecDeque<(Call, Fault)>>,
    ended: AtomicBool,
    exchanges: Mutex<Vec<Exchange>>,
}

impl FaultProxy {
    /// A proxy in front of a server of this machine. So many requests of a hundred go wrong, and the same ones for the same seed.
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
            cut: AtomicU64::new(seed.wrapping_mul(170) % 7_000),
            hits: AtomicU64::new(0),
            next: Mutex::default(),
            ended: AtomicBool::new(false),
            exchanges: Mutex::default(),
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
    ///
    /// # Panics
    /// After a panic of the proxy.
    pub fn mend(&self) {
        self.shared.percent.store(0, Ordering::Relaxed);
        self.shared.next.lock().expect("no panic").clear();
    }

    /// What is to happen to the next request of a kind.
    ///
    /// # Panics
    /// After a panic of the proxy.
    pub fn next(&self, call: Call, fault: Fault) {
        self.shared.next.lock().expect("no panic").push_back((call, fault));
    }

    /// How many faults have happened. A connection that ends before the byte at which it would have been cut counts for none.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.shared.hits.load(Ordering::Relaxed)
    }

    /// All that went through.
    ///
    /// # Panics
    /// After a panic of the proxy.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.shared.exchanges.lock().expect("no panic").clone()
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

    fn draw(&self, call: Call) -> Fault {
        let mut next = self.next.lock().expect("no panic");
        if next.front().is_some_and(|(wanted, _)| *wanted == call) {
            return next.pop_front().map_or(Fault::None, |(_, fault)| fault);
        }
        drop(next);
        if self.random(100) >= self.percent.load(Ordering::Relaxed) {
            return Fault::None;
        }
        // One after the other, so that in the end every tenth byte was the last one.
        let cut = usize::try_from(self.cut.fetch_add(10, Ordering::Relaxed) % 7_000).unwrap_or_default();
        match self.random(14) {
            0 => Fault::Status(500),
            1 => Fault::Status(429),
            2 => Fault::Status(507),
            3 => Fault::Status(401),
            4 => Fault::Status(404),
            5 => Fault::SkewedClock,
            6 => Fault::WrongEtag,
            7 => Fault::ShortAnswer,
            8 => Fault::SilentAfter(cut),
            9..=11 => Fault::CutRequest(cut),
            _ => Fault::CutAnswer(cut),
        }
    }

    fn serve(self: Arc<Self>, mut client: TcpStream) -> io::Result<()> {
        let head = answer::read_head(&mut client)?;
        let number = {
            let mut exchanges = self.exchanges.lock().expect("no panic");
            exchanges.push(Exchange { request: head.clone(), ..Exchange::default() });
            exchanges.len() - 1
        };
        let fault = self.draw(Call::of(&head));
        if let Some(text) = fault.own_answer() {
            self.hits.fetch_add(1, Ordering::Relaxed);
            client.write_all(text.as_bytes())?;
            client.shutdown(Shutdown::Write)?;
            io::copy(&mut client, &mut io::sink())?;
            return Ok(());
        }
        let mut server = TcpStream::connect(("127.0.0.1", self.server))?;
        let limit = if let Fault::CutRequest(bytes) = fault { bytes } else { usize::MAX };
        if limit <= head.len() {
            self.hits.fetch_add(1, Ordering::Relaxed);
            server.write_all(head.get(..limit).unwrap_or_default())?;
            client.shutdown(Shutdown::Both).ok();
            return server.shutdown(Shutdown::Both);
        }
        // One request a connection, so that the end of the answer is the server's end.
        server.write_all(&answer::closing(&head))?;
        let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
        let own = Arc::clone(&self);
        let there = thread::spawn(move || {
            let keep = |bytes: &[u8]| own.keep(number, |exchange| &mut exchange.request, bytes);
            pump(&mut from_client, &mut to_server, limit - head.len(), keep, || own.count(true)).ok();
        });
        self.answer(fault, number, server, client).ok();
        there.join().ok();
        Ok(())
    }

    /// Carries the answer, or what becomes of it.
    fn answer(&self, fault: Fault, number: usize, mut server: TcpStream, mut client: TcpStream) -> io::Result<()> {
        let keep = |bytes: &[u8]| self.keep(number, |exchange| &mut exchange.answer, bytes);
        match fault {
            Fault::CutAnswer(bytes) => {
                pump(&mut server, &mut client, bytes, keep, || self.count(true))?;
            }
            Fault::SilentAfter(bytes) => {
                let mut whole = Vec::new();
                server.read_to_end(&mut whole)?;
                self.count(whole.len() > bytes);
                let said = whole.get(..bytes).unwrap_or(&whole);
                keep(said);
                client.write_all(said)?;
                if whole.len() <= bytes {
                    return client.shutdown(Shutdown::Write);
                }
                // Until the client has had enough.
                while !self.ended.load(Ordering::Relaxed) && client.peek(&mut [0])? > 0 {
                    thread::sleep(std::time::Duration::from_millis(20));
                }
            }
            Fault::ShortAnswer | Fault::WrongEtag => {
                let mut whole = Vec::new();
                server.read_to_end(&mut whole)?;
                let (changed, differs) = answer::changed(fault, &whole);
                self.count(differs);
                keep(&changed);
                client.write_all(&changed)?;
                client.shutdown(Shutdown::Write)?;
            }
            _ => {
                pump(&mut server, &mut client, usize::MAX, keep, || ())?;
            }
        }
        Ok(())
    }

    fn count(&self, hit: bool) {
        self.hits.fetch_add(u64::from(hit), Ordering::Relaxed);
    }

    fn keep(&self, number: usize, side: impl Fn(&mut Exchange) -> &mut Vec<u8>, bytes: &[u8]) {
        if let Ok(mut exchanges) = self.exchanges.lock()
            && let Some(exchange) = exchanges.get_mut(number)
        {
            side(exchange).extend_from_slice(bytes);
        }
    }
}

/// Carries bytes from one end to the other, up to a limit; then it says so, and both ends are cut.
fn pump(
    from: &mut TcpStream,
    to: &mut TcpStream,
    limit: usize,
    keep: impl Fn(&[u8]),
    cuts: impl FnOnce(),
) -> io::Result<()> {
    let mut left = limit;
    let mut buffer = [0; 4096];
    loop {
        let read = from.read(&mut buffer)?;
        let bytes = buffer.get(..read.min(left)).unwrap_or_default();
        if read == 0 {
            return to.shutdown(Shutdown::Write);
        }
        keep(bytes);
        to.write_all(bytes)?;
        if read >= left {
            // Counted before anybody can see it.
            cuts();
            from.shutdown(Shutdown::Both).ok();
            return to.shutdown(Shutdown::Both);
        }
        left -= read;
    }
}
