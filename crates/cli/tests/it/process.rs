//! The built command as a server: started, asked where it listens, and ended in every way.

use std::{
    io::Read,
    net::SocketAddr,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    http,
    support::{freischalt, run},
};

/// How long a start or an end may take before the test calls it a failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks at something that has no way to tell us.
const GLANCE: Duration = Duration::from_millis(2);

/// Where marketplace and management API listen, and what said so.
type Ready = (SocketAddr, SocketAddr, Value);

/// What a program has written so far. Read to the end, because a program whose output nobody
/// reads gets stuck.
struct Written {
    text: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Written {
    fn by(mut output: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let so_far = Arc::clone(&text);
        let reader = thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut chunk) {
                so_far.lock().unwrap().extend_from_slice(&chunk[..length]);
            }
        });
        Self { text, reader }
    }

    fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().unwrap()).into_owned()
    }

    /// Everything, once the program has ended.
    fn to_end(&self) -> String {
        while !self.reader.is_finished() {
            thread::sleep(GLANCE);
        }
        self.so_far()
    }
}

/// The ready line as a build machine reads it.
fn ready_line(text: &str) -> Option<Ready> {
    let ready: Value = serde_json::from_str(text.strip_suffix('\n')?).unwrap();
    let at = |name: &str| Some(http::address(ready[name].as_str()?));
    Some((at("marketplace")?, at("management")?, ready.clone()))
}

/// The line of the log that says where a server for real listens.
fn served(text: &str) -> Option<Ready> {
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let log = lines.into_iter().find(|log| log["message"] == "ready")?;
    let at = |name: &str| log[name].as_str()?.parse().ok();
    Some((at("marketplace")?, at("management")?, log.clone()))
}

/// Makes a store for a first start; one that is there stays as it is.
fn make_store(config: &Path, store: &[&str]) {
    let words = ["store", "create", "--config", config.to_str().unwrap()];
    let made = run(&[&words[..], store].concat());
    assert!(made.code == 0 || made.err.contains("is in use already"), "{}", made.err);
}

/// A server that runs. Dropping it kills it.
pub(crate) struct Running {
    child: Child,
    out: Written,
    err: Written,
    pub(crate) marketplace: SocketAddr,
    pub(crate) management: SocketAddr,
    /// What said so.
    pub(crate) ready: Value,
}

/// Where it says that it is ready.
enum Says {
    Out,
    Err,
}

/// What a server left behind.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Running {
    /// The sandbox on free ports, with these further arguments.
    pub(crate) fn sandbox(arguments: &[&str]) -> Self {
        Self::of(&[&["--port", "0", "--management-port", "0", "--json"], arguments].concat())
    }

    /// The sandbox on free ports, on the data in this folder.
    pub(crate) fn sandbox_in(folder: &Path) -> Self {
        Self::sandbox(&["--data", folder.to_str().unwrap()])
    }

    /// The command with these words, which make it print its ready line as JSON.
    pub(crate) fn of(words: &[&str]) -> Self {
        Self::start(&mut freischalt(words), Says::Out, ready_line)
    }

    /// As [`of`](Self::of), with these variables in its environment.
    #[cfg(feature = "otlp")]
    pub(crate) fn with_environment(words: &[&str], variables: &[(&str, &str)]) -> Self {
        let variables = variables.iter().copied();
        Self::start(freischalt(words).envs(variables), Says::Out, ready_line)
    }

    /// As [`of`](Self::of), in this working folder.
    pub(crate) fn in_folder(words: &[&str], folder: &Path) -> Self {
        Self::start(freischalt(words).current_dir(folder), Says::Out, ready_line)
    }

    /// The sandbox as people start it; what it says to them is the ready line.
    pub(crate) fn of_people(words: &[&str]) -> Self {
        Self::start(&mut freischalt(words), Says::Out, |text| {
            text.contains("Ctrl-C").then_some(())?;
            let after = |label: &str| text.lines().find_map(|line| line.strip_prefix(label));
            let at = |label| Some(http::address(after(label)?.split_whitespace().next()?));
            Some((at("Marketplace")?, at("Management")?, Value::from(text)))
        })
    }

    /// The server for real, with this configuration and a store, which is made if it is not there.
    pub(crate) fn serve(config: &Path) -> Self {
        make_store(config, &[]);
        let words = ["serve", "--config", config.to_str().unwrap()];
        Self::start(&mut freischalt(words), Says::Err, served)
    }

    /// As [`serve`](Self::serve), with these variables in its environment.
    #[cfg(feature = "otlp")]
    pub(crate) fn serve_with_environment(config: &Path, variables: &[(&str, &str)]) -> Self {
        make_store(config, &[]);
        let words = ["serve", "--config", config.to_str().unwrap()];
        Self::start(freischalt(words).envs(variables.iter().copied()), Says::Err, served)
    }

    /// As [`serve`](Self::serve), on this database.
    pub(crate) fn serve_on(config: &Path, store: &str) -> Self {
        make_store(config, &["--store", store]);
        let words = ["serve", "--config", config.to_str().unwrap(), "--store", store];
        Self::start(&mut freischalt(words), Says::Err, served)
    }

    /// Starts the command and waits until `find` finds in what it wrote where it listens.
    fn start(command: &mut Command, says: Says, find: impl Fn(&str) -> Option<Ready>) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = Written::by(child.stdout.take().unwrap());
        let err = Written::by(child.stderr.take().unwrap());
        let watched = if matches!(says, Says::Out) { &out } else { &err };
        let deadline = Instant::now() + PATIENCE;
        let (marketplace, management, ready) = loop {
            if let Some(found) = find(&watched.so_far()) {
                break found;
            }
            if child.try_wait().unwrap().is_some() {
                panic!("{command:?} ended: {}{}", out.so_far(), err.so_far());
            }
            assert!(Instant::now() < deadline, "{command:?} is never ready: {}", err.so_far());
            thread::sleep(GLANCE);
        };
        Self { child, out, err, marketplace, management, ready }
    }

    /// `http://…` of the management API.
    pub(crate) fn management_url(&self) -> String {
        format!("http://{}", self.management)
    }

    /// `http://…` of the marketplace.
    pub(crate) fn marketplace_url(&self) -> String {
        format!("http://{}", self.marketplace)
    }

    /// One call of the management API that must succeed.
    #[track_caller]
    pub(crate) fn manage(&self, method: &str, path: &str, body: &Value) -> Value {
        http::call(self.management, method, path, body)
    }

    /// Ends it the way no program can prepare for.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop.
    pub(crate) fn ask_to_stop(&self, signal: &str) {
        let script = format!("kill -{signal} {}", self.child.id());
        let status = std::process::Command::new("sh").args(["-c", &script]).status().unwrap();
        assert!(status.success());
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "it does not stop");
            thread::sleep(GLANCE);
        };
        let (out, err) = (self.out.to_end(), self.err.to_end());
        Ended { status, out, err }
    }

    /// Waits until it has logged this.
    pub(crate) fn until_logged(&self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.err.so_far().contains(text) {
            assert!(Instant::now() < deadline, "never logged: {text}: {}", self.err.so_far());
            thread::sleep(GLANCE);
        }
    }

    /// Asks it to stop and waits for its end, which must be a good one.
    pub(crate) fn stop(self) -> Ended {
        self.ask_to_stop("TERM");
        let ended = self.wait();
        assert!(ended.status.success(), "{}: {}", ended.status, ended.err);
        ended
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A failure means that it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
