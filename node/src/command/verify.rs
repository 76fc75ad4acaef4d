//! Verifying an export, with this binary and the file alone.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use tongban_core::case::Act;
use tongban_core::dossier::{Complete, Hash, verify};

use crate::text::Lang;

/// Verifies an exported dossier. Needs no network, no data folder, no clock.
#[derive(Args)]
pub struct Verify {
    /// Fingerprint of the registrar's root key, as printed by `init` and `demo`
    #[arg(long)]
    trust: Hash,
    /// A checkpoint that the dossier must reach
    #[arg(long)]
    checkpoint: Option<PathBuf>,
    /// The export
    file: PathBuf,
}

impl Verify {
    pub(super) fn run(self) -> ExitCode {
        let read = |path: &PathBuf| {
            std::fs::read(path).map_err(|error| eprintln!("tongban: [not-read] {}: {error}", path.display()))
        };
        let Ok(file) = read(&self.file) else { return ExitCode::from(2) };
        let checkpoint = match self.checkpoint.as_ref().map(read).transpose() {
            Ok(checkpoint) => checkpoint,
            Err(()) => return ExitCode::from(2),
        };
        match verify(&file, &self.trust, checkpoint.as_deref()) {
            Err(error) => {
                eprintln!("NOT VERIFIED  不通过");
                eprintln!("{}: {error}", self.file.display());
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
}
