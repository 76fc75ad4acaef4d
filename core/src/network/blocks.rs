//! Positions: a core and its periphery, and groups of actors with the same arcs to the same others.

use serde::Serialize;

use super::draw::Draw;
use super::graph::Graph;
use super::groups::numbered;
use super::parallel;
use super::partners::Partners;
use super::permute::{Runs, dot};

/// Up to so many actors, exchanges of two actors are tried when no single move is better.
const EXCHANGE_ACTORS_MAX: usize = 500;

/// Up to so many actors, CONCOR is computed: it correlates each with each, again and again.
pub const CONCOR_ACTORS_MAX: usize = 1_000;

/// How often correlations are correlated, at most.
const CONCOR_ROUNDS_MAX: usize = 200;

/// What the ideal pattern says of cells between core and periphery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Between {
    /// They are full, as in the core.
    Full,
    /// They do not count.
    Missing,
}

/// A core and its periphery.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Core {
    /// Whether each actor is in the core.
    pub core: Vec<bool>,
    /// How many are.
    pub size: usize,
    /// Pearson's r of the cells with the ideal pattern; the best that was found, so a lower bound.
    pub r: f64,
}

/// Core and periphery: the split whose ideal pattern (core full, periphery empty) correlates best with the cells off
/// the diagonal (Borgatti & Everett 2000), by hill climbing from `runs.permutations` starts.
///
/// The first start orders actors by strength, the others are random. `None` without starts, or if no split has a
/// correlation.
pub fn core_periphery(graph: &Graph, between: Between, runs: &Runs) -> Option<Core> {
    let len = graph.len();
    let ties = Partners::of(graph);
    let squares = Partners::of(&Graph::of(len, graph.each().map(|(from, to, w)| (from as u32, to as u32, w * w))).0);
    let sum = |ties: &Partners| (0..len).map(|actor| ties.weights(actor).iter().sum()).collect::<Vec<f64>>();
    let all = [sum(&ties), sum(&squares)];
    let total = [0, 1].map(|which: usize| all[which].iter().sum::<f64>() / 2.0);
    let cells = Cells { between, len, total, all, ties: [ties, squares] };
    let found = parallel::map(
        runs.permutations,
        runs.threads,
        || (),
        |(), run| {
            let mut split = Split::of(&cells, &cells.start(run, runs.seed));
            split.climb();
            (Split::of(&cells, &split.core).r(), split.core)
        },
    );
    let mut best: Option<(f64, Vec<bool>)> = None;
    for (r, core) in found {
        if r.is_finite() && best.as_ref().is_none_or(|(before, _)| r > *before + 1e-12) {
            best = Some((r, core));
        }
    }
    best.map(|(r, core)| Core { size: core.iter().filter(|in_core| **in_core).count(), core, r })
}

/// What core and periphery are sought in: weights and their squares, each with the sums per actor
/// and of all cells.
struct Cells {
    between: Between,
    len: usize,
    ties: [Partners; 2],
    all: [Vec<f64>; 2],
    total: [f64; 2],
}

impl Cells {
    fn start(&self, run: usize, seed: u64) -> Vec<bool> {
        let mut order: Vec<u32> = (0..self.len as u32).collect();
        let mut draw = Draw::run(seed, run);
        let size = if run == 0 {
            order.sort_by(|one, other| self.all[0][*other as usize].total_cmp(&self.all[0][*one as usize]));
            self.len / 3
        } else {
            draw.shuffle(&mut order);
            draw.below(self.len.max(1))
        };
        let mut core = vec![false; self.len];
        for actor in &order[..size.max(2).min(self.len)] {
            core[*actor as usize] = true;
        }
        core
    }

    fn tie(&self, which: usize, one: usize, other: usize) -> f64 {
        let at = self.ties[which].others(one).binary_search(&(other as u32));
        at.map_or(0.0, |at| self.ties[which].weights(one)[at])
    }
}

/// A split with what its correlation is made of.
struct Split<'c> {
    cells: &'c Cells,
    core: Vec<bool>,
    size: usize,
    /// Weights, and squares of weights, of each actor's ties with the core.
    near: [Vec<f64>; 2],
    /// The same within the core and within the periphery.
    sums: Sums,
}

/// Weights within the core and the periphery, then squares of weights.
type Sums = [(f64, f64); 2];

impl<'c> Split<'c> {
    fn of(cells: &'c Cells, core: &[bool]) -> Split<'c> {
        let none = [vec![0.0; cells.len], vec![0.0; cells.len]];
        let periphery = cells.total.map(|total| (0.0, total));
        let mut split = Split { cells, core: vec![false; cells.len], size: 0, near: none, sums: periphery };
        for actor in (0..cells.len).filter(|actor| core[*actor]) {
            split.toggle(actor);
        }
        split
    }

    fn r(&self) -> f64 {
        self.r_of(self.size, &self.sums)
    }

    /// The correlation for a core of some size and sums; minus infinity where there is none.
    fn r_of(&self, size: usize, sums: &Sums) -> f64 {
        let ordered = |count: usize| (count * count.saturating_sub(1)) as f64;
        let (core, periphery) = (ordered(size), ordered(self.cells.len - size));
        let [(in_core, in_periphery), (core_squares, periphery_squares)] = *sums;
        let (cells, full, sum, squares, product) = match self.cells.between {
            Between::Full => {
                let (cells, [sum, squares]) = (ordered(self.cells.len), self.cells.total);
                (cells, cells - periphery, sum, squares, sum - in_periphery)
            }
            Between::Missing => {
                (core + periphery, core, in_core + in_periphery, core_squares + periphery_squares, in_core)
            }
        };
        let spread = (cells * squares - sum * sum) * (cells * full - full * full);
        if spread > 0.0 { (cells * product - sum * full) / spread.sqrt() } else { f64::NEG_INFINITY }
    }

    /// The sums after an actor changed sides, its ties with the core being `near`.
    fn after(&self, sums: &Sums, actor: usize, near: [f64; 2]) -> Sums {
        [0, 1].map(|which| {
            let (core, periphery) = sums[which];
            let (to_core, to_periphery) = (near[which], self.cells.all[which][actor] - near[which]);
            if self.core[actor] {
                (core - to_core, periphery + to_periphery)
            } else {
                (core + to_core, periphery - to_periphery)
            }
        })
    }

    fn near(&self, actor: usize) -> [f64; 2] {
        [self.near[0][actor], self.near[1][actor]]
    }

    fn toggle(&mut self, actor: usize) {
        self.sums = self.after(&self.sums, actor, self.near(actor));
        let sign = if self.core[actor] { -1.0 } else { 1.0 };
        for which in 0..2 {
            for (other, weight) in self.cells.ties[which].each(actor) {
                self.near[which][other] += sign * weight;
            }
        }
        self.core[actor] = !self.core[actor];
        self.size = if self.core[actor] { self.size + 1 } else { self.size - 1 };
    }

    /// Makes the best change until there is none that is better.
    fn climb(&mut self) {
        loop {
            let mut best = (self.r() + 1e-12, None);
            for actor in 0..self.cells.len {
                let size = if self.core[actor] { self.size - 1 } else { self.size + 1 };
                let r = self.r_of(size, &self.after(&self.sums, actor, self.near(actor)));
                if r > best.0 {
                    best = (r, Some((actor, None)));
                }
            }
            if best.1.is_none() && self.cells.len <= EXCHANGE_ACTORS_MAX {
                best = self.best_exchange(best.0);
            }
            let Some((actor, other)) = best.1 else { return };
            self.toggle(actor);
            if let Some(other) = other {
                self.toggle(other);
            }
        }
    }

    /// The best exchange of one of the periphery with one of the core that is better than `least`.
    fn best_exchange(&self, least: f64) -> (f64, Option<(usize, Option<usize>)>) {
        let mut best = (least, None);
        for enters in (0..self.cells.len).filter(|actor| !self.core[*actor]) {
            let between = self.after(&self.sums, enters, self.near(enters));
            for leaves in (0..self.cells.len).filter(|actor| self.core[*actor]) {
                let near = [0, 1].map(|which| self.near[which][leaves] + self.cells.tie(which, leaves, enters));
                let r = self.r_of(self.size, &self.after(&between, leaves, near));
                if r > best.0 {
                    best = (r, Some((enters, Some(leaves))));
                }
            }
        }
        best
    }
}

/// How much each actor belongs to a core.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coreness {
    /// Coreness of each actor, scaled so that its squares sum to one.
    pub coreness: Vec<f64>,
    /// Pearson's r of the cells off the diagonal with the products of coreness.
    pub r: f64,
}

/// Continuous coreness: `c >= 0` that makes `sum over i != j of (a_ij - c_i c_j)^2` least (Borgatti & Everett 2000).
///
/// Actor by actor to the least value given the others, from strength, until nothing changes. `None` without arcs, with
/// weights below zero, or if the cells do not vary.
pub fn coreness(graph: &Graph) -> Option<Coreness> {
    let len = graph.len();
    if graph.arcs() == 0 || graph.each().any(|(_, _, weight)| weight < 0.0) {
        return None;
    }
    let ties = Partners::of(graph);
    let (sum, squares) = graph.each().fold((0.0, 0.0), |(sum, squares), (_, _, w)| (sum + w, squares + w * w));
    let mut values: Vec<f64> =
        (0..len).map(|actor| ties.weights(actor).iter().sum::<f64>() / (2.0 * sum).sqrt()).collect();
    for _ in 0..10_000 {
        // Anew each time, so that rounding does not add up.
        let mut total: f64 = values.iter().map(|value| value * value).sum();
        let mut change: f64 = 0.0;
        for actor in 0..len {
            let own = values[actor];
            let others = total - own * own;
            let next = if others > 0.0 { ties.dot(actor, &values) / 2.0 / others } else { 0.0 };
            change = change.max((next - own).abs());
            total = others + next * next;
            values[actor] = next;
        }
        if change < 1e-13 {
            break;
        }
    }
    let power = |power: i32| values.iter().map(|value| value.powi(power)).sum::<f64>();
    let cells = (len * (len - 1)) as f64;
    let (first, second) = (power(1), power(2));
    let (ideal, ideal_squares) = (first * first - second, second * second - power(4));
    let product: f64 = graph.each().map(|(from, to, weight)| weight * values[from] * values[to]).sum();
    let spread = (cells * squares - sum * sum) * (cells * ideal_squares - ideal * ideal);
    let r = (cells * product - sum * ideal) / spread.sqrt();
    let length = second.sqrt();
    (spread > 0.0 && r.is_finite())
        .then(|| Coreness { coreness: values.iter().map(|value| value / length).collect(), r })
}

/// CONCOR: groups of actors with like arcs. The columns of all layers, rows and columns stacked, are correlated, the
/// correlations again, until all are 1 or -1, which splits the actors in two; each half again, `splits` times in all
/// (Breiger, Boorman & Arabie 1975).
///
/// The diagonal is read as 0. Actors whose column does not vary correlate with nobody. Groups are numbered in the order
/// of their first actors. `None` without actors or layers, with more than [`CONCOR_ACTORS_MAX`] actors, or if the layers
/// have different numbers of actors.
pub fn concor(layers: &[&Graph], splits: usize) -> Option<Vec<u32>> {
    let len = layers.first()?.len();
    if len == 0 || len > CONCOR_ACTORS_MAX || layers.iter().any(|layer| layer.len() != len) {
        return None;
    }
    let rows = 2 * layers.len() * len;
    // Of each actor its arcs to all, then its arcs from all, layer by layer.
    let mut profiles = vec![0.0; len * rows];
    for (layer, graph) in layers.iter().enumerate() {
        for (from, to, weight) in graph.each() {
            profiles[from * rows + 2 * layer * len + to] = weight;
            profiles[to * rows + (2 * layer + 1) * len + from] = weight;
        }
    }
    let mut groups: Vec<Vec<usize>> = vec![(0..len).collect()];
    for _ in 0..splits {
        groups = groups.into_iter().flat_map(|group| halves(&profiles, rows, group)).collect();
    }
    let mut of_actor = vec![0; len];
    for (number, group) in groups.iter().enumerate() {
        for actor in group {
            of_actor[*actor] = number as u32;
        }
    }
    Some(numbered(&of_actor).0)
}

/// The two halves of a group; the group itself if it does not fall apart.
fn halves(profiles: &[f64], rows: usize, group: Vec<usize>) -> Vec<Vec<usize>> {
    if group.len() < 2 {
        return vec![group];
    }
    let columns: Vec<f64> =
        group.iter().flat_map(|actor| &profiles[actor * rows..(actor + 1) * rows]).copied().collect();
    let count = group.len();
    let mut correlations = correlated(&columns, rows, count);
    for _ in 0..CONCOR_ROUNDS_MAX {
        if correlations.iter().all(|value| value.abs() > 1.0 - 1e-9) {
            break;
        }
        correlations = correlated(&correlations, count, count);
    }
    let first = correlations[..count].to_vec();
    let (like, unlike): (Vec<_>, Vec<_>) = group.into_iter().zip(first).partition(|(_, value)| *value > 0.0);
    [like, unlike]
        .into_iter()
        .filter(|half| !half.is_empty())
        .map(|half| half.into_iter().map(|(actor, _)| actor).collect())
        .collect()
}

/// Correlations of columns that stand one after the other, each of `rows` values.
fn correlated(columns: &[f64], rows: usize, count: usize) -> Vec<f64> {
    let mut scaled = columns.to_vec();
    for column in scaled.chunks_exact_mut(rows) {
        let mean = column.iter().sum::<f64>() / rows as f64;
        let squares: f64 = column.iter().map(|value| value * value).sum();
        for value in column.iter_mut() {
            *value -= mean;
        }
        let spread: f64 = column.iter().map(|value| value * value).sum();
        let scale = if spread > 1e-24 * squares { 1.0 / spread.sqrt() } else { 0.0 };
        for value in column.iter_mut() {
            *value *= scale;
        }
    }
    let column = |at: usize| &scaled[at * rows..(at + 1) * rows];
    let halves = parallel::map(
        count,
        parallel::cores_for(count),
        || (),
        |(), one| (0..one).map(|other| dot(column(one), column(other))).collect::<Vec<f64>>(),
    );
    let mut all = vec![1.0; count * count];
    for (one, half) in halves.iter().enumerate() {
        for (other, r) in half.iter().enumerate() {
            all[one * count + other] = *r;
            all[other * count + one] = *r;
        }
    }
    all
}

/// A network reduced to its groups.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Image {
    /// How many actors each group has.
    pub sizes: Vec<usize>,
    /// Mean weight of the cells from group to group, row by row; `None` within a group of one.
    pub densities: Vec<Vec<Option<f64>>>,
    /// Whether the density reaches the threshold.
    pub ties: Vec<Vec<Option<bool>>>,
    /// The threshold.
    pub threshold: f64,
    /// Sum of squared differences between cells and the densities of their blocks.
    pub error: f64,
    /// Share of the squared differences from the overall density that the blocks take away; `None` if cells do not vary.
    pub r_squared: Option<f64>,
}

/// Image matrix of a partition: densities of blocks, and which reach the threshold, the overall density if none is given
/// (White, Boorman & Breiger 1976).
///
/// `None` with fewer than two actors or if `groups` is not as long as there are actors. Groups are numbered in the order
/// of their first actors.
pub fn image(graph: &Graph, groups: &[u32], threshold: Option<f64>) -> Option<Image> {
    let len = graph.len();
    if len < 2 || groups.len() != len {
        return None;
    }
    let (of_actor, sizes) = numbered(groups);
    let blocks = Blocks::of(graph, &of_actor, sizes.len());
    let (total, squares) = graph.each().fold((0.0, 0.0), |(sum, squares), (_, _, w)| (sum + w, squares + w * w));
    let cells = (len * (len - 1)) as f64;
    let threshold = threshold.unwrap_or(total / cells);
    let densities: Vec<Vec<Option<f64>>> =
        (0..sizes.len()).map(|from| (0..sizes.len()).map(|to| blocks.density(from, to)).collect()).collect();
    let ties = densities
        .iter()
        .map(|row| row.iter().map(|density| density.map(|density| density >= threshold)).collect())
        .collect();
    let error = (squares - blocks.explained()).max(0.0);
    let spread = squares - total * total / cells;
    Some(Image {
        sizes: sizes.iter().map(|size| *size as usize).collect(),
        densities,
        ties,
        threshold,
        error,
        r_squared: (spread > 1e-12 * squares).then(|| 1.0 - error / spread),
    })
}

/// Blockmodel for structural equivalence: the partition into `count` groups whose blocks vary least around their
/// densities, sum of squares (Doreian, Batagelj & Ferligoj 2005; Žiberna 2007), by moves and exchanges from
/// `runs.permutations` random starts. The best that was found, so its error is an upper bound.
///
/// `None` without starts, groups, or as many actors as groups.
pub fn blockmodel(graph: &Graph, count: usize, runs: &Runs) -> Option<Vec<u32>> {
    let len = graph.len();
    if count == 0 || len < count {
        return None;
    }
    let found = parallel::map(
        runs.permutations,
        runs.threads,
        || (),
        |(), run| {
            let mut draw = Draw::run(runs.seed, run);
            let mut groups: Vec<u32> =
                (0..len).map(|at| if at < count { at } else { draw.below(count) } as u32).collect();
            draw.shuffle(&mut groups);
            let mut blocks = Blocks::of(graph, &groups, count);
            let mut explained = blocks.explained();
            let mut better = true;
            while better {
                better = false;
                for actor in 0..len {
                    let from = groups[actor];
                    for to in 0..count as u32 {
                        if to == groups[actor] || blocks.sizes[groups[actor] as usize] < 2.0 {
                            continue;
                        }
                        let before = groups[actor];
                        blocks.shift(graph, &mut groups, actor, to);
                        if blocks.explained() > explained + 1e-9 {
                            explained = blocks.explained();
                            better = true;
                        } else {
                            blocks.shift(graph, &mut groups, actor, before);
                        }
                    }
                    if groups[actor] != from || len > EXCHANGE_ACTORS_MAX {
                        continue;
                    }
                    for other in actor + 1..len {
                        let (one, two) = (groups[actor], groups[other]);
                        if one == two {
                            continue;
                        }
                        blocks.shift(graph, &mut groups, actor, two);
                        blocks.shift(graph, &mut groups, other, one);
                        if blocks.explained() > explained + 1e-9 {
                            explained = blocks.explained();
                            better = true;
                        } else {
                            blocks.shift(graph, &mut groups, other, two);
                            blocks.shift(graph, &mut groups, actor, one);
                        }
                    }
                }
            }
            (Blocks::of(graph, &groups, count).explained(), groups)
        },
    );
    let mut best: Option<(f64, Vec<u32>)> = None;
    for (explained, groups) in found {
        if best.as_ref().is_none_or(|(before, _)| explained > *before + 1e-9) {
            best = Some((explained, groups));
        }
    }
    best.map(|(_, groups)| numbered(&groups).0)
}

/// The weights from group to group.
struct Blocks {
    count: usize,
    sizes: Vec<f64>,
    sums: Vec<f64>,
}

impl Blocks {
    fn of(graph: &Graph, groups: &[u32], count: usize) -> Blocks {
        let mut blocks = Blocks { count, sizes: vec![0.0; count], sums: vec![0.0; count * count] };
        for group in groups {
            blocks.sizes[*group as usize] += 1.0;
        }
        for (from, to, weight) in graph.each() {
            blocks.sums[groups[from] as usize * count + groups[to] as usize] += weight;
        }
        blocks
    }

    fn cells(&self, from: usize, to: usize) -> f64 {
        self.sizes[from] * if from == to { self.sizes[to] - 1.0 } else { self.sizes[to] }
    }

    fn density(&self, from: usize, to: usize) -> Option<f64> {
        let cells = self.cells(from, to);
        (cells > 0.0).then(|| self.sums[from * self.count + to] / cells)
    }

    /// The part of the sum of squares that the densities explain.
    fn explained(&self) -> f64 {
        let all = (0..self.count).flat_map(|from| (0..self.count).map(move |to| (from, to)));
        all.filter_map(|(from, to)| Some(self.density(from, to)? * self.sums[from * self.count + to])).sum()
    }

    /// Moves an actor to another group.
    fn shift(&mut self, graph: &Graph, groups: &mut [u32], actor: usize, to: u32) {
        self.add(graph, groups, actor, -1.0);
        groups[actor] = to;
        self.add(graph, groups, actor, 1.0);
    }

    fn add(&mut self, graph: &Graph, groups: &[u32], actor: usize, sign: f64) {
        let own = groups[actor] as usize;
        self.sizes[own] += sign;
        for (other, weight) in graph.out(actor).iter().zip(graph.out_weights(actor)) {
            self.sums[own * self.count + groups[*other as usize] as usize] += sign * weight;
        }
        for (other, weight) in graph.incoming(actor).iter().zip(graph.incoming_weights(actor)) {
            self.sums[groups[*other as usize] as usize * self.count + own] += sign * weight;
        }
    }
}
