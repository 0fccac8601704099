//! Virtual time.

kata::virtual_time!(crate::execution::with(|e| e.look_at_clock()));
