//! `add`: links, or a key with everything beside it.

mod links;

use std::path::PathBuf;

use clap::Args;
use smartotp_core::enrol::{EnrolError, Warning, manual, protectimus};
use smartotp_core::secret::SecretText;
use smartotp_core::token::{Algorithm, ChallengeEncoding, KindName};
use smartotp_core::vault::SlotKind;

use super::adding::{self, Incoming};
use super::context::Context;
use super::edit::parse_encoding;
use super::failure::{Exit, Failure};
use super::{credentials, enrolment_words};

/// Add tokens: by their links, or by a key
#[derive(Debug, Args)]
pub(super) struct Add {
    /// Enrolment links; - reads them from standard input, one a line
    #[arg(value_name = "URI", required_unless_present = "Form", conflicts_with = "Form")]
    links: Vec<String>,
    #[command(flatten)]
    form: Form,
    /// Read the PIN from a file, for mOTP and Yandex
    #[arg(long, value_name = "FILE")]
    pin_file: Option<PathBuf>,
    /// Only tell what would be added
    #[arg(long)]
    dry_run: bool,
}

/// A key typed by hand, and what belongs to it.
#[derive(Debug, Args)]
#[group(multiple = true)]
struct Form {
    /// Who issues it
    #[arg(long)]
    issuer: Option<String>,
    /// Whose account it is
    #[arg(long)]
    account: Option<String>,
    /// Read the key from a file, - is standard input: Base32 or hexadecimal
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// totp, hotp, ocra, steam, motp or yandex
    #[arg(long, value_name = "TYPE", value_parser = parse_kind)]
    r#type: Option<KindName>,
    /// Length of a code: 4 to 10
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(4..=10))]
    digits: Option<u64>,
    /// How long a code lasts, in seconds: 1 to 86400
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    period: Option<u64>,
    /// SHA1, SHA256 or SHA512
    #[arg(long, value_name = "ALGORITHM", value_parser = parse_algorithm)]
    algorithm: Option<Algorithm>,
    /// The next counter, for HOTP and OCRA suites that count
    #[arg(long, value_name = "N")]
    counter: Option<u64>,
    /// The OCRA suite, such as OCRA-1:HOTP-SHA1-6:QN08
    #[arg(long)]
    suite: Option<String>,
    /// How an OCRA token reads numeric challenges: rfc or ascii
    #[arg(long, value_name = "ENCODING", value_parser = parse_encoding)]
    encoding: Option<ChallengeEncoding>,
    /// The key ends in two Protectimus check characters: so it is for the issuer Protectimus, if nothing else is said
    #[arg(long)]
    protectimus_checksum: bool,
    /// The key has no check characters, though the issuer is Protectimus
    #[arg(long, conflicts_with = "protectimus_checksum")]
    no_protectimus_checksum: bool,
}

fn parse_kind(text: &str) -> Result<KindName, &'static str> {
    let known = KindName::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(text));
    known.ok_or("totp, hotp, ocra, steam, motp, yandex")
}

fn parse_algorithm(text: &str) -> Result<Algorithm, &'static str> {
    match text.to_ascii_uppercase().replace('-', "").as_str() {
        "SHA1" => Ok(Algorithm::Sha1),
        "SHA256" => Ok(Algorithm::Sha256),
        "SHA512" => Ok(Algorithm::Sha512),
        _ => Err("SHA1, SHA256, SHA512"),
    }
}

impl Add {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let pin = self.pin_file.as_deref().map(credentials::secret_file).transpose()?;
        let incoming = if self.links.is_empty() {
            self.form.enrolment(pin)?
        } else {
            links::gather(&self.links, pin.as_ref(), context.out)?
        };
        let unreadable = !incoming.unreadable.is_empty();
        if incoming.is_empty() {
            let message = tr!("There is nothing in standard input.");
            return Err(Failure::new(Exit::Unreadable, "empty", message));
        }
        // Nothing to add: no reason to open the vault, and no password is asked for.
        if incoming.enrolments.is_empty() && unreadable {
            incoming.refuse(context.out)?;
        } else {
            adding::add_all(context, incoming, adding::How { dry_run: self.dry_run, is_import: false })?
                .tell(context.out)?;
        }
        if unreadable { Err(Failure::silent(Exit::Unreadable)) } else { Ok(()) }
    }
}

impl Form {
    fn enrolment(&self, pin: Option<SecretText>) -> Result<Incoming, Failure> {
        let key = match &self.secret_file {
            Some(file) => credentials::secret_file(file)?,
            None if credentials::somebody_is_there() => credentials::prompt(tr!("Key: "), SlotKind::Password)?,
            None => {
                return Err(Failure::new(
                    Exit::Usage,
                    "missing_secret",
                    tr!("There is no key. Give it with --secret-file."),
                ));
            }
        };
        let kind = self.r#type.unwrap_or(if self.suite.is_some() { KindName::Ocra } else { KindName::Totp });
        let protectimus_checksum = self.has_checksum(&key, kind);
        let form = manual::Form {
            issuer: self.issuer.clone().unwrap_or_default(),
            account: self.account.clone().unwrap_or_default(),
            key,
            kind,
            digits: self.digits.unwrap_or(6),
            period: self.period.unwrap_or(30),
            algorithm: self.algorithm.unwrap_or_default(),
            counter: self.counter.unwrap_or_default(),
            suite: self.suite.clone().unwrap_or_default(),
            encoding: self.encoding,
            pin: pin.unwrap_or_default(),
            protectimus_checksum,
        };
        let enrolment = manual::enrol(&form).map_err(|error| unreadable_key(&form, &error))?;
        Ok(Incoming { enrolments: vec![enrolment], ..Incoming::default() })
    }
}

impl Form {
    /// Whether the key ends in check characters: as the user says, else as it is usual for the issuer.
    fn has_checksum(&self, key: &SecretText, kind: KindName) -> bool {
        let usual = self.issuer.as_deref().is_some_and(protectimus::is_issuer)
            && matches!(kind, KindName::Totp | KindName::Hotp | KindName::Ocra)
            && !manual::is_whole(key.expose());
        self.protectimus_checksum || (usual && !self.no_protectimus_checksum)
    }
}

/// Why a key can't be read; where its check characters are in the way, how to say that they are none of it.
fn unreadable_key(form: &manual::Form, error: &EnrolError) -> Failure {
    let mut words = enrolment_words::reason(error);
    let looks_checked = manual::check_key(form.key.expose(), form.kind, form.protectimus_checksum).suggest_checksum;
    if let Some((_, hint)) = enrolment_words::warning(&Warning::ChecksumSuspected).filter(|_| looks_checked) {
        words = format!("{words} {hint}");
    }
    Failure::new(Exit::Unreadable, "unreadable_key", words)
}
