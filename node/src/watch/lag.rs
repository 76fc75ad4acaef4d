//! Since when a reader lags.

use tongban_core::dossier::Moment;

/// A reader lags from the moment at which something was seen unread, until it has read all that was there then. One that
/// always reads, and always gets more, does not lag.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lag(Option<(u64, Moment)>);

impl Lag {
    /// Looks: the stream ends at `end`, the reader stands at `at`. Answers since when it lags.
    pub(super) fn look(&mut self, end: u64, at: u64, now: Moment) -> Option<Moment> {
        self.0 = match self.0 {
            _ if at >= end => None,
            // A new life of the stream may be shorter than the old one.
            Some((target, since)) if at < target.min(end) => Some((target.min(end), since)),
            _ => Some((end, now)),
        };
        self.0.map(|(_, since)| since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reads_on_does_not_lag_and_who_stands_does() {
        let mut lag = Lag::default();
        let mut look = |end, at, now| lag.look(end, at, Moment(now)).map(|since| since.0);
        assert_eq!(look(10, 10, 1), None);
        assert_eq!(look(12, 10, 2), Some(2));
        assert_eq!(look(20, 11, 3), Some(2), "what was there at 2 is not read yet");
        assert_eq!(look(30, 12, 4), Some(4), "it is, and there is more");
        assert_eq!(look(30, 30, 5), None);
        assert_eq!(look(40, 30, 6), Some(6));
        assert_eq!(look(3, 0, 7), Some(6), "a new, shorter life");
        assert_eq!(look(3, 3, 8), None);
    }
}
