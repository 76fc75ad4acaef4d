//! What changed, and whether an event did it (变化与重要事件).
//!
//! The type to know is [`Series`]: one value a period, with gaps where nothing is known. [`interrupted`] asks whether it
//! changed level or slope at a day (interrupted time series: Bernal, Cummins & Gasparrini 2017), alone or against a
//! control series (controlled interrupted time series: Bernal, Cummins & Gasparrini 2018); [`differences`] compares means
//! (difference in differences); [`placebo_dates`] asks whether other days would have done as well; [`change_points`] looks
//! for changes without knowing of a day. [`effect_of`] puts all of this together for an event of
//! [`Facts`](super::facts::Facts), and [`snapshots`] says how the network itself looks, period by period.
//!
//! None of this proves that an event did anything. It says how far the values are from what they would have been if what
//! is assumed held: [`Assumption`] names it, and goes with every answer.
//!
//! Architecture invariant: exact and without draws. What has too little to go by is [`Refused`], with the reason.

mod effect;
mod interrupted;
mod least;
mod points;
mod series;
mod snapshots;

pub use effect::{Assumption, Control, EffectOf, UnitTrial, Units, Verdict, effect_of};
pub use interrupted::{
    Cut, Dates, Differences, Estimate, Interrupted, Line, Options, Rank, SIDE_MIN, Season, Trial, differences,
    interrupted, placebo_dates,
};
pub use least::{default_lag, student_quantile, student_two_sided};
pub use points::{ChangePoints, POINTS_MIN, Penalty, Segment, change_points};
pub use series::{Periods, Series, Step, Value, series_of};
pub use snapshots::{Snapshot, snapshots};

use serde::{Deserialize, Serialize};

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// The day is not within the series.
    #[error("the day of the event is not within the series")]
    EventOutside,
    /// Too few values before.
    #[error("too few before: {have} periods with a value before the event, and {need} are needed")]
    TooFewBefore {
        /// How many there are.
        have: usize,
        /// How many are needed.
        need: usize,
    },
    /// Too few values after.
    #[error("too few after: {have} periods with a value after the event, and {need} are needed")]
    TooFewAfter {
        /// How many there are.
        have: usize,
        /// How many are needed.
        need: usize,
    },
    /// Too few values altogether.
    #[error("too few: {have} periods with a value, and {need} are needed")]
    TooFew {
        /// How many there are.
        have: usize,
        /// How many are needed.
        need: usize,
    },
    /// Seasons need two full years.
    #[error("seasons need two full years: the series has {have} periods, and {need} are needed")]
    SeasonTooShort {
        /// How many periods there are.
        have: usize,
        /// How many are needed.
        need: usize,
    },
    /// The periods are too long for such seasons.
    #[error("the periods are too long to tell such seasons apart")]
    NoSeason,
    /// All values are the same.
    #[error("all values are the same: there is nothing to explain")]
    Flat,
    /// The values lie on the lines without any scatter, so nothing says how sure they are.
    #[error("the values lie exactly on the lines: nothing says how sure that is")]
    Exact,
    /// One part of the model is a combination of others.
    #[error("the parts of the model cannot be told apart in these periods")]
    Collinear,
    /// A value is no number.
    #[error("a value is no finite number")]
    NotFinite,
    /// The two series do not have the same periods.
    #[error("the two series do not have the same periods")]
    OtherPeriods,
    /// Nothing is left to compare with.
    #[error("the event touches everything, or what it does not touch has no values: nothing is left to compare with")]
    NoControl,
    /// The penalty is no number above zero.
    #[error("the penalty must be a number above zero")]
    Penalty,
}

impl Refused {
    /// The stable code from which the user's text is translated.
    pub fn code(&self) -> &'static str {
        match self {
            Refused::EventOutside => "event-outside",
            Refused::TooFewBefore { .. } => "too-few-before",
            Refused::TooFewAfter { .. } => "too-few-after",
            Refused::TooFew { .. } => "too-few",
            Refused::SeasonTooShort { .. } => "season-too-short",
            Refused::NoSeason => "season-none",
            Refused::Flat => "values-flat",
            Refused::Exact => "values-exact",
            Refused::Collinear => "design-collinear",
            Refused::NotFinite => "value-not-finite",
            Refused::OtherPeriods => "periods-other",
            Refused::NoControl => "control-none",
            Refused::Penalty => "penalty",
        }
    }
}
