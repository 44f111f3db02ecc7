//! Keeps what a server has in memory (keys, secrets, claims) from others on the machine.

/// Makes this process one that leaves no core and whose memory other processes of the same user
/// cannot read, debuggers included. For the whole of its life; where the system has no such thing,
/// nothing happens.
pub(crate) fn keep() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // If it is refused, the server is as it was on any other system.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, dumpable_behavior};

    #[test]
    fn this_process_leaves_no_core() {
        super::keep();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
