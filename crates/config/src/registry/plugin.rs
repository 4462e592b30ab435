//! What linked-in crates register.

use super::{MadeFilter, Registry};
use crate::{Reported, Section};
use std::sync::Arc;
use tracework_core::{Action, Attachment, Enricher, Filter, Format, StatefulFilter};

type Make<T> = fn(&mut Section<'_>) -> Result<T, Reported>;

/// What a linked-in crate registers. It is made by [`plugin!`](crate::plugin!).
#[derive(Clone, Copy, Debug)]
pub struct Plugin {
    name: &'static str,
    owner: (&'static str, &'static str),
    role: Role,
}

#[derive(Clone, Copy, Debug)]
enum Role {
    Destination(Make<Attachment>),
    Format(Make<Box<dyn Format>>),
    Enricher(Make<Arc<dyn Enricher>>),
    Filter(Make<Arc<dyn Filter>>),
    StatefulFilter(Make<Box<dyn StatefulFilter>>),
    Action(Make<Box<dyn Action>>),
}

inventory::collect!(Plugin);

macro_rules! makers {
    ($($(#[doc = $doc:literal])+ $maker:ident $role:ident $made:ty;)+) => {
        impl Plugin {
            $(
                $(#[doc = $doc])+
                #[must_use]
                pub const fn $maker(name: &'static str, owner: (&'static str, &'static str), make: Make<$made>) -> Self {
                    Self { name, owner, role: Role::$role(make) }
                }
            )+
        }
    };
}

makers! {
    /// A type of destination; `owner` is the crate and its version.
    destination Destination Attachment;
    /// A format; `owner` is the crate and its version.
    format Format Box<dyn Format>;
    /// A type of enricher; `owner` is the crate and its version.
    enricher Enricher Arc<dyn Enricher>;
    /// A type of filter; `owner` is the crate and its version.
    filter Filter Arc<dyn Filter>;
    /// A type of filter with a memory; `owner` is the crate and its version.
    stateful_filter StatefulFilter Box<dyn StatefulFilter>;
    /// A type of action; `owner` is the crate and its version.
    action Action Box<dyn Action>;
}

impl Registry {
    /// Offers everything that the crates linked into this program registered by [`plugin!`](crate::plugin!). Where two
    /// offer the same name, or one offers a name that is here already, no config is read until it is settled: the error
    /// names both crates. A program settles it by adding the one it wants afterwards, which replaces the other.
    #[must_use]
    pub fn linked(mut self) -> Self {
        let mut plugins: Vec<&Plugin> = inventory::iter::<Plugin>.into_iter().collect();
        // The order of the linker is nobody's; messages keep to this one.
        plugins.sort_by_key(|plugin| (plugin.name, plugin.owner));
        for plugin in plugins {
            self.offer(plugin);
        }
        self
    }

    fn offer(&mut self, plugin: &Plugin) {
        let (name, owner) = (plugin.name, format!("{} {}", plugin.owner.0, plugin.owner.1));
        match plugin.role {
            Role::Destination(make) => self.destinations.add(name, &owner, Box::new(make)),
            Role::Format(make) => self.formats.add(name, &owner, Box::new(make)),
            Role::Enricher(make) => self.enrichers.add(name, &owner, Box::new(make)),
            Role::Filter(make) => {
                let make = move |section: &mut Section<'_>| make(section).map(MadeFilter::Plain);
                self.filters.add(name, &owner, Box::new(make));
            }
            Role::StatefulFilter(make) => {
                let make = move |section: &mut Section<'_>| make(section).map(MadeFilter::Stateful);
                self.filters.add(name, &owner, Box::new(make));
            }
            Role::Action(make) => self.actions.add(name, &owner, Box::new(make)),
        }
    }
}

/// Registers a type with every program that links this crate: a destination, a format, an enricher, a filter, a filter
/// with a memory, or an action. The factory is as for [`Registry`].
///
/// A crate that a program names nowhere is not linked: the program writes `use my_crate as _;`.
///
/// ```
/// use tracework_config::{Config, Registry};
/// use tracework_core::{Batch, Destination, Failure};
///
/// struct Nowhere;
/// impl Destination for Nowhere {
///     fn name(&self) -> &'static str { "nowhere" }
///     fn deliver(&mut self, _: &Batch<'_>) -> Result<(), Failure> { Ok(()) }
/// }
///
/// tracework_config::plugin!(destination "nowhere" => |_| Ok(Nowhere));
///
/// # fn main() -> Result<(), tracework_config::Error> {
/// let config = Config::from_str("my.yml", "destinations: { dark: { type: nowhere } }", &Registry::new().linked())?;
/// # Ok(()) }
/// ```
#[macro_export]
macro_rules! plugin {
    (destination $name:literal => $make:expr) => {
        $crate::plugin!(@submit destination $name, $make, ::core::convert::Into::into);
    };
    (format $name:literal => $make:expr) => {
        $crate::plugin!(@submit format $name, $make, |made| ::std::boxed::Box::new(made) as _);
    };
    (enricher $name:literal => $make:expr) => {
        $crate::plugin!(@submit enricher $name, $make, |made| ::std::sync::Arc::new(made) as _);
    };
    (filter $name:literal => $make:expr) => {
        $crate::plugin!(@submit filter $name, $make, |made| ::std::sync::Arc::new(made) as _);
    };
    (stateful_filter $name:literal => $make:expr) => {
        $crate::plugin!(@submit stateful_filter $name, $make, |made| ::std::boxed::Box::new(made) as _);
    };
    (action $name:literal => $make:expr) => {
        $crate::plugin!(@submit action $name, $make, |made| ::std::boxed::Box::new(made) as _);
    };
    (@submit $role:ident $name:literal, $make:expr, $into:expr) => {
        $crate::__plugins::inventory::submit! {
            $crate::Plugin::$role(
                $name,
                (::core::env!("CARGO_PKG_NAME"), ::core::env!("CARGO_PKG_VERSION")),
                |section| {
                    let make: fn(&mut $crate::Section<'_>) -> ::core::result::Result<_, $crate::Reported> = $make;
                    make(section).map($into)
                },
            )
        }
    };
}
