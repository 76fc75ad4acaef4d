//! Working days and legal time limits, each day with its source.
//!
//! The type to know is [`Deadline`]: the last day of a limit, with the steps that lead to it, so that a person can
//! count along.
//!
//! ```
//! use jiff::civil::date;
//! use tongban_core::time::{Calendar, Limit, deadline};
//!
//! // Accepted on the Friday before the National Day of 2024: the 29th is a Sunday that is worked, 1–7 October are off.
//! let calendar = Calendar::national();
//! let decision = deadline(date(2024, 9, 27), Limit::DECISION, calendar);
//! assert_eq!(decision.due, date(2024, 10, 30));
//! assert!(!decision.is_provisional());
//! assert_eq!(decision.left(date(2024, 10, 29), calendar), 1);
//! ```
//!
//! *Architecture invariants.* There is no clock: every function takes the days it speaks about, so each node computes
//! the same deadline from the same log. A calendar never guesses silently: a day in a year whose notice is not
//! published is [`DayKind::Presumed`], and a deadline that needs one is provisional (暂估).

mod calendar;
mod deadline;
mod limit;

pub use calendar::{Calendar, CalendarError, Day, DayKind, Notice};
pub use deadline::{Deadline, Step, StepKind, Uncounted, deadline, deadline_without};
pub use limit::{Limit, Unit};
