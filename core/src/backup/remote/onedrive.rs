//! OneDrive: the folder that it gives this program under "Apps".
//!
//! <https://learn.microsoft.com/en-us/graph/api/resources/onedrive>

use http::Request;
use opendal::services::Onedrive;
use opendal::{Buffer, Operator};

use super::service::{PLACEHOLDER, Service};
use super::wire::Reason;
use crate::backup::oauth::Authorization;

const AUTHORIZATION: Authorization = Authorization {
    auth: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    token: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
    scopes: &["Files.ReadWrite.AppFolder", "offline_access"],
    extra: &[],
    ports: &[0],
};

/// Where OpenDAL writes: all of the user's files.
const ROOT: &str = "/v1.0/me/drive/root";
/// Where this program does, and all that it is allowed to see: its own folder.
const OWN: &str = "/v1.0/me/drive/special/approot";

/// OneDrive.
pub(super) struct OneDrive;

impl Service for OneDrive {
    fn authorization(&self) -> &'static Authorization {
        &AUTHORIZATION
    }

    fn operator(&self) -> opendal::Result<Operator> {
        Operator::new(Onedrive::default().root("/").access_token(PLACEHOLDER))
    }

    fn hosts(&self) -> &'static [&'static str] {
        &["graph.microsoft.com"]
    }

    /// Both addresses know the same paths below them.
    fn adapt(&self, request: &mut Request<Buffer>) {
        let Some(path) = request.uri().path_and_query() else { return };
        let Some(below) = path.as_str().strip_prefix(ROOT) else { return };
        let is_below = below.is_empty() || below.starts_with([':', '/', '?']);
        let Some(path) = is_below.then(|| format!("{OWN}{below}").parse().ok()).flatten() else { return };
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = Some(path);
        if let Ok(uri) = http::Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }

    fn reason(&self, _status: u16, body: &[u8]) -> Option<Reason> {
        #[derive(serde::Deserialize)]
        struct Answer {
            error: Error,
        }
        #[derive(serde::Deserialize)]
        struct Error {
            code: String,
        }
        let answer: Answer = serde_json::from_slice(body).ok()?;
        matches!(answer.error.code.as_str(), "quotaLimitReached" | "insufficientStorage").then_some(Reason::Full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_programs_own_folder_is_ever_asked_for() {
        let asked = |uri: &str| {
            let mut request = Request::builder().uri(uri).body(Buffer::new()).unwrap();
            OneDrive.adapt(&mut request);
            request.uri().to_string()
        };
        let api = "https://graph.microsoft.com/v1.0/me/drive";
        assert_eq!(
            asked(&format!("{api}/root/children?$select=id")),
            format!("{api}/special/approot/children?$select=id")
        );
        assert_eq!(asked(&format!("{api}/root:/a%20b:/content")), format!("{api}/special/approot:/a%20b:/content"));
        assert_eq!(asked(&format!("{api}/root")), format!("{api}/special/approot"));
        assert_eq!(asked(&format!("{api}/rooted")), format!("{api}/rooted"));
        assert_eq!(
            asked("https://up.example/session?x=/v1.0/me/drive/root"),
            "https://up.example/session?x=/v1.0/me/drive/root"
        );
    }

    #[test]
    fn a_full_drive_is_told() {
        let says = |code: &str| OneDrive.reason(507, format!(r#"{{"error":{{"code":"{code}"}}}}"#).as_bytes());
        assert_eq!((says("quotaLimitReached"), says("itemNotFound")), (Some(Reason::Full), None));
    }
}
