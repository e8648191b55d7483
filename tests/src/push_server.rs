//! A push server on loopback that speaks as privacyIDEA does, in the test's hands: what it asks, what it was told, who came
//! how often and over how many connections. The real one has a test of its own.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use smartotp_core::code::ocra::{self, Inputs};
use smartotp_core::push::keys::{self, MadeKey, PushKey};
use smartotp_core::push::{ProviderName, PushToken};
use smartotp_core::secret::Secret;
use smartotp_core::token::{ChallengeEncoding, Counter, TokenId};
use smartotp_core::vault::SystemEntropy;

/// What TiQR accounts answer by.
const SUITE: &str = "OCRA-1:HOTP-SHA1-6:QN10";

/// A key costs seconds: all tests of a program share one for their tokens, and one for their servers.
pub fn token_key() -> &'static MadeKey {
    static KEY: OnceLock<MadeKey> = OnceLock::new();
    KEY.get_or_init(make)
}

fn server_key() -> &'static MadeKey {
    static KEY: OnceLock<MadeKey> = OnceLock::new();
    KEY.get_or_init(make)
}

#[expect(clippy::unwrap_used, reason = "a test can't go on without its keys")]
fn make() -> MadeKey {
    keys::make(&SystemEntropy).unwrap()
}

/// A question that waits for an answer.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Its number; one is made where it is empty.
    pub nonce: String,
    /// What for.
    pub title: String,
    /// What is asked.
    pub question: String,
    /// What the other screen may show, and what it does.
    pub presence: Option<(Vec<String>, String)>,
    /// What is to be typed on the other screen.
    pub code: Option<String>,
    /// Words that are changed after they were signed.
    pub forged: Option<String>,
}

impl Question {
    /// Just a question.
    #[must_use]
    pub fn new(question: &str) -> Self {
        Self { title: "Webmail".to_owned(), question: question.to_owned(), ..Self::default() }
    }
}

/// What the app said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Yes, with the choice.
    Approved(Option<String>),
    /// No, with the reason.
    Denied(Option<String>),
}

#[derive(Default)]
struct State {
    /// Open questions of each serial.
    open: HashMap<String, Vec<Question>>,
    told: Vec<(String, Told)>,
    polls: Vec<String>,
    connections: usize,
    /// Connections that are open now, and the most that were.
    at_once: (usize, usize),
    enrolled: HashMap<String, Vec<u8>>,
    down: bool,
    numbers: u32,
    /// The key that a TiQR account gave.
    tiqr: Option<Vec<u8>>,
}

/// The server.
#[derive(Clone)]
pub struct PushServer {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl PushServer {
    /// Starts one.
    ///
    /// # Panics
    /// Where there is no port.
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "a test can't go on without its server")]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { port: listener.local_addr().unwrap().port(), state: Arc::default() };
        let serving = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                std::thread::spawn(move || serving.serve(&stream));
            }
        });
        server
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its address for push tokens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/ttype/push", self.port)
    }

    /// A token that is enrolled here already.
    ///
    /// # Panics
    /// Where the keys can't be used.
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "a test can't go on without its keys")]
    pub fn token(&self, serial: &str, issuer: &str, label: &str) -> PushToken {
        let own = token_key();
        let public = PushKey::read(&own.private).unwrap().public();
        self.state().enrolled.insert(serial.to_owned(), public);
        PushToken {
            id: TokenId::from_bytes([0; 16]),
            provider: ProviderName::PrivacyIdea,
            label: label.to_owned(),
            issuer: issuer.to_owned(),
            serial: serial.to_owned(),
            url: self.url(),
            key: own.private.duplicate(),
            server_key: PushKey::read(&server_key().private).unwrap().public(),
            ask_unlock: false,
            enrolled_at: 0,
            seen: Vec::new(),
        }
    }

    /// The text of an enrolment's QR code.
    #[must_use]
    pub fn enrolment(&self, serial: &str, issuer: &str, label: &str) -> String {
        let url = self.url().replace(':', "%3A");
        format!(
            "otpauth://pipush/{label}?url={url}&ttl=10&issuer={issuer}&enrollment_credential=c0ffee&v=1&serial={serial}&sslverify=1"
        )
    }

    /// Asks something; gives its number.
    pub fn ask(&self, serial: &str, question: Question) -> String {
        let mut state = self.state();
        state.numbers += 1;
        let nonce = match question.nonce.as_str() {
            "" => format!("NONCE{:07}", state.numbers),
            given => given.to_owned(),
        };
        let question = Question { nonce: nonce.clone(), ..question };
        state.open.entry(serial.to_owned()).or_default().push(question);
        nonce
    }

    /// Takes back everything that is open.
    pub fn take_back(&self) {
        self.state().open.clear();
    }

    /// What it was told, in that order, each with the question's number.
    #[must_use]
    pub fn told(&self) -> Vec<(String, Told)> {
        self.state().told.clone()
    }

    /// Whose requests were asked for since the last time.
    #[must_use]
    pub fn take_polls(&self) -> Vec<String> {
        core::mem::take(&mut self.state().polls)
    }

    /// How many connections were made, and how many of them there were at once at most.
    #[must_use]
    pub fn connections(&self) -> (usize, usize) {
        let state = self.state();
        (state.connections, state.at_once.1)
    }

    /// Whether a serial is enrolled.
    #[must_use]
    pub fn has(&self, serial: &str) -> bool {
        self.state().enrolled.contains_key(serial)
    }

    /// It hangs up on everybody, or answers again.
    pub fn set_down(&self, down: bool) {
        self.state().down = down;
    }

    fn serve(&self, stream: &TcpStream) {
        {
            let mut state = self.state();
            if state.down {
                return;
            }
            state.connections += 1;
            state.at_once.0 += 1;
            state.at_once.1 = state.at_once.1.max(state.at_once.0);
        }
        let mut reader = BufReader::new(stream);
        while let Some((line, body)) = request(&mut reader) {
            if self.state().down {
                break;
            }
            let (status, answer) = self.answer(&line, &body);
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                answer.len()
            );
            let mut stream = stream;
            if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(answer.as_bytes())).is_err() {
                break;
            }
        }
        self.state().at_once.0 -= 1;
    }

    fn answer(&self, line: &str, body: &str) -> (&'static str, String) {
        let path = line.split_whitespace().nth(1).unwrap_or_default();
        if path.starts_with("/tiqr/") {
            return ("200 OK", self.tiqr(path, &form(body)));
        }
        let is_poll = line.starts_with("GET ");
        let query = path.split_once('?').map_or("", |(_, query)| query);
        let fields = form(if is_poll { query } else { body });
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let serial = field("serial");
        if !field("enrollment_credential").is_empty() {
            return self.enrol(&serial, &field("enrollment_credential"), &field("pubkey"));
        }
        let Some(public) = self.state().enrolled.get(&serial).cloned() else { return refusal(601) };
        if is_poll {
            let signed = format!("{serial}|{}", field("timestamp"));
            if !keys::is_signed(&public, signed.as_bytes(), &field("signature")) {
                return refusal(905);
            }
            let mut state = self.state();
            state.polls.push(serial.clone());
            let open: Vec<String> =
                state.open.get(&serial).into_iter().flatten().map(|question| self.written(&serial, question)).collect();
            return ok(&format!("[{}]", open.join(",")), "");
        }
        let nonce = field("nonce");
        let told = match (field("decline").as_str(), fields.get("decline_reason"), fields.get("presence_answer")) {
            ("1", reason, _) => Told::Denied(reason.cloned()),
            (_, _, choice) => Told::Approved(choice.cloned()),
        };
        let signed = match &told {
            Told::Approved(None) => format!("{nonce}|{serial}"),
            Told::Approved(Some(choice)) => format!("{nonce}|{serial}|{choice}"),
            Told::Denied(None) => format!("{nonce}|{serial}|decline"),
            Told::Denied(Some(reason)) => format!("{nonce}|{serial}|decline|{reason}"),
        };
        if !keys::is_signed(&public, signed.as_bytes(), &field("signature")) {
            return refusal(905);
        }
        let mut state = self.state();
        let open = state.open.entry(serial).or_default();
        let Some(place) = open.iter().position(|question| question.nonce == nonce) else { return ok("false", "") };
        let wrong = match (&told, open.get(place).and_then(|question| question.presence.as_ref())) {
            (Told::Approved(choice), Some((_, right))) => choice.as_ref() != Some(right),
            _ => false,
        };
        if wrong {
            return ok("false", "");
        }
        let question = open.remove(place);
        let code = question.code.filter(|_| matches!(told, Told::Approved(_)));
        state.told.push((nonce, told));
        ok("true", &code.map(|code| format!(r#""display_code":"{code}""#)).unwrap_or_default())
    }

    /// The text of a TiQR enrolment's QR code.
    #[must_use]
    pub fn tiqr_enrolment(&self) -> String {
        format!("tiqrenroll://http://127.0.0.1:{}/tiqr/meta", self.port)
    }

    fn tiqr(&self, path: &str, fields: &HashMap<String, String>) -> String {
        let base = format!("http://127.0.0.1:{}/tiqr", self.port);
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        match path {
            "/tiqr/meta" => serde_json::json!({
                "service": {
                    "displayName": "The Library", "identifier": "library.example", "ocraSuite": SUITE,
                    "authenticationUrl": format!("{base}/auth"), "enrollmentUrl": format!("{base}/enrol"),
                },
                "identity": { "identifier": "mira", "displayName": "Mira Keller" },
            })
            .to_string(),
            "/tiqr/enrol" => {
                self.state().tiqr = data_encoding::HEXLOWER.decode(field("secret").as_bytes()).ok();
                "OK".to_owned()
            }
            _ => {
                let Some(key) = self.state().tiqr.clone() else { return "INVALID_USERID".to_owned() };
                let right = respond(&key, &field("sessionKey"));
                if right.is_some_and(|right| right == field("response")) { "OK" } else { "INVALID_RESPONSE:2" }
                    .to_owned()
            }
        }
    }

    fn enrol(&self, serial: &str, credential: &str, public: &str) -> (&'static str, String) {
        let mut state = self.state();
        if state.enrolled.contains_key(serial) {
            return refusal(601);
        }
        let spki = data_encoding::BASE64.decode(public.as_bytes()).unwrap_or_default();
        // SubjectPublicKeyInfo of a key of 4,096 bits: 24 bytes around the PKCS#1 form.
        let Some(pkcs1) = spki.get(24..).filter(|_| credential == "c0ffee" && spki.len() == 550) else {
            return refusal(905);
        };
        state.enrolled.insert(serial.to_owned(), pkcs1.to_vec());
        let own = PushKey::read(&server_key().private).map(|key| key.public()).unwrap_or_default();
        ok("true", &format!(r#""public_key":"{}""#, data_encoding::BASE64.encode(&own)))
    }

    /// A question as it goes over the wire, signed.
    fn written(&self, serial: &str, question: &Question) -> String {
        let Ok(key) = PushKey::read(&server_key().private) else { return String::new() };
        let url = self.url();
        let Question { nonce, title, question: text, presence, forged, .. } = question;
        let choices = presence.as_ref().map(|(choices, _)| choices.join(","));
        let mut signed = format!("{nonce}|{url}|{serial}|{text}|{title}|1");
        if let Some(choices) = &choices {
            signed = format!("{signed}|{choices}");
        }
        let capabilities = r#"{"decline_reason":true}"#;
        let mut wire = serde_json::json!({
            "nonce": nonce, "url": url, "serial": serial, "title": title, "sslverify": "1",
            "question": forged.as_ref().unwrap_or(text),
            "signature": key.sign(&signed).unwrap_or_default(),
            "capabilities": capabilities,
            "capabilities_signature":
                key.sign(&format!(r#"{{"capabilities":{capabilities},"nonce":"{nonce}"}}"#)).unwrap_or_default(),
        });
        if let (Some(choices), Some(wire)) = (choices, wire.as_object_mut()) {
            wire.insert("require_presence".to_owned(), choices.into());
        }
        wire.to_string()
    }
}

/// The answer to the challenge that every login here has; of the session "old" the challenge is another one.
fn respond(key: &[u8], session: &str) -> Option<String> {
    let inputs = Inputs {
        challenge: if session == "old" { "0000000001" } else { "1234567890" },
        encoding: ChallengeEncoding::Rfc,
        counter: Counter(0),
        pin: None,
        session: None,
        unix: 0,
    };
    let code = ocra::respond(&Secret::from_bytes(key.to_vec()), &SUITE.parse().ok()?, &inputs).ok()?;
    Some(code.as_str().to_owned())
}

fn ok(value: &str, detail: &str) -> (&'static str, String) {
    ("200 OK", format!(r#"{{"result":{{"status":true,"value":{value}}},"detail":{{{detail}}}}}"#))
}

fn refusal(code: u32) -> (&'static str, String) {
    ("400 Bad Request", format!(r#"{{"result":{{"status":false,"error":{{"code":{code}}}}}}}"#))
}

/// The first line and the body of the next request; `None` at the end.
fn request(reader: &mut BufReader<&TcpStream>) -> Option<(String, String)> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|length| *length > 0)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((first, String::from_utf8(body).ok()?))
}

/// A form's fields.
fn form(text: &str) -> HashMap<String, String> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex: Vec<u8> = rest.by_ref().take(2).collect();
            let hex = String::from_utf8_lossy(&hex).into_owned();
            bytes.push(u8::from_str_radix(&hex, 16).unwrap_or(b'?'));
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
