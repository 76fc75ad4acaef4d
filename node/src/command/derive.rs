//! Networks made of tables and of other networks, before they are measured.

use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::network::{Loaded, failure, load};
use crate::error::Failure;
use crate::network::derive::{self, make};
use crate::network::{Input, write_json};

/// What is made of what.
#[derive(Args)]
pub(super) struct Deriving {
    /// A table with actors in its first column; of confirmed ties two networks, who gives to whom and who gets from whom
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// What ties two actors
    #[arg(long)]
    how: Way,
    /// Where to. The layer is called like this file
    #[arg(long)]
    out: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Way {
    /// What they have in common: the sum of the products of their cells
    Shared,
    /// How little they differ: the greatest distance of two rows less theirs
    Alike,
    /// What both say, of two files: one that it gives, the other that it gets
    Confirmed,
}

impl Deriving {
    pub(super) fn run(self) -> Result<(), Failure> {
        let way = match self.how {
            Way::Shared => derive::Way::Shared,
            Way::Alike => derive::Way::Alike,
            Way::Confirmed => derive::Way::Confirmed,
        };
        if self.files.len() != way.files() {
            let text = match way {
                derive::Way::Confirmed => {
                    "Confirmed ties are made of two files: who gives to whom, who gets from whom."
                }
                _ => "Give one table.",
            };
            return Err(Failure::new("files-many", text));
        }
        let read = load(&self.files)?;
        let inputs: Vec<Input<'_>> = read.iter().map(Loaded::input).collect();
        let layer = self.out.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let net = make(&inputs, way, &layer).map_err(|faults| failure(&faults))?;
        let unwritten = |error| Failure::file("not-written", &self.out, error);
        let mut file = BufWriter::new(std::fs::File::create(&self.out).map_err(unwritten)?);
        write_json(&net, &mut file).and_then(|()| file.flush()).map_err(unwritten)?;
        println!("{} actors, {} ties, layer: {layer}", net.actors.len(), net.ties.len());
        println!("written: {}", self.out.display());
        Ok(())
    }
}
