//! Terms of statistical models as they are written on the command line, and what they read of a network.

use tongban_core::network::change::Step;
use tongban_core::network::model::{Covariate, Effect, Term};

use super::network::{group_missing, layer_of};
use crate::error::Failure;
use crate::network::model::{Kind, No, Terms};
use crate::network::{Choice, Column, Net};

/// Which statistical model.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Statistical {
    /// Of a network.
    Ergm,
    /// Of a network period by period.
    Tergm(Step),
    /// Of events.
    Rem,
}

/// What a term needs after its colon.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    Decay,
    Layer,
    Column,
}

/// Terms of covariates, which every model has.
const COVARIATES: &[(&str, Needs)] = &[
    ("edgecov", Needs::Layer),
    ("nodematch", Needs::Column),
    ("nodeocov", Needs::Column),
    ("nodeicov", Needs::Column),
    ("nodecov", Needs::Column),
    ("absdiff", Needs::Column),
];

/// Terms of models of networks.
const OF_TIES: &[(&str, Needs)] = &[
    ("edges", Needs::Nothing),
    ("mutual", Needs::Nothing),
    ("gwesp", Needs::Decay),
    ("gwodegree", Needs::Decay),
    ("gwidegree", Needs::Decay),
    ("gwdegree", Needs::Decay),
    ("memory", Needs::Nothing),
];

/// Terms of models of events.
const OF_EVENTS: &[(&str, Needs)] = &[
    ("inertia", Needs::Nothing),
    ("reciprocity", Needs::Nothing),
    ("popularity", Needs::Nothing),
    ("activity", Needs::Nothing),
    ("twopath", Needs::Nothing),
];

impl From<No> for Failure {
    fn from(no: No) -> Failure {
        Failure::new(no.code, no.to_string())
    }
}

/// Reads the terms of a model of a layer.
pub(super) fn terms(
    net: &Net,
    choice: &Choice,
    model: Statistical,
    explained: &str,
    names: Vec<String>,
) -> Result<Terms, Failure> {
    let explained = layer_of(net, explained)?;
    let mut reader = Reader { net, choice, layers: Vec::new() };
    let kind = match model {
        Statistical::Rem => Kind::Rem(names.iter().map(|name| reader.effect(name)).collect::<Result<_, Failure>>()?),
        Statistical::Ergm => Kind::Ergm(names.iter().map(|name| reader.term(name)).collect::<Result<_, Failure>>()?),
        Statistical::Tergm(step) => {
            Kind::Tergm(names.iter().map(|name| reader.term(name)).collect::<Result<_, Failure>>()?, step)
        }
    };
    Ok(Terms { explained, layers: reader.layers, names, kind })
}

/// What terms read of a network.
struct Reader<'a> {
    net: &'a Net,
    choice: &'a Choice,
    /// Other layers that are read.
    layers: Vec<u32>,
}

/// A term in two parts, the second empty if it needs none; an error if it is not one of these.
fn parts<'t>(text: &'t str, own: &[(&'static str, Needs)]) -> Result<(&'t str, &'t str), No> {
    let (name, of) = text.split_once(':').unwrap_or((text, ""));
    let known = || own.iter().chain(COVARIATES);
    let Some((_, needs)) = known().find(|(known, _)| *known == name) else {
        let names: Vec<String> = known()
            .map(|(name, needs)| match needs {
                Needs::Nothing => (*name).to_owned(),
                Needs::Decay => format!("{name}:DECAY"),
                Needs::Layer => format!("{name}:LAYER"),
                Needs::Column => format!("{name}:COLUMN"),
            })
            .collect();
        return Err(No::of("term-unknown", format!("{text} (terms are {})", names.join(", "))));
    };
    let is_bare = text == name;
    if is_bare != (*needs == Needs::Nothing) || (!is_bare && of.is_empty()) {
        return Err(No::of("term-value", text));
    }
    Ok((name, of))
}

impl Reader<'_> {
    fn term(&mut self, text: &str) -> Result<Term, Failure> {
        let (name, of) = parts(text, OF_TIES)?;
        let decay = || of.parse::<f64>().map_err(|_| No::of("term-number", text));
        Ok(match name {
            "edges" => Term::Edges,
            "mutual" => Term::Mutual,
            "memory" => Term::Memory,
            "gwesp" => Term::Shared(decay()?),
            "gwodegree" => Term::Out(decay()?),
            "gwidegree" => Term::In(decay()?),
            "gwdegree" => Term::Degree(decay()?),
            _ => Term::Covariate(self.covariate(name, of)?),
        })
    }

    fn effect(&mut self, text: &str) -> Result<Effect, Failure> {
        let (name, of) = parts(text, OF_EVENTS)?;
        Ok(match name {
            "inertia" => Effect::Inertia,
            "reciprocity" => Effect::Reciprocity,
            "popularity" => Effect::Popularity,
            "activity" => Effect::Activity,
            "twopath" => Effect::TwoPath,
            _ => Effect::Covariate(self.covariate(name, of)?),
        })
    }

    fn covariate(&mut self, name: &str, of: &str) -> Result<Covariate, Failure> {
        Ok(match name {
            "edgecov" => {
                let layer = layer_of(self.net, of)?;
                self.layers.push(layer);
                Covariate::Network(self.net.graph(&Choice { layer: Some(layer), ..self.choice.clone() }).0)
            }
            "nodematch" => {
                let groups = self.net.groups(of).map_err(|silent| group_missing(self.net, of, silent))?;
                Covariate::Match(groups.of_actor)
            }
            "nodeocov" => Covariate::Sender(self.numbers(of)?),
            "nodeicov" => Covariate::Receiver(self.numbers(of)?),
            "nodecov" => Covariate::Both(self.numbers(of)?),
            _ => Covariate::Difference(self.numbers(of)?),
        })
    }

    /// What stands in a column as numbers; levels in words count from the top.
    fn numbers(&self, column: &str) -> Result<Vec<f64>, Failure> {
        let groups = self.net.groups(column).map_err(|silent| group_missing(self.net, column, silent))?;
        let is_level = Column::of(column) == Column::Level;
        let number = |text: &str| {
            let level = LEVELS.iter().position(|level| is_level && *level == text).map(|at| at as f64);
            text.trim().parse().ok().filter(|number: &f64| number.is_finite()).or(level)
        };
        let of_name: Vec<Option<f64>> = groups.names.iter().map(|name| number(name)).collect();
        let all: Vec<Option<f64>> = groups.of_actor.iter().map(|group| of_name[*group as usize]).collect();
        let silent = all.iter().filter(|value| value.is_none()).count();
        let numbers = all.into_iter().collect::<Option<_>>();
        let other = groups.names.iter().zip(&of_name).find(|(_, number)| number.is_none());
        let example = other.map_or("", |(name, _)| name.as_str());
        let no =
            || No::of("column-number", format!("{column}, {silent} of {}, such as {example}", self.net.actors.len()));
        numbers.ok_or_else(|| no().into())
    }
}

/// Levels of facts, from the top.
const LEVELS: [&str; 4] = ["centre", "province", "city", "county"];
