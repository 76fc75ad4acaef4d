//! `tongban bench outage`: the peer is away under load, comes back, and then ten times the load for a moment.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;
use serde_json::Value;
use tokio::task::JoinSet;
use tongban_core::dossier::{DossierId, Suite};

use super::bound;
use super::create::body;
use super::machine::{Machine, Program};
use super::pair::{CLERK, Pair};
use super::process::{Process, http, sign_in};
use super::report::{self, Table};
use super::stats::{Latency, round};
use super::{failed, in_scratch};
use crate::command::progress;
use crate::error::Failure;
use crate::store::Store;

/// The load runs so long before the measure begins.
const WARM_UP: Duration = Duration::from_secs(3);
/// Pause between catching up and the burst.
const PAUSE: Duration = Duration::from_secs(3);
/// The burst is so many times the load.
const BURST: u32 = 10;
/// So long the load goes on after the burst.
const AFTER_BURST_S: u64 = 20;
/// How often it is looked how far the peer has read.
const LOOKED_EVERY: Duration = Duration::from_millis(20);
/// So long the peer may take for the rest.
const REST: Duration = Duration::from_secs(600);

/// Two nodes, each a process of its own, made for this run in the system's temporary folder and deleted after it
#[derive(Args)]
pub(super) struct Outage {
    /// One JSON object instead of a table
    #[arg(long)]
    json: bool,
    /// Seconds for which the peer is away
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    away: u64,
    /// Cases a second, from the beginning to the end; a tenth of what the machine bears, so that the burst can be borne
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=2000))]
    rate: u32,
    /// Seconds of load before the peer goes
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(2..=3600))]
    seconds: u64,
    /// Seconds of ten times the load
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
    burst: u64,
}

#[derive(Debug, Serialize)]
struct Run {
    machine: Machine,
    #[serde(flatten)]
    program: Program,
    cases_per_s: u32,
    away_s: u64,
    burst_s: u64,
    before: Phase,
    during: Phase,
    back: Phase,
    burst: Phase,
    after: Phase,
    catching_up: CatchingUp,
    /// From the end of the burst until the p99 of a second, and of the next, is what it was before, or twice that at most.
    normal_again_s: Option<u64>,
    end: End,
}

/// What a client saw in one part of the run.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Phase {
    sent: usize,
    errors: usize,
    /// From the moment at which it was due to the answer.
    answer: Latency,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct CatchingUp {
    /// Stamps that waited when the peer's program was started.
    waiting: u64,
    /// From the start of the peer's program until no more waited than come in a moment.
    took_s: f64,
    /// From the first one stored.
    stamps_per_s: f64,
    live_stamps_per_s: f64,
    ratio: f64,
}

/// What both sides hold when all is done.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct End {
    acknowledged: usize,
    /// Acknowledged and not whole at the peer: must be 0.
    lost: usize,
    /// Cases that nobody sent, or entries that stand in a log twice: must be 0.
    doubled: usize,
    /// Stamps that no log could take: must be 0.
    faults: i64,
}

/// One request: when it was due, how long it took from then, and the case if it was acknowledged.
struct Sent {
    due: Instant,
    took: Duration,
    case: Option<DossierId>,
}

/// Requests at a fixed rate, whatever becomes of those before.
struct Load {
    http: reqwest::Client,
    request: reqwest::Request,
    rate: AtomicU32,
    ended: AtomicBool,
    sent: Mutex<Vec<Sent>>,
}

impl Load {
    async fn run(self: Arc<Load>) {
        let mut due = Instant::now();
        let mut under_way = JoinSet::new();
        while !self.ended.load(Ordering::SeqCst) {
            due += Duration::from_secs(1) / self.rate.load(Ordering::SeqCst);
            tokio::time::sleep_until(due.into()).await;
            under_way.spawn(self.clone().one(due));
            while under_way.try_join_next().is_some() {}
        }
        while under_way.join_next().await.is_some() {}
    }

    async fn one(self: Arc<Load>, due: Instant) {
        let case = self.create().await;
        let sent = Sent { due, took: due.elapsed(), case };
        self.sent.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(sent);
    }

    async fn create(&self) -> Option<DossierId> {
        let answer = self.http.execute(self.request.try_clone()?).await.ok()?;
        let answer: Value = answer.error_for_status().ok()?.json().await.ok()?;
        answer["id"].as_str()?.parse().ok()
    }

    /// What was due from one moment to another.
    fn phase(&self, from: Instant, to: Instant) -> Phase {
        let sent = self.sent.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let of: Vec<&Sent> = sent.iter().filter(|sent| from <= sent.due && sent.due < to).collect();
        let fine: Vec<Duration> = of.iter().filter(|sent| sent.case.is_some()).map(|sent| sent.took).collect();
        Phase { sent: of.len(), errors: of.len() - fine.len(), answer: Latency::of(fine) }
    }
}

/// How far the peer has read what the receiving node wrote.
struct Watch {
    receiving: Store,
    handling: Store,
}

impl Watch {
    async fn end(&self) -> Result<u64, Failure> {
        Ok(self.receiving.stream_end(Pair::NODES[1]).await?)
    }

    async fn read(&self) -> Result<u64, Failure> {
        Ok(self.handling.cursor(Pair::NODES[0]).await?.map_or(0, |cursor| cursor.position))
    }

    /// Waits until the peer has read all but `rest`; the moment at which it stored the first, and the last.
    async fn caught_up(&self, rest: u64) -> Result<[(Instant, u64); 2], Failure> {
        let (until, before) = (Instant::now() + REST, self.read().await?);
        let mut first = None;
        loop {
            let (end, read) = (self.end().await?, self.read().await?);
            if first.is_none() && read > before {
                first = Some((Instant::now(), read));
            }
            if read + rest >= end {
                let last = (Instant::now(), read);
                return Ok([first.unwrap_or(last), last]);
            }
            if Instant::now() > until {
                return Err(failed(format!("the peer had read {read} of {end} stamps after {} s", REST.as_secs())));
            }
            tokio::time::sleep(LOOKED_EVERY).await;
        }
    }

    async fn particulars(&self) -> Result<(), Failure> {
        let until = Instant::now() + REST;
        while !self.handling.blobs_wanted_of(Pair::NODES[0], None, 1).await?.is_empty() {
            if Instant::now() > until {
                return Err(failed(format!("files were still missing after {} s", REST.as_secs())));
            }
            tokio::time::sleep(LOOKED_EVERY).await;
        }
        Ok(())
    }

    async fn close(&self) {
        self.receiving.close().await;
        self.handling.close().await;
    }
}

impl Outage {
    pub(super) async fn run(self) -> Result<(), Failure> {
        report::tell(&in_scratch(|folder| self.measure(folder)).await?, self.json, print)
    }

    async fn measure(&self, folder: PathBuf) -> Result<Run, Failure> {
        let machine = Machine::look(&folder);
        let program = Program::new(bound::database().await?);
        let pair = Pair::make(&folder, Suite::Sm2, None).await?;
        let receiving = Process::start(&pair.receiving).await?;
        let handling = Process::start(&pair.handling).await?;
        receiving.knows_all().await?;
        handling.knows_all().await?;
        let http = http()?;
        let token = sign_in(&http, &receiving.address, CLERK).await?;
        let request = http
            .post(format!("{}/api/v1/cases", receiving.address))
            .bearer_auth(token)
            .header("content-type", "application/json")
            .body(body(&pair.script, true));
        let request = request.build().map_err(failed)?;
        let (rate, sent) = (AtomicU32::new(self.rate), Mutex::default());
        let load = Arc::new(Load { http, request, rate, ended: AtomicBool::new(false), sent });
        let open = async |folder: &Path| Store::open(folder, None).await;
        let watch = Watch { receiving: open(&pair.receiving).await?, handling: open(&pair.handling).await? };
        let running = tokio::spawn(load.clone().run());

        let bar = progress(4, "对端离线 outage");
        tokio::time::sleep(WARM_UP).await;
        let (begun, from) = (Instant::now(), watch.read().await?);
        tokio::time::sleep(Duration::from_secs(self.seconds)).await;
        let live = (watch.read().await? - from) as f64 / begun.elapsed().as_secs_f64();
        bar.inc(1);
        let gone = Instant::now();
        handling.kill().await?;
        tokio::time::sleep(Duration::from_secs(self.away)).await;
        bar.inc(1);
        let waiting = watch.end().await? - watch.read().await?;
        let back = Instant::now();
        // Nobody waits until it is ready: it reads as soon as it runs.
        let start = Process::start(&pair.handling);
        let moment = (live / 4.0).ceil() as u64;
        let (handling, read) = tokio::join!(start, watch.caught_up(moment));
        let (handling, [first, last]) = (handling?, read?);
        let stamps_per_s = (last.1 - first.1) as f64 / (last.0 - first.0).as_secs_f64().max(0.001);
        let caught_up = Instant::now();
        bar.inc(1);
        tokio::time::sleep(PAUSE).await;
        let burst = Instant::now();
        load.rate.store(self.rate * BURST, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(self.burst)).await;
        load.rate.store(self.rate, Ordering::SeqCst);
        let over = Instant::now();
        tokio::time::sleep(Duration::from_secs(AFTER_BURST_S)).await;
        load.ended.store(true, Ordering::SeqCst);
        running.await.map_err(failed)?;
        watch.caught_up(0).await?;
        watch.particulars().await?;
        bar.finish_and_clear();

        let before = load.phase(begun, gone);
        let run = Run {
            machine,
            program,
            cases_per_s: self.rate,
            away_s: self.away,
            burst_s: self.burst,
            before,
            during: load.phase(gone, back),
            back: load.phase(back, caught_up),
            burst: load.phase(burst, over),
            after: load.phase(over, over + Duration::from_secs(AFTER_BURST_S)),
            catching_up: CatchingUp {
                waiting,
                took_s: round((last.0 - back).as_secs_f64(), 2),
                stamps_per_s: round(stamps_per_s, 1),
                live_stamps_per_s: round(live, 1),
                ratio: round(stamps_per_s / live, 1),
            },
            normal_again_s: normal_again(&load, over, before.answer.p99_ms),
            end: count(&load, &watch).await?,
        };
        watch.close().await;
        receiving.kill().await?;
        handling.kill().await?;
        Ok(run)
    }
}

fn normal_again(load: &Load, over: Instant, normal_ms: f64) -> Option<u64> {
    let second = |at: u64| {
        let from = over + Duration::from_secs(at);
        load.phase(from, from + Duration::from_secs(1)).answer.p99_ms <= 2.0 * normal_ms
    };
    (0..AFTER_BURST_S - 1).find(|at| second(*at) && second(at + 1))
}

/// Looks into both databases for every case that was acknowledged.
async fn count(load: &Load, watch: &Watch) -> Result<End, Failure> {
    let (cases, errors) = {
        let sent = load.sent.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let cases: Vec<DossierId> = sent.iter().filter_map(|sent| sent.case).collect();
        (cases, sent.iter().filter(|sent| sent.case.is_none()).count())
    };
    let mut end = End { acknowledged: cases.len(), ..End::default() };
    for id in &cases {
        let here = watch.receiving.stamps(*id).await?;
        let there = watch.handling.stamps(*id).await?;
        let hashes = |rows: &[tongban_core::exchange::StampRow]| rows.iter().map(|row| row.hash).collect::<Vec<_>>();
        end.lost += usize::from(here.is_empty() || hashes(&here) != hashes(&there));
        let mut entries: Vec<_> = there.iter().map(|row| *row.written.hash()).collect();
        entries.sort_unstable();
        entries.dedup();
        end.doubled += there.len() - entries.len();
    }
    let distinct: std::collections::BTreeSet<&DossierId> = cases.iter().collect();
    end.doubled += cases.len() - distinct.len();
    let held = watch.handling.counts_of_cases().await?;
    // What was not acknowledged may have been stored all the same.
    end.doubled += (held[0] as usize).saturating_sub(cases.len() + errors);
    end.faults = held[3] + watch.receiving.counts().await?[3];
    Ok(end)
}

fn print(run: &Run) {
    let how = format!(
        "SM2; {} cases/s through the API; peer away {} s; {} s of {BURST} times the load",
        run.cases_per_s, run.away_s, run.burst_s
    );
    report::head("tongban bench outage · 对端离线测量", &run.machine, &run.program, &how);
    let mut table = Table::new(["figure", "to be held against"].map(str::to_owned));
    let mut line = |name: &str, figure: String, beside: &str| table.line(name, [figure, beside.to_owned()]);
    let end = &run.end;
    line("cases acknowledged", end.acknowledged.to_string(), "");
    line("lost (must be 0)", end.lost.to_string(), "Open Notificaties 1181+");
    line("doubled (must be 0)", end.doubled.to_string(), "0");
    line("stamps without a place (must be 0)", end.faults.to_string(), "0");
    let caught = &run.catching_up;
    line("stamps that waited for the peer", caught.waiting.to_string(), "");
    line("peer's start to caught up, s", format!("{:.2}", caught.took_s), "");
    line("catching up: stamps/s", format!("{:.0}", caught.stamps_per_s), "");
    line("  live: stamps/s", format!("{:.0}", caught.live_stamps_per_s), "");
    line("  ratio", format!("{:.1}", caught.ratio), ">= 5");
    let again = run.normal_again_s.map_or(format!("not within {AFTER_BURST_S}"), |s| s.to_string());
    line("burst's end to normal p99, s", again, "<= 10");
    for (name, phase) in [
        ("before", &run.before),
        ("peer away", &run.during),
        ("catching up", &run.back),
        ("burst", &run.burst),
        ("after the burst", &run.after),
    ] {
        line(&format!("{name}: answer, p50 / p99 ms"), report::pair(&phase.answer), "");
        let share = phase.errors as f64 * 100.0 / phase.sent.max(1) as f64;
        line(&format!("{name}: errors of {}", phase.sent), format!("{share:.2} %"), "CCRS 57 %");
    }
    table.print();
}
