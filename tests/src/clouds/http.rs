//! As much of HTTP as the clouds need.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use data_encoding::HEXLOWER;
use serde_json::Value;

/// What was asked.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: String,
    /// The cloud's host.
    pub(super) host: String,
    /// The path, decoded.
    pub(super) path: String,
    query: String,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// Reads one, with all of its bytes.
    pub(super) fn read(stream: &mut TcpStream) -> Option<(Self, Vec<u8>)> {
        let mut reader = BufReader::new(stream);
        let (mut bytes, mut lines) = (Vec::new(), Vec::new());
        loop {
            let from = bytes.len();
            reader.read_until(b'\n', &mut bytes).ok().filter(|read| *read > 0)?;
            let line = String::from_utf8_lossy(&bytes[from..]).trim_end().to_owned();
            if line.is_empty() {
                break;
            }
            lines.push(line);
        }
        let mut first = lines.first()?.split(' ');
        let (method, target) = (first.next()?.to_owned(), first.next()?);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (host, path) = path.strip_prefix('/')?.split_once('/')?;
        let headers = lines.iter().skip(1).filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
        let (host, path, query) = (host.to_owned(), decoded(&format!("/{path}"), false), query.to_owned());
        let mut request = Self { method, host, path, query, headers, body: Vec::new() };
        if request.header("transfer-encoding").is_some() {
            loop {
                let mut size = String::new();
                reader.read_line(&mut size).ok()?;
                let size = usize::from_str_radix(size.trim(), 16).ok()?;
                let mut piece = vec![0; size + 2];
                reader.read_exact(&mut piece).ok()?;
                if size == 0 {
                    break;
                }
                request.body.extend_from_slice(&piece[..size]);
            }
        } else if let Some(length) = request.header("content-length") {
            request.body.resize(length.parse().ok()?, 0);
            reader.read_exact(&mut request.body).ok()?;
        }
        bytes.extend_from_slice(&request.body);
        Some((request, bytes))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn query(&self, name: &str) -> Option<String> {
        value(&self.query, name)
    }

    pub(super) fn has_query(&self) -> bool {
        !self.query.is_empty()
    }

    /// A field of a form.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        value(std::str::from_utf8(&self.body).ok()?, name)
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Bytes, or as many of them as the range asks for.
    pub(super) fn part_of(&self, bytes: &[u8]) -> Answer {
        let range = self.header("range").and_then(|range| range.strip_prefix("bytes="));
        let Some((from, to)) = range.and_then(|range| range.split_once('-')) else {
            return Answer { body: bytes.to_vec(), ..Answer::new(200) };
        };
        let from: usize = from.parse().unwrap_or_default();
        let end = to.parse::<usize>().map_or(bytes.len(), |to| (to + 1).min(bytes.len()));
        let range = format!("bytes {from}-{}/{}", end.saturating_sub(1), bytes.len());
        Answer { body: bytes[from..end].to_vec(), ..Answer::new(206) }.with("Content-Range", &range)
    }
}

/// A value of a form or a query, decoded.
pub(super) fn value(form: &str, name: &str) -> Option<String> {
    let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(key, value)| (decoded(key, true), value))
        .find(|(key, _)| key == name)
        .map(|(_, value)| decoded(value, true))
}

fn decoded(text: &str, is_form: bool) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'%' if after.len() >= 2 => {
                let hex = after[..2].to_ascii_lowercase();
                bytes.extend(HEXLOWER.decode(&hex).unwrap_or_default());
                rest = &after[2..];
            }
            b'+' if is_form => bytes.push(b' '),
            other => bytes.push(*other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What is answered.
#[derive(Debug)]
pub(super) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self { body: body.to_string().into_bytes(), ..Self::new(status) }.with("Content-Type", "application/json")
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn write(&self, stream: &mut TcpStream) {
        let mut head =
            format!("HTTP/1.1 {} so\r\nContent-Length: {}\r\nConnection: close\r\n", self.status, self.body.len());
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all(head.as_bytes()).ok();
        stream.write_all(b"\r\n").ok();
        stream.write_all(&self.body).ok();
        stream.shutdown(Shutdown::Write).ok();
    }
}
