//! Which days are worked, by the yearly notices of the General Office of the State Council.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// The published years that come with the program.
const NATIONAL: [&str; 7] = [
    include_str!("../../../data/calendar/2020.json"),
    include_str!("../../../data/calendar/2021.json"),
    include_str!("../../../data/calendar/2022.json"),
    include_str!("../../../data/calendar/2023.json"),
    include_str!("../../../data/calendar/2024.json"),
    include_str!("../../../data/calendar/2025.json"),
    include_str!("../../../data/calendar/2026.json"),
];

/// The yearly notice (国务院办公厅关于…年部分节假日安排的通知) behind one year of a [`Calendar`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The year it arranges.
    pub year: i16,
    /// Its title; several are joined by `；` when the year was changed later.
    pub document: Arc<str>,
    /// Its document number (文号), such as `国办发明电〔2023〕7号`.
    pub number: Arc<str>,
    /// What the data were compared with, and what still has to be.
    pub sure: Arc<str>,
}

/// What one day is, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Day {
    /// What it is.
    pub kind: DayKind,
    /// The number of the notice that decides it, for an ordinary day by not naming it; `None` when none is published.
    pub source: Option<Arc<str>>,
}

/// The kinds of days. Names are as in the data, in Chinese.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// Monday to Friday.
    Working,
    /// Saturday or Sunday.
    Weekend,
    /// A day off in the notice, such as `国庆节`; days moved next to a holiday and the weekends inside it included.
    Holiday(Arc<str>),
    /// A Saturday or Sunday that the notice makes a working day (调休), such as `国庆节调休`.
    WorkedWeekend(Arc<str>),
    /// The year's notice is not in the calendar: weekdays only, to be marked as provisional (暂估).
    Presumed {
        /// Whether it is Monday to Friday.
        working: bool,
    },
}

impl DayKind {
    /// Whether people are at work, as far as is known.
    pub fn is_working(&self) -> bool {
        match self {
            DayKind::Working | DayKind::WorkedWeekend(_) => true,
            DayKind::Weekend | DayKind::Holiday(_) => false,
            DayKind::Presumed { working } => *working,
        }
    }
}

/// Why a year of a [`Calendar`] was refused.
#[derive(Debug, thiserror::Error)]
pub enum CalendarError {
    /// Not JSON of the documented shape.
    #[error("cannot read the year file: {0}")]
    Format(#[from] serde_json::Error),
    /// A calendar needs at least one year.
    #[error("no year was given")]
    Empty,
    /// Two files for one year.
    #[error("the year {0} was given twice")]
    YearTwice(i16),
    /// A day that is further than a month from the file's year, most likely a slip.
    #[error("the file of {year} names {date}")]
    OutsideYear {
        /// The file's year.
        year: i16,
        /// The day.
        date: Date,
    },
    /// One day is named twice, in one file or in two.
    #[error("{0} is named twice")]
    DateTwice(Date),
    /// A worked weekend that is not a Saturday or Sunday.
    #[error("{0} is to be a worked weekend but is a weekday")]
    NotWeekend(Date),
}

impl CalendarError {
    /// The stable code from which the user's text is translated.
    pub fn code(&self) -> &'static str {
        match self {
            CalendarError::Format(_) => "calendar-format",
            CalendarError::Empty => "calendar-empty",
            CalendarError::YearTwice(_) => "calendar-year-twice",
            CalendarError::OutsideYear { .. } => "calendar-outside-year",
            CalendarError::DateTwice(_) => "calendar-date-twice",
            CalendarError::NotWeekend(_) => "calendar-not-weekend",
        }
    }
}

/// The working days of the published years; weekdays stand in for the others, and say so.
///
/// Built from one JSON file a year:
///
/// ```json
/// {"year": 2024, "document": "…", "number": "国办发明电〔2023〕7号", "sure": "…",
///  "holidays": [{"date": "2024-01-01", "name": "元旦"}],
///  "working_weekends": [{"date": "2024-02-04", "name": "春节调休"}]}
/// ```
///
/// A holiday that crosses the turn of the year stands in the file of its notice (2022-12-31 in that of 2023) and
/// counts by its date.
///
/// ```
/// use jiff::civil::date;
/// use tongban_core::time::{Calendar, DayKind};
///
/// let calendar = Calendar::national();
/// assert!(calendar.is_working(date(2024, 9, 29))); // a Sunday
/// let day = calendar.day(date(2024, 10, 7));
/// assert_eq!(day.kind, DayKind::Holiday("国庆节".into()));
/// assert_eq!(day.source.as_deref(), Some("国办发明电〔2023〕7号"));
/// assert_eq!(calendar.day(date(2199, 1, 1)).kind, DayKind::Presumed { working: true });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Never empty.
    years: BTreeMap<i16, Year>,
    /// What the years name, by date.
    named: BTreeMap<Date, Named>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Year {
    notice: Notice,
    named: Vec<(Date, Named)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    working: bool,
    name: Arc<str>,
    number: Arc<str>,
}

/// What a year file has beside its [`Notice`].
#[derive(Deserialize)]
struct YearFile {
    holidays: Vec<Entry>,
    working_weekends: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    date: Date,
    name: Arc<str>,
}

static NATIONAL_CALENDAR: LazyLock<Calendar> = LazyLock::new(|| {
    // The files are compiled in and a test reads them, so a bad one cannot reach a user.
    Calendar::from_years(NATIONAL).expect("data/calendar is tested")
});

impl Calendar {
    /// The national calendar as it was known when this program was built, 2020 to 2026.
    pub fn national() -> &'static Calendar {
        &NATIONAL_CALENDAR
    }

    /// A calendar from the texts of year files, in any order; the years need not be adjacent.
    ///
    /// # Errors
    /// When a file cannot be read or contradicts itself or another, or when there is none.
    pub fn from_years<'a>(years: impl IntoIterator<Item = &'a str>) -> Result<Calendar, CalendarError> {
        let mut read = BTreeMap::new();
        for json in years {
            let year = Year::read(json)?;
            let number = year.notice.year;
            if read.insert(number, year).is_some() {
                return Err(CalendarError::YearTwice(number));
            }
        }
        Calendar::from_read(read)
    }

    /// This calendar with one more year, or with a newer text of one that it has: a later notice may change the
    /// holidays of a year that has begun, as that of 2020-01-26 did.
    ///
    /// # Errors
    /// As [`Calendar::from_years`].
    pub fn with_year(&self, json: &str) -> Result<Calendar, CalendarError> {
        let year = Year::read(json)?;
        let mut years = self.years.clone();
        years.insert(year.notice.year, year);
        Calendar::from_read(years)
    }

    fn from_read(years: BTreeMap<i16, Year>) -> Result<Calendar, CalendarError> {
        if years.is_empty() {
            return Err(CalendarError::Empty);
        }
        let mut named = BTreeMap::new();
        for (date, day) in years.values().flat_map(|year| &year.named) {
            if named.insert(*date, day.clone()).is_some() {
                return Err(CalendarError::DateTwice(*date));
            }
        }
        Ok(Calendar { years, named })
    }

    /// What a day is, and by which notice.
    pub fn day(&self, date: Date) -> Day {
        if let Some(Named { working, name, number }) = self.named.get(&date) {
            let (name, source) = (name.clone(), Some(number.clone()));
            let kind = if *working { DayKind::WorkedWeekend(name) } else { DayKind::Holiday(name) };
            return Day { kind, source };
        }
        let working = !is_weekend(date);
        match self.notice(date.year()) {
            Some(notice) => {
                let kind = if working { DayKind::Working } else { DayKind::Weekend };
                Day { kind, source: Some(notice.number.clone()) }
            }
            None => Day { kind: DayKind::Presumed { working }, source: None },
        }
    }

    /// Whether people are at work on the day, as far as is known.
    pub fn is_working(&self, date: Date) -> bool {
        self.named.get(&date).map_or_else(|| !is_weekend(date), |named| named.working)
    }

    /// The latest year whose notice is in the calendar.
    pub fn last_published(&self) -> i16 {
        self.years.keys().next_back().copied().unwrap_or(i16::MIN)
    }

    /// The notice for a year, if it is in the calendar.
    pub fn notice(&self, year: i16) -> Option<&Notice> {
        self.years.get(&year).map(|year| &year.notice)
    }
}

impl Year {
    fn read(json: &str) -> Result<Year, CalendarError> {
        let file: YearFile = serde_json::from_str(json)?;
        let notice: Notice = serde_json::from_str(json)?;
        let year = notice.year;
        let holidays = file.holidays.into_iter().map(|entry| (entry, false));
        let worked = file.working_weekends.into_iter().map(|entry| (entry, true));
        let mut named = Vec::new();
        for (Entry { date, name }, working) in holidays.chain(worked) {
            // A holiday crosses the turn of the year by days; its worked weekend may be some weeks away.
            let near = match date.year() - year {
                0 => true,
                -1 => date.month() == 12,
                1 => date.month() == 1,
                _ => false,
            };
            if !near {
                return Err(CalendarError::OutsideYear { year, date });
            }
            if working && !is_weekend(date) {
                return Err(CalendarError::NotWeekend(date));
            }
            named.push((date, Named { working, name, number: notice.number.clone() }));
        }
        Ok(Year { notice, named })
    }
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn file(year: i16, holidays: &[&str], worked: &[&str]) -> String {
        let entries = |dates: &[&str]| -> Vec<_> {
            dates.iter().map(|date| serde_json::json!({"date": date, "name": "节"})).collect()
        };
        serde_json::json!({
            "year": year, "document": "通知", "number": format!("{year}号"), "sure": "test",
            "holidays": entries(holidays), "working_weekends": entries(worked),
        })
        .to_string()
    }

    #[test]
    fn the_national_calendar_is_whole() {
        let calendar = Calendar::national();
        assert_eq!(calendar.last_published(), 2026);
        for year in 2020..=2026 {
            let notice = calendar.notice(year).unwrap();
            assert_eq!(notice.year, year);
            assert!(!notice.number.is_empty() && !notice.sure.is_empty());
            let working = date(year, 1, 1).series(jiff::Span::new().days(1)).take_while(|day| day.year() == year);
            // 11 statutory days off a year until 2024 and 13 since (放假办法 2024), so about 250 or 248 days are worked.
            let working = working.filter(|&day| calendar.is_working(day)).count();
            assert!((246..=253).contains(&working), "{year}: {working}");
        }
        assert_eq!(calendar.notice(2019), None);
    }

    #[test]
    fn kinds_of_days() {
        let calendar = Calendar::national();
        let kind = |y, m, d| calendar.day(date(y, m, d)).kind;
        assert_eq!(kind(2024, 9, 27), DayKind::Working);
        assert_eq!(kind(2024, 9, 28), DayKind::Weekend);
        assert_eq!(kind(2024, 9, 29), DayKind::WorkedWeekend("国庆节调休".into()));
        assert_eq!(kind(2024, 10, 5), DayKind::Holiday("国庆节".into()));
        assert_eq!(kind(2199, 1, 5), DayKind::Presumed { working: false });
        // Named by the notice of the next year.
        let eve = calendar.day(date(2022, 12, 31));
        assert_eq!(eve.kind, DayKind::Holiday("元旦".into()));
        assert_eq!(eve.source, calendar.notice(2023).map(|notice| notice.number.clone()));
        // A day that nothing names still has its notice.
        assert_eq!(calendar.day(date(2024, 9, 27)).source, calendar.notice(2024).map(|n| n.number.clone()));
    }

    #[test]
    fn is_working_agrees_with_the_kind() {
        let calendar = Calendar::national();
        for day in date(2019, 6, 1).series(jiff::Span::new().days(1)).take(9 * 365) {
            assert_eq!(calendar.is_working(day), calendar.day(day).kind.is_working(), "{day}");
        }
    }

    #[test]
    fn a_year_can_be_added_and_replaced() {
        let first = Calendar::from_years([file(2030, &["2030-01-01"], &[]).as_str()]).unwrap();
        let new_year = date(2031, 1, 1);
        assert_eq!(first.day(new_year).kind, DayKind::Presumed { working: true });
        let second = first.with_year(&file(2031, &["2031-01-01"], &["2031-01-04"])).unwrap();
        assert_eq!(second.last_published(), 2031);
        assert!(!second.is_working(new_year) && second.is_working(date(2031, 1, 4)));
        let third = second.with_year(&file(2031, &["2031-01-01", "2031-01-02"], &[])).unwrap();
        assert!(!third.is_working(date(2031, 1, 2)) && !third.is_working(date(2031, 1, 4)));
    }

    #[test]
    fn each_error_has_its_reason() {
        let refused = |files: &[String]| Calendar::from_years(files.iter().map(String::as_str)).unwrap_err().code();
        assert_eq!(refused(&[]), "calendar-empty");
        assert_eq!(refused(&["{}".into()]), "calendar-format");
        assert_eq!(refused(&[file(2030, &["2030-02-30"], &[])]), "calendar-format");
        assert_eq!(refused(&[file(2030, &[], &[]), file(2030, &[], &[])]), "calendar-year-twice");
        assert_eq!(refused(&[file(2030, &["2031-05-01"], &[])]), "calendar-outside-year");
        assert_eq!(refused(&[file(2030, &["2030-01-05"], &["2030-01-05"])]), "calendar-date-twice");
        let crossing = [file(2030, &["2030-12-31"], &[]), file(2031, &["2030-12-31"], &[])];
        assert_eq!(refused(&crossing), "calendar-date-twice");
        assert_eq!(refused(&[file(2030, &[], &["2030-01-01"])]), "calendar-not-weekend");
    }
}
