//! freischalt-server
