//! The modules of a crate, from its files.

use std::collections::BTreeMap;
use std::path::Path;
use syn::{Attribute, Item, ItemMod};

/// A module with what is in it.
#[derive(Default)]
pub(super) struct Module {
    pub(super) items: Vec<Item>,
    pub(super) inside: BTreeMap<String, Module>,
}

/// The crate whose first file is `file`.
pub(super) fn load(file: &Path) -> Module {
    let folder = file.parent().expect("it is in a folder");
    module(read(file), folder)
}

fn read(file: &Path) -> Vec<Item> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display())).items
}

/// The module of these items; the files of those in it are in `folder`.
fn module(items: Vec<Item>, folder: &Path) -> Module {
    let mut found = Module::default();
    for item in items {
        match item {
            Item::Mod(inner) if is_for_tests(&inner.attrs) => {}
            Item::Mod(inner) => {
                found.inside.insert(inner.ident.to_string(), module_inside(&inner, folder));
                found.items.push(Item::Mod(ItemMod { content: None, ..inner }));
            }
            item => found.items.push(item),
        }
    }
    found
}

fn module_inside(inner: &ItemMod, folder: &Path) -> Module {
    let name = inner.ident.to_string();
    let below = folder.join(&name);
    if let Some((_, items)) = &inner.content {
        return module(items.clone(), &below);
    }
    let beside = folder.join(format!("{name}.rs"));
    let file = if beside.is_file() { beside } else { below.join("mod.rs") };
    module(read(&file), &below)
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    let told =
        |attribute: &Attribute| attribute.parse_args::<syn::Ident>().is_ok_and(|word| word == "test" || word == "loom");
    attributes.iter().any(|attribute| attribute.path().is_ident("cfg") && told(attribute))
}
