//! What is told of a month, so that no small number can be computed from it.
//!
//! Facts of one relation and sign between two actors are a *pair*. A pair of fewer than [`LEAST`] facts is left out; of
//! any other all facts are told, in rows that are never about the same fact. Below a pair facts are parted by item, item by
//! subject, subject by code. Where a part is too small it is not told by itself but merged with its neighbours, and so is
//! the smallest neighbour that would be large enough: otherwise who knows the rule would know that all that was merged is
//! small, and four facts of two codes would be two of each. Where several are the smallest all of them are merged, so that
//! which one was merged says nothing either.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{Pair, Row};
use super::{LEAST, NAME_CHARS_MAX};
use crate::catalogue::Subject;
use crate::dossier::NodeId;
use crate::network::tie::{Actor, Relation, Tie};

/// Whose tie it is to tell: the node's that wrote the entry. Nobody's if it is not told in digests.
///
/// An entry is written by one node and by no other, so a tie is told once, however many nodes hold the dossier; the name is
/// signed, stands in every copy of the log and never changes, while which organisation works on which node does; and who
/// wrote an entry holds the dossier, so what it tells it knows. It is the node of whoever acted: the receiving place's for
/// what it took in and for applicants who applied there, the deciding authority's for its answers.
///
/// Not told is what everyone reads in public dossiers, where it stands in full, and that applicants applied: the same fact
/// as that the place took in for the one that decides, counted in another way. From two ways of counting the same facts,
/// what is left out of one can be computed.
///
/// Nor is what has a name that is too long to be one: it was typed.
pub fn teller(tie: &Tie) -> Option<&NodeId> {
    is_told(tie.relation, [&tie.from, &tie.to], [&tie.item, &tie.code]).then_some(&tie.node)
}

/// Whether something of this kind is told in digests.
pub(super) fn is_told(relation: Relation, actors: [&Actor; 2], keys: [&str; 2]) -> bool {
    let is_short = |text: &str| text.chars().count() <= NAME_CHARS_MAX;
    let named = actors.into_iter().filter_map(|actor| match actor {
        Actor::Named { name, .. } => Some(name.as_str()),
        Actor::Org(_) | Actor::Applicants { .. } => None,
    });
    is_in_digests(relation) && keys.into_iter().chain(named).all(is_short)
}

fn is_in_digests(relation: Relation) -> bool {
    match relation {
        Relation::AppliesTo
        | Relation::Proposes
        | Relation::Supports
        | Relation::Opposes
        | Relation::TakesOver
        | Relation::Declines
        | Relation::Objects
        | Relation::Amends => false,
        Relation::TakesInFor
        | Relation::Permits
        | Relation::HandsTo
        | Relation::ForwardsTo
        | Relation::BeginsPartAt
        | Relation::ReceivesFrom
        | Relation::ReturnsTo
        | Relation::Asks
        | Relation::Answers
        | Relation::CorrectsFor
        | Relation::TurnsAway
        | Relation::DecidesFor
        | Relation::SendsBy
        | Relation::DeliversTo
        | Relation::Rates => true,
    }
}

/// How far facts are parted, where they are many enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// Not at all below who, what, to whom.
    Pair,
    /// By item.
    Item,
    /// By item and subject.
    Subject,
    /// By item, subject and code.
    Code,
}

impl Depth {
    /// All of them, the finest first.
    pub const ALL: [Depth; 4] = [Depth::Code, Depth::Subject, Depth::Item, Depth::Pair];
}

/// What is told of a month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The rows, in the order of their keys.
    pub rows: Vec<Row>,
    /// How many pairs were left out.
    pub suppressed: u32,
}

/// Facts counted together.
#[derive(Clone, Copy, Default)]
struct Sum {
    count: u32,
    late: u32,
    answers: u32,
    took: u64,
}

impl Sum {
    fn and(self, other: Sum) -> Sum {
        Sum {
            count: self.count + other.count,
            late: self.late + other.late,
            answers: self.answers + other.answers,
            took: self.took + other.took,
        }
    }
}

/// Item, subject and code, in the order in which they part facts.
type About<'a> = [&'a str; 3];

/// The smallest cell, and what it holds.
type Cell<'a> = (About<'a>, Sum);

fn total(cells: &[Cell<'_>]) -> Sum {
    cells.iter().fold(Sum::default(), |all, (_, sum)| all.and(*sum))
}

/// Parts cells that are large enough together and have the first `level` of what they are about in common.
fn part<'a>(cells: &[Cell<'a>], level: usize, depth: Depth, rows: &mut Vec<Cell<'a>>) {
    let Some(((first, _), all)) = cells.first().map(|first| (first, total(cells))) else { return };
    let mut merged = *first;
    merged[level..].fill("");
    if level == depth as usize {
        rows.push((merged, all));
        return;
    }
    let parts: Vec<(&[Cell<'_>], Sum)> =
        cells.chunk_by(|one, other| one.0[level] == other.0[level]).map(|part| (part, total(part))).collect();
    let is_small = |sum: &Sum| sum.count < LEAST;
    let smallest = parts.iter().map(|(_, sum)| sum.count).filter(|count| *count >= LEAST).min();
    let any_small = parts.iter().any(|(_, sum)| is_small(sum));
    let mut rest = Sum::default();
    for (cells, sum) in parts {
        // What is about nothing here would look like what was merged.
        let goes =
            is_small(&sum) || Some(sum.count) == smallest || cells.iter().any(|(about, _)| about[level].is_empty());
        if any_small && goes {
            rest = rest.and(sum);
        } else {
            part(cells, level + 1, depth, rows);
        }
    }
    if rest.count > 0 {
        rows.push((merged, rest));
    }
}

fn row(pair: Pair<'_>, ([item, subject, code], sum): Cell<'_>) -> Row {
    let (relation, from, to, sign) = pair;
    let mean = sum.took.checked_div(u64::from(sum.answers)).filter(|_| sum.answers == sum.count);
    Row {
        relation,
        from: from.clone(),
        to: to.clone(),
        sign,
        item: item.to_owned(),
        subject: [Subject::Person, Subject::Enterprise].into_iter().find(|one| word(Some(*one)) == subject),
        code: code.to_owned(),
        count: sum.count,
        late: sum.late,
        took: mean.map(|mean| u32::try_from(mean).unwrap_or(u32::MAX)),
    }
}

fn word(subject: Option<Subject>) -> &'static str {
    match subject {
        None => "",
        Some(Subject::Person) => "person",
        Some(Subject::Enterprise) => "enterprise",
    }
}

/// Facts of a month by pair and cell.
fn counted(own: &[Tie]) -> BTreeMap<Pair<'_>, Vec<Cell<'_>>> {
    let mut pairs: BTreeMap<Pair<'_>, BTreeMap<About<'_>, Sum>> = BTreeMap::new();
    for tie in own.iter().filter(|tie| teller(tie).is_some()) {
        // What was said to applicants, or by them, is told with its sign and no more: the reasons are theirs.
        let is_theirs = [&tie.from, &tie.to].into_iter().any(|one| matches!(one, Actor::Applicants { .. }));
        let code = if is_theirs { "" } else { tie.code.as_str() };
        let sum = Sum {
            count: 1,
            late: u32::from(tie.late),
            answers: u32::from(tie.took.is_some()),
            took: tie.took.map_or(0, u64::from),
        };
        let cells = pairs.entry((tie.relation, &tie.from, &tie.to, tie.sign)).or_default();
        let cell = cells.entry([&tie.item, word(tie.subject), code]).or_default();
        *cell = cell.and(sum);
    }
    pairs.into_iter().map(|(pair, cells)| (pair, cells.into_iter().collect())).collect()
}

fn rows_of(pair: Pair<'_>, cells: &[Cell<'_>], depth: Depth) -> Vec<Row> {
    let mut rows = Vec::new();
    part(cells, 0, depth, &mut rows);
    rows.into_iter().map(|cell| row(pair, cell)).collect()
}

impl Table {
    fn of(mut rows: Vec<Row>, suppressed: usize) -> Table {
        rows.sort_by(|one, other| one.key().cmp(&other.key()));
        Table { rows, suppressed: u32::try_from(suppressed).unwrap_or(u32::MAX) }
    }
}

/// What is told of a month for the first time: `own` are the ties of that month that are one node's to tell.
pub fn table(own: &[Tie], depth: Depth) -> Table {
    let pairs = counted(own);
    let (told, left): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(_, cells)| total(cells).count >= LEAST);
    Table::of(told.iter().flat_map(|(pair, cells)| rows_of(*pair, cells, depth)).collect(), left.len())
}

/// What is told of the same month later, when more ties of it are known, or fewer stand; the same as before if nothing is to
/// be told anew.
///
/// What changed could be computed from two versions. So a pair is told anew only if it has changed by [`LEAST`] facts
/// or more, and then as a whole; otherwise its rows stay as they were. One that was left out is told like any other once it
/// is large enough.
pub fn again(before: &Table, own: &[Tie], depth: Depth) -> Table {
    let mut told: BTreeMap<Pair<'_>, Vec<&Row>> = BTreeMap::new();
    for row in &before.rows {
        told.entry(row.pair()).or_default().push(row);
    }
    let now = counted(own);
    let (mut rows, mut left, mut is_new) = (Vec::new(), 0, false);
    let pairs: BTreeSet<Pair<'_>> = told.keys().chain(now.keys()).copied().collect();
    for pair in pairs {
        let cells = now.get(&pair).map_or(&[][..], Vec::as_slice);
        let count = total(cells).count;
        let before = told.get(&pair);
        let was: u32 = before.into_iter().flatten().map(|row| row.count).sum();
        match before {
            Some(same) if was.abs_diff(count) < LEAST => rows.extend(same.iter().map(|row| (*row).clone())),
            _ if count >= LEAST => {
                is_new = true;
                rows.extend(rows_of(pair, cells, if before.is_some() { Depth::Pair } else { depth }));
            }
            _ => {
                is_new |= before.is_some();
                left += usize::from(count > 0);
            }
        }
    }
    if is_new { Table::of(rows, left) } else { before.clone() }
}
