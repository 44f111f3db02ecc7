//! Starts a framework: the page of `examples/frameworks`, or the probe beside it.

use std::{
    env, fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::{
    install::{self, Packages},
    list::{Framework, Kind},
};

pub(super) const SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(super) const MARKETPLACE: &str = "http://127.0.0.1:8080";

/// What is started.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// The activation page.
    Page,
    /// What says what it has read.
    Probe,
}

/// A running server; it ends with this value.
pub(super) struct Running {
    child: Child,
    pub(super) port: u16,
}

impl Drop for Running {
    fn drop(&mut self) {
        // The whole group: some of them start processes of their own.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

const WSGI: &str = "import importlib, os, sys, waitress; \
    waitress.serve(importlib.import_module(sys.argv[1]).app, host='127.0.0.1', port=int(os.environ['PORT']))";
const DJANGO: &str = "import importlib, os, sys, waitress; importlib.import_module(sys.argv[1]); \
    from django.core.wsgi import get_wsgi_application; \
    waitress.serve(get_wsgi_application(), host='127.0.0.1', port=int(os.environ['PORT']))";

/// Starts it on a free port and waits until it takes connections.
pub(super) fn start(framework: &Framework, what: What, packages: &Packages) -> Result<Running> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let mut command = command(framework, what, packages, port)?;
    command
        .env("PORT", port.to_string())
        .env("PROBE", framework.name)
        .env("PROVIDER_SECRET", SECRET)
        .env("MARKETPLACE", MARKETPLACE)
        .env("ADDRESS", format!("http://127.0.0.1:{port}/activate"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null());
    if env::var_os("FRAMEWORKS_LOG").is_none() {
        command.stdout(Stdio::null()).stderr(Stdio::null());
    }
    let child = command
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start {}", framework.name))?;
    let mut running = Running { child, port };
    let until = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if let Some(status) = running.child.try_wait()? {
            bail!("{} ended with {status}; FRAMEWORKS_LOG=1 shows why", framework.name);
        }
        if Instant::now() > until {
            bail!("{} does not listen after a minute", framework.name);
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(running)
}

fn command(framework: &Framework, what: What, packages: &Packages, port: u16) -> Result<Command> {
    let sources = install::sources();
    let file = sources.join(framework.file);
    let stem = Path::new(framework.file).file_stem().unwrap_or_default();
    let folder = file.parent().unwrap_or(&sources).to_path_buf();
    let probe = |name: &str| install::probes().join(name);
    let mut command = match (framework.kind, what) {
        (Kind::Wsgi | Kind::Asgi | Kind::Python | Kind::Django, What::Probe) => {
            let mut command = Command::new(packages.python(framework)?);
            command.arg(probe("probe.py")).arg(framework.name);
            command
        }
        (Kind::Python, What::Page) => {
            let mut command = Command::new(packages.python(framework)?);
            command.arg(&file);
            command
        }
        (Kind::Wsgi | Kind::Django, What::Page) => {
            let code = if framework.kind == Kind::Wsgi { WSGI } else { DJANGO };
            let mut command = Command::new(packages.python(framework)?);
            command.args(["-c", code]).arg(stem);
            command
        }
        (Kind::Asgi, What::Page) => {
            let app = format!("{}:app", stem.to_string_lossy());
            let mut command = Command::new(packages.python(framework)?);
            command.args(["-m", "uvicorn", "--no-access-log", "--port", &port.to_string(), &app]);
            command
        }
        (Kind::Node, _) => return packages.node(framework, what),
        (Kind::Next, _) => return packages.next(port),
        (Kind::Php | Kind::WordPress, _) => return packages.php(framework, what, port),
        (Kind::Rack, _) => {
            let mut command = Command::new("puma");
            command.args(["--quiet", "--bind", &format!("tcp://127.0.0.1:{port}")]);
            command.arg(if what == What::Page { file.clone() } else { probe("probe.ru") });
            command
        }
        (Kind::Tomcat | Kind::Jetty, _) => return packages.java(framework, what),
        (Kind::Rust, _) => return packages.rust(framework, what),
    };
    command.current_dir(folder);
    Ok(command)
}

/// Puts files into a folder of their own, each under a name there.
pub(super) fn lay_out(folder: &Path, files: &[(PathBuf, &str)]) -> Result<()> {
    for (from, name) in files {
        let to = folder.join(name);
        fs::create_dir_all(to.parent().unwrap_or(folder))?;
        fs::copy(from, &to).with_context(|| format!("cannot copy {}", from.display()))?;
    }
    Ok(())
}
