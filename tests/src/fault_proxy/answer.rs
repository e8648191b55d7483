//! As much of HTTP/1.1 as a proxy that lies has to know.

use std::io::{self, Read as _};
use std::net::TcpStream;

use memchr::memmem;

use super::Fault;

/// No head is longer.
const MOST_BYTES: usize = 64 * 1024;

/// Everything up to the body, and perhaps the beginning of it.
pub(super) fn read_head(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while memmem::find(&head, b"\r\n\r\n").is_none() {
        let read = client.read(&mut buffer)?;
        if read == 0 || head.len() > MOST_BYTES {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        head.extend_from_slice(buffer.get(..read).unwrap_or_default());
    }
    Ok(head)
}

/// The same request, after which the server hangs up.
pub(super) fn closing(head: &[u8]) -> Vec<u8> {
    let line = memmem::find(head, b"\r\n").map_or(head.len(), |at| at + 2);
    let (line, rest) = head.split_at_checked(line).unwrap_or((head, &[]));
    [line, b"Connection: close\r\n", rest].concat()
}

/// What becomes of an answer, and whether that is anything else.
pub(super) fn changed(fault: Fault, whole: &[u8]) -> (Vec<u8>, bool) {
    let Some(at) = memmem::find(whole, b"\r\n\r\n") else { return (whole.to_vec(), false) };
    let (head, rest) = whole.split_at_checked(at).unwrap_or((whole, &[]));
    let body = rest.get(4..).unwrap_or_default();
    let head = String::from_utf8_lossy(head);
    let named = |line: &&str, name: &str| line.to_ascii_lowercase().starts_with(name);
    match fault {
        Fault::WrongEtag => {
            let lines =
                head.split("\r\n").map(|line| if named(&line, "etag:") { "ETag: \"of-another\"" } else { line });
            let new = lines.collect::<Vec<_>>().join("\r\n");
            (([new.as_bytes(), rest].concat()), new != *head)
        }
        _ => {
            let is_chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
            let body = if is_chunked { unchunked(body) } else { body.to_vec() };
            let half = body.get(..body.len() / 2).unwrap_or_default();
            let lines = head.split("\r\n");
            let lines = lines.filter(|line| !named(line, "content-length:") && !named(line, "transfer-encoding:"));
            let head = lines.collect::<Vec<_>>().join("\r\n");
            let head = format!("{head}\r\nContent-Length: {}\r\n\r\n", half.len());
            ([head.as_bytes(), half].concat(), !body.is_empty())
        }
    }
}

/// A body that came in chunks (RFC 9112 section 7.1).
fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(at) = memmem::find(body, b"\r\n") {
        let size = body.get(..at).and_then(|size| std::str::from_utf8(size).ok());
        let size = size.and_then(|size| usize::from_str_radix(size.trim(), 16).ok()).unwrap_or(0);
        let Some(chunk) = body.get(at + 2..at + 2 + size).filter(|_| size > 0) else { break };
        whole.extend_from_slice(chunk);
        body = body.get(at + 4 + size..).unwrap_or_default();
    }
    whole
}
