//! Statistical models of a network: what makes a tie, or the next event, more likely.
//!
//! [`ergm()`] explains one network by its own pattern and by covariates (exponential random graph model), [`rem()`] events
//! one after the other by what went before (relational event model), [`tergm()`] a network period by period (temporal
//! exponential random graph model). All are logistic regressions in the end ([`Estimate`] is a coefficient of one), and
//! what makes them exact or approximate is said with each.
//!
//! A coefficient is a log-odds: with everything else the same, one more of its statistic makes a tie `exp(b)` times as
//! likely against none. It describes; it proves no cause.
//!
//! Architecture invariant: what cannot be estimated is [`Refused`], with the reason and the term that is to blame: no
//! estimate is infinite, and none is made up.

mod covariate;
mod ergm;
mod logit;
mod rem;
mod simulate;
mod state;
mod tergm;

pub use covariate::Covariate;
pub use ergm::{ERGM_ACTORS_MAX, Ergm, ergm};
pub use logit::{Estimate, Sure};
pub use rem::{EVENTS_PER_EFFECT, Effect, Event, Rem, rem};
pub use simulate::{Compared, DRAWN_ACTORS_MAX, Distribution, Drawn};
pub use state::Term;
pub use tergm::{PANELS_MIN, Tergm, tergm};

/// The most rows that are read of events with those they are compared with, or of the pairs of all periods.
pub const ROWS_MAX: usize = 4_000_000;

/// Why there is no estimate. Terms are named by their place in the model, from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The model has no terms.
    #[error("the model has no terms")]
    NoTerms,
    /// There is no tie at all, or one between all.
    #[error("there are no ties, or all that there could be: nothing is left to explain")]
    Flat,
    /// Too few ties, or too few pairs without one.
    #[error("there are {have} ties or pairs without one, whichever are fewer, and {need} are needed for so many terms")]
    TooFew {
        /// How many there are.
        have: usize,
        /// How many are needed.
        need: usize,
    },
    /// Too few events.
    #[error("there are {have} events after the first day, and {need} are needed for so many terms")]
    TooFewEvents {
        /// How many there are.
        have: usize,
        /// How many are needed.
        need: usize,
    },
    /// All events are on one day.
    #[error("all events are on one day: nothing went before them")]
    OneDay,
    /// Nobody else could have sent or received.
    #[error("only one pair could have an event: there is nothing to compare with")]
    OnePair,
    /// Too few periods.
    #[error("there are {have} periods, and {need} are needed")]
    TooFewPanels {
        /// How many there are.
        have: usize,
        /// How many are needed.
        need: usize,
    },
    /// More actors than are read.
    #[error("there are {have} actors, and at most {most} are read")]
    TooManyActors {
        /// How many there are.
        have: usize,
        /// How many are read.
        most: usize,
    },
    /// More rows than are read.
    #[error("there are {have} rows to compare, and at most {most} are read")]
    TooManyRows {
        /// How many there are.
        have: usize,
        /// How many are read.
        most: usize,
    },
    /// The data of a term, or the networks compared, are not of the same actors.
    #[error("not all that is compared is of the same actors")]
    OtherActors,
    /// A term whose number is no number, or is negative where it must not be.
    #[error("the term has a value that is no finite number, or a decay below zero")]
    NotFinite {
        /// Which term.
        term: usize,
    },
    /// A term that only networks with directions have, or only those without.
    #[error("the term is of networks with directions only, or of those without")]
    Direction {
        /// Which term.
        term: usize,
    },
    /// A term that needs the period before.
    #[error("the term needs the period before, which there is not")]
    NeedsPanels {
        /// Which term.
        term: usize,
    },
    /// A term that is the same everywhere.
    #[error("the term is the same for all that is compared: it explains nothing")]
    Constant {
        /// Which term.
        term: usize,
    },
    /// A term that is a combination of others.
    #[error("the term is a combination of others before it: they cannot be told apart")]
    Collinear {
        /// Which term.
        term: usize,
    },
    /// A term that tells ties from others without exception: its coefficient would be infinite.
    #[error(
        "the term, alone or with others, tells without exception where ties are: its coefficient would be infinite"
    )]
    Separated {
        /// Which term.
        term: usize,
    },
    /// The search for the estimate came to no end.
    #[error("no estimate was found")]
    Unsettled,
    /// Networks drawn from the model are nearly empty, or nearly full, or now this and now that.
    #[error("networks drawn from the model are of other kinds than the observed one")]
    Degenerate,
    /// Networks drawn from the model have all more, or all less, of something than the observed one.
    #[error("networks drawn from the model are all unlike the observed one")]
    Off,
    /// Too many of the networks drawn could not be estimated.
    #[error("of {of} networks drawn, {failed} could not be estimated")]
    Unfitted {
        /// How many could not.
        failed: usize,
        /// How many were drawn.
        of: usize,
    },
    /// All that was drawn gives one estimate: nothing scatters.
    #[error("all that was drawn gives the same estimate of the term")]
    NoScatter {
        /// Which term.
        term: usize,
    },
    /// No networks were drawn, or too few to say how far they scatter.
    #[error("{have} networks were drawn, and {need} are needed")]
    TooFewDraws {
        /// How many there are.
        have: usize,
        /// How many are needed.
        need: usize,
    },
}

impl Refused {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Refused::NoTerms => "terms-none",
            Refused::Flat => "ties-flat",
            Refused::TooFew { .. } => "ties-few",
            Refused::TooFewEvents { .. } => "events-few",
            Refused::OneDay => "events-one-day",
            Refused::OnePair => "events-one-pair",
            Refused::TooFewPanels { .. } => "panels-few",
            Refused::TooManyActors { .. } => "model-actors-many",
            Refused::TooManyRows { .. } => "model-rows-many",
            Refused::OtherActors => "actors-other",
            Refused::NotFinite { .. } => "term-number",
            Refused::Direction { .. } => "term-direction",
            Refused::NeedsPanels { .. } => "term-panels",
            Refused::Constant { .. } => "term-constant",
            Refused::Collinear { .. } => "term-collinear",
            Refused::Separated { .. } => "term-separates",
            Refused::Unsettled => "model-unsettled",
            Refused::Degenerate => "model-degenerate",
            Refused::Off => "model-off",
            Refused::Unfitted { .. } => "draws-unfitted",
            Refused::NoScatter { .. } => "draws-same",
            Refused::TooFewDraws { .. } => "draws-few",
        }
    }

    /// The term that is to blame, if one is.
    pub fn term(&self) -> Option<usize> {
        match self {
            Refused::NotFinite { term }
            | Refused::Direction { term }
            | Refused::NeedsPanels { term }
            | Refused::Constant { term }
            | Refused::Collinear { term }
            | Refused::Separated { term }
            | Refused::NoScatter { term } => Some(*term),
            _ => None,
        }
    }
}
