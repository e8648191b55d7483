//! Google Drive, after <https://developers.google.com/workspace/drive/api/reference/rest/v3>: files have ids, and names may be there twice.

use serde_json::{Value, json};

use super::PAGE;
use super::http::{Answer, Request};

const FOLDER: &str = "application/vnd.google-apps.folder";

/// A user's files.
#[derive(Debug, Default)]
pub(super) struct Drive {
    files: Vec<File>,
    number: u32,
}

#[derive(Debug)]
struct File {
    id: String,
    name: String,
    parent: String,
    /// `None`: a folder.
    bytes: Option<Vec<u8>>,
    made: u32,
}

impl Drive {
    pub(super) fn files(&self) -> usize {
        self.files.iter().filter(|file| file.bytes.is_some()).count()
    }

    pub(super) fn make_folder(&mut self, name: &str, parent: &str) -> Value {
        self.make(name, parent, None)
    }

    fn make(&mut self, name: &str, parent: &str, bytes: Option<Vec<u8>>) -> Value {
        self.number += 1;
        let (id, made) = (format!("1aB_-{:04}", self.number), self.number);
        self.files.push(File { id, name: name.to_owned(), parent: parent.to_owned(), bytes, made });
        self.files.last().map(|file| file.short()).unwrap_or_default()
    }

    pub(super) fn answer(&mut self, request: &Request, full: bool, violations: &mut Vec<String>) -> Answer {
        let path = request.path.as_str();
        let id = path.rsplit('/').next().unwrap_or_default();
        let is_file = path.strip_prefix("/drive/v3/files/").is_some_and(|id| !id.contains('/'));
        match (request.method.as_str(), path) {
            ("GET", "/drive/v3/files") => self.list(request),
            ("POST", "/drive/v3/files") => {
                let asked = request.json();
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                if asked["mimeType"] != FOLDER {
                    return no(400, "badRequest");
                }
                Answer::json(200, &self.make_folder(&text(&asked["name"]), &text(&asked["parents"][0])))
            }
            ("POST", "/upload/drive/v3/files") if full => no(403, "storageQuotaExceeded"),
            ("POST", "/upload/drive/v3/files") => self.upload(request),
            ("PATCH", _) if path.starts_with("/upload/drive/v3/files/") => {
                violations.push(format!("{id} is written over"));
                no(400, "badRequest")
            }
            ("PATCH", _) => {
                violations.push(format!("{id} goes to the bin"));
                no(400, "badRequest")
            }
            ("DELETE", _) if is_file => match self.files.iter().position(|file| file.id == id) {
                Some(at) => {
                    self.files.remove(at);
                    Answer::new(204)
                }
                None => no(404, "notFound"),
            },
            ("GET", _) if is_file => {
                let Some(file) = self.files.iter().find(|file| file.id == id) else { return no(404, "notFound") };
                match (&file.bytes, request.query("alt").as_deref()) {
                    (Some(bytes), Some("media")) => request.part_of(bytes),
                    (None, Some("media")) => no(403, "fileNotDownloadable"),
                    _ => Answer::json(200, &file.long()),
                }
            }
            _ => no(404, "notFound"),
        }
    }

    fn list(&self, request: &Request) -> Answer {
        let query = request.query("q").unwrap_or_default();
        let mut found: Vec<&File> = self.files.iter().collect();
        for term in query.split(" and ") {
            let quoted = term.split('\'').nth(1).unwrap_or_default().to_owned();
            match term {
                "trashed = false" => {}
                _ if term.starts_with("name = ") => found.retain(|file| file.name == quoted),
                _ if term.starts_with("mimeType = ") => found.retain(|file| (quoted == FOLDER) == file.bytes.is_none()),
                _ if term.ends_with(" in parents") => found.retain(|file| file.parent == quoted),
                _ => return no(400, "invalid"),
            }
        }
        if request.query("orderBy").is_some_and(|order| order.starts_with("modifiedTime desc")) {
            found.sort_by_key(|file| std::cmp::Reverse(file.made));
        }
        let size = request.query("pageSize").and_then(|size| size.parse().ok()).unwrap_or(100).min(PAGE);
        let from: usize = request.query("pageToken").and_then(|token| token.parse().ok()).unwrap_or(0);
        let is_long = request.query("fields").is_some();
        let page = found.iter().skip(from).take(size).map(|file| if is_long { file.long() } else { file.short() });
        let mut answer = json!({ "files": page.collect::<Vec<_>>() });
        if from + size < found.len() {
            answer["nextPageToken"] = (from + size).to_string().into();
        }
        Answer::json(200, &answer)
    }

    fn upload(&mut self, request: &Request) -> Answer {
        let kind = request.header("content-type").unwrap_or_default();
        let Some(boundary) = kind.strip_prefix("multipart/").and_then(|kind| kind.split_once("boundary=")) else {
            return no(400, "badRequest");
        };
        let boundary = format!("--{}", boundary.1.trim_matches('"'));
        let parts: Vec<&[u8]> = split(&request.body, boundary.as_bytes());
        let bodies: Vec<&[u8]> =
            parts.iter().filter_map(|part| split(part, b"\r\n\r\n").get(1).map(|_| after_head(part))).collect();
        let [metadata, bytes] = bodies[..] else { return no(400, "badRequest") };
        let metadata: Value = serde_json::from_slice(metadata).unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let parent = text(&metadata["parents"][0]);
        if parent != "root" && !self.files.iter().any(|file| file.id == parent) {
            return no(404, "notFound");
        }
        Answer::json(200, &self.make(&text(&metadata["name"]), &parent, Some(bytes.to_vec())))
    }
}

fn split<'a>(bytes: &'a [u8], by: &[u8]) -> Vec<&'a [u8]> {
    let (mut parts, mut from) = (Vec::new(), 0);
    for at in memchr::memmem::find_iter(bytes, by) {
        parts.push(&bytes[from..at]);
        from = at + by.len();
    }
    parts.push(&bytes[from..]);
    parts
}

/// What follows a part's head, without the line's end before the next boundary.
fn after_head(part: &[u8]) -> &[u8] {
    let at = memchr::memmem::find(part, b"\r\n\r\n").map_or(0, |at| at + 4);
    part[at..].strip_suffix(b"\r\n").unwrap_or(&part[at..])
}

impl File {
    fn short(&self) -> Value {
        let kind = if self.bytes.is_some() { "application/octet-stream" } else { FOLDER };
        json!({ "kind": "drive#file", "id": self.id, "name": self.name, "mimeType": kind })
    }

    fn long(&self) -> Value {
        let mut answer = self.short();
        answer["modifiedTime"] = format!("2026-01-01T00:{:02}:{:02}.000Z", self.made / 60 % 60, self.made % 60).into();
        answer["parents"] = json!([self.parent]);
        if let Some(bytes) = &self.bytes {
            answer["size"] = bytes.len().to_string().into();
        }
        answer
    }
}

fn no(status: u16, reason: &str) -> Answer {
    let errors = json!([{ "domain": "global", "reason": reason, "message": "it says more" }]);
    Answer::json(status, &json!({ "error": { "code": status, "message": "it says more", "errors": errors } }))
}
