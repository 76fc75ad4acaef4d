//! From a day and a limit to the last day, with the way there.

use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;

use super::{Calendar, DayKind, Limit, Unit};

/// The last day on which something is in time, and how it was counted.
///
/// Pure: the same start, limit and calendar always give the same value, on every node.
///
/// ```
/// use jiff::civil::date;
/// use tongban_core::time::{Calendar, Limit, StepKind, deadline};
///
/// // Two working days from a Friday.
/// let posted = deadline(date(2024, 3, 1), Limit::RELAY_POST, Calendar::national());
/// assert_eq!(posted.due, date(2024, 3, 5));
/// let kinds: Vec<&StepKind> = posted.steps.iter().map(|step| &step.what).collect();
/// let counted = StepKind::Counted { first: 1, last: 2, worked_weekend: None, presumed: false };
/// assert_eq!(kinds, [&StepKind::Start, &StepKind::Weekend, &counted]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deadline {
    /// The day of the event, not counted (民法典 art. 201).
    pub start: Date,
    /// The last day in time.
    pub due: Date,
    /// The limit that was counted.
    pub limit: Limit,
    /// The first year whose notice would be needed and is not in the calendar; then this is provisional (暂估).
    pub awaited: Option<i16>,
    /// The way from `start` to `due`: every day in exactly one step, in order.
    pub steps: Vec<Step>,
}

/// Consecutive days that were treated alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The first day.
    pub from: Date,
    /// The last day, included; may be the first.
    pub to: Date,
    /// How they were treated.
    pub what: StepKind,
}

/// How the days of a [`Step`] were treated. In serde tagged by `kind`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StepKind {
    /// The day of the event, not counted (民法典 art. 201).
    Start,
    /// Counted days of the limit.
    Counted {
        /// Which day of the limit the first one is; 1 is the first day.
        first: u16,
        /// Which day of the limit the last one is.
        last: u16,
        /// Why a weekend is counted among working days (调休), such as `国庆节调休`.
        worked_weekend: Option<Arc<str>>,
        /// Counted as a working day only because the year's notice is not published.
        presumed: bool,
    },
    /// Saturdays and Sundays, not counted; for a limit in calendar days: the last day fell here, so it moves.
    Weekend,
    /// Days off by a notice, not counted; for a limit in calendar days: the last day fell here, so it moves.
    Holiday {
        /// Of the holiday, such as `国庆节`.
        name: Arc<str>,
        /// Of the notice (文号).
        number: Arc<str>,
    },
    /// The working day that takes the place of a last day at rest (民法典 art. 203).
    MovedTo,
    /// Days of a procedure whose time does not count (行政许可法 art. 45).
    Paused,
}

/// A procedure whose time does not count: the days after `from` until `to`, which is included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Uncounted {
    /// The day on which it began, which counts.
    pub from: Date,
    /// The day on which it ended.
    pub to: Date,
}

impl Uncounted {
    fn covers(&self, day: Date) -> bool {
        self.from < day && day <= self.to
    }
}

impl Deadline {
    /// Whether a notice that is not published yet may still move it (暂估).
    pub fn is_provisional(&self) -> bool {
        self.awaited.is_some()
    }

    /// Working days left after `today`, whatever the unit of the limit; 0 on the last day, and on days of rest from
    /// which no working day is left. Negative when late: the working days since `due`, at least −1 as soon as it is
    /// past, so that a case that ran out on Friday does not look in time on Saturday.
    pub fn left(&self, today: Date, calendar: &Calendar) -> i64 {
        if today <= self.due {
            working_days(today, self.due, calendar)
        } else {
            -working_days(self.due, today, calendar).max(1)
        }
    }

    /// Whether `today` is after the last day.
    pub fn is_late(&self, today: Date) -> bool {
        self.due < today
    }
}

/// Working days in (`after`, `until`].
fn working_days(after: Date, until: Date, calendar: &Calendar) -> i64 {
    let mut count = 0;
    let mut day = after;
    while day < until {
        day = next(day);
        count += i64::from(calendar.is_working(day));
    }
    count
}

/// The next day. Years end at 9999 for jiff and for ISO 8601; staying there ends every loop of this file because each
/// is bounded by a day or by [`Date::MAX`] too.
fn next(day: Date) -> Date {
    day.tomorrow().unwrap_or(Date::MAX)
}

/// Counts a limit from the day of the event.
///
/// The day of the event is never counted (民法典 art. 201). Working days: the limit ends on its last working day
/// (行政许可法 art. 82). Calendar days: when the last is a day of rest, the next working day takes its place (民法典
/// art. 203). A limit of 0 days (即办) is due on the day of the event, whatever day that is. A deadline is never later
/// than 9999-12-31.
///
/// A deadline is provisional only when a day that decides it is presumed: for working days every day on the way, for
/// calendar days the last one and those it moves over.
pub fn deadline(start: Date, limit: Limit, calendar: &Calendar) -> Deadline {
    deadline_without(start, limit, &[], calendar)
}

/// The same, leaving out the days of procedures that do not count.
pub fn deadline_without(start: Date, limit: Limit, uncounted: &[Uncounted], calendar: &Calendar) -> Deadline {
    let mut way = Way { day: start, awaited: None, steps: Vec::new(), uncounted };
    way.push(StepKind::Start);
    if !limit.is_at_once() {
        match limit.unit {
            Unit::Working => way.count_working(limit.days, calendar),
            Unit::Calendar => way.count_all(limit.days, calendar),
        }
    }
    Deadline { start, due: way.day, limit, awaited: way.awaited, steps: way.steps }
}

/// A deadline in the making: `day` is the last one that has its step.
struct Way<'a> {
    day: Date,
    awaited: Option<i16>,
    steps: Vec<Step>,
    uncounted: &'a [Uncounted],
}

impl Way<'_> {
    fn count_working(&mut self, days: u16, calendar: &Calendar) {
        let mut counted = 0;
        while counted < days && self.day < Date::MAX {
            self.step_on();
            let kind = self.look(calendar);
            counted += u16::from(kind.is_none());
            self.push(kind.unwrap_or_else(|| self.counted(counted, calendar)));
        }
    }

    fn count_all(&mut self, days: u16, calendar: &Calendar) {
        for counted in 1..days {
            if self.day < Date::MAX {
                self.step_on();
                self.push(StepKind::counted_day(counted, None, false));
            }
        }
        if self.day == Date::MAX {
            return;
        }
        self.step_on();
        let mut rested = false;
        while let Some(rest) = self.look(calendar) {
            rested = true;
            self.push(rest);
            if self.day == Date::MAX {
                return;
            }
            self.day = next(self.day);
        }
        if rested {
            self.push(StepKind::MovedTo);
        } else {
            let presumed = matches!(calendar.day(self.day).kind, DayKind::Presumed { .. });
            self.push(StepKind::counted_day(days, None, presumed));
        }
    }

    /// On to the next day that is not left out.
    fn step_on(&mut self) {
        self.day = next(self.day);
        while self.day < Date::MAX && self.uncounted.iter().any(|one| one.covers(self.day)) {
            self.push(StepKind::Paused);
            self.day = next(self.day);
        }
    }

    /// How the day is at rest, or `None` for a working day; notes the year when it is presumed.
    fn look(&mut self, calendar: &Calendar) -> Option<StepKind> {
        let day = calendar.day(self.day);
        match day.kind {
            DayKind::Working | DayKind::WorkedWeekend(_) => None,
            DayKind::Weekend => Some(StepKind::Weekend),
            DayKind::Holiday(name) => Some(StepKind::Holiday { name, number: day.source.unwrap_or_default() }),
            DayKind::Presumed { working } => {
                self.awaited.get_or_insert(self.day.year());
                (!working).then_some(StepKind::Weekend)
            }
        }
    }

    /// The step of a working day that is the `number`-th.
    fn counted(&self, number: u16, calendar: &Calendar) -> StepKind {
        match calendar.day(self.day).kind {
            DayKind::WorkedWeekend(name) => StepKind::counted_day(number, Some(name), false),
            DayKind::Presumed { .. } => StepKind::counted_day(number, None, true),
            _ => StepKind::counted_day(number, None, false),
        }
    }

    /// Adds `self.day`, to the last step if that is of the same kind.
    fn push(&mut self, what: StepKind) {
        if let Some(step) = self.steps.last_mut()
            && step.what.take_in(&what)
        {
            step.to = self.day;
        } else {
            self.steps.push(Step { from: self.day, to: self.day, what });
        }
    }
}

impl StepKind {
    fn counted_day(number: u16, worked_weekend: Option<Arc<str>>, presumed: bool) -> StepKind {
        StepKind::Counted { first: number, last: number, worked_weekend, presumed }
    }

    /// Whether the next day belongs to the same step; if so it is counted in.
    fn take_in(&mut self, next: &StepKind) -> bool {
        match (self, next) {
            (
                StepKind::Counted { last, worked_weekend, presumed, .. },
                StepKind::Counted { last: next_last, worked_weekend: next_worked, presumed: next_presumed, .. },
            ) => {
                let alike = worked_weekend == next_worked && presumed == next_presumed;
                if alike {
                    *last = *next_last;
                }
                alike
            }
            (this, next) => this == next,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    /// The national calendar up to 2026, whatever years come later.
    fn until_2026() -> &'static Calendar {
        let calendar = Calendar::national();
        assert_eq!(calendar.last_published(), 2026, "write the tests of unpublished years anew");
        calendar
    }

    fn step(from: Date, to: Date, what: StepKind) -> Step {
        Step { from, to, what }
    }

    fn counted(first: u16, last: u16) -> StepKind {
        StepKind::Counted { first, last, worked_weekend: None, presumed: false }
    }

    #[test]
    fn twenty_days_into_an_unpublished_year_are_provisional() {
        let decision = deadline(date(2026, 12, 25), Limit::DECISION, until_2026());
        assert!(decision.is_provisional());
        assert_eq!(decision.awaited, Some(2027));
        // 28–31 December are days 1–4; from Friday 1 January 2027 on weekdays only: 5, then 6–10, 11–15, 16–20.
        assert_eq!(decision.due, date(2027, 1, 22));
        assert_eq!(decision.steps[2], step(date(2026, 12, 28), date(2026, 12, 31), counted(1, 4)));
        let presumed = StepKind::Counted { first: 5, last: 5, worked_weekend: None, presumed: true };
        assert_eq!(decision.steps[3], step(date(2027, 1, 1), date(2027, 1, 1), presumed));
    }

    #[test]
    fn a_published_year_ends_the_provision() {
        let json = r#"{"year":2027,"document":"","number":"1号","sure":"","holidays":[{"date":"2027-01-01","name":"元旦"}],
            "working_weekends":[]}"#;
        let calendar = until_2026().with_year(json).unwrap();
        let decision = deadline(date(2026, 12, 25), Limit::DECISION, &calendar);
        assert_eq!((decision.awaited, decision.due), (None, date(2027, 1, 25)));
    }

    #[test]
    fn the_national_day_of_2024_by_hand() {
        let calendar = Calendar::national();
        let found = deadline(date(2024, 9, 27), Limit::working(10), calendar);
        // Off: 28 September, 1–7 October. Worked: Sunday 29 September, Saturday 12 October.
        // 29:1, 30:2, 8:3, 9:4, 10:5, 11:6, 12:7, 14:8, 15:9, 16:10.
        assert_eq!(found.due, date(2024, 10, 16));
        assert_eq!(found.awaited, None);
        let worked = |number| StepKind::Counted {
            first: number,
            last: number,
            worked_weekend: Some("国庆节调休".into()),
            presumed: false,
        };
        let holiday =
            StepKind::Holiday { name: "国庆节".into(), number: calendar.notice(2024).unwrap().number.clone() };
        let october = |day| date(2024, 10, day);
        assert_eq!(
            found.steps,
            [
                step(date(2024, 9, 27), date(2024, 9, 27), StepKind::Start),
                step(date(2024, 9, 28), date(2024, 9, 28), StepKind::Weekend),
                step(date(2024, 9, 29), date(2024, 9, 29), worked(1)),
                step(date(2024, 9, 30), date(2024, 9, 30), counted(2, 2)),
                step(october(1), october(7), holiday),
                step(october(8), october(11), counted(3, 6)),
                step(october(12), october(12), worked(7)),
                step(october(13), october(13), StepKind::Weekend),
                step(october(14), october(16), counted(8, 10)),
            ]
        );
    }

    #[test]
    fn days_of_a_procedure_do_not_count() {
        let october = |day| date(2025, 10, day);
        // Five working days from Monday the 13th; a hearing from Wednesday the 15th to Tuesday the 21st.
        let hearing = Uncounted { from: october(15), to: october(21) };
        let found = deadline_without(october(13), Limit::working(5), &[hearing], Calendar::national());
        assert_eq!(found.due, october(24));
        assert_eq!(
            found.steps,
            [
                step(october(13), october(13), StepKind::Start),
                step(october(14), october(15), counted(1, 2)),
                step(october(16), october(21), StepKind::Paused),
                step(october(22), october(24), counted(3, 5)),
            ]
        );
        let days = deadline_without(october(13), Limit::calendar(5), &[hearing], Calendar::national());
        assert_eq!(days.due, october(24));
    }

    #[test]
    fn accepted_on_a_worked_saturday() {
        // The Saturday is a working day like others: it is the day of the event and not counted.
        let found = deadline(date(2024, 10, 12), Limit::working(1), Calendar::national());
        assert_eq!(found.due, date(2024, 10, 14));
    }

    #[test]
    fn at_once_is_the_same_day() {
        for start in [date(2024, 10, 11), date(2024, 10, 1), date(2024, 10, 6)] {
            for limit in [Limit::AT_ONCE, Limit::calendar(0)] {
                let found = deadline(start, limit, Calendar::national());
                assert_eq!((found.due, found.awaited), (start, None));
                assert_eq!(found.steps, [step(start, start, StepKind::Start)]);
            }
        }
    }

    #[test]
    fn calendar_days() {
        let calendar = Calendar::national();
        // The tenth day after Monday 4 March is Thursday the 14th.
        let plain = deadline(date(2024, 3, 4), Limit::calendar(10), calendar);
        assert_eq!(plain.due, date(2024, 3, 14));
        assert_eq!(plain.steps[1..], [step(date(2024, 3, 5), date(2024, 3, 14), counted(1, 10))]);

        // The tenth day after 25 September is 5 October, in the holiday: it moves to the 8th.
        let moved = deadline(date(2024, 9, 25), Limit::calendar(10), calendar);
        assert_eq!(moved.due, date(2024, 10, 8));
        let number = calendar.notice(2024).unwrap().number.clone();
        let holiday = StepKind::Holiday { name: "国庆节".into(), number };
        assert_eq!(
            moved.steps[1..],
            [
                step(date(2024, 9, 26), date(2024, 10, 4), counted(1, 9)),
                step(date(2024, 10, 5), date(2024, 10, 7), holiday),
                step(date(2024, 10, 8), date(2024, 10, 8), StepKind::MovedTo),
            ]
        );

        // The last day on a Sunday that is worked stays.
        assert_eq!(deadline(date(2024, 9, 28), Limit::calendar(1), calendar).due, date(2024, 9, 29));
    }

    #[test]
    fn calendar_days_are_provisional_only_by_their_end() {
        let calendar = until_2026();
        let inside = deadline(date(2026, 12, 1), Limit::calendar(30), calendar);
        assert_eq!((inside.due, inside.awaited), (date(2026, 12, 31), None));
        let beyond = deadline(date(2026, 12, 1), Limit::calendar(34), calendar);
        assert_eq!((beyond.due, beyond.awaited), (date(2027, 1, 4), Some(2027)));
    }

    #[test]
    fn left_counts_working_days_and_lateness() {
        let calendar = Calendar::national();
        let found = deadline(date(2024, 9, 27), Limit::working(10), calendar);
        assert_eq!(found.left(date(2024, 9, 27), calendar), 10);
        assert_eq!(found.left(date(2024, 10, 1), calendar), 8);
        assert_eq!(found.left(found.due, calendar), 0);
        assert_eq!(found.left(date(2024, 10, 17), calendar), -1);
        assert_eq!(found.left(date(2024, 10, 21), calendar), -3);

        let friday = deadline(date(2024, 3, 7), Limit::working(1), calendar);
        let left: Vec<i64> = (8..=12).map(|day| friday.left(date(2024, 3, day), calendar)).collect();
        assert_eq!(left, [0, -1, -1, -1, -2]);
        assert!(!friday.is_late(friday.due) && friday.is_late(date(2024, 3, 9)));
    }

    #[test]
    fn the_end_of_time_ends_the_count() {
        for unit in [Unit::Working, Unit::Calendar] {
            let found = deadline(date(9999, 12, 1), Limit { days: u16::MAX, unit }, Calendar::national());
            assert_eq!(found.due, Date::MAX);
        }
    }

    #[test]
    fn serde_shape() {
        let found = deadline(date(2024, 3, 7), Limit::RELAY_PUSH, Calendar::national());
        let json = serde_json::json!({
            "start": "2024-03-07", "due": "2024-03-08", "limit": {"days": 1, "unit": "working"}, "awaited": null,
            "steps": [
                {"from": "2024-03-07", "to": "2024-03-07", "what": {"kind": "start"}},
                {"from": "2024-03-08", "to": "2024-03-08",
                 "what": {"kind": "counted", "first": 1, "last": 1, "worked_weekend": null, "presumed": false}},
            ],
        });
        assert_eq!(serde_json::to_value(&found).unwrap(), json);
    }

    prop_compose! {
        /// From before the first published year to after the last.
        fn any_start()(days in 0..3_300_i32) -> Date {
            date(2019, 6, 1).saturating_add(jiff::Span::new().days(days))
        }
    }

    fn any_limit() -> impl Strategy<Value = Limit> {
        (0..120_u16, prop_oneof![Just(Unit::Working), Just(Unit::Calendar)])
            .prop_map(|(days, unit)| Limit { days, unit })
    }

    proptest! {
        #[test]
        fn working_days_until_due_are_the_limit(start in any_start(), days in 0..120_u16) {
            let calendar = Calendar::national();
            let found = deadline(start, Limit::working(days), calendar);
            prop_assert_eq!(working_days(start, found.due, calendar), i64::from(days));
            prop_assert_eq!(found.left(start, calendar), i64::from(days));
            prop_assert!(days == 0 || calendar.is_working(found.due));
        }

        #[test]
        fn calendar_days_end_on_the_first_working_day(start in any_start(), days in 1..120_u16) {
            let calendar = Calendar::national();
            let last = start.saturating_add(jiff::Span::new().days(days));
            let due = deadline(start, Limit::calendar(days), calendar).due;
            prop_assert!(last <= due && calendar.is_working(due));
            // No working day was passed over.
            let before = last.yesterday().unwrap();
            prop_assert_eq!(working_days(before, due, calendar), 1);
        }

        #[test]
        fn due_is_monotone_in_start_and_days(start in any_start(), later in 0..30_i32, limit in any_limit()) {
            let calendar = Calendar::national();
            let due = deadline(start, limit, calendar).due;
            let start_later = start.saturating_add(jiff::Span::new().days(later));
            prop_assert!(due <= deadline(start_later, limit, calendar).due);
            let longer = Limit { days: limit.days + 1, ..limit };
            prop_assert!(due <= deadline(start, longer, calendar).due);
        }

        /// A person who follows the steps misses no day and counts as many as the limit has.
        #[test]
        fn the_steps_are_the_way(start in any_start(), limit in any_limit()) {
            let calendar = Calendar::national();
            let found = deadline(start, limit, calendar);
            prop_assert_eq!(&found, &deadline(start, limit, calendar));
            prop_assert_eq!(found.steps[0].from, start);
            prop_assert_eq!(found.steps.last().map(|step| step.to), Some(found.due));
            for pair in found.steps.windows(2) {
                prop_assert_eq!(next(pair[0].to), pair[1].from);
            }
            let mut expected = 1;
            let mut presumes = false;
            for step in &found.steps {
                match &step.what {
                    StepKind::Counted { first, last, presumed, .. } => {
                        prop_assert_eq!(*first, expected);
                        let days = step.from.until(step.to).unwrap().get_days();
                        prop_assert_eq!(i32::from(last - first), days);
                        expected = last + 1;
                        presumes |= presumed;
                    }
                    // The moved day stands for the last of the limit.
                    StepKind::MovedTo => expected += 1,
                    _ => {}
                }
            }
            prop_assert_eq!(expected, limit.days + 1);
            prop_assert!(!presumes || found.is_provisional());
        }
    }
}
