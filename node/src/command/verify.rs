//! Verifying exports, with this binary and the files alone.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Args;
use tongban_core::dossier::{Complete, Hash, Verified, VerifyError, verify};
use tongban_core::matter::Act;

use crate::text::Lang;

/// Verifies exported dossiers. Needs no network, no data folder, no clock.
///
/// One file is told in full; of several, or of a folder, each has one line. Ends with 0 if all are verified, with 1 if one
/// is not, with 2 if a file could not be read.
#[derive(Args)]
pub struct Verify {
    /// Fingerprint of the registrar's root key, as printed by `init` and `demo`
    #[arg(long)]
    trust: Hash,
    /// A checkpoint that the dossier must reach
    #[arg(long)]
    checkpoint: Option<PathBuf>,
    /// Exports, or folders of nothing but exports
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Of one file: not read, or what came of it.
type Result = std::result::Result<std::result::Result<Verified, VerifyError>, String>;

/// Does `work` for each of these on all cores; gives the results back in order.
pub(crate) fn on_all_cores<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.len());
    let next = AtomicUsize::new(0);
    let share = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else { return done };
            done.push((at, work(item)));
        }
    };
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(share)).collect();
        let ended = running.into_iter().map(std::thread::ScopedJoinHandle::join);
        ended.flat_map(|ended| ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

fn read(path: &Path) -> std::result::Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("[not-read] {}: {error}", path.display()))
}

/// The files themselves and those of the folders, by name.
fn files(named: &[PathBuf]) -> std::result::Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for path in named {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let unread = |error: std::io::Error| format!("[not-read] {}: {error}", path.display());
        let entries: Vec<PathBuf> = std::fs::read_dir(path)
            .map_err(unread)?
            .map(|entry| entry.map(|entry| entry.path()).map_err(unread))
            .collect::<std::result::Result<_, _>>()?;
        let mut within: Vec<PathBuf> = entries.into_iter().filter(|entry| entry.is_file()).collect();
        if within.is_empty() {
            return Err(format!("[nothing-to-verify] {}: no file in this folder", path.display()));
        }
        within.sort();
        files.extend(within);
    }
    Ok(files)
}

impl Verify {
    pub(super) fn run(self) -> ExitCode {
        match self.verify() {
            Ok(code) => code,
            Err(error) => {
                eprintln!("tongban: {error}");
                ExitCode::from(2)
            }
        }
    }

    fn verify(self) -> std::result::Result<ExitCode, String> {
        let files = files(&self.files)?;
        let one = match self.files.as_slice() {
            [one] if !one.is_dir() => Some(one),
            _ => None,
        };
        if one.is_none() && self.checkpoint.is_some() {
            return Err("[checkpoint-of-one] a checkpoint covers one dossier: give one file with it".to_owned());
        }
        let checkpoint = self.checkpoint.as_deref().map(read).transpose()?;
        let check = |path: &PathBuf| -> Result { Ok(verify(&read(path)?, &self.trust, checkpoint.as_deref())) };
        match one {
            Some(file) => Ok(tell(file, check(file)?)),
            // What was verified is long; of many files only the outcome is kept.
            None => Ok(tell_all(&files, &on_all_cores(&files, |path| Outcome::of(check(path))))),
        }
    }
}

/// What remains of one file of many.
enum Outcome {
    Verified(usize),
    Refused(VerifyError),
    Unread(String),
}

impl Outcome {
    fn of(result: Result) -> Outcome {
        match result {
            Ok(Ok(verified)) => Outcome::Verified(verified.log.len()),
            Ok(Err(error)) => Outcome::Refused(error),
            Err(error) => Outcome::Unread(error),
        }
    }
}

/// One line a file, and one for all.
fn tell_all(files: &[PathBuf], outcomes: &[Outcome]) -> ExitCode {
    let (mut refused, mut unread) = (0, 0);
    for (file, outcome) in files.iter().zip(outcomes) {
        let file = file.display();
        match outcome {
            Outcome::Verified(stamps) => println!("VERIFIED  通过  {file}  {stamps} stamps"),
            Outcome::Refused(error) => {
                refused += 1;
                println!("NOT VERIFIED  不通过  {file}  {error}  code {}", error.fault.code());
            }
            Outcome::Unread(error) => {
                unread += 1;
                eprintln!("tongban: {error}");
            }
        }
    }
    println!("{} verified, {refused} not verified, {unread} not read", files.len() - refused - unread);
    match (refused, unread) {
        (0, 0) => ExitCode::SUCCESS,
        (_, 0) => ExitCode::FAILURE,
        _ => ExitCode::from(2),
    }
}

/// Everything about one file.
fn tell(file: &Path, result: std::result::Result<Verified, VerifyError>) -> ExitCode {
    match result {
        Err(error) => {
            eprintln!("NOT VERIFIED  不通过");
            eprintln!("{}: {error}", file.display());
            let code = error.fault.code();
            eprintln!("code {code}");
            for lang in [Lang::Zh, Lang::En] {
                let [what, todo] = [format!("refusal-{code}"), format!("refusal-{code}-todo")];
                eprintln!("{} {}", lang.t(&what), lang.t(&todo));
            }
            ExitCode::FAILURE
        }
        Ok(verified) => {
            println!("VERIFIED  通过");
            println!("dossier  {} ({})", verified.chain.dossier(), verified.chain.kind());
            for (stamp, written) in &verified.log {
                let act = Act::of(written).map_or("-", |act| act.name());
                println!("stamp {:>3}  {}  {:<12} {act}", stamp.seq, stamp.at, written.entry().node);
            }
            println!("{} signatures checked, {} blobs match", verified.signatures, verified.blobs);
            match verified.complete {
                Complete::ToStamp(last) => println!("complete to stamp {last}; later stamps cannot be excluded"),
                Complete::Checkpoint { node, at, len } => {
                    println!(
                        "complete to stamp {}: {node}'s checkpoint of {at} covers {len} stamps",
                        verified.chain.len() - 1
                    );
                }
            }
            ExitCode::SUCCESS
        }
    }
}
