//! A network whose ties come and go, and by how much a tie more changes each statistic.

use super::Refused;
use super::covariate::Covariate;
use crate::network::graph::Graph;

/// What a model says makes ties more likely. Names in brackets are those of statnet.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// How many ties (`edges`): the constant.
    Edges,
    /// How many pairs have a tie each way (`mutual`).
    Mutual,
    /// Ties between actors who have others in common, each further one counting less (`gwesp`, outgoing two-paths):
    /// `e^a sum over ties i->j of 1 - (1 - e^-a)^s`, where `s` counts the `k` with `i->k->j` and `a` is the decay. Unlike
    /// triangles it does not run away (Hunter & Handcock 2006).
    Shared(f64),
    /// How ties out are spread, each further one of an actor counting less (`gwodegree`).
    Out(f64),
    /// How ties in are spread (`gwidegree`).
    In(f64),
    /// How ties without direction are spread (`gwdegree`).
    Degree(f64),
    /// Whether there was the tie in the period before (`memory` of btergm, as autoregression).
    Memory,
    /// Something known of pairs.
    Covariate(Covariate),
}

impl Term {
    /// Whether what it says of one tie does not depend on others: then the estimate is exact.
    pub fn is_independent(&self) -> bool {
        matches!(self, Term::Edges | Term::Memory | Term::Covariate(_))
    }
}

/// Powers of `1 - e^-a`, and `e^a`.
struct Decay {
    powers: Vec<f64>,
    whole: f64,
}

impl Decay {
    fn of(decay: f64, len: usize) -> Decay {
        let base = 1.0 - (-decay).exp();
        Decay { powers: (0..=len).map(|times| base.powi(times as i32)).collect(), whole: decay.exp() }
    }
}

/// How a tie changes one statistic.
enum Change {
    One,
    Mutual,
    Shared(Decay),
    Out(Decay),
    In(Decay),
    Degree(Decay),
    /// As much as stands in the cell of the pair.
    Cell(Vec<f64>),
}

/// How a tie changes the statistics of a model.
pub(super) struct Changes {
    len: usize,
    pub(super) is_directed: bool,
    terms: Vec<Change>,
}

impl Changes {
    /// Of terms on so many actors; `before` is the network of the period before.
    pub(super) fn of(
        terms: &[Term],
        len: usize,
        is_directed: bool,
        before: Option<&Graph>,
    ) -> Result<Changes, Refused> {
        if terms.is_empty() {
            return Err(Refused::NoTerms);
        }
        let cells = |value: &dyn Fn(usize, usize) -> f64| {
            Change::Cell((0..len * len).map(|cell| value(cell / len, cell % len)).collect())
        };
        let change = |(term, one): (usize, &Term)| -> Result<Change, Refused> {
            let fits = |directed_only: bool| {
                if directed_only == is_directed { Ok(()) } else { Err(Refused::Direction { term }) }
            };
            let decay = |decay: f64| {
                let is_decay = decay.is_finite() && decay >= 0.0 && decay.exp().is_finite();
                if is_decay { Ok(Decay::of(decay, len)) } else { Err(Refused::NotFinite { term }) }
            };
            Ok(match one {
                Term::Edges => Change::One,
                Term::Mutual => fits(true).map(|()| Change::Mutual)?,
                Term::Shared(a) => Change::Shared(decay(*a)?),
                Term::Out(a) => fits(true).and_then(|()| decay(*a)).map(Change::Out)?,
                Term::In(a) => fits(true).and_then(|()| decay(*a)).map(Change::In)?,
                Term::Degree(a) => fits(false).and_then(|()| decay(*a)).map(Change::Degree)?,
                Term::Memory => {
                    let before = before.ok_or(Refused::NeedsPanels { term })?;
                    cells(&|from, to| f64::from(u8::from(before.has(from, to))))
                }
                Term::Covariate(covariate) => {
                    if covariate.len() != len {
                        return Err(Refused::OtherActors);
                    }
                    if !covariate.is_finite() {
                        return Err(Refused::NotFinite { term });
                    }
                    if !is_directed && !covariate.is_mutual() {
                        return Err(Refused::Direction { term });
                    }
                    cells(&|from, to| covariate.of(from, to))
                }
            })
        };
        let terms = terms.iter().enumerate().map(change).collect::<Result<_, _>>()?;
        Ok(Changes { len, is_directed, terms })
    }

    /// How many statistics.
    pub(super) fn width(&self) -> usize {
        self.terms.len()
    }

    /// Whether some statistic needs to know how many others two actors have between them.
    fn needs_shared(&self) -> bool {
        self.terms.iter().any(|term| matches!(term, Change::Shared(_)))
    }

    /// The network without ties.
    pub(super) fn empty(&self) -> State {
        State {
            len: self.len,
            is_directed: self.is_directed,
            has: vec![false; self.len * self.len],
            ties: Vec::new(),
            places: vec![0; self.len * self.len],
            out: vec![0; self.len],
            into: vec![0; self.len],
            shared: if self.needs_shared() { vec![0; self.len * self.len] } else { Vec::new() },
        }
    }

    /// A network tie by tie, and its statistics.
    pub(super) fn state(&self, ties: impl IntoIterator<Item = (usize, usize)>) -> (State, Vec<f64>) {
        let mut state = self.empty();
        let (mut all, mut one) = (vec![0.0; self.width()], vec![0.0; self.width()]);
        for (from, to) in ties {
            self.change(&state, from, to, &mut one);
            all.iter_mut().zip(&one).for_each(|(all, one)| *all += one);
            state.toggle(from, to);
        }
        (state, all)
    }

    /// By how much the statistics are greater with a tie than without it, whether it is there or not.
    pub(super) fn change(&self, state: &State, from: usize, to: usize, change: &mut [f64]) {
        let len = self.len;
        let has = state.has(from, to);
        let own = usize::from(has);
        for (term, change) in self.terms.iter().zip(change) {
            *change = match term {
                Change::One => 1.0,
                Change::Mutual => f64::from(u8::from(state.has(to, from))),
                Change::Out(decay) => decay.powers[state.out[from] as usize - own],
                Change::In(decay) => decay.powers[state.into[to] as usize - own],
                Change::Degree(decay) => {
                    decay.powers[state.out[from] as usize - own] + decay.powers[state.out[to] as usize - own]
                }
                Change::Cell(cells) => cells[from * len + to],
                Change::Shared(decay) => {
                    let mut sum = decay.whole * (1.0 - decay.powers[state.shared[from * len + to] as usize]);
                    let (of_from, of_to) = (&state.has[from * len..][..len], &state.has[to * len..][..len]);
                    for third in 0..len {
                        // First half of from->to->third beside from->third.
                        if of_from[third] && of_to[third] {
                            sum += decay.powers[state.shared[from * len + third] as usize - own];
                        }
                        // Second half of third->from->to beside third->to.
                        if state.has[third * len + from] && state.has[third * len + to] {
                            sum += decay.powers[state.shared[third * len + to] as usize - own];
                        }
                    }
                    sum
                }
            };
        }
    }

    /// The pairs that may have a tie.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let (len, is_directed) = (self.len, self.is_directed);
        (0..len).flat_map(move |from| {
            let first = if is_directed { 0 } else { from + 1 };
            (first..len).filter(move |to| *to != from).map(move |to| (from, to))
        })
    }

    /// How many pairs may have a tie.
    pub(super) fn count(&self) -> usize {
        self.len * self.len.saturating_sub(1) / if self.is_directed { 1 } else { 2 }
    }
}

/// A network whose ties come and go. Without directions a tie stands both ways in it.
#[derive(Clone, Debug)]
pub(super) struct State {
    len: usize,
    is_directed: bool,
    has: Vec<bool>,
    /// Each tie once, in no order that means anything.
    pub(super) ties: Vec<(u32, u32)>,
    /// Where a tie stands in the list.
    places: Vec<u32>,
    pub(super) out: Vec<u32>,
    pub(super) into: Vec<u32>,
    /// How many others lead from one to another; empty if nothing asks for it.
    shared: Vec<u16>,
}

impl State {
    pub(super) fn has(&self, from: usize, to: usize) -> bool {
        self.has[from * self.len + to]
    }

    /// A tie comes if it is not there, and goes if it is. Without directions `from` is below `to`.
    pub(super) fn toggle(&mut self, from: usize, to: usize) {
        let comes = !self.has(from, to);
        self.arc(from, to, comes);
        if !self.is_directed {
            self.arc(to, from, comes);
        }
        let place = from * self.len + to;
        if comes {
            self.places[place] = self.ties.len() as u32;
            self.ties.push((from as u32, to as u32));
        } else {
            let at = self.places[place] as usize;
            self.ties.swap_remove(at);
            if let Some((from, to)) = self.ties.get(at) {
                self.places[*from as usize * self.len + *to as usize] = at as u32;
            }
        }
    }

    fn arc(&mut self, from: usize, to: usize, comes: bool) {
        let len = self.len;
        let count = |count: &mut u32| *count = if comes { *count + 1 } else { *count - 1 };
        count(&mut self.out[from]);
        count(&mut self.into[to]);
        self.has[from * len + to] = comes;
        if self.shared.is_empty() {
            return;
        }
        let count = |count: &mut u16| *count = if comes { *count + 1 } else { *count - 1 };
        for third in (0..len).filter(|third| *third != from && *third != to) {
            if self.has[to * len + third] {
                count(&mut self.shared[from * len + third]);
            }
            if self.has[third * len + from] {
                count(&mut self.shared[third * len + to]);
            }
        }
    }

    /// How many others lead from one to another.
    pub(super) fn shared(&self, from: usize, to: usize) -> usize {
        match self.shared.get(from * self.len + to) {
            Some(count) => *count as usize,
            None => (0..self.len).filter(|third| self.has(from, *third) && self.has(*third, to)).count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::draw::Draw;

    /// The statistics by their definitions, from nothing but who has a tie to whom.
    fn by_definition(state: &State, terms: &[Term], is_directed: bool) -> Vec<f64> {
        let len = state.len;
        let pairs: Vec<(usize, usize)> = (0..len * len)
            .map(|cell| (cell / len, cell % len))
            .filter(|(from, to)| if is_directed { from != to } else { from < to })
            .filter(|(from, to)| state.has(*from, *to))
            .collect();
        let weighted = |a: f64, count: usize| a.exp() * (1.0 - (1.0 - (-a).exp()).powi(count as i32));
        let out = |actor: usize| (0..len).filter(|to| state.has(actor, *to)).count();
        let into = |actor: usize| (0..len).filter(|from| state.has(*from, actor)).count();
        let of = |term: &Term| match term {
            Term::Edges => pairs.len() as f64,
            Term::Mutual => pairs.iter().filter(|(from, to)| from < to && state.has(*to, *from)).count() as f64,
            Term::Shared(a) => pairs
                .iter()
                .map(|(from, to)| weighted(*a, (0..len).filter(|k| state.has(*from, *k) && state.has(*k, *to)).count()))
                .sum(),
            Term::Out(a) | Term::Degree(a) => (0..len).map(|actor| weighted(*a, out(actor))).sum(),
            Term::In(a) => (0..len).map(|actor| weighted(*a, into(actor))).sum(),
            Term::Covariate(covariate) => pairs.iter().map(|(from, to)| covariate.of(*from, *to)).sum(),
            Term::Memory => 0.0,
        };
        terms.iter().map(of).collect()
    }

    #[test]
    fn ties_that_come_and_go_change_statistics_as_defined() {
        let numbers: Vec<f64> = (0..9).map(|at| f64::from(at * at % 7)).collect();
        let directed = vec![
            Term::Edges,
            Term::Mutual,
            Term::Shared(0.5),
            Term::Shared(0.0),
            Term::Out(0.7),
            Term::In(0.3),
            Term::Covariate(Covariate::Sender(numbers.clone())),
            Term::Covariate(Covariate::Match(vec![0, 1, 0, 1, 2, 2, 0, 1, 2])),
        ];
        let undirected = vec![
            Term::Edges,
            Term::Shared(0.5),
            Term::Degree(0.4),
            Term::Covariate(Covariate::Both(numbers.clone())),
            Term::Covariate(Covariate::Difference(numbers)),
        ];
        for (terms, is_directed) in [(directed, true), (undirected, false)] {
            let changes = Changes::of(&terms, 9, is_directed, None).unwrap();
            let pairs: Vec<(usize, usize)> = changes.pairs().collect();
            assert_eq!(pairs.len(), changes.count());
            let (mut state, mut all) = changes.state([]);
            let mut draw = Draw::of(5);
            let mut one = vec![0.0; terms.len()];
            for _ in 0..400 {
                let (from, to) = pairs[draw.below(pairs.len())];
                changes.change(&state, from, to, &mut one);
                let way = if state.has(from, to) { -1.0 } else { 1.0 };
                all.iter_mut().zip(&one).for_each(|(all, one)| *all += way * one);
                state.toggle(from, to);
                for (found, expected) in all.iter().zip(by_definition(&state, &terms, is_directed)) {
                    assert!((found - expected).abs() < 1e-9, "{all:?}");
                }
            }
            let again = changes.state(state.ties.iter().map(|(from, to)| (*from as usize, *to as usize)));
            again.1.iter().zip(&all).for_each(|(again, all)| assert!((again - all).abs() < 1e-9));
        }
    }
}
