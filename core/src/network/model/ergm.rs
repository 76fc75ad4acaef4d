//! Exponential random graph models: a network explained by its own pattern and by what is known of pairs.

use super::Refused;
use super::logit::{Binary, Estimate, maximum};
use super::simulate::{DRAWN_ACTORS_MAX, Drawn, draws};
use super::state::{Changes, State, Term};
use crate::network::graph::Graph;
use crate::network::permute::Runs;

/// The most actors of a network that is explained: each pair is a row.
pub const ERGM_ACTORS_MAX: usize = 1_000;

/// The fewest networks drawn that say how far they scatter.
pub(super) const DRAWS_MIN: usize = 40;

/// Up to one in so many of what is drawn may have no estimate of its own.
const UNFITTED_ONE_IN: usize = 20;

/// An exponential random graph model with its estimates.
#[derive(Clone, Debug, PartialEq)]
pub struct Ergm {
    /// Of each term.
    pub estimates: Vec<Estimate>,
    /// Whether they are those of the greatest likelihood; otherwise of the greatest pseudo-likelihood (近似 approximate).
    pub is_exact: bool,
    /// Logarithm of the likelihood, or of the pseudo-likelihood.
    pub log_likelihood: f64,
    /// The same with all coefficients zero, where every pair has a tie or none as by a toss of a coin.
    pub log_likelihood_null: f64,
    /// How many pairs may have a tie.
    pub pairs: usize,
    /// How many have.
    pub ties: usize,
    /// Why nothing says how sure the estimates are; `None` if something does.
    pub unsure: Option<Refused>,
    /// What networks drawn from the model look like; or why none were drawn.
    pub drawn: Result<Drawn, Refused>,
}

/// An exponential random graph model (Wasserman & Pattison 1996; Hunter & Handcock 2006). Weights are not read.
///
/// With terms that do not depend on other ties it is a logistic regression over the pairs: exact. With others it is
/// estimated by pseudo-likelihood (Strauss & Ikeda 1990), each pair given all others: approximate. Its standard errors are
/// then those of a parametric bootstrap (Schmid & Desmarais 2017): as many networks as `runs.permutations` are drawn from
/// the model, and each is estimated anew. None are given above [`DRAWN_ACTORS_MAX`] actors, or if the networks drawn are
/// unlike the observed one.
pub fn ergm(graph: &Graph, terms: &[Term], is_directed: bool, runs: &Runs) -> Result<Ergm, Refused> {
    let len = graph.len();
    if len > ERGM_ACTORS_MAX {
        return Err(Refused::TooManyActors { have: len, most: ERGM_ACTORS_MAX });
    }
    let changes = Changes::of(terms, len, is_directed, None)?;
    let (state, statistics) = changes.state(ties_of(graph, is_directed));
    let sample = rows(&changes, &state);
    enough(sample.yes(), sample.y.len(), terms.len())?;
    let fit = maximum(&sample)?;
    let is_exact = terms.iter().all(Term::is_independent);
    let drawn = if len > DRAWN_ACTORS_MAX {
        Err(Refused::TooManyActors { have: len, most: DRAWN_ACTORS_MAX })
    } else if runs.permutations < DRAWS_MIN {
        Err(Refused::TooFewDraws { have: runs.permutations, need: DRAWS_MIN })
    } else {
        Ok(draws(&changes, &fit.b, &state, &statistics, !is_exact, runs))
    };
    let (estimates, unsure) = if is_exact {
        (fit.estimates(), None)
    } else {
        let again = drawn.as_ref().map_err(|refused| *refused).and_then(|(drawn, again)| match drawn {
            _ if drawn.is_degenerate => Err(Refused::Degenerate),
            _ if drawn.is_off => Err(Refused::Off),
            _ => Ok(again.as_slice()),
        });
        resampled(&fit.b, again)
    };
    Ok(Ergm {
        estimates,
        is_exact,
        log_likelihood: fit.log_likelihood,
        log_likelihood_null: fit.log_likelihood_null,
        pairs: sample.y.len(),
        ties: sample.yes(),
        unsure,
        drawn: drawn.map(|(drawn, _)| drawn),
    })
}

/// The ties of a network, each once.
pub(super) fn ties_of(graph: &Graph, is_directed: bool) -> Vec<(usize, usize)> {
    let each = |graph: &Graph| graph.each().map(|(from, to, _)| (from, to)).collect::<Vec<_>>();
    if is_directed {
        each(graph)
    } else {
        let mut ties = each(&graph.undirected());
        ties.retain(|(from, to)| from < to);
        ties
    }
}

/// Of each pair how a tie changes the statistics, and whether it is there.
pub(super) fn rows(changes: &Changes, state: &State) -> Binary {
    let (width, count) = (changes.width(), changes.count());
    let mut sample = Binary { width, x: vec![0.0; width * count], y: Vec::with_capacity(count) };
    for ((from, to), x) in changes.pairs().zip(sample.x.chunks_exact_mut(width)) {
        changes.change(state, from, to, x);
        sample.y.push(state.has(from, to));
    }
    sample
}

/// Whether ties, and pairs without one, are enough for so many terms.
pub(super) fn enough(ties: usize, pairs: usize, terms: usize) -> Result<(), Refused> {
    let have = ties.min(pairs - ties);
    if have == 0 {
        Err(Refused::Flat)
    } else if have < terms {
        Err(Refused::TooFew { have, need: terms })
    } else {
        Ok(())
    }
}

/// Estimates, and how far those of what was drawn scatter; without, the reason.
pub(super) fn resampled(b: &[f64], again: Result<&[Option<Vec<f64>>], Refused>) -> (Vec<Estimate>, Option<Refused>) {
    let sure = again.and_then(|again| {
        let found: Vec<&Vec<f64>> = again.iter().flatten().collect();
        let failed = again.len() - found.len();
        if failed * UNFITTED_ONE_IN > again.len() {
            return Err(Refused::Unfitted { failed, of: again.len() });
        }
        let of = |(term, b): (usize, &f64)| {
            let values: Vec<f64> = found.iter().map(|one| one[term]).collect();
            Estimate::resampled(*b, &values).ok_or(Refused::NoScatter { term })
        };
        b.iter().enumerate().map(of).collect()
    });
    match sure {
        Ok(estimates) => (estimates, None),
        Err(refused) => (b.iter().map(|b| Estimate { b: *b, sure: None }).collect(), Some(refused)),
    }
}
