//! This app's own file: everything, sealed. See [`crate::backup::sealed`].

use zeroize::Zeroizing;

use super::{ExportError, Files, Holds, Lost, PasswordUse, Reader, Request, Target};
use crate::backup::{Keys, Lock};
use crate::token::Token;

pub(super) const TARGET: Target = Target {
    name: "sealed",
    extensions: &["sealed"],
    password: PasswordUse::Required,
    holds: Holds::ALL,
    reader: Reader::Import("sealed"),
    write,
};

fn write(tokens: &[&Token], request: &Request<'_>) -> Result<(Files, Vec<Lost>), ExportError> {
    let password = request.password().ok_or(ExportError::NeedsPassword)?;
    let keys = Keys::new(&[Lock::Password(password, request.cost)], request.entropy)?;
    let file = keys.seal(request.origin, tokens, request.entropy)?;
    Ok((vec![Zeroizing::new(file)], Vec::new()))
}
