//! What is done to a server under load, and the ground that it needs: a disk of its own, a
//! PostgreSQL server with a proxy before it, or one with a standby behind it.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, atomic::AtomicI64},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use freischalt_testbed::{Cluster, Cut, Proxy};

use super::{clock::FalseClock, slow_disk};

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Harm {
    /// A server is killed (SIGKILL) and started again; the database is the file of the
    /// configuration
    Kill,
    /// As kill, with the database on PostgreSQL
    KillPostgres,
    /// As kill-postgres, and every commit takes long
    KillSlow,
    /// Connections to PostgreSQL are cut: just before a commit, just after it, or all at once
    Cut,
    /// The PostgreSQL server is killed and its synchronous standby promoted
    Failover,
    /// The disk of the SQLite database is full, and then it is not
    FullDisk,
    /// As kill, and every sync of the disk takes long
    KillSlowDisk,
    /// The clock of a server jumps forward and back, by minutes to years
    Clock,
    /// As clock, with the database on PostgreSQL, and the first of the servers
    ClockPostgres,
}

/// Milliseconds that a commit takes at least, where it is slow.
const SLOW_COMMIT: u32 = 60;
/// The size of the small disk.
const DISK: &str = "size=96m";
/// Between two steps of a harm, so that something happens in the meantime.
const MOMENT: Duration = Duration::from_millis(60);
/// The longest time without any room on the disk.
const WHILE: Duration = Duration::from_secs(2);

impl Harm {
    /// Whether the servers themselves die of it.
    pub(super) const fn kills_servers(self) -> bool {
        matches!(self, Self::Kill | Self::KillPostgres | Self::KillSlow | Self::KillSlowDisk)
    }
}

/// Where the database is.
pub(super) enum Ground {
    /// Where the configuration says.
    File,
    Postgres(Cluster),
    Behind(Proxy, Cluster),
    Pair(Box<Pair>),
    Small(SmallDisk),
    SlowDisk,
    WrongTime(FalseClock, Option<Cluster>),
}

impl Ground {
    /// Makes it; `None` where the machine has not what it needs, which is printed.
    pub(super) fn make(harm: Harm, folder: &Path) -> Result<Option<Self>> {
        if harm == Harm::Kill {
            return Ok(Some(Self::File));
        }
        if harm == Harm::FullDisk {
            return Ok(SmallDisk::mount(folder)?.map(Self::Small));
        }
        if harm == Harm::KillSlowDisk {
            return Ok(slow_disk::is_possible().then_some(Self::SlowDisk));
        }
        if harm == Harm::Clock {
            return Ok(FalseClock::make(folder)?.map(|clock| Self::WrongTime(clock, None)));
        }
        let Some(cluster) = Cluster::start() else { return Ok(None) };
        Ok(Some(match harm {
            Harm::Cut => Self::Behind(Proxy::start(&cluster), cluster),
            Harm::Failover => Self::Pair(Box::new(Pair::of(cluster))),
            Harm::ClockPostgres => {
                let Some(clock) = FalseClock::make(folder)? else { return Ok(None) };
                Self::WrongTime(clock, Some(cluster))
            }
            _ => Self::Postgres(cluster),
        }))
    }

    /// From now on every commit takes long, as on a disk that syncs slowly.
    pub(super) fn slow_down(&self) {
        if let Self::Postgres(cluster) = self {
            cluster.run_sql(&format!("ALTER SYSTEM SET commit_delay = {}", SLOW_COMMIT * 1000));
            cluster.run_sql("ALTER SYSTEM SET commit_siblings = 0");
            cluster.run_sql("SELECT pg_reload_conf()");
        }
    }

    /// What the servers are to use instead of what the configuration says.
    pub(super) fn store(&self) -> Option<String> {
        match self {
            Self::File | Self::SlowDisk | Self::WrongTime(_, None) => None,
            Self::Postgres(cluster) | Self::WrongTime(_, Some(cluster)) => Some(cluster.url()),
            Self::Behind(proxy, cluster) => Some(proxy.url(&cluster.url())),
            Self::Pair(pair) => Some(pair.url()),
            Self::Small(disk) => Some(disk.database().display().to_string()),
        }
    }

    /// Does harm to what the servers stand on; `chance` is any number. When this returns, they
    /// could work again. Some harm lasts until it is felt.
    pub(super) fn harm(&mut self, chance: u64, is_felt: impl Fn() -> bool) -> Result<()> {
        match self {
            Self::File | Self::Postgres(_) | Self::SlowDisk => {}
            Self::WrongTime(clock, _) => clock.jump(chance)?,
            Self::Behind(proxy, _) => match chance % 3 {
                0 => proxy.cut_all(),
                1 => proxy.cut_next(Cut::BeforeCommit),
                _ => proxy.cut_next(Cut::AfterCommit),
            },
            Self::Pair(pair) => pair.fail_over(),
            Self::Small(disk) => disk.make_room(is_felt)?,
        }
        Ok(())
    }

    /// What a server finds in its environment, counted from 0.
    pub(super) fn environment(&self, server: usize) -> Vec<(&'static str, PathBuf)> {
        match self {
            Self::WrongTime(clock, _) if server == 0 => clock.environment().into(),
            _ => Vec::new(),
        }
    }

    /// How many seconds the clock of the first server is ahead, where it can be.
    pub(super) fn ahead(&self) -> Option<Arc<AtomicI64>> {
        match self {
            Self::WrongTime(clock, _) => Some(clock.ahead()),
            _ => None,
        }
    }

    /// Whether syncs of a server that was started take long.
    pub(super) const fn is_slow_disk(&self) -> bool {
        matches!(self, Self::SlowDisk)
    }

    /// Begins the harm before anybody calls, where it is to be there when something is written.
    pub(super) fn begin(&self) -> Result<()> {
        match self {
            Self::Small(disk) => disk.fill_up(),
            _ => Ok(()),
        }
    }

    /// Whether the address of the store is another one after a harm.
    pub(super) const fn moves(&self) -> bool {
        matches!(self, Self::Pair(_))
    }

    /// Gets ready for the next harm, while nobody calls.
    pub(super) fn repair(&mut self) {
        if let Self::Pair(pair) = self {
            pair.repair();
        }
    }
}

/// A PostgreSQL server with a synchronous standby.
pub(super) struct Pair {
    primary: Cluster,
    standby: Cluster,
}

impl Pair {
    fn of(primary: Cluster) -> Self {
        let standby = primary.standby();
        primary.wait_for_standbys();
        Self { primary, standby }
    }

    fn url(&self) -> String {
        self.primary.url_of_either(&self.standby)
    }

    fn fail_over(&mut self) {
        self.primary.kill();
        thread::sleep(MOMENT);
        self.standby.promote();
    }

    /// The standby has become the primary and gets a standby of its own.
    fn repair(&mut self) {
        let standby = self.standby.standby();
        self.primary = std::mem::replace(&mut self.standby, standby);
        self.primary.wait_for_standbys();
    }
}

/// A file system in memory that is soon full.
pub(super) struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    #[expect(clippy::print_stderr, reason = "a skip is printed")]
    fn mount(folder: &Path) -> Result<Option<Self>> {
        let folder = folder.join("small");
        fs::create_dir_all(&folder)?;
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", DISK, "tmpfs"]).arg(&folder);
        let mounted = command.output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Ok(Some(Self { folder }));
        }
        eprintln!("SKIPPED: a small disk cannot be mounted here (it takes root and a tmpfs)");
        Ok(None)
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }

    fn database(&self) -> PathBuf {
        self.folder.join("freischalt.db")
    }

    /// Leaves no room at all, not even in the log, which is written anew from its beginning when it
    /// was copied back.
    fn fill_up(&self) -> Result<()> {
        let database = rusqlite::Connection::open(self.database())?;
        database.busy_timeout(WHILE)?;
        database.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        fill_with(&mut OpenOptions::new().create(true).append(true).open(self.ballast())?)
    }

    /// Makes room when a call has failed for the lack of it, or after a while.
    fn make_room(&self, is_felt: impl Fn() -> bool) -> Result<()> {
        let begun = Instant::now();
        while !is_felt() && begun.elapsed() < WHILE {
            thread::sleep(MOMENT / 10);
        }
        let ballast = self.ballast();
        fs::remove_file(&ballast).with_context(|| format!("cannot remove {}", ballast.display()))
    }
}

fn fill_with(ballast: &mut File) -> Result<()> {
    let block = vec![0; 64 * 1024];
    for size in [block.len(), 4096, 1] {
        loop {
            match ballast.write_all(block.get(..size).unwrap_or_default()) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::StorageFull => break,
                Err(error) => bail!("the disk cannot be filled: {error}"),
            }
        }
    }
    Ok(())
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // The servers are gone by now; a mount that stays is seen and removed by hand.
        let _ = Command::new("umount").arg(&self.folder).status();
    }
}
