//! The target of a caught error: the module, as far as the path of its file tells it.

/// The module that a file most likely is: `crates/app/src/db/pool.rs` is `app::db::pool`. A crate whose folder has
/// another name than it is told by its folder's; a program whose `src` stands at the top, by the program's own name.
pub(super) fn of(file: &str) -> String {
    let parts: Vec<&str> = file.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".").collect();
    let source = parts.iter().rposition(|part| ["src", "tests", "examples", "benches"].contains(part));
    let (name, inside) = match source {
        // A program of its own, named by its file or folder.
        Some(at) if parts[at] != "src" => (String::new(), &parts[at + 1..]),
        Some(at) if parts.get(at + 1) == Some(&"bin") => (String::new(), &parts[at + 2..]),
        Some(at) => (
            at.checked_sub(1).map_or_else(program, |at| without_version(parts[at]).replace('-', "_")),
            &parts[at + 1..],
        ),
        None => (program(), &parts[parts.len().saturating_sub(1)..]),
    };
    let modules = inside.iter().map(|part| part.strip_suffix(".rs").unwrap_or(part));
    let modules =
        modules.filter(|module| !["mod", "lib", "main"].contains(module)).map(|module| module.replace('-', "_"));
    std::iter::once(name).filter(|name| !name.is_empty()).chain(modules).collect::<Vec<_>>().join("::")
}

/// `hyper-1.4.1` is the folder of `hyper`.
fn without_version(folder: &str) -> &str {
    match folder.rsplit_once('-') {
        Some((name, version)) if version.starts_with(|first: char| first.is_ascii_digit()) && version.contains('.') => {
            name
        }
        _ => folder,
    }
}

/// The name of this program, as its crate is called.
fn program() -> String {
    let path = std::env::args_os().next().unwrap_or_default();
    let stem = std::path::Path::new(&path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    // Programs of tests have a number behind their names.
    let name = match stem.rsplit_once('-') {
        Some((name, number)) if number.len() == 16 && number.bytes().all(|byte| byte.is_ascii_hexdigit()) => name,
        _ => &stem,
    };
    name.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn the_path_tells_the_module() {
        for (file, target) in [
            ("crates/app/src/db/pool.rs", "app::db::pool"),
            ("crates/my-app/src/db/mod.rs", "my_app::db"),
            ("/home/ann/.cargo/registry/src/index/hyper-util-0.1.2/src/client.rs", "hyper_util::client"),
            ("app\\src\\lib.rs", "app"),
            ("app/examples/small.rs", "small"),
            ("tests/pipeline/errors/results.rs", "pipeline::errors::results"),
            ("examples/src/bin/payments/operate.rs", "payments::operate"),
            ("build.rs", &format!("{}::build", super::program())),
        ] {
            assert_eq!(of(file), target, "{file}");
        }
        assert!(of("src/main.rs").starts_with("tracework_layer"), "{}", of("src/main.rs"));
        assert_eq!(of(""), super::program());
    }
}
