//! The proxies as processes, each with what its block leaves to the machine.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::block::{self, Ports};

/// A proxy that the page has a block for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Proxy {
    Nginx,
    Apache,
    Haproxy,
    Caddy,
}

pub(super) const ALL: [Proxy; 4] = [Proxy::Nginx, Proxy::Apache, Proxy::Haproxy, Proxy::Caddy];

/// A proxy that runs. It ends with this value.
pub(super) struct Running {
    child: Child,
    pub(super) port: u16,
}

impl Drop for Running {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

/// A port that nobody listened on a moment ago.
pub(super) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

impl Proxy {
    const fn language(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Apache => "apache",
            Self::Haproxy => "haproxy",
            Self::Caddy => "caddy",
        }
    }

    /// Starts it with the block of the page, in front of these two.
    pub(super) fn start(
        self,
        document: &str,
        marketplace: u16,
        gateway: u16,
        folder: &Path,
    ) -> Result<Running> {
        let port = free_port()?;
        let block = block::of(document, self.language())?;
        let block = block::localized(block, Ports { proxy: port, marketplace, gateway })?;
        let folder = folder.join(format!("{}-{port}", self.language()));
        fs::create_dir(&folder)?;
        let file = folder.join("configuration");
        fs::write(&file, self.around(&block, port, &folder))?;
        let log = fs::File::create(folder.join("log"))?;
        let mut command = self.command(&file, &folder);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).process_group(0);
        let child = command.spawn().with_context(|| format!("cannot start {self:?}"))?;
        let mut running = Running { child, port };
        let until = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if running.child.try_wait()?.is_some() || Instant::now() > until {
                bail!("{self:?} does not listen: {}", fs::read_to_string(folder.join("log"))?);
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(running)
    }

    /// What Debian's own files would have around the block.
    fn around(self, block: &str, port: u16, folder: &Path) -> String {
        let folder = folder.display();
        match self {
            Self::Nginx => format!(
                "daemon off; master_process off; pid {folder}/pid; error_log stderr;\nevents {{}}\nhttp {{\n\
                 access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b;\n\
                 fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;\n{block}\n}}\n"
            ),
            Self::Apache => {
                let modules = ["mpm_event", "authz_core", "proxy", "proxy_http", "headers"];
                let modules: String = modules
                    .iter()
                    .map(|name| {
                        format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n")
                    })
                    .collect();
                format!(
                    "ServerRoot {folder}\nDefaultRuntimeDir {folder}\nPidFile {folder}/pid\nMutex posixsem\n\
                     ServerName localhost\nListen 127.0.0.1:{port}\nErrorLog /dev/stderr\n{modules}\
                     User www-data\nGroup www-data\n{block}\n"
                )
            }
            Self::Haproxy => format!("{block}\n"),
            Self::Caddy => format!("{{\n    admin off\n    default_bind 127.0.0.1\n}}\n{block}\n"),
        }
    }

    fn command(self, file: &Path, folder: &Path) -> Command {
        // Debian keeps three of them outside of the PATH of people.
        let program = |name: &str| {
            let there = Path::new("/usr/sbin").join(name);
            Command::new(if there.exists() { there } else { name.into() })
        };
        let mut command = match self {
            Self::Nginx => program("nginx"),
            Self::Apache => program("apache2"),
            Self::Haproxy => program("haproxy"),
            Self::Caddy => program("caddy"),
        };
        match self {
            Self::Nginx => command.arg("-p").arg(folder).arg("-c").arg(file).args(["-e", "stderr"]),
            Self::Apache => command.args(["-D", "FOREGROUND", "-f"]).arg(file),
            Self::Haproxy => command.args(["-db", "-f"]).arg(file),
            Self::Caddy => {
                command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
                command.env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder)
            }
        };
        command
    }
}
