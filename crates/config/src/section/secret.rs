//! Taking secrets, which are shown nowhere.

use super::{Reported, Section};
use crate::raw::Node;
use crate::schema::Shape;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::io::Read as _;
use std::path::Path;
use std::sync::OnceLock;
use tracework_core::{Credential, Secret};

/// Bytes of a secret.
const MAX_BYTES: usize = 64 << 10;

impl<'a> Section<'a> {
    /// Takes a secret: `name` holds it, or `NAME_file` names the file that does, without the newline at its end.
    ///
    /// Where it came from goes along: a file, or a variable of the environment. One that stands in the config itself, or is put
    /// together of several parts, is as if the program had set it. Its value is in no message, and `***` where values are explained. A file that everybody may read is a warning; it
    /// counts as a file of the config, so a change of it is a change of the config.
    ///
    /// ```
    /// use tracework_config::{ConfigSource, Registry};
    /// use tracework_core::{Batch, Credential, Destination, Failure};
    ///
    /// struct Pager { token: Option<Credential> }
    /// impl Destination for Pager {
    ///     fn name(&self) -> &'static str { "pager" }
    ///     fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> { Ok(()) }
    /// }
    ///
    /// let folder = tempfile::tempdir()?;
    /// std::fs::write(folder.path().join("pager.token"), "hunter2\n")?;
    /// let registry = Registry::new().destination("pager", |section| {
    ///     let token = section.take_secret("token");
    ///     assert_eq!(token.as_ref().map(Credential::reveal), Some("hunter2"));
    ///     Ok(Pager { token })
    /// });
    /// let yaml = "destinations: { me: { type: pager, token_file: pager.token } }";
    /// let config = ConfigSource::text("app.yml", yaml).folder(folder.path()).read(&registry)?;
    /// assert!(config.files()[0].ends_with("pager.token"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn take_secret(&mut self, name: &str) -> Option<Credential> {
        let file_name = format!("{name}_file");
        let help = format!("The file that holds `{name}`, instead of the config.");
        self.about(&[(&file_name, &help, "/run/secrets/it")]);
        let literal = self.take(name, Shape::Text);
        if let Some(node) = literal {
            self.shared.problems.hide(node.place);
        }
        let file = self.take(&file_name, Shape::Path);
        if let (Some(_), Some(file)) = (literal, file) {
            let message = format!("`{}` and `{file_name}` exclude each other", self.path_of(name));
            self.refuse_at(file.place, message, Some("leave one of them out".to_owned()));
            return None;
        }
        let (value, source) = match (literal, file) {
            (Some(node), _) => (self.scalar(name, node)?.to_owned(), self.source_of(node)),
            (None, Some(node)) => self.secret_file(&file_name, node)?,
            (None, None) => return None,
        };
        self.secrets = self.secrets.wrapping_add(hash(name, &value));
        Some(Credential::new(value).from(source))
    }

    /// The secret that `node` holds, which stands under `name`.
    pub(super) fn secret_at(&mut self, name: &str, node: &'a Node) -> Option<Credential> {
        self.shared.problems.hide(node.place);
        let value = self.scalar(name, node)?.to_owned();
        self.secrets = self.secrets.wrapping_add(hash(name, &value));
        Some(Credential::new(value).from(self.source_of(node)))
    }

    /// The secret in the file that `node` names, which stands under `name`.
    pub(super) fn secret_in(&mut self, name: &str, node: &'a Node) -> Option<Credential> {
        let (value, source) = self.secret_file(name, node)?;
        self.secrets = self.secrets.wrapping_add(hash(name, &value));
        Some(Credential::new(value).from(source))
    }

    fn source_of(&self, node: &Node) -> Secret {
        match self.shared.problems.variable(node.place) {
            Some(name) => Secret::Variable(name),
            None => Secret::Program,
        }
    }

    /// Takes a secret that must be there.
    ///
    /// # Errors
    ///
    /// If it is not there, or cannot be read; that is reported.
    pub fn need_secret(&mut self, name: &str) -> Result<Credential, Reported> {
        let before = self.shared.problems.count();
        if let Some(secret) = self.take_secret(name) {
            return Ok(secret);
        }
        // The schema is made of examples, and there is none of a secret.
        if self.shared.recorder.is_some() {
            return Ok(Credential::new(""));
        }
        if self.shared.problems.count() == before {
            self.refuse_at(self.place, format!("`{}` needs `{name}` or `{name}_file`", self.path), None);
        }
        Err(Reported)
    }

    /// A number that changes with the secrets that were taken; another one in each process.
    pub(crate) fn secrets(&self) -> u64 {
        self.secrets
    }

    fn secret_file(&mut self, name: &str, node: &'a Node) -> Option<(String, Secret)> {
        let path = self.path_at(name, node)?;
        let source = Secret::File { name: name.to_owned(), path: path.display().to_string() };
        if self.shared.recorder.is_some() {
            // The schema is made of examples; their files are nobody's.
            return Some((String::new(), source));
        }
        self.shared.problems.note_file(&path);
        match read(&path) {
            Ok((secret, readable)) => {
                if readable {
                    let message = format!("`{}` is a secret, and everybody may read it", path.display());
                    let help = Some(format!("chmod 600 {}", path.display()));
                    self.shared.problems.warn(node.place, message, help);
                }
                Some((secret, source))
            }
            Err(why) => {
                self.refuse_at(node.place, format!("`{}` {why}", path.display()), None);
                None
            }
        }
    }
}

/// The secret in a file, and whether everybody may read it.
fn read(path: &Path) -> Result<(String, bool), String> {
    let refuse = |error: std::io::Error| format!("cannot be read: {error}");
    let data = path.metadata().map_err(refuse)?;
    if !data.is_file() {
        return Err("is no file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(refuse)?;
    file.take(MAX_BYTES as u64 + 3).read_to_end(&mut bytes).map_err(refuse)?;
    let text = String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
    let text = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    match text.len() {
        0 => Err("is empty".to_owned()),
        length if length > MAX_BYTES => Err("is larger than 64 KiB".to_owned()),
        _ => Ok((text.to_owned(), is_open(path))),
    }
}

/// May everybody on this system read it?
#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|data| data.permissions().mode() & 0o004 != 0)
}

/// Other systems have no such simple answer.
#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}

fn hash(name: &str, secret: &str) -> u64 {
    static KEYS: OnceLock<RandomState> = OnceLock::new();
    KEYS.get_or_init(RandomState::new).hash_one((name, secret))
}
