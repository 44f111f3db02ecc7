//! `cargo xtask image`: a container image with a static server and nothing else.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell::{self, cargo, find_program, workspace_root};

/// What to build.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The name of the image
    #[arg(long, value_name = "NAME", default_value = "freischalt")]
    tag: String,
    /// Only lay out the files, for another tool that builds images
    #[arg(long)]
    files_only: bool,
}

/// Where systems keep the certificates that they trust.
const CERTIFICATES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];
/// Where the program looks for them.
const TRUSTED: &str = "etc/ssl/certs/ca-certificates.crt";

/// What builds images. Those that also run them come first: each keeps its images to itself.
const BUILDERS: [&str; 3] = ["podman", "docker", "buildah"];

/// Docker is of no use without its daemon.
fn serves(builder: &str) -> bool {
    builder != "docker" || shell::succeeds(Command::new(builder).arg("version"))
}

/// Builds the program, lays out the files and has the image built.
pub(crate) fn run(args: &Args) -> Result<()> {
    let files = lay_out(&build()?)?;
    println!("the files of the image: {}", files.display());
    if args.files_only {
        return Ok(());
    }
    let builder = BUILDERS.into_iter().filter(|name| serves(name)).find_map(find_program);
    let builder = builder.context("none of podman, docker and buildah is here and runs")?;
    let mut command = Command::new(builder);
    command.args(["build", "--file", "ops/Containerfile", "--tag", &args.tag]).arg(&files);
    shell::run(command.current_dir(workspace_root()))
}

/// A program that needs no library of the system: with glibc, which answers names by itself where
/// nothing says otherwise. Named by its target, so that the build's own programs stay as they are.
fn build() -> Result<PathBuf> {
    let output = Command::new("rustc").args(["--print", "host-tuple"]).output()?;
    let target = String::from_utf8(output.stdout)?.trim().to_owned();
    let mut command = cargo(&["build", "--locked", "--release", "--package", "freischalt"]);
    command.args(["--target", &target]).env("RUSTFLAGS", "-C target-feature=+crt-static");
    shell::run(&mut command)?;
    let program = shell::target_dir().join(target).join("release/freischalt");
    let bytes = fs::read(&program).context("cannot read the program")?;
    if asks_for_a_loader(&bytes) {
        bail!("{} is not static", program.display());
    }
    Ok(program)
}

/// Whether an ELF program names a loader, as every dynamic one does.
fn asks_for_a_loader(program: &[u8]) -> bool {
    const LOADER: &[u8] = b"/ld-linux";
    let head = program.get(..4096).unwrap_or(program);
    head.windows(LOADER.len()).any(|part| part == LOADER)
}

fn lay_out(program: &Path) -> Result<PathBuf> {
    let files = shell::target_dir().join("image");
    if files.exists() {
        fs::remove_dir_all(&files)?;
    }
    let put = |from: &Path, name: &str| -> Result<()> {
        let to = files.join(name);
        fs::create_dir_all(to.parent().unwrap_or(&files))?;
        fs::copy(from, &to).with_context(|| format!("cannot copy {}", from.display()))?;
        Ok(())
    };
    put(program, "usr/local/bin/freischalt")?;
    let certificates = CERTIFICATES.into_iter().map(Path::new).find(|path| path.is_file());
    put(certificates.context("no root certificates on this machine")?, TRUSTED)?;
    for (folder, mode) in [("etc/freischalt", 0o755), ("var/lib/freischalt", 0o700)] {
        let folder = files.join(folder);
        fs::create_dir_all(&folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(mode))?;
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_with_a_loader_is_told_from_one_without() {
        let this = std::env::current_exe().unwrap();
        assert!(asks_for_a_loader(&fs::read(this).unwrap()), "tests are dynamic programs");
        assert!(!asks_for_a_loader(b"\x7fELF and nothing else"));
    }
}
