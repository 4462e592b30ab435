//! What the process says of itself in every record.

/// `service` (the program's file name), `host` and `pid`.
#[must_use]
pub fn process_metadata() -> Vec<(&'static str, String)> {
    let program = std::env::current_exe().ok();
    let service = program.as_deref().and_then(|path| path.file_stem()).map(|name| name.to_string_lossy().into_owned());
    let mut pairs = Vec::new();
    pairs.extend(service.map(|service| ("service", service)));
    pairs.extend(host().map(|host| ("host", host)));
    pairs.push(("pid", std::process::id().to_string()));
    pairs
}

#[cfg(unix)]
fn host() -> Option<String> {
    let name = rustix::system::uname();
    Some(name.nodename().to_string_lossy().into_owned()).filter(|name| !name.is_empty())
}

/// Where the system does not tell by a call, it tells by a variable.
#[cfg(not(unix))]
fn host() -> Option<String> {
    std::env::var("COMPUTERNAME").or_else(|_| std::env::var("HOSTNAME")).ok()
}
