//! The screens of `ui/slint`, as Slint's compiler writes them in Rust. What they do is in `smartotp-ui`.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    reason = "nobody wrote this by hand"
)]

slint::include_modules!();
