//! Figures for Prometheus. What happens is counted when it happens; what is the case is told from the last look, so that
//! asking for figures costs no question to the store.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric as _, prometheus_text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use tongban_core::dossier::{Moment, NodeId};
use tongban_core::ident::Realm;

use super::{Stage, Watch, alarm};
use crate::config::Config;
use crate::store::{Schema, Waiting, WriterHandle};

/// The media type of [`Metrics::text`].
pub const MEDIA: &str = "text/plain; version=0.0.4; charset=utf-8";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Fault {
    peer: String,
    code: String,
}

/// Counts of this process.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Family<Answered, Counter>,
    seconds: Family<Route, Histogram>,
    faults: Family<Fault, Counter>,
}

fn seconds() -> Histogram {
    Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0])
}

impl Metrics {
    /// Figures of a node: what was counted, what the writer counts, and what was seen last.
    pub fn new(config: &Config, writer: &WriterHandle, watch: &Watch, now: Moment) -> Metrics {
        let mut registry = Registry::default();
        let (requests, faults) = (Family::default(), Family::default());
        let seconds: Family<Route, Histogram> = Family::new_with_constructor(seconds);
        let own = registry.sub_registry_with_prefix("tongban");
        let build = vec![
            ("version", env!("CARGO_PKG_VERSION").to_owned()),
            ("node", config.node.to_string()),
            ("realm", if config.realm == Realm::Drill { "drill" } else { "production" }.to_owned()),
        ];
        own.register("build", "The program and its node", Info::new(build));
        own.register("http_requests", "Answered requests", requests.clone());
        let help = "From a request's head to its answer's";
        own.register_with_unit("http_request_duration", help, Unit::Seconds, seconds.clone());
        own.register("peer_faults", "Questions to a peer that failed", faults.clone());
        writer.tally().register(own);
        let told = Told { watch: watch.clone(), writer: writer.clone() };
        own.register_collector(Box::new(told));
        let start: ConstGauge<f64> = ConstGauge::new(now.0 as f64 / 1000.0);
        let help = "When this process began to serve";
        registry.register_with_unit("process_start_time", help, Unit::Seconds, start);
        Metrics { registry: Arc::new(registry), requests, seconds, faults }
    }

    /// Counts an answered request. `route` is a pattern, never a path: paths have no end, and name cases.
    pub fn answered(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let route = route.to_owned();
        self.requests.get_or_create(&Answered { method, route: route.clone(), status }).inc();
        self.seconds.get_or_create(&Route { method, route }).observe(took.as_secs_f64());
    }

    /// Counts a question to a peer that failed.
    pub fn peer_fault(&self, peer: &NodeId, code: &str) {
        self.faults.get_or_create(&Fault { peer: peer.to_string(), code: code.to_owned() }).inc();
    }

    /// All figures, as Prometheus reads them.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if prometheus_text::encode(&mut text, &self.registry).is_err() {
            tracing::error!("figures cannot be written");
        }
        text
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

/// What the last look found.
struct Told {
    watch: Watch,
    writer: WriterHandle,
}

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Told")
    }
}

/// Writes gauges.
struct Gauges<'a>(DescriptorEncoder<'a>);

type Labels<'a> = Vec<(&'static str, &'a str)>;

impl Gauges<'_> {
    fn one(&mut self, name: &str, help: &str, unit: Option<Unit>, value: Option<f64>) -> fmt::Result {
        self.many(name, help, unit, value.map(|value| (Vec::new(), value)))
    }

    fn many<'l>(
        &mut self,
        name: &str,
        help: &str,
        unit: Option<Unit>,
        rows: impl IntoIterator<Item = (Labels<'l>, f64)>,
    ) -> fmt::Result {
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_none() {
            return Ok(());
        }
        let kind = prometheus_client::metrics::MetricType::Gauge;
        let mut metric = self.0.encode_descriptor(name, help, unit.as_ref(), kind)?;
        for (labels, value) in rows {
            ConstGauge::new(value).encode(metric.encode_family(&labels)?)?;
        }
        Ok(())
    }

    fn waiting(&mut self, name: &str, help: &str, rows: &[Waiting], now: Moment) -> fmt::Result {
        let counts = rows.iter().map(|row| (vec![("node", row.node.as_str())], row.count as f64));
        self.many(name, help, None, counts)?;
        let name = format!("{name}_oldest_age");
        let ages = rows.iter().filter_map(|row| Some((vec![("node", row.node.as_str())], age(now, row.since?))));
        self.many(&name, "Age of the oldest of them", Some(Unit::Seconds), ages)
    }
}

fn age(now: Moment, since: Moment) -> f64 {
    (now.0 - since.0).max(0) as f64 / 1000.0
}

fn yes(is: bool) -> Option<f64> {
    Some(f64::from(u8::from(is)))
}

impl Collector for Told {
    fn encode(&self, encoder: DescriptorEncoder) -> fmt::Result {
        let mut gauges = Gauges(encoder);
        let waiting = self.writer.waiting() as f64;
        gauges.one("writer_queue", "Commands that wait for the writer", None, Some(waiting))?;
        gauges.one("recovering", "Whether this node must not stamp", None, yes(self.writer.is_recovering()))?;
        gauges.one("leaving", "Whether it was asked to stop", None, yes(self.watch.stage() > Stage::Serving))?;
        let Some(seen) = self.watch.seen() else { return Ok(()) };
        let at = |moment: Moment| moment.0 as f64 / 1000.0;
        let (seconds, bytes) = (|| Some(Unit::Seconds), || Some(Unit::Bytes));
        gauges.one("seen_timestamp", "When the following was looked at", seconds(), Some(at(seen.at)))?;

        let stored = &seen.stored;
        let help = "Entries neither stamped nor refused, by the node that holds the pen";
        gauges.waiting("slips_unanswered", help, &stored.slips, seen.at)?;
        let help = "Cases handed over, neither received nor returned, by the node that has to";
        gauges.waiting("hand_overs_unanswered", help, &stored.hand_overs, seen.at)?;
        let help = "Stamps kept beside the log, by code; those that begin with stamp- prove a fault";
        let beside = stored.beside.iter().map(|row| (vec![("code", row.code.as_str())], row.count as f64));
        gauges.many("stamps_beside", help, None, beside)?;
        let faults = stored.faults.map_or(0, |(count, _)| count);
        let help = "Stamps that prove a fault of a node and that no recall has settled";
        gauges.one("fault_evidence", help, None, Some(faults as f64))?;

        gauges.one("database_size", "Size of the database", bytes(), Some(stored.database_bytes as f64))?;
        let writable = seen.unwritable.is_none();
        gauges.one("database_writable", "Whether the last try to write succeeded", None, yes(writable))?;
        let help = "Whether the schema is this program's";
        gauges.one("schema_current", help, None, yes(seen.schema == Schema::Current))?;
        let blobs = seen.blobs.map(|(_, bytes)| bytes as f64);
        gauges.one(
            "blob_folder_size",
            "Files in the blob folder; smaller blobs are in the database",
            bytes(),
            blobs,
        )?;
        gauges.one("blob_folder_files", "Files in the blob folder", None, seen.blobs.map(|(files, _)| files as f64))?;
        gauges.one("disk_free", "Free where the data folder lies", bytes(), seen.disk.map(|disk| disk.free as f64))?;
        gauges.one("disk_size", "All space there", bytes(), seen.disk.map(|disk| disk.total as f64))?;

        let trust = seen.trust.as_ref();
        gauges.one("trust_version", "Version of the trust list", None, trust.map(|list| f64::from(list.version)))?;
        let issued = trust.map(|list| at(list.issued));
        gauges.one("trust_issued_timestamp", "When it was issued", seconds(), issued)?;
        let confirmed = trust.and_then(|list| list.confirmed).map(at);
        gauges.one("trust_confirmed_timestamp", "When the registrar answered last", seconds(), confirmed)?;
        let certificate = seen.certificate.as_ref().and_then(|end| end.as_ref().ok()).copied().map(at);
        gauges.one("certificate_end_timestamp", "Until when the certificate is valid", seconds(), certificate)?;

        peers(&mut gauges, &seen)?;

        let standing = self.watch.alarms();
        let count = |code: &str| standing.iter().filter(|alarm| alarm.code == code).count() as f64;
        let rows = alarm::CODES.iter().map(|code| (vec![("code", *code)], count(code)));
        gauges.many("alarm", "Alarms that stand, by code", None, rows)
    }
}

fn peers(gauges: &mut Gauges<'_>, seen: &super::Seen) -> fmt::Result {
    let (now, seconds) = (seen.at, || Some(Unit::Seconds));
    let mut each = |name: &str, help: &str, unit: Option<Unit>, value: &dyn Fn(&super::PeerSeen) -> Option<f64>| {
        let rows = seen.peers.iter().filter_map(|peer| Some((vec![("peer", peer.node.as_str())], value(peer)?)));
        gauges.many(name, help, unit, rows)
    };
    let help = "Items that this node owes the peer and it has not fetched; told once it has asked";
    each("stream_owed_items", help, None, &|peer| Some(peer.owed()? as f64))?;
    let help = "For how long it has not fetched what was there";
    each("stream_owed_age", help, seconds(), &|peer| Some(peer.owed_since.map_or(0.0, |since| age(now, since))))?;
    let help = "Items that the peer said it has for this node and that are not read";
    each("stream_unread_items", help, None, &|peer| Some(peer.unread()? as f64))?;
    let help = "For how long what was there has not been read";
    each("stream_unread_age", help, seconds(), &|peer| Some(peer.unread_since.map_or(0.0, |since| age(now, since))))?;
    let help = "When this node last read the peer's stream";
    each("peer_heard_timestamp", help, seconds(), &|peer| Some(peer.state.heard?.0 as f64 / 1000.0))?;
    let help = "When the peer last asked this node";
    each("peer_asked_timestamp", help, seconds(), &|peer| Some(peer.state.asked?.0 as f64 / 1000.0))?;
    each("peer_reachable", "Whether the last question to the peer was answered", None, &|peer| {
        peer.state.heard.or(peer.state.trouble.as_ref().map(|trouble| trouble.since))?;
        yes(peer.state.trouble.is_none())
    })?;
    let help = "Blobs that the peer was asked for and has not sent";
    each("blobs_missing", help, None, &|peer| Some(peer.state.lacking.len() as f64))?;
    let help = "Since when the oldest of them was asked for";
    each("blobs_missing_age", help, seconds(), &|peer| {
        let oldest = peer.state.lacking.values().min()?;
        Some(age(now, *oldest))
    })
}
