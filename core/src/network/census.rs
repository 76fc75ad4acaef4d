//! What kinds of pairs and triples a network is made of.

use serde::Serialize;

use super::degree::mutual;
use super::graph::Graph;
use super::parallel;

/// How many pairs of actors there are of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Dyads {
    /// With arcs in both directions.
    pub mutual: u64,
    /// With an arc in one direction.
    pub asymmetric: u64,
    /// Without arcs.
    pub null: u64,
}

/// Dyad census: how many pairs are mutual, asymmetric, null (Holland & Leinhardt 1970).
pub fn dyads(graph: &Graph) -> Dyads {
    let len = graph.len() as u64;
    let mutual = (0..graph.len()).map(|actor| mutual(graph, actor) as u64).sum::<u64>() / 2;
    let asymmetric = graph.arcs() as u64 - 2 * mutual;
    Dyads { mutual, asymmetric, null: len * len.saturating_sub(1) / 2 - mutual - asymmetric }
}

/// The sixteen kinds of triples by how many of their pairs are mutual, asymmetric and null; the letters say down, up,
/// transitive, cyclic.
pub const TRIADS: [&str; 16] = [
    "003", "012", "102", "021D", "021U", "021C", "111D", "111U", "030T", "030C", "201", "120D", "120U", "120C", "210",
    "300",
];

/// How many mutual and how many asymmetric pairs a triple of each kind has.
const PAIRS: [(u64, u64); 16] = [
    (0, 0),
    (0, 1),
    (1, 0),
    (0, 2),
    (0, 2),
    (0, 2),
    (1, 1),
    (1, 1),
    (0, 3),
    (0, 3),
    (2, 0),
    (1, 2),
    (1, 2),
    (1, 2),
    (2, 1),
    (3, 0),
];

/// The kind of a triple by its arcs: 1 for `u→v`, 2 `v→u`, 4 `u→w`, 8 `w→u`, 16 `v→w`, 32 `w→v` (Batagelj & Mrvar
/// 2001, counted from zero).
const KIND: [u8; 64] = [
    0, 1, 1, 2, 1, 3, 5, 7, 1, 5, 4, 6, 2, 7, 6, 10, 1, 5, 3, 7, 4, 8, 8, 12, 5, 9, 8, 13, 6, 13, 11, 14, 1, 4, 5, 6,
    5, 8, 9, 13, 3, 8, 8, 11, 7, 12, 13, 14, 2, 6, 7, 10, 6, 11, 13, 14, 7, 13, 12, 14, 10, 14, 14, 15,
];

/// Of each actor the partners, ascending, and beside them the arcs: 1 to the partner, 2 from it.
struct Codes {
    starts: Vec<usize>,
    others: Vec<u32>,
    codes: Vec<u8>,
}

impl Codes {
    fn of(graph: &Graph) -> Codes {
        let mut all = Codes { starts: vec![0], others: Vec::new(), codes: Vec::new() };
        for actor in 0..graph.len() {
            let mut into = graph.incoming(actor).iter().copied().peekable();
            for to in graph.out(actor).iter().copied() {
                while let Some(from) = into.next_if(|from| *from < to) {
                    all.push(from, 2);
                }
                all.push(to, if into.next_if_eq(&to).is_some() { 3 } else { 1 });
            }
            into.for_each(|from| all.push(from, 2));
            all.starts.push(all.others.len());
        }
        all
    }

    fn push(&mut self, other: u32, code: u8) {
        self.others.push(other);
        self.codes.push(code);
    }

    /// The partners of an actor with numbers above `floor`.
    fn above(&self, actor: usize, floor: u32) -> impl Iterator<Item = (u32, usize)> + '_ {
        let (from, to) = (self.starts[actor], self.starts[actor + 1]);
        let from = from + self.others[from..to].partition_point(|other| *other <= floor);
        self.others[from..to].iter().copied().zip(self.codes[from..to].iter().map(|code| usize::from(*code)))
    }
}

/// Triad census: how many triples are of each of the sixteen kinds, in the order of [`TRIADS`] (Davis & Leinhardt 1972;
/// counted along the ties, Batagelj & Mrvar 2001).
pub fn triads(graph: &Graph) -> [u64; 16] {
    let len = graph.len();
    let codes = Codes::of(graph);
    let parts =
        parallel::map(len, parallel::cores_for(len), || vec![0_u8; len], |own, actor| around(&codes, own, actor));
    let mut census = [0; 16];
    for part in parts {
        census.iter_mut().zip(part).for_each(|(sum, count)| *sum += count);
    }
    // Triples with one tie only are what is left of the n - 2 triples of each pair, those with none what is left of
    // all.
    let dyads = dyads(graph);
    let each = (len as u64).saturating_sub(2);
    let within = |of: fn((u64, u64)) -> u64| PAIRS.into_iter().map(of).zip(census).map(|(a, b)| a * b).sum::<u64>();
    let asymmetric = dyads.asymmetric * each - within(|(_, asymmetric)| asymmetric);
    let mutual = dyads.mutual * each - within(|(mutual, _)| mutual);
    census[1] = asymmetric;
    census[2] = mutual;
    let all = u128::from(len as u64) * u128::from((len as u64).saturating_sub(1)) * u128::from(each) / 6;
    census[0] = (all - census.iter().map(|count| u128::from(*count)).sum::<u128>()) as u64;
    census
}

/// The triples with two ties or three in which `first` has the lowest number: it has a tie with one of the others, the
/// second. `own` is zero before and after.
fn around(codes: &Codes, own: &mut [u8], first: usize) -> [u64; 16] {
    // Of the partners of `first` above the second, how many there are by code.
    let mut beyond = [0_u64; 4];
    for (third, code) in codes.above(first, first as u32) {
        own[third as usize] = code as u8;
        beyond[code] += 1;
    }
    let mut found = [0_u64; 64];
    for (second, between) in codes.above(first, first as u32) {
        beyond[between] -= 1;
        let mut alone = beyond;
        for (third, code) in codes.above(second as usize, first as u32) {
            let of_first = usize::from(own[third as usize]);
            if third > second {
                // It is no partner of the first alone.
                if of_first > 0 {
                    alone[of_first] -= 1;
                }
                found[between | of_first << 2 | code << 4] += 1;
            } else if of_first == 0 {
                found[between | code << 4] += 1;
            }
        }
        for code in 1..4 {
            found[between | code << 2] += alone[code];
        }
    }
    for (third, _) in codes.above(first, first as u32) {
        own[third as usize] = 0;
    }
    let mut census = [0; 16];
    for (count, kind) in found.into_iter().zip(KIND) {
        census[usize::from(kind)] += count;
    }
    census
}
