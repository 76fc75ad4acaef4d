//! A configuration walked whole, and what was found on the way.

use std::time::{Duration, Instant};

use stateright::{Checker as _, Expectation, HasDiscoveries, Model as _};

use crate::pen::{Action, Pen};
use crate::told::tell;

/// What a walk came to.
#[derive(Clone, Debug)]
pub struct Walk {
    /// Different states.
    pub states: usize,
    /// The most steps from the beginning.
    pub depth: usize,
    /// How long it took.
    pub took: Duration,
    /// Properties that break, each with the shortest way there, told.
    pub broken: Vec<(&'static str, Vec<String>)>,
    /// Examples that were to be found, and were not.
    pub missed: Vec<&'static str>,
}

/// Walks every state, breadth first. Ends early when every property that is looked at was found to break.
pub fn walk(pen: Pen) -> Walk {
    let start = Instant::now();
    let found = pen.clone().checker().finish_when(HasDiscoveries::AllFailures).spawn_bfs().join();
    let mut walk = Walk {
        states: found.unique_state_count(),
        depth: found.max_depth(),
        took: start.elapsed(),
        broken: Vec::new(),
        missed: Vec::new(),
    };
    for property in pen.properties() {
        let way: Option<Vec<Action>> = found.discovery(property.name).map(|path| path.into_actions());
        match (property.expectation, way) {
            (Expectation::Sometimes, None) => walk.missed.push(property.name),
            (Expectation::Always, Some(way)) => walk.broken.push((property.name, tell(&pen, &way))),
            _ => {}
        }
    }
    walk
}
