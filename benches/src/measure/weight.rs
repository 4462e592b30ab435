//! How heavy the library is: crates in its tree, and a clean release build.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, bail};

use crate::figures::Figures;

/// The package that a program depends on.
const PACKAGE: &str = "tracework";

/// Counts the crates of the default features and builds them from nothing in a folder of their own.
pub fn weigh(dir: &Path) -> Result<Figures> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let tree = cargo(&root, &["tree", "--package", PACKAGE, "--edges", "normal,build", "--prefix", "none"], dir)?;
    let crates: BTreeSet<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    cargo(&root, &["fetch"], dir)?;
    let began = Instant::now();
    cargo(&root, &["build", "--release", "--package", PACKAGE, "--lib"], dir)?;
    Ok(Figures {
        crates: Some(crates.len() as f64),
        build_s: Some(began.elapsed().as_secs_f64()),
        ..Figures::default()
    })
}

/// Runs cargo in the main workspace; what it prints, or why it failed.
fn cargo(root: &Path, arguments: &[&str], target: &Path) -> Result<String> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(arguments)
        .current_dir(root)
        .env("CARGO_TARGET_DIR", target)
        .output()
        .context("cargo did not start")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let first = said.lines().find(|line| line.starts_with("error")).unwrap_or("no reason given");
        bail!("cargo {}: {first}", arguments.first().copied().unwrap_or_default());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
