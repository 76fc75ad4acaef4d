//! The policy network of a running node: every tie that its dossiers say, in memory, in the order of columns.
//!
//! What is kept is small and looked through whole: a million cases are some eight million rows of 32 bytes. Rows of a
//! dossier whose log went on are put aside and written anew at the end.

use std::collections::{BTreeMap, BTreeSet, HashMap};
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
            Some(code) => Some(*rows.codes.numbers.get(code)? as u16),
        };
        let node = match &select.node {
            None => None,
            Some(node) => Some(*rows.nodes.numbers.get(node)? as u16),
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

/// What is counted together.
type Cell = (u8, u32, u32, u16, u16, u8, u16, i8);

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
        // What is more than a number holds shares the last one: no node has so many items or codes.
        let small = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
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

    /// Actors, and ties between them that are meant, each pair once with how many there are: by number of the actor.
    pub fn arcs(&self, select: &Select) -> (Vec<Actor>, Vec<(u32, u32, f64)>) {
        self.read(|rows| {
            let Some(meant) = Meant::of(select, rows) else { return (Vec::new(), Vec::new()) };
            let mut counts: HashMap<u64, u32> = HashMap::new();
            for row in rows.rows.iter().filter(|row| meant.has(row)) {
                *counts.entry(u64::from(row.from) << 32 | u64::from(row.to)).or_default() += 1;
            }
            let mut arcs: Vec<(u64, u32)> = counts.into_iter().collect();
            arcs.sort_unstable();
            // Actors in the order of what they are called: the same whatever came first.
            let mut named: Vec<u32> = arcs
                .iter()
                .flat_map(|(pair, _)| [(pair >> 32) as u32, *pair as u32])
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect();
            named.sort_by(|one, other| rows.actors.list[*one as usize].cmp(&rows.actors.list[*other as usize]));
            let places: HashMap<u32, u32> = named.iter().enumerate().map(|(at, one)| (*one, at as u32)).collect();
            let actors = named.iter().map(|one| rows.actors.list[*one as usize].clone()).collect();
            let arcs = arcs
                .iter()
                .map(|(pair, count)| (places[&((pair >> 32) as u32)], places[&(*pair as u32)], f64::from(*count)))
                .collect();
            (actors, arcs)
        })
    }

    /// Facts that are meant, those of one day and kind between two actors counted together, with the actors whom they name
    /// by number. By months, those of one month.
    pub fn facts(&self, select: &Select, by_month: bool) -> (Vec<Actor>, Vec<Fact>) {
        /// How many, how many late, how many answered, after how many minutes, and which was the first.
        type Sum = (u32, u32, u32, f64, u32);
        self.read(|rows| {
            let Some(meant) = Meant::of(select, rows) else { return (Vec::new(), Vec::new()) };
            let mut cells: HashMap<Cell, Sum> = HashMap::new();
            for (at, row) in rows.rows.iter().enumerate().filter(|(_, row)| meant.has(row)) {
                let day = if by_month { day_of(date_of(row.day).first_of_month()) } else { row.day };
                let cell = (row.relation, row.from, row.to, day, row.item, row.subject, row.code, row.sign);
                let sum = cells.entry(cell).or_insert((0, 0, 0, 0.0, at as u32));
                sum.0 += 1;
                sum.1 += u32::from(row.late);
                if row.took != u32::MAX {
                    sum.2 += 1;
                    sum.3 += f64::from(row.took);
                }
            }
            let mut named: BTreeMap<&Actor, u32> = BTreeMap::new();
            for (_, from, to, ..) in cells.keys() {
                for one in [from, to] {
                    named.insert(&rows.actors.list[*one as usize], *one);
                }
            }
            let places: HashMap<u32, u32> = named.values().enumerate().map(|(at, one)| (*one, at as u32)).collect();
            let mut facts: Vec<Fact> = cells
                .into_iter()
                .map(|((relation, from, to, day, item, subject, code, sign), (count, late, answers, took, first))| {
                    let first = &rows.rows[first as usize];
                    let dossier = rows.dossiers.list[first.dossier as usize];
                    Fact {
                        relation: Relation::ALL[relation as usize],
                        from: places[&from],
                        to: places[&to],
                        day: date_of(day),
                        item: rows.items.list[item as usize].clone(),
                        subject: subject_of(subject),
                        code: rows.codes.list[code as usize].clone(),
                        sign,
                        count,
                        late,
                        took: (answers > 0).then(|| took / f64::from(answers)),
                        source: if count == 1 { format!("{dossier}#{}", first.seq) } else { String::new() },
                    }
                })
                .collect();
            facts.sort_by(|one, other| order(one).cmp(&order(other)));
            (named.into_keys().cloned().collect(), facts)
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

/// Facts in an order of their own, whatever came first.
fn order(fact: &Fact) -> (Date, u32, u32, Relation, &str, &str, Option<Subject>, i8) {
    (fact.day, fact.from, fact.to, fact.relation, &fact.item, &fact.code, fact.subject, fact.sign)
}
