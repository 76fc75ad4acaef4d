//! What the writer counts, and what it tells the log of each case: the dossier's name is the one word that goes through
//! all nodes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use tongban_core::dossier::{Hash, NodeId, Written};
use tongban_core::exchange::Commit;
use tongban_core::matter::Act;

/// Where the lines of cases go.
pub(super) const CASE: &str = "tongban::case";

type Label = (&'static str, String);

/// Counts of the writer. Copies count together.
#[derive(Clone, Debug)]
pub struct Tally {
    commits: Counter,
    failed: Counter,
    seconds: Histogram,
    records: Histogram,
    made: Counter,
    taken: Family<Vec<Label>, Counter>,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally {
            commits: Counter::default(),
            failed: Counter::default(),
            seconds: Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0]),
            records: Histogram::new([0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0]),
            made: Counter::default(),
            taken: Family::default(),
        }
    }
}

impl Tally {
    /// Names the counts.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("commits", "Commits that stand", self.commits.clone());
        registry.register(
            "commits_failed",
            "Commits that could not be written; nothing of them stands",
            self.failed.clone(),
        );
        let help = "From the decision to the durable commit";
        registry.register_with_unit("commit_duration", help, Unit::Seconds, self.seconds.clone());
        registry.register("commit_records", "Stamps and slips in one commit", self.records.clone());
        registry.register("stamps_made", "Stamps made by this node", self.made.clone());
        registry.register(
            "stamps_taken",
            "Stamps of other nodes taken into the log, by who made them",
            self.taken.clone(),
        );
    }

    /// How many commits stand.
    pub fn commits(&self) -> u64 {
        self.commits.get()
    }

    pub(super) fn failed(&self) {
        self.failed.inc();
    }

    pub(super) fn committed(&self, own: &NodeId, commit: &Commit, took: Duration) {
        if commit.is_empty() {
            return;
        }
        self.commits.inc();
        self.seconds.observe(took.as_secs_f64());
        self.records.observe((commit.stamps.len() + commit.pending.len()) as f64);
        let mut taken: BTreeMap<&NodeId, u64> = BTreeMap::new();
        for row in &commit.stamps {
            *taken.entry(&row.stamp.node).or_default() += 1;
        }
        for (node, count) in taken {
            if node == own {
                self.made.inc_by(count);
            } else {
                self.taken.get_or_create(&vec![("node", node.to_string())]).inc_by(count);
            }
        }
        if tracing::enabled!(target: CASE, tracing::Level::INFO) {
            tell(own, commit);
        }
    }
}

/// One line for every stamp and slip. Names, numbers and particulars of persons do not stand in entries.
fn tell(own: &NodeId, commit: &Commit) {
    struct Line {
        what: &'static str,
        place: Option<(u32, u32)>,
        holder: Option<NodeId>,
        written: Written,
    }
    let answered: BTreeSet<&Hash> = commit.answered.iter().collect();
    let open: BTreeSet<&Hash> =
        commit.pending.iter().map(|(entry, _)| entry).filter(|entry| !answered.contains(entry)).collect();
    let stamps = commit.stamps.iter().map(|row| Line {
        what: if row.stamp.node == *own { "stamped" } else { "taken" },
        place: Some((row.stamp.term, row.stamp.seq)),
        holder: Some(row.stamp.node.clone()),
        written: row.written.clone(),
    });
    let slips = commit.entries.iter().filter(|row| open.contains(row.written.hash())).map(|row| Line {
        what: if row.written.entry().node == *own { "offered" } else { "offer arrived" },
        place: None,
        holder: None,
        written: row.written.clone(),
    });
    let lines: Vec<Line> = stamps.chain(slips).collect();
    if lines.is_empty() {
        return;
    }
    // Beside the writer: who waits for the commit does not wait for the log.
    tokio::spawn(async move {
        for Line { what, place, holder, written } in lines {
            let entry = written.entry();
            let act = Act::of(&written);
            let refused = entry.refuses.as_ref().map(|refuses| refuses.code.as_str());
            tracing::info!(
                target: CASE,
                dossier = %entry.dossier,
                entry = %written.hash(),
                act = act.as_ref().map(Act::name),
                term = place.map(|(term, _)| term),
                seq = place.map(|(_, seq)| seq),
                author = %entry.node,
                holder = holder.as_ref().map(NodeId::as_str),
                pen_to = entry.pen.as_ref().map(NodeId::as_str),
                refused,
                "{what}"
            );
        }
    });
}
