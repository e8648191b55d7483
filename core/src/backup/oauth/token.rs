//! The token endpoint: codes and refresh tokens in, access tokens out (RFC 6749, 4.1.3 and 6). Small answers, no redirects.

use std::time::{Duration, Instant};

use http::StatusCode;
use http::header::RETRY_AFTER;
use oauth2::basic::{BasicClient, BasicErrorResponse, BasicTokenResponse};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, TokenResponse as _, TokenUrl,
};

use super::SignInError;
use crate::backup::cloud::{Access, Client};
use crate::backup::remote::Network;
use crate::secret::SecretText;

/// How long an exchange may take.
const TIME: Duration = Duration::from_secs(30);
/// The longest answer, in bytes.
const LONGEST: usize = 64 * 1024;
/// An access token counts as run out so much earlier.
const EARLIER: Duration = Duration::from_secs(60);
/// How long an access token lives where the cloud does not say it.
const USUAL: Duration = Duration::from_secs(600);

/// A cloud's way of signing in, from its documentation.
#[derive(Debug)]
pub(crate) struct Authorization {
    /// Where the browser goes.
    pub(crate) auth: &'static str,
    /// Where codes and refresh tokens are exchanged.
    pub(crate) token: &'static str,
    /// What is asked for: no more than backups need.
    pub(crate) scopes: &'static [&'static str],
    /// What it wants to know besides.
    pub(crate) extra: &'static [(&'static str, &'static str)],
    /// The ports that the answer may come to; 0 is any.
    pub(crate) ports: &'static [u16],
}

/// What an exchange gave.
pub(crate) struct Granted {
    pub(crate) access: Access,
    /// A refresh token that takes the place of the one before.
    pub(crate) refresh: Option<SecretText>,
    /// What was allowed, where it says so.
    pub(crate) scopes: Option<Vec<String>>,
}

/// Why an exchange gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    /// The cloud says no; the code is its own.
    #[error("refused: {code}")]
    Refused { code: String },
    #[error("it asks to come back later")]
    Busy { retry_after: Option<u64> },
    #[error("not reachable: {reason}")]
    Unreachable { reason: String },
    #[error("the answer makes no sense")]
    Odd,
}

type Registered = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// This program, as the cloud knows it.
pub(super) fn registered(
    authorization: &Authorization,
    client: &Client,
    redirect: Option<&str>,
) -> Result<Registered, SignInError> {
    let auth = AuthUrl::new(authorization.auth.to_owned()).map_err(|_| SignInError::System)?;
    let token = TokenUrl::new(authorization.token.to_owned()).map_err(|_| SignInError::System)?;
    let mut registered = BasicClient::new(ClientId::new(client.id.clone()));
    if let Some(secret) = &client.secret {
        registered = registered.set_client_secret(ClientSecret::new(secret.expose().to_owned()));
    }
    if let Some(redirect) = redirect {
        let redirect = RedirectUrl::new(redirect.to_owned()).map_err(|_| SignInError::System)?;
        registered = registered.set_redirect_uri(redirect);
    }
    Ok(registered.set_auth_type(AuthType::RequestBody).set_auth_uri(auth).set_token_uri(token))
}

/// Exchanges a code.
pub(super) async fn exchange(
    authorization: &Authorization,
    client: &Client,
    redirect: &str,
    code: &SecretText,
    verifier: &str,
    network: &Network,
    http: &reqwest::Client,
) -> Result<Granted, SignInError> {
    let registered = registered(authorization, client, Some(redirect))?;
    let http = |request| send(http.clone(), network.clone(), request);
    let answer = registered
        .exchange_code(AuthorizationCode::new(code.expose().to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()))
        .request_async(&http)
        .await;
    Ok(granted(answer)?)
}

/// Gives a new access token for a refresh token.
pub(crate) async fn refresh(
    authorization: &Authorization,
    client: &Client,
    token: &SecretText,
    network: &Network,
    http: &reqwest::Client,
) -> Result<Granted, TokenError> {
    let registered = registered(authorization, client, None).map_err(|_| TokenError::Odd)?;
    let http = |request| send(http.clone(), network.clone(), request);
    let token = RefreshToken::new(token.expose().to_owned());
    granted(registered.exchange_refresh_token(&token).request_async(&http).await)
}

fn granted(
    answer: Result<BasicTokenResponse, RequestTokenError<TokenError, BasicErrorResponse>>,
) -> Result<Granted, TokenError> {
    let answer = answer.map_err(|error| match error {
        RequestTokenError::ServerResponse(response) => TokenError::Refused { code: code(response.error().as_ref()) },
        RequestTokenError::Request(error) => error,
        _ => TokenError::Odd,
    })?;
    let token = answer.access_token().secret();
    // It goes into a header.
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(TokenError::Odd);
    }
    let lives = answer.expires_in().unwrap_or(USUAL).min(Duration::from_secs(86_400)).saturating_sub(EARLIER);
    Ok(Granted {
        access: Access { token: SecretText::from(token.as_str()), until: Instant::now() + lives },
        refresh: answer.refresh_token().map(|token| SecretText::from(token.secret().as_str())),
        scopes: answer.scopes().map(|scopes| {
            // Some clouds write commas, or all of them in one.
            scopes.iter().flat_map(|scope| scope.split([' ', ','])).map(str::to_owned).collect()
        }),
    })
}

/// An error code as it can be shown: letters of ASCII, and not many.
pub(super) fn code(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(64).collect()
}

async fn send(client: reqwest::Client, network: Network, request: HttpRequest) -> Result<HttpResponse, TokenError> {
    match tokio::time::timeout(TIME, ask(&client, &network, request)).await {
        Ok(answer) => answer,
        Err(_) => Err(TokenError::Unreachable { reason: "timed out".to_owned() }),
    }
}

async fn ask(client: &reqwest::Client, network: &Network, request: HttpRequest) -> Result<HttpResponse, TokenError> {
    let (parts, body) = request.into_parts();
    let url = reqwest::Url::parse(&network.way_to(&parts.uri).to_string()).map_err(|_| TokenError::Odd)?;
    let sent = client.request(parts.method, url).headers(parts.headers).body(body).send().await;
    let mut answer = sent.map_err(unreachable)?;
    let status = answer.status();
    if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        let after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        return Err(TokenError::Busy { retry_after: after.and_then(|after| after.trim().parse().ok()) });
    }
    if status.is_server_error() || status.is_redirection() {
        return Err(TokenError::Odd);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > LONGEST {
            return Err(TokenError::Odd);
        }
        body.extend_from_slice(&chunk);
    }
    // Any success is one: the library knows but 200.
    let status = if status.is_success() { StatusCode::OK } else { status };
    let mut response = HttpResponse::new(body);
    *response.status_mut() = status;
    Ok(response)
}

fn unreachable(error: reqwest::Error) -> TokenError {
    let error = error.without_url();
    let mut inner: &dyn std::error::Error = &error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    TokenError::Unreachable {
        reason: inner.to_string().chars().filter(|letter| !letter.is_control()).take(200).collect(),
    }
}
