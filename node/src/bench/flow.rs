//! Cases end to end between two nodes: real HTTP streams on loopback, each side signing, verifying and syncing.
//!
//! Both nodes run in this process, and cases are given to the writers directly: the load is not what is measured. Six
//! stamps a case: drafted, taken in, handed over in one command of the receiving node (as one call of the API does it);
//! received, accepted, decided in three commands of the deciding one, each durable before the next. A case is done when
//! the receiving node has stored the last stamp.

use std::collections::VecDeque;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tongban_core::case::Act;
use tongban_core::dossier::{By, DossierId, NodeId, Suite};
use tongban_core::exchange::Cursor;

use super::pair::{Pair, Script};
use super::stats::{Latency, round};
use super::{failed, machine};
use crate::app::App;
use crate::clock::Clock;
use crate::command::progress;
use crate::error::Failure;
use crate::serve;
use crate::store::databases::Databases;
use crate::store::{NewBlob, Say, StreamPage, Target};

/// Cases under way at once: enough that both writers always find a full group waiting.
pub(super) const CASES_IN_FLIGHT: usize = 2048;
/// Stamps of a case.
pub(super) const STAMPS_PER_CASE: u64 = 6;
/// The load runs so long before the measure begins.
const WARM_UP: Duration = Duration::from_secs(2);
/// How long the rest may take to arrive when the load has ended.
const REST_S_MAX: u64 = 120;
/// Cases of which the size of the entries is taken.
const SAMPLE: usize = 200;

/// What was measured.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Flow {
    pub(super) cases: u64,
    pub(super) seconds: f64,
    pub(super) cases_per_s: f64,
    /// Every one signed on one side, verified and stored on the other.
    pub(super) stamps_per_s: f64,
    /// From the command that begins a case to the last stamp stored at the receiving node, under full load.
    pub(super) case_under_load: Latency,
    /// Both nodes together.
    pub(super) cpu_s_per_1000_stamps: f64,
    /// Own stamps in a group, on the mean: receiving node, deciding node.
    pub(super) group_mean: [f64; 2],
    pub(super) entry_bytes_mean: f64,
    /// A batch as sent, for each stamp in it.
    pub(super) sent_bytes_per_stamp: f64,
    /// Database with all indexes and the particulars, for each stamp held: mean of both nodes.
    pub(super) stored_bytes_per_stamp: f64,
    /// The same to the entry's own bytes.
    pub(super) stored_ratio: f64,
    /// From the end of the load until the last particulars had come over.
    pub(super) rest_s: f64,
    /// Entries that found no place in a log: must be 0.
    pub(super) faults: i64,
}

/// Two nodes served within this process, on a runtime that ends with them.
pub(super) struct Served {
    pub(super) receiving: App,
    pub(super) handling: App,
    pub(super) script: Script,
    pub(super) suite: Suite,
    stop: Vec<oneshot::Sender<()>>,
    serving: JoinSet<Result<(), Failure>>,
}

impl Served {
    async fn start(pair: &Pair, suite: Suite) -> Result<Served, Failure> {
        let mut serving = JoinSet::new();
        let mut stop = Vec::new();
        let mut apps = Vec::new();
        for folder in [&pair.receiving, &pair.handling] {
            let app = serve::open(folder, Clock::default()).await?;
            let listener = serve::listen(app.config.listen).await?;
            let (sender, stopped) = oneshot::channel::<()>();
            serving.spawn(serve::serve(app.clone(), listener, async { drop(stopped.await) }));
            stop.push(sender);
            apps.push(app);
        }
        let (Some(handling), Some(receiving)) = (apps.pop(), apps.pop()) else { return Err(failed("two nodes")) };
        Ok(Served { receiving, handling, script: pair.script.clone(), suite, stop, serving })
    }

    async fn stop(mut self) -> Result<(), Failure> {
        self.stop.clear();
        while let Some(ended) = self.serving.join_next().await {
            ended.map_err(failed)??;
        }
        Ok(())
    }

    /// Begins a case with more said in the same breath.
    pub(super) async fn begin(&self, more: Vec<(By, Act)>) -> Result<DossierId, Failure> {
        let (mut acts, blob) = self.script.begin(self.suite);
        acts.extend(more);
        let target = Target::New(DossierId::new(self.receiving.clock.now(), rand::random()));
        said(&self.receiving, target, acts, vec![blob]).await
    }
}

/// Says something on a node; returns when it is durable.
pub(super) async fn said(
    app: &App,
    target: Target,
    acts: Vec<(By, Act)>,
    blobs: Vec<NewBlob>,
) -> Result<DossierId, Failure> {
    let say = Say { blobs, ..Say::of(target, acts) };
    app.writer.say(say).await.map(|said| said.dossier).map_err(failed)
}

/// Makes a pair in `folder`, serves it, and does `work` with it on a runtime of its own; gives back the bytes of both
/// databases too. Blocking.
pub(super) fn with_pair<T, W: Future<Output = Result<T, Failure>>>(
    folder: &Path,
    suite: Suite,
    databases: Option<&Databases>,
    work: impl FnOnce(std::sync::Arc<Served>) -> W,
) -> Result<(T, u64), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    let result: Result<_, Failure> = runtime.block_on(async {
        let pair = Pair::make(folder, suite, databases).await?;
        let served = std::sync::Arc::new(Served::start(&pair, suite).await?);
        let result = work(served.clone()).await;
        let served = std::sync::Arc::try_unwrap(served).map_err(|_| failed("a case is still under way"))?;
        served.stop().await?;
        let mut stored = 0;
        if let Some(databases) = databases {
            for node in Pair::NODES {
                stored += databases.bytes(node).await?;
            }
        }
        Ok((result?, stored, [pair.receiving, pair.handling]))
    });
    // What follows peers for ever ends here.
    runtime.shutdown_timeout(Duration::from_secs(5));
    let (result, stored, folders) = result?;
    // Closed, SQLite has folded its write-ahead log into the file.
    let files: u64 = folders.iter().map(|folder: &PathBuf| bytes_of(&folder.join(crate::store::FILE))).sum();
    Ok((result, stored + files))
}

/// Tells a case when the other side has stored what was said on this one. One question to each store for a whole commit:
/// a question for each case would be a load of its own.
#[derive(Clone)]
pub(super) struct Relay(mpsc::UnboundedSender<oneshot::Sender<()>>);

impl Relay {
    pub(super) fn start(from: App, to: App) -> Relay {
        let (sender, waiting) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            if let Err(failure) = Relay::run(from, to, waiting).await {
                tracing::error!(%failure, "relay ended");
            }
        });
        Relay(sender)
    }

    async fn run(from: App, to: App, mut waiting: mpsc::UnboundedReceiver<oneshot::Sender<()>>) -> Result<(), Failure> {
        let mut commits = to.writer.commits();
        let mut ahead: VecDeque<(u64, Vec<oneshot::Sender<()>>)> = VecDeque::new();
        let mut fresh = Vec::new();
        loop {
            tokio::select! {
                count = waiting.recv_many(&mut fresh, CASES_IN_FLIGHT) => {
                    if count == 0 {
                        return Ok(());
                    }
                    let end = from.store.stream_end(to.config.node.as_str()).await?;
                    ahead.push_back((end, std::mem::take(&mut fresh)));
                }
                changed = commits.changed() => changed.map_err(failed)?,
            }
            if !ahead.is_empty() {
                let at = to.store.cursor(from.config.node.as_str()).await?.map_or(0, |cursor| cursor.position);
                while ahead.front().is_some_and(|(end, _)| *end <= at) {
                    ahead.pop_front().into_iter().flat_map(|(_, cases)| cases).for_each(|case| _ = case.send(()));
                }
            }
        }
    }

    /// Returns when the other side has stored everything said so far.
    async fn arrived(&self) -> Result<(), Failure> {
        let (sender, arrived) = oneshot::channel();
        self.0.send(sender).map_err(failed)?;
        arrived.await.map_err(failed)
    }
}

/// One case from its draft to its decision.
pub(super) async fn one_case(
    served: std::sync::Arc<Served>,
    there: Relay,
    back: Relay,
    number: u64,
) -> Result<Done, Failure> {
    let begun = Instant::now();
    let id = served.begin(vec![served.script.hand_over()]).await?;
    there.arrived().await?;
    for act in served.script.decide(number) {
        said(&served.handling, Target::Existing(id), vec![act], Vec::new()).await?;
    }
    back.arrived().await?;
    Ok((id, begun.elapsed()))
}

pub(super) type Done = (DossierId, Duration);

/// What is counted at the beginning and at the end of the measure.
struct Count {
    at: Instant,
    cpu_s: f64,
    cases: u64,
    commits: [u64; 2],
}

impl Count {
    fn now(served: &Served, cases: u64) -> Count {
        let commits = |app: &App| *app.writer.commits().borrow();
        let commits = [commits(&served.receiving), commits(&served.handling)];
        Count { at: Instant::now(), cpu_s: machine::cpu_s(None), cases, commits }
    }
}

/// Measures for so many seconds. Blocking.
pub(super) fn measure(
    folder: &Path,
    suite: Suite,
    databases: Option<&Databases>,
    seconds: u64,
) -> Result<Flow, Failure> {
    let ((mut flow, stamps), stored) = with_pair(folder, suite, databases, |served| load(served, seconds))?;
    flow.stored_bytes_per_stamp = round(stored as f64 / 2.0 / stamps as f64, 1);
    flow.stored_ratio = round(flow.stored_bytes_per_stamp / flow.entry_bytes_mean, 2);
    Ok(flow)
}

pub(super) fn bytes_of(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |about| about.len())
}

/// The load itself. Gives back how many stamps each side holds.
async fn load(served: std::sync::Arc<Served>, seconds: u64) -> Result<(Flow, i64), Failure> {
    let there = Relay::start(served.receiving.clone(), served.handling.clone());
    let back = Relay::start(served.handling.clone(), served.receiving.clone());
    let bar = progress(seconds, "办件往返 cases end to end");
    let mut running = JoinSet::new();
    let mut begin = (0..).map(|number| one_case(served.clone(), there.clone(), back.clone(), number));
    running.spawn(begin.next().ok_or_else(|| failed("no case"))?);
    let first = finished(running.join_next().await)?;
    let started = Instant::now();
    let (mut done, mut times, mut sample) = (1, Vec::new(), vec![first.0]);
    let mut from: Option<Count> = None;
    let to = loop {
        while running.len() < CASES_IN_FLIGHT
            && let Some(case) = begin.next()
        {
            running.spawn(case);
        }
        let (id, took) = finished(running.join_next().await)?;
        done += 1;
        match &from {
            None if started.elapsed() >= WARM_UP => from = Some(Count::now(&served, done)),
            None => {}
            Some(from) => {
                times.push(took);
                if sample.len() < SAMPLE {
                    sample.push(id);
                }
                bar.set_position(from.at.elapsed().as_secs());
                if from.at.elapsed().as_secs() >= seconds {
                    break Count::now(&served, done);
                }
            }
        }
    };
    drop(begin);
    bar.finish_and_clear();
    let Some(from) = from else { return Err(failed("nothing was measured")) };
    let ended = Instant::now();
    while !running.is_empty() {
        finished(running.join_next().await)?;
        done += 1;
    }
    particulars_came_over(&served).await?;
    let rest = ended.elapsed();

    let seconds = (to.at - from.at).as_secs_f64();
    let cases = to.cases - from.cases;
    let stamps = cases * STAMPS_PER_CASE;
    let each = stamps as f64 / 2.0;
    let groups = |side: usize| round(each / (to.commits[side] - from.commits[side]).max(1) as f64, 1);
    let counts = served.handling.store.counts_of_cases().await?;
    let faults = counts[3] + served.receiving.store.counts().await?[3];
    if counts[1] != (done * STAMPS_PER_CASE) as i64 {
        return Err(failed(format!("{done} cases gave {} stamps", counts[1])));
    }
    let flow = Flow {
        cases,
        seconds: round(seconds, 2),
        cases_per_s: round(cases as f64 / seconds, 1),
        stamps_per_s: round(stamps as f64 / seconds, 1),
        case_under_load: Latency::of(times),
        cpu_s_per_1000_stamps: round((to.cpu_s - from.cpu_s) * 1000.0 / stamps as f64, 4),
        group_mean: [groups(0), groups(1)],
        entry_bytes_mean: entry_bytes(&served, &sample).await?,
        sent_bytes_per_stamp: sent_bytes(&served).await?,
        rest_s: round(rest.as_secs_f64(), 2),
        faults,
        ..Flow::default()
    };
    Ok((flow, counts[1]))
}

pub(super) fn finished(ended: Option<Result<Result<Done, Failure>, tokio::task::JoinError>>) -> Result<Done, Failure> {
    ended.ok_or_else(|| failed("no case is under way"))?.map_err(failed)?
}

async fn particulars_came_over(served: &Served) -> Result<(), Failure> {
    let until = Instant::now() + Duration::from_secs(REST_S_MAX);
    let from: &NodeId = &served.receiving.config.node;
    while !served.handling.store.blobs_wanted_of(from.as_str(), None, 1).await?.is_empty() {
        if Instant::now() > until {
            return Err(failed(format!("particulars were still missing {REST_S_MAX} s after the load had ended")));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

async fn entry_bytes(served: &Served, sample: &[DossierId]) -> Result<f64, Failure> {
    let (mut bytes, mut entries) = (0, 0);
    for id in sample {
        for row in served.receiving.store.stamps(*id).await? {
            bytes += row.written.bytes().len();
            entries += 1;
        }
    }
    Ok(round(bytes as f64 / f64::from(entries.max(1)), 1))
}

/// Bytes of a full batch of the receiving node, for each item.
async fn sent_bytes(served: &Served) -> Result<f64, Failure> {
    let epoch = served.receiving.writer.epoch();
    let peer = served.handling.config.node.as_str();
    let mut cursor = Cursor::start(epoch.clone());
    let mut mean = 0.0;
    // The first batches are small: take one from the run.
    for _ in 0..8 {
        let StreamPage::Batch(batch) = served.receiving.store.stream_page(peer, &epoch, &cursor).await? else { break };
        if batch.items.is_empty() {
            break;
        }
        mean = serde_json::to_vec(&batch).map_err(failed)?.len() as f64 / batch.items.len() as f64;
        let directory = served.receiving.directory.clone();
        cursor = batch.verify(cursor, &directory).map_err(failed)?.cursor;
    }
    Ok(round(mean, 1))
}
