//! PgBouncer before a PostgreSQL server.

use std::{
    fs,
    path::Path,
    process::Child,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{Cluster, as_nobody, free_port, give_away};

/// A pooler that pools transactions, over fewer connections than we have to it.
#[derive(Debug)]
pub struct Pooler {
    folder: TempDir,
    port: String,
    process: Child,
}

impl Pooler {
    /// Starts a pooler before a server.
    pub fn start(cluster: &Cluster) -> Self {
        let folder = tempfile::Builder::new().prefix("pb").tempdir_in("/tmp").expect("a folder");
        give_away(folder.path());
        let (port, here) = (free_port(), folder.path().display().to_string());
        let socket = cluster.socket_folder().display();
        let users = folder.path().join("users");
        fs::write(&users, "\"postgres\" \"\"\n").expect("a file");
        let config = format!(
            "[databases]\npostgres = host={socket} port={}\n[pgbouncer]\nlisten_port = {port}\n\
             unix_socket_dir = {here}\nauth_type = trust\nauth_file = {}\npool_mode = transaction\n\
             default_pool_size = 3\n",
            cluster.port(),
            users.display(),
        );
        let file = folder.path().join("pgbouncer.ini");
        fs::write(&file, config).expect("a file");
        // Where Debian keeps it, which is not in everybody's path.
        let debian = Path::new("/usr/sbin/pgbouncer");
        let program = if debian.exists() { debian } else { Path::new("pgbouncer") };
        let process = as_nobody(program).arg("-q").arg(&file).spawn().expect("PgBouncer runs");
        let pooler = Self { folder, port, process };
        let socket = pooler.folder.path().join(format!(".s.PGSQL.{}", pooler.port));
        let deadline = Instant::now() + Duration::from_secs(30);
        while !socket.exists() {
            assert!(Instant::now() < deadline, "the pooler does not start");
            thread::sleep(Duration::from_millis(20));
        }
        pooler
    }

    /// The URL of the database behind it.
    pub fn url(&self) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{folder}:{}/postgres?prepared_statements=off", self.port)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // A failure means that it has already ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
