//! Statistical models of a layer: which there are, of what terms, and what each says; the models themselves are in
//! [`tongban_core::network::model`].

use std::fmt;

use jiff::civil::Date;
use tongban_core::network::change::{Periods, Step};
use tongban_core::network::graph::Graph;
use tongban_core::network::model::{
    Compared, Distribution, Drawn, Effect, Estimate, Event, ROWS_MAX, Refused, Term, ergm, rem, tergm,
};
use tongban_core::network::permute::Runs;

use super::figures::{About, Method, Part, Value, Why, network, numbers};
use super::net::{Choice, Net, Tie};

/// What is tested.
#[derive(Clone, Debug, PartialEq)]
pub enum Model {
    /// One layer against others, by permuting actors.
    Layers {
        /// Number of the explained layer.
        explained: u32,
        /// Numbers of those that explain it.
        explaining: Vec<u32>,
        /// Shares of permutations to each side instead of to both.
        is_one_sided: bool,
    },
    /// One layer by the terms of a statistical model.
    Terms(Terms),
}

impl Model {
    /// The layers that are read, first the explained one.
    pub fn layers(&self) -> Vec<u32> {
        let (explained, others) = match self {
            Model::Layers { explained, explaining, .. } => (explained, explaining),
            Model::Terms(Terms { explained, layers, .. }) => (explained, layers),
        };
        std::iter::once(*explained).chain(others.iter().copied()).collect()
    }
}

/// A statistical model of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// Number of the explained layer.
    pub explained: u32,
    /// Numbers of other layers that are read.
    pub layers: Vec<u32>,
    /// The terms as they were written.
    pub names: Vec<String>,
    /// Which model, with what the terms are.
    pub kind: Kind,
}

/// Which statistical model.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Exponential random graph model.
    Ergm(Vec<Term>),
    /// The same of periods.
    Tergm(Vec<Term>, Step),
    /// Relational event model.
    Rem(Vec<Effect>),
}

/// The models that are estimated.
pub const MODELS: &[Method] = &[
    Method {
        name: "ergm",
        definition: "log-odds of a tie by terms, weights of the explained layer not read; exact (logistic regression) if no \
                     term depends on other ties; else approximate 近似: pseudo-likelihood, errors and intervals by a \
                     parametric bootstrap; fit: the observed network beside networks drawn from the model",
        reference: "Wasserman & Pattison 1996; Strauss & Ikeda 1990; Hunter & Handcock 2006; Hunter, Goodreau & Handcock \
                    2008; Schmid & Desmarais 2017",
        is_random: true,
    },
    Method {
        name: "tergm",
        definition: "log-odds of a tie in a period given the period before, by terms; approximate 近似: pseudo-likelihood \
                     over all periods but the first together, errors and intervals from periods drawn with replacement",
        reference: "Desmarais & Cranmer 2012; Leifeld, Cranmer & Desmarais 2018",
        is_random: true,
    },
    Method {
        name: "rem",
        definition: "log-odds that the next event is of one pair rather than another, by effects of earlier days; order of \
                     days only, events of one day do not know of each other; each compared with pairs drawn from all whose \
                     first ever sends and whose second ever receives",
        reference: "Butts 2008; Lerner & Lomi 2020; Breslow 1974",
        is_random: true,
    },
];

/// Every reason for which a model is not estimated, what it says and what to do, as `docs/network.md` lists them.
pub const MODEL_CODES: &[(&str, &str, &str)] = &[
    ("actors-other", "not all that is compared is of the same actors", "give files with the same actors"),
    ("among-none", "no actor has this in the column", "write COLUMN=VALUE as the list of actors has it"),
    ("column-number", "actors have no number in the column", "fill it in for all, or take another column"),
    ("events-few", "too few events after the first day for so many terms", "take fewer terms, or a longer time"),
    (
        "events-one-day",
        "all events are on one day, so nothing went before",
        "give events with their days, and leave --day out",
    ),
    ("events-one-pair", "only one pair could have an event", "take a layer in which more actors take part"),
    (
        "model-actors-many",
        "more actors than the model reads",
        "leave out actors without ties, or take a part of the network",
    ),
    ("model-rows-many", "more to compare than is read", "take fewer --controls, longer periods, or a shorter time"),
    ("model-unsettled", "no estimate was found", "take fewer terms, or bring numbers to a like size"),
    (
        "option-other",
        "an option of another model",
        "--x, --one-sided and --permutations belong to qap and mrqap, --terms to ergm, tergm and rem (a layer stands there as edgecov:LAYER), --draws to ergm and tergm, --controls to rem, --step to tergm",
    ),
    ("panels-few", "too few periods", "take shorter periods (--step), or ergm on a --day"),
    ("term-collinear", "the term is a combination of others", "leave out this one, or one of the others"),
    ("term-constant", "the term is the same for all that is compared", "leave it out"),
    (
        "term-direction",
        "the term does not go with the directions of the network",
        "take mutual, gwodegree, gwidegree, nodeocov, nodeicov without --undirected, gwdegree with it; rem goes without",
    ),
    ("term-number", "no number that the term can have", "write the decay as 0 or more, such as gwesp:0.5"),
    ("term-panels", "only tergm knows the period before", "leave memory out, or take --model tergm"),
    (
        "term-separates",
        "the term, alone or with others, tells without exception where ties are: its coefficient would be infinite",
        "leave it out and report the finding as it is, or join groups",
    ),
    ("term-unknown", "the model has no such term", "take one of those named"),
    (
        "term-value",
        "the term lacks what stands after its colon, or has too much",
        "write a layer, a column or a decay there, as docs/network.md lists them",
    ),
    ("terms-none", "the model has no terms", "name some with --terms"),
    ("ties-few", "too few ties, or pairs without one, for so many terms", "take fewer terms, or a larger network"),
    ("ties-flat", "there are no ties, or all that there could be", "take another layer or day"),
    ("ties-undated", "ties of the layer have no day", "give the ties a column from_day, or facts of dossiers"),
];

/// Why a model is not estimated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct No {
    /// Stable code, one of [`MODEL_CODES`].
    pub code: &'static str,
    /// What it is about: a term, a number.
    pub value: String,
}

impl No {
    /// With a code of the list.
    pub fn of(code: &'static str, value: impl Into<String>) -> No {
        No { code, value: value.into() }
    }
}

impl fmt::Display for No {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = MODEL_CODES.iter().find(|(code, ..)| *code == self.code);
        let (what, todo) = found.map_or(("", ""), |(_, what, todo)| (what, todo));
        write!(f, "{}: {what}. To do: {todo}.", self.value)
    }
}

impl Terms {
    /// Its terms in one line.
    pub(super) fn words(&self) -> String {
        match &self.kind {
            Kind::Tergm(_, step) => format!("terms: {}; step: {}", self.names.join(", "), step.name()),
            _ => format!("terms: {}", self.names.join(", ")),
        }
    }

    /// How it is estimated.
    pub(super) fn estimate(&self) -> &'static str {
        match &self.kind {
            Kind::Ergm(terms) if terms.iter().all(Term::is_independent) => "exact 精确: likelihood",
            Kind::Ergm(_) => "approximate 近似: pseudo-likelihood, parametric bootstrap",
            Kind::Tergm(..) => "approximate 近似: pseudo-likelihood, bootstrap over periods",
            Kind::Rem(_) => "case-control 病例对照: partial likelihood of the order of days",
        }
    }

    /// What the number of draws is of.
    pub(super) fn draws(&self) -> &'static str {
        match &self.kind {
            Kind::Ergm(_) => "draws",
            Kind::Tergm(..) => "resamples",
            Kind::Rem(_) => "controls",
        }
    }

    /// What the model is.
    pub fn method(&self) -> Method {
        MODELS[match &self.kind {
            Kind::Ergm(_) => 0,
            Kind::Tergm(..) => 1,
            Kind::Rem(_) => 2,
        }]
    }

    /// Estimates it. `runs` says how much is drawn: networks, periods anew, or pairs to compare each event with.
    pub fn of(&self, net: &Net, choice: &Choice, runs: &Runs) -> Result<Vec<Part>, No> {
        let parts = match &self.kind {
            Kind::Ergm(terms) => self.ergm(net, choice, terms, runs),
            Kind::Tergm(terms, step) => self.tergm(net, choice, terms, *step, runs),
            Kind::Rem(effects) => self.rem(net, choice, effects, runs),
        };
        parts.map(numbers)
    }

    fn refused(&self, refused: Refused) -> No {
        let value = match refused.term() {
            Some(term) => self.names[term].clone(),
            None => refused.to_string(),
        };
        No::of(refused.code(), value)
    }

    fn own<'a>(&self, net: &'a Net) -> impl Iterator<Item = &'a Tie> + Clone + use<'a> {
        let explained = self.explained;
        net.ties.iter().filter(move |tie| tie.layer == explained)
    }

    fn ergm(&self, net: &Net, choice: &Choice, terms: &[Term], runs: &Runs) -> Result<Vec<Part>, No> {
        let (graph, _) = net.graph(&Choice { layer: Some(self.explained), ..choice.clone() });
        let found = ergm(&graph, terms, !choice.undirected, runs).map_err(|refused| self.refused(refused))?;
        let drawn = |value: &dyn Fn(&Drawn) -> f64| found.drawn.as_ref().map(value).map_err(|refused| why(*refused));
        let mut whole = likelihood(found.is_exact, found.log_likelihood, found.log_likelihood_null);
        if found.is_exact {
            let (k, n) = (terms.len() as f64, found.pairs as f64);
            whole.push(("AIC", Ok(2.0 * k - 2.0 * found.log_likelihood)));
            whole.push(("BIC", Ok(k * n.ln() - 2.0 * found.log_likelihood)));
        }
        whole.extend([
            ("pairs", Ok(found.pairs as f64)),
            ("ties", Ok(found.ties as f64)),
            ("networks drawn", drawn(&|drawn| drawn.networks as f64)),
            ("degenerate", drawn(&|drawn| f64::from(u8::from(drawn.is_degenerate)))),
            ("off", drawn(&|drawn| f64::from(u8::from(drawn.is_off)))),
        ]);
        let mut parts = network(&whole);
        parts.push(self.estimates(&found.estimates, found.unsure));
        if let Ok(drawn) = &found.drawn {
            parts.push(self.fit(drawn));
        }
        Ok(parts)
    }

    /// The observed network beside those drawn.
    fn fit(&self, drawn: &Drawn) -> Part {
        let figures = ["observed", "drawn mean", "drawn low", "drawn high", "inside"].map(str::to_owned).to_vec();
        let row = |name: String, one: &Compared| {
            let inside = f64::from(u8::from(one.is_inside()));
            (name, vec![Ok(one.observed), Ok(one.mean), Ok(one.low), Ok(one.high), Ok(inside)])
        };
        let mut rows: Vec<(String, Vec<Value>)> =
            self.names.iter().zip(&drawn.terms).map(|(name, one)| row(name.clone(), one)).collect();
        rows.push(row("density".to_owned(), &drawn.density));
        rows.extend(drawn.mutual.iter().map(|one| row("mutual pairs".to_owned(), one)));
        for (what, bins) in &drawn.distributions {
            let name = match (what, drawn.mutual) {
                (Distribution::Out, Some(_)) => "actors with ties out",
                (Distribution::Out, None) => "actors with ties",
                (Distribution::In, _) => "actors with ties in",
                (Distribution::Shared, _) => "ties with others between",
            };
            let more = |many: usize| if many == Distribution::LAST { " or more" } else { "" };
            let bins = bins.iter().enumerate();
            rows.extend(bins.map(|(many, one)| row(format!("{name}: {many}{}", more(many)), one)));
        }
        Part { about: About::Fit, figures, rows }
    }

    fn tergm(&self, net: &Net, choice: &Choice, terms: &[Term], step: Step, runs: &Runs) -> Result<Vec<Part>, No> {
        if let Some(day) = choice.day {
            return Err(No::of("panels-few", format!("--day {day}")));
        }
        let days = self.own(net).flat_map(|tie| [tie.from_day, tie.to_day]).flatten();
        let (first, last) = days.clone().min().zip(days.max()).ok_or_else(|| No::of("ties-undated", "all ties"))?;
        let periods = Periods::between(first, last, step);
        let rows = periods.count.saturating_mul(net.actors.len().pow(2));
        if rows > ROWS_MAX {
            return Err(self.refused(Refused::TooManyRows { have: rows, most: ROWS_MAX }));
        }
        let panel = |at: usize| {
            let (first, next) = (periods.day(at), periods.day(at + 1));
            let holds = |tie: &&Tie| {
                tie.from_day.is_none_or(|from| from < next) && tie.to_day.is_none_or(|to: Date| to >= first)
            };
            Graph::of(net.actors.len(), self.own(net).filter(holds).map(|tie| (tie.from, tie.to, tie.weight))).0
        };
        let panels: Vec<Graph> = (0..periods.count).map(panel).collect();
        let found = tergm(&panels, terms, !choice.undirected, runs).map_err(|refused| self.refused(refused))?;
        let mut whole = likelihood(false, found.log_likelihood, found.log_likelihood_null);
        whole.extend([
            ("periods", Ok(found.panels as f64)),
            ("pairs", Ok(found.pairs as f64)),
            ("ties", Ok(found.ties as f64)),
        ]);
        let mut parts = network(&whole);
        parts.push(self.estimates(&found.estimates, found.unsure));
        Ok(parts)
    }

    fn rem(&self, net: &Net, choice: &Choice, effects: &[Effect], runs: &Runs) -> Result<Vec<Part>, No> {
        if choice.undirected {
            return Err(No::of("term-direction", "--undirected"));
        }
        if let Some(day) = choice.day {
            return Err(No::of("events-one-day", format!("--day {day}")));
        }
        let (mut events, mut undated) = (Vec::new(), 0);
        for tie in self.own(net).filter(|tie| tie.weight > 0.0) {
            match tie.from_day {
                Some(day) => events.push(Event {
                    from: tie.from,
                    to: tie.to,
                    day: day.duration_since(Date::MIN).as_hours() / 24,
                    weight: if choice.unweighted { 1.0 } else { tie.weight },
                }),
                None => undated += 1,
            }
        }
        if undated > 0 {
            return Err(No::of("ties-undated", format!("{undated} of {}", undated + events.len())));
        }
        let found = rem(net.actors.len(), &events, effects, runs.permutations, runs.seed)
            .map_err(|refused| self.refused(refused))?;
        let whole = [
            ("log-likelihood", Ok(found.log_likelihood)),
            ("log-likelihood without terms", Ok(found.log_likelihood_null)),
            ("pseudo r squared", Ok(1.0 - found.log_likelihood / found.log_likelihood_null)),
            ("events", Ok(found.events as f64)),
            ("days", Ok(found.days as f64)),
            ("senders", Ok(found.senders as f64)),
            ("receivers", Ok(found.receivers as f64)),
            ("pairs", Ok(found.pairs as f64)),
            ("controls", Ok(found.controls as f64)),
        ];
        let mut parts = network(&whole);
        parts.push(self.estimates(&found.estimates, None));
        Ok(parts)
    }

    /// The coefficients, and how sure they are.
    fn estimates(&self, estimates: &[Estimate], unsure: Option<Refused>) -> Part {
        let figures = ["b", "odds", "error", "z", "p", "low", "high"].map(str::to_owned).to_vec();
        let why = unsure.map_or(NO_ERRORS, why);
        let row = |(name, one): (&String, &Estimate)| {
            let sure = match one.sure {
                Some(sure) => [sure.error, sure.z, sure.p, sure.low, sure.high].map(Ok),
                None => [Err(why); 5],
            };
            (name.clone(), [Ok(one.b), Ok(one.b.exp())].into_iter().chain(sure).collect())
        };
        Part { about: About::Terms, figures, rows: self.names.iter().zip(estimates).map(row).collect() }
    }
}

fn likelihood(is_exact: bool, value: f64, null: f64) -> Vec<(&'static str, Value)> {
    match is_exact {
        true => vec![("log-likelihood", Ok(value)), ("log-likelihood without terms", Ok(null))],
        false => vec![("log pseudo-likelihood", Ok(value)), ("log pseudo-likelihood without terms", Ok(null))],
    }
}

const NO_ERRORS: Why = Why { zh: "没有求标准误", en: "no errors were computed" };

/// Why a figure of a model that was estimated is not known.
fn why(refused: Refused) -> Why {
    match refused {
        Refused::TooManyActors { .. } => Why {
            zh: "行动者太多，不从模型抽取网络",
            en: "no networks are drawn from models of so many actors",
        },
        Refused::Degenerate => Why {
            zh: "模型退化：抽出的网络时而近乎空，时而近乎满，系数不宜解释",
            en: "the model is degenerate: networks drawn from it are nearly empty or nearly full, do not interpret it",
        },
        Refused::Off => Why {
            zh: "伪似然偏离太远：抽出的网络都不像观测到的，系数不宜解释",
            en: "pseudo-likelihood is too far off: all networks drawn are unlike the observed one, do not interpret it",
        },
        Refused::Unfitted { .. } => Why {
            zh: "抽出的数据有不少无法估计",
            en: "too much of what was drawn has no estimate of its own",
        },
        Refused::NoScatter { .. } => Why {
            zh: "抽出的数据给出同一个估计",
            en: "all that was drawn gives the same estimate of a term",
        },
        Refused::TooFewDraws { .. } => {
            Why { zh: "抽取次数太少（--draws）", en: "too few were drawn (--draws)" }
        }
        _ => NO_ERRORS,
    }
}
