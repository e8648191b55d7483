//! The authorization servers of the three: RFC 6749 with PKCE (RFC 7636), refresh, rotation and revocation.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::BASE64URL_NOPAD;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use smartotp_core::backup::cloud::Cloud;

use super::http::{Answer, Request, value};

/// What a person does in the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    /// Signs in and allows all that is asked for.
    Allows,
    /// Leaves out a tick.
    AllowsLess,
    /// Says no.
    Denies,
}

/// The ids that were given to this program.
pub(super) fn id(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::GoogleDrive => "1234-abc.apps.googleusercontent.com",
        Cloud::Dropbox => "dropboxkey",
        Cloud::OneDrive => "11111111-2222-3333-4444-555555555555",
    }
}

/// Google wants to see what it calls a secret.
pub(super) fn secret(cloud: Cloud) -> Option<&'static str> {
    (cloud == Cloud::GoogleDrive).then_some("GOCSPX-public")
}

/// Who is signed in.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    codes: BTreeMap<String, Code>,
    refresh: BTreeMap<String, Cloud>,
    access: BTreeMap<String, Cloud>,
    used: BTreeSet<String>,
    number: u32,
    pub(super) refreshes: usize,
}

#[derive(Debug)]
struct Code {
    cloud: Cloud,
    challenge: String,
    redirect: String,
    scopes: String,
    offline: bool,
}

impl Accounts {
    fn new_word(&mut self, kind: &str) -> String {
        self.number += 1;
        format!("{kind}-{}/with+marks~{}", self.number, "x".repeat(40))
    }

    pub(super) fn visit(&mut self, url: &str, person: Person) -> Result<String, String> {
        let (place, query) = url.split_once('?').ok_or("no query")?;
        let cloud = match place {
            "https://accounts.google.com/o/oauth2/v2/auth" => Cloud::GoogleDrive,
            "https://www.dropbox.com/oauth2/authorize" => Cloud::Dropbox,
            "https://login.microsoftonline.com/common/oauth2/v2.0/authorize" => Cloud::OneDrive,
            other => return Err(format!("not the place to sign in: {other}")),
        };
        let get = |name: &str| value(query, name).ok_or(format!("no {name}"));
        let redirect = get("redirect_uri")?;
        let port = redirect.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.strip_suffix("/signed-in"));
        let port: u16 = port.and_then(|port| port.parse().ok()).ok_or("the redirect is not registered")?;
        // Dropbox compares whole addresses.
        if cloud == Cloud::Dropbox && ![28_417, 28_418, 28_419].contains(&port) {
            return Err("the redirect is not registered".to_owned());
        }
        if get("client_id")? != id(cloud) || get("response_type")? != "code" || get("code_challenge_method")? != "S256"
        {
            return Err("not what is expected".to_owned());
        }
        let (challenge, state, mut scopes) = (get("code_challenge")?, get("state")?, get("scope")?);
        if challenge.len() != 43 || state.len() < 32 {
            return Err("too short to be random".to_owned());
        }
        let offline = match cloud {
            Cloud::GoogleDrive => true,
            Cloud::Dropbox => get("token_access_type")? == "offline",
            Cloud::OneDrive => scopes.split(' ').any(|scope| scope == "offline_access"),
        };
        match person {
            Person::Denies => return Ok(format!("{redirect}?error=access_denied&state={state}")),
            Person::AllowsLess => "openid".clone_into(&mut scopes),
            Person::Allows => {}
        }
        let code = self.new_word("code");
        let escaped = code.replace('+', "%2B").replace('/', "%2F");
        self.codes.insert(code, Code { cloud, challenge, redirect: redirect.clone(), scopes, offline });
        Ok(format!("{redirect}?state={state}&code={escaped}&scope=whatever"))
    }

    /// The token endpoints; `None`: something else was asked.
    pub(super) fn exchange(&mut self, request: &Request) -> Option<Answer> {
        let cloud = match (request.host.as_str(), request.path.as_str()) {
            ("oauth2.googleapis.com", "/token") => Cloud::GoogleDrive,
            ("api.dropboxapi.com", "/oauth2/token") => Cloud::Dropbox,
            ("login.microsoftonline.com", "/common/oauth2/v2.0/token") => Cloud::OneDrive,
            _ => return None,
        };
        let no = |error: &str| Some(Answer::json(400, &json!({ "error": error, "error_description": "it says more" })));
        let get = |name: &str| request.field(name).unwrap_or_default();
        if request.method != "POST" || request.has_query() {
            return no("invalid_request");
        }
        if get("client_id") != id(cloud) || request.field("client_secret").as_deref() != secret(cloud) {
            return no("invalid_client");
        }
        let (scopes, offline, rotated) = match get("grant_type").as_str() {
            "authorization_code" => {
                let Some(code) = self.codes.remove(&get("code")) else { return no("invalid_grant") };
                let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(get("code_verifier")));
                let fits = code.cloud == cloud && code.challenge == challenge && code.redirect == get("redirect_uri");
                if !fits {
                    return no("invalid_grant");
                }
                (Some(code.scopes), code.offline, false)
            }
            "refresh_token" => {
                self.refreshes += 1;
                let token = get("refresh_token");
                if self.refresh.get(&token) != Some(&cloud) {
                    // Whoever comes with one that was used has a stolen one, or so it is taken.
                    if self.used.contains(&token) {
                        self.revoke();
                    }
                    return no("invalid_grant");
                }
                if cloud == Cloud::OneDrive {
                    self.refresh.remove(&token);
                    self.used.insert(token);
                }
                (None, false, cloud == Cloud::OneDrive)
            }
            _ => return no("unsupported_grant_type"),
        };
        let access = self.new_word("access");
        self.access.insert(access.clone(), cloud);
        let token_type = if cloud == Cloud::Dropbox { "bearer" } else { "Bearer" };
        let mut answer = json!({ "access_token": access, "token_type": token_type, "expires_in": 3599 });
        if offline || rotated {
            let refresh = self.new_word("refresh");
            answer["refresh_token"] = refresh.clone().into();
            self.refresh.insert(refresh, cloud);
        }
        if let Some(scopes) = scopes {
            answer["scope"] = scopes.into();
        }
        Some(Answer::json(200, &answer))
    }

    pub(super) fn lets_in(&self, cloud: Cloud, request: &Request) -> bool {
        let token = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        token.is_some_and(|token| self.access.get(token) == Some(&cloud))
    }

    pub(super) fn expire(&mut self) {
        self.access.clear();
    }

    pub(super) fn revoke(&mut self) {
        self.access.clear();
        self.refresh.clear();
    }
}
