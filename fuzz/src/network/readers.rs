//! The readers of files of networks as a function of bytes: they never panic, and what they read is sound. The fuzz target
//! calls it with the sources of the node, `node/tests/readers.rs` with the node.

use crate::network::{Choice, Format, How, Input, Net, read, read_events, write, write_events};

/// Larger networks are read and not written: that takes longer than an input may.
const ACTORS_MAX: usize = 2_000;

const FORMATS: [Format; 6] = [Format::Json, Format::Csv, Format::GraphMl, Format::Gexf, Format::Pajek, Format::Dl];

/// A file of any format: what is read has ends that there are, weights that are numbers, and says the same again in the form
/// that loses nothing; it can be written in every other form. A log is written as both kinds of logs.
pub fn run(bytes: &[u8]) {
    let input = Input { name: "input", relation: "ties", bytes };
    match read(&[input]) {
        Ok((net, ..)) => sound(&net),
        Err(faults) => assert!(!faults.is_empty() && faults.iter().all(|fault| !fault.words().1.is_empty())),
    }
    if let Ok(events) = read_events(input, &How::default()) {
        for format in [Format::Xes, Format::Ocel] {
            if let Ok(written) = write_events(&events, format) {
                let _ = read_events(Input { bytes: &written, ..input }, &How::default());
            }
        }
    }
}

fn sound(net: &Net) {
    let is_there = |actor: u32| (actor as usize) < net.actors.len();
    for tie in &net.ties {
        assert!(is_there(tie.from) && is_there(tie.to) && tie.from != tie.to, "{tie:?}");
        assert!((tie.layer as usize) < net.layers.len() && tie.weight.is_finite() && tie.weight >= 0.0, "{tie:?}");
    }
    let (graph, _) = net.graph(&Choice::default());
    assert_eq!(graph.len(), net.actors.len());
    if net.actors.len() > ACTORS_MAX {
        return;
    }
    for format in FORMATS {
        let written = write(net, format, false).expect("a network can be written in every form");
        let again = read(&[Input { name: "again", relation: "ties", bytes: &written.main }]);
        if format == Format::Json {
            let (again, ..) = again.expect("what was written can be read");
            assert_eq!(again.actors, net.actors);
            let ends = |net: &Net| net.ties.iter().map(|tie| (tie.from, tie.to, tie.sign)).collect::<Vec<_>>();
            assert_eq!(ends(&again), ends(net));
        }
    }
}
