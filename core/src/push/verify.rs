//! Whether a request is what it says: signed by the pinned key, for this token, of the enrolled address, and new.
//!
//! The signature covers `nonce|url|serial|question|title|sslverify[|require_presence]`. Fields joined like that can be split
//! anew elsewhere under the same signature, so that no field may hold a `|` itself.

use serde::Deserialize;

use super::{PushToken, keys};

/// A request that is still offered so long after it was seen first is none that a person waits for, in seconds.
const STALE_SECONDS: u64 = 900;

/// How long a request is open where the server is as it comes, in seconds. It does not say so itself.
pub const USUAL_SECONDS: u64 = 120;

/// The longest title or question, in characters.
const LONGEST_TEXT: usize = 1_000;
/// The longest nonce.
const LONGEST_NONCE: usize = 128;
/// The most choices.
const MOST_CHOICES: usize = 64;
/// The longest choice, in characters.
const LONGEST_CHOICE: usize = 64;

/// A request as it comes over the wire.
#[derive(Deserialize)]
#[allow(missing_docs)]
pub struct Wire {
    pub nonce: String,
    pub url: String,
    pub serial: String,
    pub question: String,
    pub title: String,
    pub sslverify: String,
    pub signature: String,
    #[serde(default)]
    pub require_presence: Option<String>,
    #[serde(default)]
    pub capabilities: Option<String>,
    #[serde(default)]
    pub capabilities_signature: Option<String>,
}

/// A request that can be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Its number.
    pub nonce: String,
    /// What it is about.
    pub title: String,
    /// What is asked.
    pub question: String,
    /// The choices, of which the user has to pick the one that the other screen shows; empty: none.
    pub choices: Vec<String>,
    /// The server takes a reason with a denial.
    pub takes_reason: bool,
    /// When it was seen first, in Unix seconds of the right time.
    pub seen_at: u64,
}

/// Why a request is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dropped {
    /// Not in the shape of a request, or longer than any real one.
    Malformed,
    /// For another token.
    ForeignSerial,
    /// It names another address than the enrolled one.
    ForeignUrl,
    /// A field holds what parts fields.
    Ambiguous,
    /// The pinned key has not signed it: forged, or changed on the way.
    BadSignature,
    /// It was answered before.
    Replayed,
    /// It stands there twice.
    Duplicate,
    /// It has been offered for longer than anybody waits.
    Stale,
    /// More than can be shown at once.
    TooMany,
}

impl Dropped {
    /// For logs and scripts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::ForeignSerial => "foreign_serial",
            Self::ForeignUrl => "foreign_url",
            Self::Ambiguous => "ambiguous",
            Self::BadSignature => "bad_signature",
            Self::Replayed => "replayed",
            Self::Duplicate => "duplicate",
            Self::Stale => "stale",
            Self::TooMany => "too_many",
        }
    }
}

/// Looks at one request; `now` is the right time in Unix seconds.
///
/// # Errors
/// [`Dropped`] says why it is not shown.
pub fn request(wire: &Wire, token: &PushToken, now: u64) -> Result<Request, Dropped> {
    let choices = choices(wire)?;
    let fits = |text: &str| text.chars().count() <= LONGEST_TEXT;
    let nonce_fits =
        (1..=LONGEST_NONCE).contains(&wire.nonce.len()) && wire.nonce.bytes().all(|b| b.is_ascii_graphic());
    if !nonce_fits || !fits(&wire.title) || !fits(&wire.question) || !matches!(wire.sslverify.as_str(), "0" | "1") {
        return Err(Dropped::Malformed);
    }
    if wire.serial != token.serial {
        return Err(Dropped::ForeignSerial);
    }
    if wire.url != token.url {
        return Err(Dropped::ForeignUrl);
    }
    if [&wire.nonce, &wire.url, &wire.serial, &wire.question, &wire.title].iter().any(|field| field.contains('|')) {
        return Err(Dropped::Ambiguous);
    }
    if !keys::is_signed(&token.server_key, signed_text(wire).as_bytes(), &wire.signature) {
        return Err(Dropped::BadSignature);
    }
    let seen = token.seen(&wire.nonce);
    if seen.is_some_and(|seen| seen.answered) {
        return Err(Dropped::Replayed);
    }
    let seen_at = seen.map_or(now, |seen| seen.at);
    if now.saturating_sub(seen_at) > STALE_SECONDS {
        return Err(Dropped::Stale);
    }
    Ok(Request {
        nonce: wire.nonce.clone(),
        title: wire.title.clone(),
        question: wire.question.clone(),
        choices,
        takes_reason: takes_reason(wire, token)?,
        seen_at,
    })
}

/// What the server's signature covers, of the raw texts.
fn signed_text(wire: &Wire) -> String {
    let fields = [&wire.nonce, &wire.url, &wire.serial, &wire.question, &wire.title, &wire.sslverify];
    let fields = fields.into_iter().chain(wire.require_presence.as_ref());
    fields.map(String::as_str).collect::<Vec<_>>().join("|")
}

/// The choices, each once.
fn choices(wire: &Wire) -> Result<Vec<String>, Dropped> {
    let Some(list) = &wire.require_presence else { return Ok(Vec::new()) };
    if list.chars().count() > MOST_CHOICES * LONGEST_CHOICE {
        return Err(Dropped::Malformed);
    }
    let choices: Vec<String> = list.split(',').map(str::to_owned).collect();
    let odd = choices.iter().enumerate().any(|(place, choice)| {
        choice.trim().is_empty()
            || choice.chars().count() > LONGEST_CHOICE
            || choices.iter().skip(place + 1).any(|other| other == choice)
    });
    if odd || choices.len() > MOST_CHOICES { Err(Dropped::Malformed) } else { Ok(choices) }
}

/// Whether the server takes a reason. It says so under a signature of its own, over RFC 8785's canonical JSON.
fn takes_reason(wire: &Wire, token: &PushToken) -> Result<bool, Dropped> {
    let (Some(capabilities), Some(signature)) = (&wire.capabilities, &wire.capabilities_signature) else {
        // One without the other is what is left of both.
        let neither = wire.capabilities.is_none() && wire.capabilities_signature.is_none();
        return if neither { Ok(false) } else { Err(Dropped::BadSignature) };
    };
    let parsed: serde_json::Map<String, serde_json::Value> = Some(capabilities)
        .filter(|text| text.len() < 4_000)
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or(Dropped::Malformed)?;
    let canonical = canonical(&parsed, &wire.nonce).ok_or(Dropped::Malformed)?;
    if !keys::is_signed(&token.server_key, canonical.as_bytes(), signature) {
        return Err(Dropped::BadSignature);
    }
    Ok(parsed.get("decline_reason") == Some(&serde_json::Value::Bool(true)))
}

/// `{"capabilities":…,"nonce":…}` as RFC 8785 has it, for capabilities that are flags or texts: names sorted by their UTF-16
/// units, nothing escaped that need not be. Numbers and nested values would take more rules, and no server has any.
fn canonical(capabilities: &serde_json::Map<String, serde_json::Value>, nonce: &str) -> Option<String> {
    use serde_json::Value;
    let mut members: Vec<(Vec<u16>, String)> = Vec::with_capacity(capabilities.len());
    for (name, value) in capabilities {
        if !matches!(value, Value::Bool(_) | Value::String(_) | Value::Null) {
            return None;
        }
        let text = format!("{}:{}", Value::String(name.clone()), value);
        members.push((name.encode_utf16().collect(), text));
    }
    members.sort();
    let members: Vec<String> = members.into_iter().map(|(_, text)| text).collect();
    Some(format!("{{\"capabilities\":{{{}}},\"nonce\":{}}}", members.join(","), Value::String(nonce.to_owned())))
}

impl core::fmt::Debug for Request {
    /// Without what is asked.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Request").field("choices", &self.choices.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
