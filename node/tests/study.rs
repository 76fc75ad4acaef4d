//! The study that is shipped: it reads, it is whole, and it says what the paper says.
//!
//! The paper itself is not shipped. With its text in the file that `TONGBAN_PAPER` names, quotations are held against it.

mod support;

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use support::run;
use tongban::network::study::{Comparison, STUDY, keys, paper_tables, study};
use tongban::text::Lang;
use tongban_core::network::facts::Facts;
use tongban_core::network::tie::Actor;

/// Characters of a quotation from the paper.
const QUOTE_CHARS_MAX: usize = 30;
/// Characters of the paper's words in a cell of its tables.
const CELL_CHARS_MAX: usize = 40;
/// How many lines a quotation may be off.
const LINES_OFF_MAX: usize = 3;

/// The lines that a source names: `论文第3-15、20行 paper:3-15,20`.
fn lines(source: &str) -> Vec<RangeInclusive<usize>> {
    let (chinese, lines) = source.split_once(" paper:").unwrap_or_else(|| panic!("no line: {source}"));
    assert_eq!(chinese, format!("论文第{}行", lines.replace(',', "、")));
    let range = |text: &str| {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
        assert!(1 <= first && first <= last, "{source}");
        first..=last
    };
    lines.split(',').map(range).collect()
}

fn sources(facts: &Facts) -> Vec<&str> {
    let mut all: Vec<&str> = facts.facts.iter().map(|one| one.source.as_str()).collect();
    all.extend(facts.events.iter().map(|one| one.source.as_str()));
    all.extend(facts.agreements.iter().map(|one| one.source.as_str()));
    all.extend(facts.statements.iter().map(|one| one.source.as_str()));
    all
}

#[test]
fn everything_says_on_which_line_it_stands() {
    let study = study();
    assert!(sources(&study).into_iter().all(|source| !lines(source).is_empty()));
}

#[test]
fn actors_are_named_once_and_facts_are_between_two_of_them() {
    let study = study();
    let actors: BTreeSet<&Actor> = study.actors.iter().map(|one| &one.actor).collect();
    assert_eq!(actors.len(), study.actors.len());
    for one in &study.actors {
        let Actor::Named { network, .. } = &one.actor else { panic!("{}: the paper gives nobody a code", one.actor) };
        assert_eq!(*network, one.network, "{}", one.actor);
    }
    for one in &study.facts {
        let is_there = |number: u32| (number as usize) < study.actors.len();
        assert!(is_there(one.from) && is_there(one.to) && one.from != one.to, "{one:?}");
        assert!(one.count == 1 && [-1, 0, 1].contains(&one.sign), "{one:?}");
    }
    assert!(study.statements.iter().all(|one| actors.contains(&one.actor)));
}

#[test]
fn the_codebook_is_what_statements_are_about() {
    let study = study();
    let defined: BTreeSet<&str> = study.codebook.iter().map(|one| one.key.as_str()).collect();
    let used: BTreeSet<&str> = study.statements.iter().map(|one| one.concept.as_str()).collect();
    assert_eq!(defined.len(), study.codebook.len(), "a concept stands twice");
    assert_eq!(defined, used);
    assert!(study.codebook.iter().all(|one| ![&one.name, &one.name_en, &one.rule].iter().any(|text| text.is_empty())));
}

#[test]
fn days_are_in_order() {
    let study = study();
    assert!(study.facts.is_sorted_by_key(|one| one.day));
    assert!(study.events.is_sorted_by_key(|one| one.from));
    assert!(study.statements.is_sorted_by_key(|one| one.day));
    assert!(study.events.iter().all(|one| one.until.is_none_or(|until| one.from <= until)));
    assert!(study.agreements.iter().all(|one| one.until.is_none_or(|until| one.from < until)));
}

#[test]
fn quotations_are_brief() {
    let chars = |text: &str| text.chars().count();
    for one in study().statements {
        assert!((1..=QUOTE_CHARS_MAX).contains(&chars(&one.quote)), "{}", one.quote);
    }
    for one in paper_tables() {
        assert!((1..=CELL_CHARS_MAX).contains(&chars(&one.words)), "{}", one.words);
    }
}

#[test]
fn each_cell_of_the_two_tables_has_its_words() {
    let tables = paper_tables();
    let comparison = Comparison::of(&tables, &study(), Lang::Zh);
    assert_eq!(comparison.cells.len(), keys().len());
    assert_eq!(comparison.cells.iter().map(|cell| cell.paper.len()).sum::<usize>(), tables.len(), "a key that is none");
    let silent: Vec<&str> =
        comparison.cells.iter().filter(|cell| cell.paper.is_empty()).map(|cell| cell.key.as_str()).collect();
    assert_eq!(silent, ["intergovernmental.stability", "issue.dependence"]);
    assert_eq!(comparison.paper("goal").unwrap()[0].words, "地区政务服务一体化");
    assert_eq!(comparison.paper("type").unwrap().len(), 5);
    assert!(comparison.paper("strategy.media").is_none());
}

#[test]
fn the_page_shows_each_cell_and_how_much_there_is() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/study.md");
    let page = std::fs::read_to_string(path).unwrap();
    let mut written = page.clone();
    for cell in Comparison::of(&paper_tables(), &study(), Lang::Zh).cells {
        let start = format!("| `{}` |", cell.key);
        let row = page.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("no row of {}", cell.key));
        assert!(!cell.why.is_empty(), "data/study/judged.json says nothing of {}", cell.key);
        written = written.replace(row, &cell.row());
    }
    if std::env::var_os("TONGBAN_DOCS").is_some_and(|word| word == "write") {
        std::fs::write(path, &written).unwrap();
    } else {
        assert!(written == page, "docs/study.md is written anew with TONGBAN_DOCS=write");
    }
    let study = study();
    let counts = [
        ("actors", study.actors.len()),
        ("facts", study.facts.len()),
        ("agreements", study.agreements.len()),
        ("openings", study.openings.len()),
        ("events", study.events.len()),
        ("codebook", study.codebook.len()),
        ("statements", study.statements.len()),
    ];
    for (what, count) in counts {
        assert!(page.contains(&format!(" {what} | {count} |")), "{what}: {count}");
    }
}

#[test]
fn the_command_writes_the_study_or_what_it_is_compared_with() {
    let written = run(&["network", "study"]);
    assert_eq!((written.code, written.out.as_slice()), (0, STUDY.as_bytes()));
    let read: Facts = serde_json::from_slice(&written.out).unwrap();
    assert_eq!(read, study());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cells.json");
    assert_eq!(run(&["network", "study", "--compare", "--out", &path.display().to_string()]).code, 0);
    let cells: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(cells["cells"].as_array().map(Vec::len), Some(keys().len()));
    // As tables it is what the page ends with.
    let tables = run(&["network", "study", "--compare", "--format", "md"]).fine().text();
    let page = include_str!("../../docs/study.md");
    assert!(page.ends_with(&tables), "{tables}");
}

#[test]
fn quotations_stand_in_the_paper() {
    let Some(path) = std::env::var_os("TONGBAN_PAPER") else {
        eprintln!("TONGBAN_PAPER is not given: quotations were not held against the paper.");
        return;
    };
    let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let paper: Vec<String> = std::fs::read_to_string(path).unwrap().split('\n').map(plain).collect();
    let stands = |words: &str, at: &RangeInclusive<usize>| {
        let first = at.start().saturating_sub(LINES_OFF_MAX + 1);
        let last = (at.end() + LINES_OFF_MAX).min(paper.len());
        paper[first..last].concat().contains(&plain(words))
    };
    let study = study();
    for source in sources(&study) {
        assert!(lines(source).iter().all(|at| *at.end() <= paper.len()), "{source}");
    }
    for one in &study.statements {
        assert!(lines(&one.source).iter().any(|at| stands(&one.quote, at)), "{}: {}", one.source, one.quote);
    }
    for one in paper_tables() {
        // Words begin on their line and may run over the next ones.
        let line = one.line as usize;
        assert!(stands(&one.words, &(line..=line)), "{line}: {}", one.words);
    }
}
