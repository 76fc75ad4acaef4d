//! Are two networks on the same actors alike? Tests that shuffle the actors, for cells of a network depend on each
//! other (quadratic assignment procedure).

use serde::Serialize;

use super::draw::Draw;
use super::graph::Graph;
use super::parallel;

/// Up to so many actors, networks are laid out as full matrices, 32 MB each; a regression has no other way.
pub const FULL_ACTORS_MAX: usize = 2_000;

/// Figures that differ by so little, as a share, are equal: sums were made in another order.
const SAME: f64 = 1e-9;

/// How many permutations, from which seed, on how many threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Runs {
    /// How many permutations.
    pub permutations: usize,
    /// Every permutation has draws of its own from this seed, so figures do not depend on `threads`.
    pub seed: u64,
    /// How many threads at most.
    pub threads: usize,
}

impl Runs {
    /// Permutations from a seed, on as many threads as pay.
    pub fn of(permutations: usize, seed: u64) -> Runs {
        Runs { permutations, seed, threads: parallel::cores() }
    }
}

/// Shares of permutations that are as extreme as what was observed, each `(b + 1) / (m + 1)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Share {
    /// As low or lower.
    pub lower: f64,
    /// As high or higher.
    pub upper: f64,
    /// As far from the middle or farther, to either side.
    pub two_sided: f64,
}

impl Share {
    /// Of an observed value among drawn ones; `middle` is what chance gives.
    pub(super) fn of(observed: f64, drawn: &[f64], middle: f64) -> Share {
        // Equal values must count as equal.
        let slack = SAME * observed.abs().max(1.0);
        let share = |as_extreme: &dyn Fn(f64) -> bool| {
            let count = drawn.iter().filter(|value| as_extreme(**value)).count();
            (count + 1) as f64 / (drawn.len() + 1) as f64
        };
        Share {
            lower: share(&|value| value <= observed + slack),
            upper: share(&|value| value >= observed - slack),
            two_sided: share(&|value| (value - middle).abs() >= (observed - middle).abs() - slack),
        }
    }
}

/// Correlation of two networks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Correlation {
    /// Pearson's r over all cells off the diagonal.
    pub r: f64,
    /// Shares of permutations with such an r; `None` without permutations.
    pub p: Option<Share>,
}

/// QAP correlation: Pearson's r of the cells off the diagonal; rows and columns of the second network are permuted
/// together (Krackhardt 1987).
///
/// Weights are the values of the cells, a missing arc is 0. `None` if the networks have different numbers of actors,
/// or if one of them has the same value in every cell.
pub fn correlation(one: &Graph, other: &Graph, runs: &Runs) -> Option<Correlation> {
    let len = one.len();
    if other.len() != len || len < 2 {
        return None;
    }
    let cells = (len * (len - 1)) as f64;
    let moments = |graph: &Graph| {
        let (sum, squares) = graph.each().fold((0.0, 0.0), |(sum, squares), (_, _, w)| (sum + w, squares + w * w));
        (sum, squares - sum * sum / cells)
    };
    let ((one_sum, one_spread), (other_sum, other_spread)) = (moments(one), moments(other));
    let scale = (one_spread * other_spread).sqrt();
    let same = |sum: f64, spread: f64| spread <= 1e-12 * (sum * sum / cells);
    if !scale.is_finite() || scale == 0.0 || same(one_sum, one_spread) || same(other_sum, other_spread) {
        return None;
    }
    // A row of the second network is read cell by cell: from a full matrix, or laid out when its turn comes.
    let full = (len <= FULL_ACTORS_MAX).then(|| full(other));
    let r_of = |row: &mut [f64], order: &[u32]| {
        let of = |product: f64| (product - one_sum * other_sum / cells) / scale;
        if let Some(full) = &full {
            return of(moved_product(one, full, order));
        }
        let mut product = 0.0;
        for actor in (0..len).filter(|actor| !one.out(*actor).is_empty()) {
            let image = order[actor] as usize;
            let (cells, weights) = (one.out(actor), one.out_weights(actor));
            for (at, weight) in other.out(image).iter().zip(other.out_weights(image)) {
                row[*at as usize] = *weight;
            }
            product += gathered(row, order, cells, weights);
            for at in other.out(image) {
                row[*at as usize] = 0.0;
            }
        }
        of(product)
    };
    let straight: Vec<u32> = (0..len as u32).collect();
    let r = r_of(&mut vec![0.0; len], &straight);
    let drawn = parallel::map(
        runs.permutations,
        runs.threads,
        || vec![0.0; len],
        |row, run| r_of(row, &Draw::run(runs.seed, run).permutation(len)),
    );
    let p = (!drawn.is_empty()).then(|| Share::of(r, &drawn, 0.0));
    Some(Correlation { r, p })
}

/// `sum of weights * row[order[others]]`, in four sums side by side.
fn gathered(row: &[f64], order: &[u32], others: &[u32], weights: &[f64]) -> f64 {
    let value = |other: u32, weight: f64| row[order[other as usize] as usize] * weight;
    let (others, weights) = (others.chunks_exact(4), weights.chunks_exact(4));
    let rest: f64 =
        others.remainder().iter().zip(weights.remainder()).map(|(other, weight)| value(*other, *weight)).sum();
    let mut sums = [0.0; 4];
    for (other, weight) in others.zip(weights) {
        for lane in 0..4 {
            sums[lane] += value(other[lane], weight[lane]);
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// One coefficient of a regression of a network on networks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Coefficient {
    /// The coefficient.
    pub b: f64,
    /// The coefficient over its ordinary standard error; a measure to permute, not to look up in a table.
    pub t: f64,
    /// Shares of permutations with such a t; `None` without permutations.
    pub p: Option<Share>,
}

/// A regression of a network on networks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Regression {
    /// The intercept.
    pub intercept: Coefficient,
    /// Of each explaining network.
    pub coefficients: Vec<Coefficient>,
    /// Share of the variance explained.
    pub r_squared: f64,
    /// The same, adjusted for the number of coefficients.
    pub adjusted: f64,
    /// How many cells: ordered pairs, or unordered ones if all networks are symmetric.
    pub cells: usize,
}

/// MRQAP with double semi-partialling: least squares over the cells off the diagonal. For each coefficient its network
/// is freed of what the others explain, the actors of what is left are permuted, and the t are compared (Dekker,
/// Krackhardt & Snijders 2007).
///
/// Weights are the values of the cells, a missing arc is 0. If all networks are symmetric, every pair counts once.
/// `None` if the networks have different numbers of actors or more than [`FULL_ACTORS_MAX`], if there are no more cells
/// than coefficients, if the explained network is the same in every cell or explained without rest, or if one explaining
/// network is a combination of others.
pub fn regression(explained: &Graph, explaining: &[&Graph], runs: &Runs) -> Option<Regression> {
    let len = explained.len();
    if len > FULL_ACTORS_MAX || explaining.iter().any(|graph| graph.len() != len) {
        return None;
    }
    let symmetric = explaining.iter().chain([&explained]).all(|graph| is_symmetric(graph));
    let cells = Cells { len, symmetric };
    let count = cells.count();
    let coefficients = explaining.len() + 1;
    if count <= coefficients {
        return None;
    }
    let free = (count - coefficients) as f64;
    let y = cells.values(explained);
    let mut x = vec![cells.ones()];
    x.extend(explaining.iter().map(|graph| cells.values(graph)));

    let mut tested = Vec::with_capacity(coefficients);
    let mut rest = 0.0;
    for at in 0..coefficients {
        let others: Vec<usize> = (0..coefficients).filter(|other| *other != at).collect();
        let (basis, triangle) = orthonormal(others.iter().map(|other| x[*other].clone()))?;
        let mut own = x[at].clone();
        let along = clear(&mut own, &basis)?;
        let mut left = y.clone();
        let along_y = freed(&mut left, &basis);
        let (product, squares) = (dot(&own, &left), dot(&own, &own));
        let fit = Fit { left: dot(&left, &left), free };
        let (b, t) = fit.of(product, squares)?;
        rest = (fit.left - b * product).max(0.0);
        if rest <= 1e-12 * dot(&y, &y) {
            return None;
        }
        // What is left of the network, as a sum of all.
        let mut times = vec![0.0; coefficients];
        times[at] = 1.0;
        others.iter().zip(triangle.solve(along)).for_each(|(other, part)| times[*other] = -part);
        tested.push((b, t, Tested { others, triangle, along_y, times, squares, fit }));
    }
    drop(x);
    // Products of every network permuted with every other are all that a permutation changes.
    let products = Products::of(explaining, explained, &cells);
    let drawn = parallel::map(
        runs.permutations,
        runs.threads,
        || (),
        |(), run| {
            let found = products.permuted(&Draw::run(runs.seed, run).permutation(len));
            tested.iter().map(|(_, _, tested)| tested.t(&found)).collect::<Vec<f64>>()
        },
    );
    let mut found = Vec::with_capacity(coefficients);
    for (at, (b, t, _)) in tested.iter().enumerate() {
        let drawn: Vec<f64> = drawn.iter().map(|all| all[at]).collect();
        let p = (!drawn.is_empty()).then(|| Share::of(*t, &drawn, 0.0));
        found.push(Coefficient { b: *b, t: *t, p });
    }
    let mean = y.iter().sum::<f64>() / count as f64;
    let spread = dot(&y, &y) - mean * mean * count as f64;
    let unexplained = rest / spread;
    let intercept = found.remove(0);
    (spread > 0.0).then(|| Regression {
        intercept,
        coefficients: found,
        r_squared: 1.0 - unexplained,
        adjusted: 1.0 - unexplained * (count as f64 - 1.0) / free,
        cells: count,
    })
}

/// Least squares with one network left to fit.
struct Fit {
    /// Sum of squares of what the other networks leave of the explained one.
    left: f64,
    /// Degrees of freedom.
    free: f64,
}

impl Fit {
    /// Coefficient and t, from the product with what is left and the squares of the network freed of the others.
    fn of(&self, product: f64, squares: f64) -> Option<(f64, f64)> {
        let b = product / squares;
        let t = b / ((self.left - b * product).max(0.0) / self.free / squares).sqrt();
        (b.is_finite() && !t.is_nan()).then_some((b, t))
    }
}

/// What the test of one coefficient needs of its network: freed of what the others explain, it is a sum of all of them,
/// so its products are sums of their products.
struct Tested {
    /// The columns of the others.
    others: Vec<usize>,
    /// Makes their basis of them.
    triangle: Triangle,
    /// The explained network along each of the basis.
    along_y: Vec<f64>,
    /// How many times each column is in what is left of this one.
    times: Vec<f64>,
    /// The squares of what is left.
    squares: f64,
    fit: Fit,
}

impl Tested {
    /// t after a permutation, from the products of each permuted column with all.
    fn t(&self, products: &[Vec<f64>]) -> f64 {
        let with = |column: usize| self.times.iter().zip(products).map(|(times, row)| times * row[column]).sum::<f64>();
        let along = self.triangle.solve_transposed(self.others.iter().map(|other| with(*other)).collect());
        let product = with(self.times.len()) - dot(&along, &self.along_y);
        self.fit.of(product, self.squares - dot(&along, &along)).map_or(0.0, |(_, t)| t)
    }
}

/// The products of networks with networks, over the cells that a regression reads.
struct Products<'a> {
    /// Those that explain, and the one that is explained; before them stands the column of ones.
    graphs: Vec<&'a Graph>,
    full: Vec<Vec<f64>>,
    sums: Vec<f64>,
    cells: &'a Cells,
}

impl<'a> Products<'a> {
    fn of(explaining: &[&'a Graph], explained: &'a Graph, cells: &'a Cells) -> Products<'a> {
        let graphs: Vec<&Graph> = explaining.iter().copied().chain([explained]).collect();
        let full = graphs.iter().map(|graph| full(graph)).collect();
        let share = cells.share();
        let sums = graphs.iter().map(|graph| share * graph.each().map(|(.., weight)| weight).sum::<f64>()).collect();
        Products { graphs, full, sums, cells }
    }

    /// Of the ones and of each network that explains, permuted, the products with the ones and with each network.
    fn permuted(&self, order: &[u32]) -> Vec<Vec<f64>> {
        let mut back = vec![0; order.len()];
        order.iter().enumerate().for_each(|(at, image)| back[*image as usize] = at as u32);
        let explaining = self.graphs.len() - 1;
        let mut ones = vec![self.cells.count() as f64];
        ones.extend(&self.sums);
        let mut all = vec![ones];
        for moved in 0..explaining {
            // Along the arcs of the one that has fewer.
            let with = |still: usize| {
                let (moved, still) = if self.graphs[still].arcs() <= self.graphs[moved].arcs() {
                    ((still, order), moved)
                } else {
                    ((moved, &*back), still)
                };
                self.cells.share() * moved_product(self.graphs[moved.0], &self.full[still], moved.1)
            };
            all.push([self.sums[moved]].into_iter().chain((0..=explaining).map(with)).collect());
        }
        all
    }
}

/// The sum over arcs of the weight times the cell of a full matrix where a permutation puts it.
fn moved_product(graph: &Graph, full: &[f64], order: &[u32]) -> f64 {
    let len = order.len();
    let row = |actor: usize| {
        let image = order[actor] as usize;
        gathered(&full[image * len..(image + 1) * len], order, graph.out(actor), graph.out_weights(actor))
    };
    (0..len).filter(|actor| !graph.out(*actor).is_empty()).map(row).sum()
}

/// All cells of a network.
fn full(graph: &Graph) -> Vec<f64> {
    let mut full = vec![0.0; graph.len() * graph.len()];
    for (from, to, weight) in graph.each() {
        full[from * graph.len() + to] = weight;
    }
    full
}

/// The cells that a regression reads, in a full matrix with zeros elsewhere.
struct Cells {
    len: usize,
    symmetric: bool,
}

impl Cells {
    fn count(&self) -> usize {
        self.len * self.len.saturating_sub(1) / if self.symmetric { 2 } else { 1 }
    }

    /// The columns of a row that are read.
    fn columns(&self, row: usize) -> [std::ops::Range<usize>; 2] {
        [0..if self.symmetric { 0 } else { row }, row + 1..self.len]
    }

    fn ones(&self) -> Vec<f64> {
        let mut all = vec![0.0; self.len * self.len];
        for row in 0..self.len {
            for columns in self.columns(row) {
                all[row * self.len + columns.start..row * self.len + columns.end].fill(1.0);
            }
        }
        all
    }

    fn values(&self, graph: &Graph) -> Vec<f64> {
        let mut all = vec![0.0; self.len * self.len];
        for (from, to, weight) in graph.each().filter(|(from, to, _)| !self.symmetric || from < to) {
            all[from * self.len + to] = weight;
        }
        all
    }

    /// How much of the sum over all cells is that over those that are read.
    fn share(&self) -> f64 {
        if self.symmetric { 0.5 } else { 1.0 }
    }
}

fn is_symmetric(graph: &Graph) -> bool {
    graph.each().all(|(from, to, weight)| graph.weight(to, from) == Some(weight))
}

/// The sum of products, in four sums side by side.
pub(super) fn dot(one: &[f64], other: &[f64]) -> f64 {
    let (one, other) = (one.chunks_exact(4), other.chunks_exact(4));
    let rest: f64 = one.remainder().iter().zip(other.remainder()).map(|(a, b)| a * b).sum();
    let mut sums = [0.0; 4];
    for (a, b) in one.zip(other) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// Takes out of a column what the basis explains of it, twice for the digits; how much it had along each of the basis.
fn freed(column: &mut [f64], basis: &[Vec<f64>]) -> Vec<f64> {
    let mut all = vec![0.0; basis.len()];
    for _ in 0..2 {
        for (base, sum) in basis.iter().zip(&mut all) {
            let along = dot(column, base);
            *sum += along;
            for (cell, part) in column.iter_mut().zip(base) {
                *cell -= along * part;
            }
        }
    }
    all
}

/// As [`freed`]; `None` if nothing is left.
fn clear(column: &mut [f64], basis: &[Vec<f64>]) -> Option<Vec<f64>> {
    let before = dot(column, column);
    let along = freed(column, basis);
    (dot(column, column) > 1e-12 * before).then_some(along)
}

/// An upper triangle, column by column, that makes columns of an orthonormal basis.
struct Triangle(Vec<Vec<f64>>);

impl Triangle {
    /// x of `triangle x = y`.
    fn solve(&self, mut x: Vec<f64>) -> Vec<f64> {
        for (at, column) in self.0.iter().enumerate().rev() {
            x[at] /= column[at];
            let found = x[at];
            x.iter_mut().zip(&column[..at]).for_each(|(x, cell)| *x -= cell * found);
        }
        x
    }

    /// x of `triangle' x = y`.
    fn solve_transposed(&self, mut x: Vec<f64>) -> Vec<f64> {
        for (at, column) in self.0.iter().enumerate() {
            let known: f64 = x.iter().zip(&column[..at]).map(|(x, cell)| x * cell).sum();
            x[at] = (x[at] - known) / column[at];
        }
        x
    }
}

/// Columns as an orthonormal basis and a triangle (Gram & Schmidt); `None` if one of them is a combination of others.
fn orthonormal(columns: impl Iterator<Item = Vec<f64>>) -> Option<(Vec<Vec<f64>>, Triangle)> {
    let (mut basis, mut triangle): (Vec<Vec<f64>>, Vec<Vec<f64>>) = (Vec::new(), Vec::new());
    for mut column in columns {
        let mut along = clear(&mut column, &basis)?;
        let length = dot(&column, &column).sqrt();
        column.iter_mut().for_each(|cell| *cell /= length);
        along.push(length);
        triangle.push(along);
        basis.push(column);
    }
    Some((basis, Triangle(triangle)))
}
