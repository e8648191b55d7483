//! Compiles the screens, with the languages bundled into the program.
use std::process::Command;
use std::{env, path::Path};

use slint_build::{CompilerConfiguration, DefaultTranslationContext};

/// What the screens' catalogues are named; Slint looks for the package's own name.
const DOMAIN: &str = "smartotp-ui";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if env::var("CARGO_PKG_NAME").as_deref() != Ok(DOMAIN) {
        // Once more under that name. Copies of the catalogues would be newer than the build each time, and rebuilt for that.
        let status = Command::new(env::current_exe()?).env("CARGO_PKG_NAME", DOMAIN).status()?;
        return if status.success() { Ok(()) } else { Err(status.to_string().into()) };
    }
    // Asked for when it runs: the script may have been built for another checkout, whose catalogues would come in.
    let locales = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../locales");
    println!("cargo:rerun-if-changed={}", locales.display());
    slint_build::compile_with_config(
        "../slint/app.slint",
        CompilerConfiguration::new()
            .with_bundled_translations(locales)
            // One word, one entry for translators, wherever it stands.
            .with_default_translation_context(DefaultTranslationContext::None)
            // Tests find elements by it; it must not ship.
            .with_debug_info(env::var("PROFILE").as_deref() != Ok("release")),
    )?;
    Ok(())
}
