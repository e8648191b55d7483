//! How a typed key is read: groups of four in lines that fit, the bad character and the check characters marked.

use slint::{ModelRc, SharedString, VecModel};
use smartotp_core::enrol::manual::KeyCheck;

use crate::{KeyMark, KeyPiece};

const GROUP: usize = 4;
/// The strip, and the same in words for those who hear it.
pub(crate) fn lines(check: &KeyCheck, groups_in_line: usize) -> (ModelRc<ModelRc<KeyPiece>>, SharedString) {
    let bad = check.bad.map(|(place, _)| place);
    let key: Vec<char> = check.read_as.expose().chars().collect();
    let mut lines: Vec<Vec<KeyPiece>> = Vec::new();
    let mut spoken = String::new();
    for (index, group) in key.chunks(GROUP).enumerate() {
        if index % groups_in_line == 0 {
            lines.push(Vec::new());
        }
        let Some(line) = lines.last_mut() else { break };
        if !line.is_empty() {
            line.push(piece("", KeyMark::Blank));
        }
        let start = index * GROUP;
        match bad.filter(|bad| (start..start + group.len()).contains(bad)).map(|bad| bad - start) {
            None => line.push(piece(&group.iter().collect::<String>(), KeyMark::Plain)),
            Some(at) => {
                for (place, character) in group.iter().enumerate() {
                    let mark = if place == at { KeyMark::Bad } else { KeyMark::Plain };
                    line.push(piece(character.encode_utf8(&mut [0; 4]), mark));
                }
            }
        }
        for character in group {
            spoken.push(*character);
            spoken.push(' ');
        }
    }
    if let Some(characters) = &check.check {
        if lines.is_empty() {
            lines.push(Vec::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push(piece("", KeyMark::Blank));
            line.push(piece(characters, KeyMark::Check));
        }
        spoken.push_str(characters);
    }
    let lines: Vec<_> = lines.into_iter().map(|line| ModelRc::new(VecModel::from(line))).collect();
    (ModelRc::new(VecModel::from(lines)), spoken.trim().into())
}

fn piece(text: &str, mark: KeyMark) -> KeyPiece {
    KeyPiece { text: text.into(), mark }
}
