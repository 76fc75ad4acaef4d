//! What the machine and the node can do. Every figure stands beside the machine's own bound, measured in the same run.

mod bound;
mod create;
mod exchange;
mod flow;
mod idle;
mod machine;
mod pair;
mod report;
mod stats;

use clap::{Args, Subcommand};

use crate::error::Failure;

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
}

/// Runs a benchmark.
pub async fn run(bench: Bench) -> Result<(), Failure> {
    match bench.what {
        What::Exchange(exchange) => exchange.run().await,
    }
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::new("bench", error.to_string())
}

/// Runs blocking work on a thread of its own, so that a measure may have a runtime of its own and end with it.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    let (answer, answered) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || drop(answer.send(work())));
    answered.await.map_err(failed)?
}
