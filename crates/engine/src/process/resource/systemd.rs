//! A service of systemd.

use super::{Around, Found};

pub(super) fn read(around: &Around<'_>, found: &mut Found) {
    found.add("systemd.unit", unit(&around.file("proc/self/cgroup").unwrap_or_default()));
    found.add("systemd.invocation_id", around.variable(&["INVOCATION_ID"]));
    found.add("systemd.journal_stream", around.variable(&["JOURNAL_STREAM"]));
}

/// The innermost unit in the path of the control group, as the journal has it:
/// `0::/system.slice/payments.service` is in `payments.service`.
fn unit(groups: &str) -> Option<String> {
    // Version 2 has the one line that begins so; in version 1 systemd's own hierarchy is named.
    let path = groups.lines().find_map(|line| {
        line.strip_prefix("0::").or_else(|| line.split_once(":name=systemd:").map(|(_, path)| path))
    })?;
    let is_unit = |part: &&str| part.ends_with(".service") || part.ends_with(".scope");
    path.split('/').rev().find(is_unit).map(unescaped)
}

/// A leading underscore keeps names apart from files of the control group.
fn unescaped(part: &str) -> String {
    part.strip_prefix('_').unwrap_or(part).to_owned()
}
