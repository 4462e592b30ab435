//! What the surroundings of the process tell of it: its host, its container, its service manager, its pod.

mod around;
mod host;
mod kubernetes;
mod systemd;
#[cfg(test)]
mod tests;

pub use around::Around;

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;
use tracework_core::nearest;

/// What the surroundings of the process can tell of it, as metadata of every record. It is read once, when a plan first
/// asks for it, and costs a record nothing: all of it is encoded once.
///
/// The names are those of OpenTelemetry's
/// [resource conventions](https://opentelemetry.io/docs/specs/semconv/resource/), where these have one. What cannot be
/// found out is left out, so `kubernetes` tells nothing outside a cluster.
///
/// ```
/// use tracework_engine::{Control, Resource};
///
/// let control = Control::new();
/// control.enrich(Resource::Os)?;
/// assert!(Resource::Os.pairs().iter().any(|(key, _)| key == "os.type"));
/// # Ok::<(), tracework_engine::PlanError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// `host.arch`. The name of the host is there without it, as `host`.
    Host,
    /// `os.type`, and on Linux `os.name`, `os.version` and `os.description`, from `/etc/os-release`.
    Os,
    /// `process.executable.name`, `process.executable.path`, `process.working_directory`, and on Unix
    /// `process.parent_pid`. No arguments: they may hold secrets.
    Process,
    /// `container.id`, from the process's control groups or mounts.
    Container,
    /// `systemd.unit` (`_SYSTEMD_UNIT` in the journal), `systemd.invocation_id` (`_SYSTEMD_INVOCATION_ID`, from
    /// `INVOCATION_ID`) and `systemd.journal_stream` (from `JOURNAL_STREAM`).
    Systemd,
    /// `k8s.namespace.name`, `k8s.pod.name`, `k8s.pod.uid`, `k8s.node.name`, `k8s.container.name`, a
    /// `k8s.pod.label.NAME` for each label, and `container.id`. From the variables `POD_NAMESPACE`, `POD_NAME`,
    /// `POD_UID`, `NODE_NAME` and `CONTAINER_NAME` (or the same with `K8S_` or `KUBERNETES_` before them), the files of
    /// the downward API in `/etc/podinfo`, and the service account.
    Kubernetes,
}

impl Resource {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Host, Self::Os, Self::Process, Self::Container, Self::Systemd, Self::Kubernetes];

    /// Its name in a config file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Os => "os",
            Self::Process => "process",
            Self::Container => "container",
            Self::Systemd => "systemd",
            Self::Kubernetes => "kubernetes",
        }
    }

    /// What is known of this process, read once.
    pub fn pairs(self) -> &'static [(String, String)] {
        static READ: [OnceLock<Vec<(String, String)>>; Resource::ALL.len()] = [const { OnceLock::new() }; _];
        READ[self as usize].get_or_init(|| self.read(&Around::this_process()))
    }

    /// What is known from `around`: for tests, with a folder for the root and variables of their own.
    #[must_use]
    pub fn read(self, around: &Around<'_>) -> Vec<(String, String)> {
        let mut found = Found::default();
        match self {
            Self::Host => found.add("host.arch", Some(std::env::consts::ARCH)),
            Self::Os => host::os(around, &mut found),
            Self::Process => host::process(&mut found),
            Self::Container => found.add("container.id", host::container(around)),
            Self::Systemd => systemd::read(around, &mut found),
            Self::Kubernetes => kubernetes::read(around, &mut found),
        }
        found.pairs
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no [`Resource`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownResource(pub String);

impl fmt::Display for UnknownResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Resource::ALL.map(Resource::name);
        write!(f, "`{}` tells nothing of the process; ", self.0)?;
        match nearest(&self.0, names) {
            Some(name) => write!(f, "did you mean `{name}`?"),
            None => write!(f, "there are {}", names.join(", ")),
        }
    }
}

impl std::error::Error for UnknownResource {}

impl FromStr for Resource {
    type Err = UnknownResource;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|resource| resource.name() == text.trim());
        found.ok_or_else(|| UnknownResource(text.to_owned()))
    }
}

/// What was found.
#[derive(Debug, Default)]
struct Found {
    pairs: Vec<(String, String)>,
}

impl Found {
    /// Takes in a value that is there, without blanks around it.
    fn add(&mut self, key: &str, value: Option<impl Into<String>>) {
        let value: Option<String> = value.map(Into::into);
        let value = value.as_deref().map(str::trim).filter(|value| !value.is_empty());
        self.pairs.extend(value.map(|value| (key.to_owned(), value.to_owned())));
    }
}
