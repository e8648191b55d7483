//! Dropbox, after <https://www.dropbox.com/developers/documentation/http/documentation>: paths, and a 409 for all that an endpoint says.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::PAGE;
use super::http::{Answer, Request};

/// The folder of an app.
#[derive(Debug, Default)]
pub(super) struct Dropbox {
    /// By their paths: `/name`.
    pub(super) files: BTreeMap<String, Vec<u8>>,
}

impl Dropbox {
    pub(super) fn answer(&mut self, request: &Request, full: bool) -> Answer {
        let argument = match request.host.as_str() {
            "content.dropboxapi.com" => {
                let header = request.header("dropbox-api-arg").unwrap_or_default();
                serde_json::from_str(header).unwrap_or_default()
            }
            _ => request.json(),
        };
        let path = argument["path"].as_str().unwrap_or_default().to_owned();
        let is_good = path.is_empty() || (path.starts_with('/') && !path.ends_with('/'));
        if request.method != "POST" || !is_good {
            return Answer::new(400);
        }
        match (request.host.as_str(), request.path.as_str()) {
            ("content.dropboxapi.com", "/2/files/upload") => {
                if full {
                    return no("path/insufficient_space/..");
                }
                self.files.insert(path.clone(), request.body.clone());
                Answer::json(200, &entry(&path, request.body.len(), false))
            }
            ("content.dropboxapi.com", "/2/files/download") => match self.files.get(&path) {
                Some(bytes) => request.part_of(bytes),
                None => no("path/not_found/"),
            },
            ("api.dropboxapi.com", "/2/files/list_folder") => self.list(&path, 0),
            ("api.dropboxapi.com", "/2/files/list_folder/continue") => {
                let cursor = argument["cursor"].as_str().and_then(|cursor| cursor.split_once(' '));
                let Some((from, path)) = cursor else { return Answer::new(400) };
                self.list(path, from.parse().unwrap_or_default())
            }
            ("api.dropboxapi.com", "/2/files/delete_v2") => match self.files.remove(&path) {
                Some(bytes) => Answer::json(200, &json!({ "metadata": entry(&path, bytes.len(), true) })),
                None => no("path_lookup/not_found/.."),
            },
            ("api.dropboxapi.com", "/2/files/get_metadata") => match self.files.get(&path) {
                Some(bytes) => Answer::json(200, &entry(&path, bytes.len(), true)),
                None => no("path/not_found/..."),
            },
            _ => Answer::new(404),
        }
    }

    fn list(&self, folder: &str, from: usize) -> Answer {
        let below = format!("{folder}/");
        let inside: Vec<_> = self.files.iter().filter(|(path, _)| path.starts_with(&below)).collect();
        if !folder.is_empty() && inside.is_empty() {
            return no("path/not_found/.");
        }
        let page = inside.iter().skip(from).take(PAGE).map(|(path, bytes)| entry(path, bytes.len(), true));
        let entries: Vec<Value> = page.collect();
        let to = from + entries.len();
        let more = to < inside.len();
        Answer::json(200, &json!({ "entries": entries, "cursor": format!("{to} {folder}"), "has_more": more }))
    }
}

fn entry(path: &str, size: usize, is_tagged: bool) -> Value {
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut entry = json!({
        "name": name, "id": format!("id:{name}"), "client_modified": "2026-01-01T00:00:00Z",
        "server_modified": "2026-01-01T00:00:00Z", "rev": "a1c10ce0dd78", "size": size, "path_lower": path.to_lowercase(),
        "path_display": path, "is_downloadable": true, "content_hash": "0".repeat(64),
    });
    if is_tagged {
        entry[".tag"] = "file".into();
    }
    entry
}

fn no(summary: &str) -> Answer {
    Answer::json(409, &json!({ "error_summary": summary, "error": { ".tag": summary.split('/').next() } }))
}
