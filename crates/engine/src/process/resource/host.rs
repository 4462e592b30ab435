//! The operating system, the program, and the container.

use super::{Around, Found};

pub(super) fn os(around: &Around<'_>, found: &mut Found) {
    // OpenTelemetry calls it so.
    let kind = if std::env::consts::OS == "macos" { "darwin" } else { std::env::consts::OS };
    found.add("os.type", Some(kind));
    let release = around.file("etc/os-release").or_else(|| around.file("usr/lib/os-release")).unwrap_or_default();
    let value = |name: &str| {
        let mut pairs = release.lines().filter_map(|line| line.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| unquoted(value))
    };
    found.add("os.name", value("NAME"));
    found.add("os.version", value("VERSION_ID"));
    found.add("os.description", value("PRETTY_NAME"));
}

/// The value without its quotes, and without the backslashes inside them.
pub(super) fn unquoted(value: &str) -> String {
    let value = value.trim();
    let quoted = |mark: char| value.strip_prefix(mark)?.strip_suffix(mark);
    let Some(inside) = quoted('"').or_else(|| quoted('\'')) else { return value.to_owned() };
    let mut text = String::with_capacity(inside.len());
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text.extend(letters.next()),
            letter => text.push(letter),
        }
    }
    text
}

pub(super) fn process(found: &mut Found) {
    let program = std::env::current_exe().ok();
    let name = program.as_deref().and_then(|path| path.file_name());
    found.add("process.executable.name", name.map(|name| name.to_string_lossy()));
    found.add("process.executable.path", program.as_deref().map(|path| path.to_string_lossy()));
    let folder = std::env::current_dir().ok();
    found.add("process.working_directory", folder.as_deref().map(|path| path.to_string_lossy()));
    #[cfg(unix)]
    found.add("process.parent_pid", Some(std::os::unix::process::parent_id().to_string()));
}

/// The id of the container, 64 hexadecimal digits: in a path of control groups (version 1, or 2 without a namespace of
/// its own), else in the source of a mount that container runtimes make.
pub(super) fn container(around: &Around<'_>) -> Option<String> {
    let groups = around.file("proc/self/cgroup").unwrap_or_default();
    let in_groups = groups.lines().rev().find_map(|line| ids(line).last());
    let mounts = || around.file("proc/self/mountinfo").unwrap_or_default();
    let in_mounts = || {
        let mounts = mounts();
        // Of other containers' mounts, and of layers of images, nothing is told here.
        let mut own = mounts.lines().filter(|line| line.contains("/containers/") || line.contains("/sandboxes/"));
        own.find_map(|line| ids(line).next())
    };
    in_groups.or_else(in_mounts)
}

/// The runs of 64 hexadecimal digits in `line`.
fn ids(line: &str) -> impl Iterator<Item = String> {
    let parts = line.split(|letter: char| !letter.is_ascii_hexdigit());
    parts.filter(|part| part.len() == 64).map(str::to_owned)
}
