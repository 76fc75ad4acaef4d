//! What is told of a month: every tie by one node, no small number to be computed, corrections included.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tongban_core::catalogue::Subject;
use tongban_core::digest::{Depth, LEAST, Row, Table, again, table, teller};
use tongban_core::dossier::Moment;
use tongban_core::ident::{Region, Uscc, drill_uscc};
use tongban_core::network::draw::Draw;
use tongban_core::network::tie::{Actor, Relation, Tie};

const ITEMS: [&str; 4] = ["a", "b", "c", "d"];
const SUBJECTS: [Subject; 2] = [Subject::Person, Subject::Enterprise];
const CODES: [&str; 4] = ["w", "x", "y", "z"];

fn org(number: u32) -> Uscc {
    drill_uscc(number)
}

fn tie(relation: Relation, from: u32, to: u32) -> Tie {
    Tie {
        relation,
        from: Actor::Org(org(from)),
        to: Actor::Org(org(to)),
        node: "jiangsu".parse().unwrap(),
        at: Moment(0),
        seq: 0,
        item: String::new(),
        subject: None,
        code: String::new(),
        sign: 0,
        took: None,
        late: false,
    }
}

/// What a reader may want to know: how many facts of an item, a subject, a code; any of them may be left open.
type Question = [Option<usize>; 3];

/// How many items, subjects and codes there are.
#[derive(Clone, Copy)]
struct Shape([usize; 3]);

impl Shape {
    fn len(self) -> usize {
        self.0.iter().product()
    }

    fn place(self, cell: usize) -> [usize; 3] {
        let [_, subjects, codes] = self.0;
        [cell / (subjects * codes), cell / codes % subjects, cell % codes]
    }

    fn questions(self) -> Vec<Question> {
        let any = |count: usize| std::iter::once(None).chain((0..count).map(Some));
        let [items, subjects, codes] = self.0;
        any(items).flat_map(|a| any(subjects).flat_map(move |b| any(codes).map(move |c| [a, b, c]))).collect()
    }

    fn answer(self, counts: &[u32], question: &Question) -> u32 {
        let is_meant = |cell: usize| {
            self.place(cell).iter().zip(question).all(|(at, asked)| asked.is_none_or(|asked| asked == *at))
        };
        counts.iter().enumerate().filter(|(cell, _)| is_meant(*cell)).map(|(_, count)| count).sum()
    }

    /// The facts, each said as it stands when something is taken in: that it was, and on what ground it might be.
    fn ties(self, counts: &[u32]) -> Vec<Tie> {
        let mut all = Vec::new();
        for (cell, count) in counts.iter().enumerate() {
            let [item, subject, code] = self.place(cell);
            let taken = tie(Relation::TakesInFor, 1, 2).with(item, subject);
            let permits = Tie { code: CODES[code].to_owned(), ..tie(Relation::Permits, 2, 1).with(item, subject) };
            for _ in 0..*count {
                all.extend([taken.clone(), permits.clone()]);
            }
        }
        all
    }

    /// All that there can be, up to so many of each.
    fn all(self, most: u32) -> impl Iterator<Item = Vec<u32>> {
        let len = self.len();
        let base = most as usize + 1;
        (0..base.pow(len as u32))
            .map(move |number| (0..len as u32).map(|at| (number / base.pow(at) % base) as u32).collect())
    }
}

trait With {
    fn with(self, item: usize, subject: usize) -> Tie;
}

impl With for Tie {
    fn with(self, item: usize, subject: usize) -> Tie {
        Tie { item: ITEMS[item].to_owned(), subject: Some(SUBJECTS[subject]), ..self }
    }
}

/// Asks, for everything that may have been, what a reader who knows the rule can compute from what is told.
fn nothing_small_is_computed<T: Ord>(worlds: &[(Vec<u32>, T, bool)], questions: &[Question], shape: Shape) {
    let mut by_told: BTreeMap<&T, Vec<BTreeSet<u32>>> = BTreeMap::new();
    for (counts, told, _) in worlds {
        let answers = by_told.entry(told).or_insert_with(|| vec![BTreeSet::new(); questions.len()]);
        for (question, possible) in questions.iter().zip(answers) {
            possible.insert(shape.answer(counts, question));
        }
    }
    let mut small = 0;
    for (counts, told, _) in worlds.iter().filter(|(_, _, is_judged)| *is_judged) {
        for (question, possible) in questions.iter().zip(&by_told[told]) {
            let answer = shape.answer(counts, question);
            if (1..LEAST).contains(&answer) {
                small += 1;
                assert!(possible.len() > 1, "{counts:?}: {question:?} is {answer}");
            }
        }
    }
    assert!(small > 0, "nothing was small");
}

/// Numbers of tables, so that what reads the same is the same.
#[derive(Default)]
struct Seen(HashMap<String, usize>);

impl Seen {
    fn number(&mut self, table: &Table) -> usize {
        let text = format!("{} {}", table.suppressed, serde_json::to_string(&table.rows).unwrap());
        let next = self.0.len();
        *self.0.entry(text).or_insert(next)
    }
}

#[test]
fn no_small_number_can_be_computed_by_who_knows_the_rule() {
    for (shape, most) in
        [([2, 2, 2], 3), ([1, 1, 2], 8), ([1, 1, 3], 7), ([3, 1, 2], 4), ([4, 1, 1], 6), ([2, 2, 1], 6)]
    {
        let shape = Shape(shape);
        for depth in [Depth::Code, Depth::Item] {
            let mut seen = Seen::default();
            let worlds: Vec<_> = shape
                .all(most)
                .map(|counts| {
                    let told = seen.number(&table(&shape.ties(&counts), depth));
                    // What could be besides is not looked at near the most that there can be.
                    let is_judged = counts.iter().all(|count| count + 1 < most);
                    (counts, told, is_judged)
                })
                .collect();
            nothing_small_is_computed(&worlds, &shape.questions(), shape);
        }
    }
}

#[test]
fn nor_from_two_versions_of_a_month() {
    let shape = Shape([2, 1, 2]);
    let (most, more) = (4, 3);
    for depth in [Depth::Code, Depth::Item] {
        let mut tables = Seen::default();
        let mut before = Vec::new();
        let mut after = Vec::new();
        let mut change = Vec::new();
        for first in shape.all(most) {
            let one = table(&shape.ties(&first), depth);
            for added in shape.all(more) {
                let last: Vec<u32> = first.iter().zip(&added).map(|(one, other)| one + other).collect();
                let two = again(&one, &shape.ties(&last), depth);
                let seen = (tables.number(&one), tables.number(&two));
                let is_judged =
                    first.iter().all(|count| count + 1 < most) && added.iter().all(|count| count + 1 < more);
                before.push((first.clone(), seen, is_judged));
                after.push((last, seen, is_judged));
                change.push((added, seen, is_judged));
            }
        }
        for worlds in [before, after, change] {
            nothing_small_is_computed(&worlds, &shape.questions(), shape);
        }
    }
}

#[test]
fn what_is_between_two_is_told_in_full_or_not_at_all() {
    for seed in 0..200 {
        let mut draw = Draw::of(seed);
        let mut ties: Vec<Tie> = (0..draw.below(120))
            .map(|_| {
                let relation = [Relation::HandsTo, Relation::ReturnsTo][draw.below(2)];
                let mut one =
                    tie(relation, draw.below(3) as u32, 5 + draw.below(3) as u32).with(draw.below(4), draw.below(2));
                one.code = CODES[draw.below(4)].to_owned();
                one.sign = if relation == Relation::ReturnsTo { -1 } else { 0 };
                one.late = draw.below(3) == 0;
                one.took = (draw.below(20) > 0).then(|| draw.below(9_000) as u32);
                one
            })
            .collect();
        let told = table(&ties, Depth::Code);
        let by_pair = |row: &Row| (row.relation, row.from.clone(), row.to.clone());
        let mut counts: BTreeMap<_, (u32, u32)> = BTreeMap::new();
        for one in &ties {
            let sum = counts.entry((one.relation, one.from.clone(), one.to.clone())).or_default();
            *sum = (sum.0 + 1, sum.1 + u32::from(one.late));
        }
        let left = counts.values().filter(|(count, _)| *count < LEAST).count();
        counts.retain(|_, (count, _)| *count >= LEAST);
        let mut sums: BTreeMap<_, (u32, u32)> = BTreeMap::new();
        for row in &told.rows {
            assert!(row.count >= LEAST, "{row:?}");
            let sum = sums.entry(by_pair(row)).or_default();
            *sum = (sum.0 + row.count, sum.1 + row.late);
        }
        assert_eq!(sums, counts, "seed {seed}");
        assert_eq!(told.suppressed as usize, left);
        // Whatever came first.
        draw.shuffle(&mut ties);
        assert_eq!(table(&ties, Depth::Code), told);
    }
}

#[test]
fn detail_is_dropped_from_the_end_and_only_where_it_must_be() {
    let cell = |item: &str, code: &str, count: usize| {
        let one =
            Tie { item: item.to_owned(), code: code.to_owned(), took: Some(60), ..tie(Relation::ReturnsTo, 2, 1) };
        vec![one; count]
    };
    let ties = [cell("a", "x", 9), cell("a", "y", 4), cell("a", "z", 1), cell("b", "x", 5)].concat();
    let told = table(&ties, Depth::Code);
    let rows: Vec<_> = told.rows.iter().map(|row| (row.item.as_str(), row.code.as_str(), row.count)).collect();
    assert_eq!(rows, [("a", "", 5), ("a", "x", 9), ("b", "x", 5)]);
    assert!(told.rows.iter().all(|row| row.took == Some(60)));
    let coarse = table(&ties, Depth::Item);
    let rows: Vec<_> = coarse.rows.iter().map(|row| (row.item.as_str(), row.code.as_str(), row.count)).collect();
    assert_eq!(rows, [("a", "", 14), ("b", "", 5)]);
}

#[test]
fn what_was_said_to_applicants_is_told_by_its_sign_alone() {
    let province = Region::parse("320000").unwrap();
    let persons = Actor::Applicants { subject: Subject::Person, province };
    let away = Tie { to: persons, code: "not-eligible".to_owned(), sign: -1, ..tie(Relation::TurnsAway, 2, 1) };
    let told = table(&vec![away; 3], Depth::Code);
    assert_eq!(told.rows.iter().map(|row| (row.sign, row.code.as_str())).collect::<Vec<_>>(), [(-1, "")]);
}

#[test]
fn a_tie_is_told_by_who_wrote_it_and_only_what_is_not_told_elsewhere() {
    let anhui = "anhui".parse().unwrap();
    assert_eq!(teller(&tie(Relation::HandsTo, 1, 2)).map(|node| node.as_str()), Some("jiangsu"));
    assert_eq!(
        teller(&Tie { node: anhui, ..tie(Relation::ReceivesFrom, 2, 1) }).map(|node| node.as_str()),
        Some("anhui")
    );
    // Everyone reads these where they were said, or in another way of counting.
    for relation in [Relation::Supports, Relation::Objects, Relation::AppliesTo] {
        assert_eq!(teller(&tie(relation, 1, 2)), None);
        assert_eq!(table(&vec![tie(relation, 1, 2); 9], Depth::Code), Table::default());
    }
}

#[test]
fn a_month_is_told_anew_only_where_enough_has_changed() {
    let pair = |to: u32, count: usize| vec![Tie { item: "a".to_owned(), ..tie(Relation::HandsTo, 1, to) }; count];
    let first = table(&[pair(5, 4), pair(6, 4), pair(7, 2)].concat(), Depth::Code);
    assert_eq!((first.rows.len(), first.suppressed), (2, 1));
    let few = again(&first, &[pair(5, 6), pair(6, 4), pair(7, 1), pair(8, 1)].concat(), Depth::Code);
    assert_eq!(few, first);
    let many = again(&first, &[pair(5, 7), pair(6, 5), pair(7, 3)].concat(), Depth::Code);
    let rows: Vec<_> = many.rows.iter().map(|row| (row.item.as_str(), row.count)).collect();
    // The first is told as a whole, the second as it was, the third for the first time.
    assert_eq!(rows, [("", 7), ("a", 4), ("a", 3)]);
    assert_eq!(many.suppressed, 0);
    let gone = again(&first, &pair(5, 4), Depth::Code);
    assert_eq!((gone.rows.len(), gone.suppressed), (1, 0));
}
