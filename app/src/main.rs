//! The desktop and iOS entry point.
fn main() {}
