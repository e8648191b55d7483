//! QR codes: pictures to texts, texts to pictures.

pub mod animated;
mod base45;
pub mod read;
pub mod write;
