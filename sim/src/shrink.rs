//! The shortest form of a plan that fails: ever smaller stretches are taken out as long as the same property breaks.

use crate::bug::Bug;
use crate::plan::Plan;
use crate::run;

/// Shrinks a plan that breaks a property. `progress` is told how long it is.
pub fn shrink(plan: &Plan, bug: Option<Bug>, mut progress: impl FnMut(usize)) -> Plan {
    let Some((_, broken)) = run(plan, bug).broken else { return plan.clone() };
    let fails =
        |candidate: &Plan| run(candidate, bug).broken.is_some_and(|(_, other)| other.property == broken.property);
    let mut best = plan.clone();
    let mut stretch = best.steps.len().div_ceil(2).max(1);
    loop {
        let mut at = 0;
        let mut shorter = false;
        while at < best.steps.len() {
            let mut candidate = best.clone();
            let end = (at + stretch).min(candidate.steps.len());
            candidate.steps.drain(at..end);
            if fails(&candidate) {
                best = candidate;
                shorter = true;
                progress(best.steps.len());
            } else {
                at += stretch;
            }
        }
        if stretch == 1 && !shorter {
            return best;
        }
        stretch = if stretch > 1 { stretch / 2 } else { 1 };
    }
}
