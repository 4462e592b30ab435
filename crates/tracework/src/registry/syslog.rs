//! `type: syslog`

use tracework_config::{Registry, Reported, Section};
use tracework_syslog::{Facility, Framing, Rfc, Syslog};

pub(super) fn add(registry: Registry) -> Registry {
    registry.destination("syslog", syslog)
}

const KEYS: [(&str, &str, &str); 8] = [
    (
        "address",
        "Where the server listens: udp://, tcp:// or tls:// with a host and port, or unix: with a path.",
        "udp://127.0.0.1:514",
    ),
    ("rfc", "The form of messages; the fields go along under 5424 alone.", "5424"),
    ("facility", "Which part of the system messages are of.", "local0"),
    ("facilities", "Rules that give other facilities.", ""),
    ("app_name", "The name of the program; else it is `service`.", "payments"),
    (
        "structured_id",
        "The name of the element of structured data, with the number of its enterprise.",
        "tracework@32473",
    ),
    ("framing", "How messages are told apart over TCP and streams.", "octets"),
    ("longest", "Bytes of a message; longer ones are cut, and say so.", "8KiB"),
];

/// What else there is, for its own lists.
const MORE: [(&str, &str, &str); 2] = [
    ("timeout", "How long a connection may take to be made, and a send to be taken.", "10s"),
    ("zone", "Whose time messages of RFC 3164 tell.", "UTC"),
];

fn syslog(section: &mut Section<'_>) -> Result<Syslog, Reported> {
    section.about(&KEYS);
    section.about(&MORE);
    let (address, encrypted) = (section.need_str("address"), tls(section));
    let mut syslog = Syslog::to(&address?).map_err(|error| section.refuse("address", error.to_string()))?;
    if let Some(zone) = section.take_str("zone") {
        let zone = tracework_format::Zone::named(&zone).map_err(|error| section.refuse("zone", error.to_string()))?;
        syslog = syslog.zone(zone);
    }
    if let Some(rfc) = section.take_enum("rfc", &[("5424", Rfc::Rfc5424), ("3164", Rfc::Rfc3164)]) {
        syslog = syslog.rfc(rfc);
    }
    let facilities: Vec<_> = Facility::all().collect();
    if let Some(facility) = section.take_enum("facility", &facilities) {
        syslog = syslog.facility(facility);
    }
    if let Some(rules) = section.within("facilities", rules) {
        syslog = rules.into_iter().fold(syslog, |syslog, (rule, facility)| syslog.facility_when(rule, facility));
    }
    syslog = form(section, syslog);
    Ok(encrypted(syslog))
}

/// The rules of each facility: `{ audit: "kind = audit" }`.
fn rules(section: &mut Section<'_>) -> Vec<(tracework_rules::Rule, Facility)> {
    let texts: Vec<_> =
        Facility::all().map(|(name, _)| (name, "A rule; what it keeps is of this facility.", "")).collect();
    section.about(&texts);
    let rules = Facility::all().filter_map(|(name, facility)| Some((section.take_rule(name)?, facility)));
    rules.collect()
}

fn form(section: &mut Section<'_>, mut syslog: Syslog) -> Syslog {
    if let Some(name) = section.take_str("app_name") {
        syslog = syslog.app_name(&name);
    }
    if let Some(id) = section.take_str("structured_id") {
        let known = |byte: u8| byte.is_ascii_graphic() && !b"=]\"".contains(&byte);
        if !(1..=32).contains(&id.len()) || !id.bytes().all(known) {
            section
                .refuse("structured_id", "a name has one to 32 visible characters of ASCII without `=`, `]` and `\"`");
        }
        syslog = syslog.structured_id(&id);
    }
    if let Some(framing) = section.take_enum("framing", &[("octets", Framing::Octets), ("newline", Framing::Newline)]) {
        syslog = syslog.framing(framing);
    }
    if let Some(longest) = section.take_memory("longest") {
        if longest < 480 {
            section.refuse("longest", "every server takes 480 bytes (RFC 5424, section 6.1); say at least that");
        }
        syslog = syslog.longest(longest);
    }
    if let Some(timeout) = section.take_timeout("timeout") {
        syslog = syslog.timeout(timeout);
    }
    syslog
}

/// What the files of TLS change.
#[cfg(feature = "syslog-tls")]
fn tls(section: &mut Section<'_>) -> impl FnOnce(Syslog) -> Syslog + use<> {
    let tracework_config::TlsFiles { ca, cert, key, .. } = section.take_tls();
    move |syslog| syslog.tls(tracework_syslog::Tls { ca, cert, key })
}

#[cfg(not(feature = "syslog-tls"))]
fn tls(_: &mut Section<'_>) -> impl FnOnce(Syslog) -> Syslog + use<> {
    |syslog| syslog
}
