//! A folder with the configuration of a production server, for what is measured or tortured.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The bearer token of the management API. It protects nothing: the data is made up.
pub(crate) fn token() -> String {
    "vJ8qT2mXw5Zr7LkB1nYc4HdP9sGf3Re6".to_owned()
}

/// Makes the folder with its key and token.
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    private(
        &folder.join("key"),
        "8f3a61c07be9245d9d10f6c8a47b2e5360c1d98f74ab3e2215fe806b9c4d7a13",
    )?;
    private(&folder.join("token"), &token())
}

/// Writes a configuration for this database in the folder, a file or a URL. Requests are signed long
/// before they are sent.
pub(crate) fn configure(folder: &Path, name: &str, database: &str) -> Result<PathBuf> {
    let setting = if database.starts_with("postgres:") { "url" } else { "path" };
    let text = format!(
        "[server]\nbind = \"127.0.0.1:0\"\npublic_url = \"http://127.0.0.1:8080\"\n\
         [management]\nbind = \"127.0.0.1:0\"\ntoken_file = \"token\"\n\
         [store]\n{setting} = \"{database}\"\nencryption_key_file = \"key\"\n\
         [payments]\nno_money_moves = true\n\
         [policy]\ntimestamp_tolerance = 3600\n"
    );
    let path = folder.join(name);
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// The server refuses secrets that others can read.
fn private(path: &Path, content: &str) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(path);
    let mut file = file.with_context(|| format!("cannot write {}", path.display()))?;
    Ok(file.write_all(content.as_bytes())?)
}
