//! Memory for models: addresses grow with every allocation of an execution.
//!
//! Programs may order things by address (locks, above all). With an ordinary allocator the order depends on what earlier
//! executions freed, and repeating a schedule would not repeat the execution.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::null_mut;

/// Address space for one process's executions; memory is used only where it is touched.
const SIZE: usize = 256 << 20;

/// No allocation asks for more.
const ALIGNMENT: usize = 4096;

thread_local! {
    static STATE: State = const {
        State { inside: Cell::new(false), base: Cell::new(null_mut()), used: Cell::new(0), began: Cell::new(0), live: Cell::new(0) }
    };
}

struct State {
    /// The program under test is running, rather than its world.
    inside: Cell<bool>,
    base: Cell<*mut u8>,
    used: Cell<usize>,
    /// What was used when the execution began.
    began: Cell<usize>,
    /// Allocations that have not been freed.
    live: Cell<usize>,
}

/// The global allocator of a model's process. Outside [`enter_program`] it is the system's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arena;

/// Says whether the program under test runs from here on (`true`) or its world (`false`). Returns what held before.
pub fn enter_program(inside: bool) -> bool {
    STATE.with(|state| state.inside.replace(inside))
}

/// A new execution begins. If nothing of the earlier ones is left, their memory is used again.
pub fn begin_execution() {
    STATE.with(|state| {
        if state.live.get() == 0 {
            state.used.set(0);
        }
        // What follows is aligned as it is in every other execution.
        state.used.set(state.used.get().next_multiple_of(ALIGNMENT));
        state.began.set(state.used.get());
    });
}

/// How far an address lies behind the beginning of this execution's memory: the same in all executions that are the
/// same up to its allocation. `None` for what was not allocated in this execution.
pub fn offset(address: usize) -> Option<usize> {
    STATE.with(|state| {
        let offset = address.checked_sub(state.base.get().addr() + state.began.get())?;
        (!state.base.get().is_null() && state.began.get() + offset < state.used.get()).then_some(offset)
    })
}

impl State {
    fn allocate(&self, layout: Layout) -> *mut u8 {
        if self.base.get().is_null() {
            let Ok(whole) = Layout::from_size_align(SIZE, ALIGNMENT) else { return null_mut() };
            // SAFETY: the layout has a size. The block is never returned.
            #[allow(unsafe_code, reason = "an allocator asks the system's for memory")]
            self.base.set(unsafe { System.alloc(whole) });
        }
        if self.base.get().is_null() {
            return null_mut();
        }
        let start = self.used.get().next_multiple_of(layout.align());
        match start.checked_add(layout.size()) {
            Some(end) if end <= SIZE && layout.align() <= ALIGNMENT => {
                self.used.set(end);
                self.live.set(self.live.get() + 1);
                self.base.get().wrapping_add(start)
            }
            _ => null_mut(),
        }
    }

    fn owns(&self, pointer: *mut u8) -> bool {
        let base = self.base.get().addr();
        base != 0 && (base..base + SIZE).contains(&pointer.addr())
    }
}

// SAFETY: memory comes from `System`, or from a block of its own in which pieces do not overlap and are aligned as
// asked. A piece is handed out again only when all have been freed. Each thread has a block of its own; a piece that is
// freed by another thread is recognised as foreign by neither and would reach `System`: models have one thread, and the
// others (the watch) never see its memory.
#[allow(unsafe_code, reason = "a global allocator")]
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let own = STATE.try_with(|state| if state.inside.get() { state.allocate(layout) } else { null_mut() });
        match own {
            Ok(pointer) if !pointer.is_null() => pointer,
            // SAFETY: as the caller promises.
            _ => unsafe { System.alloc(layout) },
        }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let own = STATE.try_with(|state| {
            let own = state.owns(pointer);
            if own {
                state.live.set(state.live.get().saturating_sub(1));
            }
            own
        });
        if !own.unwrap_or(false) {
            // SAFETY: not from this thread's block, so from `System`.
            unsafe { System.dealloc(pointer, layout) }
        }
    }
}
