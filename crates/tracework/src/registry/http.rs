//! `type: http`, and the action `type: webhook`.

use std::net::IpAddr;
use tracework_config::{Registry, Reported, Section, TlsFiles};
use tracework_http::{Auth, Body, Compression, Credential, Http, Method, Tls, Webhook};

pub(super) fn add(registry: Registry) -> Registry {
    registry.destination("http", http).action("webhook", webhook)
}

fn webhook(section: &mut Section<'_>) -> Result<Webhook, Reported> {
    section.about(&[("format", "How the record is written.", "json")]);
    let http = http(section);
    let format = section.take_format();
    let webhook = Webhook::from(http?);
    Ok(match format {
        Some(format) => webhook.format(format),
        None => webhook,
    })
}

const TEXTS: [(&str, &str, &str); 14] = [
    ("url", "Where records are sent; a body for a vendor knows the path.", "https://alerts.example.com/hook"),
    ("method", "How.", "POST"),
    ("body", "What is sent: a ready form, or a template with places such as {message}.", "json"),
    ("headers", "Headers of every request.", ""),
    ("auth", "Who it says it is: `bearer`, `user` and `password`, or a vendor's `key`.", ""),
    ("sign", "Signs requests as Standard Webhooks says.", ""),
    ("compress", "How bodies are compressed.", "gzip"),
    ("allow_private", "Whether it may connect to addresses that are not public.", "false"),
    ("allow_addresses", "Addresses that it may connect to though they are not public.", "[10.0.0.7]"),
    ("redirects", "How many redirects are followed, of those that keep the body.", "0"),
    ("proxy", "The proxy that it goes through; the environment's is not used.", "http://proxy.example.com:3128"),
    ("timeout", "How long a request may take, with its answer.", "30s"),
    ("connect_timeout", "How long connecting may take.", "10s"),
    ("concurrency", "How many requests may be in flight at once; 1 keeps the order.", "4"),
];

fn http(section: &mut Section<'_>) -> Result<Http, Reported> {
    section.about(&TEXTS);
    let url = section.need_secret("url");
    let mut http = Http::post(url.as_ref().map_or_else(|_| Credential::new(""), Clone::clone));
    let methods = [Method::Post, Method::Put, Method::Patch].map(|method| (method.name(), method));
    if let Some(method) = section.take_enum("method", &methods) {
        http = http.method(method);
    }
    if let Some(body) = body(section) {
        http = http.body(body);
    }
    for (name, value) in section.take_secrets("headers").unwrap_or_default() {
        http = http.header(name, value);
    }
    if let Some(auth) = section.within("auth", auth).flatten() {
        http = http.auth(auth);
    }
    if let Some(secret) = section.within("sign", sign).flatten() {
        http = http.sign(secret);
    }
    let words = [Compression::None, Compression::Gzip, Compression::Zstd].map(|one| (one.name(), one));
    if let Some(compression) = section.take_enum("compress", &words) {
        http = http.compress(compression);
    }
    let http = times(section, http);
    let http = reach(section, http);
    url?;
    if !section.has("url") && !section.has("url_file") {
        // The schema is being made, for which there is no secret.
        return Ok(http);
    }
    http.check().map_err(|mistake| section.mistaken(&mistake))?;
    Ok(http)
}

/// `body: json`, `body: { template: .. }`, `body: { type: loki, .. }`.
fn body(section: &mut Section<'_>) -> Option<Body> {
    let none: [(&str, &str); 0] = [];
    let plain = [
        Body::Json,
        Body::Ndjson,
        Body::Slack,
        Body::Discord,
        Body::Teams,
        Body::loki(none),
        Body::Elasticsearch { index: None },
        Body::splunk(),
        Body::datadog(),
        Body::Seq,
    ];
    let words: Vec<_> = plain.iter().map(|body| (body.name(), body.clone())).collect();
    section.take_word_or("body", &words, body_of)
}

fn body_of(section: &mut Section<'_>) -> Option<Body> {
    section.about(&[
        ("type", "Which form it has; a `template` needs none.", "loki"),
        (
            "template",
            "JSON with places for the parts of a record; its own braces are doubled.",
            r#"{{"text": "{message}"}}"#,
        ),
        ("labels", "Loki: the labels of the stream, each a name and a pattern with few values.", ""),
        ("index", "Elasticsearch: the index or data stream, with places; Splunk: the index.", "logs-{service}"),
        ("source_type", "Splunk: the source type.", "_json"),
        ("source", "Datadog: what it takes the records for.", "rust"),
        ("tags", "Datadog: tags of every record.", "[env:prod]"),
    ]);
    let words = ["template", "loki", "elasticsearch", "splunk", "datadog"].map(|name| (name, name));
    let usual = if section.has("template") { "template" } else { "" };
    match section.take_enum("type", &words).unwrap_or(usual) {
        "template" => {
            let template = section.take_str("template");
            if template.is_none() {
                section.refuse("type", "a template needs its `template`");
            }
            template.map(Body::Template)
        }
        "loki" => Some(Body::loki(section.take_texts("labels").unwrap_or_default())),
        "elasticsearch" => Some(Body::Elasticsearch { index: section.take_str("index") }),
        "splunk" => {
            let Body::Splunk { source_type, .. } = Body::splunk() else { return None };
            let source_type = section.take_str("source_type").unwrap_or(source_type);
            Some(Body::Splunk { index: section.take_str("index"), source_type })
        }
        "datadog" => {
            let Body::Datadog { source, .. } = Body::datadog() else { return None };
            let source = section.take_str("source").unwrap_or(source);
            Some(Body::Datadog { source, tags: section.take_list("tags").unwrap_or_default() })
        }
        _ => {
            if !section.has("type") {
                section.refuse(
                    "type",
                    "`body` needs a `template` or a `type`; a form without settings is one word, `body: slack`",
                );
            }
            None
        }
    }
}

fn auth(section: &mut Section<'_>) -> Option<Auth> {
    section.about(&[
        ("bearer", "A token, sent as `Authorization: Bearer`.", ""),
        ("user", "A user's name.", "shop"),
        ("password", "The user's password.", ""),
        ("key", "The key of a vendor, sent in that vendor's header.", ""),
    ]);
    let bearer = section.take_secret("bearer");
    let user = section.take_str("user");
    let password = section.take_secret("password");
    let key = section.take_secret("key");
    match (bearer, user, password, key) {
        (Some(token), None, None, None) => Some(Auth::bearer(token)),
        (None, Some(user), Some(password), None) => Some(Auth::basic(user, password)),
        (None, None, None, Some(key)) => Some(Auth::key(key)),
        _ => {
            section.refuse("bearer", "`auth` is one of `bearer`, `key`, or `user` and `password`; each secret may be in a file: `bearer_file`");
            None
        }
    }
}

fn sign(section: &mut Section<'_>) -> Option<Credential> {
    section.about(&[("secret", "`whsec_` and base64, or a text of 16 bytes or more.", "")]);
    section.need_secret("secret").ok()
}

/// Where it may go, and by which way.
fn reach(section: &mut Section<'_>, mut http: Http) -> Http {
    http = http.allow_private(section.take_bool("allow_private").unwrap_or(false));
    for text in section.take_list("allow_addresses").unwrap_or_default() {
        match text.parse::<IpAddr>() {
            Ok(address) => http = http.allow_address(address),
            Err(_) => {
                let why = format!("`{text}` is no address; write one such as 10.0.0.7 or fd00::7");
                section.refuse_item("allow_addresses", &text, why);
            }
        }
    }
    if let Some(most) = section.take_count("redirects") {
        http = http.redirects(most);
    }
    if let Some(proxy) = section.take_secret("proxy") {
        http = http.proxy(proxy);
    }
    let TlsFiles { ca, cert, key, .. } = section.take_tls();
    http.tls(Tls { ca, cert, key })
}

fn times(section: &mut Section<'_>, mut http: Http) -> Http {
    if let Some(timeout) = section.take_timeout("timeout") {
        http = http.timeout(timeout);
    }
    if let Some(timeout) = section.take_timeout("connect_timeout") {
        http = http.connect_timeout(timeout);
    }
    match section.take_count("concurrency") {
        Some(0) => {
            section.refuse("concurrency", "0 at once deliver nothing; write 1 or more");
            http
        }
        Some(requests) => http.in_flight(requests),
        None => http,
    }
}
