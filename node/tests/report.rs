//! The report of a network in words: every key has its words, every rule stands in the documentation, the command writes it.

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use support::run;
use tongban::network::report::{diagnoses, document, named, read_facts, rules_page};
use tongban::text::Lang;
use tongban_core::network::report::{RULES, Scope, report};

/// A ministry, two provincial authorities, those who applied in one, and what they did in a year.
fn facts() -> String {
    let actor = |actor: &str, network: &str, level: &str, region: &str| {
        format!(
            r#"{{"actor":"{actor}","name":"{actor}","network":"{network}","level":"{level}","region":{region},"line":"x"}}"#
        )
    };
    let actors = [
        actor("community:ministry|<b>", "community", "centre", "null"),
        actor("intergovernmental:one", "intergovernmental", "province", r#""320000""#),
        actor("intergovernmental:two", "intergovernmental", "province", r#""340000""#),
        actor("person:320000", "issue", "outside", r#""320000""#),
    ];
    let mut facts = Vec::new();
    for month in 1..=12 {
        for (relation, from, to, count) in [
            ("proposes", 0, 1, 1),
            ("takes_in_for", 1, 2, 5 + month % 3),
            ("hands_to", 1, 2, 5 + month % 3),
            ("returns_to", 2, 1, 1 + month % 2),
            ("decides_for", 2, 3, 5),
            ("rates", 3, 2, 2),
        ] {
            facts.push(format!(
                r#"{{"relation":"{relation}","from":{from},"to":{to},"day":"2025-{month:02}-28","item":"2020-35-25","count":{count},"took":{},"code":"2"}}"#,
                600 + 60 * month
            ));
        }
    }
    format!(
        r#"{{"actors":[{}],"facts":[{}],
            "openings":[{{"item":"2020-35-25","receiving":"320000","handling":"340000","mode":"fully_online","since":"2025-02-01"}}],
            "items":[{{"key":"2020-35-25","name":"异地<提取>","name_en":"Withdrawal elsewhere"}}],
            "events":[{{"key":"e","name":"试点","from":"2025-03-01","effect":"advances","source":"1"}}]}}"#,
        actors.join(","),
        facts.join(",")
    )
}

#[test]
fn every_key_has_its_words() {
    let held = facts();
    for text in [held.as_str(), r#"{"actors":[]}"#] {
        let facts = read_facts(text.as_bytes()).unwrap();
        let found = report(&facts, &Scope::default());
        for lang in [Lang::Zh, Lang::En] {
            let page = document(&facts, &found, &diagnoses(&facts, &found), lang);
            let (markdown, html) = (page.markdown(), page.html(lang));
            // A key without words comes out as itself.
            assert!(!markdown.contains("report-") && !html.contains("report-"), "{}", lang.name());
            assert!(!markdown.contains("NaN") && !html.contains("<b>"), "{}", lang.name());
            assert!(page.sections.len() >= 7, "tables, framework and diagnoses");
        }
    }
    let facts = read_facts(held.as_bytes()).unwrap();
    let markdown = document(&facts, &report(&facts, &Scope::default()), &[], Lang::Zh).markdown();
    assert!(
        markdown.contains("| 府际网络 |") && markdown.contains("证据不足") && markdown.contains("江苏省收，安徽省办")
    );
    assert!(markdown.contains("试点（2025-03-01，推进）"), "{markdown}");
}

#[test]
fn every_number_leads_to_its_row_and_items_have_names() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("facts.json");
    std::fs::write(&file, facts()).unwrap();
    let path = file.to_str().unwrap();
    let html = run(&["network", "report", path, "--format", "html"]).fine().text();
    let after = |mark: &str| -> BTreeSet<String> {
        let rest = html.split(mark).skip(1);
        rest.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let (links, rows) = (after("href=\"#"), after("id=\""));
    assert!(links.len() > 5 && links.is_subset(&rows), "{links:?} {rows:?}");
    let held = read_facts(facts().as_bytes()).unwrap();
    let found = report(&held, &Scope::default());
    let named: BTreeSet<String> =
        named(&found, &diagnoses(&held, &found)).iter().map(|number| format!("f{number}")).collect();
    assert_eq!(rows, named, "a row for each fact that is named");
    assert!(html.contains("异地&lt;提取&gt;") && !html.contains("2020-35-25"), "an item by its name");
    // Where nothing can be followed, numbers are numbers.
    let markdown = run(&["network", "report", path, "--lang", "en"]).fine().text();
    assert!(markdown.contains("Withdrawal elsewhere") && markdown.contains("| 2025-01-28 |"), "{markdown}");
    assert!(!markdown.contains(['\u{1}', '\u{2}', '\u{3}']));
    // What was counted by the month says the month.
    let monthly = facts().replacen('{', r#"{"by_month":true,"#, 1);
    std::fs::write(&file, monthly).unwrap();
    let markdown = run(&["network", "report", path]).fine().text();
    assert!(markdown.contains("| 2025-01 |") && markdown.contains("每条事实是一个月的合计"), "{markdown}");
}

#[test]
fn what_is_no_facts_is_told() {
    let code = |text: &str| read_facts(text.as_bytes()).unwrap_err().0;
    assert_eq!(code("id,name\n1,a\n"), "facts-format");
    let strange = r#"{"actors":[],"facts":[{"relation":"asks","from":0,"to":1,"day":"2025-01-01","count":1}]}"#;
    assert_eq!(code(strange), "facts-actor-unknown");
}

#[test]
fn the_command_writes_each_form() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("facts.json");
    std::fs::write(&file, facts()).unwrap();
    let path = file.to_str().unwrap();
    let out = run(&["network", "report", path, "--lang", "en"]).fine().text();
    assert!(out.starts_with("# Report on the policy implementation network"), "{out}");
    let out = run(&["network", "report", path, "--format", "json", "--provinces", "320000,340000"]).fine().text();
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["report"]["table1"].as_array().unwrap().len(), 5);
    assert_eq!(json["report"]["scope"]["provinces"], serde_json::json!(["320000", "340000"]));
    assert!(json["input"]["sha256"].as_str().unwrap().len() == 64);
    let out = run(&["network", "report", path, "--part", "framework,table1"]).fine().text();
    let titles: Vec<&str> = out.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert_eq!(titles, ["图1 “环境—过程—结果”分析框架", "表1 政策执行网络构成"]);
    let refused = run(&["network", "report", path, "--items", "2020-35-25,x"]).refused("item-unknown");
    assert!(refused.err.contains("about x") && refused.err.contains("2020-35-25"), "{}", refused.err);
    let refused = run(&["network", "report", path, "--from", "2026-02-01"]).refused("facts-none");
    assert!(refused.err.contains("2025-01-28") && refused.err.contains("2025-12-28"), "{}", refused.err);
    std::fs::write(folder.path().join("none.json"), r#"{"actors":[]}"#).unwrap();
    run(&["network", "report", folder.path().join("none.json").to_str().unwrap()]).refused("facts-none");
    run(&["network", "report", path, "--provinces", "320500"]).refused("province-unknown");
    run(&["network", "report", path, "--from", "2025-02-01", "--until", "2025-01-01"]).refused("days-reversed");
}

/// The rules in `docs/network.md`: `TONGBAN_DOCS=write cargo test -p tongban --test report rules` writes them anew.
#[test]
fn the_rules_are_those_of_the_documentation() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/network.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- rules -->\n", "<!-- end of rules -->");
    let (before, rest) = page.split_once(begin).expect("the table of rules begins");
    let (held, after) = rest.split_once(end).expect("the table of rules ends");
    let table = rules_page(RULES);
    if std::env::var_os("TONGBAN_DOCS").is_some_and(|word| word == "write") {
        std::fs::write(&path, format!("{before}{begin}{table}{end}{after}")).unwrap();
    } else {
        assert!(held == table, "the rules in docs/network.md are not those of the program");
    }
}
