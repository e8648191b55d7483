//! `transfer`: from one vault to another over pictures, a third of which are lost.

use serde_json::json;

use crate::harness::{Home, hotp, totp};

fn sender() -> Home {
    let home = Home::with(&[&totp("GitHub", "mira"), &hotp("Bank", "mira")]);
    home.run(&["edit", "github", "--group", "Work", "--note", "mine"]);
    home
}

#[test]
fn a_third_of_the_pictures_is_lost_and_nothing_else() {
    let home = sender();
    let (folder, words) = (home.path("frames"), home.path("words"));
    let (folder, words) = (folder.to_str().unwrap(), words.to_str().unwrap());
    let shown = home.json(&["transfer", "show", "--png", folder, "--words-file", words]);
    assert!(shown["words"].is_null(), "they are in their file");
    let files: Vec<&str> = shown["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
    assert!(files.len() as u64 > 2 * shown["least"].as_u64().unwrap());
    let kept: Vec<&str> =
        files.iter().enumerate().filter(|(number, _)| number % 10 > 2).map(|(_, file)| *file).collect();
    let other = Home::new();
    let received = other.run(&[&["transfer", "receive", "--json", "--words-file", words], &*kept].concat());
    assert_eq!(received.code, 0, "{received:?}");
    assert_eq!(received.json()["added"].as_array().unwrap().len(), 2);
    assert_eq!(other.json(&["export", "--to", "json"]), home.json(&["export", "--to", "json"]));
    let again = other.run(&[&["transfer", "receive", "--json", "--words-file", words], &*kept].concat()).json();
    assert_eq!((&again["added"], again["duplicates"].as_array().unwrap().len()), (&json!([]), 2));
    // Too few of them say how many are in.
    let few = other.run(&["transfer", "receive", files[0], "--json", "--words-file", words]);
    assert_eq!((few.code, few.error()["code"].as_str()), (6, Some("incomplete_transfer")), "{few:?}");
    assert_eq!((&few.error()["have"], &few.error()["of"]), (&json!(1), &shown["least"]));
    let none = other.run(&["transfer", "receive", words, "--json", "--words-file", words]);
    assert_eq!((none.code, none.error()["code"].as_str()), (6, Some("no_frames")), "{none:?}");
}

#[test]
fn frames_as_texts_and_words_beside_them() {
    let home = sender();
    let shown = home.json(&["transfer", "show", "bank"]);
    let (words, frames) = (shown["words"].as_str().unwrap(), shown["frames"].as_array().unwrap());
    assert_eq!((words.split(' ').count(), &shown["tokens"]), (8, &json!(1)));
    let text: Vec<&str> = frames.iter().rev().map(|frame| frame.as_str().unwrap()).collect();
    let other = Home::new();
    let file = other.file("frames", text.join("\n"));
    let right = other.file("words", words);
    let missing = other.run(&["transfer", "receive", file.to_str().unwrap(), "--json"]);
    assert_eq!((missing.code, missing.error()["code"].as_str()), (3, Some("missing_words")), "{missing:?}");
    let mut swapped: Vec<&str> = words.split(' ').collect();
    swapped.swap(0, 7);
    let foreign = home.json(&["transfer", "show", "bank"])["words"].as_str().unwrap().to_owned();
    for wrong in [swapped.join(" "), foreign, "zebra".to_owned(), words.replacen(' ', " smartotp ", 1)] {
        if wrong == words {
            continue;
        }
        let wrong = other.file("wrong", wrong);
        let outcome = other.run(&[
            "transfer",
            "receive",
            file.to_str().unwrap(),
            "--json",
            "--words-file",
            wrong.to_str().unwrap(),
        ]);
        assert_eq!((outcome.code, outcome.error()["code"].as_str()), (3, Some("wrong_words")), "{outcome:?}");
    }
    let preview = other.run(&[
        "transfer",
        "receive",
        file.to_str().unwrap(),
        "--dry-run",
        "--json",
        "--words-file",
        right.to_str().unwrap(),
    ]);
    assert_eq!(preview.json()["added"][0]["issuer"], "Bank", "{preview:?}");
    assert_eq!(other.json(&["list"]), json!([]));
}

#[test]
fn for_scripts_frames_are_lines_and_the_words_go_elsewhere() {
    let home = sender();
    let words = home.path("words");
    let shown = home.run(&["transfer", "show", "--frames", "40", "--words-file", words.to_str().unwrap()]);
    assert_eq!((shown.code, shown.out.lines().count()), (0, 40), "{shown:?}");
    assert!(shown.out.lines().all(|line| line.starts_with("SMARTOTP1:")));
    let refused = home.run(&["transfer", "show", "--words-file", words.to_str().unwrap()]);
    assert_eq!(refused.code, 8, "the words of another transfer are not written over");
    let other = Home::new();
    let received = other.feed(&["transfer", "receive", "-", "--words-file", words.to_str().unwrap()], &shown.out);
    assert_eq!(received.code, 0, "{received:?}");
    assert_eq!(other.json(&["list"]).as_array().unwrap().len(), 2);
    // The same without a file: they are on standard error, also where remarks are unwanted.
    let quiet = home.run(&["transfer", "show", "--frames", "1", "--quiet"]);
    assert_eq!((quiet.out.lines().count(), quiet.err.lines().count()), (1, 1), "{quiet:?}");
    assert_eq!(home.run(&["transfer", "show", "nobody"]).code, 4);
}
