//! Packages, by the ordinary clients: pip, npm, cargo and apt-get. All but those of Debian go to a folder
//! below the target folder.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{
    list::{Framework, Kind},
    serve::{What, lay_out},
};
use crate::shell::{self, run, target_dir, workspace_root};

/// Django 6 wants a newer Python than Debian 12 has.
pub(super) const DJANGO6: &str = "6.1.3";
const NEWER_PYTHON: [&str; 3] = ["python3.14", "python3.13", "python3.12"];

const DEBIAN: &[(&[Kind], &[&str])] = &[
    (
        &[Kind::Php],
        &["php8.2-cli", "php-symfony-http-foundation", "php-slim", "php-laravel-framework"],
    ),
    (&[Kind::WordPress], &["php8.2-cli", "wordpress"]),
    (&[Kind::Rack], &["ruby", "ruby-rack", "ruby-sinatra", "ruby-rails", "puma"]),
    (
        &[Kind::Tomcat, Kind::Jetty],
        &[
            "default-jdk-headless",
            "libtomcat10-java",
            "libjetty9-java",
            "libspring-web-servlet-java",
        ],
    ),
];

/// The sources of the pages.
pub(super) fn sources() -> PathBuf {
    workspace_root().join("examples/frameworks")
}

/// The sources of the probes.
pub(super) fn probes() -> PathBuf {
    workspace_root().join("xtask/frameworks")
}

/// What is installed, and where.
pub(super) struct Packages {
    folder: PathBuf,
}

impl Packages {
    /// Installs what these frameworks need and is not there yet.
    pub(super) fn install(frameworks: &[&Framework]) -> Result<Self> {
        let packages = Self { folder: target_dir().join("frameworks") };
        fs::create_dir_all(&packages.folder)?;
        let needs = |kinds: &[Kind]| frameworks.iter().any(|one| kinds.contains(&one.kind));
        for (kinds, names) in DEBIAN {
            let here = |name: &&str| shell::succeeds(Command::new("dpkg").args(["-s", name]));
            if needs(kinds) && !names.iter().all(here) {
                let mut apt = Command::new("apt-get");
                apt.args(["install", "-y", "--no-install-recommends"]).args(*names);
                run(apt.env("DEBIAN_FRONTEND", "noninteractive"))?;
            }
        }
        if needs(&[Kind::Wsgi, Kind::Asgi, Kind::Python, Kind::Django]) {
            packages.venv(
                "python",
                "python3",
                &["-r", &sources().join("python/requirements.txt").to_string_lossy()],
            )?;
        }
        if frameworks.iter().any(|one| one.name == "django6") {
            let newer =
                NEWER_PYTHON.iter().find(|name| shell::succeeds(Command::new(name).arg("-V")));
            let newer = newer.context("Django 6 needs Python 3.12 or newer")?;
            packages.venv("python6", newer, &[&format!("django=={DJANGO6}"), "waitress"])?;
        }
        if needs(&[Kind::Node, Kind::Next]) {
            let node = packages.folder.join("node");
            lay_out(&node, &[(sources().join("node/package.json"), "package.json")])?;
            let mut npm = Command::new("npm");
            npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]);
            run(npm.current_dir(node))?;
        }
        Ok(packages)
    }

    fn venv(&self, name: &str, python: &str, wanted: &[&str]) -> Result<()> {
        let folder = self.folder.join(name);
        if !folder.join("bin/pip").exists() {
            run(Command::new(python).args(["-m", "venv"]).arg(&folder))?;
        }
        let mut pip = Command::new(folder.join("bin/pip"));
        run(pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(wanted))
    }

    /// The Python that has this framework.
    pub(super) fn python(&self, framework: &Framework) -> Result<PathBuf> {
        let name = if framework.name == "django6" { "python6" } else { "python" };
        Ok(self.folder.join(name).join("bin/python"))
    }

    /// Node looks for packages beside the file, so the file is brought to them.
    pub(super) fn node(&self, framework: &Framework, what: What) -> Result<Command> {
        let folder = self.folder.join("node");
        let shared = (sources().join("node/marketplace.mjs"), "marketplace.mjs");
        lay_out(&folder, &[shared, (probes().join("probe.mjs"), "probe.mjs")])?;
        let page = format!("page-{}.mjs", framework.name);
        let text = fs::read_to_string(sources().join(framework.file))?;
        // Both versions of Express are one file.
        let text = text.replace("from \"express\"", &format!("from \"{}\"", framework.name));
        fs::write(folder.join(&page), text)?;
        let mut command = Command::new("node");
        match what {
            What::Page => command.arg(page),
            What::Probe => command.args(["probe.mjs", framework.name]),
        };
        command.current_dir(folder);
        Ok(command)
    }

    /// Builds the page and starts what was built.
    pub(super) fn next(&self, port: u16) -> Result<Command> {
        let folder = self.folder.join("node/next");
        let page = sources().join("node/next/app/activate/route.js");
        lay_out(
            &folder,
            &[
                (sources().join("node/marketplace.mjs"), "marketplace.mjs"),
                (page, "app/activate/route.js"),
                (probes().join("next-route.js"), "app/probe/[[...path]]/route.js"),
            ],
        )?;
        fs::write(folder.join("package.json"), "{\"type\": \"module\"}\n")?;
        let next = "../node_modules/.bin/next";
        if !folder.join(".next/BUILD_ID").exists() {
            let mut build = Command::new(next);
            build.arg("build").current_dir(&folder);
            // The settings are read while it builds, too.
            build.envs([
                ("PROVIDER_SECRET", "x"),
                ("ADDRESS", "http://x/"),
                ("MARKETPLACE", "http://x"),
            ]);
            run(build.env("NEXT_TELEMETRY_DISABLED", "1"))?;
        }
        let mut command = Command::new(next);
        command.args(["start", "--hostname", "127.0.0.1", "--port", &port.to_string()]);
        command.current_dir(folder).env("NEXT_TELEMETRY_DISABLED", "1");
        Ok(command)
    }

    /// PHP's own server wants the front controller in a folder of its own, under its usual name.
    pub(super) fn php(&self, framework: &Framework, what: What, port: u16) -> Result<Command> {
        let part = if what == What::Page { "page" } else { "probe" };
        let folder = self.folder.join("php").join(format!("{}-{part}", framework.name));
        let shared = (sources().join("php/marketplace.php"), "marketplace.php");
        let main = if what == What::Page {
            sources().join(framework.file)
        } else {
            probes().join("probe.php")
        };
        if framework.kind == Kind::WordPress && what == What::Page {
            lay_out(
                &folder,
                &[shared, (main, "plugin.php"), (probes().join("wordpress.php"), "index.php")],
            )?;
        } else {
            lay_out(&folder, &[shared, (main, "index.php")])?;
        }
        let mut command = Command::new("php");
        command.args(["-S", &format!("127.0.0.1:{port}"), "index.php"]).current_dir(folder);
        Ok(command)
    }

    /// Compiles the page, or a copy of it in which the probe is the servlet.
    pub(super) fn java(&self, framework: &Framework, what: What) -> Result<Command> {
        let class = Path::new(framework.file)
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let part = if what == What::Page { "page" } else { "probe" };
        let folder = self.folder.join("java").join(format!("{}-{part}", framework.name));
        lay_out(&folder, &[(sources().join("java/Marketplace.java"), "Marketplace.java")])?;
        let mut page = fs::read_to_string(sources().join(framework.file))?;
        let mut files = vec!["Marketplace.java".to_owned(), format!("{class}.java")];
        if what == What::Probe {
            let servlet = if framework.kind == Kind::Tomcat { "jakarta" } else { "javax" };
            let probe =
                fs::read_to_string(probes().join("Probe.java"))?.replace("SERVLET", servlet);
            fs::write(folder.join("Probe.java"), probe)?;
            page = page
                .replace(&format!("new {class}()"), "new Probe()")
                .replace("\"/activate\"", "\"/*\"");
            page = page
                .replace("new DispatcherServlet(spring)", "new Probe()")
                .replace("), \"/\");", "), \"/*\");");
            files.push("Probe.java".to_owned());
        }
        fs::write(folder.join(format!("{class}.java")), page)?;
        let libraries = jars(framework)?;
        let mut javac = Command::new("javac");
        javac.args(["-nowarn", "-cp", &libraries, "-d", "."]).args(files).current_dir(&folder);
        run(&mut javac)?;
        let mut command = Command::new("java");
        command.args(["-cp", &format!("{libraries}:."), &class]).current_dir(folder);
        Ok(command)
    }

    /// Builds one framework alone.
    pub(super) fn rust(&self, framework: &Framework, what: What) -> Result<Command> {
        let target = self.folder.join("rust");
        let package = self.folder.join("rust-package");
        let from = sources().join("rust");
        let name = framework.name;
        let manifest = fs::read_to_string(from.join("Cargo.toml"))?;
        if what == What::Probe {
            lay_out(
                &package,
                &[(probes().join(format!("{name}.rs")), &format!("src/bin/probe_{name}.rs"))],
            )?;
        }
        lay_out(
            &package,
            &[(from.join(format!("src/bin/{name}.rs")), &format!("src/bin/{name}.rs"))],
        )?;
        let shared = fs::read_to_string(from.join("src/lib.rs"))?;
        fs::write(
            package.join("src/lib.rs"),
            shared + &fs::read_to_string(probes().join("probe.rs"))?,
        )?;
        fs::write(package.join("Cargo.toml"), only_bin(&manifest))?;
        let bin = if what == What::Page { name.to_owned() } else { format!("probe_{name}") };
        let mut cargo = shell::cargo(&["build", "--quiet", "--features", name, "--bin", &bin]);
        run(cargo.current_dir(&package).env("CARGO_TARGET_DIR", &target))?;
        Ok(Command::new(target.join("debug").join(bin)))
    }
}

/// Leaves the frameworks alone; cargo wants the file of every program that a manifest names, so those are
/// found by their folder.
fn only_bin(manifest: &str) -> String {
    manifest.split("\n[[bin]]").next().unwrap_or_default().to_owned() + "\n"
}

/// The jars of Debian that a Java framework needs.
fn jars(framework: &Framework) -> Result<String> {
    let prefixes: &[&str] = match framework.name {
        "tomcat" => &["tomcat10-"],
        "jetty" => &["jetty9-", "servlet-api"],
        _ => &["jetty9-", "servlet-api", "spring3-", "commons-logging"],
    };
    let folder = Path::new("/usr/share/java");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).context("no Java libraries of Debian")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        // Names with versions are the files that the others link to.
        let versioned = name.split('-').any(|part| part.starts_with(|c: char| c.is_ascii_digit()));
        if prefixes.iter().any(|prefix| name.starts_with(prefix))
            && name.ends_with(".jar")
            && !versioned
        {
            found.push(folder.join(name).to_string_lossy().into_owned());
        }
    }
    if found.is_empty() {
        bail!("{}: its jars are not here", framework.name);
    }
    found.sort();
    Ok(found.join(":"))
}
