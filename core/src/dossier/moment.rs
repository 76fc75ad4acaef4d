//! A moment, and the legal date it falls on.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z. Shown, and counted in days, by China Standard Time (UTC+8 all year).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub i64);

impl Moment {
    fn civil(self) -> jiff::civil::DateTime {
        let timestamp = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        jiff::tz::Offset::constant(8).to_datetime(timestamp)
    }

    /// The civil date at this moment, in China Standard Time.
    ///
    /// ```
    /// use tongban_core::dossier::Moment;
    /// // 2026-11-22T16:30:00Z is already the 23rd in Suzhou.
    /// assert_eq!(Moment(1_795_365_000_000).date(), jiff::civil::date(2026, 11, 23));
    /// ```
    pub fn date(self) -> Date {
        self.civil().date()
    }

    /// The hour of the day at this moment, 0 to 23, in China Standard Time.
    pub fn hour(self) -> u8 {
        self.civil().hour().unsigned_abs()
    }

    /// The first moment of a date, in China Standard Time.
    pub fn start_of(date: Date) -> Moment {
        let datetime = date.to_datetime(jiff::civil::Time::midnight());
        Moment(jiff::tz::Offset::constant(8).to_timestamp(datetime).map_or(0, |at| at.as_millisecond()))
    }
}

impl fmt::Display for Moment {
    /// `2026-11-23 16:55`, China Standard Time.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.civil().strftime("%Y-%m-%d %H:%M"))
    }
}
