//! A histogram of durations that keeps two digits of each and takes no memory per measurement.

use std::time::Duration;

/// Buckets for each doubling: the error of a percentile is below 1/128.
const STEPS: usize = 128;
const DOUBLINGS: usize = 40;

/// Counts durations from a nanosecond to minutes.
#[derive(Clone, Debug)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    largest: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; STEPS * DOUBLINGS], total: 0, largest: 0 }
    }
}

impl Histogram {
    /// Counts one.
    pub fn add(&mut self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let last = self.counts.len() - 1;
        if let Some(count) = self.counts.get_mut(bucket(nanos).min(last)) {
            *count += 1;
        }
        self.total += 1;
        self.largest = self.largest.max(nanos);
    }

    /// How many were counted.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The longest, in microseconds.
    pub fn largest_us(&self) -> f64 {
        self.largest as f64 / 1000.0
    }

    /// The duration in microseconds that this part of all (0.99 and the like) does not exceed.
    pub fn percentile_us(&self, part: f64) -> f64 {
        let wanted = (self.total as f64 * part).ceil().max(1.0);
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen as f64 >= wanted {
                return lower_end(index + 1).min(self.largest) as f64 / 1000.0;
            }
        }
        self.largest_us()
    }
}

/// Below `STEPS` a bucket for each nanosecond, above it `STEPS` for each doubling.
fn bucket(nanos: u64) -> usize {
    let doubling = (64 - (nanos / STEPS as u64).leading_zeros()) as usize;
    let step = if doubling == 0 { nanos } else { (nanos >> (doubling - 1)) - STEPS as u64 };
    doubling * STEPS + usize::try_from(step).unwrap_or(STEPS - 1)
}

fn lower_end(bucket: usize) -> u64 {
    let (doubling, step) = (bucket / STEPS, (bucket % STEPS) as u64);
    if doubling == 0 { step } else { (step + STEPS as u64) << (doubling - 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_meet_without_gap_or_overlap() {
        for index in 0..STEPS * (DOUBLINGS - 1) {
            let (low, next) = (lower_end(index), lower_end(index + 1));
            assert!(low < next);
            assert_eq!((bucket(low), bucket(next - 1)), (index, index), "{low} to {next}");
        }
    }

    #[test]
    fn percentiles_are_within_a_hundredth() {
        let mut histogram = Histogram::default();
        for micros in 1..=10_000 {
            histogram.add(Duration::from_micros(micros));
        }
        for (part, expected) in [(0.5, 5_000.0), (0.99, 9_900.0), (1.0, 10_000.0)] {
            let found = histogram.percentile_us(part);
            assert!((found / expected - 1.0).abs() < 0.01, "{part}: {found}");
        }
        assert_eq!(histogram.total(), 10_000);
        assert!((histogram.largest_us() - 10_000.0).abs() < 0.1);
    }

    #[test]
    fn an_empty_one_has_no_duration() {
        assert!(Histogram::default().percentile_us(0.99).abs() < f64::EPSILON);
    }
}
