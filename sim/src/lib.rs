//! Many nodes of Tongban in one process.
//!
//! A seed makes a [`plan::Plan`]; the plan runs in a [`world::World`] whose nodes have the real desk
//! ([`tongban_core::exchange::Desk`]), real signatures and real case rules, over an invented wire and disk; the properties of
//! [`check`] are looked at after every step and at the end; a plan that fails is shrunk to its shortest form ([`shrink`]).
//!
//! To add a fault: a variant of [`plan::Step`], its weight in [`plan::Plan::of`], its effect in [`world::World::step`]. To
//! add a property: a variant of [`check::Property`] with its scenario in the doc comment, and where it is looked at. To
//! prove that it is looked at: a [`bug::Bug`] that breaks it.

pub mod bug;
pub mod check;
pub mod disk;
pub mod plan;
pub mod shrink;
pub mod wire;
pub mod world;

use bug::Bug;
use check::Broken;
use plan::Plan;
use world::World;

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The property that broke first, and at which step.
    pub broken: Option<(usize, Broken)>,
    /// A fingerprint of everything that happened: two runs of one plan must agree in it.
    pub trace: String,
    /// What was done, for reports.
    pub tally: world::Tally,
}

/// Runs a plan from its beginning.
pub fn run(plan: &Plan, bug: Option<Bug>) -> Outcome {
    run_as(plan, bug, false)
}

fn run_as(plan: &Plan, bug: Option<Bug>, blind: bool) -> Outcome {
    let ran = std::panic::catch_unwind(|| run_to_the_end(plan, bug, blind));
    ran.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
        let broken = Broken::new(check::Property::NothingPanics, text);
        Outcome { broken: Some((plan.steps.len(), broken)), trace: String::new(), tally: world::Tally::default() }
    })
}

/// Runs a plan and tells everything that happens on standard error.
pub fn run_aloud(plan: &Plan, bug: Option<Bug>) {
    let mut world = World::new(plan, bug);
    world.aloud = true;
    let ended = plan.steps.iter().try_for_each(|step| world.step(step)).and_then(|()| world.come_to_rest());
    if let Err(broken) = ended {
        eprintln!("→ {broken}");
    }
}

fn run_to_the_end(plan: &Plan, bug: Option<Bug>, blind: bool) -> Outcome {
    let mut world = World::new(plan, bug);
    world.blind = blind;
    for (number, step) in plan.steps.iter().enumerate() {
        if let Err(broken) = world.step(step) {
            return Outcome { broken: Some((number, broken)), trace: world.trace(), tally: world.tally };
        }
    }
    let ended = world.come_to_rest();
    let broken = ended.err().map(|broken| (plan.steps.len(), broken));
    Outcome { broken, trace: world.trace(), tally: world.tally }
}

/// Runs the plan of a seed twice; both runs must agree. The second one does not look at every dossier again if the first
/// found nothing wrong: what it does is in its trace.
pub fn run_seed(seed: u64, bug: Option<Bug>) -> (Plan, Outcome) {
    let plan = Plan::of(seed);
    let first = run(&plan, bug);
    let second = run_as(&plan, bug, first.broken.is_none());
    if first.trace != second.trace || first.broken != second.broken {
        let broken = Broken::new(check::Property::SameSeedSameRun, "two runs of one plan differ".to_owned());
        return (plan, Outcome { broken: Some((0, broken)), ..first });
    }
    (plan, first)
}
