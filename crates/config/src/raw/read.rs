//! From YAML to nodes.

use super::{Data, Key, Node};
use crate::Reported;
use crate::error::Problems;
use crate::place::{Place, TextId, shown};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::cell::Cell;
use std::collections::HashMap;

/// Bytes of one file of a config.
pub(crate) const MAX_BYTES: usize = 1 << 20;
/// How deep nodes may nest.
const MAX_DEPTH: usize = 32;
/// How many nodes a config may have in all its files, each use of an alias counted.
const MAX_NODES: usize = 50_000;

/// What is being built.
struct Open {
    node: Node,
    anchor: usize,
    /// Of a map: the key whose value comes next.
    key: Option<Key>,
    /// Of a map: is a key being built that is no single value?
    skips: bool,
}

struct Reader<'a> {
    problems: &'a Problems<'a>,
    text: TextId,
    shift: usize,
    nodes: &'a Cell<usize>,
    stack: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    root: Option<Node>,
    documents: usize,
}

/// Why reading cannot go on.
struct Stop;

/// Reads `yaml`, which begins `shift` characters into the text `text`. `None` if there is nothing in it. `nodes` counts
/// those of all texts.
///
/// # Errors
///
/// If there is nothing that could be validated; the problems say why.
pub(crate) fn read(
    problems: &Problems<'_>,
    text: TextId,
    yaml: &str,
    shift: usize,
    nodes: &Cell<usize>,
) -> Result<Option<Node>, Reported> {
    let (stack, anchors) = (Vec::new(), HashMap::new());
    let mut reader = Reader { problems, text, shift, nodes, stack, anchors, root: None, documents: 0 };
    let mut parser = Parser::new_from_str(yaml);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => {
                if reader.event(event, span).is_err() {
                    return Err(Reported);
                }
            }
            Err(error) => {
                let marker = error.marker();
                let place = reader.at(marker.line(), marker.col(), 1);
                let help = hint(error.info()).map(str::to_owned);
                problems.add(place, format!("this is no YAML: {}", shown_info(error.info())), help);
                return Err(Reported);
            }
        }
    }
    Ok(reader.root.take())
}

/// What is mostly meant where the parser says this.
fn hint(info: &str) -> Option<&'static str> {
    let rows = [
        ("quoted scalar", "is a quote not closed? A text of several lines is set in further than its name"),
        ("tabs disallowed", "set in by blanks, not by tabs"),
        ("mapping values are not allowed", "put a text with `: ` in it between quotes"),
        ("illegal placement of ':'", "is a `[` or a `{` not closed in a line before?"),
        ("expected ',' or", "is a `[` or a `{` not closed in a line before?"),
        ("unknown anchor", "`*name` repeats what `&name` marked before it"),
        ("unprintable", "write it as an escape between double quotes, such as \"\\x07\""),
        ("invalid indentation", "the names of one map begin in one column"),
        ("did not find expected key", "the names of one map begin in one column"),
    ];
    rows.into_iter().find(|(part, _)| info.contains(part)).map(|(_, help)| help)
}

/// What the parser says, without what could move a cursor.
fn shown_info(info: &str) -> String {
    info.chars().take(200).map(crate::place::visible).collect()
}

impl Reader<'_> {
    fn at(&self, line: usize, before: usize, length: usize) -> Place {
        let shift = if line <= 1 { self.shift } else { 0 };
        Place { text: self.text, line: line.max(1), column: before + shift + 1, length }
    }

    fn place_of(&self, span: Span) -> Place {
        let one_line = span.start.line() == span.end.line();
        let length = if one_line { span.end.col().saturating_sub(span.start.col()) } else { 1 };
        self.at(span.start.line(), span.start.col(), length.max(1))
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        let place = self.place_of(span);
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return self.stop(place, "a config is one document; here begins a second one");
                }
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), place);
                self.scalar(text.into_owned(), style, anchor, place)
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), place);
                self.open(Data::List(Vec::new()), anchor, Place { length: 1, ..place })
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), place);
                self.open(Data::Map(Vec::new()), anchor, Place { length: 1, ..place })
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => self.alias(anchor, place),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn stop(&self, place: Place, message: &str) -> Result<(), Stop> {
        self.problems.add(place, message, None);
        Err(Stop)
    }

    fn refuse_tag(&self, tagged: bool, place: Place) {
        if tagged {
            self.problems.add(place, "a YAML tag (`!..`) says nothing here", Some("leave it out".into()));
        }
    }

    fn count(&mut self, nodes: usize, place: Place) -> Result<(), Stop> {
        self.nodes.set(self.nodes.get().saturating_add(nodes));
        if self.nodes.get() > MAX_NODES {
            return self.stop(place, "the config has too many nodes, those of aliases (`*name`) counted each time");
        }
        Ok(())
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, anchor: usize, place: Place) -> Result<(), Stop> {
        self.count(1, place)?;
        let plain = style == ScalarStyle::Plain;
        let mut node = Node { place, data: Data::Scalar { text, plain } };
        if node.is_null()
            && let Some(Open { key: Some(key), .. }) = self.stack.last()
        {
            // An empty value stands nowhere; its name does.
            node.place = key.place;
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), 1));
        }
        self.put(node)
    }

    fn open(&mut self, data: Data, anchor: usize, place: Place) -> Result<(), Stop> {
        self.count(1, place)?;
        if self.stack.len() == MAX_DEPTH {
            return self.stop(place, "this nests too deeply: 32 levels are the most");
        }
        self.stack.push(Open { node: Node { place, data }, anchor, key: None, skips: false });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Stop> {
        let Some(open) = self.stack.pop() else { return Ok(()) };
        if open.anchor > 0 {
            let size = size_of_tree(&open.node);
            self.anchors.insert(open.anchor, (open.node.clone(), size));
        }
        self.put(open.node)
    }

    fn alias(&mut self, anchor: usize, place: Place) -> Result<(), Stop> {
        let Some((node, size)) = self.anchors.get(&anchor).cloned() else {
            return self.stop(place, "this alias stands inside what it repeats");
        };
        self.count(size, place)?;
        if self.stack.len() + depth(&node) > MAX_DEPTH {
            return self.stop(place, "this nests too deeply: 32 levels are the most");
        }
        self.put(node)
    }

    /// Puts a finished node where it belongs.
    fn put(&mut self, node: Node) -> Result<(), Stop> {
        let Some(open) = self.stack.last_mut() else {
            self.root.get_or_insert(node);
            return Ok(());
        };
        let entries = match &mut open.node.data {
            Data::List(list) => {
                list.push(node);
                return Ok(());
            }
            Data::Map(entries) => entries,
            Data::Scalar { .. } => return Ok(()),
        };
        if std::mem::take(&mut open.skips) {
            return Ok(());
        }
        match open.key.take() {
            None => match node.data {
                Data::Scalar { text, plain: true } if text == "<<" => {
                    open.skips = true;
                    let help = "write the entries out, or repeat a whole value by `*name`";
                    self.problems.add(node.place, "maps are not merged (`<<`)", Some(help.into()));
                }
                Data::Scalar { text, .. } => open.key = Some(Key { place: node.place, text }),
                _ => {
                    open.skips = true;
                    self.problems.add(node.place, "a name must be a single value", None);
                }
            },
            Some(key) => match entries.iter().find(|(other, _)| other.text == key.text) {
                Some((other, _)) => {
                    let message = format!("`{}` stands here a second time", shown(&key.text));
                    let help = format!("the first one is in line {}; which of the two is meant?", other.place.line);
                    self.problems.add(key.place, message, Some(help));
                }
                None => entries.push((key, node)),
            },
        }
        Ok(())
    }
}

fn size_of_tree(node: &Node) -> usize {
    1 + match &node.data {
        Data::Scalar { .. } => 0,
        Data::List(list) => list.iter().map(size_of_tree).sum(),
        Data::Map(entries) => entries.iter().map(|(_, node)| 1 + size_of_tree(node)).sum::<usize>(),
    }
}

fn depth(node: &Node) -> usize {
    match &node.data {
        Data::Scalar { .. } => 0,
        Data::List(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
        Data::Map(entries) => 1 + entries.iter().map(|(_, node)| depth(node)).max().unwrap_or(0),
    }
}
