//! Google Drive: a folder of its own in the user's files. This program sees what it has made there, and nothing else.
//!
//! <https://developers.google.com/workspace/drive/api/reference/rest/v3>

use http::{Method, Request};
use opendal::services::Gdrive;
use opendal::{Buffer, Operator};
use serde::Deserialize;

use super::service::{PLACEHOLDER, Service};
use super::wire::Reason;
use crate::backup::oauth::Authorization;

const AUTHORIZATION: Authorization = Authorization {
    auth: "https://accounts.google.com/o/oauth2/v2/auth",
    token: "https://oauth2.googleapis.com/token",
    scopes: &["https://www.googleapis.com/auth/drive.file"],
    extra: &[("access_type", "offline")],
    ports: &[0],
};

/// Google Drive.
pub(super) struct GoogleDrive;

impl Service for GoogleDrive {
    fn authorization(&self) -> &'static Authorization {
        &AUTHORIZATION
    }

    fn operator(&self) -> opendal::Result<Operator> {
        Operator::new(Gdrive::default().root("/").access_token(PLACEHOLDER))
    }

    fn hosts(&self) -> &'static [&'static str] {
        &["www.googleapis.com"]
    }

    /// OpenDAL moves files to the bin, where they would lie for 30 days: what an old backup password opens is to be gone.
    fn adapt(&self, request: &mut Request<Buffer>) {
        let uri = request.uri();
        let is_file = uri.path().strip_prefix("/drive/v3/files/").is_some_and(|id| !id.is_empty() && !id.contains('/'));
        if request.method() == Method::PATCH && is_file && uri.query().is_none() {
            *request.method_mut() = Method::DELETE;
            *request.body_mut() = Buffer::new();
        }
    }

    fn deletes_by_change(&self) -> bool {
        true
    }

    fn reason(&self, status: u16, body: &[u8]) -> Option<Reason> {
        #[derive(Deserialize)]
        struct Answer {
            error: Error,
        }
        #[derive(Deserialize)]
        struct Error {
            #[serde(default)]
            errors: Vec<Detail>,
        }
        #[derive(Deserialize)]
        struct Detail {
            #[serde(default)]
            reason: String,
        }
        let answer: Answer = serde_json::from_slice(body).ok().filter(|_| status == 403)?;
        answer.error.errors.iter().find_map(|detail| match detail.reason.as_str() {
            "storageQuotaExceeded" | "teamDriveFileLimitExceeded" => Some(Reason::Full),
            "rateLimitExceeded" | "userRateLimitExceeded" | "dailyLimitExceeded" => Some(Reason::Busy),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_deleted_is_deleted_and_not_binned() {
        let asked = |method: Method, uri: &str| {
            let mut request = Request::builder().method(method).uri(uri).body(Buffer::from("{}")).unwrap();
            GoogleDrive.adapt(&mut request);
            (request.method().clone(), request.body().len())
        };
        let api = "https://www.googleapis.com";
        assert_eq!(asked(Method::PATCH, &format!("{api}/drive/v3/files/abc")), (Method::DELETE, 0));
        assert_eq!(asked(Method::PATCH, &format!("{api}/drive/v3/files/abc?fields=id")), (Method::PATCH, 2));
        assert_eq!(
            asked(Method::PATCH, &format!("{api}/upload/drive/v3/files/abc?uploadType=media")),
            (Method::PATCH, 2)
        );
        assert_eq!(asked(Method::POST, &format!("{api}/drive/v3/files")), (Method::POST, 2));
    }

    #[test]
    fn a_full_drive_and_a_busy_one_are_told_from_one_that_refuses() {
        let says = |reason: &str| {
            let body =
                format!(r#"{{"error":{{"code":403,"errors":[{{"domain":"usageLimits","reason":"{reason}"}}]}}}}"#);
            GoogleDrive.reason(403, body.as_bytes())
        };
        assert_eq!(says("storageQuotaExceeded"), Some(Reason::Full));
        assert_eq!(says("userRateLimitExceeded"), Some(Reason::Busy));
        assert_eq!(says("insufficientFilePermissions"), None);
        assert_eq!(GoogleDrive.reason(403, b"\xff{"), None);
    }
}
