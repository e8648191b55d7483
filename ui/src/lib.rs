//! What a person sees: `.slint` screens and one small controller for each.
pub mod services;

#[allow(missing_docs, unreachable_pub)]
mod generated {
    slint::include_modules!();
}
pub use generated::App;
