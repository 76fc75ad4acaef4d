//! What the machine and the node can do. Every figure stands beside the machine's own bound, measured in the same run, or
//! beside what a peer reached.

mod bound;
mod catalogue;
mod clocks;
mod create;
mod dice;
mod exchange;
mod flow;
mod growth;
mod idle;
mod import;
mod light;
mod machine;
mod network;
mod outage;
mod pages;
mod pair;
mod process;
mod report;
mod search;
mod stats;
mod verify;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::error::Failure;
use machine::Scratch;

/// Measures.
#[derive(Args)]
pub struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Two nodes that exchange cases: throughput, latency, bytes, CPU, and the machine's own bound beside them
    Exchange(exchange::Exchange),
    /// One node that grows: throughput, every page and list, memory, disk and start-up time at each size
    Growth(growth::Growth),
    /// Two nodes, one of them away for a time, then a burst: what is lost, doubled, late, and how fast it is made good
    Outage(outage::Outage),
    /// Exported dossiers verified offline on all cores, and hashing and signatures alone beside it
    Verify(verify::Verify),
    /// A date that explains itself, and all clocks that run looked at once
    Clocks(clocks::Clocks),
    /// One item of thousands of places put side by side
    Catalogue(catalogue::Catalogue),
    /// Files of an office read, checked and published
    Import(import::Import),
    /// The catalogue of a whole country made anew in memory, and searched
    Search(search::Search),
    /// Networks measured by this program and by others; the network of a million cases; ties read from a file
    Network(network::Network),
    /// What a node takes: time to start, memory at rest, size of the program
    Light(light::Light),
}

/// Runs a benchmark.
pub async fn run(bench: Bench) -> Result<(), Failure> {
    match bench.what {
        What::Exchange(exchange) => exchange.run().await,
        What::Growth(growth) => growth.run().await,
        What::Outage(outage) => outage.run().await,
        What::Verify(verify) => verify.run().await,
        What::Clocks(clocks) => clocks.run().await,
        What::Catalogue(catalogue) => catalogue.run().await,
        What::Import(import) => import.run().await,
        What::Search(search) => search.run().await,
        What::Network(network) => network.run().await,
        What::Light(light) => light.run().await,
    }
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::new("bench", error.to_string())
}

/// Does `work` with a folder that goes when it is done, whoever ends the run.
async fn in_scratch<T, W: Future<Output = Result<T, Failure>>>(work: impl FnOnce(PathBuf) -> W) -> Result<T, Failure> {
    let scratch = Scratch::new()?;
    tokio::select! {
        result = work(scratch.path().to_owned()) => result,
        () = crate::command::stop_signal() => Err(Failure::new("stopped", "stopped before the end; nothing is left")),
    }
}

/// Runs blocking work on a thread of its own, so that a measure may have a runtime of its own and end with it.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || drop(answer.send(work())));
    answered.await.map_err(failed)?
}
