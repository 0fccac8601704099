//! Thumbnails for the gallery pages of a photo archive.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// An uploaded image: a name, and as many horizontal strips as it is high.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    pub name: String,
    pub strips: usize,
}

/// One strip of an image, decoded and scaled down to a row of grey values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip(pub Vec<u8>);

/// What the gallery page shows: the strips of an image from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumbnail {
    pub name: String,
    pub strips: Vec<Strip>,
}

/// A strip that no decoder understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    pub image: String,
    pub strip: usize,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "strip {} of `{}` is corrupt", self.strip, self.image)
    }
}

impl Error for DecodeError {}

/// An image decoder. A strip takes it a long time, and all of that time it computes.
pub trait Codec: Send + Sync + 'static {
    fn decode_strip(&self, image: &Image, strip: usize) -> Result<Strip, DecodeError>;
}

/// The thumbnail service: one for the whole server, shared by all request handlers.
pub struct Thumbnailer<C> {
    codec: Arc<C>,
}

impl<C: Codec> Thumbnailer<C> {
    pub fn new(codec: C) -> Self {
        Thumbnailer { codec: Arc::new(codec) }
    }

    /// Answers one request: decodes an image from top to bottom.
    pub async fn thumbnail(&self, image: Image) -> Result<Thumbnail, DecodeError> {
        let mut strips = Vec::with_capacity(image.strips);
        for strip in 0..image.strips {
            strips.push(self.codec.decode_strip(&image, strip)?);
        }
        Ok(Thumbnail { name: image.name, strips })
    }

    /// Answers one request for a whole page: decodes all images at once, and returns their thumbnails in the order of
    /// the images.
    pub async fn gallery(&self, images: Vec<Image>) -> Vec<Result<Thumbnail, DecodeError>> {
        let mut jobs = Vec::new();
        for image in images {
            let service = Thumbnailer { codec: Arc::clone(&self.codec) };
            jobs.push(tokio::spawn(async move { service.thumbnail(image).await }));
        }

        // The page is complete when the last thumbnail is.
        while !jobs.iter().all(|job| job.is_finished()) {
            std::hint::spin_loop();
        }

        let mut page = Vec::new();
        for job in jobs {
            page.push(job.await.expect("decoding does not panic"));
        }
        page
    }
}
