//! Networks and logs through programs of others: our export, their reader, their writer, our import, the same again.
//!
//! The programs are Python's networkx, igraph and pm4py, each run as a program of its own (`node/tests/foreign/*.py`).
//! pm4py is under the AGPL: it is run in tests alone, never linked or shipped.

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::civil::date;
use serde_json::{Value, json};
use tongban::network::{Actor, Format, How, Input, Net, Tie, read, read_events, write, write_events};

/// Runs a script of `node/tests/foreign`, and gives what it printed.
fn python(script: &str, arguments: &[&str]) -> String {
    let python = std::env::var_os("TONGBAN_PEERS")
        .expect("TONGBAN_PEERS names no Python with networkx, igraph and pm4py: run the tests with `cargo xtask test`");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign").join(script);
    let mut command = Command::new(python);
    command.arg(&script).args(arguments).env("PYTHONUTF8", "1").env("MPLBACKEND", "agg");
    let ran = command.output().expect("Python starts");
    let err = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{} {arguments:?}\n{err}", script.display());
    String::from_utf8(ran.stdout).expect("what is printed is UTF-8")
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }
}

fn net_of(bytes: &[u8]) -> Net {
    match read(&[Input { name: "again", relation: "cases", bytes }]) {
        Ok((net, ..)) => net,
        Err(faults) => panic!("{}\n{}", faults[0], String::from_utf8_lossy(bytes)),
    }
}

/// Chinese names, quotes, marks of XML, an isolate, an attribute; ties both ways, and with parts of one.
fn simple() -> Net {
    let actor = |id: &str, label: &str, kind: &str, level: &str| Actor {
        id: id.to_owned(),
        label: label.to_owned(),
        kind: kind.to_owned(),
        level: level.to_owned(),
        ..Actor::default()
    };
    let mut actors = vec![
        actor("sz", "苏州市社保局, 甲", "人社", "city"),
        actor("hf", "合肥 <公积金> & 乙", "住建", "city"),
        actor("nj", "南京", "人社", "province"),
        actor("alone", "", "", ""),
    ];
    actors[0].attributes.insert("省份".to_owned(), "江苏; \"苏\"".to_owned());
    let tie = |from, to, weight| Tie { from, to, layer: 0, weight, sign: 1, from_day: None, to_day: None };
    let ties = vec![tie(0, 1, 3.0), tie(1, 0, 0.1), tie(0, 2, 2.5)];
    Net { actors, layers: vec!["cases".to_owned()], ties }
}

/// The same with a sign, a second relation, and days; held twice, and once without an end.
fn dated() -> Net {
    let mut net = simple();
    net.layers.push("协议".to_owned());
    net.ties[2].sign = -1;
    let tie = |from, to, year| Tie {
        from,
        to,
        layer: 1,
        weight: 1.0,
        sign: 1,
        from_day: Some(date(year, 1, 1)),
        to_day: (year < 2025).then(|| date(year, 12, 31)),
    };
    net.ties.extend([tie(1, 2, 2022), tie(1, 2, 2024), tie(2, 0, 2025)]);
    net
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

/// Our export through a reader and a writer of others.
fn through(tool: &str, net: &Net, format: Format, back: &str) -> Net {
    let folder = Folder::new();
    std::fs::write(folder.path("ours"), write(net, format, false).unwrap().main).unwrap();
    python("network.py", &[tool, format.name(), &folder.text("ours"), back, &folder.text("theirs")]);
    net_of(&std::fs::read(folder.path("theirs")).unwrap())
}

/// The network by what programs call its actors that have one name for them: labels, else identifiers.
fn by_label(net: &Net) -> Net {
    let named = |actor: &Actor| Actor { id: actor.name().to_owned(), ..Actor::default() };
    Net { actors: net.actors.iter().map(named).collect(), ..net.clone() }
}

#[test]
fn networkx_gives_back_all_of_graphml_and_gexf() {
    for format in [Format::GraphMl, Format::Gexf] {
        let back = through("networkx", &dated(), format, format.name());
        assert_eq!(said(&back), said(&dated()), "{}", format.name());
    }
}

#[test]
fn networkx_gives_back_labels_and_weights_of_pajek() {
    let back = through("networkx", &simple(), Format::Pajek, "pajek");
    assert_eq!(said(&by_label(&back)), said(&by_label(&simple())));
}

#[test]
fn igraph_gives_back_graphml_under_numbers_of_its_own() {
    let mut back = through("igraph", &dated(), Format::GraphMl, "graphml");
    for actor in &mut back.actors {
        // It numbers the actors; who each is, it keeps as an attribute.
        actor.id = actor.attributes.remove("id").unwrap();
    }
    assert_eq!(said(&back), said(&dated()));
}

#[test]
fn igraph_gives_back_pajek_with_one_relation() {
    let mut net = simple();
    net.ties[2].sign = -1;
    let back = through("igraph", &net, Format::Pajek, "pajek");
    assert_eq!(said(&by_label(&back)), said(&by_label(&net)));
}

/// igraph reads UCINET DL and does not write it.
#[test]
fn igraph_reads_ucinet_with_one_relation() {
    let back = through("igraph", &simple(), Format::Dl, "graphml");
    let ids = |actor: &Actor| Actor { id: actor.id.clone(), ..Actor::default() };
    let simple = simple();
    let simple = Net { actors: simple.actors.iter().map(ids).collect(), ..simple };
    assert_eq!(said(&by_label(&back)), said(&simple));
}

/// Facts of two dossiers, of which one stamp makes two, and facts that were counted together.
fn facts() -> Vec<u8> {
    let actor = |id: &str, name: &str, network: &str| json!({ "actor": id, "name": name, "network": network, "level": "outside" });
    let fact = |relation: &str, from: u32, to: u32, day: &str, source: &str| {
        json!({
            "relation": relation, "from": from, "to": to, "day": day, "count": 1, "source": source,
            "item": "2020-35-25",
        })
    };
    let mut facts = vec![
        fact("hands_to", 1, 2, "2026-01-06", "D1#3"),
        fact("applies_to", 0, 1, "2026-01-05", "D1#1"),
        fact("takes_in_for", 1, 2, "2026-01-05", "D1#2"),
        fact("returns_to", 2, 1, "2026-01-07", "D1#4"),
        fact("hands_to", 1, 2, "2026-01-07", "D1#5"),
        fact("decides_for", 2, 0, "2026-01-08", "D1#6"),
        fact("sends_by", 2, 3, "2026-01-08", "D1#6"),
        fact("applies_to", 0, 1, "2026-02-05", "D2#1"),
        fact("hands_to", 1, 2, "2026-02-05", "D2#2"),
        fact("delivers_to", 3, 0, "2026-02-06", "D2#3"),
        fact("hands_to", 1, 2, "2026-01-01", "a digest"),
    ];
    facts[3]["code"] = json!("incomplete");
    facts[3]["sign"] = json!(-1);
    facts[3]["late"] = json!(1);
    facts[3]["took"] = json!(90.5);
    facts[10]["count"] = json!(40);
    let actors = [
        actor("person:320000", "江苏个人", "issue"),
        actor("intergovernmental:苏州", "苏州市政务服务中心", "intergovernmental"),
        actor("intergovernmental:合肥", "合肥市民政局", "intergovernmental"),
        actor("producer:快递 <甲> & \"乙\"", "", "producer"),
    ];
    serde_json::to_vec(&json!({ "actors": actors, "facts": facts })).unwrap()
}

fn log(bytes: &[u8], format: Format) -> Vec<u8> {
    let events = read_events(Input { name: "log", relation: "log", bytes }, &How::default()).unwrap();
    write_events(&events, format).unwrap()
}

#[test]
fn pm4py_gives_back_logs_that_are_the_same_networks() {
    for (format, name) in [(Format::Xes, "log.xes"), (Format::Ocel, "log.json")] {
        let folder = Folder::new();
        let ours = log(&facts(), format);
        std::fs::write(folder.path(name), &ours).unwrap();
        let back = format!("back.{name}");
        python("log.py", &[format.name(), &folder.text(name), &folder.text(&back)]);
        let theirs = std::fs::read(folder.path(&back)).unwrap();
        assert_eq!(said(&net_of(&theirs)), said(&net_of(&ours)), "{name}");
        // And what was done, by whom, towards whom, is still known.
        let done = |bytes: &[u8]| {
            let read = read_events(Input { name, relation: "log", bytes }, &How::default()).unwrap();
            let all = read.cases.into_iter().flat_map(|case| {
                case.events.into_iter().map(move |event| {
                    (case.name.clone(), event.activity, event.resource, event.time, event.to, event.item)
                })
            });
            all.collect::<Vec<_>>()
        };
        assert_eq!(done(&theirs), done(&ours), "{name}");
    }
}

/// What pm4py finds in the same log, where it means the same: its shares of hand-overs have those of an actor to itself
/// among what they are shares of, as ours have; its working together is divided by all cases.
#[test]
fn pm4py_finds_the_same_relations() {
    let folder = Folder::new();
    let ours = log(&facts(), Format::Xes);
    std::fs::write(folder.path("log.xes"), &ours).unwrap();
    // The banner of the program comes first.
    let told = python("log.py", &["sna", &folder.text("log.xes")]);
    let told: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    let cases = told["cases"].as_f64().unwrap();
    let layer_of = |how: &How, layer: &str| {
        let mut reading = tongban::network::Reading::of(how);
        reading.add(Input { name: "log.xes", relation: "log", bytes: &ours });
        let (net, ..) = reading.finish().unwrap();
        let layer = net.layer(layer).unwrap();
        let id = |actor: u32| net.actors[actor as usize].id.clone();
        let ties = net.ties.iter().filter(|tie| tie.layer == layer);
        ties.map(|tie| (id(tie.from), id(tie.to), tie.value())).collect::<Vec<_>>()
    };
    let counts = How::default();
    let shares = How { shares: true, ..counts.clone() };
    let mut far = shares.clone();
    (far.reach.steps, far.reach.beta) = (usize::MAX, 0.5);
    let compared = [
        ("handover", &shares, "handover", 1.0),
        ("handover, beta 0.5", &far, "handover", 1.0),
        ("together", &counts, "together", cases),
        ("joint", &counts, "joint", 1.0),
    ];
    for (name, how, layer, over) in compared {
        let mut ours = layer_of(how, layer);
        ours.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
        let theirs: Vec<(String, String, f64)> = serde_json::from_value(told["ties"][name].clone()).unwrap();
        let theirs: Vec<_> =
            theirs.into_iter().filter(|(one, other, weight)| one != other && weight.abs() > 1e-12).collect();
        assert_eq!(ours.len(), theirs.len(), "{name}: {ours:?} {theirs:?}");
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!((&ours.0, &ours.1), (&theirs.0, &theirs.1), "{name}");
            assert!((ours.2 / over - theirs.2).abs() < 1e-9, "{name}: {ours:?} {theirs:?}");
        }
    }
}
