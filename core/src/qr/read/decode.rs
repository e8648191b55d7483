//! Picture files to grey, within bounds that are checked before anything is paid for.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::{Grey, ReadError, grey::MAX_PIXELS};

/// Largest picture file that is read.
const MAX_BYTES: usize = 32 << 20;
/// Most memory that the pixels of a file may take: 64 MP in four bytes each.
const MAX_ALLOC: u64 = 4 * MAX_PIXELS as u64;

/// Refuses a file that is too large to be looked into.
pub(super) fn bound_file(file: &[u8]) -> Result<(), ReadError> {
    if file.len() > MAX_BYTES { Err(ReadError::TooLarge) } else { Ok(()) }
}

/// Decodes a file's first frame.
pub(super) fn grey(file: &[u8]) -> Result<Grey, ReadError> {
    let format = image::guess_format(file).map_err(|_| ReadError::NotAPicture)?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Gif | ImageFormat::WebP | ImageFormat::Bmp)
    {
        return Err(ReadError::NotAPicture);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_ALLOC);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(|error| fault(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS as u64 || decoder.total_bytes() > MAX_ALLOC {
        return Err(ReadError::TooLarge);
    }
    decoder.set_limits(limits).map_err(|error| fault(&error))?;
    let picture = DynamicImage::from_decoder(decoder).map_err(|error| fault(&error))?;
    from_image(picture)
}

fn from_image(picture: DynamicImage) -> Result<Grey, ReadError> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    match picture {
        DynamicImage::ImageLuma8(p) => {
            Grey::from_pixels(p.as_raw(), 1, width, height, |p| p.first().copied().unwrap_or(0))
        }
        DynamicImage::ImageRgb8(p) => Grey::from_rgb(p.as_raw(), width, height),
        DynamicImage::ImageRgba8(p) => Grey::from_rgba(p.as_raw(), width, height),
        other => Grey::from_rgba(other.into_rgba8().as_raw(), width, height),
    }
}

fn fault(error: &ImageError) -> ReadError {
    match error {
        ImageError::Limits(_) => ReadError::TooLarge,
        ImageError::Unsupported(_) => ReadError::NotAPicture,
        _ => ReadError::Damaged,
    }
}
