//! The node's clock. Drills may set the date, never production.

use tongban_core::dossier::Moment;

/// Tells the time, shifted by a fixed difference in a drill with `--now`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    shift_ms: i64,
}

impl Clock {
    /// The machine's clock, or shifted to `date` at the same time of day.
    pub fn at(date: Option<jiff::civil::Date>) -> Clock {
        let real = Clock::default();
        let shift_ms = date.map_or(0, |date| Moment::start_of(date).0 - Moment::start_of(real.now().date()).0);
        Clock { shift_ms }
    }

    /// Now.
    pub fn now(&self) -> Moment {
        Moment(jiff::Timestamp::now().as_millisecond() + self.shift_ms)
    }

    /// Today, in China Standard Time.
    pub fn today(&self) -> jiff::civil::Date {
        self.now().date()
    }

    /// Whether the date was set by hand.
    pub fn is_shifted(&self) -> bool {
        self.shift_ms != 0
    }
}
