//! freischalt-client
