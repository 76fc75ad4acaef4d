//! Percentiles.

use std::time::Duration;

use serde::Serialize;

/// Latencies of one measure.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Latency {
    /// How many were measured.
    pub(super) count: usize,
    /// Half were faster.
    pub(super) p50_ms: f64,
    /// 99 of 100 were faster.
    pub(super) p99_ms: f64,
    /// The slowest.
    pub(super) max_ms: f64,
}

impl Latency {
    /// By nearest rank.
    pub(super) fn of(mut times: Vec<Duration>) -> Latency {
        times.sort_unstable();
        let ms = |time: Option<&Duration>| round(time.map_or(0.0, |time| time.as_secs_f64() * 1000.0), 3);
        let rank = |share: f64| ms(times.get(((times.len() as f64 * share).ceil() as usize).saturating_sub(1)));
        Latency { count: times.len(), p50_ms: rank(0.5), p99_ms: rank(0.99), max_ms: ms(times.last()) }
    }
}

/// Rounded to so many decimals: more would feign precision.
pub(super) fn round(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let latency = Latency::of((1..=200).map(Duration::from_millis).collect());
        assert_eq!((latency.p50_ms, latency.p99_ms, latency.max_ms), (100.0, 198.0, 200.0));
        assert_eq!(Latency::of(Vec::new()).p99_ms, 0.0);
    }
}
