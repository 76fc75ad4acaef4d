//! Numbers that only seem drawn, for what is measured: the same seed gives the same ones.

/// SplitMix64: enough to spread variants.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// A number below `of`, which is not 0.
    pub(super) fn throw(&mut self, of: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % of
    }

    /// Once in `of` times.
    pub(super) fn once_in(&mut self, of: u64) -> bool {
        self.throw(of) == 0
    }

    /// One of several.
    pub(super) fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.throw(all.len() as u64) as usize]
    }
}
