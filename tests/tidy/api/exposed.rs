//! What of a crate can be named from outside.

use super::modules::Module;
use super::stripped::{ident_of, is_hidden, is_public, stripped};
use std::collections::BTreeSet;
use syn::{File, Item, ItemImpl, ItemMod, ItemUse, Type, UseTree};

/// The face of a crate as text: what it exposes, sorted, without bodies, comments and private fields.
pub(super) fn face(root: &Module) -> String {
    let walk = Walk { root };
    let mut items = walk.exposed(root, &[]);
    let mut names = BTreeSet::new();
    names_in(&items, &mut names);
    let mut impls = Vec::new();
    impls_in(root, &mut impls);
    items.extend(impls.into_iter().filter_map(|found| impl_of(found, &names)));
    let mut file: File = syn::parse_quote!();
    file.items = items;
    prettyplease::unparse(&file)
}

struct Walk<'a> {
    root: &'a Module,
}

impl<'a> Walk<'a> {
    /// What `module`, which stands at `path`, exposes.
    fn exposed(&self, module: &'a Module, path: &[String]) -> Vec<Item> {
        let mut found = Vec::new();
        for item in module.items.iter().filter(|item| is_public(item) && !is_hidden(item)) {
            match item {
                Item::Use(used) => self.used(module, path, used, &mut found),
                Item::Mod(inner) => found.extend(self.inner(module, path, inner)),
                item => found.push(stripped(item)),
            }
        }
        found.sort_by_cached_key(ident_of);
        found
    }

    fn inner(&self, module: &'a Module, path: &[String], inner: &ItemMod) -> Option<Item> {
        let name = inner.ident.to_string();
        let items = self.exposed(module.inside.get(&name)?, &[path, &[name]].concat());
        Some(Item::Mod(ItemMod {
            content: Some((syn::token::Brace::default(), items)),
            semi: None,
            attrs: Vec::new(),
            ..inner.clone()
        }))
    }

    /// What a `pub use` exposes: items of this crate themselves, others by their names.
    fn used(&self, module: &'a Module, path: &[String], used: &ItemUse, found: &mut Vec<Item>) {
        for (names, rename) in leaves(&used.tree) {
            match self.resolve(module, path, &names) {
                Some(items) if rename.is_none() => found.extend(items),
                _ => {
                    let rename = rename.map(|name| format!(" as {name}")).unwrap_or_default();
                    let text = format!("pub use {}{rename};", names.join("::"));
                    found.push(syn::parse_str(&text).expect("it was read from one"));
                }
            }
        }
    }

    /// The items that `names`, written in `module`, stand for, if they are of this crate.
    fn resolve(&self, module: &'a Module, path: &[String], names: &[String]) -> Option<Vec<Item>> {
        let (mut here, mut at): (&Module, Vec<String>) = (module, path.to_vec());
        let mut names = names.iter().peekable();
        match names.peek()?.as_str() {
            "crate" => (here, at) = (self.root, Vec::new()),
            "self" => {}
            first if module.inside.contains_key(first) => {}
            _ => return None,
        }
        while let Some(name) = names.next() {
            match name.as_str() {
                "crate" | "self" => {}
                "*" => return Some(self.exposed(here, &at)),
                name if names.peek().is_some() => {
                    here = here.inside.get(name)?;
                    at.push(name.to_owned());
                }
                name => return self.named(here, &at, name),
            }
        }
        None
    }

    /// What is called `name` in `module`, itself or by a `use` of its own.
    fn named(&self, module: &'a Module, path: &[String], name: &str) -> Option<Vec<Item>> {
        let own = module.items.iter().filter(|item| ident_of(item).ends_with(&format!(" {name}")));
        let own: Vec<_> = own.filter(|item| !matches!(item, Item::Use(_) | Item::Mod(_))).map(stripped).collect();
        if !own.is_empty() {
            return Some(own);
        }
        let uses = module.items.iter().filter_map(|item| if let Item::Use(used) = item { Some(used) } else { None });
        let mut leaves = uses.flat_map(|used| leaves(&used.tree)).filter(|(names, rename)| match rename {
            Some(rename) => rename == name,
            None => names.last().is_some_and(|last| last == name),
        });
        leaves.find_map(|(names, _)| self.resolve(module, path, &names))
    }
}

/// The paths of a `use`, each with what it is renamed to.
fn leaves(tree: &UseTree) -> Vec<(Vec<String>, Option<String>)> {
    match tree {
        UseTree::Path(path) => {
            let below = leaves(&path.tree).into_iter();
            below.map(|(names, rename)| ([vec![path.ident.to_string()], names].concat(), rename)).collect()
        }
        UseTree::Name(name) => vec![(vec![name.ident.to_string()], None)],
        UseTree::Rename(rename) => vec![(vec![rename.ident.to_string()], Some(rename.rename.to_string()))],
        UseTree::Glob(_) => vec![(vec!["*".to_owned()], None)],
        UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
    }
}

fn names_in(items: &[Item], names: &mut BTreeSet<String>) {
    for item in items {
        match item {
            Item::Mod(inner) => names_in(inner.content.as_ref().map_or(&[], |(_, items)| items), names),
            item => names.extend(ident_of(item).split(' ').nth(1).map(str::to_owned)),
        }
    }
}

fn impls_in<'a>(module: &'a Module, found: &mut Vec<&'a ItemImpl>) {
    found.extend(module.items.iter().filter_map(|item| if let Item::Impl(found) = item { Some(found) } else { None }));
    module.inside.values().for_each(|inner| impls_in(inner, found));
}

/// What an `impl` says of a type that is exposed.
fn impl_of(found: &ItemImpl, names: &BTreeSet<String>) -> Option<Item> {
    let Type::Path(of) = &*found.self_ty else { return None };
    let exposed = names.contains(&of.path.segments.last()?.ident.to_string());
    let Item::Impl(found) = stripped(&Item::Impl(found.clone())) else { return None };
    (exposed && (found.trait_.is_some() || !found.items.is_empty())).then_some(Item::Impl(found))
}
