//! freischalt-store
