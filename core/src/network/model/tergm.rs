//! Temporal exponential random graph models: a network period by period, each given the one before.

use super::ergm::{DRAWS_MIN, ERGM_ACTORS_MAX, enough, resampled, rows, ties_of};
use super::logit::{Binary, Estimate, Pooled, maximum};
use super::state::{Changes, Term};
use super::{ROWS_MAX, Refused};
use crate::network::draw::Draw;
use crate::network::graph::Graph;
use crate::network::parallel;
use crate::network::permute::Runs;

/// The fewest periods that are explained, the first left out: what is resampled is periods.
pub const PANELS_MIN: usize = 10;

/// A temporal exponential random graph model with its estimates.
#[derive(Clone, Debug, PartialEq)]
pub struct Tergm {
    /// Of each term; how sure they are follows from resampled periods.
    pub estimates: Vec<Estimate>,
    /// Why nothing says how sure they are; `None` if something does.
    pub unsure: Option<Refused>,
    /// Logarithm of the pseudo-likelihood.
    pub log_likelihood: f64,
    /// The same with all coefficients zero.
    pub log_likelihood_null: f64,
    /// Periods that are explained: all but the first.
    pub panels: usize,
    /// Pairs in them that may have a tie.
    pub pairs: usize,
    /// How many have.
    pub ties: usize,
}

/// A temporal exponential random graph model by pseudo-likelihood over all periods together, its errors from periods drawn
/// with replacement, as many times as `runs.permutations` (Desmarais & Cranmer 2012; Leifeld, Cranmer & Desmarais 2018).
///
/// Periods follow each other, all with the same actors; each but the first is explained given the one before. Approximate,
/// and the less so the more periods there are.
pub fn tergm(panels: &[Graph], terms: &[Term], is_directed: bool, runs: &Runs) -> Result<Tergm, Refused> {
    let len = panels.first().map_or(0, Graph::len);
    let explained = panels.len().saturating_sub(1);
    if explained < PANELS_MIN {
        return Err(Refused::TooFewPanels { have: panels.len(), need: PANELS_MIN + 1 });
    }
    if panels.iter().any(|panel| panel.len() != len) {
        return Err(Refused::OtherActors);
    }
    if len > ERGM_ACTORS_MAX {
        return Err(Refused::TooManyActors { have: len, most: ERGM_ACTORS_MAX });
    }
    let rows_of_all = explained * len * len;
    if rows_of_all > ROWS_MAX {
        return Err(Refused::TooManyRows { have: rows_of_all, most: ROWS_MAX });
    }
    let panel = |pair: &[Graph]| -> Result<Binary, Refused> {
        let both = |graph: &Graph| if is_directed { graph.clone() } else { graph.undirected() };
        let changes = Changes::of(terms, len, is_directed, Some(&both(&pair[0])))?;
        let (state, _) = changes.state(ties_of(&pair[1], is_directed));
        Ok(rows(&changes, &state))
    };
    let samples: Vec<Binary> = panels.windows(2).map(panel).collect::<Result<_, _>>()?;
    let ties = samples.iter().map(Binary::yes).sum();
    let pairs = samples.iter().map(|sample| sample.y.len()).sum();
    enough(ties, pairs, terms.len())?;
    let fit = maximum(&Pooled(samples.iter().map(|sample| (sample, 1.0)).collect()))?;
    let again = parallel::map(
        runs.permutations,
        runs.threads,
        || (),
        |(), run| {
            let mut draw = Draw::run(runs.seed, run);
            let mut times = vec![0.0; explained];
            (0..explained).for_each(|_| times[draw.below(explained)] += 1.0);
            let drawn = samples.iter().zip(times).filter(|(_, times)| *times > 0.0);
            maximum(&Pooled(drawn.collect())).ok().map(|fit| fit.b)
        },
    );
    let again = match again.len() {
        have if have < DRAWS_MIN => Err(Refused::TooFewDraws { have, need: DRAWS_MIN }),
        _ => Ok(again.as_slice()),
    };
    let (estimates, unsure) = resampled(&fit.b, again);
    Ok(Tergm {
        estimates,
        unsure,
        log_likelihood: fit.log_likelihood,
        log_likelihood_null: fit.log_likelihood_null,
        panels: explained,
        pairs,
        ties,
    })
}
