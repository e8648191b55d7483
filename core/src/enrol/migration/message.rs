//! The protobuf messages of an export, as Google Authenticator's users have found them out; there is no published
//! schema. Names are bytes, so that one of bad UTF-8 does not take the rest down.

use zeroize::Zeroize as _;

/// `MigrationPayload`.
#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub(super) struct Payload {
    #[prost(message, repeated, tag = "1")]
    pub(super) otp_parameters: Vec<OtpParameters>,
    #[prost(int32, tag = "2")]
    pub(super) version: i32,
    #[prost(int32, tag = "3")]
    pub(super) batch_size: i32,
    #[prost(int32, tag = "4")]
    pub(super) batch_index: i32,
    #[prost(int32, tag = "5")]
    pub(super) batch_id: i32,
}

/// `OtpParameters`: one token. Newer apps add a string in field 8, which is skipped.
#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub(super) struct OtpParameters {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) secret: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) name: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    pub(super) issuer: Vec<u8>,
    /// 0 unset, 1 SHA-1, 2 SHA-256, 3 SHA-512, 4 MD5.
    #[prost(int32, tag = "4")]
    pub(super) algorithm: i32,
    /// 0 and 1 six, 2 eight.
    #[prost(int32, tag = "5")]
    pub(super) digits: i32,
    /// 0 and 1 HOTP, 2 TOTP.
    #[prost(int32, tag = "6")]
    pub(super) r#type: i32,
    #[prost(int64, tag = "7")]
    pub(super) counter: i64,
}

impl Drop for OtpParameters {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}
