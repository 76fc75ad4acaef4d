//! Statistical models of networks on the command line: values of other programs, how an answer says what it is, and what
//! cannot be estimated.

mod support;

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;
use support::run;
use tongban::network::model::{MODEL_CODES, MODELS};
use tongban_core::network::model::Refused;

fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/network").join(name);
    path.to_str().expect("a readable path").to_owned()
}

fn test<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [["network", "test"].as_slice(), arguments].concat()
}

fn answer(arguments: &[&str]) -> Value {
    let ran = run(&[test(arguments).as_slice(), &["--format", "json"]].concat()).fine();
    serde_json::from_slice(&ran.out).unwrap()
}

/// A figure of the one model of an answer; null if it is not defined.
fn figure(answer: &Value, about: &str, of: Option<&str>, figure: &str) -> Value {
    let parts = answer["measures"][0]["parts"].as_array().unwrap();
    let rows = parts.iter().filter(|part| part["about"] == about).flat_map(|part| part["rows"].as_array().unwrap());
    let mut rows = rows.filter(|row| row["of"].as_str() == of);
    rows.next().unwrap_or_else(|| panic!("no {about} {of:?}: {answer}"))["figures"][figure].clone()
}

#[track_caller]
fn is(found: &Value, value: f64) {
    assert!(found.as_f64().is_some_and(|found| (found - value).abs() < 1e-8), "{found} is not {value}");
}

/// Likeness of preferences as a list of ties: the greatest distance less that of the two.
fn prefsim() -> String {
    let text = std::fs::read_to_string(data("chemnet_intpos.csv")).unwrap();
    let rows: Vec<(&str, Vec<f64>)> = text
        .lines()
        .skip(1)
        .map(|line| {
            let (name, cells) = line.split_once(',').unwrap();
            (name, cells.split(',').map(|cell| cell.parse().unwrap()).collect())
        })
        .collect();
    let distance =
        |one: &[f64], other: &[f64]| one.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
    let pairs = || rows.iter().flat_map(|one| rows.iter().map(move |other| (one, other)));
    let most = pairs().map(|(one, other)| distance(&one.1, &other.1)).fold(0.0, f64::max);
    let mut ties = "from,to,layer,weight\n".to_owned();
    for (one, other) in pairs().filter(|(one, other)| one.0 != other.0) {
        writeln!(ties, "{},{},prefsim,{}", one.0, other.0, most - distance(&one.1, &other.1)).unwrap();
    }
    ties
}

#[test]
fn the_page_has_every_model_and_every_code() {
    let page = include_str!("../../docs/network.md");
    for model in MODELS {
        assert!(page.contains(&format!("| `{}` |", model.name)), "{}", model.name);
        for reference in model.reference.split("; ") {
            assert!(page.contains(reference), "{}: {reference}", model.name);
        }
    }
    for (code, what, todo) in MODEL_CODES {
        assert!(page.contains(&format!("| `{code}` | {what} | {todo} |")), "{code}");
    }
    // What stops a model has its words; what only leaves a figure out has a reason beside the figure.
    let numbers = (1, 2);
    for refused in [
        Refused::NoTerms,
        Refused::Flat,
        Refused::TooFew { have: numbers.0, need: numbers.1 },
        Refused::TooFewEvents { have: numbers.0, need: numbers.1 },
        Refused::OneDay,
        Refused::OnePair,
        Refused::TooFewPanels { have: numbers.0, need: numbers.1 },
        Refused::TooManyActors { have: numbers.1, most: numbers.0 },
        Refused::TooManyRows { have: numbers.1, most: numbers.0 },
        Refused::OtherActors,
        Refused::NotFinite { term: 0 },
        Refused::Direction { term: 0 },
        Refused::NeedsPanels { term: 0 },
        Refused::Constant { term: 0 },
        Refused::Collinear { term: 0 },
        Refused::Separated { term: 0 },
        Refused::Unsettled,
    ] {
        assert!(MODEL_CODES.iter().any(|(code, ..)| *code == refused.code()), "{}", refused.code());
    }
}

#[test]
fn a_network_is_explained_as_ergm_of_r_does() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("prefsim.csv");
    std::fs::write(&file, prefsim()).unwrap();
    let (pol, types, prefsim) = (data("chemnet_pol.csv"), data("chemnet_types.csv"), file.to_str().unwrap());
    let model = [&pol, &types, prefsim, "--model", "ergm", "--y", "chemnet_pol", "--terms"];
    let exact = answer(&[model.as_slice(), &["edges,edgecov:prefsim", "--draws", "40"]].concat());
    is(&figure(&exact, "terms", Some("edges"), "b"), -0.866_777_210_687);
    is(&figure(&exact, "terms", Some("edges"), "error"), 0.166_717_048_200);
    is(&figure(&exact, "terms", Some("edgecov:prefsim"), "b"), 0.176_894_897_336);
    let found = figure(&exact, "network", None, "log-likelihood").as_f64().unwrap();
    assert!((found + 578.796_780_9).abs() < 1e-6, "{found}");
    let options = &exact["options"];
    assert_eq!(options["layers"], serde_json::json!(["chemnet_pol", "prefsim"]));
    assert!(options["estimate"].as_str().unwrap().starts_with("exact"), "{options}");
    assert_eq!((&options["draws"], &options["seed"]), (&Value::from(40), &Value::from(1)));
    assert_eq!(exact["inputs"].as_array().unwrap().len(), 3);
    assert_eq!(figure(&exact, "fit", Some("density"), "inside"), 1.0);

    // With a term that depends on other ties it is approximate, and says so in each form.
    let terms = [model.as_slice(), &["edges,mutual,nodematch:type", "--draws", "40"]].concat();
    let near = answer(&terms);
    assert!(figure(&near, "terms", Some("mutual"), "error").as_f64().unwrap() > 0.0);
    assert!(figure(&near, "network", None, "log pseudo-likelihood").is_number());
    assert_eq!(answer(&terms), near);
    for format in ["text", "csv", "md"] {
        let text = run(&[test(&terms).as_slice(), &["--format", format]].concat()).fine().text();
        for part in ["approximate 近似", env!("CARGO_PKG_VERSION"), "nodematch:type", "ties with others between"] {
            assert!(text.contains(part), "{format}: {part}\n{text}");
        }
        assert!(!text.contains("NaN"), "{format}\n{text}");
    }
    // Without draws nothing says how sure it is.
    let bare = answer(&[model.as_slice(), &["edges,mutual", "--draws", "0"]].concat());
    assert!(figure(&bare, "terms", Some("mutual"), "b").is_number());
    assert_eq!(figure(&bare, "terms", Some("mutual"), "error"), Value::Null);
    assert!(bare.to_string().contains("too few were drawn"), "{bare}");
}

/// Events day after day: A sends to B, B answers on the next day, now and then C or D has a part.
fn events() -> String {
    let mut text = "from,to,from_day,to_day,layer\n".to_owned();
    for day in 0..90 {
        let date = jiff::civil::date(2026, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
        let any = (day * day / 7) as usize;
        let (from, to) = match day % 7 {
            0 | 2 => ("A", "B"),
            1 | 3 => ("B", "A"),
            4 => ("C", ["A", "B", "D"][any % 3]),
            5 => ("D", ["C", "A"][any / 3 % 2]),
            _ => (["A", "B"][any / 2 % 2], ["C", "D"][any / 5 % 2]),
        };
        writeln!(text, "{from},{to},{date},{date},calls").unwrap();
    }
    text
}

#[test]
fn events_and_periods_are_explained_by_what_went_before() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let calls = put("calls.csv", &events());
    let actors = put("actors.csv", "id,level\nA,province\nB,province\nC,city\nD,county\n");
    let model = [calls.as_str(), &actors, "--y", "calls", "--model"];
    let found = answer(&[model.as_slice(), &["rem", "--terms", "inertia,reciprocity,absdiff:level"]].concat());
    assert_eq!(figure(&found, "network", None, "events"), 90.0);
    assert_eq!(figure(&found, "network", None, "days"), 90.0);
    // Twelve pairs of four actors: each event is compared with all eleven others.
    assert_eq!(figure(&found, "network", None, "controls"), 11.0);
    assert!(figure(&found, "terms", Some("inertia"), "b").as_f64().unwrap() > 0.0, "{found}");
    assert!(figure(&found, "terms", Some("absdiff:level"), "error").is_number());
    let options = &found["options"];
    assert!(options["estimate"].as_str().unwrap().starts_with("case-control"), "{options}");

    let found = answer(&[model.as_slice(), &["tergm", "--terms", "edges,memory", "--step", "week"]].concat());
    assert!(figure(&found, "network", None, "periods").as_f64().unwrap() >= 12.0, "{found}");
    assert!(figure(&found, "terms", Some("memory"), "b").is_number(), "{found}");
    assert!(found["options"]["resamples"].is_number());

    let refused = |more: &[&str], code: &str| {
        run(&test(&[model.as_slice(), more].concat())).refused(code);
    };
    refused(&["tergm", "--terms", "edges,memory", "--step", "month"], "panels-few");
    refused(&["tergm", "--terms", "edges,memory", "--day", "2026-01-03"], "panels-few");
    refused(&["rem", "--terms", "inertia", "--day", "2026-01-03"], "events-one-day");
    refused(&["rem", "--terms", "inertia", "--undirected"], "term-direction");
    refused(&["rem", "--terms", "edges"], "term-unknown");
    let undated = put("undated.csv", "from,to\nA,B\nB,C\n");
    run(&test(&[&undated, "--y", "undated", "--model", "rem", "--terms", "inertia"])).refused("ties-undated");
    run(&test(&[&undated, "--y", "undated", "--model", "tergm", "--terms", "edges"])).refused("ties-undated");
    let one = put("one.csv", "from,to,from_day\nA,B,2026-01-01\nB,C,2026-01-01\n");
    run(&test(&[&one, "--y", "one", "--model", "rem", "--terms", "inertia"])).refused("events-one-day");
}

#[test]
fn what_cannot_be_estimated_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ties.csv");
    // Two groups without a tie between them.
    std::fs::write(&file, "from,to\na,b\nb,c\nc,a\na,d\ne,f\nf,g\ng,e\nh,e\n").unwrap();
    let list = folder.path().join("actors.csv");
    let groups = "a,x,1\nb,x,2\nc,x,3\nd,x,4\ne,y,5\nf,y,6\ng,y,7\nh,y,many\n";
    std::fs::write(&list, format!("id,side,staff\n{groups}")).unwrap();
    let files = [file.to_str().unwrap(), list.to_str().unwrap()];
    let refused = |more: &[&str], code: &str, part: &str| {
        let ran = run(&test(&[files.as_slice(), &["--y", "ties", "--model"], more].concat())).refused(code);
        assert!(ran.err.contains(part), "{code}: {part}: {}", ran.err);
        assert!(ran.err.contains("To do") || ran.err.contains("are:") || ran.err.contains("Fill"), "{}", ran.err);
    };
    refused(&["ergm", "--terms", "edges,nodematch:side"], "term-separates", "nodematch:side");
    refused(&["ergm", "--terms", "edges,mutual", "--undirected"], "term-direction", "mutual");
    refused(&["ergm", "--terms", "edges,triangles"], "term-unknown", "gwesp:DECAY");
    refused(&["ergm", "--terms", "edges,gwesp"], "term-value", "gwesp");
    refused(&["ergm", "--terms", "edges,gwesp:-1"], "term-number", "gwesp:-1");
    refused(&["ergm", "--terms", "edges,edgecov:beauty"], "layer-unknown", "beauty");
    refused(&["ergm", "--terms", "edges,nodematch:beauty"], "group-missing", "beauty");
    refused(&["ergm", "--terms", "edges,nodeocov:staff"], "column-number", "many");
    refused(&["ergm", "--terms", "edges", "--among", "side=z"], "among-none", "side=z");
    let half = answer(
        &[files.as_slice(), &["--y", "ties", "--model", "ergm", "--terms", "edges", "--among", "side=x"]].concat(),
    );
    assert_eq!(figure(&half, "network", None, "pairs"), 12.0);
    assert_eq!(half["options"]["among"], "side=x");
    refused(&["ergm", "--terms", "edges,edges"], "term-collinear", "edges");
    refused(&["ergm", "--terms", "edges,memory"], "term-panels", "memory");
    refused(&["ergm", "--terms", "edges", "--x", "ties"], "option-other", "edgecov");
    refused(&["qap", "--x", "ties", "--terms", "edges"], "option-other", "--terms");
    refused(&["ergm", "--terms", "edges", "--permutations", "50"], "option-other", "--draws");
    refused(&["rem", "--terms", "inertia", "--step", "year"], "option-other", "--controls");
    // All that there could be.
    std::fs::write(&file, "from,to\na,b\nb,a\n").unwrap();
    run(&test(&[files[0], "--y", "ties", "--model", "ergm", "--terms", "edges"])).refused("ties-flat");
}
