//! How much is left of the stack of the thread: asked by whatever recurses with the nesting of templates.

/// Bytes that are left to what does not ask: a node, a condition, and the Python code that they call.
const KEPT: usize = 96 * 1024;

/// Whether little is left, so that nothing may be nested deeper. Threads of some C libraries have 128 KiB in all.
pub fn is_short() -> bool {
    stacker::remaining_stack().is_some_and(|left| left < KEPT)
}
