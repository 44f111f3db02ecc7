#![no_main]

// The same invariants as in the smoke test of the protocol crate.
#[allow(dead_code, unreachable_pub)]
#[path = "../../crates/protocol/tests/invariants/mod.rs"]
mod invariants;

libfuzzer_sys::fuzz_target!(|input: &[u8]| invariants::envelope(input));
