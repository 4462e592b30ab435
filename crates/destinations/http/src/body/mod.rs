//! Records to bodies, a module for each form.

mod chat;
mod datadog;
mod discord;
mod elasticsearch;
mod lines;
mod loki;
mod pack;
mod seq;
mod slack;
mod splunk;
mod teams;
mod template;

pub(crate) use datadog::SOURCE as DATADOG_SOURCE;
pub(crate) use pack::{Packer, Packet};
pub(crate) use splunk::SOURCE_TYPE as SPLUNK_SOURCE_TYPE;

use crate::Mistake;
use crate::answer::Answer;
use tracework_core::{Failure, Format};
use tracework_format::{Ecs, Json, Text};

/// What an answer means for so many records.
pub(crate) type Judge = fn(&Answer, usize) -> Result<(), Failure>;

/// What is sent.
///
/// What stands for each record in it is the line that the destination's format makes; the usual one is JSON, ECS for
/// Elasticsearch, and text for chats.
///
/// ```
/// use tracework_http::{Body, Http};
///
/// let loki = Http::post("https://loki.example.com").body(Body::loki([("app", "{service}"), ("level", "{level}")]));
/// assert!(loki.check().is_ok());
///
/// let pager = Http::post("https://example.com").body(Body::template(r#"{{"text": "{level}: {message}"}}"#));
/// assert!(pager.check().is_ok());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// A JSON array, an element for each record.
    #[default]
    Json,
    /// A line of JSON for each record ([NDJSON](https://github.com/ndjson/ndjson-spec)).
    Ndjson,
    /// JSON by a [pattern](tracework_format::Pattern), a request for each record; what a record holds is escaped in it.
    Template(String),
    /// A message of an [incoming webhook](https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks) of
    /// Slack.
    Slack,
    /// A message of a [webhook](https://docs.discord.com/developers/resources/webhook#execute-webhook) of Discord.
    Discord,
    /// A card of a [workflow](https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using)
    /// of Microsoft Teams.
    Teams,
    /// [Loki's push](https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs) as JSON.
    Loki {
        /// The labels of the stream, each a name and a pattern. Few values each: every combination is a stream.
        labels: Vec<(String, String)>,
    },
    /// The [bulk interface](https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk) of Elasticsearch and
    /// OpenSearch. Each record is created under the id of its event, so a second delivery changes nothing.
    Elasticsearch {
        /// The index or data stream, a template such as `logs-{service}`; without it, that of the URL. A record that names
        /// one that is not there, or that may not be written to, becomes a dead letter.
        index: Option<String>,
    },
    /// Splunk's [HTTP event collector](https://help.splunk.com/en/splunk-enterprise/get-started/get-data-in/9.4/get-data-with-http-event-collector/format-events-for-http-event-collector).
    Splunk {
        /// The index; without it, that of the token.
        index: Option<String>,
        /// The source type.
        source_type: String,
    },
    /// Datadog's [logs](https://docs.datadoghq.com/api/latest/logs/#send-logs), version 2.
    Datadog {
        /// `ddsource`, by which Datadog chooses a pipeline.
        source: String,
        /// `ddtags`, such as `env:prod`.
        tags: Vec<String>,
    },
    /// [CLEF](https://clef-json.org) for [Seq](https://datalust.co/docs/posting-raw-events).
    Seq,
}

impl Body {
    /// JSON by a pattern.
    pub fn template(pattern: impl Into<String>) -> Self {
        Self::Template(pattern.into())
    }

    /// Loki with these labels; with none, `service_name` and `level`.
    pub fn loki<N: Into<String>, P: Into<String>>(labels: impl IntoIterator<Item = (N, P)>) -> Self {
        let mut labels: Vec<_> = labels.into_iter().map(|(name, pattern)| (name.into(), pattern.into())).collect();
        if labels.is_empty() {
            labels = loki::LABELS.map(|(name, pattern)| (name.to_owned(), pattern.to_owned())).to_vec();
        }
        Self::Loki { labels }
    }

    /// Elasticsearch or OpenSearch, with this index or data stream.
    pub fn elasticsearch(index: impl Into<String>) -> Self {
        Self::Elasticsearch { index: Some(index.into()) }
    }

    /// Splunk, into the index of the token, as `_json`.
    #[must_use]
    pub fn splunk() -> Self {
        Self::Splunk { index: None, source_type: splunk::SOURCE_TYPE.to_owned() }
    }

    /// Datadog, with the source `rust` and no tags.
    #[must_use]
    pub fn datadog() -> Self {
        Self::Datadog { source: datadog::SOURCE.to_owned(), tags: Vec::new() }
    }

    /// Its name in a config.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Template(_) => "template",
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Teams => "teams",
            Self::Loki { .. } => "loki",
            Self::Elasticsearch { .. } => "elasticsearch",
            Self::Splunk { .. } => "splunk",
            Self::Datadog { .. } => "datadog",
            Self::Seq => "seq",
        }
    }

    /// What makes requests of records; `path` is that of the URL.
    pub(crate) fn packer(&self, path: &str) -> Result<Packer, Mistake> {
        let pack: Box<dyn pack::Pack> = match self {
            Self::Json => Box::new(lines::Array),
            Self::Ndjson => Box::new(lines::Lines),
            Self::Template(pattern) => Box::new(template::Each::new(pattern)?),
            Self::Slack => Box::new(chat::Messages::new(slack::Slack)),
            Self::Discord => Box::new(chat::Messages::new(discord::Discord)),
            Self::Teams => Box::new(chat::Messages::new(teams::Teams)),
            Self::Loki { labels } => Box::new(loki::Loki::new(labels)?),
            Self::Elasticsearch { index } => Box::new(elasticsearch::Bulk::new(index.as_deref(), path)?),
            Self::Splunk { index, source_type } => Box::new(splunk::Events::new(index.as_deref(), source_type)),
            Self::Datadog { source, tags } => Box::new(datadog::Logs::new(source, tags)),
            Self::Seq => Box::new(seq::Clef::new()?),
        };
        Ok(Packer(pack))
    }

    /// The format that stands for records in it.
    pub(crate) fn usual_format(&self) -> Box<dyn Format> {
        match self {
            Self::Slack | Self::Discord | Self::Teams => Box::new(Text::new().colored(false).spans(false)),
            Self::Elasticsearch { .. } => Box::new(Ecs::new()),
            _ => Box::new(Json::new()),
        }
    }

    pub(crate) fn content_type(&self) -> &'static str {
        match self {
            Self::Ndjson | Self::Elasticsearch { .. } => "application/x-ndjson",
            Self::Seq => "application/vnd.serilog.clef",
            _ => "application/json",
        }
    }

    /// The path of its vendor, where a URL has none.
    pub(crate) fn usual_path(&self) -> Option<&'static str> {
        match self {
            Self::Loki { .. } => Some("/loki/api/v1/push"),
            Self::Elasticsearch { .. } => Some("/_bulk"),
            Self::Splunk { .. } => Some("/services/collector/event"),
            Self::Datadog { .. } => Some("/api/v2/logs"),
            Self::Seq => Some("/ingest/clef"),
            _ => None,
        }
    }

    /// What is asked for beside the records: of Elasticsearch, to answer no more of each record than is looked at.
    pub(crate) fn query(&self) -> Option<(&'static str, &'static str)> {
        matches!(self, Self::Elasticsearch { .. }).then_some(("filter_path", "errors,items.*.status,items.*.error"))
    }

    /// The header of its vendor's keys, and what stands before the key.
    pub(crate) fn key_header(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Elasticsearch { .. } => Some(("authorization", "ApiKey ")),
            Self::Splunk { .. } => Some(("authorization", "Splunk ")),
            Self::Datadog { .. } => Some(("dd-api-key", "")),
            Self::Seq => Some(("x-seq-apikey", "")),
            _ => None,
        }
    }

    /// What answers mean.
    pub(crate) fn judge(&self) -> Judge {
        match self {
            Self::Elasticsearch { index } => elasticsearch::judge_of(index.as_deref()),
            Self::Splunk { .. } => splunk::judge,
            Self::Teams => teams::judge,
            _ => |answer, _| answer.judge(),
        }
    }

    /// How many bytes of an answer are read for each record.
    pub(crate) fn answer_per_record(&self) -> usize {
        if matches!(self, Self::Elasticsearch { .. }) { 2 << 10 } else { 0 }
    }

    /// Does it take a request after the other?
    pub(crate) fn is_one_by_one(&self) -> bool {
        self.is_chat() || matches!(self, Self::Template(_))
    }

    /// Is it read by people? The URL is then the secret.
    pub(crate) fn is_chat(&self) -> bool {
        matches!(self, Self::Slack | Self::Discord | Self::Teams)
    }

    /// Does its server sort records by their time?
    pub(crate) fn sorts_by_time(&self) -> bool {
        matches!(
            self,
            Self::Loki { .. } | Self::Elasticsearch { .. } | Self::Splunk { .. } | Self::Datadog { .. } | Self::Seq
        )
    }
}
