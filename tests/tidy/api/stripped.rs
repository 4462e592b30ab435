//! Items without what does not concern those who use them.

use quote::ToTokens as _;
use syn::{Attribute, Block, Field, Fields, ImplItem, Item, TraitItem, Visibility, parse_quote};

/// Can it be named outside of its module? An `impl` is seen with its type.
pub(super) fn is_public(item: &Item) -> bool {
    let visibility = match item {
        Item::Const(item) => &item.vis,
        Item::Enum(item) => &item.vis,
        Item::Fn(item) => &item.vis,
        Item::Mod(item) => &item.vis,
        Item::Static(item) => &item.vis,
        Item::Struct(item) => &item.vis,
        Item::Trait(item) => &item.vis,
        Item::Type(item) => &item.vis,
        Item::Use(item) => &item.vis,
        Item::Macro(item) => return item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")),
        _ => return false,
    };
    matches!(visibility, Visibility::Public(_))
}

/// Is it kept out of the documentation?
pub(super) fn is_hidden(item: &Item) -> bool {
    attributes(item).is_some_and(|attributes| {
        attributes.iter().any(|attribute| attribute.to_token_stream().to_string().contains("doc (hidden)"))
    })
}

fn attributes(item: &Item) -> Option<&Vec<Attribute>> {
    Some(match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => return None,
    })
}

/// What it is and what it is called, to sort by: `struct Control`.
pub(super) fn ident_of(item: &Item) -> String {
    match item {
        Item::Const(item) => format!("const {}", item.ident),
        Item::Enum(item) => format!("type {}", item.ident),
        Item::Fn(item) => format!("fn {}", item.sig.ident),
        Item::Macro(item) => format!("macro {}", item.ident.as_ref().map(ToString::to_string).unwrap_or_default()),
        Item::Mod(item) => format!("mod {}", item.ident),
        Item::Static(item) => format!("static {}", item.ident),
        Item::Struct(item) => format!("type {}", item.ident),
        Item::Trait(item) => format!("type {}", item.ident),
        Item::Type(item) => format!("type {}", item.ident),
        Item::Use(item) => format!("use {}", item.tree.to_token_stream()),
        _ => String::new(),
    }
}

/// The item without bodies, comments and what is private.
pub(super) fn stripped(item: &Item) -> Item {
    let mut item = item.clone();
    match &mut item {
        Item::Const(item) => plain(&mut item.attrs),
        Item::Static(item) => plain(&mut item.attrs),
        Item::Type(item) => plain(&mut item.attrs),
        Item::Fn(item) => {
            plain(&mut item.attrs);
            *item.block = empty();
        }
        Item::Enum(item) => {
            plain(&mut item.attrs);
            for variant in &mut item.variants {
                plain(&mut variant.attrs);
                fields(&mut variant.fields, true);
            }
        }
        Item::Struct(item) => {
            plain(&mut item.attrs);
            fields(&mut item.fields, false);
        }
        Item::Trait(item) => {
            plain(&mut item.attrs);
            item.items.iter_mut().for_each(trait_item);
        }
        Item::Impl(item) => {
            plain(&mut item.attrs);
            let of_trait = item.trait_.is_some();
            item.items.retain(|part| is_seen(part, of_trait));
            item.items.iter_mut().for_each(impl_item);
        }
        Item::Macro(item) => {
            plain(&mut item.attrs);
            item.mac.tokens = quote::quote!(($($arguments:tt)*) => {};);
        }
        _ => {}
    }
    item
}

fn empty() -> Block {
    parse_quote!({})
}

/// Leaves only what says something to those who use the item.
fn plain(attributes: &mut Vec<Attribute>) {
    let told = ["derive", "non_exhaustive", "must_use", "cfg", "deprecated"];
    attributes.retain(|attribute| told.iter().any(|name| attribute.path().is_ident(name)));
}

fn fields(fields: &mut Fields, all: bool) {
    let seen = |field: &Field| all || matches!(field.vis, Visibility::Public(_));
    match fields {
        Fields::Named(named) => {
            let kept = std::mem::take(&mut named.named).into_iter().filter(seen);
            named.named = kept.collect();
            named.named.iter_mut().for_each(|field| plain(&mut field.attrs));
        }
        Fields::Unnamed(unnamed) => {
            for field in &mut unnamed.unnamed {
                plain(&mut field.attrs);
                if !seen(field) {
                    field.ty = parse_quote!(_);
                    field.vis = Visibility::Inherited;
                }
            }
        }
        Fields::Unit => {}
    }
}

fn trait_item(item: &mut TraitItem) {
    match item {
        TraitItem::Fn(item) => {
            plain(&mut item.attrs);
            item.default = item.default.as_ref().map(|_| empty());
        }
        TraitItem::Const(item) => plain(&mut item.attrs),
        TraitItem::Type(item) => plain(&mut item.attrs),
        _ => {}
    }
}

/// Of the `impl` of a trait only what it chooses is said; its functions are those of the trait.
fn is_seen(item: &ImplItem, of_trait: bool) -> bool {
    match item {
        ImplItem::Fn(item) => matches!(item.vis, Visibility::Public(_)),
        ImplItem::Const(item) => of_trait || matches!(item.vis, Visibility::Public(_)),
        ImplItem::Type(_) => true,
        _ => false,
    }
}

fn impl_item(item: &mut ImplItem) {
    match item {
        ImplItem::Fn(item) => {
            plain(&mut item.attrs);
            item.block = empty();
        }
        ImplItem::Const(item) => plain(&mut item.attrs),
        ImplItem::Type(item) => plain(&mut item.attrs),
        _ => {}
    }
}
