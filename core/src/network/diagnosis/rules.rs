//! All rules and thresholds, in one place. A figure here is a decision, not a finding: who decides otherwise changes it
//! here, and nowhere else.

use serde::Serialize;

/// Share of false assertions among all that are made, over the whole list (Benjamini & Hochberg).
pub const FALSE_SHARE_MAX: f64 = 0.05;

/// A claim from fewer days than this is made from too little.
pub const DAYS_MIN: u32 = 180;

/// A hand-over without an answer counts as unanswered after so many days.
pub const UNANSWERED_DAYS: i32 = 30;

/// An objection counts as left standing after so many days.
pub const STANDING_DAYS: i32 = 180;

/// An item counts as used at a place from so many cases a year: below it stands what the paper calls single digits.
pub const USED_A_YEAR: f64 = 10.0;

/// Weeks before an event against which it is held, at most.
pub const WEEKS_BEFORE: usize = 26;

/// A tie counts for persistence if it had so many facts in the first half: rarer ones come and go by chance.
pub const TIE_FACTS_MIN: u32 = 6;

/// Names of all figures that claims have.
pub const FIGURES: [&str; 38] = [
    "odds-peers",
    "returned",
    "expected",
    "late-or-missing",
    "of-refusals",
    "refusals",
    "of-flow",
    "moves",
    "betweenness",
    "odds-beyond",
    "returned-beyond",
    "returned-within",
    "one-way",
    "firms-matters",
    "net",
    "outside-agreements",
    "ties-lapsed",
    "left",
    "left-of-all",
    "weeks",
    "rated-badly",
    "odds-later",
    "hear-applicants",
    "advised",
    "advised-count",
    "governments",
    "odds-late",
    "late-users",
    "late-others",
    "authorities",
    "corrections-apart",
    "corrections-low",
    "corrections-high",
    "a-year",
    "a-year-usual",
    "handed",
    "objections",
    "days-standing",
];

/// Names of all that claims can lack.
pub const NEEDS: [&str; 22] = [
    "days",
    "peers",
    "refusals",
    "authorities",
    "authorities-items",
    "items-compared",
    "months-pair",
    "hand-overs-side",
    "offices-both",
    "firms-matters-pair",
    "agreements",
    "hand-overs-between",
    "pairs",
    "items-open",
    "events",
    "weeks",
    "ratings",
    "rated",
    "professional",
    "governments",
    "authorities-producer",
    "objections",
];

/// A diagnosis: the paper's words, and when it is asserted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rule {
    /// Its name in texts and data.
    pub key: &'static str,
    /// The paper's words.
    pub words: &'static str,
    /// The lines of the paper where they stand.
    pub lines: &'static str,
    /// How many facts there must be to judge one claim.
    pub facts_min: u32,
    /// How many parties (peers, clusters, weeks) there must be to judge it.
    pub parties_min: u32,
    /// Beyond which figure it is asserted, if it is also no chance.
    pub threshold: f64,
    /// Beyond which second figure: a difference in percentage points, or a share.
    pub also: f64,
}

/// All of them, in the order in which they are told.
pub const RULES: [Rule; 15] = [
    // Threshold: odds over those of peers; also: percentage points above what peers have with the same items.
    Rule {
        key: "returns",
        words: "各自为政的府际网络",
        lines: "687",
        facts_min: 50,
        parties_min: 5,
        threshold: 2.0,
        also: 0.1,
    },
    // Threshold: share of refusals with a coded reason.
    Rule {
        key: "barrier",
        words: "“行政壁垒”“户籍壁垒”“技术壁垒”",
        lines: "1189–1191",
        facts_min: 60,
        parties_min: 6,
        threshold: 0.5,
        also: 0.0,
    },
    // As `returns`, of answers that are late or missing.
    Rule {
        key: "stalling",
        words: "沟通、合作或拖延",
        lines: "568",
        facts_min: 50,
        parties_min: 5,
        threshold: 2.0,
        also: 0.15,
    },
    // Threshold: share of what goes between two provinces.
    Rule {
        key: "broker",
        words: "多边经纪角色",
        lines: "133–137",
        facts_min: 80,
        parties_min: 6,
        threshold: 0.75,
        also: 0.0,
    },
    // Threshold: odds of being returned beyond the border over those within.
    Rule {
        key: "borders",
        words: "属地化管理下行政边界的刚性制约",
        lines: "486",
        facts_min: 200,
        parties_min: 6,
        threshold: 1.5,
        also: 0.0,
    },
    // The same of lines of work.
    Rule {
        key: "lines", words: "条块分割", lines: "474", facts_min: 200, parties_min: 6, threshold: 1.5, also: 0.0
    },
    // Threshold: share of firms' matters between two provinces that goes one way.
    Rule {
        key: "siphon", words: "虹吸效应", lines: "709", facts_min: 80, parties_min: 4, threshold: 0.75, also: 0.0
    },
    // Threshold: share of hand-overs between provinces outside every agreement; also: share of ties that last, at most.
    Rule {
        key: "agreements",
        words: "网络制度化程度弱",
        lines: "570",
        facts_min: 200,
        parties_min: 4,
        threshold: 0.5,
        also: 0.5,
    },
    // Threshold: what is left of hand-overs, of what others would have one expect, at most. Parties are weeks.
    Rule {
        key: "event",
        words: "处于停滞状态",
        lines: "921–923",
        facts_min: 100,
        parties_min: 4,
        threshold: 0.5,
        also: 0.0,
    },
    // Threshold: share of ratings that are bad; also: odds later over odds before from which it counts as unchanged.
    Rule {
        key: "voice",
        words: "府际网络与议题网络之间却缺乏互动",
        lines: "879",
        facts_min: 200,
        parties_min: 6,
        threshold: 0.2,
        also: 2.0 / 3.0,
    },
    // Threshold: share of governments at work that ever dealt with the professional network, at most.
    Rule {
        key: "advice",
        words: "专业网络的参与度不高",
        lines: "858–861",
        facts_min: 20,
        parties_min: 20,
        threshold: 0.2,
        also: 0.0,
    },
    // Threshold: odds of late delivery of those who depend on one producer over those of others; also: share by which one
    // depends on it.
    Rule {
        key: "producer",
        words: "引发了技术的兼容性问题",
        lines: "806–808",
        facts_min: 20,
        parties_min: 4,
        threshold: 2.0,
        also: 0.5,
    },
    // Threshold: by how many percentage points authorities differ in one item beyond what they differ in others.
    Rule {
        key: "standards",
        words: "政务服务标准不统一",
        lines: "987",
        facts_min: 20,
        parties_min: 6,
        threshold: 0.2,
        also: 0.0,
    },
    // Threshold: cases a year, fewer than; also: how many an item there has in the middle of all that are open.
    Rule {
        key: "unused",
        words: "全年窗口办件量仅为个位数",
        lines: "1195",
        facts_min: 1,
        parties_min: 4,
        threshold: USED_A_YEAR,
        also: 50.0,
    },
    // Threshold: objections left standing, at least. It is what the record says: nothing is estimated.
    Rule {
        key: "law",
        words: "与已有部门法律相冲突",
        lines: "508",
        facts_min: 1,
        parties_min: 1,
        threshold: 1.0,
        also: 0.0,
    },
];
