//! `tongban-model`: walks every configuration, then shows for every flaw the shortest way to harm.

use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use tongban_model::bounds::Bounds;
use tongban_model::flaw::Flaw;
use tongban_model::pen::Pen;
use tongban_model::{Walk, walk};

/// The rules of the pen, checked in every order of events within bounds.
#[derive(Parser)]
struct Model {
    /// Only this: configurations or flaws
    #[arg(value_enum)]
    only: Option<Only>,
    /// Only the configuration of this name; what follows changes its bounds
    #[arg(long)]
    bounds: Option<String>,
    /// Entries that people say
    #[arg(long)]
    says: Option<u8>,
    /// Times the pen is passed
    #[arg(long)]
    passes: Option<u8>,
    /// Nodes that are let in
    #[arg(long)]
    joins: Option<u8>,
    /// Answers that come late
    #[arg(long)]
    late: Option<u8>,
    /// Acts of the registrar
    #[arg(long)]
    acts: Option<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    Bounds,
    Flaws,
}

fn main() -> ExitCode {
    let model = Model::parse();
    let mut good = true;
    if model.only != Some(Only::Flaws) {
        let wanted = |bounds: &Bounds| model.bounds.as_ref().is_none_or(|name| name == bounds.name);
        for mut bounds in Bounds::ALL.into_iter().filter(wanted) {
            let left = &mut bounds.left;
            let changes = [
                (&mut left.says, model.says),
                (&mut left.passes, model.passes),
                (&mut left.joins, model.joins),
                (&mut left.late, model.late),
                (&mut left.acts, model.acts),
            ];
            changes.into_iter().for_each(|(left, asked)| *left = asked.unwrap_or(*left));
            let walk = walk(Pen::whole(bounds));
            println!("{}", line(bounds.name, &walk));
            walk.missed.iter().for_each(|name| println!("  NOT REACHED: {name}"));
            tell(&walk);
            good &= walk.broken.is_empty() && walk.missed.is_empty();
        }
    }
    if model.only != Some(Only::Bounds) && model.bounds.is_none() {
        for flaw in Flaw::ALL {
            let (bounds, breaks) = flaw.breaks();
            let walk = walk(Pen::flawed(flaw));
            println!("\n{}", line(&format!("{flaw:?} in {}", bounds.name), &walk));
            tell(&walk);
            good &= walk.broken.len() == breaks.len();
        }
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn line(name: &str, walk: &Walk) -> String {
    let seconds = walk.took.as_secs_f64();
    format!("{name}: {} states, depth {}, {seconds:.1} s", walk.states, walk.depth)
}

fn tell(walk: &Walk) {
    for (property, steps) in &walk.broken {
        println!("  {property} does not hold:");
        steps.iter().for_each(|step| println!("    {step}"));
    }
}
