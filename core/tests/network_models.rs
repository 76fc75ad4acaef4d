//! Statistical models: against other programs, against worlds whose causes are known, and against worlds without any.
//!
//! Where nothing else is said, values are those of statsmodels 0.15.0 (`Logit`, `ConditionalLogit`), from change statistics
//! taken by their definition: of each pair the statistics of the whole network with the tie less those without it.

mod networks;

use networks::{arcs, florentine, karate, pol, prefsim, sci, types};
use tongban_core::network::draw::Draw;
use tongban_core::network::graph::Graph;
use tongban_core::network::model::{
    Covariate, Distribution, Effect, Ergm, Estimate, Event, PANELS_MIN, Refused, Term, ergm, rem, tergm,
};
use tongban_core::network::permute::Runs;

const NONE: Runs = Runs { permutations: 0, seed: 1, threads: 1 };

fn prefsim_term() -> Term {
    Term::Covariate(Covariate::Network(prefsim()))
}

fn types_term() -> Term {
    Term::Covariate(Covariate::Match(types()))
}

#[track_caller]
fn are(estimates: &[Estimate], b: &[f64]) {
    assert_eq!(estimates.len(), b.len());
    for (found, expected) in estimates.iter().zip(b) {
        assert!((found.b - expected).abs() < 1e-8, "{estimates:?} are not {b:?}");
    }
}

#[track_caller]
fn errors_are(estimates: &[Estimate], errors: &[f64]) {
    for (found, expected) in estimates.iter().zip(errors) {
        let found = found.sure.unwrap().error;
        assert!((found - expected).abs() < 1e-8, "{found} is not {expected}");
    }
}

#[track_caller]
fn is(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
}

#[test]
fn preferences_and_ties_of_the_chemicals_network() {
    // Edges and edgecov(prefsim) as models 1 and 3 of Leifeld & Schneider 2012. In R the errors end in 028, 125 and 150,
    // 986 at the ninth place: it stops a step earlier.
    let known = [
        (
            pol(),
            [-0.866_777_210_687, 0.176_894_897_336],
            [0.166_717_048_200, 0.061_332_129_441],
            [0.166_717_028, 0.061_332_125],
            -578.796_780_919_1,
        ),
        (
            sci(),
            [-2.500_427_884_770, -0.020_656_944_365],
            [0.304_015_456_586, 0.114_471_132_442],
            [0.304_015_150, 0.114_470_986],
            -226.043_116_430_1,
        ),
    ];
    for (graph, b, errors, in_r, log_likelihood) in known {
        let found = ergm(&graph, &[Term::Edges, prefsim_term()], true, &NONE).unwrap();
        are(&found.estimates, &b);
        errors_are(&found.estimates, &errors);
        found.estimates.iter().zip(in_r).for_each(|(one, error)| is(one.sure.unwrap().error, error));
        is(found.log_likelihood, log_likelihood);
        is(found.log_likelihood_null, -870.0 * 2.0_f64.ln());
        assert!(found.is_exact && found.unsure.is_none() && found.pairs == 870 && found.ties == graph.arcs());
        // Nothing was drawn, and that is said.
        assert_eq!(found.drawn, Err(Refused::TooFewDraws { have: 0, need: 40 }));
    }
}

#[test]
fn pseudo_likelihood_is_a_regression_on_change_statistics() {
    let terms = [Term::Edges, Term::Mutual, prefsim_term(), types_term()];
    let found = ergm(&pol(), &terms, true, &NONE).unwrap();
    are(&found.estimates, &[-1.511_370_387_509, 1.389_335_886_508, 0.111_394_364_355, 0.927_823_916_042]);
    is(found.log_likelihood, -509.857_672_276_6);
    // Approximate, and without draws nothing says how sure.
    assert!(!found.is_exact && found.estimates.iter().all(|one| one.sure.is_none()));
    assert_eq!(found.unsure, Some(Refused::TooFewDraws { have: 0, need: 40 }));

    let found = ergm(&pol(), &[Term::Edges, Term::Mutual, Term::Shared(0.5), types_term()], true, &NONE).unwrap();
    are(&found.estimates, &[-3.840_917_292_795, 1.064_561_884_914, 1.561_860_194_459, 0.960_851_101_789]);
    let found = ergm(&sci(), &[Term::Edges, Term::Mutual, Term::In(0.5), Term::Out(0.5)], true, &NONE).unwrap();
    are(&found.estimates, &[-1.377_680_467_484, 1.914_633_375_471, -2.191_192_682_839, -2.651_110_730_142]);
    let found = ergm(&florentine(), &[Term::Edges, Term::Shared(0.3)], false, &NONE).unwrap();
    are(&found.estimates, &[-1.726_781_262_027, 0.111_463_650_999]);
    let found = ergm(&florentine(), &[Term::Edges, Term::Degree(0.4)], false, &NONE).unwrap();
    are(&found.estimates, &[-1.572_035_798_919, -0.097_077_617_125]);
}

/// All networks of three actors with directions: what is drawn from a model has the mean that the model says.
#[test]
fn networks_are_drawn_as_likely_as_the_model_says() {
    let observed = arcs(3, &[(0, 1), (1, 0), (1, 2)]);
    let terms = [Term::Edges, Term::Covariate(Covariate::Sender(vec![0.0, 1.0, 2.0]))];
    let runs = Runs { permutations: 4_000, seed: 3, threads: 2 };
    let found = ergm(&observed, &terms, true, &runs).unwrap();
    let drawn = found.drawn.clone().unwrap();
    // Of the greatest likelihood the mean of each statistic is the observed one.
    for (term, slack) in drawn.terms.iter().zip([0.08, 0.12]) {
        assert!((term.mean - term.observed).abs() < slack, "{term:?}");
    }
    assert!(!drawn.is_degenerate && drawn.density.is_inside());
    // Pairs are independent: both ways with the product of the two.
    let b: Vec<f64> = found.estimates.iter().map(|one| one.b).collect();
    let p = |actor: f64| 1.0 / (1.0 + (-b[0] - b[1] * actor).exp());
    let both = p(0.0) * p(1.0) + p(0.0) * p(2.0) + p(1.0) * p(2.0);
    assert!((drawn.mutual.unwrap().mean - both).abs() < 0.05, "{both} {drawn:?}");
    // Whatever the number of threads.
    assert_eq!(ergm(&observed, &terms, true, &Runs { threads: 1, ..runs }).unwrap(), found);
}

/// What happens is drawn from a model that is known: it is found again, within what is said of how sure it is.
#[test]
fn a_world_with_reciprocity_and_closure_is_found_again() {
    let runs = Runs { permutations: 80, seed: 5, threads: 2 };
    let terms = [Term::Edges, Term::Mutual, Term::Shared(0.5)];
    let found = ergm(&world(30, [-2.6, 1.5, 0.4], 9), &terms, true, &runs).unwrap();
    assert!(found.unsure.is_none(), "{found:?}");
    let drawn = found.drawn.as_ref().unwrap();
    assert!(!drawn.is_degenerate && !drawn.is_off);
    within(&found, &[-2.6, 1.5, 0.4]);
    let sure = found.estimates[1].sure.unwrap();
    assert!(sure.p < 0.01 && sure.low > 0.0 && sure.error < 0.8, "{sure:?}");
    // Without either, neither is found.
    let found = ergm(&world(30, [-1.5, 0.0, 0.0], 4), &terms, true, &runs).unwrap();
    within(&found, &[-1.5, 0.0, 0.0]);
    let drawn = found.drawn.unwrap();
    let shared = drawn.distributions.iter().find(|(what, _)| *what == Distribution::Shared).unwrap();
    let inside = shared.1.iter().filter(|one| one.is_inside()).count();
    assert!(inside * 10 >= shared.1.len() * 8, "{shared:?}");
}

#[track_caller]
fn within(found: &Ergm, b: &[f64]) {
    for (one, b) in found.estimates.iter().zip(b) {
        let error = one.sure.unwrap().error;
        assert!((one.b - b).abs() < 3.0 * error, "{one:?} is not {b}");
    }
}

/// A network drawn from edges, mutual and gwesp(0.5), pair after pair with the odds that the others give it; statistics by
/// their definition.
fn world(len: usize, b: [f64; 3], seed: u64) -> Graph {
    let mut draw = Draw::of(seed);
    let mut has = vec![vec![false; len]; len];
    let base = 1.0 - (-0.5_f64).exp();
    let between = |has: &[Vec<bool>], from: usize, to: usize| (0..len).filter(|k| has[from][*k] && has[*k][to]).count();
    let weighed = |count: usize| 0.5_f64.exp() * (1.0 - base.powi(count as i32));
    let shared = |has: &[Vec<bool>], from: usize, to: usize| -> f64 {
        let tie = |one: usize, other: usize| if has[one][other] { weighed(between(has, one, other)) } else { 0.0 };
        let others = (0..len).filter(|k| *k != from && *k != to).map(|k| tie(from, k) + tie(k, to));
        tie(from, to) + others.sum::<f64>()
    };
    for _ in 0..40 * len * len {
        let (from, to) = (draw.below(len), draw.below(len));
        if from == to {
            continue;
        }
        has[from][to] = true;
        let with = shared(&has, from, to);
        has[from][to] = false;
        let without = shared(&has, from, to);
        let odds = b[0] + b[1] * f64::from(u8::from(has[to][from])) + b[2] * (with - without);
        has[from][to] = draw.share() < 1.0 / (1.0 + (-odds).exp());
    }
    let cells = (0..len * len).filter(|cell| has[cell / len][cell % len]);
    Graph::of(len, cells.map(|cell| ((cell / len) as u32, (cell % len) as u32, 1.0))).0
}

/// Triangles run away: with so slow a decay the term is nearly their number.
#[test]
fn a_model_that_does_not_give_such_networks_is_not_believed() {
    let runs = Runs { permutations: 40, seed: 1, threads: 2 };
    let found = ergm(&karate(), &[Term::Edges, Term::Shared(5.0)], false, &runs).unwrap();
    assert!(found.drawn.unwrap().is_degenerate);
    assert_eq!(found.unsure, Some(Refused::Degenerate));
    assert!(found.estimates.iter().all(|one| one.sure.is_none()));
    // Where ties are many, pseudo-likelihood is too far off.
    let found = ergm(&pol(), &[Term::Edges, Term::Shared(1.0)], true, &runs).unwrap();
    assert!(found.drawn.unwrap().is_off);
    assert_eq!(found.unsure, Some(Refused::Off));
}

#[test]
fn what_cannot_be_estimated_names_the_term() {
    let of = |graph: &Graph, terms: &[Term], is_directed: bool| ergm(graph, terms, is_directed, &NONE).err();
    let two = Term::Covariate(Covariate::Match(vec![0, 0, 0, 0, 1, 1, 1, 1]));
    // No tie goes across.
    let apart = arcs(8, &[(0, 1), (1, 2), (2, 0), (0, 3), (4, 5), (5, 6), (6, 4), (7, 4)]);
    assert_eq!(of(&apart, &[Term::Edges, two.clone()], true), Some(Refused::Separated { term: 1 }));
    assert_eq!(of(&apart, &[Term::Edges, Term::Mutual], true), Some(Refused::Separated { term: 1 }));
    assert_eq!(of(&apart, &[Term::Edges, Term::Edges], true), Some(Refused::Collinear { term: 1 }));
    let nothing = Term::Covariate(Covariate::Sender(vec![0.0; 8]));
    assert_eq!(of(&apart, &[Term::Edges, nothing], true), Some(Refused::Constant { term: 1 }));
    let endless = Term::Covariate(Covariate::Sender(vec![f64::NAN; 8]));
    assert_eq!(of(&apart, &[Term::Edges, endless], true), Some(Refused::NotFinite { term: 1 }));
    assert_eq!(of(&apart, &[Term::Edges, Term::Shared(-1.0)], true), Some(Refused::NotFinite { term: 1 }));
    assert_eq!(of(&apart, &[Term::Edges, Term::Mutual], false), Some(Refused::Direction { term: 1 }));
    assert_eq!(of(&apart, &[Term::Degree(0.5)], true), Some(Refused::Direction { term: 0 }));
    assert_eq!(of(&apart, &[Term::Edges, Term::Memory], true), Some(Refused::NeedsPanels { term: 1 }));
    assert_eq!(of(&pol(), &[Term::Edges, two], true), Some(Refused::OtherActors));
    assert_eq!(of(&arcs(8, &[]), &[Term::Edges], true), Some(Refused::Flat));
    assert_eq!(of(&arcs(2, &[(0, 1), (1, 0)]), &[Term::Edges], true), Some(Refused::Flat));
    assert_eq!(of(&arcs(0, &[]), &[Term::Edges], true), Some(Refused::Flat));
    assert_eq!(of(&arcs(8, &[(0, 1)]), &[Term::Edges, Term::Mutual], true), Some(Refused::TooFew { have: 1, need: 2 }));
    assert_eq!(of(&pol(), &[], true), Some(Refused::NoTerms));
    assert_eq!(of(&arcs(1_001, &[(0, 1)]), &[Term::Edges], true).map(|no| no.code()), Some("model-actors-many"));
}

/// Numbers that other languages give too: `s = (1103515245 s + 12345) mod 2^31` from 1, without its last 16 bits.
struct Linear(u64);

impl Linear {
    fn next(&mut self) -> u64 {
        self.0 = (self.0 * 1_103_515_245 + 12_345) & 0x7fff_ffff;
        self.0 >> 16
    }
}

const EFFECTS: [Effect; 5] =
    [Effect::Inertia, Effect::Reciprocity, Effect::Popularity, Effect::Activity, Effect::TwoPath];

#[test]
fn events_compared_with_all_others_are_a_conditional_regression() {
    let mut numbers = Linear(1);
    let events: Vec<Event> = (0..120)
        .map(|at| {
            let from = (numbers.next() % 6) as u32;
            let other = (numbers.next() % 5) as u32;
            Event { from, to: if other >= from { other + 1 } else { other }, day: at / 2, weight: 1.0 }
        })
        .collect();
    let found = rem(6, &events, &EFFECTS, 1_000, 1).unwrap();
    let b = [-0.610_731_679_700, -0.282_866_631_872, -1.030_420_996_870, -0.253_361_178_386, -0.712_482_089_548];
    // By the second derivatives as they are, in numpy: statsmodels takes differences, which agree to seven places.
    let errors = [0.318_388_112_413, 0.251_755_698_490, 0.597_192_284_417, 0.438_232_060_076, 0.477_594_799_722];
    are(&found.estimates, &b);
    errors_are(&found.estimates, &errors);
    is(found.log_likelihood, -400.027_814_909_1);
    assert_eq!((found.events, found.days, found.pairs, found.controls), (120, 60, 30, 29));
    is(found.log_likelihood_null, -120.0 * 30.0_f64.ln());
    // The order within a day says nothing, and draws are of the seed.
    let turned: Vec<Event> = events.iter().rev().copied().collect();
    let again = rem(6, &turned, &EFFECTS, 1_000, 1).unwrap();
    again.estimates.iter().zip(&found.estimates).for_each(|(one, other)| is(one.b, other.b));
    let drawn = rem(6, &events, &EFFECTS, 10, 1).unwrap();
    assert_eq!(rem(6, &events, &EFFECTS, 10, 1).unwrap(), drawn);
    assert_ne!(rem(6, &events, &EFFECTS, 10, 2).unwrap(), drawn);
}

/// Events of a world where each is drawn with odds by what was before its day; one a day.
fn happened(actors: usize, many: i64, b: [f64; 5], level: &[f64], of_level: f64, seed: u64) -> Vec<Event> {
    let mut draw = Draw::of(seed);
    let mut before = vec![vec![0.0_f64; actors]; actors];
    let pairs: Vec<(usize, usize)> =
        (0..actors * actors).map(|cell| (cell / actors, cell % actors)).filter(|(from, to)| from != to).collect();
    (0..many)
        .map(|day| {
            let odds = |(from, to): &(usize, usize)| {
                let (from, to) = (*from, *to);
                let into: f64 = before.iter().map(|row| row[to]).sum();
                let out: f64 = before[from].iter().sum();
                let through: f64 = (0..actors).map(|k| before[from][k].min(before[k][to])).sum();
                let known = [before[from][to], before[to][from], into, out, through];
                let sum: f64 = known.iter().zip(b).map(|(known, b)| b * (1.0 + known).ln()).sum();
                (sum + of_level * (level[from] - level[to]).abs()).exp()
            };
            let weights: Vec<f64> = pairs.iter().map(odds).collect();
            let mut left = draw.share() * weights.iter().sum::<f64>();
            let at = weights.iter().position(|weight| {
                left -= weight;
                left < 0.0
            });
            let (from, to) = pairs[at.unwrap_or(pairs.len() - 1)];
            before[from][to] += 1.0;
            Event { from: from as u32, to: to as u32, day, weight: 1.0 }
        })
        .collect()
}

#[test]
fn causes_of_events_are_found_again_and_none_where_there_are_none() {
    let level: Vec<f64> = (0..16).map(|actor| f64::from(actor % 4)).collect();
    let mut effects = EFFECTS.to_vec();
    effects.push(Effect::Covariate(Covariate::Difference(level.clone())));
    for (b, of_level, seed) in [([0.6, 0.5, 0.3, 0.2, 0.2], -0.4, 1), ([0.0; 5], 0.0, 2)] {
        let events = happened(16, 1_500, b, &level, of_level, seed);
        let found = rem(16, &events, &effects, 20, 7).unwrap();
        for (one, b) in found.estimates.iter().zip(b.iter().chain([&of_level])) {
            let sure = one.sure.unwrap();
            assert!((one.b - b).abs() < 3.0 * sure.error, "{one:?} is not {b}");
            assert!(*b == 0.0 || one.b.signum() == b.signum(), "{one:?} is not {b}");
        }
        assert!(found.log_likelihood >= found.log_likelihood_null);
        // With strong causes what is said is sure.
        assert!(b[0] == 0.0 || found.estimates[0].sure.unwrap().p < 1e-4, "{found:?}");
    }
}

#[test]
fn events_that_say_nothing_are_refused() {
    let event = |from: u32, to: u32, day: i64| Event { from, to, day, weight: 1.0 };
    let of = |events: &[Event], effects: &[Effect]| rem(4, events, effects, 5, 1).err();
    let many = |to: &dyn Fn(u32) -> u32, day: &dyn Fn(u32) -> i64| -> Vec<Event> {
        (0..40).map(|at| event(at % 3, to(at), day(at))).collect()
    };
    assert_eq!(of(&many(&|_| 3, &|_| 1), &[Effect::Inertia]), Some(Refused::OneDay));
    assert_eq!(of(&[], &[Effect::Inertia]), Some(Refused::OneDay));
    let few = [event(0, 1, 1), event(1, 2, 2)];
    assert_eq!(of(&few, &[Effect::Inertia]), Some(Refused::TooFewEvents { have: 1, need: 10 }));
    let one: Vec<Event> = (0..40).map(|day| event(0, 1, day)).collect();
    assert_eq!(of(&one, &[Effect::Inertia]), Some(Refused::OnePair));
    assert_eq!(of(&one, &[]), Some(Refused::NoTerms));
    // Only one ever receives: nobody is more popular than another.
    let star = many(&|_| 3, &i64::from);
    assert_eq!(of(&star, &[Effect::Activity, Effect::Popularity]), Some(Refused::Constant { term: 1 }));
    assert_eq!(of(&[event(0, 9, 1)], &[Effect::Inertia]), Some(Refused::OtherActors));
    let level = Effect::Covariate(Covariate::Receiver(vec![0.0, f64::INFINITY, 0.0, 0.0]));
    assert_eq!(of(&star, &[level]), Some(Refused::NotFinite { term: 0 }));
}

#[test]
fn periods_together_are_one_regression() {
    let mut numbers = Linear(1);
    let mut before = vec![false; 49];
    let panels: Vec<Graph> = (0..12)
        .map(|_| {
            let now: Vec<bool> = (0..49)
                .map(|cell| cell / 7 != cell % 7 && numbers.next() % 100 < if before[cell] { 60 } else { 20 })
                .collect();
            before = now.clone();
            let cells = (0..49_u32).filter(|cell| now[*cell as usize]);
            Graph::of(7, cells.map(|cell| (cell / 7, cell % 7, 1.0))).0
        })
        .collect();
    let runs = Runs { permutations: 300, seed: 1, threads: 2 };
    let terms = [Term::Edges, Term::Mutual, Term::Memory];
    let found = tergm(&panels, &terms, true, &runs).unwrap();
    are(&found.estimates, &[-1.502_960_599_039, -0.188_567_412_525, 2.133_621_767_414]);
    is(found.log_likelihood, -239.433_680_518_8);
    assert_eq!((found.panels, found.pairs, found.ties), (11, 462, 143));
    // Ties are kept, and not answered: ln(0.6 / 0.4) - ln(0.2 / 0.8).
    let [mutual, memory] = [1, 2].map(|at| found.estimates[at].sure.unwrap());
    assert!((found.estimates[2].b - 1.79).abs() < 3.0 * memory.error && memory.p < 1e-4, "{memory:?}");
    assert!(found.estimates[1].b.abs() < 3.0 * mutual.error, "{mutual:?}");
    assert_eq!(tergm(&panels, &terms, true, &Runs { threads: 1, ..runs }).unwrap(), found);
    let few = tergm(&panels[..PANELS_MIN], &terms, true, &runs);
    assert_eq!(few.err(), Some(Refused::TooFewPanels { have: 10, need: 11 }));
    let other = [&panels[..11], &[arcs(6, &[(0, 1)])]].concat();
    assert_eq!(tergm(&other, &terms, true, &runs).err(), Some(Refused::OtherActors));
}
