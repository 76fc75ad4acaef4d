//! Time limits as the law and the practice of relay give them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// In what days a [`Limit`] is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 工作日: days that are worked, without weekends and statutory holidays (行政许可法 art. 82).
    Working,
    /// 自然日: every day; when the last is a day of rest, the next working day takes its place (民法典 art. 203).
    Calendar,
}

/// A number of days within which something is to be done.
///
/// The limits of the Administrative Licensing Law are in working days: art. 82 counts them so and excludes statutory
/// holidays. The day of the event is not counted (民法典 art. 201): five days from a Monday end on the next Monday.
/// Time that does not count at all (hearings, inspection, expert review: 行政许可法 art. 45) is not in here.
///
/// In serde: `{"days":20,"unit":"working"}`.
///
/// ```
/// use tongban_core::time::{Limit, Unit};
///
/// assert_eq!(Limit::DECISION, Limit { days: 20, unit: Unit::Working });
/// assert_eq!(Limit::working(20), Limit::DECISION);
/// assert!(Limit::AT_ONCE.is_at_once());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Limit {
    /// How many; 0 is 即办, on the same day.
    pub days: u16,
    /// Of which days.
    pub unit: Unit,
}

impl Limit {
    /// 即办: done on the day itself.
    pub const AT_ONCE: Limit = Limit::working(0);

    /// To say, once and in full, what is missing from the material (行政许可法 art. 32). Whoever does not say it in
    /// time has accepted the case on the day the material came.
    pub const CORRECTION_NOTICE: Limit = Limit::working(5);

    /// To decide, from acceptance (行政许可法 art. 42).
    pub const DECISION: Limit = Limit::working(20);

    /// What the head of the authority may add to [`Limit::DECISION`] with notice to the applicant (行政许可法 art. 42).
    pub const DECISION_EXTENSION: Limit = Limit::working(10);

    /// To decide when several authorities handle it together (行政许可法 art. 42).
    pub const JOINT_DECISION: Limit = Limit::working(45);

    /// What the head of the government may add to [`Limit::JOINT_DECISION`] (行政许可法 art. 42).
    pub const JOINT_DECISION_EXTENSION: Limit = Limit::working(15);

    /// To issue and deliver, from the decision (行政许可法 art. 44).
    pub const DELIVERY: Limit = Limit::working(10);

    /// To call back after a bad rating, and to mend what can be mended. Practice: “15 个工作日内整改到位” (a city of 四川, 2020).
    pub const CALL_BACK: Limit = Limit::working(15);

    /// For the receiving window to check the material and push it on. Practice, not law: 内蒙古 2023, within a
    /// province. The same holds for the other relay limits; an agreement may set its own.
    pub const RELAY_PUSH: Limit = Limit::working(1);

    /// For the receiving window to post paper that must be kept (内蒙古 2023).
    pub const RELAY_POST: Limit = Limit::working(2);

    /// For the handling window to check again and pass it to the deciding authority (内蒙古 2023).
    pub const RELAY_RECHECK: Limit = Limit::working(1);

    /// To post the result (内蒙古 2023).
    pub const RELAY_RESULT: Limit = Limit::working(1);

    /// A limit in working days.
    pub const fn working(days: u16) -> Limit {
        Limit { days, unit: Unit::Working }
    }

    /// A limit in calendar days.
    pub const fn calendar(days: u16) -> Limit {
        Limit { days, unit: Unit::Calendar }
    }

    /// Whether it is 即办: due on the day of the event.
    pub const fn is_at_once(self) -> bool {
        self.days == 0
    }
}

impl fmt::Display for Limit {
    /// Short English for logs, such as `20 working days`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Working => "working",
            Unit::Calendar => "calendar",
        };
        write!(f, "{} {unit} day{}", self.days, if self.days == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serde_shape() {
        let json = r#"{"days":5,"unit":"working"}"#;
        assert_eq!(serde_json::to_string(&Limit::CORRECTION_NOTICE).unwrap(), json);
        assert_eq!(serde_json::from_str::<Limit>(json).unwrap(), Limit::CORRECTION_NOTICE);
        assert_eq!(serde_json::to_string(&Limit::calendar(30)).unwrap(), r#"{"days":30,"unit":"calendar"}"#);
    }

    #[test]
    fn display() {
        assert_eq!(Limit::RELAY_PUSH.to_string(), "1 working day");
        assert_eq!(Limit::calendar(30).to_string(), "30 calendar days");
    }
}
