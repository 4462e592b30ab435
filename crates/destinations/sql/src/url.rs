//! Which database, and how it is named in messages.

use crate::Mistake;
use std::fmt;

/// An engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
    /// MySQL or MariaDB.
    MySql,
}

/// The beginnings of URLs.
const SCHEMES: [(&str, Kind); 5] = [
    ("sqlite:", Kind::Sqlite),
    ("postgres://", Kind::Postgres),
    ("postgresql://", Kind::Postgres),
    ("mysql://", Kind::MySql),
    ("mariadb://", Kind::MySql),
];

impl Kind {
    /// Its name, and that of its feature.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::MySql => "mysql",
        }
    }

    /// Is it part of this build?
    pub(crate) fn is_available(self) -> bool {
        match self {
            Self::Sqlite => cfg!(feature = "sqlite"),
            Self::Postgres => cfg!(feature = "postgres"),
            Self::MySql => cfg!(feature = "mysql"),
        }
    }
}

/// The URL of a database. `Debug` and `Display` show no password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Url {
    text: String,
    pub(crate) kind: Kind,
}

impl Url {
    pub(crate) fn new(text: &str) -> Result<Self, Mistake> {
        let text = text.trim();
        let refuse = |why: String| Err(Mistake::new("url", why));
        let Some((scheme, kind)) = SCHEMES.into_iter().find(|(scheme, _)| text.starts_with(scheme)) else {
            let right = "it begins with sqlite:, postgres://, mysql:// or mariadb://";
            return refuse(format!("this is no URL of a database; {right}"));
        };
        if !kind.is_available() {
            return refuse(format!("this program was built without the feature `sql-{}`", kind.name()));
        }
        let this = Self { text: text.to_owned(), kind };
        if kind == Kind::Sqlite {
            match this.path() {
                "" => return refuse("it names no file; write sqlite:logs/app.db".to_owned()),
                path if path.contains(":memory:") => {
                    return refuse("nobody could read a database in memory; name a file".to_owned());
                }
                _ => {}
            }
            if text.contains('?') {
                return refuse("a file of SQLite takes no parameters; leave out what follows `?`".to_owned());
            }
        } else if text[scheme.len()..].is_empty() {
            return refuse(format!("it names no server; write {scheme}user@host/database"));
        }
        Ok(this)
    }

    /// All of it, password included.
    pub(crate) fn reveal(&self) -> &str {
        &self.text
    }

    /// The path of an SQLite file.
    pub(crate) fn path(&self) -> &str {
        let rest = self.text.strip_prefix("sqlite:").unwrap_or(&self.text);
        rest.strip_prefix("//").unwrap_or(rest)
    }

    /// The same file, if its path is relative, from `folder`.
    pub(crate) fn within(self, folder: &std::path::Path) -> Self {
        if self.kind != Kind::Sqlite || std::path::Path::new(self.path()).is_absolute() {
            return self;
        }
        Self { text: format!("sqlite:{}", folder.join(self.path()).display()), kind: self.kind }
    }

    /// Its parts: what stands before a user, user and password, and what follows.
    fn parts(&self) -> (&str, Option<&str>, &str) {
        let Some((scheme, rest)) = self.text.split_once("://").filter(|_| self.kind != Kind::Sqlite) else {
            return (&self.text, None, "");
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        match rest[..end].rfind('@') {
            Some(at) => (scheme, Some(&rest[..at]), &rest[at + 1..]),
            None => (scheme, None, rest),
        }
    }

    /// Does it hold a password?
    pub(crate) fn has_password(&self) -> bool {
        let (_, user, rest) = self.parts();
        user.is_some_and(|user| user.contains(':')) || rest.contains("password=")
    }

    /// Without a password, and without what follows `?`, where a password could stand too.
    pub(crate) fn shown(&self) -> String {
        match self.parts() {
            (path, None, "") => path.to_owned(),
            (scheme, user, rest) => {
                let rest = rest.split(['?', '#']).next().unwrap_or_default();
                let user = user.map(|user| user.split(':').next().unwrap_or_default());
                user.map_or_else(|| format!("{scheme}://{rest}"), |user| format!("{scheme}://{user}@{rest}"))
            }
        }
    }

    /// As a config says it: without a password, with the other parameters.
    pub(crate) fn without_password(&self) -> String {
        let (_, _, rest) = self.parts();
        let Some((_, parameters)) = rest.split_once('?') else { return self.shown() };
        let kept = parameters.split('&').filter(|parameter| !parameter.starts_with("password="));
        let kept: Vec<_> = kept.collect();
        if kept.is_empty() { self.shown() } else { format!("{}?{}", self.shown(), kept.join("&")) }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

#[cfg(all(test, feature = "sqlite", feature = "postgres", feature = "mysql"))]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for (text, shown, config) in [
            ("postgres://ann:hunter2@db:5432/logs", "postgres://ann@db:5432/logs", "postgres://ann@db:5432/logs"),
            ("postgresql://ann:hun@ter2@db/logs", "postgresql://ann@db/logs", "postgresql://ann@db/logs"),
            ("mysql://ann@db/l?ssl-mode=REQUIRED", "mysql://ann@db/l", "mysql://ann@db/l?ssl-mode=REQUIRED"),
            ("postgres://db/l?password=hunter2&sslmode=require", "postgres://db/l", "postgres://db/l?sslmode=require"),
            ("mariadb://:hunter2@db", "mariadb://@db", "mariadb://@db"),
            ("sqlite://logs/a@b:c.db", "sqlite://logs/a@b:c.db", "sqlite://logs/a@b:c.db"),
        ] {
            let url = Url::new(text).expect(text);
            assert_eq!((url.to_string(), format!("{url:?}")), (shown.to_owned(), shown.to_owned()));
            assert_eq!(url.without_password(), config);
            assert_eq!(url.has_password(), text.contains("hun"), "{text}");
        }
    }

    #[test]
    fn what_names_no_database_is_refused() {
        for text in ["", "db", "http://db", "sqlite:", "sqlite::memory:", "sqlite://a.db?mode=ro", "postgres://"] {
            assert!(Url::new(text).is_err(), "{text}");
        }
        assert_eq!(Url::new("sqlite:///var/a.db").expect("a file").path(), "/var/a.db");
        assert_eq!(Url::new("sqlite:a.db").expect("a file").within("/logs".as_ref()).path(), "/logs/a.db");
    }
}
