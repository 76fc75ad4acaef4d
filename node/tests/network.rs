//! Networks in files: every format there and back, every code of what can be wrong, and measures against values that
//! other programs gave.

mod support;

use std::path::Path;

use jiff::civil::date;
use serde_json::Value;
use support::run;
use tongban::network::measure::{MEASURES, TESTS};
use tongban::network::{
    Actor, CODES, Choice, Fault, Format, How, Input, Net, Reading, Report, Tie, Written, read, read_events, write,
    write_events,
};
use tongban_core::network::process::Reach;

fn input<'a>(name: &'a str, bytes: &'a [u8]) -> Input<'a> {
    Input { name, relation: name.split('.').next().unwrap_or(name), bytes }
}

fn net_of(inputs: &[Input<'_>]) -> (Net, Report) {
    match read(inputs) {
        Ok((net, report, _)) => (net, report),
        Err(faults) => panic!("{}", faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")),
    }
}

fn net_of_text(name: &str, text: &str) -> Net {
    net_of(&[input(name, text.as_bytes())]).0
}

/// Everything that a network says, in an order that does not depend on the file.
fn said(net: &Net) -> Vec<String> {
    let id = |actor: u32| net.actors[actor as usize].id.as_str();
    let tie = |tie: &Tie| {
        let Tie { from, to, layer, weight, sign, from_day, to_day } = *tie;
        let layer = &net.layers[layer as usize];
        format!("{} > {}: {layer} {weight} {sign} {from_day:?} {to_day:?}", id(from), id(to))
    };
    let mut said: Vec<String> = net.ties.iter().map(tie).collect();
    said.extend(net.actors.iter().map(|actor| format!("{actor:?}")));
    said.sort();
    said
}

/// A network with everything that is difficult in some format.
fn difficult() -> Net {
    let actor = |id: &str, label: &str, kind: &str, level: &str| Actor {
        id: id.to_owned(),
        label: label.to_owned(),
        kind: kind.to_owned(),
        level: level.to_owned(),
        ..Actor::default()
    };
    let mut actors = vec![
        actor("sz", "苏州市\"社保\"局, 甲", "人社", "3"),
        actor("hf", "合肥 <公积金> & 乙", "住建", "3"),
        actor("nj", "南京", "人社", "2"),
        actor("alone", "", "", ""),
    ];
    actors[0].attributes.insert("省份".to_owned(), "江苏; \"苏\"".to_owned());
    actors[1].attributes.insert("省份".to_owned(), "安徽\n皖".to_owned());
    let tie = |from: u32, to: u32, layer: u32, weight: f64| Tie {
        from,
        to,
        layer,
        weight,
        sign: 1,
        from_day: None,
        to_day: None,
    };
    let day = |tie: Tie, year: i16| Tie { from_day: Some(date(year, 1, 1)), to_day: Some(date(year, 12, 31)), ..tie };
    let ties = vec![
        tie(0, 1, 0, 3.0),
        tie(1, 0, 0, 0.1),
        Tie { sign: -1, ..tie(0, 2, 0, 2.5) },
        // Held twice, and once without an end.
        day(tie(1, 2, 1, 1.0), 2022),
        day(tie(1, 2, 1, 1.0), 2024),
        Tie { to_day: None, ..day(tie(2, 0, 1, 1.0), 2025) },
    ];
    Net { actors, layers: vec!["cases".to_owned(), "协议".to_owned()], ties }
}

fn undated(net: &Net) -> Net {
    let ties = net.ties.iter().map(|tie| Tie { from_day: None, to_day: None, ..*tie }).collect();
    Net { ties, ..net.clone() }
}

fn again(written: &Written) -> Net {
    let mut inputs = vec![input("again.x", &written.main)];
    inputs.extend(written.actors.as_deref().map(|actors| input("again.actors.csv", actors)));
    net_of(&inputs).0
}

#[test]
fn formats_that_lose_nothing_give_everything_back() {
    let net = difficult();
    for format in [Format::Csv, Format::GraphMl, Format::Gexf, Format::Json] {
        for is_gb18030 in [false, true] {
            let written = write(&net, format, is_gb18030).unwrap();
            assert!(written.lost.is_empty());
            assert_eq!(said(&again(&written)), said(&net), "{}", format.name());
        }
    }
}

#[test]
fn pajek_keeps_labels_and_a_list_beside_it_the_rest() {
    let net = undated(&difficult());
    let written = write(&net, Format::Pajek, false).unwrap();
    assert!(written.lost.is_empty());
    assert!(written.main.starts_with(b"\xef\xbb\xbf*Vertices 4\r\n"));
    let text = String::from_utf8_lossy(&written.main);
    assert!(text.contains("3 \"南京\"\r\n") && text.contains("*Arcs :2 \"协议\"\r\n"), "{text}");
    assert!(text.contains("1 3 -2.5\r\n"), "{text}");
    let back = again(&written);
    assert_eq!(back.ties.len(), net.ties.len());
    for (before, after) in net.actors.iter().zip(&back.actors) {
        // What it is called there, and who it is here.
        assert_eq!(after.attributes.get("original_id"), Some(&before.id));
        assert_eq!((&after.label, &after.kind, &after.level), (&before.label, &before.kind, &before.level));
    }
    let days = write(&difficult(), Format::Pajek, false).unwrap();
    assert_eq!(days.lost, ["the days on which ties hold"]);
}

#[test]
fn ucinet_has_english_letters_only_and_a_list_beside_it_the_rest() {
    let mut net = undated(&difficult());
    let written = write(&net, Format::Dl, false).unwrap();
    assert!(written.main.is_ascii());
    assert_eq!(written.lost.len(), 1, "the names of layers");
    // Identifiers that UCINET can read stay what they are.
    net.layers[1] = "agreements".to_owned();
    let written = write(&net, Format::Dl, false).unwrap();
    assert!(written.lost.is_empty());
    assert_eq!(said(&again(&written)), said(&net));
    net.actors[0].id = "苏州".to_owned();
    let written = write(&net, Format::Dl, true).unwrap();
    assert!(written.main.is_ascii());
    let back = again(&written);
    assert_eq!((back.actors[0].id.as_str(), back.actors[0].attributes["original_id"].as_str()), ("a1", "苏州"));
    assert_eq!(back.actors[0].label, net.actors[0].label);
}

#[test]
fn headings_are_read_in_both_languages() {
    let actors = "编号,名称,类型,层级,省份\n1,苏州,人社,3,江苏\n2,合肥,住建,3,安徽\n";
    let ties =
        "起点;终点;关系;件数;符号;开始日期;结束日期;备注\n1;2;办件;12;;2024年1月2日;2024/12/31;甲\n2;1;;3;负;;;\n";
    let (net, report) = net_of(&[input("actors.csv", actors.as_bytes()), input("ties.csv", ties.as_bytes())]);
    assert_eq!(net.actors[0].attributes["省份"], "江苏");
    assert_eq!((net.actors[1].kind.as_str(), net.actors[1].level.as_str()), ("住建", "3"));
    assert_eq!(net.layers, ["办件", "ties"]);
    let first = net.ties[0];
    assert_eq!((first.weight, first.from_day, first.to_day), (12.0, Some(date(2024, 1, 2)), Some(date(2024, 12, 31))));
    assert_eq!((net.ties[1].weight, net.ties[1].sign), (3.0, -1));
    assert_eq!(report.columns, ["备注"]);
    assert_eq!(net.groups("类型").unwrap().names, ["人社", "住建"]);
    assert_eq!(net.groups("省份").unwrap().of_actor, [1, 0]);
    assert_eq!(net.groups("城市"), Err(2));
}

#[test]
fn ties_without_direction_stand_each_way_and_self_ties_are_counted() {
    let ties = [
        ("gephi.csv", "Source,Target,Type,Weight\na,b,Undirected,2\na,c,Directed,1\nb,b,Directed,1\n"),
        (
            "some.graphml",
            "<graphml><graph edgedefault=\"directed\"><node id=\"a\"/><node id=\"b\"/><node id=\"c\"/>\
             <edge source=\"a\" target=\"b\" directed=\"false\"/><edge source=\"a\" target=\"c\"/>\
             <edge source=\"b\" target=\"b\"/></graph></graphml>",
        ),
        (
            "some.gexf",
            "<gexf><graph><nodes><node id=\"a\" label=\"A\"/><node id=\"b\"/><node id=\"c\"/></nodes><edges>\
             <edge source=\"a\" target=\"b\"/><edge source=\"a\" target=\"c\" type=\"directed\"/>\
             <edge source=\"b\" target=\"b\"/></edges></graph></gexf>",
        ),
        ("some.net", "*Vertices 3\n1 \"a\"\n2 b\n3 c\n*Edges\n1 2\n*Arcs\n1 3 1\n2 2 1\n"),
    ];
    for (name, text) in ties {
        let (net, report) = net_of(&[input(name, text.as_bytes())]);
        let pairs: Vec<(u32, u32)> = net.ties.iter().map(|tie| (tie.from, tie.to)).collect();
        assert_eq!(pairs, [(0, 1), (1, 0), (0, 2)], "{name}");
        assert_eq!(report.loops, 1, "{name}");
    }
}

#[test]
fn other_forms_of_matrices_and_lists_are_read() {
    let same = [
        ("m.csv", ",a,b,c\na,0,1,0\nb,0,0,-2\nc,0,0,0\n"),
        ("m.dl", "dl n = 3\nlabels:\na,b,c\ndata:\n0 1 0\n0 0 -2\n0 0 0\n"),
        ("m.dl", "DL N=3, FORMAT=EDGELIST1\nLABELS: a, b\n\"c\"\nDATA:\na b\n2 3 -2\n"),
        ("m.net", "*Vertices 3\n1 a\n2 b\n3 c\n*Matrix\n0 1 0\n0 0 -2\n0 0 0\n"),
        ("m.csv", "from\tto\tweight\tsign\na\tb\t1\t1\nb\tc\t2\t-1\n"),
    ];
    for (name, text) in same {
        let net = net_of_text(name, text);
        assert_eq!(net.layers, ["m"], "{text}");
        let ties: Vec<(u32, u32, f64)> = net.ties.iter().map(|tie| (tie.from, tie.to, tie.value())).collect();
        assert_eq!(ties, [(0, 1, 1.0), (1, 2, -2.0)], "{text}");
    }
    let lists = [
        "dl n=3 format=nodelist1\nlabels:\na\nb\nc\ndata:\na b c\n",
        "dl n=3 format=edgelist1\nlabels embedded\ndata:\na b 1\na c 1\n",
    ];
    for text in lists {
        assert_eq!(net_of_text("m.dl", text).ties.len(), 2, "{text}");
    }
    let net = net_of_text("m.net", "*Vertices 3\n1 a\n*Arcslist\n1 2 3\n*Arcs :7\n2 3 1\n");
    assert_eq!((net.ties.len(), net.actors[2].id.as_str()), (3, "3"));
    assert_eq!(net.layers, ["m", "7"]);
}

#[test]
fn layers_and_days_are_chosen() {
    let net = difficult();
    let arcs = |choice: Choice| net.graph(&choice).0.arcs();
    assert_eq!(arcs(Choice::default()), 5);
    let agreements = Choice { layer: net.layer("协议"), ..Choice::default() };
    assert_eq!(net.graph(&agreements).0.weight(1, 2), Some(2.0));
    assert_eq!(arcs(Choice { day: Some(date(2023, 6, 1)), ..agreements.clone() }), 0);
    assert_eq!(arcs(Choice { day: Some(date(2024, 12, 31)), ..agreements.clone() }), 1);
    assert_eq!(arcs(Choice { day: Some(date(2030, 1, 1)), ..agreements }), 1);
    assert_eq!(net.graph(&Choice { unweighted: true, ..Choice::default() }).0.weight(0, 1), Some(1.0));
}

/// Files with something wrong, the code, and the line and column where it stands.
const WRONG: &[(&str, &str, &str, (u32, u32))] = &[
    ("actors-none", "a.csv", "from,to\n", (0, 0)),
    ("count-other", "a.dl", "dl n=2\ndata:\n0 1 0\n", (3, 0)),
    ("count-other", "a.net", "*Vertices 2\n3 \"c\"\n", (2, 1)),
    ("count-other", "a.dl", "dl n=3\nlabels:\na\nb\ndata:\n", (5, 0)),
    ("day-format", "a.csv", "from,to,start\na,b,soon\n", (2, 3)),
    ("days-reversed", "a.csv", "from,to,start,end\na,b,2025-01-02,2025-01-01\n", (2, 1)),
    ("direction-format", "a.csv", "from,to,type\na,b,loan\n", (2, 3)),
    ("dl-form", "a.dl", "dl nr=2 nc=3\ndata:\n", (1, 4)),
    ("dl-form", "a.dl", "dl n=2 format=upperhalf\ndata:\n", (1, 15)),
    ("dl-format", "a.dl", "dl n=2\nlabels:\na,b\n", (3, 0)),
    ("end-empty", "a.csv", "from,to\na,b\n,b\n", (3, 1)),
    (
        "end-unknown",
        "a.graphml",
        "<graphml><graph>\n<node id=\"a\"/>\n <edge source=\"a\" target=\"b\"/></graph></graphml>",
        (3, 2),
    ),
    ("end-unknown", "a.net", "*Vertices 2\n*Arcs\n1 3\n", (3, 3)),
    ("file-empty", "a.csv", " \n\n", (0, 0)),
    ("format-unknown", "a.xml", "<html></html>", (0, 0)),
    ("format-unknown", "a.xlsx", "PK\u{3}\u{4}", (0, 0)),
    ("format-unknown", "a.dna", "SQLite format 3\0", (0, 0)),
    ("graph-nested", "a.graphml", "<graphml><graph><node id=\"a\"><graph/></node></graph></graphml>", (1, 30)),
    ("graph-nested", "a.graphml", "<graphml><graph><hyperedge/></graph></graphml>", (1, 17)),
    ("heading-twice", "a.csv", "id,name,name\n1,2,3\n", (1, 3)),
    ("headings-missing", "a.csv", "province,city\n1,2\n", (1, 0)),
    ("headings-missing", "a.csv", "id,,kind\n1,2,3\n", (1, 2)),
    ("id-duplicate", "a.csv", "id\na\nb\n\na\n", (5, 1)),
    ("id-duplicate", "a.csv", ",a,b\na,0,1\na,0,1\n", (3, 1)),
    ("id-empty", "a.csv", "id,name\n,甲\n", (2, 1)),
    (
        "key-unknown",
        "a.graphml",
        "<graphml><graph><node id=\"a\"><data key=\"k\">1</data></node></graph></graphml>",
        (1, 30),
    ),
    ("matrix-not-square", "a.csv", ",a,b,d\na,0,1,0\nb,0,0,1\nc,1,0,0\n", (1, 0)),
    (
        "ocel-case",
        "a.json",
        r#"{"objectTypes":[],"eventTypes":[],"objects":[{"id":"a","type":"x"},{"id":"b","type":"y"}],"events":[]}"#,
        (0, 0),
    ),
    ("pajek-form", "a.net", "*Vertices 5 3\n", (1, 13)),
    ("pajek-form", "a.net", "*Vertices 1\n1 a\n*Partition x\n", (3, 1)),
    ("pajek-format", "a.net", "*Vertices 2\n*Arcs\n1\n", (3, 1)),
    ("row-cells", "a.csv", "from,to\na,b\na,b,3\n", (3, 3)),
    ("sign-format", "a.csv", "from,to,sign\na,b,2\n", (2, 3)),
    ("text-control", "a.csv", "id,name\na,b\u{7}\n", (2, 1)),
    (
        "time-format",
        "a.xes",
        "<log><trace><event>\n <date key=\"time:timestamp\" value=\"soon\"/></event></trace></log>",
        (2, 2),
    ),
    ("too-many-actors", "a.net", "*Vertices 1000001\n", (1, 1)),
    ("weight-format", "a.csv", "from,to,weight\na,b,three\n", (2, 3)),
    ("weight-format", "a.csv", "from,to,weight\na,b,NaN\n", (2, 3)),
    ("weight-missing", "a.csv", "from,to,weight\na,b,1\r\n\r\na,c,\r\n", (4, 3)),
    ("weight-negative", "a.csv", "from,to,weight\na,b,-1\n", (2, 1)),
    ("xml-element", "a.gexf", "<gexf><graph><nodes>\n<node label=\"a\"/></nodes></graph></gexf>", (2, 1)),
    ("xml-format", "a.gexf", "<gexf><graph><nodes>\n<node id=\"a\">", (2, 14)),
];

#[test]
fn what_is_wrong_has_its_code_its_place_and_a_remedy() {
    for (code, name, text, place) in WRONG {
        let faults = read(&[input(name, text.as_bytes())]).expect_err(text);
        let first = &faults[0];
        assert_eq!((first.code, (first.place.line, first.place.column)), (*code, *place), "{text}: {first}");
        assert!(first.to_string().starts_with(name) && first.to_string().contains("To do: "), "{first}");
    }
    let faults = read(&[input("a.csv", b"from,to\n\xff\xff,b\n")]).unwrap_err();
    assert_eq!(faults[0].code, "encoding");
    let faults = read(&[input("a.csv", b"f\0r\0o\0m\0,\0t\0o\0")]).unwrap_err();
    assert_eq!(faults[0].code, "encoding");
    let faults = read(&[input("a.json", b"{\"actors\": [],\n\"ties\": 3}")]).unwrap_err();
    assert_eq!((faults[0].code, faults[0].place.line), ("json-format", 2));
    let two = [input("a.csv", "id,kind\na,甲\n".as_bytes()), input("b.csv", "id,kind\na,乙\n".as_bytes())];
    let faults = read(&two).unwrap_err();
    assert_eq!((faults[0].code, faults[0].file.as_str()), ("actor-conflict", "b.csv"));
    // These need more than a test should make; they are seen beside the code that says them.
    let elsewhere = ["events-none", "file-too-large", "too-many-ties", "encoding", "json-format", "actor-conflict"];
    // Those of lists of statements are seen in `statements.rs`.
    let of_statements = [
        "actor-format",
        "agree-format",
        "cell-empty",
        "dna-format",
        "dna-type",
        "dna-version",
        "kind-unknown",
        "network-unknown",
        "statement-headings",
        "statements-none",
        "too-many-statements",
    ];
    // And those of tables of which networks are made, below.
    let of_tables = ["layers-opposed", "layers-two", "table-large", "table-opposed", "table-same"];
    let elsewhere = [elsewhere.as_slice(), of_statements.as_slice(), of_tables.as_slice()].concat();
    for (code, what, todo) in CODES {
        assert!(elsewhere.contains(code) || WRONG.iter().any(|(wrong, ..)| wrong == code), "{code}");
        assert!(!what.is_empty() && !todo.is_empty() && !todo.ends_with('.'), "{code}");
    }
    assert!(CODES.is_sorted_by_key(|(code, ..)| *code));
}

#[test]
fn all_that_is_wrong_is_told_at_once_and_not_more() {
    let text = format!("from,to,weight\n{}", "a,b,x\n".repeat(1000));
    let faults = read(&[input("a.csv", text.as_bytes())]).unwrap_err();
    assert_eq!(faults.len(), tongban::limits::NETWORK_FAULTS_MAX);
    let faults = read(&[input("a.csv", b"from,to,weight\na,b,x\na,b,1\na,,1\n")]).unwrap_err();
    assert_eq!(
        faults.iter().map(|fault| (fault.code, fault.place.line)).collect::<Vec<_>>(),
        [("weight-format", 2), ("end-empty", 4)]
    );
}

#[test]
fn elements_in_elements_without_end_are_refused() {
    let text = format!("<graphml><graph><node id=\"a\">{}", "<x>".repeat(100_000));
    let faults = read(&[input("a.graphml", text.as_bytes())]).unwrap_err();
    assert_eq!(faults[0].code, "xml-format");
}

#[test]
fn the_page_has_every_measure_and_every_code() {
    let page = include_str!("../../docs/network.md");
    for measure in MEASURES.iter().chain(TESTS) {
        assert!(page.contains(&format!("| `{}` |", measure.name)), "{}", measure.name);
        for reference in measure.reference.split("; ") {
            assert!(page.contains(reference), "{}: {reference}", measure.name);
        }
    }
    for (code, what, todo) in CODES {
        assert!(page.contains(&format!("| `{code}` | {what} | {todo} |")), "{code}");
    }
}

// Logs of events.

/// Two cases: A hands to B and gets it back, then C; A hands to C. One event names nobody, one only begins.
const XES: &str = r#"<?xml version="1.0"?>
<log xes.version="1849-2016">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="unknown"/></global>
  <trace><string key="concept:name" value="one"/>
    <event><string key="concept:name" value="take in"/><string key="org:resource" value="A"/>
      <date key="time:timestamp" value="2026-01-05T09:00:00+08:00"/></event>
    <event><string key="concept:name" value="decide"/><string key="org:resource" value="B"/>
      <string key="lifecycle:transition" value="start"/></event>
    <event><string key="concept:name" value="decide"/><string key="org:resource" value="B"/>
      <string key="lifecycle:transition" value="complete"/></event>
    <event><string key="concept:name" value="remind"/><float key="org:resource" value="nan"/></event>
    <event><string key="concept:name" value="take in"/><string key="org:resource" value="A"/></event>
    <event><string key="concept:name" value="send"/><string key="org:resource" value="C"/></event>
    <event><string key="concept:name" value="file"/><string key="org:resource" value="C"/></event>
  </trace>
  <trace>
    <event><string key="concept:name" value="take in"/><string key="org:resource" value="A"/></event>
    <event><string key="concept:name" value="send"/><string key="org:resource" value="C"/></event>
  </trace>
</log>"#;

fn log_net(how: &How, bytes: &[u8]) -> (Net, Report) {
    let mut reading = Reading::of(how);
    reading.add(input("log.x", bytes));
    let (net, report, _) = reading.finish().unwrap();
    (net, report)
}

/// The ties of a layer, as `A>B 2`.
fn ties_in(net: &Net, layer: &str) -> Vec<String> {
    let layer = net.layer(layer).unwrap();
    let id = |actor: u32| net.actors[actor as usize].id.as_str();
    let ties = net.ties.iter().filter(|tie| tie.layer == layer);
    ties.map(|tie| format!("{}>{} {}", id(tie.from), id(tie.to), tie.value())).collect()
}

#[test]
fn a_log_becomes_four_layers() {
    let (net, report) = log_net(&How::default(), XES.as_bytes());
    assert_eq!(net.layers, ["handover", "subcontracting", "together", "joint"]);
    assert_eq!(ties_in(&net, "handover"), ["A>B 1", "A>C 2", "B>A 1"]);
    assert_eq!(ties_in(&net, "subcontracting"), ["A>B 1"]);
    assert_eq!(ties_in(&net, "together"), ["A>B 1", "A>C 2", "B>A 1", "B>C 1", "C>A 2", "C>B 1"]);
    let dropped: Vec<usize> = report.of_logs.iter().map(|(_, count)| *count).collect();
    // What only began, what names nobody, C to C.
    assert_eq!(dropped, [1, 1, 1], "{:?}", report.of_logs);
    let far = How { reach: Reach { steps: 3, beta: 0.5, once: true }, shares: true, ..How::default() };
    let (net, _) = log_net(&far, XES.as_bytes());
    // A to B after one step in one case; of three numbers of steps in the first case and one in the second.
    assert_eq!(ties_in(&net, "handover")[0], format!("A>B {}", 1.0 / (1.0 + 0.5 + 0.25 + 1.0)));
    assert_eq!(ties_in(&net, "together")[1], "A>C 1");
}

#[test]
fn an_object_of_any_type_may_be_a_case() {
    let text = r#"{
        "objectTypes": [{"name": "order", "attributes": []}, {"name": "clerk", "attributes": []}],
        "eventTypes": [{"name": "check", "attributes": []}],
        "objects": [
            {"id": "o1", "type": "order"}, {"id": "o2", "type": "order"},
            {"id": "X", "type": "clerk", "attributes": [{"name": "name", "value": "甲", "time": "1970-01-01T00:00:00Z"}]},
            {"id": "Y", "type": "clerk"}],
        "events": [
            {"id": "2", "type": "check", "time": "2026-01-02T00:00:00Z", "relationships": [
                {"objectId": "o1", "qualifier": ""}, {"objectId": "o2", "qualifier": ""}, {"objectId": "Y", "qualifier": "does"}]},
            {"id": "1", "type": "check", "time": "2026-01-01T09:00:00", "relationships": [
                {"objectId": "o1", "qualifier": ""}, {"objectId": "X", "qualifier": "does"}]},
            {"id": "3", "type": "check", "time": "2026-01-03T00:00:00Z", "relationships": []}]}"#;
    let how = How { case: Some("order".to_owned()), resource: Some("clerk".to_owned()), ..How::default() };
    let (net, report) = log_net(&how, text.as_bytes());
    // In the order of their times, not of the file.
    assert_eq!(ties_in(&net, "handover"), ["X>Y 1"]);
    assert_eq!(net.actors[0].label, "甲");
    assert_eq!(report.of_logs[0], ("events that are in no case", 1));
    let faults = read(&[input("a.json", text.as_bytes())]).unwrap_err();
    assert_eq!((faults[0].code, faults[0].value.as_str()), ("ocel-case", "clerk, order"));
}

/// Facts of a dossier, one of another, and some that were counted together.
const FACTS: &str = r#"{"actors": [
    {"actor": "person:320000", "name": "江苏个人", "network": "issue", "level": "outside"},
    {"actor": "intergovernmental:苏州", "name": "苏州", "network": "intergovernmental", "level": "city",
        "region": "320500", "line": "civil-affairs"},
    {"actor": "intergovernmental:江苏", "name": "江苏", "network": "intergovernmental", "level": "province",
        "region": "320000", "line": "civil-affairs"}],
    "facts": [
    {"relation": "hands_to", "from": 1, "to": 2, "day": "2026-01-06", "count": 1, "source": "D1#2", "item": "2020-35-25"},
    {"relation": "applies_to", "from": 0, "to": 1, "day": "2026-01-06", "count": 1, "source": "D1#1", "subject": "person"},
    {"relation": "returns_to", "from": 2, "to": 1, "day": "2026-01-07", "count": 1, "source": "D1#3", "sign": -1},
    {"relation": "applies_to", "from": 0, "to": 1, "day": "2026-01-08", "count": 1, "source": "D2#1"},
    {"relation": "hands_to", "from": 1, "to": 2, "day": "2026-01-01", "count": 40, "source": "a digest"}]}"#;

#[test]
fn facts_are_a_network_and_a_log() {
    let net = net_of_text("facts.json", FACTS);
    assert_eq!(net.layers, ["hands_to", "applies_to", "returns_to"]);
    assert_eq!(net.actors[1].attributes["parent"], "intergovernmental:江苏");
    let last = net.ties[4];
    assert_eq!((last.weight, last.from_day, last.to_day), (40.0, Some(date(2026, 1, 1)), Some(date(2026, 1, 1))));
    assert_eq!(net.ties[2].sign, -1);
    let events = read_events(input("facts.json", FACTS.as_bytes()), &How::default()).unwrap();
    let activities: Vec<&str> = events.cases[0].events.iter().map(|event| event.activity.as_str()).collect();
    assert_eq!((events.cases[0].name.as_str(), activities), ("D1", vec!["applies_to", "hands_to", "returns_to"]));
    assert_eq!((events.len(), events.left_out[0].1), (4, 1));
    for format in [Format::Xes, Format::Ocel] {
        let written = write_events(&events, format).unwrap();
        let again = read_events(input("again", &written), &How::default()).unwrap();
        assert_eq!(again.cases, events.cases, "{}", format.name());
    }
    let refused = read_events(input("ties.csv", b"from,to\na,b\n"), &How::default()).unwrap_err();
    assert_eq!(refused.code, "events-none");
}

/// What the schema of OCEL 2.0 asks for, and that everything is declared that is used.
#[test]
fn ocel_is_as_its_schema_wants_it() {
    let events = read_events(input("facts.json", FACTS.as_bytes()), &How::default()).unwrap();
    let ocel: Value = serde_json::from_slice(&write_events(&events, Format::Ocel).unwrap()).unwrap();
    let list = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    let is_text = |value: &Value, names: &[&str]| names.iter().all(|name| value[name].is_string());
    let declared = |types: &str, one: &Value| {
        let found = list(&ocel, types).into_iter().find(|kind| kind["name"] == one["type"]).expect("a declared type");
        let names: Vec<Value> = list(&found, "attributes").iter().map(|attribute| attribute["name"].clone()).collect();
        list(one, "attributes").iter().all(|attribute| names.contains(&attribute["name"]))
    };
    let mut ids = std::collections::BTreeSet::new();
    for object in list(&ocel, "objects") {
        assert!(is_text(&object, &["id", "type"]) && ids.insert(object["id"].to_string()), "{object}");
        let has_days = list(&object, "attributes").iter().all(|one| is_text(one, &["name", "value", "time"]));
        assert!(has_days && declared("objectTypes", &object), "{object}");
    }
    for event in list(&ocel, "events") {
        assert!(is_text(&event, &["id", "type", "time"]) && declared("eventTypes", &event), "{event}");
        assert!(event["time"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{event}");
        assert!(list(&event, "attributes").iter().all(|one| is_text(one, &["name", "value"])), "{event}");
        let is_known = |one: &Value| is_text(one, &["qualifier"]) && ids.contains(&one["objectId"].to_string());
        assert!(list(&event, "relationships").iter().all(is_known), "{event}");
    }
    let kinds: Vec<Value> = list(&ocel, "objectTypes").iter().map(|kind| kind["name"].clone()).collect();
    assert_eq!(kinds, ["dossier", "item", "organisation"]);
}

// What the command says.

fn data(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/network").join(name);
    path.to_str().expect("a readable path").to_owned()
}

fn measured(arguments: &[&str]) -> Value {
    let ran = run(&[["network", "measure"].as_slice(), arguments, ["--format", "json"].as_slice()].concat()).fine();
    serde_json::from_slice(&ran.out).unwrap()
}

/// A figure of a measure: of the network, an actor or a group.
fn figure(answer: &Value, measure: &str, of: Option<&str>, figure: &str) -> Value {
    let measures = answer["measures"].as_array().unwrap();
    let parts = measures.iter().find(|one| one["name"] == measure).unwrap()["parts"].as_array().unwrap();
    let rows = parts.iter().flat_map(|part| part["rows"].as_array().unwrap());
    let mut found = rows.filter(|row| row["of"].as_str() == of).map(|row| &row["figures"][figure]);
    found.find(|value| !value.is_null()).cloned().unwrap_or(Value::Null)
}

#[track_caller]
fn is(answer: &Value, measure: &str, of: Option<&str>, name: &str, value: f64) {
    let found = figure(answer, measure, of, name);
    let near = found.as_f64().is_some_and(|found| (found - value).abs() < 1e-9 * value.abs().max(1.0));
    assert!(near, "{measure} {of:?} {name}: {found}, expected {value}");
}

/// Values of sna 2.7-1, igraph 1.0.0 and networkx 3.6.1 for the chemicals policy network.
#[test]
fn the_command_gives_the_values_of_other_programs() {
    let files = [data("chemnet_pol.csv"), data("chemnet_types.csv")];
    let answer = measured(&[&files[0], &files[1], "--group", "type", "--permutations", "20"]);
    let whole = [
        ("size", "arcs", 342.0),
        ("density", "density", 0.393_103_448_275_862),
        ("reciprocity", "arcs", 0.614_035_087_719_298),
        ("reciprocity", "pairs", 0.696_551_724_137_931),
        ("dyads", "mutual", 105.0),
        ("dyads", "null", 198.0),
        ("triads", "003", 606.0),
        ("triads", "300", 159.0),
        ("transitivity", "directed", 0.625_528_914),
        ("transitivity", "undirected", 0.697_539_797_4),
        ("clustering", "average", 0.777_959_530_5),
        ("centralisation", "in", 0.449_464_922_7),
        ("centralisation", "out", 0.627_824_019_0),
        ("centralisation", "betweenness", 0.134_742_451_2),
        ("external_internal", "index", 0.286_549_707_6),
        ("assortativity", "assortativity", 0.059_194_238_2),
        ("modularity", "modularity", 0.040_473_992_0),
        ("brokerage", "coordinator", 104.0),
        ("brokerage", "total", 1593.0),
        ("brokerage", "liaison expected", 1_006.113_88),
        ("brokerage", "consultant sd", 46.630_52),
        ("brokerage", "total z", -5.008_83),
    ];
    for (measure, name, value) in whole {
        let found = figure(&answer, measure, None, name).as_f64();
        let near = found.is_some_and(|found| (found - value).abs() <= 1e-8 * value.abs().max(1000.0));
        assert!(near, "{measure} {name}: {found:?}, expected {value}");
    }
    let of = [
        ("betweenness", "VCI", "betweenness", 125.063_841_387),
        ("betweenness", "UBA", "betweenness", 84.871_248_278),
        ("harmonic", "BMA", "harmonic out", 0.793_103_448_3),
        ("harmonic", "VCI", "harmonic out", 1.0),
        ("pagerank", "BMI", "pagerank", 0.080_330_096_4),
        ("constraint", "BMA", "constraint", 0.157_513_594_2),
        ("constraint", "VCI", "constraint", 0.139_691_533_2),
        ("effective_size", "BMA", "effective size", 12.289_473_684_2),
        ("brokerage", "VCI", "total", 284.0),
        ("brokerage", "VCI", "gatekeeper", 67.0),
    ];
    for (measure, actor, name, value) in of {
        let found = figure(&answer, measure, Some(actor), name).as_f64();
        let near = found.is_some_and(|found| (found - value).abs() <= 1e-9 * value.abs().max(1.0));
        assert!(near, "{measure} {actor} {name}: {found:?}, expected {value}");
    }
    let block = figure(&answer, "block_density", Some("gov"), "par").as_f64().unwrap();
    assert!((block - 0.3030).abs() < 5e-5, "{block}");
}

#[test]
fn without_directions_pairs_count_once() {
    let file = data("florentine_marriage.csv");
    let answer = measured(&[&file, "--undirected", "--weights", "none"]);
    is(&answer, "betweenness", Some("Medici"), "betweenness", 47.5);
    is(&answer, "betweenness", Some("Medici"), "betweenness normalised", 47.5 / 105.0);
    is(&answer, "transitivity", None, "undirected", 9.0 / 47.0);
    let constraint = figure(&answer, "constraint", Some("Medici"), "constraint").as_f64().unwrap();
    assert!((constraint - 0.209_876_543_2).abs() < 1e-9, "{constraint}");
    // The family without marriages has no constraint: it is not zero.
    assert_eq!(figure(&answer, "constraint", Some("Pucci"), "constraint"), Value::Null);
}

#[test]
fn every_answer_says_how_it_came_about_and_no_figure_is_no_number() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ties.csv");
    let file = file.to_str().unwrap();
    std::fs::write(file, "from,to\na,b\na,a\n").unwrap();
    let told = |format: &str| run(&["network", "measure", file, "--seed", "7", "--format", format]).fine().text();
    // sha256sum of the file.
    let hash = tongban_core::dossier::Suite::Ed25519.hash(&[b"from,to\na,b\na,a\n".as_slice()]).to_string();
    let hash = hash.strip_prefix("sha256:").unwrap().to_owned();
    for format in ["text", "json", "csv", "md"] {
        let text = told(format);
        for part in [env!("CARGO_PKG_VERSION"), &hash, "transitivity", "Holland & Leinhardt 1971"] {
            // One figure a row has no room for who defined it: the page does.
            assert!(
                text.contains(part) || (format == "csv" && part.starts_with("Holland")),
                "{format}: {part}\n{text}"
            );
        }
        assert!(!text.contains("NaN"), "{format}\n{text}");
        let reason = if format == "json" {
            "no two arcs follow each other"
        } else {
            "未定义：没有首尾相接的关系 / not defined, because"
        };
        assert!(text.contains(reason), "{format}\n{text}");
    }
    assert!(told("text").contains("seed: 7") && told("text").contains("self-ties 1"), "{}", told("text"));
    assert_eq!(told("json"), told("json"));
}

#[test]
fn a_network_goes_from_format_to_format_and_is_measured_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let files = [data("chemnet_pol.csv"), data("chemnet_scito.csv"), data("chemnet_types.csv")];
    let net = path("net.json");
    let ran = run(&["network", "import", &files[0], &files[1], &files[2], "--out", &net]).fine();
    assert!(ran.text().contains("30 actors"), "{}", ran.text());
    let options = ["--layer", "chemnet_pol", "--group", "kind", "--measures", "density,brokerage,constraint"];
    let before = measured(&[[net.as_str()].as_slice(), options.as_slice()].concat())["measures"].clone();
    for format in ["csv", "graphml", "gexf", "pajek", "dl", "json"] {
        let out = path(&format!("{format}.out"));
        run(&["network", "export", &net, "--format", format, "--out", &out]).fine();
        let beside = path(&format!("{format}.actors.csv"));
        let mut arguments = vec![out.as_str()];
        arguments.extend(Path::new(&beside).exists().then_some(beside.as_str()));
        assert_eq!(arguments.len() == 2, ["csv", "pajek", "dl"].contains(&format), "{format}");
        let after = measured(&[arguments.as_slice(), options.as_slice()].concat())["measures"].clone();
        assert_eq!(after, before, "{format}");
    }
}

#[test]
fn arcs_run_down_and_across_the_administration() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let actors =
        "id,层级,省份,上级\n部,0,中央,\n苏,1,江苏,部\n皖,1,安徽,部\n苏州,2,江苏,苏\n合肥,2,安徽,皖\n南京,2,江苏,苏\n";
    let ties = "from,to\n部,苏\n部,皖\n苏,苏州\n苏州,苏\n苏州,合肥\n苏州,南京\n苏州,皖\n部,合肥\n";
    let files = [put("actors.csv", actors), put("ties.csv", ties)];
    let answer = measured(&[&files[0], &files[1], "--measures", "courses"]);
    for (course, arcs) in [("down", 4.0), ("up", 1.0), ("within", 1.0), ("across", 1.0), ("diagonal", 1.0)] {
        is(&answer, "courses", Some(course), "arcs", arcs);
    }
    is(&answer, "courses", Some("down"), "answered", 0.25);
    // Without levels it is not defined.
    let answer = measured(&[&files[1], "--measures", "courses"]);
    assert_eq!(figure(&answer, "courses", None, "level gap"), Value::Null);
}

#[test]
fn what_cannot_be_measured_is_named() {
    let file = data("chemnet_pol.csv");
    run(&["network", "measure", "no-such-file.csv"]).refused("not-read");
    let refused = run(&["network", "measure", &file, "--layer", "x"]).refused("layer-unknown");
    assert!(refused.err.contains("chemnet_pol"), "{}", refused.err);
    run(&["network", "measure", &file, "--group", "kind"]).refused("group-missing");
    let refused = run(&["network", "measure", &file, "--measures", "density,beauty"]).refused("measure-unknown");
    assert!(refused.err.contains("beauty") && refused.err.contains("betweenness"), "{}", refused.err);
    let folder = tempfile::tempdir().unwrap();
    let wrong = folder.path().join("wrong.csv");
    std::fs::write(&wrong, "from,to,weight\na,b,x\na,,1\n").unwrap();
    let out = folder.path().join("net.json");
    let arguments = ["network", "import", wrong.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let refused = run(&arguments).refused("weight-format");
    assert!(refused.err.contains("line 2 column 3") && refused.err.contains("[end-empty]"), "{}", refused.err);
    assert!(!out.exists());
}

#[test]
fn networks_are_made_of_tables() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let put = |name: &str, text: &str| {
        std::fs::write(path(name), text).unwrap();
        path(name)
    };
    let derive = |files: &[&str], how: &str, out: &str| {
        run(&[["network", "derive"].as_slice(), files, &["--how", how, "--out", &path(out)]].concat())
    };
    let seats = put("seats.csv", "机关,甲委,乙委,丙委\na,1,1,0\nb,1,1,1\nc,0,0,1\nd,0,0,0\n");
    let said = derive(&[&seats], "shared", "together.json").fine().text();
    assert!(said.contains("4 actors, 4 ties, layer: together"), "{said}");
    let answer = measured(&[&path("together.json"), "--measures", "size,degree", "--actors", "b,d"]);
    is(&answer, "size", None, "isolates", 1.0);
    is(&answer, "degree", Some("b"), "out strength", 3.0);
    assert_eq!(figure(&answer, "degree", Some("a"), "out strength"), Value::Null, "only those that were asked for");
    derive(&[&seats], "alike", "like.json").fine();
    let answer = measured(&[&path("like.json"), "--measures", "degree"]);
    is(&answer, "degree", Some("d"), "out strength", 3.0_f64.sqrt() * 2.0 - 2.0_f64.sqrt() - 1.0);
    let (to, from) = (put("to.csv", "from,to\na,b\nb,c\n"), put("from.csv", "from,to\nb,a\nb,c\n"));
    derive(&[&to, &from], "confirmed", "both.json").fine();
    is(&measured(&[&path("both.json"), "--measures", "size"]), "size", None, "arcs", 1.0);
    derive(&[&to, &to], "confirmed", "no.json").refused("layers-two");
    derive(&[&to], "confirmed", "no.json").refused("files-many");
    derive(&[&put("same.csv", "id,x\na,1\nb,1\n")], "alike", "no.json").refused("table-same");
    derive(&[&put("less.csv", "id,x\na,1\nb,-1\n")], "shared", "no.json").refused("table-opposed");
    derive(&[&put("large.csv", "id,x\na,1e155\nb,0\nc,1\n")], "alike", "no.json").refused("table-large");
    let against = put("against.csv", "from,to,sign\na,b,-1\n");
    derive(&[&against, &put("got.csv", "from,to\nb,a\n")], "confirmed", "no.json").refused("layers-opposed");
    derive(&[&put("gap.csv", "id,x\na,1\nb,\na,2\n")], "shared", "no.json").refused("weight-missing");
    derive(&[&put("word.csv", "id,x\na,many\n")], "shared", "no.json").refused("weight-format");
    derive(&[&put("empty.csv", "")], "shared", "no.json").refused("file-empty");
    assert!(!Path::new(&path("no.json")).exists());
    // A table by itself is a list of actors, and says so where ties are asked for.
    for refused in [
        run(&["network", "measure", &seats]),
        run(&["network", "test", &seats, "--model", "qap", "--y", "a", "--x", "b"]),
    ] {
        let refused = refused.refused("ties-none");
        assert!(refused.err.contains("seats.csv") && refused.err.contains("derive"), "{}", refused.err);
    }
    let refused =
        run(&["network", "measure", &to, &put("who.csv", "id\na\nb\nc\n"), "--layer", "who"]).refused("layer-unknown");
    assert!(refused.err.contains("who.csv"), "{}", refused.err);
}

#[test]
fn what_is_asked_wrongly_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ties.csv").to_str().unwrap().to_owned();
    std::fs::write(&file, "from,to\na,a\n").unwrap();
    // One actor, and only a tie with itself: nothing of it is a zero that is none, or has a sign.
    let text = run(&["network", "measure", &file, "--permutations", "9"]).fine().text();
    assert!(
        text.split_whitespace().all(|word| word != "-0") && !text.contains("NaN") && text.contains("self-ties 1"),
        "{text}"
    );
    assert!(text.contains("  a  –\n  –  未定义：没有伙伴 / not defined, because"), "{text}");
    std::fs::write(&file, "from,to\na,b\n").unwrap();
    run(&["network", "measure", &file, "--actors", "a,z"]).refused("actor-unknown");
    run(&["network", "measure", &file, "--day", "2026-02-01", "--then", "2026-01-01"]).refused("days-reversed");
    let refused = run(&["network", "measure", &file, "--alpha", "-1"]);
    assert!(refused.code != 0 && refused.err.contains("0 or more"), "{}", refused.err);
    let refused = run(&["network", "measure", &file, "--group", "type"]).refused("group-missing");
    assert!(refused.err.contains("no other that is filled in"), "{}", refused.err);
}

#[test]
fn logs_are_imported_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("log.xes"), XES).unwrap();
    std::fs::write(path("facts.json"), FACTS).unwrap();
    let ran = run(&["network", "import", &path("log.xes"), "--depth", "2", "--out", &path("net.json")]).fine();
    let said = ran.text();
    for part in
        ["handover, subcontracting, together, joint", "depth 2, beta 0.5", "events that name nobody 1", "itself"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    // How a log was read stands in each answer too.
    let answer = measured(&[&path("log.xes"), "--measures", "density", "--layer", "handover"]);
    assert!(answer["options"]["logs"].as_str().unwrap().contains("itself, from one event to the next 1"), "{answer}");
    let ran = run(&["network", "export", &path("facts.json"), "--format", "ocel", "--out", &path("ocel.json")]).fine();
    assert!(ran.text().contains("2 cases, 4 events") && ran.text().contains("not in it"), "{}", ran.text());
    run(&["network", "export", &path("ocel.json"), "--format", "xes", "--out", &path("again.xes")]).fine();
    let answer = measured(&[&path("again.xes"), "--layer", "handover", "--measures", "size"]);
    is(&answer, "size", None, "arcs", 2.0);
    run(&["network", "export", &path("net.json"), "--format", "xes", "--out", &path("no.xes")]).refused("events-none");
    run(&["network", "import", &path("ocel.json"), "--case", "form", "--out", &path("n")]).refused("ocel-case");
}

#[test]
fn layers_are_tested_against_layers() {
    let files = [data("chemnet_pol.csv"), data("chemnet_scito.csv"), data("chemnet_infrep.csv")];
    let tested = |arguments: &[&str]| -> Value {
        let files = files.iter().map(String::as_str);
        let all: Vec<&str> = ["network", "test"].into_iter().chain(files).chain(arguments.iter().copied()).collect();
        serde_json::from_slice(&run(&[all.as_slice(), &["--format", "json"]].concat()).fine().out).unwrap()
    };
    let qap = ["--model", "qap", "--y", "chemnet_pol", "--x", "chemnet_infrep,chemnet_scito", "--permutations", "400"];
    let answer = tested(&qap);
    // gcor of sna.
    is(&answer, "qap", Some("chemnet_infrep"), "r", 0.335_304_558_428_693_9);
    let p = figure(&answer, "qap", Some("chemnet_infrep"), "p two-sided").as_f64().unwrap();
    let error = figure(&answer, "qap", Some("chemnet_infrep"), "p error").as_f64().unwrap();
    assert!(p < 0.02 && (error - (p * (1.0 - p) / 400.0).sqrt()).abs() < 1e-12, "{p} {error}");
    assert_eq!((&answer["options"]["seed"], &answer["options"]["permutations"]), (&Value::from(1), &Value::from(400)));
    assert_eq!(answer["measures"][0]["reference"], "Krackhardt 1987");
    assert_eq!(tested(&qap), answer);
    let mrqap = ["--model", "mrqap", "--y", "chemnet_pol", "--x", "chemnet_infrep,chemnet_scito", "--one-sided"];
    let answer = tested(&[mrqap.as_slice(), &["--permutations", "100"]].concat());
    is(&answer, "mrqap", None, "cells", 870.0);
    for of in ["(intercept)", "chemnet_infrep", "chemnet_scito"] {
        assert!(figure(&answer, "mrqap", Some(of), "p upper").as_f64().unwrap() < 0.05, "{answer}");
        assert!(
            figure(&answer, "mrqap", Some(of), "t").is_number() && figure(&answer, "mrqap", Some(of), "b").is_number()
        );
    }
    // A layer is explained by itself without rest.
    let answer = tested(&["--model", "mrqap", "--y", "chemnet_pol", "--x", "chemnet_pol"]);
    assert_eq!(figure(&answer, "mrqap", None, "r squared"), Value::Null);
    let refused = ["network", "test", &files[0], "--model", "qap", "--y", "chemnet_pol", "--x", "beauty"];
    run(&refused).refused("layer-unknown");
}

#[test]
fn days_layers_and_modes_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let dated = put(
        "dated.csv",
        "from,to,layer,weight,start,end\na,b,x,6,2026-01-01,\nb,c,x,1,2026-01-08,2026-01-20\nc,d,x,3,2026-01-15,\n\
         b,a,y,1,2026-01-01,\nc,d,y,1,2026-01-01,\n",
    );
    let answer = measured(&[&dated, "--layer", "x", "--day", "2026-01-16", "--then", "2026-02-01"]);
    is(&answer, "movement", None, "persistence", 2.0 / 3.0);
    is(&answer, "movement", None, "jaccard", 2.0 / 3.0);
    is(&answer, "movement", None, "members stayed", 4.0);
    assert_eq!(answer["options"]["then"], "2026-02-01");
    assert_eq!(figure(&answer, "multiplexity", None, "arcs"), Value::Null);
    let answer = measured(&[&dated, "--measures", "multiplexity,movement,regularity"]);
    is(&answer, "multiplexity", None, "layers of an arc", 1.25);
    is(&answer, "multiplexity", Some("x | y"), "jaccard", 0.25);
    is(&answer, "multiplexity", Some("x | y"), "first covered", 0.9);
    is(&answer, "multiplexity", Some("d"), "participation", 1.0);
    // The ties of c begin on the 1st, the 8th and the 15th.
    is(&answer, "regularity", Some("c"), "regularity", 1.0);
    assert_eq!(figure(&answer, "movement", None, "persistence"), Value::Null);
    // Two for and one against a reform, one of whom is for another; a camp of its own.
    let stances = put("stances.csv", "from,to,sign\np,reform,1\nq,reform,1\nr,reform,-1\nr,other,1\n");
    let answer = measured(&[&stances, "--measures", "two_mode,discourse,frustration"]);
    is(&answer, "two_mode", None, "density", 4.0 / 6.0);
    is(&answer, "two_mode", Some("p"), "projected strength", 1.0);
    is(&answer, "discourse", Some("p"), "congruence", 1.0);
    is(&answer, "discourse", Some("r"), "conflict", 2.0 / 1.5);
    assert_eq!(figure(&answer, "discourse", Some("reform"), "stances"), Value::Null);
    is(&answer, "frustration", None, "line index", 0.0);
}

/// The blocks of the chemicals network: of CONCOR as this program found them before, of the blockmodel no worse than what
/// the R package blockmodeling finds.
#[test]
fn positions_of_the_chemicals_network() {
    let answer = measured(&[&data("chemnet_pol.csv"), "--splits", "1", "--measures", "concor,blockmodel"]);
    let densities = [("1", "density to 1"), ("1", "density to 2"), ("2", "density to 1"), ("2", "density to 2")];
    let mut found: Vec<f64> =
        densities.map(|(of, to)| figure(&answer, "concor", Some(of), to).as_f64().unwrap()).to_vec();
    found.sort_by(f64::total_cmp);
    for (found, expected) in found.iter().zip([0.1810, 0.2885, 0.4163, 0.6066]) {
        assert!((found - expected).abs() < 5e-5, "{found} {expected}");
    }
    let error = figure(&answer, "blockmodel", None, "error").as_f64().unwrap();
    assert!(error <= 158.4108, "{error}");
}
