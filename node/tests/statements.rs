//! Lists of statements: read, written, and what follows from them.

mod support;

use std::path::Path;

use jiff::civil::date;
use serde_json::Value;
use support::run;
use tempfile::TempDir;
use tongban::network::statement::{Form, List, Reading, read, write};
use tongban::network::{CODES, Fault, Input};
use tongban_core::network::facts::SourceKind;
use tongban_core::network::tie::Network;

fn input<'a>(name: &'a str, bytes: &'a [u8]) -> Input<'a> {
    Input { name, relation: name, bytes }
}

fn list(text: &str) -> List {
    list_of(text.as_bytes(), &Reading::default())
}

fn list_of(bytes: &[u8], reading: &Reading) -> List {
    match read(&[input("a.csv", bytes)], reading) {
        Ok(list) => list,
        Err(faults) => panic!("{}", faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")),
    }
}

const OWN: &str = "行动者,概念,赞成,日期,来源,来源类型,网络,原文,编码员,备注\n\
    江苏省人社厅,互认,赞成,2024年1月2日,通知#3,文件,,\"应当, 互认\",甲,略\n\
    issue:报社,互认,反对,2024-02-01,访谈2,访谈,,,甲,\n\
    协会,费用,0,2024/3/1,访谈2#5,,专业网络,,,\n";

/// As DNA 3 writes it.
const DNA: &str = "\"statement ID\";\"time\";\"document ID\";\"document title\";\"author\";\"source\";\"section\";\"type\";\"text\";\
    \"person\";\"organization\";\"concept\";\"agreement\"\n\
    1;2005-06-20 10:00:00;7;\"Hearing\";\"\";\"Congress\";\"\";\"interview\";\"says\nso\";\"P\";\"EPA\";\"CO2 should be cut\";1\n\
    2;2005-06-20 10:00:00;7;\"Hearing\";\"\";\"Congress\";\"\";\"\";\"no\";\"Q\";\"NPCA\";\"CO2 should be cut\";0\n\
    3;2005-07-01 00:00:00;8;\"Letter\";\"\";\"\";\"\";\"\";\"\";\"Q\";\"\";\"CO2 should be cut\";0\n\
    4;2005-07-01 00:00:00;9;\"Letter\";\"\";\"\";\"\";\"\";\"\";\"R\";\"EPA\";\"costs\";0\n\
    5;2005-07-01 00:00:00;10;\"Letter\";\"\";\"\";\"\";\"\";\"\";\"R\";\"EPA\";\"costs\";0\n";

#[test]
fn own_lists_are_read_in_both_languages_and_written_back() {
    let found = list(OWN);
    let [first, second, third] = found.statements.as_slice() else { panic!("{found:?}") };
    assert_eq!(first.actor.to_string(), "intergovernmental:江苏省人社厅");
    assert_eq!((first.concept.as_str(), first.agree, first.day), ("互认", true, date(2024, 1, 2)));
    assert_eq!((first.kind, first.quote.as_str(), first.coder.as_str()), (SourceKind::Document, "应当, 互认", "甲"));
    assert_eq!((second.actor.to_string().as_str(), second.agree), ("issue:报社", false));
    assert_eq!(third.actor.to_string(), "professional:协会");
    // What was taken for granted is counted: who says nothing of the network, and nothing of the kind of source.
    assert_eq!((found.networks_assumed, found.kinds_assumed), (1, 1));
    assert_eq!(found.columns, ["备注"]);
    for is_gb18030 in [false, true] {
        let (bytes, lost) = write(&found.statements, Form::Own, is_gb18030).unwrap();
        assert!(lost.is_empty());
        assert_eq!(list_of(&bytes, &Reading::default()).statements, found.statements);
    }
}

#[test]
fn event_lists_of_dna_are_read_and_written() {
    let found = list_of(DNA.as_bytes(), &Reading { network: Network::Issue, ..Reading::default() });
    assert_eq!((found.forms.as_slice(), found.unfinished), ([Form::Dna].as_slice(), 1));
    let sources: Vec<&str> = found.statements.iter().map(|one| one.source.as_str()).collect();
    // Of two documents with one title the number says which.
    assert_eq!(sources, ["Hearing#1", "Hearing#2", "Letter [9]#4", "Letter [10]#5"]);
    let first = &found.statements[0];
    assert_eq!((first.actor.to_string().as_str(), first.agree, first.day), ("issue:EPA", true, date(2005, 6, 20)));
    assert_eq!((first.kind, first.quote.as_str()), (SourceKind::Interview, "says\nso"));
    assert_eq!(found.columns, ["author", "source", "section", "person"]);
    // Another variable can be the actor.
    let persons = Reading { actor: Some("Person".to_owned()), ..Reading::default() };
    let names: Vec<String> =
        list_of(DNA.as_bytes(), &persons).statements.iter().map(|one| one.actor.to_string()).collect();
    assert_eq!(names.len(), 5);
    assert_eq!(names[2], "intergovernmental:Q");
    let (bytes, lost) = write(&found.statements, Form::Dna, false).unwrap();
    assert_eq!(lost.len(), 3);
    let again = list_of(&bytes, &Reading { network: Network::Issue, ..Reading::default() });
    assert_eq!(again.statements.len(), 4);
    for (before, after) in found.statements.iter().zip(&again.statements) {
        assert_eq!((&before.actor, &before.concept, before.agree), (&after.actor, &after.concept, after.agree));
        assert_eq!((before.day, before.kind, &before.quote), (after.day, after.kind, &after.quote));
    }
}

#[test]
fn what_is_wrong_has_its_code_and_its_place() {
    let head = "actor,concept,agree,day,source,kind,network\n";
    let wrong = [
        ("actor-format", format!("{head}person:x,a,1,2024-01-01,s,,\n"), (2, 1)),
        ("agree-format", format!("{head}甲,a,2,2024-01-01,s,,\n"), (2, 3)),
        ("cell-empty", format!("{head}甲,a,1,2024-01-01,s,,\n甲,,1,2024-01-01,s,,\n"), (3, 2)),
        ("day-format", format!("{head}甲,a,1,soon,s,,\n"), (2, 4)),
        ("kind-unknown", format!("{head}甲,a,1,2024-01-01,s,gossip,\n"), (2, 6)),
        ("network-unknown", format!("{head}甲,a,1,2024-01-01,s,,friends\n"), (2, 7)),
        ("row-cells", format!("{head}甲,a,1,2024-01-01,s,,,x\n"), (2, 8)),
        ("heading-twice", "actor,主体,concept,agree,day,source\n".to_owned(), (1, 2)),
        ("statement-headings", "actor,concept,day\n甲,a,2024-01-01\n".to_owned(), (1, 0)),
        ("statements-none", head.to_owned(), (0, 0)),
        ("text-control", format!("{head}甲\u{7},a,1,2024-01-01,s,,\n"), (2, 1)),
        ("dna-database", "SQLite format 3\0".to_owned(), (0, 0)),
        ("file-empty", " \n".to_owned(), (0, 0)),
    ];
    for (code, text, place) in wrong {
        let faults = read(&[input("a.csv", text.as_bytes())], &Reading::default()).expect_err(&text);
        let first = &faults[0];
        assert_eq!((first.code, (first.place.line, first.place.column)), (code, place), "{text}: {first}");
        assert!(CODES.iter().any(|(known, ..)| *known == code) && first.to_string().contains("To do: "), "{first}");
    }
}

/// Two camps of three over four concepts, in three kinds of source.
fn camps(folder: &TempDir) -> String {
    let mut text = "actor,concept,agree,day,source,kind,coder\n".to_owned();
    for (actor, number) in ["A", "B", "C", "D", "E", "F"].into_iter().zip(0..) {
        for (concept, place) in ["w", "x", "y", "z"].into_iter().zip(0..) {
            let agree = (number < 3) == (place < 2);
            let kind = ["document", "interview", "observation"][number % 3];
            let year = if place < 3 { 2023 } else { 2024 };
            text.push_str(&format!("{actor},{concept},{agree},{year}-05-01,{kind} {actor}#{place},{kind},one\n"));
        }
    }
    put(folder, "camps.csv", &text)
}

fn put(folder: &TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn told(arguments: &[&str]) -> Value {
    let all = [["network", "statements"].as_slice(), arguments, ["--format", "json"].as_slice()].concat();
    serde_json::from_slice(&run(&all).fine().out).unwrap()
}

fn rows<'a>(answer: &'a Value, table: &str) -> &'a [Value] {
    let tables = answer["tables"].as_array().unwrap();
    tables.iter().find(|one| one["name"] == table).unwrap()["rows"].as_array().unwrap()
}

#[test]
fn a_discourse_falls_into_camps_more_than_by_chance() {
    let folder = tempfile::tempdir().unwrap();
    let file = camps(&folder);
    let answer = told(&[&file, "--permutations", "99", "--seed", "5"]);
    let congruence = &rows(&answer, "polarisation")[0];
    assert_eq!((congruence["camps"].as_f64(), congruence["modularity"].as_f64()), (Some(2.0), Some(0.5)));
    assert!(congruence["p"].as_f64().unwrap() < 0.1, "{congruence}");
    assert_eq!(rows(&answer, "concepts")[0]["for"], 3.0);
    assert_eq!(answer["options"]["network not said"], "taken as intergovernmental: 24 statements");
    assert_eq!(answer, told(&[&file, "--permutations", "99", "--seed", "5"]));
    for form in ["text", "md", "csv"] {
        let text = run(&["network", "statements", &file, "--permutations", "0", "--format", form]).fine().text();
        assert!(text.contains("not defined, because") && !text.contains("NaN"), "{form}\n{text}");
    }
}

#[test]
fn networks_of_statements_are_measured_like_others() {
    let folder = tempfile::tempdir().unwrap();
    let file = camps(&folder);
    let out = folder.path().join("net.out").to_str().unwrap().to_owned();
    let arcs = |arguments: &[&str], format: &str| {
        let all = [&["network", "statements", &file], arguments, &["--format", format, "--out", &out]].concat();
        run(&all).fine();
        let answer = run(&["network", "measure", &out, "--measures", "size", "--format", "json"]).fine();
        let answer: Value = serde_json::from_slice(&answer.out).unwrap();
        answer["measures"][0]["parts"][0]["rows"][0]["figures"]["arcs"].as_f64().unwrap()
    };
    for format in ["json", "graphml", "gexf", "pajek", "dl", "csv"] {
        assert_eq!(arcs(&["--as", "congruence"], format), 12.0, "{format}");
    }
    assert_eq!(arcs(&["--as", "subtract", "--normalise", "cosine"], "graphml"), 30.0);
    assert_eq!(arcs(&["--as", "conflict", "--by", "concept"], "graphml"), 8.0);
    assert_eq!(arcs(&["--as", "affiliation", "--from", "2024-01-01"], "graphml"), 6.0);
    // A network for each year.
    let every =
        ["network", "statements", &file, "--as", "congruence", "--every", "year", "--format", "csv", "--out", &out];
    run(&every).fine();
    let text = std::fs::read_to_string(&out).unwrap();
    assert!(text.contains(",3,1,2023-01-01,2023-12-31") && text.contains(",1,1,2024-01-01,2024-12-31"), "{text}");
    assert!(Path::new(&out).with_extension("actors.csv").exists());
    // The statements that count, for DNA.
    let of_2024 = ["--from", "2024-01-01", "--format", "dna", "--out", &out];
    run(&[["network", "statements", &file].as_slice(), of_2024.as_slice()].concat()).fine();
    let again = list_of(&std::fs::read(&out).unwrap(), &Reading::default());
    assert_eq!((again.statements.len(), again.forms.as_slice()), (6, [Form::Dna].as_slice()));
    run(&["network", "statements", &file, "--format", "dl", "--out", &out]).refused("network-unnamed");
    run(&["network", "statements", &file, "--as", "congruence", "--format", "dl"]).refused("out-unnamed");
}

#[test]
fn coders_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let file = camps(&folder);
    let other = std::fs::read_to_string(&file).unwrap().replace(",one\n", ",two\n").replacen("true", "false", 1);
    let other = put(&folder, "other.csv", &other);
    let answer = told(&[&file, "--compare", &other, "--permutations", "50"]);
    let differences = rows(&answer, "differences");
    assert_eq!(differences.len(), 1);
    assert_eq!((&differences[0]["one"], &differences[0]["two"]), (&"for".into(), &"against".into()));
    assert_eq!(differences[0]["statements"], "1 25");
    let stances = rows(&answer, "agreement").iter().find(|row| row["of"] == "stances").unwrap();
    let alpha = stances["alpha"].as_f64().unwrap();
    assert!(alpha > 0.9 && alpha < 1.0 && stances["low"].as_f64().unwrap() <= alpha, "{stances}");
    // A coder against itself is one coder.
    let answer = told(&[&file, "--compare", &file]);
    let stances = rows(&answer, "agreement").iter().find(|row| row["of"] == "stances").unwrap();
    assert_eq!(stances["alpha"], Value::Null);
    assert_eq!(stances["not_defined"]["alpha"]["en"], "there is one coder only");
}

#[test]
fn claims_are_held_against_kinds_of_source() {
    let folder = tempfile::tempdir().unwrap();
    let file = camps(&folder);
    let verdict = |arguments: &[&str]| {
        let answer = told(&[&[file.as_str()], arguments].concat());
        rows(&answer, "verdict")[0]["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict(&["--claim", "w"]), "mixed");
    assert_eq!(verdict(&["--claim", "w", "--actor", "A"]), "one_kind_only");
    assert_eq!(verdict(&["--claim", "w", "--actor", "D"]), "contradicted");
    assert_eq!(verdict(&["--claim", "w", "--from", "2024-01-01"]), "no_evidence");
    let answer = told(&[&file, "--claim", "w"]);
    let first = &rows(&answer, "evidence")[0];
    assert_eq!(
        (&first["side"], &first["which"], &first["statements"]),
        (&"supports".into(), &"document A".into(), &"1".into())
    );
    run(&["network", "statements", &file, "--claim", "w", "--actor", "Z"]).refused("actor-unknown");
}
