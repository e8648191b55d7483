//! A sign-in that has begun: what the browser is sent to, what has to come back, and how that becomes a sign-in.

use std::fmt;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use oauth2::{CsrfToken, PkceCodeChallenge, PkceCodeVerifier, Scope};
use reqwest::Url;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::loopback::Loopback;
use super::page::Page;
use super::token::{self, Granted};
use super::{SignInError, token::Authorization};
use crate::backup::cloud::{Client, Cloud, SignIn};
use crate::backup::remote::{Network, service};
use crate::secret::SecretText;
use crate::vault::Entropy;

/// A sign-in that waits for a person in a browser.
pub struct Pending {
    cloud: Cloud,
    client: Client,
    verifier: Zeroizing<String>,
    url: String,
    expected: Arc<Expected>,
}

/// What the right answer looks like.
pub(super) struct Expected {
    redirect: Url,
    state: Zeroizing<String>,
}

/// The code that a cloud gave for a sign-in; good once, and only with the verifier.
pub struct Code(SecretText);

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("cloud", &self.cloud).finish_non_exhaustive()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Begins a sign-in whose answer comes back to `redirect`: an app link (`https://…`), a scheme of the app's own, or a port of this machine.
///
/// # Errors
/// [`SignInError::System`] where there is no randomness, or where the address is none.
pub fn begin(cloud: Cloud, client: Client, redirect: &str, entropy: &dyn Entropy) -> Result<Pending, SignInError> {
    let authorization = service(cloud).authorization();
    let expected = Expected { redirect: Url::parse(redirect).map_err(|_| SignInError::System)?, state: word(entropy)? };
    let verifier = word(entropy)?;
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.to_string()));
    let registered = token::registered(authorization, &client, Some(redirect))?;
    let mut request = registered
        .authorize_url(|| CsrfToken::new(expected.state.to_string()))
        .add_scopes(authorization.scopes.iter().map(|scope| Scope::new((*scope).to_owned())))
        .set_pkce_challenge(challenge);
    for (name, value) in authorization.extra {
        request = request.add_extra_param(*name, *value);
    }
    let (url, _) = request.url();
    Ok(Pending { cloud, client, verifier, url: url.into(), expected: Arc::new(expected) })
}

/// 256 random bits as text: what RFC 7636, 4.1 recommends for a verifier.
fn word(entropy: &dyn Entropy) -> Result<Zeroizing<String>, SignInError> {
    let mut bytes = Zeroizing::new([0; 32]);
    entropy.fill(&mut *bytes).map_err(|_| SignInError::System)?;
    Ok(Zeroizing::new(BASE64URL_NOPAD.encode(&*bytes)))
}

impl Pending {
    /// Where the browser is sent.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What the address says that came back: the code, where it is the right one.
    ///
    /// # Errors
    /// [`SignInError::Foreign`] where it does not belong to this sign-in: go on waiting. [`SignInError::Denied`] and
    /// [`SignInError::Refused`] where the cloud or the person says no.
    pub fn read(&self, redirected: &str) -> Result<Code, SignInError> {
        self.expected.read(redirected)
    }

    /// Exchanges the code for a sign-in. Waits for the network.
    ///
    /// # Errors
    /// [`SignInError`].
    pub fn finish(self, code: Code, network: &Network) -> Result<SignIn, SignInError> {
        let authorization = service(self.cloud).authorization();
        let redirect = self.expected.redirect.as_str();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|_| SignInError::System)?;
        let client = network.client().map_err(|_| SignInError::System)?;
        let call = token::exchange(authorization, &self.client, redirect, &code.0, &self.verifier, network, &client);
        let Granted { access, refresh, scopes } = runtime.block_on(call)?;
        if !scopes.is_none_or(|scopes| is_enough(authorization, &scopes)) {
            return Err(SignInError::NotAllowed);
        }
        let refresh = refresh.ok_or(SignInError::Odd)?;
        Ok(SignIn { client: self.client, refresh, access: Some(access), ended: false })
    }
}

/// Whether all that was asked for was given. Microsoft writes its scopes with or without the address before them, and does not name
/// `offline_access`.
fn is_enough(authorization: &Authorization, given: &[String]) -> bool {
    let mut needed = authorization.scopes.iter().filter(|scope| **scope != "offline_access");
    needed.all(|scope| {
        given.iter().any(|given| {
            let given = given.to_ascii_lowercase();
            let scope = scope.to_ascii_lowercase();
            given == scope || given.strip_suffix(&scope).is_some_and(|before| before.ends_with('/'))
        })
    })
}

impl Expected {
    /// Reads the address that a browser or the system came back with.
    pub(super) fn read(&self, redirected: &str) -> Result<Code, SignInError> {
        let url = Url::parse(redirected).map_err(|_| SignInError::Foreign)?;
        let is_place = url.scheme() == self.redirect.scheme()
            && url.authority() == self.redirect.authority()
            && url.path() == self.redirect.path();
        if !is_place {
            return Err(SignInError::Foreign);
        }
        let one = |name: &str| {
            let mut values = url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value);
            let value = values.next();
            // Said twice is not said.
            if values.next().is_some() { None } else { value.map(|value| SecretText::new(value.into_owned())) }
        };
        let state = one("state").ok_or(SignInError::Foreign)?;
        if !bool::from(state.expose().as_bytes().ct_eq(self.state.as_bytes())) {
            return Err(SignInError::Foreign);
        }
        if let Some(error) = one("error") {
            return Err(match error.expose() {
                "access_denied" => SignInError::Denied,
                code => SignInError::Refused { code: token::code(code) },
            });
        }
        one("code").filter(|code| !code.is_empty()).map(Code).ok_or(SignInError::Foreign)
    }

    pub(super) fn redirect(&self) -> &Url {
        &self.redirect
    }
}

/// A sign-in whose answer comes to a port of this machine.
#[derive(Debug)]
pub struct Waiting {
    pending: Pending,
    loopback: Loopback,
}

/// Begins a sign-in on a desktop: opens a port of this machine for its one answer.
///
/// # Errors
/// [`SignInError::System`] where there is no port, or no randomness.
pub fn begin_here(cloud: Cloud, client: Client, entropy: &dyn Entropy) -> Result<Waiting, SignInError> {
    let loopback = Loopback::open(service(cloud).authorization().ports)?;
    let pending = begin(cloud, client, &loopback.redirect(), entropy)?;
    Ok(Waiting { pending, loopback })
}

impl Waiting {
    /// Where the browser is sent.
    #[must_use]
    pub fn url(&self) -> &str {
        self.pending.url()
    }

    /// Waits for the answer, ten minutes at most, and exchanges it. `is_cancelled` is asked every now and then.
    ///
    /// # Errors
    /// [`SignInError`].
    pub fn finish(
        self,
        page: &Page<'_>,
        network: &Network,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<SignIn, SignInError> {
        let Self { pending, loopback } = self;
        let code = loopback.wait(&pending.expected, page, is_cancelled)?;
        pending.finish(code, network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::SystemEntropy;

    fn pending(cloud: Cloud, redirect: &str) -> Pending {
        begin(cloud, Client::new("the-id", None), redirect, &SystemEntropy).unwrap()
    }

    fn asked(pending: &Pending, name: &str) -> String {
        let url = Url::parse(pending.url()).unwrap();
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    }

    #[test]
    fn the_browser_is_sent_to_the_cloud_with_a_challenge_and_without_the_verifier() {
        for (cloud, begins, scope) in [
            (
                Cloud::GoogleDrive,
                "https://accounts.google.com/o/oauth2/v2/auth?",
                "https://www.googleapis.com/auth/drive.file",
            ),
            (
                Cloud::Dropbox,
                "https://www.dropbox.com/oauth2/authorize?",
                "files.content.read files.content.write files.metadata.read",
            ),
            (
                Cloud::OneDrive,
                "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?",
                "Files.ReadWrite.AppFolder offline_access",
            ),
        ] {
            let pending = pending(cloud, "http://127.0.0.1:5000/signed-in");
            assert!(pending.url().starts_with(begins), "{}", pending.url());
            assert_eq!((asked(&pending, "scope").as_str(), asked(&pending, "client_id").as_str()), (scope, "the-id"));
            assert_eq!(asked(&pending, "redirect_uri"), "http://127.0.0.1:5000/signed-in");
            assert_eq!(
                (asked(&pending, "response_type").as_str(), asked(&pending, "code_challenge_method").as_str()),
                ("code", "S256")
            );
            assert_eq!((asked(&pending, "code_challenge").len(), asked(&pending, "state").len()), (43, 43));
            assert!(!pending.url().contains(pending.verifier.as_str()));
            assert!(!format!("{pending:?}").contains(pending.verifier.as_str()));
        }
    }

    #[test]
    fn only_the_right_answer_at_the_right_place_is_one() {
        for redirect in ["http://127.0.0.1:5000/signed-in", "smartotp://signed-in/", "https://app.example/signed-in"] {
            let pending = pending(Cloud::Dropbox, redirect);
            let state = asked(&pending, "state");
            let good = format!("{redirect}?code=abc&state={state}");
            assert_eq!(pending.read(&good).unwrap().0.expose(), "abc");
            assert_eq!(format!("{:?}", pending.read(&good).unwrap()), "[redacted]");
            for bad in [
                format!("{redirect}?code=abc"),
                format!("{redirect}?code=abc&state="),
                format!("{redirect}?code=abc&state={state}x"),
                format!("{redirect}?code=abc&state={state}&state={state}"),
                format!("{redirect}?code=&state={state}"),
                format!("{redirect}?code=a&code=b&state={state}"),
                format!("{redirect}/more?code=abc&state={state}"),
                format!("http://127.0.0.1:5001/signed-in?code=abc&state={state}"),
                format!("https://evil.example/?code=abc&state={state}"),
                "no address".to_owned(),
                String::new(),
            ] {
                assert_eq!(pending.read(&bad).unwrap_err(), SignInError::Foreign, "{bad}");
            }
            let denied = format!("{redirect}?error=access_denied&state={state}");
            assert_eq!(pending.read(&denied).unwrap_err(), SignInError::Denied);
            let refused = format!("{redirect}?error=invalid_scope%1b%5B0m{}&state={state}", "x".repeat(900));
            let Err(SignInError::Refused { code }) = pending.read(&refused) else { panic!() };
            assert!(code.starts_with("invalid_scope[0mx") && code.len() <= 64);
        }
    }

    #[test]
    fn less_than_was_asked_for_is_noticed() {
        let given = |cloud, scopes: &[&str]| {
            is_enough(
                service(cloud).authorization(),
                &scopes.iter().map(|scope| (*scope).to_owned()).collect::<Vec<_>>(),
            )
        };
        assert!(given(Cloud::GoogleDrive, &["https://www.googleapis.com/auth/drive.file"]));
        assert!(!given(Cloud::GoogleDrive, &["https://www.googleapis.com/auth/drive.file.other", "openid"]));
        assert!(given(Cloud::OneDrive, &["https://graph.microsoft.com/Files.ReadWrite.AppFolder"]));
        assert!(given(Cloud::OneDrive, &["files.readwrite.appfolder", "openid"]));
        assert!(!given(Cloud::OneDrive, &["User.Read"]) && !given(Cloud::Dropbox, &["files.content.read"]));
    }
}
