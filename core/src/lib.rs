//! What an authenticator knows: codes, tokens, enrolments, the vault and QR codes.
//!
//! It knows no window and no keystore, and the network only in features (`time-sync`, `push`): time, randomness and the OS
//! keystore come in as arguments or small traits, so that all of it can be tested with the vectors of the RFCs that it reads like.
//!
//! # From a text to a code
//! Whatever was scanned, pasted or typed becomes an [`enrol::Enrolment`], which is shown with its warnings before it is
//! added. Codes come from [`code::at`], with the time as an argument.
//!
//! ```
//! use smartotp_core::{code, enrol};
//!
//! let text = "otpauth://totp/ACME:mira?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=ACME&digits=8";
//! let enrol::Detected::One(enrolment) = enrol::detect(text, None)? else { return Err("an export of several".into()) };
//! assert_eq!((enrolment.issuer.as_str(), enrolment.account.as_str()), ("ACME", "mira"));
//! assert!(enrolment.warnings.is_empty());
//!
//! let code = code::at(&enrolment.kind, &enrolment.secret, 59)?;
//! assert_eq!(code.as_str(), "94287082"); // RFC 6238, Appendix B
//! assert_eq!(code.groups(), ["9428", "7082"]); // as it is displayed
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # From a challenge to an answer
//! OCRA's suite says what goes in; see [`code::ocra`].
//!
//! ```
//! use smartotp_core::code::ocra::{self, Inputs, Suite};
//! use smartotp_core::secret::Secret;
//! use smartotp_core::token::{ChallengeEncoding, Counter};
//!
//! let suite: Suite = "OCRA-1:HOTP-SHA1-6:QN08".parse()?;
//! let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
//! let inputs = Inputs {
//!     challenge: "11111111",
//!     encoding: ChallengeEncoding::Rfc,
//!     counter: Counter::default(),
//!     pin: None,
//!     session: None,
//!     unix: 0,
//! };
//! assert_eq!(ocra::respond(&secret, &suite, &inputs)?.as_str(), "243178"); // RFC 6287, Appendix C
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # From a picture to texts, and back
//! ```
//! use smartotp_core::qr::{read, write::Modules};
//!
//! let png = Modules::encode("otpauth://totp/ACME?secret=GEZDGNBV")?.to_png(4);
//! assert_eq!(read::picture(&png, read::Budget::PICTURE)?, ["otpauth://totp/ACME?secret=GEZDGNBV"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Keeping it
//! [`vault::Session`] is the only door to the encrypted file; [`mod@vault`] has a whole life of one as its example, and
//! [`vault::format`] describes the file so that an outsider could read it. Files of other apps come in through [`import`].
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod backup;
pub mod clock;
pub mod code;
pub mod confirm;
pub mod enrol;
pub mod export;
pub mod import;
pub mod push;
pub mod qr;
pub mod secret;
pub mod settings;
pub mod tiqr;
pub mod token;
pub mod vault;
#[cfg(feature = "web")]
pub mod web;
