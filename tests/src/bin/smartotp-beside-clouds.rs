//! The command line with the clouds of a test in the place of the real ones: no released program can be turned to others.

use std::process::ExitCode;

use smartotp::cli::{Platform, run};
use smartotp_core::backup::remote::Network;
use smartotp_tests::clouds::Clouds;

fn main() -> ExitCode {
    let address = std::env::var("SMARTOTP_TEST_CLOUDS").ok().and_then(|address| address.parse().ok());
    let platform = Platform {
        vault_file: None,
        settings_file: None,
        system_language: String::new(),
        keystore: || None,
        client: |cloud| Some(Clouds::client(cloud)),
        browse: |_| {},
        network: address.map(Network::standing_in).unwrap_or_default(),
    };
    run(std::env::args_os(), &platform).into()
}
