//! QR codes: pictures to texts, texts to pictures.

pub mod read;
pub mod write;
