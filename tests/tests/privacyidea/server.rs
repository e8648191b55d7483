//! A privacyIDEA on loopback, and what an administrator does there.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// A running server.
pub(crate) struct Server {
    tool: PathBuf,
    home: PathBuf,
    port: u16,
    token: String,
}

/// A login that waits for its second step.
pub(crate) struct Asked {
    pub(crate) transaction: String,
    /// Which choice the other screen shows, where there are some.
    pub(crate) presence: Option<String>,
    pub(crate) attributes: Value,
}

impl Server {
    /// Sets one up from PyPI and starts it; `None`, and why, where the tool for that is missing.
    pub(crate) fn start() -> Option<Self> {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/tools/privacyidea-server");
        let tool = std::env::var_os("SMARTOTP_PRIVACYIDEA").map_or(beside, PathBuf::from);
        if !tool.is_file() {
            println!("skipped: no tool that starts a privacyIDEA");
            return None;
        }
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
        let home = std::env::var_os("SMARTOTP_PRIVACYIDEA_HOME");
        let home = home.map_or_else(|| cache.join("smartotp-privacyidea"), PathBuf::from);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { tool, home, port, token: String::new() };
        if !server.tool("setup") {
            println!("skipped: privacyIDEA can't be set up here (Python 3.11, PyPI)");
            return None;
        }
        server.run();
        Some(server)
    }

    /// Starts it, again.
    pub(crate) fn run(&mut self) {
        assert!(self.tool("start"), "the server does not start");
        let said = self.call("POST", "/auth", &[("username", "admin"), ("password", "adminpw")]);
        self.token = said["result"]["value"]["token"].as_str().unwrap().to_owned();
    }

    pub(crate) fn stop(&self) {
        assert!(self.tool("stop"));
        // The port is free once the process is gone.
        for _ in 0..100 {
            if TcpListener::bind(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("the server does not stop");
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What a push token's enrolment is made by.
    pub(crate) fn push_enrolment(&self) -> String {
        format!("push_firebase_configuration=poll only,push_registration_url={}/ttype/push,push_ttl=10", self.url())
    }

    /// Sets a policy, in the place of one of the same name.
    pub(crate) fn policy(&self, name: &str, scope: &str, action: &str) {
        let path = format!("/policy/{name}");
        let said = self.call("POST", &path, &[("scope", scope), ("action", action)]);
        assert_eq!(said["result"]["status"], json!(true), "{said}");
    }

    /// Sets a setting of the system.
    pub(crate) fn set(&self, name: &str, value: &str) {
        let said = self.call("POST", "/system/setConfig", &[(name, value)]);
        assert_eq!(said["result"]["status"], json!(true), "{said}");
    }

    /// A new token of alice's; gives the details.
    pub(crate) fn new_token(&self, fields: &[(&str, &str)]) -> Value {
        let fields = [fields, &[("user", "alice"), ("realm", "testrealm")]].concat();
        let said = self.call("POST", "/token/init", &fields);
        assert_eq!(said["result"]["value"], json!(true), "{said}");
        said["detail"].clone()
    }

    /// Starts a login with one token.
    pub(crate) fn trigger(&self, serial: &str) -> Asked {
        let said = self.call("POST", "/validate/triggerchallenge", &[("serial", serial)]);
        let challenge = said["detail"]["multi_challenge"][0].clone();
        let transaction = said["detail"]["transaction_id"].as_str();
        Asked {
            transaction: transaction.unwrap_or_else(|| panic!("{said}")).to_owned(),
            presence: challenge["presence_answer"].as_str().map(str::to_owned),
            attributes: challenge["attributes"].clone(),
        }
    }

    /// Whether a login was answered with a yes.
    pub(crate) fn is_accepted(&self, transaction: &str) -> bool {
        let said = self.call("GET", &format!("/validate/polltransaction/{transaction}"), &[]);
        said["result"]["value"] == json!(true)
    }

    /// Whether an answer that was typed on the other screen is taken.
    pub(crate) fn validate(&self, serial: &str, transaction: &str, answer: &str) -> bool {
        let fields = [("serial", serial), ("transaction_id", transaction), ("pass", answer)];
        self.call("POST", "/validate/check", &fields)["result"]["value"] == json!(true)
    }

    fn tool(&self, what: &str) -> bool {
        let mut command = Command::new("bash");
        command.arg(&self.tool).arg(what).env("PI_HOME", &self.home).env("PI_PORT", self.port.to_string());
        // Its server goes on with what it is given here.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    fn call(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> Value {
        let mut command = Command::new("curl");
        command.args(["-s", "-X", method, "-H", &format!("Authorization: {}", self.token)]);
        for (name, value) in fields {
            command.arg("--data-urlencode").arg(format!("{name}={value}"));
        }
        let output = command.arg(format!("{}{path}", self.url())).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{method} {path}: {error}: {text}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.tool("stop");
    }
}

/// ISO 8601 in UTC, by `date`: what this app signs is not to be made by this app here.
pub(crate) fn iso(unix: i64) -> String {
    let output = Command::new("date").args(["-u", "-d", &format!("@{unix}"), "+%Y-%m-%dT%H:%M:%S+00:00"]).output();
    String::from_utf8(output.unwrap().stdout).unwrap().trim().to_owned()
}
