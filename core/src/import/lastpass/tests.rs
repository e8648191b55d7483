use serde_json::json;

use super::*;
use crate::import::read;
use crate::import::testing::*;

fn export() -> Vec<u8> {
    let file = json!({
        "deviceId": "", "localDeviceId": "0", "version": 3,
        "accounts": [
            { "issuerName": "ACME", "originalIssuerName": "Acme Inc", "userName": "a", "originalUserName": "x", "secret": KEY,
              "timeStep": 60, "digits": 8, "isFavorite": true, "algorithm": "SHA256", "folderData": { "folderId": 2, "position": 0 } },
            { "issuerName": "", "originalIssuerName": "Cloud", "originalUserName": "b", "secret": KEY },
            { "issuerName": "ACME", "userName": "c", "secret": KEY, "folderData": { "folderId": 7 } },
            { "issuerName": "ACME", "userName": "d", "pushNotification": true },
            { "issuerName": "ACME", "userName": "e", "secret": KEY, "timeStep": 0 },
        ],
        "folders": [{ "id": 0, "name": "Other accounts" }, { "id": 1, "name": "Favorites" }, { "id": 2, "name": "Work" }],
    });
    serde_json::to_vec_pretty(&file).unwrap()
}

#[test]
fn accounts_and_what_is_kept_of_them() {
    let outcome = read(&export(), None).unwrap();
    assert_eq!(tokens(&outcome), ["totp ACME:a", "totp Cloud:b", "totp ACME:c"]);
    assert_eq!((outcome.tokens[0].favourite, outcome.tokens[0].groups.as_slice()), (true, &["Work".to_owned()][..]));
    assert_eq!(outcome.lost[0].what, Loss::UnknownGroup);
    let reasons: Vec<_> = outcome.unreadable.iter().map(|failed| failed.reason.clone()).collect();
    assert_eq!(reasons, [EnrolError::NoSecret, EnrolError::BadNumber { parameter: "period".into() }]);
}

#[test]
fn damage() {
    cuts_are_damage(&export(), 97);
}
