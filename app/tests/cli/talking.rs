//! Six languages, and `--watch` until somebody stops it.

use crate::harness::{Home, LOG, totp};

#[test]
fn the_language_is_the_one_asked_for_or_the_systems() {
    let home = Home::bare();
    for (language, word) in
        [("en", "vault"), ("de", "tresor"), ("fr", "coffre"), ("es", "caja"), ("ru", "хранилищ"), ("uk", "сховищ")]
    {
        let asked = home.run(&["list", "--lang", language]);
        assert!(asked.code == 4 && asked.err.to_lowercase().contains(word), "{language}: {asked:?}");
        let mut command = home.command(&["list"]);
        command.env("LANG", format!("{language}_XX.UTF-8"));
        assert!(crate::harness::finish(command, "").err.to_lowercase().contains(word), "{language} by the system");
    }
    let help = home.plain(&["--help", "--lang", "de"]);
    assert!(help.code == 0 && help.out.contains("Optionen"), "{help:?}");
}

#[cfg(unix)]
#[test]
fn watching_ends_cleanly_on_an_interrupt() {
    use std::io::{BufRead as _, BufReader};
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let mut command = home.command(&["code", "github", "--watch", "--vault"]);
    command.arg(home.vault()).arg("--password-file").arg(home.path("password")).env_remove(LOG);
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line.trim_end().len(), 8, "{line:?}");
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}
