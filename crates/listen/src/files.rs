//! Files: every connection is one, and so is much else that a server opens.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are kept back for a store, for calls to others, and for a log.
const KEPT_BACK: usize = 256;

/// Connections that a server would like to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// On the listener for everybody.
    pub public: usize,
    /// On the listener for those who run it.
    pub private: usize,
    /// Files that each connection of the public listener may need: more than one where another
    /// connection is made for it.
    pub files_each: usize,
    /// Files for what else the process does.
    pub others: usize,
}

/// Connections that it can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// On the listener for everybody.
    pub public: usize,
    /// On the listener for those who run it.
    pub private: usize,
    /// Files that the process may open.
    pub files: usize,
}

/// Divides the files that the process may open. If they are too few and the system lets us, they
/// become more first.
pub fn share(wanted: Wanted) -> Shares {
    let needed = KEPT_BACK
        .saturating_add(wanted.others)
        .saturating_add(wanted.private)
        .saturating_add(wanted.public.saturating_mul(wanted.files_each));
    divide(files(needed), wanted)
}

/// How many files the process may have open, after asking for so many.
fn files(needed: usize) -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let Some(now) = current else { return usize::MAX };
    let wanted = maximum.map_or(needed as u64, |most| most.min(needed as u64));
    let raised = wanted > now
        && setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum }).is_ok();
    usize::try_from(if raised { wanted } else { now }).unwrap_or(usize::MAX)
}

fn divide(files: usize, wanted: Wanted) -> Shares {
    let kept = (KEPT_BACK + wanted.others).min(files / 3);
    let private = wanted.private.min(files / 8).max(1);
    let public = (files.saturating_sub(kept + private) / wanted.files_each).min(wanted.public);
    Shares { public: public.max(1), private, files }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Wanted = Wanted { public: 8192, private: 256, files_each: 1, others: 0 };

    #[test]
    fn with_few_files_the_store_and_the_operators_keep_theirs() {
        for (files, public, private) in
            [(usize::MAX, 8192, 256), (65_536, 8192, 256), (1024, 640, 128), (256, 139, 32)]
        {
            assert_eq!(divide(files, WANTED), Shares { public, private, files }, "{files}");
        }
    }

    #[test]
    fn a_connection_that_needs_another_counts_twice() {
        let Shares { public, private, .. } = divide(1024, Wanted { files_each: 2, ..WANTED });
        assert_eq!((public, private), (320, 128));
    }

    #[test]
    fn never_more_files_are_given_away_than_there_are() {
        for files in [8, 20, 64, 100, 256, 1000, 1024, 4096, 10_000] {
            let Shares { public, private, .. } = divide(files, WANTED);
            assert!(public + private < files, "{files}: {public} and {private}");
        }
    }
}
