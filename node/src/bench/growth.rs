//! `tongban bench growth`: one node with more and more cases.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;
use tokio::task::JoinSet;
use tongban_core::dossier::{DossierId, Suite};

use super::bound::{self, Bound};
use super::flow::bytes_of;
use super::machine::{self, Machine, Program};
use super::pages::{self, Held, Timed};
use super::pair::{APPLICANT, Alone, Script};
use super::process::Process;
use super::report::{self, Table};
use super::stats::round;
use super::{apart, failed, in_scratch};
use crate::app::App;
use crate::clock::Clock;
use crate::command::progress;
use crate::error::Failure;
use crate::serve;
use crate::store::{FILE, List, Place, Say, Target};

/// Commands under way at once: the writer always finds full groups.
const IN_FLIGHT: usize = 1024;
/// Of so many cases one waits at the window, two at the authority; all others are played out.
const ONE_OPEN_OF: u64 = 100;
/// Cases of the one applicant whose pages are looked at.
const OWN: u64 = 200;
/// Cases whose pages are looked at.
const LOOKED_AT: usize = 200;
/// Bytes of an entry of the bound.
const ENTRY_BYTES: f64 = 630.0;
/// How long the bound is measured at each size.
const BOUND: Duration = Duration::from_secs(3);

/// One node, made for this run in the system's temporary folder and deleted after it
#[derive(Args)]
pub(super) struct Growth {
    /// One JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Sizes, ascending
    #[arg(long, value_delimiter = ',', default_value = "10000,100000", value_parser = clap::value_parser!(u64).range(100..=10_000_000))]
    cases: Vec<u64>,
    /// Seconds for which more cases are added at each size
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
}

#[derive(Debug, Serialize)]
struct Run {
    machine: Machine,
    #[serde(flatten)]
    program: Program,
    seconds: u64,
    sizes: Vec<Size>,
}

/// What was measured at one size.
#[derive(Debug, Serialize)]
struct Size {
    cases: u64,
    stamps: u64,
    further: Further,
    /// At groups of 256, right after it.
    bound: Bound,
    share_of_bound: f64,
    bytes_per_case: f64,
    bytes_per_stamp: f64,
    start_ms: f64,
    /// Of the serving process after all pages.
    memory_mib: f64,
    pages: Vec<Timed>,
}

/// Cases added at this size.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Further {
    cases: u64,
    stamps_per_s: f64,
    cpu_s_per_1000_stamps: f64,
}

/// What the node holds so far.
#[derive(Default)]
struct Filled {
    cases: u64,
    stamps: u64,
    waiting: [u64; 2],
    ended: Vec<DossierId>,
    open: Vec<DossierId>,
    own: Vec<DossierId>,
    ends: [Option<Place>; 3],
}

impl Growth {
    pub(super) async fn run(self) -> Result<(), Failure> {
        if !self.cases.is_sorted_by(|one, next| one < next) {
            return Err(Failure::new("bench-cases", "--cases: give sizes that ascend, as in --cases 10000,100000"));
        }
        report::tell(&in_scratch(|folder| self.measure(folder)).await?, self.json, print)
    }

    async fn measure(&self, folder: PathBuf) -> Result<Run, Failure> {
        let suite = Suite::Sm2;
        let machine = Machine::look(&folder);
        let program = Program::new(bound::database().await?);
        let node = Alone::make(&folder, suite).await?;
        let mut filled = Filled::default();
        let mut sizes = Vec::new();
        for cases in self.cases.iter().copied() {
            let (at, script, seconds) = (node.folder.clone(), node.script.clone(), self.seconds);
            let (further, now) = apart(move || grow(&at, &script, suite, filled, cases, seconds)).await?;
            filled = now;
            let at = folder.clone();
            let bound = apart(move || bound::measure(&at, None, suite, 256, ENTRY_BYTES, BOUND)).await?;
            let bytes = bytes_of(&node.folder.join(FILE)) as f64;
            let process = Process::start(&node.folder).await?;
            let pages = pages::measure(&process, &filled.held()).await?;
            let memory = process.id().map_or(0, machine::memory);
            sizes.push(Size {
                cases: filled.cases,
                stamps: filled.stamps,
                share_of_bound: round(further.stamps_per_s / bound.records_per_s, 3),
                further,
                bound,
                bytes_per_case: round(bytes / filled.cases as f64, 1),
                bytes_per_stamp: round(bytes / filled.stamps as f64, 1),
                start_ms: round(process.start.as_secs_f64() * 1000.0, 1),
                memory_mib: round(memory as f64 / 1024.0 / 1024.0, 1),
                pages,
            });
            process.kill().await?;
        }
        Ok(Run { machine, program, seconds: self.seconds, sizes })
    }
}

/// Fills a node up to so many cases, then adds more for some seconds. Blocking; the node is open meanwhile only.
fn grow(
    folder: &Path,
    script: &Script,
    suite: Suite,
    mut filled: Filled,
    cases: u64,
    seconds: u64,
) -> Result<(Further, Filled), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    let result = runtime.block_on(async {
        let app = serve::open(folder, Clock::default()).await?;
        let applicant = app.store.account_by_login(APPLICANT).await?.ok_or_else(|| failed("no applicant"))?.id;
        let town = Arc::new(Town { app, script: script.clone(), suite, applicant });
        let bar = progress(cases, "办件 cases");
        fill(&town, &mut filled, |filled| {
            bar.set_position(filled);
            filled < cases
        })
        .await?;
        bar.finish_and_clear();
        let (begun, cpu_s, before) = (Instant::now(), machine::cpu_s(None), (filled.cases, filled.stamps));
        fill(&town, &mut filled, |_| begun.elapsed().as_secs() < seconds).await?;
        let (took, cpu_s) = (begun.elapsed().as_secs_f64(), machine::cpu_s(None) - cpu_s);
        let stamps = (filled.stamps - before.1) as f64;
        filled.ends = ends(&town, &filled).await?;
        town.app.store.close().await;
        Ok(Further {
            cases: filled.cases - before.0,
            stamps_per_s: round(stamps / took, 1),
            cpu_s_per_1000_stamps: round(cpu_s * 1000.0 / stamps, 4),
        })
    });
    runtime.shutdown_timeout(Duration::from_secs(5));
    result.map(|further| (further, filled))
}

/// The places after which the last rows of lists stand: what the window and the authority have to do, and all.
async fn ends(town: &Town, filled: &Filled) -> Result<[Option<Place>; 3], Failure> {
    let store = &town.app.store;
    let mut ends = [None, None, None];
    for (org, last) in [town.script.window(), town.script.authority()].into_iter().zip(&mut ends) {
        let mut rows = 0;
        loop {
            let page = store.cases(List::ToDo(&org), last.as_ref()).await?;
            rows += page.rows.len();
            let Some(next) = page.next else { break };
            *last = Some(next);
        }
        // A page begins where the one before ended: nothing is shown twice, nothing left out.
        let (waiting, _) = store.count_to_do(&org, 0).await?;
        if rows as i64 != waiting {
            return Err(failed(format!("{rows} rows on all pages of {waiting} that wait")));
        }
    }
    if let Some(first) = filled.ended.first() {
        let rows = store.stamps(*first).await?;
        let changed = rows.last().map_or(0, |row| row.stamp.at.0);
        ends[2] = Some(Place { due: None, changed, dossier: *first });
    }
    Ok(ends)
}

/// The node that is filled.
struct Town {
    app: App,
    script: Script,
    suite: Suite,
    applicant: i64,
}

/// How far a case goes, by its number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    WaitsAtWindow,
    WaitsForReceipt,
    WaitsForDecision,
    PlayedOut,
}

impl Way {
    fn of(number: u64) -> Way {
        match number % ONE_OPEN_OF {
            10 => Way::WaitsAtWindow,
            20 => Way::WaitsForReceipt,
            30 => Way::WaitsForDecision,
            _ => Way::PlayedOut,
        }
    }
}

/// Adds cases as long as `goes_on` says of their number.
async fn fill(town: &Arc<Town>, filled: &mut Filled, goes_on: impl Fn(u64) -> bool) -> Result<(), Failure> {
    let mut running = JoinSet::new();
    let mut next = filled.cases;
    loop {
        while running.len() < IN_FLIGHT && goes_on(next) {
            running.spawn(one(town.clone(), next));
            next += 1;
        }
        let Some(ended) = running.join_next().await else { return Ok(()) };
        let (number, id, stamps) = ended.map_err(failed)??;
        filled.take(number, id, stamps);
    }
}

/// One case, as far as it goes, in one command.
async fn one(town: Arc<Town>, number: u64) -> Result<(u64, DossierId, u64), Failure> {
    let Town { script, .. } = &*town;
    let way = Way::of(number);
    let (mut acts, blob) = script.begin(town.suite);
    if way != Way::WaitsAtWindow {
        acts.push(script.hand_over());
    }
    let [received, accepted, decided] = script.decide(number);
    match way {
        Way::WaitsAtWindow | Way::WaitsForReceipt => {}
        Way::WaitsForDecision => acts.extend([received, accepted]),
        Way::PlayedOut => acts.extend([received, accepted, decided, script.deliver()]),
    }
    let stamps = acts.len() as u64;
    let target = Target::New(DossierId::new(town.app.clock.now(), rand::random()));
    let owner = (number < OWN).then_some(town.applicant);
    let say = Say { blobs: vec![blob], owner, ..Say::of(target, acts) };
    let said = town.app.writer.say(say).await.map_err(failed)?;
    Ok((number, said.dossier, stamps))
}

impl Filled {
    fn take(&mut self, number: u64, id: DossierId, stamps: u64) {
        self.cases += 1;
        self.stamps += stamps;
        if number < OWN {
            self.own.push(id);
        }
        match Way::of(number) {
            Way::WaitsAtWindow => self.waiting[0] += 1,
            Way::WaitsForReceipt => self.waiting[1] += 1,
            Way::WaitsForDecision => {
                self.waiting[1] += 1;
                self.open.push(id);
            }
            // One of as many as there are open ones is remembered.
            Way::PlayedOut if number % ONE_OPEN_OF == 50 => self.ended.push(id),
            Way::PlayedOut => {}
        }
    }

    fn held(&self) -> Held {
        let some = |ids: &[DossierId]| {
            let step = (ids.len() / LOOKED_AT).max(1);
            ids.iter().step_by(step).copied().collect()
        };
        Held { ends: self.ends.clone(), ended: some(&self.ended), open: some(&self.open), own: some(&self.own) }
    }
}

fn print(run: &Run) {
    let how = format!("SM2; {} s more cases at each size; of {ONE_OPEN_OF} cases 3 are open", run.seconds);
    report::head("tongban bench growth · 办件增长测量", &run.machine, &run.program, &how);
    let sizes = &run.sizes;
    let heads = sizes.iter().map(|size| format!("{} cases", size.cases)).chain(["to be held against".to_owned()]);
    let mut table = Table::new(heads);
    let mut line = |name: &str, figure: &dyn Fn(&Size) -> String, beside: &str| {
        table.line(name, sizes.iter().map(figure).chain([beside.to_owned()]));
    };
    let first = sizes.first().map_or(1.0, |size| size.further.stamps_per_s);
    line("stamps held", &|size| size.stamps.to_string(), "");
    line("further cases: stamps/s", &|size| format!("{:.0}", size.further.stamps_per_s), "CCRS 37 to 6.3 cases/s");
    line("  to the first size", &|size| format!("{:.1} %", size.further.stamps_per_s / first * 100.0), ">= 90 %");
    line("  CPU seconds per 1,000 stamps", &|size| format!("{:.3}", size.further.cpu_s_per_1000_stamps), "");
    line("  bound of the machine: records/s, two databases", &|size| format!("{:.0}", size.bound.records_per_s), "");
    line("  stamps/s to that bound", &|size| format!("{:.1} %", size.share_of_bound * 100.0), "");
    line(
        "bytes on disk a case / a stamp, all indexes in",
        &|size| format!("{:.0} / {:.0}", size.bytes_per_case, size.bytes_per_stamp),
        "",
    );
    line("start to first answer, ms", &|size| format!("{:.0}", size.start_ms), "<= 1000");
    line("memory after all pages, MiB", &|size| format!("{:.1}", size.memory_mib), "Open Zaak 600-1800");
    for at in 0..sizes.first().map_or(0, |size| size.pages.len()) {
        let name = format!("{}: p50 / p99 ms", sizes[0].pages[at].page);
        let beside = if name.contains("last page") || name.contains("API") { "10; Open Zaak 600-9000" } else { "10" };
        line(&name, &|size| report::pair(&size.pages[at].answer), beside);
    }
    table.print();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_small_node_grows_and_nothing_of_it_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let node = Alone::make(folder.path(), Suite::Ed25519).await.unwrap();
        let (at, script) = (node.folder.clone(), node.script.clone());
        let grown = apart(move || grow(&at, &script, Suite::Ed25519, Filled::default(), 120, 1)).await;
        let (further, filled) = grown.unwrap();
        assert!(further.cases > 0 && filled.cases == 120 + further.cases);
        let store = crate::store::Store::open(&node.folder, None).await.unwrap();
        let [dossiers, stamps, pending, evidence] = store.counts_of_cases().await.unwrap();
        assert_eq!([dossiers as u64, stamps as u64], [filled.cases, filled.stamps]);
        assert_eq!([pending, evidence], [0, 0]);
        let org = node.script.window();
        let (waiting, _) = store.count_to_do(&org, 0).await.unwrap();
        assert_eq!(waiting as u64, filled.waiting[0]);
    }
}
