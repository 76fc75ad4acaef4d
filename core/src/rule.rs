//! Who wants to say something in a dossier, and why it cannot be said now: the same for every kind of dossier.

use serde::Serialize;

use crate::dossier::{By, Moment, NodeId};

/// Why something cannot be said now. The words stand under the code in the texts of the pages, in every language; the
/// arguments fill them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{code}{}", args.iter().map(|(name, value)| format!(" {name}={value}")).collect::<String>())]
pub struct WhyNot {
    /// Stable code, one of [`CODES`].
    pub code: &'static str,
    /// Names and values for the words.
    pub args: Vec<(&'static str, String)>,
}

impl WhyNot {
    /// A reason without arguments.
    pub fn new(code: &'static str) -> WhyNot {
        debug_assert!(CODES.contains(&code), "{code} is not listed");
        WhyNot { code, args: Vec::new() }
    }

    /// Adds an argument.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> WhyNot {
        self.args.push((name, value.to_string()));
        self
    }

    /// The listed code that is spelt like this, for a code that was read from a log.
    pub fn known(code: &str) -> Option<WhyNot> {
        CODES.iter().find(|known| **known == code).map(|code| WhyNot::new(code))
    }
}

/// Every code of a [`WhyNot`]. A test of the pages checks that each has its words in every language.
pub const CODES: &[&str] = &[
    "ask-unreadable",
    "no-mechanism",
    "not-your-case",
    "not-now",
    "only-once-correction",
    "material-unknown",
    "materials-missing",
    "originals-not-seen",
    "material-not-there",
    "empty",
    "too-long",
    "reason-unknown",
    "right-missing-accept",
    "right-missing-notify",
    "right-missing-deliver",
    "right-missing-verify",
    "already-accepted",
    "correction-running",
    "correction-incomplete",
    "after-acceptance",
    "after-decision",
    "level-range",
    "already-rated",
    "mode-not-online",
    "pen-missing",
    "delivery-way",
    "opened-twice",
    "not-a-case",
    "number-taken",
    "offer-expired",
    "already-taken-back",
    "same-authority",
    "limit-range",
    "no-window",
    "right-missing-decide",
    "delegated-here",
    "pre-check-running",
    "part-unknown",
    "part-begun",
    "part-waits",
    "part-not-running",
    "parts-broken",
    "procedure-running",
    "no-procedure",
    "already-extended",
    "time-to-ask-runs",
    "paper-unknown",
    "paper-twice",
    "paper-not-there",
    "not-posted",
    "no-bad-rating",
    "term-runs",
    "fee-unknown",
    "fee-range",
    "not-yours-to-publish",
    "list-version",
    "list-unknown",
    "list-entry-too-long",
    "proposal-unknown",
    "proposal-runs",
    "proposal-over",
    "proposal-settled",
    "proposal-not-adopted",
    "proposal-term",
    "proposal-too-many",
    "not-asked",
    "law-key",
    "law-validity",
    "law-articles-overlap",
    "law-article-lost",
    "law-article-unknown",
    "conflict-about-nothing",
    "conflict-unknown",
    "conflict-closed",
    "conflict-day",
    "digest-not-over",
    "digest-told",
    "digest-order",
    "digest-part",
    "digest-row",
    "evidence-person",
    "evidence-control",
    "evidence-key",
    "evidence-key-taken",
    "evidence-day",
    "evidence-operations",
    "evidence-concept-unknown",
    "evidence-concept-used",
    "evidence-too-many",
    "evidence-full",
    "evidence-unknown",
    "evidence-withdrawn",
    "diagnosis-published",
    "diagnosis-names-others",
    "diagnosis-not-asserted",
    "diagnosis-narrowed",
];

/// The most characters of a text that someone writes into a dossier.
pub const NOTE_CHARS_MAX: usize = 1000;

/// Who wants to say something, from which node, with which pen move, when.
#[derive(Clone, Debug)]
pub struct Asks<'a> {
    /// Who.
    pub by: &'a By,
    /// The node that writes the entry.
    pub node: &'a NodeId,
    /// The pen move that stands in the entry.
    pub pen: Option<&'a NodeId>,
    /// When.
    pub at: Moment,
}

/// An entry that was stamped but breaks a rule: kept, shown, without effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MarkedEntry {
    /// Its number.
    pub seq: u32,
    /// Why it has no effect.
    pub why: WhyNot,
}
