//! The command line.

mod account;
mod backup;
mod bundle;
mod catalogue;
mod change;
mod derive;
mod doctor;
mod dossier;
mod draw;
mod init;
mod models;
mod network;
mod publish;
mod recall;
mod report;
mod serve;
mod statements;
mod trust;
mod verify;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;

use crate::error::Failure;
pub use init::{CARD_FILE, NewNode, ROOT_KEY_FILE, make_node, trust_document};
pub(crate) use serve::signal as stop_signal;
pub(crate) use verify::on_all_cores;

/// 跨省通办开放平台 · the open platform for government services handled across province borders.
#[derive(Parser)]
#[command(name = "tongban", version, about, max_term_width = 110)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Five practice nodes on loopback: registrar, Shanghai, Jiangsu, Zhejiang, Anhui
    Demo(Demo),
    /// Makes a node in a data folder
    Init(init::Init),
    /// Serves the node of a data folder
    Serve(serve::Serve),
    /// Verifies exported dossiers, offline
    Verify(verify::Verify),
    /// Writes a signed checkpoint that covers a dossier
    Checkpoint(dossier::Checkpoint),
    /// Derives all views from the log anew; with --check only compares
    Rebuild(dossier::Rebuild),
    /// Writes one dossier as a file that anyone can verify
    Export(dossier::Export),
    /// The trust list: node cards, adding nodes, showing it
    Trust(trust::Trust),
    /// Publishes organisations, implementations, items or mechanisms from a JSON file
    Publish(publish::Publish),
    /// Implementations as Excel, CSV or JSON: looks at a file, takes it in, writes what is published
    Catalogue(catalogue::Catalogue),
    /// Networks for research, in files: reads, measures and writes them
    Network(network::Network),
    /// Pens of a lost node: request and act
    Recall(recall::Recall),
    /// Exchanges with a peer in files, where no connection can be opened
    Bundle(bundle::Bundle),
    /// Copies a node while it serves
    Backup(backup::Backup),
    /// Makes a node from a backup
    Restore(backup::Restore),
    /// Says what is wrong with a node, and what to do
    Doctor(doctor::Doctor),
    /// Local accounts
    Account(account::Account),
    /// Measures
    Bench(crate::bench::Bench),
}

/// Five practice nodes.
#[derive(Args)]
pub struct Demo {
    /// Where the nodes keep their data
    #[arg(long, default_value = "data-demo")]
    pub data: PathBuf,
    /// The registrar's port; the others follow
    #[arg(long, default_value_t = 8600)]
    pub port: u16,
    /// Plays this many varied cases through the public interfaces
    #[arg(long, default_value_t = 0)]
    pub cases: u32,
    /// Plays this many cases in the last month that is over first, so that there is a network to look at
    #[arg(long, default_value_t = 0)]
    pub last_month: u32,
    /// Begins anew: deletes the practice data of this folder first
    #[arg(long)]
    pub fresh: bool,
    /// Keeps the nodes' data in PostgreSQL databases that are made if they are not there: postgres://USER@HOST/PREFIX
    #[arg(long)]
    pub database: Option<String>,
    /// Sets the practice date
    #[arg(long)]
    pub now: Option<Date>,
}

/// A data folder.
#[derive(Args)]
struct Data {
    /// The node's data folder
    #[arg(long)]
    data: PathBuf,
}

/// Does what the arguments say.
pub fn run(arguments: Arguments) -> ExitCode {
    let result = match arguments.command {
        // Verifying needs no runtime, no network and no data folder.
        Command::Verify(verify) => return verify.run(),
        // Nor does a network in files.
        Command::Network(network) => network.run(),
        Command::Demo(demo) => block_on(crate::demo::run(demo)),
        Command::Init(init) => block_on(init.run()),
        Command::Serve(serve) => block_on(serve.run()),
        Command::Checkpoint(checkpoint) => block_on(checkpoint.run()),
        Command::Rebuild(rebuild) => block_on(rebuild.run()),
        Command::Export(export) => block_on(export.run()),
        Command::Trust(trust) => block_on(trust.run()),
        Command::Publish(publish) => block_on(publish.run()),
        Command::Catalogue(catalogue) => block_on(catalogue.run()),
        Command::Account(account) => block_on(account.run()),
        Command::Recall(recall) => block_on(recall.run()),
        Command::Bundle(bundle) => block_on(bundle.run()),
        Command::Backup(backup) => block_on(backup.run()),
        Command::Restore(restore) => block_on(restore.run()),
        Command::Doctor(doctor) => block_on(doctor.run()),
        Command::Bench(bench) => block_on(crate::bench::run(bench)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("tongban: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("runtime", error.to_string()))?
        .block_on(work)
}

/// A progress bar on a terminal; silent elsewhere.
pub fn progress(length: u64, what: &'static str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len} {eta}").unwrap_or(ProgressStyle::default_bar());
    let bar = ProgressBar::new(length).with_style(style.progress_chars("█░ ")).with_message(what);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Writes a result to a file, or to standard output.
fn put(out: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write as _;
    match out {
        Some(path) => std::fs::write(path, bytes).map_err(|error| Failure::file("not-written", path, error)),
        None => std::io::stdout()
            .write_all(bytes)
            .map_err(|error| Failure::file("not-written", Path::new("standard output"), error)),
    }
}

fn read_text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::file("not-read", path, error))
}
