//! What came over the wire: bounded, and its status remembered, since a server says more than an error's kind does.

use std::sync::{Arc, Mutex, PoisonError};

use futures::{Stream, StreamExt as _};
use opendal::{Buffer, Error, ErrorKind, HttpBody, HttpTransport};
use opendal_http_transport_reqwest::ReqwestTransport;

use super::super::sealed::MOST_BYTES;

/// What the last answer of a call said.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    pub(super) status: Option<u16>,
    /// Seconds to wait, where the answer named them.
    pub(super) retry_after: Option<u64>,
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

    fn put(&self, seen: Seen) {
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
        let retry_after = response.headers().get(http::header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|seconds| seconds.trim().parse().ok());
        self.last.put(Seen { status: Some(response.status().as_u16()), retry_after });
        let (parts, body) = response.into_parts();
        Ok(http::Response::from_parts(parts, body.map_inner(|stream| Box::new(bounded(stream)))))
    }
}

/// Ends an answer that is longer than any version or list.
fn bounded(
    stream: impl Stream<Item = opendal::Result<Buffer>> + Send + Sync + Unpin + 'static,
) -> impl Stream<Item = opendal::Result<Buffer>> + Send + Sync + Unpin + 'static {
    let mut left = MOST_BYTES;
    stream.map(move |chunk| {
        let chunk = chunk?;
        left = left
            .checked_sub(chunk.len())
            .ok_or_else(|| Error::new(ErrorKind::Unexpected, "the answer is longer than any version"))?;
        Ok(chunk)
    })
}
