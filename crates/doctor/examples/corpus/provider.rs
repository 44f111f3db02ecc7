//! The providers of the corpus as processes.

use std::{
    env,
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use freischalt_doctor::{OrderAddress, OrderHop, Target, UnlockHop, Url};
use freischalt_protocol::{Secret, signed_url::Port};

use crate::mistakes::Told;

/// A way of writing a provider.
pub struct Style {
    pub name: &'static str,
    pub about: &'static str,
    pub program: &'static str,
    /// In the folder `corpus`.
    file: &'static str,
    /// Whether packages have to be fetched first.
    needs_packages: bool,
    pub makes_mistakes: bool,
}

const PHP: &[&str] = &["-d", "display_errors=0", "-d", "expose_php=0", "-d", "log_errors=0"];

/// Stands for the Python that has the packages of `requirements.txt`; `cargo xtask doctor-corpus` says
/// in a variable where it is.
const PYTHON: &str = "python3 with packages";
const PYTHON_VARIABLE: &str = "FREISCHALT_CORPUS_PYTHON";

/// The rules of a language's other styles, with the requests and answers of a framework. It makes no
/// mistakes: those are not of the framework.
const fn framework(
    name: &'static str,
    about: &'static str,
    program: &'static str,
    file: &'static str,
) -> Style {
    Style { name, about, program, file, needs_packages: true, makes_mistakes: false }
}

pub static STYLES: &[Style] = &[
    Style {
        name: "php-plain",
        about: "PHP, superglobals",
        program: "php",
        file: "plain.php",
        needs_packages: false,
        makes_mistakes: true,
    },
    Style {
        name: "php-front",
        about: "PHP, front controller, pipeline",
        program: "php",
        file: "front.php",
        needs_packages: false,
        makes_mistakes: true,
    },
    Style {
        name: "node-http",
        about: "Node, one handler",
        program: "node",
        file: "http.mjs",
        needs_packages: false,
        makes_mistakes: true,
    },
    Style {
        name: "node-chain",
        about: "Node, chain of middleware",
        program: "node",
        file: "chain.mjs",
        needs_packages: false,
        makes_mistakes: true,
    },
    Style {
        name: "python-server",
        about: "Python, http.server",
        program: "python3",
        file: "server.py",
        needs_packages: false,
        makes_mistakes: true,
    },
    Style {
        name: "python-wsgi",
        about: "Python, WSGI",
        program: "python3",
        file: "wsgi.py",
        needs_packages: false,
        makes_mistakes: true,
    },
    Style {
        name: "ruby",
        about: "Ruby, threads and sockets",
        program: "ruby",
        file: "server.rb",
        needs_packages: false,
        makes_mistakes: true,
    },
    framework("express", "Node, Express", "node", "express.mjs"),
    framework("fastify", "Node, Fastify", "node", "fastify.mjs"),
    framework("hono", "Node, Hono", "node", "hono.mjs"),
    framework("koa", "Node, Koa", "node", "koa.mjs"),
    framework("flask", "Python, Flask and waitress", PYTHON, "with_flask.py"),
    framework("fastapi", "Python, FastAPI and uvicorn", PYTHON, "with_fastapi.py"),
    framework("aiohttp", "Python, aiohttp", PYTHON, "with_aiohttp.py"),
    Style {
        name: "rust",
        about: "Rust, axum and the client library",
        program: "",
        file: "",
        needs_packages: false,
        makes_mistakes: false,
    },
];

/// A running provider; it ends with this value.
pub struct Running {
    child: Child,
    address: SocketAddr,
    pub api: SocketAddr,
    secret: String,
    state: PathBuf,
    told: Option<Told>,
}

impl Style {
    /// Whether its program is installed.
    pub fn is_here(&self) -> bool {
        if self.needs_packages && !self.has_packages() {
            return false;
        }
        self.program.is_empty() || self.program == PYTHON || is_installed(self.program)
    }

    fn has_packages(&self) -> bool {
        match self.program {
            PYTHON => env::var_os(PYTHON_VARIABLE).is_some(),
            _ => folder().join("node_modules").is_dir(),
        }
    }

    /// Starts it with these mistakes and waits until it listens.
    pub fn start(
        &self,
        switches: &str,
        headers: &[(&str, &str)],
        told: Option<Told>,
    ) -> Result<Running, String> {
        let (address, api) = (free_address()?, free_address()?);
        let secret = format!("corpus-secret-{}-{}", address.port(), api.port());
        let own_secret = match told {
            Some(Told::Secret) => "another-secret-0123456789".to_owned(),
            Some(Told::TrimmedSecret) => format!("{secret}\n"),
            Some(Told::UnsetSecret) => "undefined".to_owned(),
            _ => secret.clone(),
        };
        let headers: serde_json::Map<_, _> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        let folder = folder();
        let state = env::temp_dir().join(format!(
            "freischalt-corpus-{}-{}.json",
            std::process::id(),
            address.port()
        ));
        let mut command = self.command(&folder, address)?;
        command
            .env("PORT", address.port().to_string())
            .env("API", format!("http://{api}/api/stable/api.php"))
            .env("SECRET", &own_secret)
            .env("STATE", &state)
            .env("MISTAKES", switches)
            .env("PAGE_HEADERS", serde_json::Value::Object(headers).to_string())
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().map_err(|error| format!("{}: {error}", self.name))?;
        let running = Running { child, address, api, secret, state, told };
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(address).is_err() {
            if Instant::now() > deadline {
                return Err(format!("{} does not listen", self.name));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(running)
    }

    fn command(&self, folder: &std::path::Path, address: SocketAddr) -> Result<Command, String> {
        if self.program.is_empty() {
            // Built beside this example.
            let this = env::current_exe().map_err(|error| error.to_string())?;
            return Ok(Command::new(this.with_file_name("rust_provider")));
        }
        let python = || env::var_os(PYTHON_VARIABLE).unwrap_or_default();
        let mut command = match self.program {
            PYTHON => Command::new(python()),
            program => Command::new(program),
        };
        match self.program {
            "php" => {
                command.args(PHP).args(["-S", &address.to_string()]).arg(folder.join(self.file))
            }
            // No compiled files beside the sources.
            "python3" | PYTHON => command.args(["-B", self.file]),
            _ => command.arg(self.file),
        };
        Ok(command)
    }
}

impl Running {
    pub fn secret(&self) -> &str {
        &self.secret
    }

    pub fn target(&self) -> Target {
        let url =
            |path: &str| -> Option<Url> { format!("http://{}{path}", self.address).parse().ok() };
        let mut activation = url("/activate").unwrap();
        match self.told {
            Some(Told::Host) => activation.set_host(Some("localhost")).unwrap(),
            Some(Told::Path) => activation.set_path("/activation"),
            _ => {}
        }
        let button = matches!(self.told, Some(Told::Button)).then(|| url("/nowhere"));
        Target {
            activation,
            service: url("/service"),
            webhook: url("/webhook"),
            callback: url("/callback"),
            order: url("/order").map(|url| OrderHop {
                at: OrderAddress::Beside(url),
                body: None,
                fields: Vec::new(),
            }),
            delivered: url("/delivered"),
            secret: Secret::new(self.secret.as_str()),
            port: Port::Dropped,
            marketplaces: vec!["https://marketplace.example".parse().unwrap()],
            hop: UnlockHop { url: button.flatten(), ..UnlockHop::default() },
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.state);
    }
}

/// Whether a program is among those that can be called by name.
pub fn is_installed(program: &str) -> bool {
    let paths = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&paths).any(|folder| folder.join(program).is_file())
}

/// Where the providers are.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// A port that is free now; the provider takes it a moment later.
fn free_address() -> Result<SocketAddr, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    listener.local_addr().map_err(|error| error.to_string())
}
