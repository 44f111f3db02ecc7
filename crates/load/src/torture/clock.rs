//! A server whose clock is set while it runs. The time of day comes to every program through one
//! function of the C library; a library of ours is preloaded that adds to it what a file says.

use std::{
    fs,
    io::Write,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

const SOURCE: &str = include_str!("clock.c");
const DAY: i64 = 24 * 3600;
/// How far a clock jumps, in seconds: less than a call's timestamp may be off; more; past the life of
/// an entry, of a claim and of what is kept for a day; and years, as after an empty battery.
const JUMPS: [i64; 7] = [90, 4000, DAY / 2, 2 * DAY, 60 * DAY, 400 * DAY, 4000 * DAY];
/// How long it stays wrong, so that something happens in the meantime.
const WHILE: Duration = Duration::from_millis(150);

/// The clock of the first server.
pub(super) struct FalseClock {
    library: PathBuf,
    file: PathBuf,
    ahead: Arc<AtomicI64>,
}

impl FalseClock {
    /// Builds the library; `None` where there is no C compiler, which is printed.
    #[expect(clippy::print_stderr, reason = "a skip is printed")]
    pub(super) fn make(folder: &Path) -> Result<Option<Self>> {
        let (library, file) = (folder.join("clock.so"), folder.join("clock"));
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O2", "-x", "c", "-", "-o"]).arg(&library);
        let Ok(mut child) = compiler.stdin(Stdio::piped()).spawn() else {
            eprintln!("SKIPPED: a clock cannot be set here (it takes a C compiler, `cc`)");
            return Ok(None);
        };
        child.stdin.take().context("no pipe")?.write_all(SOURCE.as_bytes())?;
        if !child.wait()?.success() {
            bail!("cc does not compile clock.c");
        }
        fs::write(&file, 0_i64.to_ne_bytes())?;
        // A preloaded library is looked for under the name that is given, wherever a program starts.
        let (library, file) = (fs::canonicalize(library)?, fs::canonicalize(file)?);
        Ok(Some(Self { library, file, ahead: Arc::default() }))
    }

    /// What the server has to find in its environment.
    pub(super) fn environment(&self) -> [(&'static str, PathBuf); 2] {
        [("LD_PRELOAD", self.library.clone()), ("FREISCHALT_CLOCK", self.file.clone())]
    }

    /// How many seconds it is ahead now.
    pub(super) fn ahead(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.ahead)
    }

    /// Jumps forward and back by lengths that `chance` decides about, and is right again in the end.
    pub(super) fn jump(&self, chance: u64) -> Result<()> {
        let length = |part: u64| {
            let index = usize::try_from(part % JUMPS.len() as u64).unwrap_or_default();
            JUMPS.get(index).copied().unwrap_or_default()
        };
        let (first, second) = (length(chance / 2), -length(chance / 2 / JUMPS.len() as u64));
        let both = if chance.is_multiple_of(2) { [first, second] } else { [second, first] };
        for ahead in both {
            self.set(ahead)?;
            thread::sleep(WHILE);
        }
        self.set(0)
    }

    fn set(&self, ahead: i64) -> Result<()> {
        // Not replaced: the server has this file in its memory.
        let file = fs::OpenOptions::new().write(true).open(&self.file)?;
        file.write_all_at(&ahead.to_ne_bytes(), 0)?;
        self.ahead.store(ahead, Ordering::SeqCst);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_has_the_time_that_is_set() {
        let folder = tempfile::tempdir().unwrap();
        let Some(clock) = FalseClock::make(folder.path()).unwrap() else { return };
        let year = || {
            let mut date = Command::new("date");
            let output = date.args(["-u", "+%Y"]).envs(clock.environment()).output().unwrap();
            String::from_utf8(output.stdout).unwrap().trim().parse::<i64>().unwrap()
        };
        let right = year();
        clock.set(4000 * DAY).unwrap();
        assert!((right + 10..=right + 11).contains(&year()));
        clock.set(-4000 * DAY).unwrap();
        assert!((right - 11..=right - 10).contains(&year()));
        clock.jump(3).unwrap();
        assert_eq!(clock.ahead().load(Ordering::SeqCst), 0);
    }
}
