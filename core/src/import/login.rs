//! The TOTP field of a password manager's item: a URI, or a bare key that the item gives its names to.

use crate::enrol::draft::{Draft, DraftKey};
use crate::enrol::{Detected, EnrolError, Enrolment, detect, is_known_scheme, names};
use crate::secret::SecretText;
use crate::token::KindName;

/// What the field makes in an item of this name for this user.
///
/// # Errors
/// [`EnrolError`].
pub(super) fn enrol(field: &SecretText, item: String, user: String) -> Result<Enrolment, EnrolError> {
    let text = field.expose().trim();
    if !is_known_scheme(text) {
        return Draft::new(KindName::Totp, item, user, DraftKey::Base32(SecretText::from(text))).enrol();
    }
    let Detected::One(mut enrolment) = detect(text, None)? else { return Err(EnrolError::Migration) };
    // `steam://` carries no names, and the issuer that it is given says nothing.
    let nameless = text.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("steam:"));
    if nameless || enrolment.issuer.is_empty() {
        let (item, user) = (names::clean(&item), names::clean(&user));
        if nameless && !item.is_empty() || enrolment.issuer.is_empty() {
            enrolment.issuer = item;
        }
        if enrolment.account.is_empty() {
            enrolment.account = user;
        }
    }
    Ok(*enrolment)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(field: &str) -> (String, String) {
        let enrolment = enrol(&field.into(), "GitHub".to_owned(), "mira".to_owned()).unwrap();
        (enrolment.issuer, enrolment.account)
    }

    #[test]
    fn an_items_names_are_for_keys_without_their_own() {
        let pair = |issuer: &str, account: &str| (issuer.to_owned(), account.to_owned());
        assert_eq!(names("gezd gnbv gy3t qojq"), pair("GitHub", "mira"));
        assert_eq!(names("otpauth://totp/ACME:ida?secret=GEZDGNBVGY3TQOJQ"), pair("ACME", "ida"));
        assert_eq!(names("otpauth://totp/ida?secret=GEZDGNBVGY3TQOJQ"), pair("GitHub", "ida"));
        assert_eq!(names("steam://GEZDGNBVGY3TQOJQ"), pair("GitHub", "mira"));
        assert!(enrol(&"otpauth-migration://offline?data=CAE".into(), String::new(), String::new()).is_err());
    }
}
