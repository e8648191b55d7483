//! Compiles the screens, with the languages bundled into the program.
use slint_build::{CompilerConfiguration, DefaultTranslationContext};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Asked for when it runs: the script may have been built for another checkout, whose catalogues would come in.
    let locales = std::path::Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../locales");
    println!("cargo:rerun-if-changed={}", locales.display());
    slint_build::compile_with_config(
        "slint/app.slint",
        CompilerConfiguration::new()
            .with_bundled_translations(locales)
            // One word, one entry for translators, wherever it stands.
            .with_default_translation_context(DefaultTranslationContext::None)
            // Tests find elements by it; it must not ship.
            .with_debug_info(std::env::var("PROFILE").as_deref() != Ok("release")),
    )?;
    Ok(())
}
