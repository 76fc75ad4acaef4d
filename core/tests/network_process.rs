//! Relations of process mining: by hand, and against what pm4py 2.7.23 says of the same four cases.

mod networks;

use networks::{near, printed};
use tongban_core::network::graph::Graph;
use tongban_core::network::process::{
    Event, JOINT_RESOURCES_MAX, Log, Reach, handover, joint, subcontracting, together,
};

const A: usize = 0;
const B: usize = 1;
const C: usize = 2;

/// Cases as words of resource and activity: `Aa Bb` is A doing a, then B doing b.
fn log(cases: &[&str]) -> Log {
    let event = |word: &str| {
        let bytes = word.as_bytes();
        Event { resource: u32::from(bytes[0] - b'A'), activity: u32::from(bytes[1] - b'a') }
    };
    let cases = cases.iter().map(|case| case.split_whitespace().map(event).collect()).collect();
    Log { resources: 3, activities: 4, cases }
}

fn four() -> Log {
    log(&["Aa Bb Ac Cd", "Aa Bb Bb Ad", "Ca Ab Cb Ad Cd", "Ba"])
}

fn arcs(graph: &Graph) -> Vec<(usize, usize, f64)> {
    graph.each().collect()
}

#[test]
fn work_is_handed_over_to_the_next() {
    let found = handover(&four(), &Reach::DIRECT).unwrap();
    assert_eq!(arcs(&found.graph), [(A, B, 2.0), (A, C, 3.0), (B, A, 2.0), (C, A, 2.0)]);
    // B after B is no tie, but one of the ten places where work could pass.
    assert_eq!((found.own, found.most), (1.0, 10.0));
    // pm4py with beta 0.
    for (from, to, share) in [(A, B, 0.2), (A, C, 0.3), (B, A, 0.2), (C, A, 0.2)] {
        near(found.shares().unwrap().weight(from, to).unwrap(), share);
    }
}

#[test]
fn what_is_further_off_counts_less() {
    let far = Reach { steps: usize::MAX, beta: 0.5, once: false };
    let found = handover(&four(), &far).unwrap();
    // pm4py with beta 0.5, which counts A to A, B to B and C to C as ties.
    let shares = found.shares().unwrap();
    let pm4py =
        [(A, B, 0.1709401709), (A, C, 0.2393162393), (B, A, 0.1709401709), (B, C, 0.0341880342), (C, A, 0.1538461538)];
    assert_eq!(shares.arcs(), pm4py.len());
    for (from, to, share) in pm4py {
        printed(shares.weight(from, to).unwrap(), share, 10);
    }
    printed(found.own / found.most, 0.0854700855 + 0.0683760684 + 0.0769230769, 9);
    // Two steps: A to B once, A to A once over both cases of the second kind.
    let two = handover(&log(&["Aa Ba Ba"]), &Reach { steps: 2, beta: 0.5, once: false }).unwrap();
    near(two.graph.weight(A, B).unwrap(), 1.5);
    assert_eq!((two.own, two.most), (1.0, 2.5));
    // Nothing further off is worth anything.
    let none = Reach { beta: 0.0, ..far };
    assert_eq!(handover(&four(), &none), handover(&four(), &Reach::DIRECT));
}

#[test]
fn a_case_may_count_once() {
    let once = Reach { once: true, ..Reach::DIRECT };
    let found = handover(&four(), &once).unwrap();
    assert_eq!(arcs(&found.graph), [(A, B, 2.0), (A, C, 2.0), (B, A, 2.0), (C, A, 1.0)]);
    // Three cases have a place where work can pass.
    assert_eq!((found.own, found.most), (1.0, 3.0));
}

/// pm4py gives A to B and C to A 0.25 each: after the first time that somebody subcontracts it counts no more of its.
#[test]
fn work_comes_back_to_who_gave_it() {
    let found = subcontracting(&four(), &Reach::DIRECT).unwrap();
    assert_eq!(arcs(&found.graph), [(A, B, 1.0), (A, C, 1.0), (C, A, 2.0)]);
    assert_eq!((found.own, found.most), (0.0, 7.0));
    // A, B, B, A: both in between, half as much as one.
    let two = Reach { steps: 2, beta: 0.5, once: false };
    let found = subcontracting(&log(&["Aa Bb Bb Ad"]), &two).unwrap();
    assert_eq!(arcs(&found.graph), [(A, B, 1.0)]);
    assert_eq!(found.most, 2.0 + 0.5 * 2.0);
    assert_eq!(subcontracting(&log(&["Aa Ab Aa"]), &Reach::DIRECT).unwrap().own, 1.0);
    assert_eq!(subcontracting(&log(&["Aa Bb"]), &Reach::DIRECT).unwrap().shares(), None);
}

#[test]
fn some_work_together_whenever() {
    let found = together(&four());
    assert_eq!(found.cases, [3, 3, 2]);
    // pm4py divides by the four cases: 0.5, 0.5, 0.25.
    let both = [(A, B, 2.0), (A, C, 2.0), (B, A, 2.0), (B, C, 1.0), (C, A, 2.0), (C, B, 1.0)];
    assert_eq!(arcs(&found.graph), both);
    let shares = found.shares();
    near(shares.weight(A, C).unwrap(), 2.0 / 3.0);
    near(shares.weight(C, A).unwrap(), 1.0);
}

#[test]
fn some_do_the_same() {
    let found = joint(&four()).unwrap();
    // pm4py: -0.408, 0.707, and 2e-17 between B and C, which is none.
    printed(found.weight(A, B).unwrap(), -0.4082482904638631, 12);
    printed(found.weight(C, A).unwrap(), std::f64::consts::FRAC_1_SQRT_2, 12);
    assert_eq!((found.arcs(), found.weight(B, C)), (4, None));
    // Who does everything alike has no r with anybody.
    assert_eq!(joint(&log(&["Aa Ab Ac Ad Ba"])).unwrap().arcs(), 0);
    assert_eq!(joint(&Log { resources: JOINT_RESOURCES_MAX + 1, ..Log::default() }), None);
}

#[test]
fn a_reach_that_is_none_gives_nothing() {
    for reach in [Reach { steps: 0, ..Reach::DIRECT }, Reach { beta: 1.5, ..Reach::DIRECT }] {
        assert_eq!(handover(&four(), &reach), None);
        assert_eq!(subcontracting(&four(), &reach), None);
    }
    let nothing = handover(&Log::default(), &Reach::DIRECT).unwrap();
    assert_eq!((nothing.graph.len(), nothing.shares()), (0, None));
}
