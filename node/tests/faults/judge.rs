//! The judgement after a fault, when everything is mended: all that was acknowledged is there, once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use tongban::store::{Store, export};
use tongban_core::case::{Act, KIND};
use tongban_core::dossier::{Hash, Head, verify};
use tongban_core::exchange::{Full, Held};
use tongban_core::time::Calendar;

use crate::house::House;
use crate::load::{Book, Told};
use crate::support::run;

/// How long both nodes have to become quiet.
pub const QUIET: Duration = Duration::from_secs(120);
/// Dossiers whose exports are verified, spread over all.
const VERIFIED: usize = 60;

/// What was found.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Cases that were acknowledged.
    pub cases: usize,
    /// Acts that were acknowledged.
    pub told: usize,
    /// Of these, what stands in both logs, or is refused there with a code.
    pub found: usize,
    /// Of these, slips that were refused.
    pub refused: usize,
    /// What was acknowledged and is not there.
    pub missing: Vec<String>,
    /// What is there more often than it was said.
    pub doubled: Vec<String>,
    /// Anything else that must not be.
    pub wrong: Vec<String>,
    /// Stamps in all.
    pub stamps: usize,
    /// Until both were quiet.
    pub quiet: Duration,
}

impl Verdict {
    /// Two as one.
    pub fn and(mut self, other: Verdict) -> Verdict {
        self.cases += other.cases;
        self.told += other.told;
        self.found += other.found;
        self.refused += other.refused;
        self.stamps += other.stamps;
        self.missing.extend(other.missing);
        self.doubled.extend(other.doubled);
        self.wrong.extend(other.wrong);
        self.quiet = self.quiet.max(other.quiet);
        self
    }

    /// Nothing is missing, nothing doubled, nothing wrong.
    #[track_caller]
    pub fn is_clean(&self) {
        let first = |all: &[String]| all.iter().take(5).cloned().collect::<Vec<_>>().join("\n  ");
        let clean = self.missing.is_empty() && self.doubled.is_empty() && self.wrong.is_empty() && self.told > 0;
        assert!(
            clean,
            "{} told, {} found\n{} missing\n  {}\n{} doubled\n  {}\n{} wrong\n  {}",
            self.told,
            self.found,
            self.missing.len(),
            first(&self.missing),
            self.doubled.len(),
            first(&self.doubled),
            self.wrong.len(),
            first(&self.wrong)
        );
    }
}

/// Waits until both hold the same and nothing is on its way; how long it took. `gone` are blobs that nobody has any more.
pub async fn quiet(house: &House, gone: &BTreeSet<Hash>) -> Duration {
    let begun = Instant::now();
    let stores = [house.jiangsu.store().await, house.anhui.store().await];
    loop {
        let [here, there] = [Open::at(&stores[0], "anhui", gone).await, Open::at(&stores[1], "jiangsu", gone).await];
        if here == there && here.pending == 0 && here.blobs == 0 {
            break;
        }
        let differ = here.heads.iter().filter(|head| !there.heads.contains(head)).count();
        assert!(
            begun.elapsed() < QUIET,
            "not quiet within {QUIET:?}: {differ} of {} heads differ; pending {} and {}, blobs wanted {} and {}",
            here.heads.len(),
            here.pending,
            there.pending,
            here.blobs,
            there.blobs
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for store in stores {
        store.close().await;
    }
    begun.elapsed()
}

/// What one node holds, and what is open there.
#[derive(PartialEq)]
struct Open {
    heads: Vec<Head>,
    pending: i64,
    blobs: usize,
}

impl Open {
    async fn at(store: &Store, peer: &str, gone: &BTreeSet<Hash>) -> Open {
        let wanted = store.blobs_wanted_of(peer, None, 10_000).await.expect("blobs");
        Open {
            heads: store.heads().await.expect("heads"),
            pending: store.counts().await.expect("counts")[2],
            blobs: wanted.iter().filter(|hash| !gone.contains(hash)).count(),
        }
    }
}

/// Waits until both are quiet, and judges everything that was acknowledged.
pub async fn judge(house: &House, book: &Book) -> Verdict {
    let waited = quiet(house, &BTreeSet::new()).await;
    Verdict { quiet: waited, ..judge_told(house, &book.told(), &BTreeSet::new()).await }
}

/// Judges what was acknowledged, once both are quiet. Of the cases in `lost` nothing is counted: a disk lost a part of them that
/// nobody else had.
pub async fn judge_told(house: &House, told: &[Told], lost: &BTreeSet<String>) -> Verdict {
    let mut verdict = Verdict::default();
    let [here, there] = [house.jiangsu.store().await, house.anhui.store().await];
    let heads = here.heads().await.expect("heads");
    let mut numbers: BTreeMap<String, String> = BTreeMap::new();
    let mut logs = BTreeMap::new();
    for Head { dossier, .. } in &heads {
        let ours = here.full(*dossier).await.expect("a dossier");
        let theirs = there.full(*dossier).await.expect("a dossier");
        let log = Log::read(&ours, &theirs);
        verdict.stamps += log.stamps.len();
        if log.stamps != Log::read(&theirs, &ours).stamps {
            verdict.wrong.push(format!("{dossier}: two logs"));
        }
        verdict.wrong.extend(log.marks.iter().map(|mark| format!("{dossier}: without effect: {mark}")));
        for number in &log.numbers {
            if let Some(other) = numbers.insert(number.clone(), dossier.to_string()) {
                verdict.doubled.push(format!("receipt number {number}: {other} and {dossier}"));
            }
        }
        // What everyone may read is nobody's load.
        if ours.log.iter().any(|row| row.written.entry().kind == KIND) {
            logs.insert(dossier.to_string(), log);
        }
    }
    logs.retain(|case, _| !lost.contains(case));
    let told: Vec<&Told> = told.iter().filter(|told| !lost.contains(&told.case)).collect();
    verdict.count(&told, &logs);
    for (store, place) in [(&here, &house.jiangsu), (&there, &house.anhui)] {
        let [_, _, _, evidence] = store.counts().await.expect("counts");
        if evidence != 0 {
            verdict.wrong.push(format!("{}: {evidence} stamps beside the log", place.node.name));
        }
        let checked = run(&["rebuild", "--check", "--data", place.node.data()]);
        if checked.code != 0 {
            verdict.wrong.push(format!("{}: {}{}", place.node.name, checked.text(), checked.err));
        }
        let said = std::fs::read_to_string(place.node.folder.join("serve.log")).unwrap_or_default();
        let panics = said.lines().filter(|line| line.contains("panicked at"));
        verdict.wrong.extend(panics.map(|line| format!("{}: {line}", place.node.name)));
    }
    // The exports of both are the same dossier, and verify.
    for head in heads.iter().step_by(heads.len() / VERIFIED + 1) {
        for store in [&here, &there] {
            let file = export(store, head.dossier).await.expect("an export").expect("held");
            match verify(&file, &house.fingerprint, None) {
                Ok(verified) if *verified.chain.head() == head.head => {}
                Ok(_) => verdict.wrong.push(format!("{}: an export with another end", head.dossier)),
                Err(error) => verdict.wrong.push(format!("{}: {error}", head.dossier)),
            }
        }
    }
    here.close().await;
    there.close().await;
    if let Some(head) = heads.first() {
        with_the_program(house, &head.dossier.to_string());
    }
    verdict
}

/// One dossier as people do it: exported by each node, verified by the program alone.
fn with_the_program(house: &House, id: &str) {
    for place in house.places() {
        let path = house.folder.path().join("export.jsonl");
        std::fs::write(&path, place.node.export(id)).expect("written");
        let file = path.to_str().expect("a readable path");
        assert!(run(&["verify", "--trust", &house.fingerprint.to_string(), file]).fine().text().contains("VERIFIED"));
    }
}

/// What one dossier's log says.
struct Log {
    stamps: Vec<Hash>,
    /// How often each act stands in it.
    said: BTreeMap<&'static str, usize>,
    /// How often each act was refused.
    refused: BTreeMap<&'static str, usize>,
    numbers: Vec<String>,
    /// What was stamped and breaks a rule.
    marks: Vec<String>,
}

impl Log {
    /// What the log of one node says. A slip that was refused need not be known to both: its name may come from the other.
    fn read(full: &Full, other: &Full) -> Log {
        let held = Held::fold(&full.log, Calendar::national()).expect("a log");
        let entries = full.entries.iter().chain(&other.entries);
        let acts: BTreeMap<Hash, Act> =
            entries.filter_map(|known| Some((*known.written.hash(), Act::of(&known.written)?))).collect();
        let marks = held.into_iter().filter_map(|held| held.into_case()).flat_map(|case| case.marks);
        let mut log = Log {
            stamps: full.log.iter().map(|row| row.hash).collect(),
            said: BTreeMap::new(),
            refused: BTreeMap::new(),
            numbers: Vec::new(),
            marks: marks.map(|mark| mark.why.code.to_owned()).collect(),
        };
        for row in &full.log {
            if let Some(no) = &row.written.entry().refuses
                && let Some(act) = acts.get(&no.entry)
            {
                *log.refused.entry(act.name()).or_default() += 1;
            }
            if let Some(act) = acts.get(row.written.hash()) {
                *log.said.entry(act.name()).or_default() += 1;
                if let Act::TakenIn { number } = act {
                    log.numbers.push(number.clone());
                }
            }
        }
        log
    }
}

impl Verdict {
    /// Holds what was acknowledged against the logs.
    fn count(&mut self, all: &[&Told], logs: &BTreeMap<String, Log>) {
        let mut told: BTreeMap<(String, &'static str), usize> = BTreeMap::new();
        let mut cases = BTreeSet::new();
        for one in all {
            cases.insert(one.case.clone());
            if let (Some(number), Some(log)) = (&one.number, logs.get(&one.case))
                && !log.numbers.contains(number)
            {
                self.wrong.push(format!("{}: acknowledged as {number}, stands as {:?}", one.case, log.numbers));
            }
            *told.entry((one.case.clone(), one.act)).or_default() += 1;
            self.told += 1;
        }
        self.cases = cases.len();
        for ((case, act), told) in &told {
            let said = logs.get(case).and_then(|log| log.said.get(act)).copied().unwrap_or(0);
            let refused = logs.get(case).and_then(|log| log.refused.get(act)).copied().unwrap_or(0);
            let found = said + refused;
            self.refused += refused;
            self.found += found.min(*told);
            if found < *told {
                self.missing.push(format!("{case} {act}: acknowledged {told} times, there {found} times"));
            }
        }
        for (case, log) in logs {
            if !cases.contains(case) {
                self.doubled.push(format!("{case}: nobody was told of this case"));
            }
            for (act, said) in &log.said {
                let told = told.get(&(case.clone(), *act)).copied().unwrap_or(0);
                // Who acts on a case has received it, and who is asked for it in time sends it back: by itself.
                let by_itself = match *act {
                    "received" => log.said.get("handed_over").copied().unwrap_or(0),
                    "returned" => log.said.get("take_back").copied().unwrap_or(0),
                    _ => 0,
                };
                if *said > told + by_itself || (*act == "received" && *said > by_itself) {
                    self.doubled.push(format!("{case} {act}: there {said} times, acknowledged {told} times"));
                }
            }
        }
    }
}
