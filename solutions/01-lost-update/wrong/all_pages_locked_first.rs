//! verdict: not-concurrent
//! scenario: a_delivery_holds_up_no_other_page
//! why: each lock is gone before its own page is delivered; but the pages that come later are locked since the beginning.
//!
//! Page views of a web site: request handlers record them, and a reporter delivers them to the statistics store.

use std::fmt;
use std::sync::Mutex;

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
    hits: Mutex<u64>,
}

/// The pages of a site, with the views that have not been delivered yet.
pub struct HitCounter {
    pages: Vec<Page>,
}

impl HitCounter {
    /// A counter for these pages, none of them viewed so far.
    pub fn new<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        let pages = paths.into_iter().map(|path| Page { path: path.to_owned(), hits: Default::default() });
        HitCounter { pages: pages.collect() }
    }

    /// Counts one view of a page.
    pub fn record(&self, path: &str) -> Result<(), UnknownPage> {
        let page = self.page(path)?;
        *page.hits.lock().unwrap() += 1;
        Ok(())
    }

    /// The views of a page that have not been delivered yet.
    pub fn pending(&self, path: &str) -> Result<u64, UnknownPage> {
        Ok(*self.page(path)?.hits.lock().unwrap())
    }

    /// Delivers the views of each page that has any to `store`, and starts again from zero.
    pub fn flush(&self, mut store: impl FnMut(&str, u64)) {
        let held: Vec<_> = self.pages.iter().map(|page| (page, page.hits.lock().unwrap())).collect();
        for (page, mut hits) in held {
            let taken = std::mem::take(&mut *hits);
            drop(hits);
            if taken > 0 {
                store(&page.path, taken);
            }
        }
    }

    fn page(&self, path: &str) -> Result<&Page, UnknownPage> {
        self.pages.iter().find(|page| page.path == path).ok_or_else(|| UnknownPage(path.to_owned()))
    }
}
