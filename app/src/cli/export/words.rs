//! What an export came to, in words.

use serde::Serialize;
use smartotp_core::export::{ExportError, Loss, VerifyError};
use smartotp_core::token::{Token, TokenId};

use crate::cli::failure::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::shapes::name_of;

/// Something of a token that is not in the export.
#[derive(Serialize)]
pub(super) struct Lost<'a> {
    id: TokenId,
    entry: String,
    what: &'a str,
}

/// What did not come along, token by token.
pub(super) fn lost(lost: &[smartotp_core::export::Lost], tokens: &[&Token]) -> Vec<Lost<'static>> {
    let name = |id| tokens.iter().find(|token| token.id == id).map(|token| name_of(token)).unwrap_or_default();
    lost.iter().map(|lost| Lost { id: lost.token, entry: name(lost.token), what: loss(lost.what) }).collect()
}

/// Says it; what holds for many is said once.
pub(super) fn tell_lost(out: Output, lost: &[Lost<'_>]) {
    let mut by_what: Vec<(&str, Vec<&str>)> = Vec::new();
    for Lost { entry, what, .. } in lost {
        match by_what.iter_mut().find(|(known, _)| known == what) {
            Some((_, entries)) => entries.push(entry),
            None => by_what.push((what, vec![entry])),
        }
    }
    for (what, entries) in by_what {
        let whose = match entries.as_slice() {
            [_] | [_, _] => entries.join("; "),
            many => trn!("{n} token", "{n} tokens", many.len()),
        };
        out.warn("lost", &format!("{whose}: {what}"));
    }
}

fn loss(loss: Loss) -> &'static str {
    match loss {
        Loss::Token => tr!("Left out: this format has no place for it."),
        Loss::Issuer => tr!("Its issuer is written otherwise in this format."),
        Loss::Letters => tr!("The printed font lacks letters of its name. The QR code has them all."),
        Loss::Note => tr!("This format has no place for its note."),
        Loss::Groups => tr!("This format has no place for its groups."),
        Loss::FurtherGroups => tr!("This format has a place for its first group alone."),
        Loss::Favourite => tr!("This format doesn't say that it is a favourite."),
        Loss::Icon => tr!("This format has no place for its icon."),
        Loss::Parameters => tr!("This format has no place for parameters that Smart OTP doesn't know."),
        _ => tr!("A part of it has no place in this format."),
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        let (exit, code, words) = match error {
            ExportError::Nothing => (Exit::NotFound, "nothing", tr!("There is nothing to export.")),
            ExportError::HoldsNone => {
                (Exit::Failed, "holds_none", tr!("This format has no place for any of these tokens."))
            }
            ExportError::NeedsPassword => (
                Exit::Usage,
                "needs_export_password",
                tr!("This format is always encrypted. Give a password with --export-password-file."),
            ),
            ExportError::TakesNoPassword => (
                Exit::Usage,
                "takes_no_password",
                tr!("This format is never encrypted. Leave the password out, or take another format."),
            ),
            ExportError::Memory => (
                Exit::Failed,
                "memory",
                tr!("There is not enough memory to encrypt the export. Close other programs and try again."),
            ),
            ExportError::NoEntropy => (Exit::Failed, "no_entropy", tr!("The system gives no random numbers.")),
            ExportError::TooLarge => {
                (Exit::Failed, "too_large", tr!("That is more than one file holds. Export a group at a time."))
            }
            _ => (Exit::Failed, "export", tr!("The export couldn't be made.")),
        };
        Self::new(exit, code, words)
    }
}

impl From<VerifyError> for Failure {
    fn from(_: VerifyError) -> Self {
        Self::new(
            Exit::Failed,
            "not_verified",
            tr!("What was written doesn't read back as it should. Nothing was kept of it; please report this."),
        )
    }
}
