//! A gateway as a process, for a marketplace that it may call.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// Its provider secret.
pub(super) const SECRET: &str = "provider-secret-0123456789-0123456789";
/// What the marketplace signs: the address that browsers see, in front of the proxy.
pub(super) const PUBLIC: &str = "https://provider.example";

/// A gateway that runs. It ends with this value.
pub(super) struct Gateway {
    child: Child,
    pub(super) port: u16,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Gateway {
    pub(super) fn start(program: &Path, folder: &Path, marketplace: u16) -> Result<Self> {
        let folder = folder.join("gateway");
        fs::create_dir(&folder)?;
        let put = |name: &str, text: &str| -> Result<()> {
            fs::write(folder.join(name), text)?;
            Ok(fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o600))?)
        };
        put("secret", SECRET)?;
        put("token", "app-token-0123456789-0123456789-01")?;
        put("app-secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
        put("key", "8f3a61c07be9245d9d10f6c8a47b2e5360c1d98f74ab3e2215fe806b9c4d7a13")?;
        put(
            "gateway.toml",
            &format!(
                "[gateway]\nbind = \"127.0.0.1:0\"\npublic_url = \"{PUBLIC}\"\n\
             [provider]\nname = \"Grundrisswerk\"\nsecret_file = \"secret\"\n\
             [marketplace]\napi_url = \"http://127.0.0.1:{marketplace}/api/stable/api.php\"\n\
             origins = [\"http://127.0.0.1:{marketplace}\"]\n\
             [app]\nbind = \"127.0.0.1:0\"\nurl = \"http://127.0.0.1:9\"\ntoken_file = \"token\"\n\
             secret_file = \"app-secret\"\n\
             [store]\npath = \"gateway.db\"\nencryption_key_file = \"key\"\n\
             [[service]]\nname = \"shop\"\npath = \"/shop\"\n[[webhook]]\nname = \"saved\"\n"
            ),
        )?;
        let config = folder.join("gateway.toml");
        let made = Command::new(program)
            .args(["store", "create", "--gateway"])
            .arg(&config)
            .stdin(Stdio::null())
            .output()?;
        ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let log = folder.join("log");
        let mut command = Command::new(program);
        command.args(["gateway", "--config"]).arg(&config);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(&log)?);
        let mut gateway =
            Self { child: command.spawn().context("cannot start the gateway")?, port: 0 };
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let text = fs::read_to_string(&log)?;
            let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let ready = lines.into_iter().find(|line| line["message"] == "ready");
            if let Some(port) =
                ready.as_ref().and_then(|line| line["gateway"].as_str()?.rsplit(':').next())
            {
                gateway.port = port.parse().context("the gateway's port is no number")?;
                return Ok(gateway);
            }
            if gateway.child.try_wait()?.is_some() || Instant::now() > until {
                bail!("the gateway is not ready: {text}");
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}
