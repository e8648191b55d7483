//! Compiles the screens, with the languages bundled into the program.
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use slint_build::{CompilerConfiguration, DefaultTranslationContext};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Asked for when it runs: the script may have been built for another checkout, whose catalogues would come in.
    let locales = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../locales");
    println!("cargo:rerun-if-changed={}", locales.display());
    slint_build::compile_with_config(
        "../slint/app.slint",
        CompilerConfiguration::new()
            .with_bundled_translations(catalogues(&locales)?)
            // One word, one entry for translators, wherever it stands.
            .with_default_translation_context(DefaultTranslationContext::None)
            // Tests find elements by it; it must not ship.
            .with_debug_info(env::var("PROFILE").as_deref() != Ok("release")),
    )?;
    Ok(())
}

/// Slint looks for catalogues that are named like the package; the screens' are named like what translators know.
fn catalogues(locales: &Path) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let named = PathBuf::from(env::var("OUT_DIR")?).join("locales");
    match fs::remove_dir_all(&named) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    for language in fs::read_dir(locales)? {
        let language = language?;
        let catalogue = language.path().join("LC_MESSAGES/smartotp-ui.po");
        if catalogue.exists() {
            let folder = named.join(language.file_name()).join("LC_MESSAGES");
            fs::create_dir_all(&folder)?;
            fs::copy(catalogue, folder.join("smartotp-window.po"))?;
        }
    }
    Ok(named)
}
