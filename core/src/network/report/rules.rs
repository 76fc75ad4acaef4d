//! The rules by which figures become labels, as data, with every threshold.

use serde::Serialize;

/// Members of a network whose facts are enough to be called so.
pub const MEMBERS_MIN: usize = 1;
/// Facts of a network in each half of the period, below which nothing is said of who stays.
pub const HALF_FACTS_MIN: usize = 10;
/// Members in either half, below which nothing is said of who stays.
pub const STAYING_MEMBERS_MIN: usize = 3;
/// Arcs below which nothing is said of how they run.
pub const ARCS_MIN: usize = 10;
/// Jaccard index from which little changes (Snijders et al. 2010).
pub const JACCARD_HIGH: f64 = 0.6;
/// Jaccard index from which a network does not change too fast to be compared (Snijders et al. 2010).
pub const JACCARD_LOW: f64 = 0.3;
/// Share of members in both halves from which the scope is fixed.
pub const RANGE_FIXED: f64 = 0.8;
/// Share of members in both halves from which part of them comes and goes.
pub const RANGE_PARTLY: f64 = 0.5;
/// Members, applicants counted one by one, from which they are many.
pub const SIZE_LARGE: f64 = 100.0;
/// Share of answered arcs from which members depend on each other.
pub const MUTUAL_ARCS: f64 = 0.5;
/// Share of answered arcs below which they depend one way.
pub const ONE_WAY_ARCS: f64 = 0.2;
/// Share of vertical arcs from which a network is both vertical and horizontal.
pub const VERTICAL_SOME: f64 = 0.1;
/// Share of vertical arcs from which it is vertical.
pub const VERTICAL_MOST: f64 = 0.9;
/// Statements below which nothing is said of what is meant.
pub const STATEMENTS_MIN: usize = 10;
/// Share of statements on the greater side of their concept from which a goal is shared.
pub const GOAL_SHARED: f64 = 0.9;
/// The same from which it is shared in part.
pub const GOAL_PARTLY: f64 = 0.7;
/// Listed openings (item and pair of provinces) below which nothing is said of how far a policy has come.
pub const OPENINGS_MIN: usize = 5;
/// Share of listed openings that are open from which most can be done.
pub const RESULT_MOST: f64 = 0.9;
/// Facts below which nothing is said of their kinds.
pub const FACTS_MIN: usize = 20;
/// Share of facts from which a kind of them is named.
pub const KIND_SHARE: f64 = 0.05;
/// Share of cross-province work under agreements from which it is institutionalised.
pub const COVERED_STRONG: f64 = 0.8;
/// The same from which it is so in part.
pub const COVERED_PARTLY: f64 = 0.5;
/// Acts of a network below which nothing is said of its strategy.
pub const ACTS_MIN: usize = 10;
/// Share of its acts from which a strategy is named.
pub const STRATEGY_SHARE: f64 = 0.1;
/// Members below which nothing is said of how a network falls apart.
pub const FRAGMENT_MEMBERS_MIN: usize = 4;
/// Share of pairs without a path from which relations are fragmented.
pub const FRAGMENTED: f64 = 0.5;
/// Cases from which an item between two provinces is known to be possible without being listed.
pub const CAN_CASES_MIN: usize = 1;
/// Cases below which nothing is said of whether it goes easily.
pub const EASY_CASES_MIN: usize = 20;
/// Ratings below which their mean is not judged.
pub const RATINGS_MIN: usize = 10;
/// Hours to the decision, in the median, from which it takes long: five days.
pub const EASY_HOURS: f64 = 120.0;
/// Corrections per case from which there are many.
pub const EASY_CORRECTIONS: f64 = 0.1;
/// Returns per case from which there are many.
pub const EASY_RETURNS: f64 = 0.05;
/// Share of late decisions from which there are many.
pub const EASY_LATE: f64 = 0.05;
/// Visits that the way of handling needs at least, from which they are too many.
pub const EASY_VISITS: f64 = 2.0;
/// Mean level of ratings (1 best, 5 worst) from which people are less than satisfied.
pub const EASY_RATING: f64 = 2.5;
/// Facts with a time in each half of the period, below which no trend is told.
pub const TREND_FACTS_MIN: usize = 5;
/// Whole months with both figures, below which nothing is said of which goes with which.
pub const MONTHS_MIN: usize = 12;
/// The greatest lag that is looked at, in months.
pub const LAG_MAX: usize = 6;

/// A label, and the least figure to which it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Step {
    /// From this figure on, up to the next step.
    pub from: f64,
    /// What it is called.
    pub label: &'static str,
}

/// What has to be there before a rule says anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Need {
    /// What is counted.
    pub of: &'static str,
    /// How many at least.
    pub least: usize,
}

/// How a figure becomes a label.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rule {
    /// Its name.
    pub key: &'static str,
    /// The figure that it reads.
    pub measure: &'static str,
    /// Labels with their thresholds, ascending; below the first there is no label.
    pub threshold: &'static [Step],
    /// What has to be there.
    pub needs: &'static [Need],
    /// Why the thresholds lie where they lie: a key of the texts.
    pub why: &'static str,
    /// Where they are from; empty if this report sets them.
    pub source: &'static str,
}

/// What a rule says of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Say {
    /// A label.
    Label {
        /// By which rule.
        rule: &'static str,
        /// What it is called.
        label: &'static str,
        /// The figure.
        value: f64,
    },
    /// Below the first threshold: nothing to name.
    Below {
        /// By which rule.
        rule: &'static str,
        /// The figure.
        value: f64,
    },
    /// 证据不足.
    TooLittle {
        /// By which rule.
        rule: &'static str,
        /// Of what.
        of: &'static str,
        /// How many are needed.
        need: usize,
        /// How many there are.
        have: usize,
    },
    /// There is nothing that the figure could be taken of.
    Undefined {
        /// By which rule.
        rule: &'static str,
    },
}

impl Rule {
    /// What it says of a figure, given how much there is of each of its needs.
    pub fn judge(&self, value: Option<f64>, have: &[usize]) -> Say {
        let rule = self.key;
        for (need, have) in self.needs.iter().zip(have) {
            if *have < need.least {
                return Say::TooLittle { rule, of: need.of, need: need.least, have: *have };
            }
        }
        let Some(value) = value else { return Say::Undefined { rule } };
        match self.threshold.iter().rev().find(|step| value >= step.from) {
            Some(step) => Say::Label { rule, label: step.label, value },
            None => Say::Below { rule, value },
        }
    }
}

const fn step(from: f64, label: &'static str) -> Step {
    Step { from, label }
}

const fn need(of: &'static str, least: usize) -> Need {
    Need { of, least }
}

const STAYING: &[Need] = &[need("half-facts", HALF_FACTS_MIN), need("either-members", STAYING_MEMBERS_MIN)];
const FACTS: &[Need] = &[need("facts", FACTS_MIN)];
const ACTS: &[Need] = &[need("acts", ACTS_MIN)];
const CASES: &[Need] = &[need("cases", EASY_CASES_MIN)];
const ARCS: &[Need] = &[need("arcs", ARCS_MIN)];

/// The rules, named where they are used.
macro_rules! rules {
    ($($name:ident = $key:literal, $measure:literal, $needs:expr, $why:literal, $source:literal, [$($from:expr => $label:literal),+];)+) => {
        $(
            #[doc = concat!("Reads `", $measure, "`.")]
            pub const $name: Rule = Rule {
                key: $key,
                measure: $measure,
                threshold: &[$(step($from, $label)),+],
                needs: $needs,
                why: $why,
                source: $source,
            };
        )+
        /// All of them, in the order of the report.
        pub const RULES: &[Rule] = &[$($name),+];
    };
}

rules! {
    MEMBERS = "members", "members", &[need("members", MEMBERS_MIN)], "named", "",
        [1.0 => "members-there"];
    STABILITY = "stability", "jaccard-members", STAYING, "waves", "Snijders, van de Bunt & Steglich 2010",
        [0.0 => "stability-low", JACCARD_LOW => "stability-medium", JACCARD_HIGH => "stability-high"];
    RANGE = "range", "kept-of-larger", STAYING, "table1", "",
        [0.0 => "range-open", RANGE_PARTLY => "range-partly", RANGE_FIXED => "range-fixed"];
    SIZE = "size", "heads", &[need("members", MEMBERS_MIN)], "table1", "",
        [0.0 => "size-limited", SIZE_LARGE => "size-large"];
    DEPENDENCE = "dependence", "reciprocity", ARCS, "table1", "",
        [0.0 => "dependence-one-way", ONE_WAY_ARCS => "dependence-partly", MUTUAL_ARCS => "dependence-mutual"];
    DIRECTION = "direction", "vertical-share", &[need("directed-arcs", ARCS_MIN)], "vertical", "Rhodes & Marsh 1992",
        [0.0 => "direction-horizontal", VERTICAL_SOME => "direction-both", VERTICAL_MOST => "direction-vertical"];
    GOAL = "goal", "greater-side", &[need("statements", STATEMENTS_MIN)], "goal", "",
        [0.0 => "goal-divided", GOAL_PARTLY => "goal-partly", GOAL_SHARED => "goal-shared"];
    RESULT = "result", "open-share", &[need("openings", OPENINGS_MIN)], "result", "",
        [0.0 => "result-begun", RESULT_MOST => "result-most"];
    FUNCTION_COMMUNICATION = "function-communication", "communication", FACTS, "kind", "",
        [KIND_SHARE => "communication"];
    FUNCTION_COOPERATION = "function-cooperation", "cooperation", FACTS, "kind", "",
        [KIND_SHARE => "cooperation"];
    FUNCTION_DELAY = "function-delay", "delay", FACTS, "kind", "",
        [KIND_SHARE => "delay"];
    INSTITUTION_TIES = "institution-ties", "jaccard-ties", &[need("half-facts", HALF_FACTS_MIN)], "waves",
        "Snijders, van de Bunt & Steglich 2010",
        [0.0 => "institution-weak", JACCARD_LOW => "institution-medium", JACCARD_HIGH => "institution-strong"];
    INSTITUTION_AGREEMENTS = "institution-agreements", "covered", &[need("crossing", FACTS_MIN)], "covered", "",
        [0.0 => "uncovered", COVERED_PARTLY => "covered-partly", COVERED_STRONG => "covered"];
    STRATEGY_PROMOTE = "strategy-promote", "promote", ACTS, "strategy", "", [STRATEGY_SHARE => "promote"];
    STRATEGY_RESPOND = "strategy-respond", "respond", ACTS, "strategy", "", [STRATEGY_SHARE => "respond"];
    STRATEGY_COOPERATE = "strategy-cooperate", "cooperate", ACTS, "strategy", "", [STRATEGY_SHARE => "cooperate"];
    STRATEGY_DIVERGE = "strategy-diverge", "diverge", ACTS, "strategy", "", [STRATEGY_SHARE => "diverge"];
    STRATEGY_ADVISE = "strategy-advise", "advise", ACTS, "strategy", "", [STRATEGY_SHARE => "advise"];
    STRATEGY_RESIST = "strategy-resist", "resist", ACTS, "strategy", "", [STRATEGY_SHARE => "resist"];
    STRATEGY_ASK = "strategy-ask", "ask", ACTS, "strategy", "", [STRATEGY_SHARE => "ask"];
    STRATEGY_FRAGMENT = "strategy-fragment", "fragmentation", &[need("members", FRAGMENT_MEMBERS_MIN)], "fragment",
        "Borgatti 2006", [FRAGMENTED => "fragment"];
    CONTENT_POWER = "content-power", "power", FACTS, "kind", "", [KIND_SHARE => "power"];
    CONTENT_VALUE = "content-value", "value", FACTS, "kind", "", [KIND_SHARE => "value"];
    CONTENT_RESOURCE = "content-resource", "resource", FACTS, "kind", "", [KIND_SHARE => "resource"];
    CONTENT_INTEREST = "content-interest", "interest", FACTS, "kind", "", [KIND_SHARE => "interest"];
    POWER_VERTICAL = "power-vertical", "vertical-all", ARCS, "kind", "", [KIND_SHARE => "superior"];
    POWER_WITHIN = "power-within", "within-all", ARCS, "kind", "", [KIND_SHARE => "peers"];
    POWER_ACROSS = "power-across", "across-all", ARCS, "kind", "", [KIND_SHARE => "partners"];
    POWER_SERVICE = "power-service", "service-all", ARCS, "kind", "", [KIND_SHARE => "suppliers"];
    EASY_BY_HOURS = "easy-hours", "hours-median", CASES, "easy", "", [0.0 => "holds", EASY_HOURS => "fails"];
    EASY_BY_CORRECTIONS = "easy-corrections", "corrections-per-case", CASES, "easy", "",
        [0.0 => "holds", EASY_CORRECTIONS => "fails"];
    EASY_BY_RETURNS = "easy-returns", "returns-per-case", CASES, "easy", "", [0.0 => "holds", EASY_RETURNS => "fails"];
    EASY_BY_LATE = "easy-late", "share-late", CASES, "easy", "", [0.0 => "holds", EASY_LATE => "fails"];
    EASY_BY_VISITS = "easy-visits", "visits-least", &[], "easy-visits", "", [0.0 => "holds", EASY_VISITS => "fails"];
    EASY_BY_RATING = "easy-rating", "rating-mean", &[need("ratings", RATINGS_MIN)], "easy-rating", "",
        [0.0 => "holds", EASY_RATING => "fails"];
    CAN = "can", "can-cases", &[need("can-cases", CAN_CASES_MIN)], "can", "", [1.0 => "can"];
    EASY = "easy", "criteria-held", CASES, "easy-all", "", [0.0 => "not-easy", 1.0 => "easy"];
}
