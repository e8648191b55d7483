//! What goes to a cloud and comes from it: with the access token of the hour, to its own hosts alone.

use std::sync::Arc;

use futures::stream;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderValue, LOCATION, RANGE};
use http::{Method, Request, Response, StatusCode};
use opendal::{Buffer, Error, ErrorKind, HttpBody, HttpTransport};
use opendal_http_transport_reqwest::ReqwestTransport;

use super::account::Account;
use super::wire::{Last, Reason, Seen, bounded, retry_after};
use crate::backup::oauth::TokenError;
use crate::backup::sealed::MOST_BYTES;
use crate::secret::SecretText;

/// The longest error that is looked into, in bytes.
const LONGEST_ERROR: usize = 64 * 1024;

/// The way to a cloud.
pub(super) struct CloudWire {
    inner: ReqwestTransport,
    last: Last,
    account: Arc<Account>,
}

impl CloudWire {
    pub(super) fn new(client: reqwest::Client, last: Last, account: Arc<Account>) -> Self {
        Self { inner: ReqwestTransport::new(client), last, account }
    }

    /// Sends a request as it is, and remembers what the answer says.
    async fn send(&self, request: &Request<Buffer>) -> opendal::Result<Response<HttpBody>> {
        let mut request = request.clone();
        *request.uri_mut() = self.account.network.way_to(request.uri());
        self.last.forget();
        let response = self.inner.fetch(request).await?;
        let seen = Seen { status: Some(response.status().as_u16()), retry_after: retry_after(&response), reason: None };
        self.last.put(seen);
        let (parts, body) = response.into_parts();
        let limit = if parts.status.is_success() { MOST_BYTES } else { LONGEST_ERROR };
        Ok(Response::from_parts(parts, body.map_inner(|stream| Box::new(bounded(stream, limit)))))
    }

    /// Sends a request with the account's token; once more with a new one where that is refused.
    async fn send_signed(&self, request: &mut Request<Buffer>) -> opendal::Result<Response<HttpBody>> {
        let token = self.token(None).await?;
        put_token(request, &token)?;
        let response = self.send(request).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        let token = self.token(Some(&token)).await?;
        put_token(request, &token)?;
        let response = self.send(request).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            self.account.end().await;
            self.last.put(Seen { reason: Some(Reason::SignedOut), ..Seen::default() });
            return Err(Error::new(ErrorKind::PermissionDenied, "signed out"));
        }
        Ok(response)
    }

    async fn token(&self, refused: Option<&SecretText>) -> opendal::Result<SecretText> {
        self.last.forget();
        self.account.token(refused).await.map_err(|error| match error {
            TokenError::Refused { .. } => {
                self.last.put(Seen { reason: Some(Reason::SignedOut), ..Seen::default() });
                Error::new(ErrorKind::PermissionDenied, "signed out")
            }
            TokenError::Busy { retry_after } => {
                self.last.put(Seen { reason: Some(Reason::Busy), retry_after, status: None });
                Error::new(ErrorKind::RateLimited, "busy")
            }
            TokenError::Unreachable { reason } => Error::new(ErrorKind::Unexpected, reason).set_temporary(),
            TokenError::Odd => Error::new(ErrorKind::Unexpected, "no token").set_temporary(),
        })
    }

    /// Looks into an error, and leaves it to be read once more.
    async fn look_into(&self, response: Response<HttpBody>) -> opendal::Result<Response<HttpBody>> {
        let (parts, mut body) = response.into_parts();
        let read = body.to_buffer().await.unwrap_or_default();
        let reason = self.account.service.reason(parts.status.as_u16(), &read.to_bytes());
        self.last.put(Seen { reason, ..self.last.seen() });
        let body = HttpBody::new(stream::iter([Ok(read)]), None);
        Ok(Response::from_parts(parts, body))
    }
}

impl HttpTransport for CloudWire {
    async fn fetch(&self, mut request: Request<Buffer>) -> opendal::Result<Response<HttpBody>> {
        let is_signed = request.headers_mut().remove(AUTHORIZATION).is_some();
        self.account.service.adapt(&mut request);
        if request.body().is_empty() && request.method() != Method::GET {
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        // A list's next page, say, is where the answer says: whoever asks for the token elsewhere gets none.
        let host = request.uri().host().unwrap_or_default();
        let may = request.uri().scheme_str() == Some("https") && self.account.service.hosts().contains(&host);
        let mut response = match (is_signed, may) {
            (true, true) => self.send_signed(&mut request).await?,
            (true, false) => return Err(Error::new(ErrorKind::Unexpected, "it sends elsewhere")),
            (false, _) => self.send(&request).await?,
        };
        if response.status().is_redirection()
            && let Some(elsewhere) = elsewhere(&request, &response)
        {
            response = self.send(&elsewhere).await?;
        }
        match response.status() {
            status if status.is_client_error() || status.is_server_error() => self.look_into(response).await,
            // What was a change to OpenDAL, and was made a deletion on the way.
            StatusCode::NO_CONTENT
                if request.method() == Method::DELETE && self.account.service.deletes_by_change() =>
            {
                let (mut parts, body) = response.into_parts();
                parts.status = StatusCode::OK;
                Ok(Response::from_parts(parts, body))
            }
            _ => Ok(response),
        }
    }
}

/// Where a file is fetched: once, by https, and without the token.
fn elsewhere(request: &Request<Buffer>, response: &Response<HttpBody>) -> Option<Request<Buffer>> {
    let place: http::Uri = response.headers().get(LOCATION)?.to_str().ok()?.parse().ok()?;
    if request.method() != Method::GET || place.scheme_str() != Some("https") {
        return None;
    }
    let mut elsewhere = Request::get(place).body(Buffer::new()).ok()?;
    if let Some(range) = request.headers().get(RANGE) {
        elsewhere.headers_mut().insert(RANGE, range.clone());
    }
    Some(elsewhere)
}

fn put_token(request: &mut Request<Buffer>, token: &SecretText) -> opendal::Result<()> {
    let bearer = zeroize::Zeroizing::new(format!("Bearer {}", token.expose()));
    let mut value = HeaderValue::from_str(&bearer).map_err(|_| Error::new(ErrorKind::Unexpected, "no token"))?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(())
}
