//! Placeholder replaced by the first module.
