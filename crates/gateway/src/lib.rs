//! freischalt-gateway
