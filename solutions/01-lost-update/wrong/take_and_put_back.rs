//! verdict: assertion-failed
//! scenario: reading_takes_nothing_from_a_flush
//! why: `swap` worked so well in `flush`; but for a moment the views are gone, and a flush finds none.
//!
//! Page views of a web site: request handlers record them, and a reporter delivers them to the statistics store.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// A page that the site does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPage(pub String);

impl fmt::Display for UnknownPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no page {}", self.0)
    }
}

impl std::error::Error for UnknownPage {}

struct Page {
    path: String,
    hits: AtomicU64,
}

/// The pages of a site, with the views that have not been delivered yet.
pub struct HitCounter {
    pages: Vec<Page>,
}

impl HitCounter {
    /// A counter for these pages, none of them viewed so far.
    pub fn new<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        let pages = paths.into_iter().map(|path| Page { path: path.to_owned(), hits: AtomicU64::new(0) });
        HitCounter { pages: pages.collect() }
    }

    /// Counts one view of a page.
    pub fn record(&self, path: &str) -> Result<(), UnknownPage> {
        let page = self.page(path)?;
        page.hits.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// The views of a page that have not been delivered yet.
    pub fn pending(&self, path: &str) -> Result<u64, UnknownPage> {
        let page = self.page(path)?;
        let hits = page.hits.swap(0, Ordering::SeqCst);
        page.hits.fetch_add(hits, Ordering::SeqCst);
        Ok(hits)
    }

    /// Delivers the views of each page that has any to `store`, and starts again from zero.
    pub fn flush(&self, mut store: impl FnMut(&str, u64)) {
        for page in &self.pages {
            let hits = page.hits.swap(0, Ordering::Relaxed);
            if hits > 0 {
                store(&page.path, hits);
            }
        }
    }

    fn page(&self, path: &str) -> Result<&Page, UnknownPage> {
        self.pages.iter().find(|page| page.path == path).ok_or_else(|| UnknownPage(path.to_owned()))
    }
}
