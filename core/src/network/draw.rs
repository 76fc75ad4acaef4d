//! Draws from a seed: the same seed gives the same draws on every machine.

/// SplitMix64 (Steele, Lea & Flood 2014).
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// Draws of one seed.
    pub fn of(seed: u64) -> Draw {
        Draw(seed)
    }

    /// Draws for one of many runs with one seed, so that the runs can be made in any order.
    pub fn run(seed: u64, run: usize) -> Draw {
        let mut first = Draw(seed);
        let mixed = first.bits();
        Draw(Draw(mixed ^ run as u64).bits())
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number from zero to below `bound`. The bias of the multiplication is below `bound` / 2^64.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.bits()) * bound as u128) >> 64) as usize
    }

    /// A number from zero to below one.
    pub fn share(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Puts things into an order in which each is equally likely (Fisher & Yates).
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for at in (1..things.len()).rev() {
            let other = self.below(at + 1);
            things.swap(at, other);
        }
    }

    /// The numbers from zero to below `len` in an order in which each is equally likely.
    pub fn permutation(&mut self, len: usize) -> Vec<u32> {
        let mut all: Vec<u32> = (0..len as u32).collect();
        self.shuffle(&mut all);
        all
    }
}
