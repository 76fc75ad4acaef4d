//! Networks out of statements, as every format and every measure takes them.

use std::collections::BTreeSet;

use jiff::civil::Date;
use tongban_core::network::discourse::{Choice, Discourse, Normalised, OneMode, Period};
use tongban_core::network::facts::Statement;
use tongban_core::network::tie;

use super::super::net::{Actor, Net, Tie};

/// Which network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Actors and concepts: who is for (X+) and who against (X-) what.
    Affiliation,
    /// Actors, or concepts, alone.
    OneMode(OneMode),
}

/// How a network is made.
#[derive(Clone, Copy, Debug)]
pub struct Making {
    /// Which network.
    pub what: What,
    /// Between concepts instead of actors.
    pub by_concept: bool,
    /// How weights are made comparable; an affiliation has counts.
    pub normalised: Normalised,
    /// Which statements count.
    pub choice: Choice,
    /// A network for each period of the calendar, its ties with the days of it; none: one for all.
    pub every: Option<Period>,
}

/// What people read of an actor.
pub fn name_of(actor: &tie::Actor) -> String {
    match actor {
        tie::Actor::Named { name, .. } => name.clone(),
        other => other.to_string(),
    }
}

fn actor_node(actor: &tie::Actor) -> Actor {
    let kind = match actor {
        tie::Actor::Named { network, .. } => network.name(),
        tie::Actor::Org(_) => "organisation",
        tie::Actor::Applicants { .. } => "applicants",
    };
    Actor { id: actor.to_string(), label: name_of(actor), kind: kind.to_owned(), ..Actor::default() }
}

fn concept_node(concept: &str) -> Actor {
    // No actor is called so: `concept` is none of the five networks.
    let (id, label) = (format!("concept:{concept}"), concept.to_owned());
    Actor { id, label, kind: "concept".to_owned(), ..Actor::default() }
}

impl Making {
    /// Makes the network. Everyone and everything of which there is a statement is in it, also without ties.
    pub fn net(&self, statements: &[Statement]) -> Net {
        let whole = Discourse::of(statements, &self.choice);
        let actors = whole.actors.iter().map(actor_node);
        let concepts = whole.concepts.iter().map(|concept| concept_node(concept));
        let (nodes, layers): (Vec<Actor>, &[&str]) = match self.what {
            What::Affiliation => (actors.chain(concepts).collect(), &["for", "against"]),
            What::OneMode(kind) if self.by_concept => (concepts.collect(), &[kind.name()]),
            What::OneMode(kind) => (actors.collect(), &[kind.name()]),
        };
        let layers = layers.iter().map(|layer| (*layer).to_owned()).collect();
        let mut net = Net { actors: nodes, layers, ties: Vec::new() };
        let Some(every) = self.every else {
            self.add(&whole, self.choice.from, self.choice.to, &mut net);
            return net;
        };
        let days = statements.iter().map(|one| one.day);
        let within = days.filter(|day| {
            self.choice.from.is_none_or(|from| from <= *day) && self.choice.to.is_none_or(|to| *day <= to)
        });
        let periods: BTreeSet<(Date, Date)> = within.map(|day| every.around(day)).collect();
        for (first, last) in periods {
            let from = self.choice.from.map_or(first, |from| from.max(first));
            let to = self.choice.to.map_or(last, |to| to.min(last));
            let choice = Choice { from: Some(from), to: Some(to), ..self.choice };
            self.add(&Discourse::of(statements, &choice), Some(from), Some(to), &mut net);
        }
        net
    }

    /// The ties of some days.
    fn add(&self, discourse: &Discourse, from_day: Option<Date>, to_day: Option<Date>, net: &mut Net) {
        let said = &discourse.affiliation;
        match self.what {
            What::Affiliation => {
                let first = discourse.actors.len();
                for (actor, concept, counts) in said.each() {
                    for ((weight, sign), layer) in counts.into_iter().zip([1, -1]).zip(0..) {
                        if weight > 0.0 {
                            let (from, to) = (actor as u32, (first + concept) as u32);
                            net.ties.push(Tie { from, to, layer, weight, sign, from_day, to_day });
                        }
                    }
                }
            }
            What::OneMode(kind) => {
                let by_concept = self.by_concept.then(|| said.transposed());
                let graph = by_concept.as_ref().unwrap_or(said).network(kind, self.normalised);
                net.ties.extend(graph.each().map(|(from, to, value)| Tie {
                    from: from as u32,
                    to: to as u32,
                    layer: 0,
                    weight: value.abs(),
                    sign: if value < 0.0 { -1 } else { 1 },
                    from_day,
                    to_day,
                }));
            }
        }
    }
}
