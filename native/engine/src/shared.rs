//! A cell whose value Python objects may carry from thread to thread.
//!
//! A context that was made in one thread may be rendered, or freed, in another (async views, thread pools). Only one of
//! them works with it at a time, so that the lock is never waited for; it makes the compiler sure of that.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A value behind a lock, with the words of `RefCell`.
#[derive(Default)]
pub struct Shared<T>(RwLock<T>);

impl<T> Shared<T> {
    /// A cell with a value.
    pub fn new(value: T) -> Self {
        Self(RwLock::new(value))
    }

    /// The value, to read.
    pub fn borrow(&self) -> RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value, to change.
    pub fn borrow_mut(&self) -> RwLockWriteGuard<'_, T> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts another value in, and gives the old one back.
    pub fn replace(&self, value: T) -> T {
        std::mem::replace(&mut *self.borrow_mut(), value)
    }
}
