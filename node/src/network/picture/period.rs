//! Months, quarters, years.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use crate::text::Lang;

/// How long periods are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// Months.
    Month,
    /// Quarters of a year.
    Quarter,
    /// Years.
    Year,
}

/// A month, a quarter or a year of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub until: Date,
    every: Every,
}

impl Every {
    /// The shortest of them of which there are no more than so many from the first to the last day; else years.
    pub fn fitting(first: Date, last: Date, most: usize) -> Every {
        let fits = |every: &Every| every.periods(first, last).len() <= most;
        [Every::Month, Every::Quarter].into_iter().find(fits).unwrap_or(Every::Year)
    }

    /// The word in keys of texts.
    pub(super) fn name(self) -> &'static str {
        match self {
            Every::Month => "month",
            Every::Quarter => "quarter",
            Every::Year => "year",
        }
    }

    fn months(self) -> i32 {
        match self {
            Every::Month => 1,
            Every::Quarter => 3,
            Every::Year => 12,
        }
    }

    /// All periods that have a day from the first to the last.
    pub fn periods(self, first: Date, last: Date) -> Vec<Period> {
        let months = self.months();
        let begins = (i32::from(first.month()) - 1) / months * months + 1;
        let mut from = date(first.year(), begins as i8, 1);
        let mut periods = Vec::new();
        while from <= last {
            // At the end of the calendar there is no next one.
            let next = from.saturating_add(months.months());
            let until = next.saturating_sub(1.day());
            periods.push(Period { from, until, every: self });
            if next <= from {
                break;
            }
            from = next;
        }
        periods
    }
}

impl Period {
    /// Whether a day is in it.
    pub fn has(&self, day: Date) -> bool {
        self.from <= day && day <= self.until
    }

    /// Its name.
    pub fn name(&self, lang: Lang) -> String {
        let year = self.from.year().to_string();
        let number = match self.every {
            Every::Month => self.from.month(),
            Every::Quarter => (self.from.month() + 2) / 3,
            Every::Year => return lang.tf("picture-year", &[("year", &year)]).into_owned(),
        };
        let number = number.to_string();
        let key = if self.every == Every::Month { "picture-month" } else { "picture-quarter" };
        lang.tf(key, &[("year", &year), ("number", &number)]).into_owned()
    }

    /// By which an address names it: `2026-03`, `2026-Q1`, `2026`.
    pub fn key(&self) -> String {
        let year = self.from.year();
        match self.every {
            Every::Month => format!("{year}-{:02}", self.from.month()),
            Every::Quarter => format!("{year}-Q{}", (self.from.month() + 2) / 3),
            Every::Year => year.to_string(),
        }
    }

    /// Its name on an axis.
    pub(super) fn mark(&self) -> String {
        self.key().replace("-Q", " Q")
    }

    /// How long it is.
    pub(super) fn every(&self) -> Every {
        self.every
    }
}
