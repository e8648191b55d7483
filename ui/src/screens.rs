//! One controller a screen: what its global asks for, done.

pub(crate) mod add;
pub(crate) mod bin;
pub(crate) mod details;
pub(crate) mod licences;
pub(crate) mod lock;
pub(crate) mod manual;
pub(crate) mod notices;
pub(crate) mod password;
pub(crate) mod preview;
pub(crate) mod tokens;
