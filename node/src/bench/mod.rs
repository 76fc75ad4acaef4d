//! What the machine and the node can do.

use clap::{Args, Subcommand};

use crate::error::Failure;

/// Measures.
#[derive(Args)]
pub struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {}

/// Runs a benchmark.
pub async fn run(bench: Bench) -> Result<(), Failure> {
    match bench.what {}
}
