//! Whether coders who read the same see the same: Krippendorff's alpha, Cohen's kappa, and where they differ.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::draw::Draw;
use super::facts::Statement;
use super::parallel;
use super::permute::Runs;
use super::tie::Actor;

/// What each coder says of one unit; `None` where a coder did not code it. Every unit names the coders in the same order.
pub type Unit = Vec<Option<u32>>;

/// How much of all draws lies outside an interval, on both sides together.
pub const OUTSIDE: f64 = 0.05;

/// Why agreement is not defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Undefined {
    /// Nobody coded anything.
    NoCoder,
    /// There is one coder.
    OneCoder,
    /// There are several coders, but no unit that two of them coded.
    NothingShared,
    /// All agree on one category: without any other, chance agrees just as much.
    OneCategory,
    /// Kappa is for two coders, and there are more.
    ManyCoders,
}

/// Agreement of any number of coders.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Alpha {
    /// 1 if all agree, 0 if they agree as chance does, below if less.
    pub alpha: f64,
    /// Units that at least two coded.
    pub units: usize,
    /// Values in these units.
    pub values: usize,
    /// Interval of 95 % of the draws; `None` without draws, or if it is not defined in any.
    pub interval: Option<(f64, f64)>,
    /// Draws in which alpha was not defined; the interval is that of the others.
    pub left_out: usize,
}

/// Krippendorff's alpha for nominal categories, any number of coders, values missing (Krippendorff 2011): `1 - Do / De`,
/// observed over expected disagreement of the pairs of values within units. Units that fewer than two coded are left out.
///
/// The interval is the percentile interval of as many draws of units with replacement as `runs` says (Zapf et al. 2016).
pub fn alpha(units: &[Unit], runs: &Runs) -> Result<Alpha, Undefined> {
    let shared = shared(units)?;
    let categories = shared.iter().flatten().copied().max().map_or(0, |most| most as usize + 1);
    let all = || shared.iter().map(Vec::as_slice);
    let found = alpha_of(all(), categories).ok_or(Undefined::OneCategory)?;
    let drawn = parallel::map(
        runs.permutations,
        runs.threads,
        || (),
        |(), run| {
            let mut draw = Draw::run(runs.seed, run);
            let again: Vec<&[u32]> = all().map(|_| shared[draw.below(shared.len())].as_slice()).collect();
            alpha_of(again.into_iter(), categories)
        },
    );
    let mut known: Vec<f64> = drawn.iter().flatten().copied().collect();
    known.sort_unstable_by(f64::total_cmp);
    let rank = |share: f64| known.get(((share * known.len() as f64).ceil() as usize).saturating_sub(1)).copied();
    Ok(Alpha {
        alpha: found,
        units: shared.len(),
        values: all().map(<[u32]>::len).sum(),
        interval: rank(OUTSIDE / 2.0).zip(rank(1.0 - OUTSIDE / 2.0)),
        left_out: drawn.len() - known.len(),
    })
}

/// How many coders coded anything.
fn coders(units: &[Unit]) -> usize {
    let most = units.iter().map(Vec::len).max().unwrap_or(0);
    (0..most).filter(|coder| units.iter().any(|unit| unit.get(*coder).is_some_and(Option::is_some))).count()
}

/// The values of the units that at least two coded, as numbers from zero without gaps.
fn shared(units: &[Unit]) -> Result<Vec<Vec<u32>>, Undefined> {
    match coders(units) {
        0 => return Err(Undefined::NoCoder),
        1 => return Err(Undefined::OneCoder),
        _ => {}
    }
    let names: BTreeSet<u32> = units.iter().flatten().flatten().copied().collect();
    let numbers: BTreeMap<u32, u32> = names.into_iter().zip(0..).collect();
    let values = units.iter().map(|unit| unit.iter().flatten().map(|value| numbers[value]).collect::<Vec<u32>>());
    let shared: Vec<Vec<u32>> = values.filter(|values| values.len() > 1).collect();
    if shared.is_empty() { Err(Undefined::NothingShared) } else { Ok(shared) }
}

fn alpha_of<'a>(units: impl Iterator<Item = &'a [u32]>, categories: usize) -> Option<f64> {
    let mut totals = vec![0.0; categories];
    let mut counts = vec![0.0; categories];
    let (mut all, mut observed) = (0.0, 0.0);
    for values in units {
        for value in values {
            counts[*value as usize] += 1.0;
            totals[*value as usize] += 1.0;
        }
        let len = values.len() as f64;
        // Each value stands in as many pairs as the others; a pair counts 1 / (len - 1), so that values weigh the same.
        let apart: f64 = values.iter().map(|value| len - counts[*value as usize]).sum();
        observed += apart / (len - 1.0);
        all += len;
        values.iter().for_each(|value| counts[*value as usize] = 0.0);
    }
    let expected = totals.iter().map(|total| total * (all - total)).sum::<f64>() / (all - 1.0);
    (expected > 0.0).then(|| 1.0 - observed / expected)
}

/// Agreement of two coders.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Kappa {
    /// 1 if both agree, 0 if they agree as chance does, below if less.
    pub kappa: f64,
    /// Share of units on which they agree.
    pub observed: f64,
    /// Share on which chance would, each keeping to its own shares of categories.
    pub expected: f64,
    /// Units that both coded.
    pub units: usize,
}

/// Cohen's kappa: `(po - pe) / (1 - pe)` (Cohen 1960), of the units that both coded.
pub fn kappa(units: &[Unit]) -> Result<Kappa, Undefined> {
    if coders(units) > 2 {
        return Err(Undefined::ManyCoders);
    }
    let pairs = shared(units)?;
    let count = pairs.len() as f64;
    let mut shares: BTreeMap<u32, [f64; 2]> = BTreeMap::new();
    let mut same = 0.0;
    for pair in &pairs {
        for (coder, value) in pair.iter().enumerate() {
            shares.entry(*value).or_default()[coder] += 1.0 / count;
        }
        same += f64::from(u8::from(pair[0] == pair[1]));
    }
    if shares.len() == 1 {
        return Err(Undefined::OneCategory);
    }
    let observed = same / count;
    let expected: f64 = shares.values().map(|[one, other]| one * other).sum();
    Ok(Kappa { kappa: (observed - expected) / (1.0 - expected), observed, expected, units: pairs.len() })
}

/// What a coder says of an actor and a concept at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// Nothing.
    Nothing,
    /// For it.
    For,
    /// Against it.
    Against,
    /// Both.
    Both,
}

/// A statement on which coders differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Where it stands.
    pub source: String,
    /// Of whom.
    pub actor: Actor,
    /// About what.
    pub concept: String,
    /// What each coder says, in the order of [`Compared::coders`].
    pub stances: Vec<Stance>,
    /// Numbers of the statements.
    pub statements: Vec<u32>,
}

/// Several coders' statements side by side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// Their names, ascending.
    pub coders: Vec<String>,
    /// How many statements each has: one actor and concept at one place counts once.
    pub found: Vec<usize>,
    /// How many there are of any of them.
    pub all: usize,
    /// How many all of them have, whatever the stance.
    pub by_all: usize,
    /// Units to judge agreement on stances: one actor and concept at one place; missing where a coder has none there.
    pub stances: Vec<Unit>,
    /// Units to judge agreement on concepts: one actor at one place; the category is all concepts that a coder sees
    /// there, and to see none is a category as well.
    pub concepts: Vec<Unit>,
    /// Where they differ, in the order of sources, actors and concepts.
    pub differences: Vec<Difference>,
}

/// What coders say of one actor and concept at one place.
struct Seen {
    stances: Vec<Stance>,
    statements: Vec<u32>,
}

/// Puts the statements of several coders side by side. They are the same statement if source, actor and concept are the
/// same: coders have to name places in the same way.
pub fn compared(statements: &[Statement]) -> Compared {
    let coders: Vec<&str> =
        statements.iter().map(|one| one.coder.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    let mut units: BTreeMap<(&str, &Actor, &str), Seen> = BTreeMap::new();
    for (one, number) in statements.iter().zip(0..) {
        let unit = units
            .entry((&one.source, &one.actor, &one.concept))
            .or_insert_with(|| Seen { stances: vec![Stance::Nothing; coders.len()], statements: Vec::new() });
        let stance = &mut unit.stances[coders.partition_point(|coder| **coder < *one.coder)];
        let said = if one.agree { Stance::For } else { Stance::Against };
        *stance = if [Stance::Nothing, said].contains(stance) { said } else { Stance::Both };
        unit.statements.push(number);
    }
    let mut passages: BTreeMap<(&str, &Actor), Vec<BTreeSet<&str>>> = BTreeMap::new();
    for ((source, actor, concept), unit) in &units {
        let passage = passages.entry((source, actor)).or_insert_with(|| vec![BTreeSet::new(); coders.len()]);
        for (seen, _) in passage.iter_mut().zip(&unit.stances).filter(|(_, stance)| **stance != Stance::Nothing) {
            seen.insert(concept);
        }
    }
    let categories: BTreeSet<&BTreeSet<&str>> = passages.values().flatten().collect();
    let numbers: BTreeMap<&BTreeSet<&str>, u32> = categories.into_iter().zip(0..).collect();
    let has = |stance: &Stance| *stance != Stance::Nothing;
    let stances_of = |stances: &[Stance]| stances.iter().map(|one| has(one).then_some(*one as u32)).collect();
    Compared {
        coders: coders.iter().map(|coder| (*coder).to_owned()).collect(),
        found: (0..coders.len()).map(|coder| units.values().filter(|unit| has(&unit.stances[coder])).count()).collect(),
        all: units.len(),
        by_all: units.values().filter(|unit| unit.stances.iter().all(has)).count(),
        stances: units.values().map(|unit| stances_of(&unit.stances)).collect(),
        concepts: passages.values().map(|seen| seen.iter().map(|seen| Some(numbers[seen])).collect()).collect(),
        differences: units
            .iter()
            .filter(|(_, unit)| unit.stances.iter().any(|stance| *stance != unit.stances[0]))
            .map(|((source, actor, concept), unit)| Difference {
                source: (*source).to_owned(),
                actor: (*actor).clone(),
                concept: (*concept).to_owned(),
                stances: unit.stances.clone(),
                statements: unit.statements.clone(),
            })
            .collect(),
    }
}
