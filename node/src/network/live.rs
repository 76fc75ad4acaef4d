//! The policy network of a running node: every tie that its dossiers say, in memory, in the order of columns.
//!
//! What is kept is small and looked through whole: a million cases are some eight million rows of 32 bytes. Rows of a
//! dossier whose log went on are put aside and written anew at the end.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::civil::Date;
use tongban_core::catalogue::Subject;
use tongban_core::dossier::{DossierId, Moment, NodeId};
use tongban_core::network::facts::Fact;
use tongban_core::network::tie::{Actor, Relation, Tie};

use crate::limits;
use crate::store::{Counted, Result, Store};

/// Shared by all pages.
#[derive(Clone, Default)]
pub struct Live(Arc<RwLock<Rows>>);

/// One tie.
#[derive(Clone, Copy)]
struct Row {
    dossier: u32,
    from: u32,
    to: u32,
    /// Minutes; `u32::MAX` is none.
    took: u32,
    /// Days since 1970-01-01.
    day: u16,
    item: u16,
    code: u16,
    seq: u16,
    node: u16,
    /// `DEAD` of a row that was put aside.
    relation: u8,
    subject: u8,
    sign: i8,
    late: bool,
}

const DEAD: u8 = u8::MAX;

/// What rows name by number.
struct Names<T> {
    list: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Names<T> {
    fn default() -> Names<T> {
        Names { list: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Names<T> {
    fn number(&mut self, one: &T) -> u32 {
        if let Some(number) = self.numbers.get(one) {
            return *number;
        }
        let number = self.list.len() as u32;
        self.list.push(one.clone());
        self.numbers.insert(one.clone(), number);
        number
    }
}

#[derive(Default)]
struct Rows {
    rows: Vec<Row>,
    /// How many of them were put aside.
    dead: usize,
    actors: Names<Actor>,
    items: Names<String>,
    codes: Names<String>,
    nodes: Names<NodeId>,
    dossiers: Names<DossierId>,
    /// Where the rows of a dossier stand: the first, and how many.
    places: Vec<(u32, u32)>,
    /// The last turn that was read.
    turn: i64,
    /// One more whenever something came.
    version: u64,
}

/// Which ties are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Select {
    /// The first day; none is from the beginning.
    pub from: Option<Date>,
    /// The last day; none is until now.
    pub until: Option<Date>,
    /// Which relations; empty is all.
    pub relations: BTreeSet<Relation>,
    /// Keys of items; empty is all.
    pub items: BTreeSet<String>,
    /// Persons or enterprises; none is both.
    pub subject: Option<Subject>,
    /// By whom; none is by anybody.
    pub by: Option<Actor>,
    /// Towards whom; none is anybody.
    pub towards: Option<Actor>,
    /// By or towards whom; none is anybody.
    pub with: Option<Actor>,
    /// Of which kind; none is any.
    pub code: Option<String>,
    /// Which node wrote the entry by which it was said; none is any.
    pub node: Option<NodeId>,
}

impl Select {
    /// Whether facts counted together are meant: those of a month by its first day.
    pub fn has(&self, fact: &Fact, from: &Actor, to: &Actor) -> bool {
        let is = |named: &Option<Actor>, one: &Actor| named.as_ref().is_none_or(|named| named == one);
        self.from.is_none_or(|day| day.first_of_month() <= fact.day)
            && self.until.is_none_or(|day| fact.day <= day)
            && (self.relations.is_empty() || self.relations.contains(&fact.relation))
            && (self.items.is_empty() || self.items.contains(&fact.item))
            && self.subject.is_none_or(|subject| fact.subject == Some(subject))
            && self.code.as_ref().is_none_or(|code| *code == fact.code)
            && is(&self.by, from)
            && is(&self.towards, to)
            && (is(&self.with, from) || is(&self.with, to))
    }
}

/// A tie with the dossier that says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The dossier.
    pub dossier: DossierId,
    /// The stamp in its log.
    pub seq: u32,
    /// What was done.
    pub relation: Relation,
    /// By whom.
    pub from: Actor,
    /// Towards whom.
    pub to: Actor,
    /// On which day.
    pub day: Date,
    /// Key of the item.
    pub item: String,
    /// Of which kind.
    pub code: String,
    /// Minutes since that to which it answers.
    pub took: Option<u32>,
    /// Whether it was late.
    pub late: bool,
}

/// A number as a row holds it. What is more shares the last one: no node has so many items or codes.
fn small(number: u32) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// Days since 1970-01-01, as far as a row holds them: until 2149.
fn day_of(date: Date) -> u16 {
    let days = date.since(EPOCH).map_or(0, |span| span.get_days());
    u16::try_from(days).unwrap_or(if days < 0 { 0 } else { u16::MAX })
}

fn date_of(day: u16) -> Date {
    EPOCH.saturating_add(jiff::Span::new().days(i64::from(day)))
}

const EPOCH: Date = Date::constant(1970, 1, 1);

fn subject_number(subject: Option<Subject>) -> u8 {
    match subject {
        None => 0,
        Some(Subject::Person) => 1,
        Some(Subject::Enterprise) => 2,
    }
}

fn subject_of(number: u8) -> Option<Subject> {
    match number {
        1 => Some(Subject::Person),
        2 => Some(Subject::Enterprise),
        _ => None,
    }
}

/// A selection as rows are compared with it.
struct Meant {
    from: u16,
    until: u16,
    relations: u32,
    items: Option<Vec<bool>>,
    subject: Option<u8>,
    by: Option<u32>,
    towards: Option<u32>,
    with: Option<u32>,
    code: Option<u16>,
    node: Option<u16>,
}

impl Meant {
    /// None if it names something that no row has.
    fn of(select: &Select, rows: &Rows) -> Option<Meant> {
        let named = |actor: &Option<Actor>| match actor {
            None => Some(None),
            Some(actor) => rows.actors.numbers.get(actor).map(|number| Some(*number)),
        };
        let code = match &select.code {
            None => None,
            Some(code) => Some(small(*rows.codes.numbers.get(code)?)),
        };
        let node = match &select.node {
            None => None,
            Some(node) => Some(small(*rows.nodes.numbers.get(node)?)),
        };
        let items = (!select.items.is_empty())
            .then(|| rows.items.list.iter().map(|item| select.items.contains(item)).collect());
        let relations = select.relations.iter().fold(0, |all, relation| all | 1 << *relation as u32);
        Some(Meant {
            from: select.from.map_or(0, day_of),
            until: select.until.map_or(u16::MAX, day_of),
            relations: if relations == 0 { u32::MAX } else { relations },
            items,
            subject: select.subject.map(|subject| subject_number(Some(subject))),
            by: named(&select.by)?,
            towards: named(&select.towards)?,
            with: named(&select.with)?,
            code,
            node,
        })
    }

    #[inline]
    fn has(&self, row: &Row) -> bool {
        row.relation != DEAD
            && (self.from..=self.until).contains(&row.day)
            && self.relations & (1 << row.relation) != 0
            && self.items.as_ref().is_none_or(|items| items.get(row.item as usize).copied().unwrap_or(false))
            && self.subject.is_none_or(|subject| subject == row.subject)
            && self.by.is_none_or(|by| by == row.from)
            && self.towards.is_none_or(|towards| towards == row.to)
            && self.with.is_none_or(|with| with == row.from || with == row.to)
            && self.code.is_none_or(|code| code == row.code)
            && self.node.is_none_or(|node| node == row.node)
    }
}

/// What is counted together: day, by whom and towards whom, relation, item, code, subject, sign.
type Cell = (u16, u32, u32, u8, u16, u16, u8, i8);

impl Rows {
    fn put(&mut self, counted: &Counted) {
        let number = self.dossiers.number(&counted.dossier) as usize;
        if let Some((first, count)) = self.places.get(number).copied() {
            let old = &mut self.rows[first as usize..(first + count) as usize];
            old.iter_mut().for_each(|row| row.relation = DEAD);
            self.dead += old.len();
        } else {
            self.places.push((0, 0));
        }
        let first = self.rows.len() as u32;
        for tie in &counted.ties {
            let row = self.row(number as u32, tie);
            self.rows.push(row);
        }
        self.places[number] = (first, counted.ties.len() as u32);
        self.turn = self.turn.max(counted.turn);
        self.version += 1;
        if self.dead > limits::NETWORK_ROWS_ASIDE && self.dead > self.rows.len() / 4 {
            self.tidy();
        }
    }

    fn row(&mut self, dossier: u32, tie: &Tie) -> Row {
        Row {
            dossier,
            from: self.actors.number(&tie.from),
            to: self.actors.number(&tie.to),
            took: tie.took.unwrap_or(u32::MAX),
            day: day_of(tie.at.date()),
            item: small(self.items.number(&tie.item)),
            code: small(self.codes.number(&tie.code)),
            seq: small(tie.seq),
            node: small(self.nodes.number(&tie.node)),
            relation: tie.relation as u8,
            subject: subject_number(tie.subject),
            sign: tie.sign,
            late: tie.late,
        }
    }

    /// Leaves out the rows that were put aside.
    fn tidy(&mut self) {
        let mut kept: Vec<Row> = Vec::with_capacity(self.rows.len() - self.dead);
        for (first, count) in &mut self.places {
            let rows = &self.rows[*first as usize..(*first + *count) as usize];
            *first = kept.len() as u32;
            kept.extend_from_slice(rows);
        }
        (self.rows, self.dead) = (kept, 0);
    }

    /// Who is named by pairs, in the order of what they are called: the same whatever came first. And of each number its
    /// place among them.
    fn named(&self, pairs: impl Iterator<Item = (u32, u32)>) -> (Vec<Actor>, Vec<u32>) {
        let mut is_named = vec![false; self.actors.list.len()];
        pairs.for_each(|(from, to)| (is_named[from as usize], is_named[to as usize]) = (true, true));
        let mut named: Vec<u32> = (0..).zip(is_named).filter(|(_, is)| *is).map(|(number, _)| number).collect();
        named.sort_by_key(|number| &self.actors.list[*number as usize]);
        let mut places = vec![0; self.actors.list.len()];
        (0..).zip(&named).for_each(|(place, number)| places[*number as usize] = place);
        (named.iter().map(|number| self.actors.list[*number as usize].clone()).collect(), places)
    }

    fn found(&self, row: &Row) -> Found {
        Found {
            dossier: self.dossiers.list[row.dossier as usize],
            seq: u32::from(row.seq),
            relation: Relation::ALL[row.relation as usize],
            from: self.actors.list[row.from as usize].clone(),
            to: self.actors.list[row.to as usize].clone(),
            day: date_of(row.day),
            item: self.items.list[row.item as usize].clone(),
            code: self.codes.list[row.code as usize].clone(),
            took: (row.took != u32::MAX).then_some(row.took),
            late: row.late,
        }
    }
}

impl Live {
    fn read<T>(&self, with: impl FnOnce(&Rows) -> T) -> T {
        with(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads on what the store has of it.
    pub async fn follow(&self, store: &Store) -> Result<()> {
        loop {
            let turn = self.read(|rows| rows.turn);
            let counted = store.counted_after(turn, limits::NETWORK_READ).await?;
            if counted.is_empty() {
                return Ok(());
            }
            self.take_in(&counted);
        }
    }

    /// Takes in what was counted.
    pub fn take_in(&self, counted: &[Counted]) {
        let mut rows = self.0.write().unwrap_or_else(PoisonError::into_inner);
        counted.iter().for_each(|one| rows.put(one));
    }

    /// Changes whenever something came: what was computed of one version holds for it alone.
    pub fn version(&self) -> u64 {
        self.read(|rows| rows.version)
    }

    /// How many ties there are.
    pub fn len(&self) -> usize {
        self.read(|rows| rows.rows.len() - rows.dead)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many ties are meant.
    pub fn count(&self, select: &Select) -> usize {
        self.read(|rows| {
            Meant::of(select, rows).map_or(0, |meant| rows.rows.iter().filter(|row| meant.has(row)).count())
        })
    }

    /// Actors, and ties between them that are meant, each pair once with how many there are: by number of the actor.
    pub fn arcs(&self, select: &Select) -> (Vec<Actor>, Vec<(u32, u32, f64)>) {
        self.read(|rows| {
            let Some(meant) = Meant::of(select, rows) else { return (Vec::new(), Vec::new()) };
            let pairs: Vec<_> = rows.rows.iter().filter(|row| meant.has(row)).map(|row| (row.from, row.to)).collect();
            let counts = counted(rows.actors.list.len(), &pairs);
            let (actors, places) = rows.named(counts.iter().map(|(from, to, _)| (*from, *to)));
            let place =
                |(from, to, count): (u32, u32, u32)| (places[from as usize], places[to as usize], f64::from(count));
            let arcs = counts.into_iter().map(place).collect();
            (actors, arcs)
        })
    }

    /// Facts that are meant, those of one day and kind between two actors counted together, with the actors whom they name
    /// by number. By months, those of one month.
    pub fn facts(&self, select: &Select, by_month: bool) -> (Vec<Actor>, Vec<Fact>) {
        self.read(|rows| {
            let Some(meant) = Meant::of(select, rows) else { return (Vec::new(), Vec::new()) };
            let meant = || (0_u32..).zip(&rows.rows).filter(|(_, row)| meant.has(row));
            let (actors, places) = rows.named(meant().map(|(_, row)| (row.from, row.to)));
            let (items, codes) = (ranks(&rows.items.list), ranks(&rows.codes.list));
            let month = |day: u16| day_of(date_of(day).first_of_month());
            let days: Vec<u16> = (0..=u16::MAX).map(|day| if by_month { month(day) } else { day }).collect();
            // What is counted together stands together, in an order of its own whatever came first.
            let mut cells: Vec<(Cell, u32)> = meant()
                .map(|(at, row)| {
                    let day = days[row.day as usize];
                    let (from, to) = (places[row.from as usize], places[row.to as usize]);
                    let (item, code) = (items[row.item as usize], codes[row.code as usize]);
                    ((day, from, to, row.relation, item, code, row.subject, row.sign), at)
                })
                .collect();
            cells.sort_unstable();
            let fact = |cells: &[(Cell, u32)]| {
                let all = cells.iter().map(|(_, at)| &rows.rows[*at as usize]);
                let ((day, from, to, ..), first) = cells[0];
                let first = &rows.rows[first as usize];
                let dossier = rows.dossiers.list[first.dossier as usize];
                let took = || all.clone().filter(|row| row.took != u32::MAX);
                let answers = took().count();
                Fact {
                    relation: Relation::ALL[first.relation as usize],
                    from,
                    to,
                    day: date_of(day),
                    item: rows.items.list[first.item as usize].clone(),
                    subject: subject_of(first.subject),
                    code: rows.codes.list[first.code as usize].clone(),
                    sign: first.sign,
                    count: cells.len() as u32,
                    late: all.clone().filter(|row| row.late).count() as u32,
                    took: (answers > 0).then(|| took().map(|row| f64::from(row.took)).sum::<f64>() / answers as f64),
                    source: if cells.len() == 1 { format!("{dossier}#{}", first.seq) } else { String::new() },
                }
            };
            (actors, cells.chunk_by(|(one, _), (other, _)| one == other).map(fact).collect())
        })
    }

    /// Ties that are meant, in no order; of the moment only the day is known.
    pub fn ties(&self, select: &Select) -> Vec<Tie> {
        self.read(|rows| {
            let Some(meant) = Meant::of(select, rows) else { return Vec::new() };
            let tie = |row: &Row| {
                let Found { seq, relation, from, to, day, item, code, took, late, .. } = rows.found(row);
                let node = rows.nodes.list[row.node as usize].clone();
                let (at, subject) = (Moment::start_of(day), subject_of(row.subject));
                Tie { relation, from, to, node, at, seq, item, subject, code, sign: row.sign, took, late }
            };
            rows.rows.iter().filter(|row| meant.has(row)).map(tie).collect()
        })
    }

    /// Ties that are meant, the latest first, from one place on; and how many there are in all.
    pub fn found(&self, select: &Select, skip: usize, most: usize) -> (Vec<Found>, usize) {
        self.read(|rows| {
            let Some(meant) = Meant::of(select, rows) else { return (Vec::new(), 0) };
            let mut all: Vec<&Row> = rows.rows.iter().filter(|row| meant.has(row)).collect();
            all.sort_by_key(|row| (std::cmp::Reverse(row.day), row.dossier, row.seq));
            (all.iter().skip(skip).take(most).map(|row| rows.found(row)).collect(), all.len())
        })
    }
}

/// How often each pair of numbers below `len` comes, in the order of the first: laid out by the first and then counted, for
/// millions of pairs do not fit where a table of them is quick.
fn counted(len: usize, pairs: &[(u32, u32)]) -> Vec<(u32, u32, u32)> {
    let mut ends = vec![0_usize; len];
    pairs.iter().for_each(|(from, _)| ends[*from as usize] += 1);
    let mut all = 0;
    for end in &mut ends {
        all += *end;
        *end = all - *end;
    }
    // Each place is now where the pairs of a number begin, and after they are laid out where they end.
    let mut others = vec![0_u32; all];
    for (from, to) in pairs {
        let at = &mut ends[*from as usize];
        others[*at] = *to;
        *at += 1;
    }
    let mut counts = vec![0_u32; len];
    let (mut found, mut begin) = (Vec::new(), 0);
    for (from, end) in (0_u32..).zip(ends) {
        let own = &others[begin..end];
        own.iter().for_each(|to| counts[*to as usize] += 1);
        for to in own {
            let count = std::mem::take(&mut counts[*to as usize]);
            if count > 0 {
                found.push((from, *to, count));
            }
        }
        begin = end;
    }
    found
}

/// Of each word its place among all in order.
fn ranks(words: &[String]) -> Vec<u16> {
    let mut order: Vec<usize> = (0..words.len()).collect();
    order.sort_unstable_by_key(|at| &words[*at]);
    let mut ranks = vec![0; words.len()];
    (0..).zip(order).for_each(|(rank, at)| ranks[at] = small(rank));
    ranks
}
