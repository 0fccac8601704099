//! verdict: assertion-failed
//! scenario: a_flush_delivers_what_another_one_leaves
//! why: another flush is under way, so there seems to be nothing to do; it may have passed the page already.
//!
//! Page views of a web site: request handlers record them, and a reporter delivers them to the statistics store.

use std::fmt;
use std::sync::Mutex;
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
    one: Mutex<()>,
}

impl HitCounter {
    /// A counter for these pages, none of them viewed so far.
    pub fn new<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        let pages = paths.into_iter().map(|path| Page { path: path.to_owned(), hits: AtomicU64::new(0) });
        HitCounter { pages: pages.collect(), one: Default::default() }
    }

    /// Counts one view of a page.
    pub fn record(&self, path: &str) -> Result<(), UnknownPage> {
        let page = self.page(path)?;
        page.hits.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// The views of a page that have not been delivered yet.
    pub fn pending(&self, path: &str) -> Result<u64, UnknownPage> {
        Ok(self.page(path)?.hits.load(Ordering::Relaxed))
    }

    /// Delivers the views of each page that has any to `store`, and starts again from zero.
    pub fn flush(&self, mut store: impl FnMut(&str, u64)) {
        let Ok(_one) = self.one.try_lock() else { return };
        for page in &self.pages {
            let hits = page.hits.swap(0, Ordering::SeqCst);
            if hits > 0 {
                store(&page.path, hits);
            }
        }
    }

    fn page(&self, path: &str) -> Result<&Page, UnknownPage> {
        self.pages.iter().find(|page| page.path == path).ok_or_else(|| UnknownPage(path.to_owned()))
    }
}
