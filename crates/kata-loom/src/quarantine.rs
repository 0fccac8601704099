//! Freed memory is not used again before its execution ends.
//!
//! Programs under test manage memory by hand, and get it wrong. A use after free then finds the freed object as it was,
//! and gets its verdict, where the real allocator would let it read or corrupt whatever is there by now.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::null_mut;

/// Bytes that one execution keeps at most; what it frees beyond them is freed at once.
const MOST: usize = 64 << 20;

/// Blocks a page of the list holds.
const PAGE: usize = 1023;

struct Page {
    next: *mut Page,
    blocks: [(*mut u8, Layout); PAGE],
}

thread_local! {
    static ACTIVE: Cell<bool> = const { Cell::new(false) };
    static PAGES: Cell<*mut Page> = const { Cell::new(null_mut()) };
    /// Blocks in the first page.
    static BLOCKS: Cell<usize> = const { Cell::new(0) };
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

/// An execution begins: frees what the one before it left, and keeps what this one frees.
pub(crate) fn begin() {
    ACTIVE.set(false);
    release();
    ACTIVE.set(true);
}

/// The last execution has ended.
pub(crate) fn end() {
    ACTIVE.set(false);
    release();
}

#[allow(unsafe_code, reason = "this is an allocator")]
fn release() {
    let mut page = PAGES.replace(null_mut());
    let mut blocks = BLOCKS.replace(0);
    BYTES.set(0);
    while !page.is_null() {
        // SAFETY: `keep` allocated the page and initialised its blocks up to `blocks`, each of which was handed to it to
        // be freed.
        unsafe {
            for &(block, layout) in &(&(*page).blocks)[..blocks] {
                System.dealloc(block, layout);
            }
            let next = (*page).next;
            System.dealloc(page.cast(), Layout::new::<Page>());
            page = next;
        }
        blocks = PAGE;
    }
}

/// `false` if the block cannot be kept.
#[allow(unsafe_code, reason = "this is an allocator")]
fn keep(block: *mut u8, layout: Layout) -> bool {
    let bytes = BYTES.get() + layout.size();
    if bytes > MOST {
        return false;
    }
    let (mut page, mut blocks) = (PAGES.get(), BLOCKS.get());
    if page.is_null() || blocks == PAGE {
        // SAFETY: the layout has a size. Only the fields that are read are initialised.
        unsafe {
            let new = System.alloc(Layout::new::<Page>()).cast::<Page>();
            if new.is_null() {
                return false;
            }
            (&raw mut (*new).next).write(page);
            page = new;
        }
        blocks = 0;
        PAGES.set(page);
    }
    // SAFETY: `blocks` is less than `PAGE`, in a page that was allocated above or before.
    unsafe { (&raw mut (*page).blocks).cast::<(*mut u8, Layout)>().add(blocks).write((block, layout)) };
    BLOCKS.set(blocks + 1);
    BYTES.set(bytes);
    true
}

struct Quarantine;

#[global_allocator]
static ALLOCATOR: Quarantine = Quarantine;

// SAFETY: allocation is the system's; freeing is the system's too, later.
#[allow(unsafe_code, reason = "this is an allocator")]
unsafe impl GlobalAlloc for Quarantine {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's obligations are the same.
        unsafe { System.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's obligations are the same.
        unsafe { System.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let active = ACTIVE.try_with(Cell::get).unwrap_or(false);
        if !(active && keep(block, layout)) {
            // SAFETY: the caller's obligations are the same.
            unsafe { System.dealloc(block, layout) }
        }
    }
}
