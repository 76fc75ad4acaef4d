//! Two hundred everyday questions, asked of the demo's catalogue: is what answers them found, and does it stand first.

use serde::de::DeserializeOwned;
use tongban::directory::Snapshot;
use tongban::search::{Fit, search};
use tongban_core::catalogue::Implementation;

const QUESTIONS: &str = include_str!("../../data/questions.tsv");
const UNSEEN: &str = include_str!("../../data/questions-unseen.tsv");
const WORLD: &str = include_str!("../../data/demo/world.json");

/// The answer stands among the first five.
const RECALL_AT_5: f64 = 0.95;
/// The answer stands first.
const RECALL_AT_1: f64 = 0.8;

/// The same of what nothing was mended against.
const UNSEEN_AT_1: f64 = 0.8;
const UNSEEN_AT_5: f64 = 0.95;

struct Question<'a> {
    kind: &'a str,
    text: &'a str,
    items: Vec<&'a str>,
}

fn questions(table: &'static str) -> Vec<Question<'static>> {
    let rows = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    let question = |line: &'static str| {
        let columns: Vec<&str> = line.split('\t').collect();
        assert_eq!(columns.len(), 3, "{line}");
        Question { kind: columns[0], text: columns[1], items: columns[2].split_whitespace().collect() }
    };
    rows.map(question).collect()
}

fn snapshot() -> Snapshot {
    let world: serde_json::Value = serde_json::from_str(WORLD).unwrap();
    fn part<T: DeserializeOwned>(world: &serde_json::Value, name: &str) -> T {
        serde_json::from_value(world[name].clone()).unwrap()
    }
    let implementations: Vec<Implementation> = part(&world, "implementations");
    Snapshot {
        items: part(&world, "items"),
        mechanisms: part(&world, "mechanisms"),
        implementations: implementations.into_iter().map(|one| (one.id.clone(), one.into())).collect(),
        ..Snapshot::default()
    }
}

/// The interval in which the share lies with 95 % (Wilson).
fn wilson(hits: usize, all: usize) -> (f64, f64) {
    const Z: f64 = 1.96;
    let (n, share) = (all as f64, hits as f64 / all as f64);
    let middle = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt() / (1.0 + Z * Z / n);
    (middle - half, middle + half)
}

#[test]
fn the_questions_are_what_their_head_says() {
    let (questions, snapshot) = (questions(QUESTIONS), snapshot());
    assert_eq!(questions.iter().filter(|one| !one.items.is_empty()).count(), 200);
    assert_eq!(questions.iter().filter(|one| one.items.is_empty()).count(), 20);
    for question in &questions {
        assert!(question.items.len() <= 3, "{}", question.text);
        question.items.iter().for_each(|key| assert!(snapshot.item(key).is_some(), "{}: {key}", question.text));
    }
}

#[test]
fn everyday_questions_find_their_items() {
    recall(QUESTIONS, RECALL_AT_1, RECALL_AT_5);
}

/// Questions against which nothing was mended.
#[test]
fn questions_that_nobody_thought_of() {
    recall(UNSEEN, UNSEEN_AT_1, UNSEEN_AT_5);
}

fn recall(table: &'static str, goal_at_1: f64, goal_at_5: f64) {
    let snapshot = snapshot();
    let (mut first, mut among_five, mut all) = (0, 0, 0);
    for question in questions(table).iter().filter(|one| !one.items.is_empty()) {
        let today = jiff::civil::date(2026, 11, 23);
        let found = search(&snapshot, question.text, None, None, today);
        let five: Vec<&str> = found.iter().take(5).map(|one| one.item.as_str()).collect();
        let is_answer = |key: &&str| question.items.contains(key);
        let is_first = five.first().is_some_and(is_answer);
        let is_there = five.iter().any(is_answer);
        all += 1;
        first += usize::from(is_first);
        among_five += usize::from(is_there);
        if !is_first {
            let how = if is_there { "not first" } else { "MISSED" };
            println!("{how}: {} {}: {:?}, found {five:?}", question.kind, question.text, question.items);
        }
    }
    for (name, hits, goal) in [("recall@1", first, goal_at_1), ("recall@5", among_five, goal_at_5)] {
        let (least, most) = wilson(hits, all);
        let share = hits as f64 / all as f64;
        println!("{name}: {hits} of {all} = {share:.3}, 95 % interval {least:.3}–{most:.3}, goal {goal}");
        assert!(share >= goal, "{name}: {share:.3} is below {goal}");
    }
}

#[test]
fn what_no_item_answers_finds_no_name() {
    let snapshot = snapshot();
    let mut high = Vec::new();
    for question in questions(QUESTIONS).iter().filter(|one| one.items.is_empty()) {
        let found = search(&snapshot, question.text, None, None, jiff::civil::date(2026, 11, 23));
        let best = found.iter().map(|one| one.fit).max();
        println!("{}: {best:?}, {:?}", question.text, found.iter().take(2).map(|one| &one.name).collect::<Vec<_>>());
        assert_ne!(best, Some(Fit::Name), "{}", question.text);
        high.extend((best == Some(Fit::Most)).then_some(question.text));
    }
    assert!(high.len() <= 2, "{high:?}");
}
