//! Coded reasons for returning or refusing, each with the barrier it stands for (row M1 of the mission).

use serde::{Deserialize, Serialize};

/// The paper's classes of barrier between places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Barrier {
    /// 行政.
    Administrative,
    /// 户籍.
    Household,
    /// 技术.
    Technical,
    /// 材料.
    Material,
    /// 其他.
    Other,
}

impl Barrier {
    /// The word used in texts and data.
    pub fn name(self) -> &'static str {
        match self {
            Barrier::Administrative => "administrative",
            Barrier::Household => "household",
            Barrier::Technical => "technical",
            Barrier::Material => "material",
            Barrier::Other => "other",
        }
    }
}

/// A reason. Its words, and what to do about it, stand under its code in the texts of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Stable code.
    pub code: &'static str,
    /// The barrier it stands for.
    pub barrier: Barrier,
}

const fn because(code: &'static str, barrier: Barrier) -> Reason {
    Reason { code, barrier }
}

/// All reasons, in the order in which an officer chooses.
pub const REASONS: &[Reason] = &[
    because("material-missing", Barrier::Material),
    because("material-unclear", Barrier::Material),
    because("material-expired", Barrier::Material),
    because("material-mismatch", Barrier::Material),
    because("original-not-seen", Barrier::Material),
    because("form-outdated", Barrier::Material),
    because("wrong-authority", Barrier::Administrative),
    because("item-suspended", Barrier::Administrative),
    because("subject-not-eligible", Barrier::Administrative),
    because("condition-not-met", Barrier::Administrative),
    because("mechanism-not-recognised", Barrier::Administrative),
    because("household-elsewhere", Barrier::Household),
    because("household-mismatch", Barrier::Household),
    because("residence-required", Barrier::Household),
    because("file-unreadable", Barrier::Technical),
    because("data-mismatch", Barrier::Technical),
    because("system-unavailable", Barrier::Technical),
    because("duplicate-case", Barrier::Other),
    because("applicant-gone", Barrier::Other),
    because("item-abolished", Barrier::Administrative),
    because("applicant-asked", Barrier::Other),
    because("taken-back", Barrier::Other),
];

/// The code with which a node sends back by itself what the receiving place took back.
pub const TAKEN_BACK: &str = "taken-back";

/// The reason with this code.
pub fn reason(code: &str) -> Option<&'static Reason> {
    REASONS.iter().find(|reason| reason.code == code)
}
