//! Which paths of which variables a template needs, and how.
