//! Links, as arguments or one a line on standard input.

use std::path::Path;

use smartotp_core::enrol::migration::Collector;
use smartotp_core::enrol::{self, Detected};
use smartotp_core::secret::SecretText;

use crate::cli::adding::{Incoming, Unreadable};
use crate::cli::enrolment_words;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::{Output, visible};
use crate::cli::reading;

/// Reads every link; one that can't be read holds up no other.
pub(super) fn gather(links: &[String], pin: Option<&SecretText>, out: Output) -> Result<Incoming, Failure> {
    let mut gathered = Gathered::default();
    let mut in_the_open = false;
    for (place, link) in (1..).zip(links) {
        if link == "-" {
            let text = SecretText::new(text(reading::input(Path::new("-"))?)?);
            for (line, link) in (1..).zip(text.expose().lines()).filter(|(_, link)| !is_remark(link)) {
                gathered.take(&tr!("line {number}", number = line), link.trim(), pin);
            }
        } else {
            in_the_open = true;
            gathered.take(&tr!("argument {number}", number = place), link, pin);
        }
    }
    if in_the_open {
        out.warn(
            "visible_argument",
            tr!("Other users of this computer can see a command's arguments, and shells remember them. Use: smartotp add -"),
        );
    }
    Ok(gathered.finish())
}

fn text(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes)
        .map_err(|_| Failure::new(Exit::Unreadable, "no_text", tr!("Standard input holds no text.")))
}

fn is_remark(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

#[derive(Default)]
struct Gathered {
    incoming: Incoming,
    parts: Collector,
}

impl Gathered {
    fn take(&mut self, entry: &str, link: &str, pin: Option<&SecretText>) {
        match enrol::detect(link, pin) {
            Ok(Detected::One(enrolment)) => self.incoming.enrolments.push(*enrolment),
            Ok(Detected::Migration(part)) => {
                self.parts.add(part);
            }
            Ok(_) => self.unreadable(entry, &enrol::EnrolError::Unknown),
            Err(error) => self.unreadable(entry, &error),
        }
    }

    fn unreadable(&mut self, entry: &str, error: &enrol::EnrolError) {
        let reason = enrolment_words::reason(error);
        self.incoming.unreadable.push(Unreadable { entry: entry.to_owned(), reason });
    }

    fn finish(mut self) -> Incoming {
        self.incoming.unfinished = self.parts.unfinished();
        for entry in self.parts.take() {
            match entry {
                Ok(enrolment) => self.incoming.enrolments.push(enrolment),
                Err(unreadable) => self.unreadable(&visible(&unreadable.name), &unreadable.reason),
            }
        }
        self.incoming
    }
}
