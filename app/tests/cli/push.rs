//! `push` and `tiqr` where no server helps: what is refused before anything is sent. A real server is asked elsewhere.

use std::net::TcpListener;

use serde_json::json;

use crate::harness::Home;

fn push_link(url: &str) -> String {
    let url = url.replace(':', "%3A");
    format!("otpauth://pipush/P1?url={url}&ttl=10&issuer=Work&enrollment_credential=93&v=1&serial=P1&sslverify=1")
}

/// A port of this machine where nobody answers.
fn nobody() -> String {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    format!("http://127.0.0.1:{port}")
}

#[test]
fn an_enrolment_is_refused_before_anything_is_sent() {
    let home = Home::new();
    for (link, exit, code) in [
        (push_link("http://mfa.example/ttype/push"), 8, "bad_address"),
        (push_link("https://mfa@evil.example/ttype/push"), 8, "bad_address"),
        (push_link("https://10.0.0.1/ttype/push"), 8, "private_network"),
        (push_link("https://169.254.169.254/ttype/push"), 8, "private_network"),
        (push_link("https://mfa.example/").replace("v=1", "v=2"), 6, "push_enrolment"),
        (push_link("https://mfa.example/").replace("serial=P1&", ""), 6, "push_enrolment"),
        ("otpauth://totp/a?secret=AAAA".to_owned(), 6, "push_enrolment"),
        (push_link(&nobody()), 7, "unreachable"),
    ] {
        let outcome = home.feed(&["push", "enrol", "-", "--json"], &link);
        assert_eq!((outcome.code, &outcome.error()["code"]), (exit, &json!(code)), "{link}: {outcome:?}");
    }
    assert_eq!(home.json(&["push", "list"]), json!([]));
}

#[test]
fn the_sender_is_named_before_it_is_spoken_to() {
    let home = Home::new();
    let outcome = home.feed(&["push", "enrol", "-"], &push_link(&format!("{}/x", nobody())));
    assert!(outcome.err.contains("127.0.0.1:") && outcome.err.contains("encrypted"), "{outcome:?}");
}

#[test]
fn what_does_not_wait_is_four() {
    let home = Home::new();
    for command in [vec!["push", "approve", "x"], vec!["push", "deny", "x"], vec!["push", "remove", "x"]] {
        assert_eq!(home.run(&command).code, 4, "{command:?}");
    }
    assert_eq!(home.run(&["push", "watch", "--for", "1"]).code, 0);
    assert_eq!(home.json(&["tiqr", "list"]), json!([]));
    assert_eq!(home.run(&["tiqr", "remove", "x"]).code, 4);
}

#[test]
fn a_tiqr_code_is_refused_before_anything_is_sent() {
    let home = Home::new();
    for (command, link, exit) in [
        ("enrol", "tiqrenroll://http://bank.example/x".to_owned(), 8),
        ("enrol", "tiqrenroll://https://10.0.0.1/x".to_owned(), 8),
        ("enrol", "otpauth://totp/a?secret=AAAA".to_owned(), 6),
        ("enrol", format!("tiqrenroll://{}/x", nobody()), 7),
        ("answer", "tiqrauth://bank.example/s/12345678/x".to_owned(), 4),
        ("answer", "tiqrauth://bank.example/s".to_owned(), 6),
    ] {
        let outcome = home.feed(&["tiqr", command, "-"], &link);
        assert_eq!(outcome.code, exit, "{link}: {outcome:?}");
    }
}
