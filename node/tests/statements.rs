//! Lists of statements: read, written, and what follows from them.

mod support;

use std::path::Path;

use jiff::civil::date;
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, Row as _};
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
fn nothing_in_a_list_becomes_a_formula_and_nothing_is_lost() {
    let mut one = list(OWN).statements.swap_remove(0);
    for quote in ["=1+1", "+1", "-1", "@a", "'=1+1", "''-1", "'quoted'", "'", "a=1"] {
        one.quote = quote.to_owned();
        one.concept = quote.to_owned();
        let (bytes, _) = write(std::slice::from_ref(&one), Form::Own, false).unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        for cell in text.lines().flat_map(|line| line.split(',')) {
            assert!(!cell.trim_matches('"').starts_with(['=', '+', '-', '@', '\t', '\r']), "{text}");
        }
        assert_eq!(list_of(&bytes, &Reading::default()).statements, [one.clone()], "{text}");
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
        ("dna-format", "SQLite format 3\0".to_owned(), (0, 0)),
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

/// A database with these contents.
async fn database(path: &Path, contents: &[&'static str]) {
    let _ = std::fs::remove_file(path);
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut file = options.connect().await.unwrap();
    for text in contents {
        file.execute(*text).await.unwrap();
    }
    file.close().await.unwrap();
}

/// A project as DNA 3 keeps it, in the tables that concern statements; the second type has other variables.
const PROJECT: &str = "\
    CREATE TABLE SETTINGS (Property TEXT PRIMARY KEY, Value TEXT NOT NULL); \
    CREATE TABLE CODERS (ID INTEGER NOT NULL PRIMARY KEY, Name TEXT NOT NULL); \
    CREATE TABLE DOCUMENTS (ID INTEGER NOT NULL PRIMARY KEY, Title TEXT NOT NULL, Text TEXT NOT NULL, Coder INTEGER, \
        Author TEXT NOT NULL DEFAULT '', Source TEXT NOT NULL DEFAULT '', Section TEXT NOT NULL DEFAULT '', \
        Notes TEXT NOT NULL DEFAULT '', Type TEXT NOT NULL DEFAULT '', Date INTEGER NOT NULL); \
    CREATE TABLE STATEMENTTYPES (ID INTEGER NOT NULL PRIMARY KEY, Label TEXT NOT NULL); \
    CREATE TABLE VARIABLES (ID INTEGER NOT NULL PRIMARY KEY, Variable TEXT NOT NULL, DataType TEXT NOT NULL, \
        StatementTypeId INTEGER); \
    CREATE TABLE STATEMENTS (ID INTEGER NOT NULL PRIMARY KEY, StatementTypeId INTEGER, DocumentId INTEGER, \
        Start INTEGER NOT NULL, Stop INTEGER NOT NULL, Coder INTEGER); \
    CREATE TABLE ENTITIES (ID INTEGER PRIMARY KEY NOT NULL, VariableId INTEGER NOT NULL, Value TEXT NOT NULL DEFAULT ''); \
    CREATE TABLE DATASHORTTEXT (ID INTEGER PRIMARY KEY NOT NULL, StatementId INTEGER NOT NULL, VariableId INTEGER NOT NULL, \
        Entity INTEGER NOT NULL); \
    CREATE TABLE DATALONGTEXT (ID INTEGER PRIMARY KEY NOT NULL, StatementId INTEGER NOT NULL, VariableId INTEGER NOT NULL, \
        Value TEXT DEFAULT ''); \
    CREATE TABLE DATABOOLEAN (ID INTEGER PRIMARY KEY NOT NULL, StatementId INTEGER NOT NULL, VariableId INTEGER NOT NULL, \
        Value INTEGER NOT NULL DEFAULT 1); \
    CREATE TABLE DATAINTEGER (ID INTEGER PRIMARY KEY NOT NULL, StatementId INTEGER NOT NULL, VariableId INTEGER NOT NULL, \
        Value INTEGER NOT NULL DEFAULT 0);";
const CONTENTS: &str = "\
    INSERT INTO CODERS VALUES (1, 'Admin'), (2, '乙'); \
    INSERT INTO DOCUMENTS (ID, Title, Text, Type, Date) VALUES (7, '听证', '前言：应当互认，不必收费。', '访谈', 1119261600), \
        (8, 'Letter', 'No.', '', 0); \
    INSERT INTO STATEMENTTYPES VALUES (1, 'DNA Statement'), (4, 'Position'); \
    INSERT INTO VARIABLES VALUES (1, 'person', 'short text', 1), (2, 'organization', 'short text', 1), \
        (3, 'concept', 'short text', 1), (4, 'agreement', 'boolean', 1), (12, 'who', 'short text', 4), \
        (13, 'what', 'long text', 4), (14, 'how', 'integer', 4), (15, 'Type', 'short text', 4); \
    INSERT INTO STATEMENTS VALUES (5, 1, 7, 3, 7, 2), (6, 1, 8, 0, 3, 1), (9, 1, 7, 8, 12, 2), (11, 4, 8, 0, 3, 2); \
    INSERT INTO ENTITIES VALUES (1, 2, '民政厅'), (2, 3, '互认'), (3, 3, '收费'), (4, 2, ''), (5, 12, 'EPA'), (6, 1, ''); \
    INSERT INTO DATASHORTTEXT (StatementId, VariableId, Entity) VALUES (5, 1, 6), (5, 2, 1), (5, 3, 2), (6, 2, 4), (6, 3, 3), \
        (9, 2, 1), (9, 3, 3), (11, 12, 5); \
    INSERT INTO DATABOOLEAN (StatementId, VariableId, Value) VALUES (5, 4, 1), (6, 4, 1), (9, 4, 0); \
    INSERT INTO DATALONGTEXT (StatementId, VariableId, Value) VALUES (11, 13, 'fees'); \
    INSERT INTO DATAINTEGER (StatementId, VariableId, Value) VALUES (11, 14, -1);";

#[tokio::test]
async fn projects_of_dna_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("案例.dna");
    let version = "INSERT INTO SETTINGS VALUES ('version', '3.0.11.7')";
    database(&path, &[PROJECT, CONTENTS, version]).await;
    let (file, back) = (path.to_str().unwrap(), folder.path().join("back.csv"));
    let before = std::fs::read(&path).unwrap();
    let list_of_project = |more: &[&str]| {
        let out = back.to_str().unwrap();
        run(&[["network", "statements", file, "--format", "statements", "--out", out].as_slice(), more].concat())
            .fine();
        list_of(&std::fs::read(&back).unwrap(), &Reading::default()).statements
    };
    let [first, second]: [_; 2] = list_of_project(&[]).try_into().expect("two statements: one has no actor");
    assert_eq!(
        (first.actor.to_string().as_str(), first.concept.as_str(), first.agree),
        ("intergovernmental:民政厅", "互认", true)
    );
    assert_eq!((first.day, first.kind, first.quote.as_str()), (date(2005, 6, 20), SourceKind::Interview, "应当互认"));
    assert_eq!((first.source.as_str(), first.coder.as_str()), ("听证#5", "乙"));
    assert_eq!((second.concept.as_str(), second.agree, second.quote.as_str()), ("收费", false, "不必收费"));
    // Another type, whose variables are named.
    let other =
        ["--statement-type", "Position", "--actor-column", "who", "--concept-column", "what", "--agree-column", "how"];
    let [only]: [_; 1] = list_of_project(&other).try_into().expect("one statement");
    assert_eq!(
        (only.actor.to_string().as_str(), only.concept.as_str(), only.agree),
        ("intergovernmental:EPA", "fees", false)
    );
    let answer = told(&[file]);
    assert_eq!(answer["inputs"][0]["format"], "DNA project");
    assert_eq!(answer["options"]["left out"], "without actor, concept, or for and against: 1 statements");
    assert_eq!(std::fs::read(&path).unwrap(), before, "a project is not changed by reading it");
    let refused = run(&["network", "statements", file, "--statement-type", "Story"]).refused("dna-type");
    assert!(refused.err.contains("DNA Statement, Position"), "{}", refused.err);
    let refused = run(&["network", "statements", file, "--statement-type", "Position"]).refused("statement-headings");
    assert!(refused.err.contains("--actor-column"), "{}", refused.err);
    // What is wrong is told by the number of its statement.
    database(&path, &[PROJECT, CONTENTS, version, "UPDATE DATAINTEGER SET Value = 7"]).await;
    let refused = run(&[["network", "statements", file].as_slice(), &other].concat()).refused("agree-format");
    assert!(refused.err.contains("entry 11"), "{}", refused.err);
    database(&path, &[PROJECT, CONTENTS, "INSERT INTO SETTINGS VALUES ('version', '2.0 beta 25')"]).await;
    let refused = run(&["network", "statements", file]).refused("dna-version");
    assert!(refused.err.contains("2.0 beta 25"), "{}", refused.err);
    database(&path, &["CREATE TABLE other (x)"]).await;
    run(&["network", "statements", file]).refused("dna-format");
    std::fs::write(&path, [b"SQLite format 3\0".as_slice(), &[7; 200]].concat()).unwrap();
    run(&["network", "statements", file]).refused("dna-format");
    std::fs::write(&path, "").unwrap();
    run(&["network", "statements", file]).refused("file-empty");
}

#[tokio::test]
async fn projects_of_dna_are_written_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let list = put(
        &folder,
        "list.csv",
        "actor,concept,agree,day,source,kind,quote,coder\n\
         甲,互认,1,2024-01-02,通知#3,document,应当互认,乙\n\
         甲,收费,0,2024-01-02,通知#4,document,,\n\
         丙,收费,1,2024-02-01,通知#9,document,\"收费, 应当\n收\",Admin\n\
         丙,互认,1,1965-02-01,访谈,interview,好,丁\n",
    );
    let project = folder.path().join("project.DNA");
    let out = project.to_str().unwrap();
    let written = run(&["network", "statements", &list, "--format", "dna", "--out", out]).fine().text();
    assert!(written.contains("4 statements, 3 documents") && written.contains("password"), "{written}");
    run(&["network", "statements", &list, "--format", "dna", "--out", out]).refused("out-exists");
    let back = folder.path().join("back.csv").to_str().unwrap().to_owned();
    run(&["network", "statements", out, "--format", "statements", "--out", &back]).fine();
    let before = list_of(&std::fs::read(&list).unwrap(), &Reading::default()).statements;
    let mut after = list_of(&std::fs::read(&back).unwrap(), &Reading::default()).statements;
    // A project is read in the order of its days: the last statement has the first.
    after.rotate_left(1);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!((&before.actor, &before.concept, before.agree), (&after.actor, &after.concept, after.agree));
        assert_eq!((before.day, before.kind), (after.day, after.kind));
        let (quote, coder) = (before.quote.as_str(), before.coder.as_str());
        assert_eq!(after.quote, if quote.is_empty() { "–" } else { quote });
        assert_eq!(after.coder, if coder.is_empty() { "Admin" } else { coder });
    }
    assert_eq!(before.len(), after.len());
    let mut file = SqliteConnectOptions::new().filename(&project).read_only(true).connect().await.unwrap();
    let sound = sqlx::query("PRAGMA integrity_check").fetch_one(&mut file).await.unwrap();
    assert_eq!(sound.get::<String, _>(0), "ok");
    assert!(sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut file).await.unwrap().is_empty());
    let version =
        sqlx::query("SELECT Value FROM SETTINGS WHERE Property = 'version'").fetch_one(&mut file).await.unwrap();
    assert!(version.get::<String, _>(0).starts_with("3.0"), "DNA opens no other");
    file.close().await.unwrap();
    let long =
        put(&folder, "long.csv", &format!("actor,concept,agree,day,source\n甲,{},1,2024-01-02,s\n", "概".repeat(191)));
    let other = folder.path().join("long.dna");
    run(&["network", "statements", &long, "--format", "dna", "--out", other.to_str().unwrap()]).refused("dna-long");
    assert!(!other.exists());
}
