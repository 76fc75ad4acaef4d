//! What changed, from facts in a file: whether an event did it, where a value changes, the network period by period.

mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value as Json, json};
use support::run;
use tempfile::TempDir;
use tongban::network::change::{Reading, Words};
use tongban::network::report::read_facts;
use tongban::text::Lang;
use tongban_core::network::change::{Options, Refused, Step, Value};

/// Five items between two authorities, a month a line, from January 2022. From the event in July 2023 on there is half as
/// much again of the item that it is about.
fn facts(months: i32) -> Json {
    let actor = |name: &str, region: &str| {
        json!({ "actor": format!("intergovernmental:{name}"), "name": name, "network": "intergovernmental",
            "level": "province", "region": region })
    };
    let mut facts = Vec::new();
    for month in 0..months {
        for item in 0..5 {
            let day = format!("{}-{:02}-01", 2022 + month / 12, month % 12 + 1);
            // What nobody planned: a number that hangs together neither with time nor with the item.
            let scatter = (month * month * 31 + item * item * 17 + month * item * 7) % 13;
            let planted = if item == 0 && month >= 18 { 20 } else { 0 };
            facts.push(json!({ "relation": "hands_to", "from": 0, "to": 1, "day": day, "item": format!("item-{item}"),
                "count": 40 + scatter + planted, "late": scatter / 3 }));
        }
    }
    json!({
        "actors": [actor("one", "320000"), actor("two", "340000")], "facts": facts,
        "events": [{ "key": "agreement", "name": "合作协议", "name_en": "Agreement", "from": "2023-07-01", "effect": "advances",
            "items": ["item-0"], "source": "协议第3条" }],
    })
}

fn file(folder: &TempDir, months: i32) -> String {
    let path: PathBuf = folder.path().join(format!("{months}.json"));
    std::fs::write(&path, facts(months).to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn json_of(arguments: &[&str]) -> Json {
    let all = [&["network", "change"], arguments, &["--format", "json"]].concat();
    serde_json::from_str(&run(&all).fine().text()).unwrap()
}

#[test]
fn a_step_that_was_planted_is_clear_and_elsewhere_there_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder, 36);
    let found = json_of(&[&file, "--event", "agreement"]);
    assert_eq!((&found["verdict"], &found["code"]), (&json!("clear"), &Json::Null));
    assert_eq!(found["input"]["sha256"].as_str().unwrap().len(), 64);
    let level = &found["effect"]["against"]["Ok"]["average"];
    let [low, high] = [0, 1].map(|end| level["interval"][end].as_f64().unwrap());
    assert!(low < 20.0 && 20.0 < high && low > 10.0, "{level}");
    // The share late has no step.
    assert_ne!(json_of(&[&file, "--event", "agreement", "--value", "late"])["verdict"], "clear");
    // Without knowing of the day it is found by itself.
    let points = json_of(&[&file, "--points", "--items", "item-0"]);
    let segments = points["points"]["segments"].as_array().unwrap();
    assert_eq!((segments.len(), &segments[1]["from"]), (2, &json!("2023-07-01")));
    for (lang, verdict) in [("zh", "变了，而且说得清"), ("en", "It changed, and clearly")] {
        for format in ["text", "md"] {
            let all = ["network", "change", &file, "--event", "agreement", "--lang", lang, "--format", format];
            let out = run(&all).fine().text();
            assert!(out.contains(verdict) && out.contains("sha256") && out.contains("2023-07"), "{out}");
            assert!(!out.contains("change-") && !out.contains("NaN"), "{out}");
        }
    }
}

#[test]
fn too_short_a_time_is_no_answer_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder, 24);
    let found = json_of(&[&file, "--event", "agreement"]);
    assert_eq!((&found["verdict"], &found["code"]), (&json!("cannot_tell"), &json!("too-few-after")));
    let out = run(&["network", "change", &file, "--event", "agreement"]).fine().text();
    assert!(out.contains("没法说：事后只有 6 期有数，至少要 8 期"), "{out}");
    // Of whole years there are two.
    let found = json_of(&[&file, "--points", "--step", "year"]);
    assert_eq!(found["code"], "too-few");
    // Only whole periods are read.
    let found = json_of(&[&file, "--from", "2022-01-15", "--until", "2022-04-15"]);
    let months = found["snapshots"].as_array().unwrap();
    assert_eq!((months.len(), &months[0]["from"], &months[1]["persistence"]), (2, &json!("2022-02-01"), &json!(1.0)));
}

#[test]
fn what_cannot_be_asked_is_a_clear_failure() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(&folder, 36);
    let refused = |arguments: &[&str], code: &str| {
        run(&[&["network", "change", &file], arguments].concat()).refused(code);
    };
    refused(&["--event", "nowhere"], "event-unknown");
    refused(&["--relation", "loves"], "relation-unknown");
    refused(&["--points", "--value", "returned", "--relation", "returns_to"], "relation-not-read");
    refused(&["--from", "2024-01-01", "--until", "2023-01-01"], "days-reversed");
    refused(&["--from", "2030-01-01"], "facts-none");
    refused(&["--relation", "rates"], "facts-none");
}

#[test]
fn every_refusal_has_its_words() {
    use Refused as R;
    let (have, need) = (1, 8);
    let all = [
        R::EventOutside,
        R::TooFewBefore { have, need },
        R::TooFewAfter { have, need },
        R::TooFew { have, need },
        R::SeasonTooShort { have, need },
        R::NoSeason,
        R::Flat,
        R::Exact,
        R::Collinear,
        R::NotFinite,
        R::OtherPeriods,
        R::NoControl,
        R::Penalty,
    ];
    for value in Value::ALL {
        let (items, options) = (BTreeSet::new(), Options::default());
        let reading = Reading { value, step: Step::Month, relation: None, items, from: None, until: None, options };
        for lang in [Lang::Zh, Lang::En] {
            let words = Words { lang, reading: &reading, item: &str::to_owned };
            let said: BTreeSet<String> = all.iter().map(|refused| words.refused(*refused)).collect();
            assert_eq!(said.len(), all.len());
            assert!(said.iter().all(|text| !text.starts_with("change-")) && !words.value().starts_with("change-"));
            let facts = read_facts(facts(36).to_string().as_bytes()).unwrap();
            let effect = reading.effect(&facts, &facts.events[0]).unwrap();
            let sections = [
                words.verdict(&facts.events[0], &effect),
                words.placebo(&effect),
                words.assumptions(&effect),
                words.points(&reading.points(&facts).unwrap()),
            ];
            for section in sections {
                let page = section.html().into_string();
                assert!(!page.contains("change-") && !page.contains("NaN"), "{page}");
            }
        }
    }
}
