//! The servers' own programs.

use std::fs::File;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// Runs a program, with a file as its standard input if there is one; what it prints.
pub fn run(name: &str, arguments: &[&str], input: Option<&Path>) -> Result<Vec<u8>> {
    let input = match input {
        Some(path) => File::open(path)?.into(),
        None => Stdio::null(),
    };
    let output = Command::new(name).args(arguments).stdin(input).output().with_context(|| name.to_owned())?;
    ensure!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(output.stdout)
}

/// The same, as a text without the line's end.
pub fn printed(name: &str, arguments: &[&str]) -> Result<String> {
    Ok(String::from_utf8(run(name, arguments, None)?)?.trim_end().to_owned())
}

/// How long a program takes for what `input` asks.
pub fn timed(name: &str, arguments: &[&str], input: Option<&Path>) -> Result<Duration> {
    let begun = Instant::now();
    run(name, arguments, input)?;
    Ok(begun.elapsed())
}

/// Writes a file, which is then on the disk: no run pays for another's writing.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    Ok(file.sync_all()?)
}

/// A server of our own, ended with its drop.
pub struct Own(Child);

impl Own {
    /// Starts it and waits until it listens.
    pub fn start(command: &mut Command, at: SocketAddr) -> Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let own = Self(child.with_context(|| format!("{command:?}"))?);
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(at).is_err() {
            if Instant::now() > end {
                bail!("nothing listens at {at}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(own)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An address that nobody has.
pub fn free() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// A program in `PATH`, where Debian puts those of the system, or where `scripts/services` puts its own.
pub fn find(name: &str) -> Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let services = std::env::var_os("TRACEWORK_SERVICES").map(PathBuf::from).or_else(|| {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
        Some(cache.join("tracework/services"))
    });
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into()]).chain(services.map(|home| home.join("bin")));
    let mut programs = places.map(|place| place.join(name));
    programs
        .find(|program| program.is_file())
        .with_context(|| format!("there is no {name}; `scripts/services` installs it"))
}
