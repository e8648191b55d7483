//! `time`: measured against servers on this machine, and what codes make of it.

use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::harness::{Home, Outcome, totp};

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros()).unwrap()
}

/// An SNTP server that is `ahead` microseconds.
fn server(ahead: i64) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let name = socket.local_addr().unwrap().to_string();
    thread::spawn(move || {
        let mut request = [0; 512];
        while let Ok((_, from)) = socket.recv_from(&mut request) {
            let micros = now() + ahead;
            let seconds = u64::try_from(micros / 1_000_000 + 2_208_988_800).unwrap();
            let fraction = u64::try_from(((micros % 1_000_000) << 32) / 1_000_000).unwrap();
            let stamp = (seconds << 32 | fraction).to_be_bytes();
            let mut answer = vec![0x24, 1, 6, 0xEC];
            answer.resize(24, 0);
            answer.extend(&request[40..48]);
            answer.extend([stamp, stamp].concat());
            let _ = socket.send_to(&answer, from);
        }
    });
    name
}

/// A call of `time` without a vault.
fn time(home: &Home, command: &str, servers: &[String]) -> Outcome {
    let named: Vec<&str> = servers.iter().flat_map(|server| ["--server", server]).collect();
    home.plain(&[&["time", command, "--json"], named.as_slice()].concat())
}

fn is_near(value: &Value, seconds: f64) -> bool {
    (value.as_f64().unwrap() - seconds).abs() < 0.010
}

#[test]
fn codes_follow_what_most_servers_say() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    assert_eq!(time(&home, "show", &[]).json()["state"], "not_measured");
    // Far enough that no two codes can meet: 1,000 s are 33 steps.
    let (right, lie) = (1_000_000_000, -90_000_000);
    let servers = [server(right), server(lie), server(right + 2_000), server(right)];
    let outcome = time(&home, "sync", &servers);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let state = outcome.json();
    assert_eq!((&state["state"], &state["applied"]), (&json!("corrected"), &json!(true)), "{state}");
    assert!(is_near(&state["offset"], 1_000.0), "{state}");
    assert_eq!((&state["agreeing"], &state["answers"]), (&json!(3), &json!(4)));
    assert_eq!(state["servers"][1]["agrees"], false);

    let shown = time(&home, "show", &[]).json();
    assert_eq!((&shown["state"], &shown["offset_ms"]), (&json!("corrected"), &state["offset_ms"]));
    let code = || home.json(&["code", "github"])[0]["code"].clone();
    let expected = || {
        let at = (now() / 1_000_000 + 1_000).to_string();
        home.json(&["code", "github", "--at", &at])[0]["code"].clone()
    };
    // The step may end in between, once.
    assert!((0..3).any(|_| code() == expected()), "codes are corrected");
    let remark = home.run(&["code", "github"]).err;
    assert!(remark.contains("16 min 40 s behind"), "{remark}");
    let at = home.run(&["code", "github", "--at", "59"]);
    assert_eq!((at.out.as_str(), at.err.as_str()), ("94287082\n", ""), "--at is taken as it is");
}

#[test]
fn two_servers_or_a_tie_are_shown_and_not_applied() {
    let home = Home::bare();
    for servers in [
        vec![server(60_000_000)],
        vec![server(60_000_000), server(60_000_000)],
        vec![server(60_000_000), server(60_000_000), server(0), server(0)],
    ] {
        let outcome = time(&home, "sync", &servers);
        let state = outcome.json();
        assert_eq!(
            (outcome.code, &state["state"], &state["applied"]),
            (0, &json!("no_majority"), &json!(false)),
            "{state}"
        );
        assert_eq!(time(&home, "show", &[]).json()["state"], "not_measured");
    }
}

#[test]
fn nobody_there_is_seven_and_soon_said() {
    let home = Home::bare();
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let start = Instant::now();
    let outcome = time(&home, "sync", &[silent.local_addr().unwrap().to_string(), "no-such-host.invalid".into()]);
    assert_eq!(outcome.code, 7, "{outcome:?}");
    assert!(start.elapsed() < Duration::from_secs(60));
    let error = outcome.error();
    assert_eq!((&error["code"], &error["servers"][0]["error"]), (&json!("no_time"), &json!("timeout")));
}

#[test]
fn servers_are_a_setting() {
    let home = Home::bare();
    let servers = [server(5_000_000), server(5_000_000), server(5_000_000)];
    let set = |value: &str| home.plain(&["settings", "set", "time_servers", value]).code;
    assert_eq!(set(&servers.join(",")), 0);
    assert_eq!(set("http://time.example/"), 2);
    assert!(is_near(&time(&home, "sync", &[]).json()["offset"], 5.0));
    let shown = time(&home, "show", &[]).json();
    assert_eq!(shown["servers"].as_array().map(Vec::len), Some(3));
    assert_eq!(set("default"), 0);
    assert!(time(&home, "show", &[]).json()["servers"].as_array().is_some_and(|servers| servers.len() > 3));
    assert_eq!(home.plain(&["time", "sync", "--server", "a b"]).code, 2);
}

#[test]
fn a_measurement_of_another_start_is_ignored() {
    let home = Home::bare();
    let servers = [server(5_000_000), server(5_000_000), server(5_000_000)];
    assert_eq!(time(&home, "sync", &servers).code, 0);
    let file = home.path("data/smartotp/clock.json");
    let kept: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let state_with = |name: &str, value: Value| {
        let mut changed = kept.clone();
        changed[name] = value;
        std::fs::write(&file, changed.to_string()).unwrap();
        time(&home, "show", &[]).json()["state"].clone()
    };
    assert_eq!(state_with("boot", json!("another")), "restarted");
    assert_eq!(state_with("at", json!(kept["at"].as_i64().unwrap() - 133_000)), "clock_changed");
    assert_eq!(state_with("at", kept["at"].clone()), "corrected");
}

/// A server that ends with the test. `faketime` stands between: ending it alone would leave the server behind.
struct Running {
    faketime: Child,
    pid_file: PathBuf,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(pid) = std::fs::read_to_string(&self.pid_file) {
            let _ = Command::new("kill").arg(pid.trim()).stderr(Stdio::null()).status();
        } else {
            let _ = self.faketime.kill();
        }
        let _ = self.faketime.wait();
    }
}

fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// chrony under faketime, `ahead` seconds; `None` where either is missing.
fn chrony(home: &Home, ahead: i32) -> Option<(Running, String)> {
    let port = free_port();
    let pid_file = home.path(&format!("chrony-{port}.pid"));
    let configuration = format!(
        "port {port}\nbindaddress 127.0.0.1\nallow 127.0.0.1\ncmdport 0\nbindcmdaddress /\nlocal stratum 1\npidfile {}\n",
        pid_file.display()
    );
    let configuration = home.file(&format!("chrony-{port}.conf"), configuration);
    let mut command = Command::new("faketime");
    command.args(["-f", &format!("{ahead:+}s"), "chronyd", "-d", "-x", "-U", "-u", "root", "-f"]).arg(configuration);
    command.env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default()));
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
    let mut running = Running { faketime: child, pid_file };
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    for _ in 0..50 {
        let mut request = [0; 48];
        request[0] = 0x23;
        let _ = socket.send_to(&request, ("127.0.0.1", port));
        if socket.recv(&mut [0; 512]).is_ok() {
            return Some((running, format!("127.0.0.1:{port}")));
        }
        if running.faketime.try_wait().is_ok_and(|ended| ended.is_some()) {
            break;
        }
    }
    None
}

#[test]
fn real_servers_are_right_to_ten_milliseconds_and_a_liar_is_outvoted() {
    let home = Home::bare();
    let servers: Option<Vec<_>> = [133, 133, -3_600, 133].into_iter().map(|ahead| chrony(&home, ahead)).collect();
    let Some(servers) = servers else {
        println!("skipped: no chrony or no faketime");
        return;
    };
    let names: Vec<String> = servers.iter().map(|(_, name)| name.clone()).collect();
    let state = time(&home, "sync", &names).json();
    assert!(state["applied"] == true && is_near(&state["offset"], 133.0), "{state}");
    assert_eq!((&state["agreeing"], &state["servers"][2]["agrees"]), (&json!(3), &json!(false)), "{state}");
    assert!(is_near(&state["servers"][2]["offset"], -3_600.0));
}
