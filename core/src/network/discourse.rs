//! What actors say for and against concepts, and the networks that follow from it: discourse network analysis (Leifeld
//! 2017), with the rules of the program that the field uses, Discourse Network Analyzer (DNA).

use std::collections::HashSet;

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;

use super::camps::{Camps, camps};
use super::draw::Draw;
use super::facts::Statement;
use super::graph::Graph;
use super::leiden::{Communities, leiden};
use super::parallel;
use super::permute::{Runs, Share};
use super::tie::Actor;

/// The document of a source: what stands before its last `#`. What follows is the place in it.
pub fn document(source: &str) -> &str {
    source.rsplit_once('#').map_or(source, |(document, _)| document)
}

/// A period of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Monday to Sunday.
    Week,
    /// A month of one year.
    Month,
    /// A year.
    Year,
}

impl Period {
    /// The first and the last day of the period in which a day is.
    pub fn around(self, day: Date) -> (Date, Date) {
        match self {
            Period::Week => {
                let monday = day.saturating_sub(day.weekday().to_monday_zero_offset().days());
                (monday, monday.saturating_add(6.days()))
            }
            Period::Month => (day.first_of_month(), day.last_of_month()),
            Period::Year => (day.first_of_year(), day.last_of_year()),
        }
    }
}

/// What is done with statements of one actor, one concept and one stance that are there more than once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// Each counts.
    Include,
    /// Those of one document count once.
    PerDocument,
    /// Those of one period count once.
    Per(Period),
    /// They count once.
    Across,
}

/// Which statements count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The first day; none: from the beginning.
    pub from: Option<Date>,
    /// The last day; none: to the end.
    pub to: Option<Date>,
    /// What is done with those that are there more than once.
    pub duplicates: Duplicates,
}

impl Choice {
    /// The numbers of the statements that count, by day, then as they came. Of duplicates the first counts.
    pub fn of(&self, statements: &[Statement]) -> Vec<usize> {
        let is_within = |day: Date| self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to);
        let mut chosen: Vec<usize> = (0..statements.len()).filter(|at| is_within(statements[*at].day)).collect();
        chosen.sort_by_key(|at| statements[*at].day);
        let mut seen = HashSet::new();
        chosen.retain(|at| {
            let one = &statements[*at];
            let within = match self.duplicates {
                Duplicates::Include => return true,
                Duplicates::PerDocument => (document(&one.source), None),
                Duplicates::Per(period) => ("", Some(period.around(one.day).0)),
                Duplicates::Across => ("", None),
            };
            seen.insert((&one.actor, &one.concept, one.agree, within))
        });
        chosen
    }
}

/// Who says how much about what.
#[derive(Clone, Debug, PartialEq)]
pub struct Discourse {
    /// Everyone of whom there is a statement, whether it counts or not, ascending: networks of different times have the
    /// same actors.
    pub actors: Vec<Actor>,
    /// Every concept of which there is a statement, ascending.
    pub concepts: Vec<String>,
    /// Actors by concepts.
    pub affiliation: Affiliation,
}

impl Discourse {
    /// From the statements that are chosen.
    pub fn of(statements: &[Statement], choice: &Choice) -> Discourse {
        let mut actors: Vec<&Actor> = statements.iter().map(|one| &one.actor).collect();
        actors.sort_unstable();
        actors.dedup();
        let mut concepts: Vec<&str> = statements.iter().map(|one| one.concept.as_str()).collect();
        concepts.sort_unstable();
        concepts.dedup();
        let said = choice.of(statements).into_iter().map(|at| {
            let one = &statements[at];
            let actor = actors.partition_point(|actor| **actor < one.actor);
            let concept = concepts.partition_point(|concept| **concept < *one.concept);
            (actor as u32, concept as u32, one.agree)
        });
        let affiliation = Affiliation::of(actors.len(), concepts.len(), said);
        Discourse {
            affiliation,
            actors: actors.into_iter().cloned().collect(),
            concepts: concepts.into_iter().map(str::to_owned).collect(),
        }
    }
}

/// Networks of one kind of nodes, made of an affiliation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OneMode {
    /// `C = X+ X+' + X- X-'`: how often two take the same stance.
    Congruence,
    /// `K = X+ X-' + X- X+'`: how often two take opposite stances.
    Conflict,
    /// `C - K`: a signed network.
    Subtract,
}

impl OneMode {
    /// The word used in texts and data.
    pub fn name(self) -> &'static str {
        match self {
            OneMode::Congruence => "congruence",
            OneMode::Conflict => "conflict",
            OneMode::Subtract => "subtract",
        }
    }
}

/// How weights are made comparable when some say more than others (Leifeld 2017).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalised {
    /// Not at all.
    No,
    /// Over the mean number of statements of the two.
    Average,
    /// Over all stances of the two: those of one alone, and the products of those of both. If every stance is there once,
    /// over the number of stances that either takes.
    Jaccard,
    /// Over the product of the lengths of their two rows, `sqrt(sum x^2)`.
    Cosine,
}

/// X+ and X-: how often each row is for, and how often against, each column. Rows are actors and columns concepts, or
/// the other way round.
#[derive(Clone, Debug, PartialEq)]
pub struct Affiliation {
    /// Of each row its columns, ascending, with how often for and how often against.
    rows: Vec<Vec<(u32, [f64; 2])>>,
    columns: usize,
}

impl Affiliation {
    /// From statements: row, column, whether for it. Each counts; those of rows or columns that there are not are left
    /// out.
    pub fn of(rows: usize, columns: usize, statements: impl IntoIterator<Item = (u32, u32, bool)>) -> Affiliation {
        let mut sorted: Vec<(u32, u32, bool)> = statements
            .into_iter()
            .filter(|(row, column, _)| (*row as usize) < rows && (*column as usize) < columns)
            .collect();
        sorted.sort_unstable();
        let mut all: Vec<Vec<(u32, [f64; 2])>> = vec![Vec::new(); rows];
        for (row, column, for_it) in sorted {
            let cells = &mut all[row as usize];
            if cells.last().is_none_or(|(last, _)| *last != column) {
                cells.push((column, [0.0; 2]));
            }
            if let Some((_, counts)) = cells.last_mut() {
                counts[usize::from(!for_it)] += 1.0;
            }
        }
        Affiliation { rows: all, columns }
    }

    /// How many rows and columns.
    pub fn size(&self) -> (usize, usize) {
        (self.rows.len(), self.columns)
    }

    /// Every cell with a statement: row, column, how often for (X+) and how often against (X-).
    pub fn each(&self) -> impl Iterator<Item = (usize, usize, [f64; 2])> + '_ {
        self.rows
            .iter()
            .enumerate()
            .flat_map(|(row, cells)| cells.iter().map(move |(column, counts)| (row, *column as usize, *counts)))
    }

    /// Columns as rows: concepts instead of actors.
    #[must_use]
    pub fn transposed(&self) -> Affiliation {
        let mut rows: Vec<Vec<(u32, [f64; 2])>> = vec![Vec::new(); self.columns];
        for (row, column, counts) in self.each() {
            rows[column].push((row as u32, counts));
        }
        Affiliation { rows, columns: self.rows.len() }
    }

    /// The network of rows, an arc each way. With counts above one the counts of the two are multiplied, as the formulas
    /// say.
    pub fn network(&self, kind: OneMode, normalised: Normalised) -> Graph {
        let (same, opposite) = match kind {
            OneMode::Congruence => (1.0, 0.0),
            OneMode::Conflict => (0.0, 1.0),
            OneMode::Subtract => (1.0, -1.0),
        };
        let columns = self.transposed().rows;
        let totals: Vec<f64> = self.rows.iter().map(|cells| cells.iter().map(|(_, [a, b])| a + b).sum()).collect();
        let squares: Vec<f64> =
            self.rows.iter().map(|cells| cells.iter().map(|(_, [a, b])| a * a + b * b).sum()).collect();
        let over = |one: usize, other: usize| match normalised {
            Normalised::No => 1.0,
            Normalised::Average => f64::midpoint(totals[one], totals[other]),
            Normalised::Cosine => (squares[one] * squares[other]).sqrt(),
            Normalised::Jaccard => either(&self.rows[one], &self.rows[other]),
        };
        let mut sums = vec![0.0; self.rows.len()];
        let mut arcs = Vec::new();
        for (one, cells) in self.rows.iter().enumerate() {
            for (column, [a, b]) in cells {
                for (other, [c, d]) in &columns[*column as usize] {
                    sums[*other as usize] += same * (a * c + b * d) + opposite * (a * d + b * c);
                }
            }
            for (other, sum) in sums.iter_mut().enumerate() {
                let weight = std::mem::take(sum);
                if other != one && weight != 0.0 {
                    arcs.push((one as u32, other as u32, weight / over(one, other)));
                }
            }
        }
        Graph::of(self.rows.len(), arcs).0
    }

    /// The same with what was said about each column dealt out anew among those who spoke on it.
    fn dealt(&self, draw: &mut Draw) -> Affiliation {
        let mut by_column = self.transposed();
        for cells in &mut by_column.rows {
            let mut counts: Vec<[f64; 2]> = cells.iter().map(|(_, counts)| *counts).collect();
            draw.shuffle(&mut counts);
            for (cell, dealt) in cells.iter_mut().zip(counts) {
                cell.1 = dealt;
            }
        }
        by_column.transposed()
    }
}

/// All stances of two rows: those of one alone, and the products of those of both.
fn either(one: &[(u32, [f64; 2])], other: &[(u32, [f64; 2])]) -> f64 {
    let (mut a, mut b, mut sum) = (0, 0, 0.0);
    while a < one.len() || b < other.len() {
        let (left, right) = (one.get(a), other.get(b));
        let column = left.into_iter().chain(right).map(|(column, _)| *column).min();
        let at = |cell: Option<&(u32, [f64; 2])>| {
            cell.filter(|(own, _)| Some(*own) == column).map_or([0.0; 2], |(_, counts)| *counts)
        };
        for (x, y) in at(left).into_iter().zip(at(right)) {
            sum += if x > 0.0 && y > 0.0 { x * y } else { x + y };
        }
        a += usize::from(left.is_some_and(|(own, _)| Some(*own) == column));
        b += usize::from(right.is_some_and(|(own, _)| Some(*own) == column));
    }
    sum
}

/// How far a discourse falls into camps.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Polarisation {
    /// The camp of each row, numbered from zero; who has no tie is a camp of its own.
    pub camps: Vec<u32>,
    /// How many rows each camp has.
    pub sizes: Vec<usize>,
    /// Modularity of these camps, the greatest that was found.
    pub modularity: f64,
    /// What chance gives; `None` without permutations, or if it never gives a network with ties.
    pub chance: Option<Chance>,
}

/// The greatest modularity when what is said is dealt out anew.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Chance {
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation.
    pub sd: f64,
    /// How much the observed one is above the mean.
    pub above: f64,
    /// The same in standard deviations; `None` if chance gives one value only.
    pub z: Option<f64>,
    /// Share of permutations with as great a modularity, `(b + 1) / (m + 1)`.
    pub p: f64,
    /// Permutations that gave no ties; they count as smaller.
    pub empty: usize,
}

/// Polarisation: the greatest modularity of the congruence or subtract network over all partitions, the best of so many
/// starts, compared with chance, for random networks have a high one too (Salloum, Chen & Kivelä 2022).
///
/// Of a congruence network it is the classical modularity, by the Leiden algorithm ([`leiden`]). Of a subtract network,
/// which has negative weights, it is signed modularity, by [`camps`].
///
/// Chance deals out anew what was said about each column among those who spoke on it: who speaks on what, and how much
/// is said for and against each column, stay; that the same rows stand together time and again does not.
///
/// `None` without ties, of a conflict network, whose parts would be those who contradict each other, and where [`camps`]
/// is not defined.
pub fn polarisation(
    said: &Affiliation,
    kind: OneMode,
    normalised: Normalised,
    starts: usize,
    runs: &Runs,
) -> Option<Polarisation> {
    if kind == OneMode::Conflict {
        return None;
    }
    let found = |said: &Affiliation, seed: u64, threads: usize| {
        let network = said.network(kind, normalised);
        let runs = Runs { permutations: starts, seed, threads };
        if kind == OneMode::Subtract {
            return camps(&network, &runs);
        }
        let Communities { groups, sizes, modularity, .. } = leiden(&network, 1.0, &runs)?;
        Some(Camps { groups, sizes, modularity })
    };
    let Camps { groups, sizes, modularity } = found(said, runs.seed, runs.threads)?;
    let drawn: Vec<Option<f64>> = parallel::map(
        runs.permutations,
        runs.threads,
        || (),
        |(), run| {
            let mut draw = Draw::run(runs.seed, run);
            let dealt = said.dealt(&mut draw);
            Some(found(&dealt, draw.bits(), 1)?.modularity)
        },
    );
    let known: Vec<f64> = drawn.iter().flatten().copied().collect();
    let count = known.len() as f64;
    let chance = (!known.is_empty()).then(|| {
        let mean = known.iter().sum::<f64>() / count;
        let sd = (known.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count).sqrt();
        let above = modularity - mean;
        let as_great = Share::of(modularity, &known, mean).upper * (count + 1.0);
        Chance {
            mean,
            sd,
            above,
            z: (sd > 1e-12).then(|| above / sd),
            p: as_great / (drawn.len() + 1) as f64,
            empty: drawn.len() - known.len(),
        }
    });
    Some(Polarisation { camps: groups, sizes, modularity, chance })
}
