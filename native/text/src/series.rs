//! Which Django series is mirrored where the supported ones differ.

/// The Django series whose bytes are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Series {
    /// Django 5.2.
    Django52,
    /// Django 6.0.
    Django60,
    /// Django 6.1.
    Django61,
}
