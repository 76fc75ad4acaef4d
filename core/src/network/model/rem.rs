//! Relational event models: who does something towards whom next, by what went before.

use std::collections::{BTreeMap, BTreeSet};

use super::covariate::Covariate;
use super::logit::{Choices, Estimate, maximum};
use super::{ROWS_MAX, Refused};
use crate::network::draw::Draw;

/// The fewest events after the first day, for each effect (Peduzzi et al. 1996).
pub const EVENTS_PER_EFFECT: usize = 10;

/// Something that one actor did towards another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// Number of the actor by whom.
    pub from: u32,
    /// Number of the actor towards whom.
    pub to: u32,
    /// When, in days from any.
    pub day: i64,
    /// How much it counts in what went before.
    pub weight: f64,
}

/// What is said to make an event more likely: each but the last is `ln(1 + x)` of the events of earlier days.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Of the same two, the same way.
    Inertia,
    /// Of the same two, the other way.
    Reciprocity,
    /// Towards the one who receives, whoever from.
    Popularity,
    /// By the one who sends, whoever to.
    Activity,
    /// From the one who sends to a third and from the third to the one who receives: the lesser of both, over all thirds.
    TwoPath,
    /// Something known of the pair, as it stands.
    Covariate(Covariate),
}

/// A relational event model with its estimates.
#[derive(Clone, Debug, PartialEq)]
pub struct Rem {
    /// Of each effect.
    pub estimates: Vec<Estimate>,
    /// Logarithm of the partial likelihood among those compared.
    pub log_likelihood: f64,
    /// The same with all coefficients zero.
    pub log_likelihood_null: f64,
    /// How many events.
    pub events: usize,
    /// On how many days.
    pub days: usize,
    /// How many actors send at least once.
    pub senders: usize,
    /// How many receive at least once.
    pub receivers: usize,
    /// How many pairs each event could have been of.
    pub pairs: usize,
    /// With how many of them each was compared.
    pub controls: usize,
}

/// What went before.
struct History {
    /// Of each actor, how much towards whom.
    sent: Vec<BTreeMap<u32, f64>>,
    out: Vec<f64>,
    into: Vec<f64>,
}

impl History {
    fn add(&mut self, event: &Event) {
        let Event { from, to, weight, .. } = *event;
        *self.sent[from as usize].entry(to).or_insert(0.0) += weight;
        self.out[from as usize] += weight;
        self.into[to as usize] += weight;
    }

    fn between(&self, from: u32, to: u32) -> f64 {
        self.sent[from as usize].get(&to).copied().unwrap_or(0.0)
    }

    fn of(&self, effect: &Effect, from: u32, to: u32) -> f64 {
        match effect {
            Effect::Inertia => self.between(from, to).ln_1p(),
            Effect::Reciprocity => self.between(to, from).ln_1p(),
            Effect::Popularity => self.into[to as usize].ln_1p(),
            Effect::Activity => self.out[from as usize].ln_1p(),
            Effect::TwoPath => {
                let thirds = self.sent[from as usize].iter().filter(|(third, _)| **third != to);
                thirds.map(|(third, one)| one.min(self.between(*third, to))).sum::<f64>().ln_1p()
            }
            Effect::Covariate(covariate) => covariate.of(from as usize, to as usize),
        }
    }
}

/// A relational event model by the order of events (Butts 2008), each compared with as many other pairs as `controls`,
/// drawn from all that could have (case–control: Lerner & Lomi 2020), or with all if there are no more.
///
/// An event could have been of any two different actors of whom the one ever sends and the other ever receives. Events of
/// one day do not know of each other: each is compared by what was before that day (the way of Breslow 1974).
pub fn rem(actors: usize, events: &[Event], effects: &[Effect], controls: usize, seed: u64) -> Result<Rem, Refused> {
    check(actors, events, effects)?;
    let mut sorted = events.to_vec();
    sorted.sort_by_key(|event| event.day);
    let first = sorted.first().map_or(0, |event| event.day);
    let later = sorted.iter().filter(|event| event.day > first).count();
    if later == 0 {
        return Err(Refused::OneDay);
    }
    let need = EVENTS_PER_EFFECT * effects.len();
    if later < need {
        return Err(Refused::TooFewEvents { have: later, need });
    }
    let risk = Risk::of(&sorted);
    if risk.pairs < 2 {
        return Err(Refused::OnePair);
    }
    let controls = controls.clamp(1, risk.pairs - 1);
    let rows = sorted.len().saturating_mul(controls);
    if rows > ROWS_MAX {
        return Err(Refused::TooManyRows { have: rows, most: ROWS_MAX });
    }
    let mut history = History { sent: vec![BTreeMap::new(); actors], out: vec![0.0; actors], into: vec![0.0; actors] };
    let width = effects.len();
    let mut choices = Choices { width, others: Vec::with_capacity(rows * width), counts: Vec::new() };
    let mut days = 0;
    let mut number = 0;
    for day in sorted.chunk_by(|one, next| one.day == next.day) {
        days += 1;
        for event in day {
            let own: Vec<f64> = effects.iter().map(|effect| history.of(effect, event.from, event.to)).collect();
            for (from, to) in risk.others(event, controls, &mut Draw::run(seed, number)) {
                let differences = effects.iter().zip(&own).map(|(effect, own)| history.of(effect, from, to) - own);
                choices.others.extend(differences);
            }
            choices.counts.push(controls);
            number += 1;
        }
        day.iter().for_each(|event| history.add(event));
    }
    let fit = maximum(&choices)?;
    Ok(Rem {
        estimates: fit.estimates(),
        log_likelihood: fit.log_likelihood,
        log_likelihood_null: fit.log_likelihood_null,
        events: sorted.len(),
        days,
        senders: risk.senders.len(),
        receivers: risk.receivers.len(),
        pairs: risk.pairs,
        controls,
    })
}

fn check(actors: usize, events: &[Event], effects: &[Effect]) -> Result<(), Refused> {
    if effects.is_empty() {
        return Err(Refused::NoTerms);
    }
    let is_among = |event: &Event| (event.from.max(event.to) as usize) < actors && event.from != event.to;
    if !events.iter().all(is_among) {
        return Err(Refused::OtherActors);
    }
    for (term, effect) in effects.iter().enumerate() {
        if let Effect::Covariate(covariate) = effect {
            if covariate.len() != actors {
                return Err(Refused::OtherActors);
            }
            if !covariate.is_finite() {
                return Err(Refused::NotFinite { term });
            }
        }
    }
    Ok(())
}

/// Who could have had an event.
struct Risk {
    senders: Vec<u32>,
    receivers: Vec<u32>,
    /// How many pairs of two different actors.
    pairs: usize,
}

impl Risk {
    fn of(events: &[Event]) -> Risk {
        let senders: BTreeSet<u32> = events.iter().map(|event| event.from).collect();
        let receivers: BTreeSet<u32> = events.iter().map(|event| event.to).collect();
        let pairs = senders.len() * receivers.len() - senders.intersection(&receivers).count();
        Risk { senders: senders.into_iter().collect(), receivers: receivers.into_iter().collect(), pairs }
    }

    /// Pairs other than that of the event, each equally likely and none twice.
    fn others(&self, event: &Event, count: usize, draw: &mut Draw) -> Vec<(u32, u32)> {
        let own = (event.from, event.to);
        let is_other = |pair: &(u32, u32)| pair.0 != pair.1 && *pair != own;
        // Where most are taken, drawing one after the other would hit the same ones again and again.
        if count * 2 > self.pairs {
            let each = self.senders.iter().flat_map(|from| self.receivers.iter().map(move |to| (*from, *to)));
            let mut all: Vec<(u32, u32)> = each.filter(is_other).collect();
            if count < all.len() {
                draw.shuffle(&mut all);
                all.truncate(count);
            }
            return all;
        }
        let mut taken = BTreeSet::new();
        let mut others = Vec::with_capacity(count);
        while others.len() < count {
            let pair = (self.senders[draw.below(self.senders.len())], self.receivers[draw.below(self.receivers.len())]);
            if is_other(&pair) && taken.insert(pair) {
                others.push(pair);
            }
        }
        others
    }
}
