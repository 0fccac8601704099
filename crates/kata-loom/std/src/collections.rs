//! `std::collections`, with hash maps whose order does not change from run to run.

pub use ::std::collections::{
    BTreeMap, BTreeSet, BinaryHeap, Bound, LinkedList, TryReserveError, VecDeque, binary_heap, btree_map, btree_set,
    linked_list, vec_deque,
};
pub use kata::collections::{HashMap, HashSet, hash_map, hash_set};
