//! freischalt-marketplace
