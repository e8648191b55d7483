//! Memory that is given back is wiped first, whoever used it.
//!
//! Core wipes its own secrets. What it cannot reach are the copies that other code makes on the way: the text of a password
//! field and its undo steps in the window's toolkit, buffers of JSON, messages to the keystore, growing vectors. All of
//! them end here, so that a locked vault leaves nothing behind on the heap, and no new library can change that.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;

/// The system's allocator, with every block wiped before it goes back.
struct Wiping;

#[global_allocator]
static HEAP: Wiping = Wiping;

// SAFETY: every block comes from `System` and goes back to it with the layout it was asked for with. `realloc` is the
// trait's own, which takes a new block, copies, and gives the old one back here: the system's would move a block and
// leave its old bytes. There is no safe way to be told of every block.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is the caller's, `layout.size()` bytes long, and nobody reads it any more.
        unsafe {
            block.write_bytes(0, layout.size());
            // Seen by code that the compiler knows nothing of, or it would leave out writes that nobody reads.
            black_box(block);
            System.dealloc(block, layout);
        }
    }
}

/// Bytes of stack that are wiped: more than any work on secrets takes. Argon2's lanes lie on the heap.
const DEPTH: usize = 96 * 1024;

/// Wipes what finished calls have left on this thread's stack: keys in registers are spilled there, and moved values copied.
#[inline(never)]
pub(crate) fn wipe_stack() {
    let mut below = [0_u8; DEPTH];
    black_box(&mut below);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(unsafe_code)]
    fn a_block_is_wiped_when_it_goes_back_and_when_it_grows() {
        // Large enough for the allocator to write its own notes at the beginning alone.
        let layout = Layout::from_size_align(4096, 16).expect("a layout");
        // SAFETY: the bytes are looked at after they went back, which only this test may: nobody else allocates blocks of
        // just this size in between, and memory of this size is not unmapped.
        unsafe {
            let block = HEAP.alloc(layout);
            block.write_bytes(0xA5, layout.size());
            let grown = HEAP.realloc(block, layout, 3 * 4096);
            assert_eq!(grown.add(4095).read(), 0xA5, "what was there goes along");
            let left = (1024..4096).filter(|at| block.add(*at).read_volatile() == 0xA5).count();
            assert!(left < 16, "{left} bytes are left where it was");
            HEAP.dealloc(grown, Layout::from_size_align(3 * 4096, 16).expect("a layout"));
        }
    }
}
