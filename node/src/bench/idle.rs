//! Latency of one hand-over while nothing else is under way, and of what an API call costs.

use std::path::Path;
use std::time::Instant;

use serde::Serialize;
use tokio::sync::watch;
use tongban_core::dossier::DossierId;
use tongban_core::dossier::Suite;

use super::flow::{Served, said, with_pair};
use super::stats::{Latency, round};
use crate::command::progress;
use crate::error::Failure;
use crate::store::databases::Databases;
use crate::store::{Say, SayError, Target, Unsaid};

/// Hand-overs that are timed.
const HAND_OVERS: u64 = 300;
/// The first ones warm caches and connections.
const WARM_UP: u64 = 20;

/// What was measured.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Idle {
    /// The hand-over's own durability: command to answer.
    pub(super) hand_over: Latency,
    /// From that answer to the authority's receipt, durable on its own side.
    pub(super) stamped_there: Latency,
    /// From that answer to the authority's receipt, durable on the receiving side.
    pub(super) stamped_here: Latency,
    /// Two syncs and 5 ms: what the median is to be held against.
    pub(super) p50_goal_ms: f64,
}

/// Measures. Blocking. `sync_ms` is the machine's own.
pub(super) fn measure(
    folder: &Path,
    suite: Suite,
    databases: Option<&Databases>,
    sync_ms: f64,
) -> Result<Idle, Failure> {
    let (mut idle, _) = with_pair(folder, suite, databases, |served| async move { one_by_one(&served).await })?;
    idle.p50_goal_ms = round(2.0 * sync_ms + 5.0, 2);
    Ok(idle)
}

async fn one_by_one(served: &Served) -> Result<Idle, Failure> {
    let bar = progress(HAND_OVERS, "移交时延 hand-over latency");
    let (mut own, mut there, mut here) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..WARM_UP + HAND_OVERS {
        let id = served.begin(Vec::new()).await?;
        let (mut at_handling, mut at_receiving) = (served.handling.writer.commits(), served.receiving.writer.commits());
        let begun = Instant::now();
        said(&served.receiving, Target::Existing(id), vec![served.script.hand_over()], Vec::new()).await?;
        let handed_over = Instant::now();
        receive(served, id, &mut at_handling).await?;
        let stamped_there = handed_over.elapsed();
        let stamped_here = stored(served, id, &mut at_receiving).await? - handed_over;
        if number >= WARM_UP {
            own.push(handed_over - begun);
            there.push(stamped_there);
            here.push(stamped_here);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    Ok(Idle {
        hand_over: Latency::of(own),
        stamped_there: Latency::of(there),
        stamped_here: Latency::of(here),
        p50_goal_ms: 0.0,
    })
}

/// The authority receives as soon as the case is there.
async fn receive(served: &Served, id: DossierId, commits: &mut watch::Receiver<u64>) -> Result<(), Failure> {
    loop {
        let target = Target::Existing(id);
        let say = Say::of(target, [served.script.receive()]);
        match served.handling.writer.say(say).await {
            Ok(_) => return Ok(()),
            Err(SayError::Unsaid(Unsaid::NotFound)) => drop(commits.changed().await),
            Err(error) => return Err(super::failed(error)),
        }
    }
}

/// When the receiving node had stored the receipt: the fourth stamp.
async fn stored(served: &Served, id: DossierId, commits: &mut watch::Receiver<u64>) -> Result<Instant, Failure> {
    loop {
        let seen = Instant::now();
        if served.receiving.store.stamps(id).await?.len() == 4 {
            return Ok(seen);
        }
        commits.changed().await.map_err(super::failed)?;
    }
}
