//! One controller a screen: what its global asks for, done.

pub(crate) mod add;
pub(crate) mod advice;
pub(crate) mod bin;
pub(crate) mod choose;
pub(crate) mod codes;
pub(crate) mod create;
pub(crate) mod details;
pub(crate) mod export;
pub(crate) mod licences;
pub(crate) mod lock;
pub(crate) mod log;
pub(crate) mod manual;
pub(crate) mod notices;
pub(crate) mod password;
pub(crate) mod preview;
pub(crate) mod reading;
pub(crate) mod recovery;
pub(crate) mod rehearsal;
pub(crate) mod requests;
pub(crate) mod security;
pub(crate) mod step_up;
pub(crate) mod tokens;
pub(crate) mod transfer;
pub(crate) mod unlock;
