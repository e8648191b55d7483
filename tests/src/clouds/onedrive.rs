//! OneDrive, after <https://learn.microsoft.com/en-us/graph/api/resources/onedrive>: an app's own folder, by paths; files are fetched
//! elsewhere, and long ones are sent elsewhere, piece by piece.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::PAGE;
use super::http::{Answer, Request};

const OWN: &str = "/v1.0/me/drive/special/approot";

/// The folder of an app.
#[derive(Debug, Default)]
pub(super) struct OneDrive {
    /// By their paths in it: `name`.
    pub(super) files: BTreeMap<String, Vec<u8>>,
    /// Files on their way, by path.
    coming: BTreeMap<String, Vec<u8>>,
}

/// Whether a host is one of those where files are fetched from and sent to.
pub(super) fn is_elsewhere(host: &str) -> bool {
    host.ends_with(".1drv.example")
}

impl OneDrive {
    pub(super) fn answer(&mut self, request: &Request, full: bool, violations: &mut Vec<String>) -> Answer {
        let Some(below) = request.path.strip_prefix(OWN) else {
            violations.push(format!("not its own folder: {}", request.path));
            return no(403, "accessDenied");
        };
        let method = request.method.as_str();
        let Some(path) = below.strip_prefix(":/") else {
            return match (method, below) {
                ("GET", "") => Answer::json(200, &folder("Smart OTP", self.files.len())),
                ("GET", "/children") => self.list("", request),
                _ => no(400, "invalidRequest"),
            };
        };
        let (path, action) = path.split_once(":/").unwrap_or((path, ""));
        if path.is_empty() || path.ends_with(['/', ':']) {
            return no(400, "invalidRequest");
        }
        match (method, action) {
            ("GET", "children") => self.list(path, request),
            ("PUT", "content") if full => no(507, "quotaLimitReached"),
            ("PUT", "content") if request.body.len() > 4 * 1024 * 1024 => no(413, "requestEntityTooLarge"),
            ("PUT", "content") => {
                let is_new = self.files.insert(path.to_owned(), request.body.clone()).is_none();
                Answer::json(if is_new { 201 } else { 200 }, &item(path, request.body.len()))
            }
            ("GET", "content") if self.files.contains_key(path) => Answer::new(302)
                .with("Location", &format!("https://public.1drv.example/fetch/{}", path.replace(' ', "%20"))),
            ("POST", "createUploadSession") if full => no(507, "insufficientStorage"),
            ("POST", "createUploadSession") => {
                self.coming.insert(path.to_owned(), Vec::new());
                let url = format!("https://up.1drv.example/send/{}", path.replace(' ', "%20"));
                Answer::json(200, &json!({ "uploadUrl": url, "expirationDateTime": "2027-01-01T00:00:00Z" }))
            }
            ("GET", "") => match self.files.get(path) {
                Some(bytes) => Answer::json(200, &item(path, bytes.len())),
                None if self.has_folder(path) => Answer::json(200, &folder(path, 1)),
                None => no(404, "itemNotFound"),
            },
            ("DELETE", "") if self.files.remove(path).is_some() => Answer::new(204),
            _ => no(404, "itemNotFound"),
        }
    }

    /// Where files are fetched from and sent to, without a token.
    pub(super) fn elsewhere(&mut self, request: &Request) -> Answer {
        if let Some(path) = request.path.strip_prefix("/fetch/") {
            return self.files.get(path).map_or_else(|| Answer::new(404), |bytes| request.part_of(bytes));
        }
        let Some(path) = request.path.strip_prefix("/send/") else { return Answer::new(404) };
        let range = request.header("content-range").and_then(|range| range.strip_prefix("bytes "));
        let range = range
            .and_then(|range| range.split_once('/'))
            .and_then(|(range, whole)| Some((range.split_once('-')?, whole)));
        let Some(((from, _), whole)) = range else { return Answer::new(400) };
        let Some(bytes) = self.coming.get_mut(path).filter(|bytes| from == bytes.len().to_string()) else {
            return Answer::new(416);
        };
        bytes.extend_from_slice(&request.body);
        if whole != bytes.len().to_string() {
            return Answer::json(202, &json!({ "nextExpectedRanges": [format!("{}-", bytes.len())] }));
        }
        let bytes = self.coming.remove(path).unwrap_or_default();
        let answer = Answer::json(201, &item(path, bytes.len()));
        self.files.insert(path.to_owned(), bytes);
        answer
    }

    fn has_folder(&self, path: &str) -> bool {
        self.files.keys().any(|file| file.starts_with(&format!("{path}/")))
    }

    fn list(&self, path: &str, request: &Request) -> Answer {
        if !path.is_empty() && !self.has_folder(path) {
            return no(404, "itemNotFound");
        }
        let below = if path.is_empty() { String::new() } else { format!("{path}/") };
        let inside =
            self.files.iter().filter(|(file, _)| file.strip_prefix(&below).is_some_and(|name| !name.contains('/')));
        let inside: Vec<_> = inside.collect();
        let from: usize = request.query("$skiptoken").and_then(|token| token.parse().ok()).unwrap_or(0);
        let page: Vec<Value> =
            inside.iter().skip(from).take(PAGE).map(|(file, bytes)| item(file, bytes.len())).collect();
        let to = from + page.len();
        let mut answer = json!({ "value": page });
        if to < inside.len() {
            let escaped = request.path.replace(' ', "%20");
            answer["@odata.nextLink"] = format!("https://graph.microsoft.com{escaped}?$skiptoken={to}").into();
        }
        Answer::json(200, &answer)
    }
}

fn item(path: &str, size: usize) -> Value {
    let (parent, name) =
        path.rsplit_once('/').map_or((String::new(), path), |(parent, name)| (format!("/{parent}"), name));
    json!({
        "id": format!("A0!{name}"), "name": name, "lastModifiedDateTime": "2026-01-01T00:00:00Z", "eTag": "\"{1},1\"", "size": size,
        "parentReference": { "driveType": "personal", "driveId": "a0", "id": "A0!1", "path": format!("/drive/root:/Apps/Smart OTP{parent}") },
        "file": { "mimeType": "application/octet-stream" },
    })
}

fn folder(name: &str, children: usize) -> Value {
    json!({
        "id": "A0!1", "name": name, "lastModifiedDateTime": "2026-01-01T00:00:00Z", "eTag": "\"{2},1\"", "size": 0,
        "parentReference": { "driveType": "personal", "driveId": "a0", "id": "A0!0", "path": "/drive/root:/Apps" },
        "folder": { "childCount": children },
    })
}

fn no(status: u16, code: &str) -> Answer {
    Answer::json(status, &json!({ "error": { "code": code, "message": "it says more" } }))
}
