//! What came over the wire: bounded, and its status remembered, since a server says more than an error's kind does.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use futures::{Stream, StreamExt as _};
use opendal::{Buffer, Error, ErrorKind, HttpBody, HttpTransport};
use opendal_http_transport_reqwest::ReqwestTransport;

use super::super::sealed::MOST_BYTES;
use crate::clock::https_date;

/// What the last answer of a call said.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    pub(super) status: Option<u16>,
    /// Seconds to wait, where the answer named them.
    pub(super) retry_after: Option<u64>,
    /// What it means, where the service's own words say more than the status.
    pub(super) reason: Option<Reason>,
}

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    NoSuchVersion,
    Full,
    Busy,
    SignedOut,
}

/// The last answer, shared with who asks what an error means.
#[derive(Debug, Clone, Default)]
pub(super) struct Last(Arc<Mutex<Seen>>);

impl Last {
    pub(super) fn seen(&self) -> Seen {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn forget(&self) {
        self.put(Seen::default());
    }

    pub(super) fn put(&self, seen: Seen) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = seen;
    }
}

/// The way over the network.
pub(super) struct Wire {
    inner: ReqwestTransport,
    last: Last,
}

impl Wire {
    pub(super) fn new(client: reqwest::Client, last: Last) -> Self {
        Self { inner: ReqwestTransport::new(client), last }
    }
}

impl HttpTransport for Wire {
    async fn fetch(&self, request: http::Request<Buffer>) -> opendal::Result<http::Response<HttpBody>> {
        self.last.forget();
        let response = self.inner.fetch(request).await?;
        let seen = Seen { status: Some(response.status().as_u16()), retry_after: retry_after(&response), reason: None };
        self.last.put(seen);
        let (parts, body) = response.into_parts();
        Ok(http::Response::from_parts(parts, body.map_inner(|stream| Box::new(bounded(stream, MOST_BYTES)))))
    }
}

/// How many seconds an answer asks to wait, where it does.
pub(super) fn retry_after<T>(response: &http::Response<T>) -> Option<u64> {
    seconds(response.headers().get(http::header::RETRY_AFTER)?.to_str().ok()?)
}

/// What `Retry-After` (RFC 9110 section 10.2.3) says: seconds, or when.
fn seconds(retry_after: &str) -> Option<u64> {
    let until = || {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
        Some(u64::try_from(https_date::read(retry_after)?).ok()?.saturating_sub(now))
    };
    retry_after.trim().parse().ok().or_else(until)
}

/// Ends an answer that is longer than it may be: no version and no list is.
pub(super) fn bounded(
    stream: impl Stream<Item = opendal::Result<Buffer>> + Send + Sync + Unpin + 'static,
    most: usize,
) -> impl Stream<Item = opendal::Result<Buffer>> + Send + Sync + Unpin + 'static {
    let mut left = most;
    stream.map(move |chunk| {
        let chunk = chunk?;
        left = left
            .checked_sub(chunk.len())
            .ok_or_else(|| Error::new(ErrorKind::Unexpected, "the answer is longer than any version"))?;
        Ok(chunk)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_names_a_wait_in_seconds_or_by_its_end() {
        assert_eq!((seconds("120"), seconds(" 0 "), seconds("soon")), (Some(120), Some(0), None));
        assert_eq!(seconds("Tue, 24 Nov 2020 09:01:47 GMT"), Some(0));
        assert!(seconds("Fri, 24 Nov 2990 09:01:47 GMT").is_some_and(|wait| wait > 1_000_000));
    }
}
