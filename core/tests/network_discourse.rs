//! Statements: discourse networks, camps, agreement of coders, claims. Cases made by hand, and published ones.

mod networks;

use jiff::civil::{Date, date};
use networks::{near, printed};
use tongban_core::network::agreement::{Stance, Undefined, Unit, alpha, compared, kappa};
use tongban_core::network::camps::{camps, signed_modularity};
use tongban_core::network::claim::{Claim, Verdict, evidence};
use tongban_core::network::discourse::{
    Affiliation, Choice, Discourse, Duplicates, Normalised, OneMode, Period, document, polarisation,
};
use tongban_core::network::facts::{SourceKind, Statement};
use tongban_core::network::graph::Graph;
use tongban_core::network::groups::modularity;
use tongban_core::network::permute::Runs;

fn statement(actor: &str, concept: &str, agree: bool, day: Date, source: &str) -> Statement {
    Statement {
        actor: format!("intergovernmental:{actor}").parse().unwrap(),
        concept: concept.to_owned(),
        agree,
        day,
        kind: SourceKind::Document,
        source: source.to_owned(),
        quote: String::new(),
        coder: String::new(),
    }
}

const ALL: Choice = Choice { from: None, to: None, duplicates: Duplicates::Include };

#[test]
fn who_says_the_same_and_who_the_opposite() {
    // Concept 0: 0 and 1 for, 2 against. Concept 1: 0 against, 1 and 2 for. Concept 2: 0 and 2 for.
    let said = [
        (0, 0, true),
        (1, 0, true),
        (2, 0, false),
        (0, 1, false),
        (1, 1, true),
        (2, 1, true),
        (0, 2, true),
        (2, 2, true),
        (9, 0, true),
    ];
    let said = Affiliation::of(3, 3, said);
    let of = |kind, normalised| said.network(kind, normalised);
    let congruence = of(OneMode::Congruence, Normalised::No);
    assert_eq!([congruence.weight(0, 1), congruence.weight(0, 2), congruence.weight(1, 2)], [Some(1.0); 3]);
    let conflict = of(OneMode::Conflict, Normalised::No);
    assert_eq!(
        [conflict.weight(0, 1), conflict.weight(0, 2), conflict.weight(2, 1)],
        [Some(1.0), Some(2.0), Some(1.0)]
    );
    let subtract = of(OneMode::Subtract, Normalised::No);
    assert_eq!([subtract.weight(0, 1), subtract.weight(2, 0), subtract.weight(1, 2)], [None, Some(-1.0), None]);
    // Stances: 3, 2, 3. Actors 0 and 1 take four different ones.
    near(of(OneMode::Congruence, Normalised::Average).weight(0, 1).unwrap(), 0.4);
    near(of(OneMode::Conflict, Normalised::Cosine).weight(0, 2).unwrap(), 2.0 / 3.0);
    near(of(OneMode::Conflict, Normalised::Jaccard).weight(0, 1).unwrap(), 0.25);
    // By concept: actor 1 is for both, actor 2 too in one of them.
    let concepts = said.transposed();
    assert_eq!(concepts.network(OneMode::Congruence, Normalised::No).weight(0, 1), Some(1.0));
    assert_eq!(concepts.network(OneMode::Conflict, Normalised::No).weight(0, 1), Some(2.0));
    assert_eq!(concepts.transposed(), said);
}

#[test]
fn what_is_said_often_is_multiplied() {
    // Twice for and once against, three times for, and something that only one speaks of.
    let mut said = vec![(0, 0, true), (0, 0, true), (0, 0, false)];
    said.extend([(1, 0, true); 3]);
    said.push((1, 1, true));
    let said = Affiliation::of(2, 2, said);
    let weight = |kind, normalised| said.network(kind, normalised).weight(0, 1).unwrap();
    near(weight(OneMode::Congruence, Normalised::No), 6.0);
    near(weight(OneMode::Conflict, Normalised::No), 3.0);
    near(weight(OneMode::Subtract, Normalised::No), 3.0);
    near(weight(OneMode::Congruence, Normalised::Average), 6.0 / 3.5);
    near(weight(OneMode::Congruence, Normalised::Cosine), 6.0 / (5.0_f64 * 10.0).sqrt());
    near(weight(OneMode::Congruence, Normalised::Jaccard), 6.0 / (6.0 + 1.0 + 1.0));
}

#[test]
fn days_and_duplicates_are_chosen() {
    let statements = [
        statement("a", "x", true, date(2024, 1, 2), "报告#2"),
        statement("a", "x", true, date(2024, 1, 1), "报告#1"),
        statement("a", "x", true, date(2024, 1, 7), "访谈"),
        statement("a", "x", true, date(2024, 1, 8), "访谈#9"),
        statement("a", "x", true, date(2025, 1, 1), "年鉴"),
        statement("a", "x", false, date(2024, 1, 1), "报告#3"),
        statement("b", "y", true, date(2020, 1, 1), "报告#4"),
    ];
    assert_eq!((document("报告#2"), document("报告")), ("报告", "报告"));
    let of = |duplicates| Choice { duplicates, from: Some(date(2024, 1, 1)), ..ALL }.of(&statements);
    assert_eq!(of(Duplicates::Include), [1, 5, 0, 2, 3, 4]);
    assert_eq!(of(Duplicates::PerDocument), [1, 5, 2, 4]);
    // 2024 began on a Monday; the same week of another year is another week.
    assert_eq!(of(Duplicates::Per(Period::Week)), [1, 5, 3, 4]);
    assert_eq!(of(Duplicates::Per(Period::Month)), [1, 5, 4]);
    assert_eq!(of(Duplicates::Per(Period::Year)), [1, 5, 4]);
    assert_eq!(of(Duplicates::Across), [1, 5]);
    let until = Choice { to: Some(date(2024, 1, 1)), ..ALL };
    assert_eq!(until.of(&statements), [6, 1, 5]);
    // Who says nothing in these days is there all the same.
    let discourse = Discourse::of(&statements, &Choice { from: Some(date(2024, 1, 8)), ..ALL });
    assert_eq!((discourse.actors.len(), discourse.concepts.len()), (2, 2));
    assert_eq!(discourse.affiliation.each().collect::<Vec<_>>(), [(0, 0, [2.0, 0.0])]);
}

#[test]
fn camps_are_told_from_chance() {
    let runs = Runs { permutations: 99, seed: 5, threads: 2 };
    let said =
        (0..10_u32).flat_map(|actor| (0..8_u32).map(move |concept| (actor, concept, (actor < 5) == (concept < 3))));
    let said = Affiliation::of(10, 8, said);
    for kind in [OneMode::Congruence, OneMode::Subtract] {
        let found = polarisation(&said, kind, Normalised::Average, 4, &runs).unwrap();
        assert_eq!(found.camps, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1], "{kind:?}");
        near(found.modularity, 0.5);
        let chance = found.chance.unwrap();
        assert!(chance.mean > 0.0 && chance.mean < 0.5, "{chance:?}");
        assert!(chance.p <= 0.03, "{kind:?} {chance:?}");
        near(chance.above, 0.5 - chance.mean);
        assert!(chance.z.is_some(), "{chance:?}");
        let again = polarisation(&said, kind, Normalised::Average, 4, &Runs { threads: 1, ..runs });
        assert_eq!(again, Some(found));
    }
    assert_eq!(polarisation(&said, OneMode::Conflict, Normalised::No, 4, &runs), None);
    // Where all say the same there are no camps, by chance either.
    let one = Affiliation::of(4, 2, (0..4).flat_map(|actor| [(actor, 0, true), (actor, 1, false)]));
    let found = polarisation(&one, OneMode::Congruence, Normalised::No, 4, &runs).unwrap();
    near(found.modularity, 0.0);
    let chance = found.chance.unwrap();
    assert_eq!((chance.z, chance.p, chance.empty), (None, 1.0, 0));
    // Two who disagree have no tie of congruence, and one of conflict, which parts them.
    let two = Affiliation::of(2, 1, [(0, 0, true), (1, 0, false)]);
    assert_eq!(polarisation(&two, OneMode::Congruence, Normalised::No, 4, &runs), None);
    assert_eq!(polarisation(&two, OneMode::Subtract, Normalised::No, 4, &runs).unwrap().camps, [0, 1]);
}

#[test]
fn signed_modularity_is_classical_where_all_is_positive() {
    let karate = networks::karate();
    let runs = Runs { permutations: 20, seed: 1, threads: 2 };
    let found = camps(&karate, &runs).unwrap();
    // The optimum, which is known.
    near(found.modularity, 0.419_789_612_1);
    let mut sizes = found.sizes.clone();
    sizes.sort_unstable();
    assert_eq!(sizes, [5, 6, 11, 12]);
    near(signed_modularity(&karate, &found.groups).unwrap(), modularity(&karate, &found.groups, 1.0).unwrap());
    let three = Graph::of(3, [(0, 1, 1.0), (0, 2, -1.0), (1, 2, -1.0)]).0;
    let found = camps(&three, &runs).unwrap();
    assert_eq!(found.groups, [0, 0, 1]);
    // Within camps: of weight 2 chance gives all of 2; no conflict, where chance gives (2 * 2 + 2 * 2) / 4. All weighs 6.
    near(found.modularity, 2.0 / 6.0);
    assert_eq!(camps(&Graph::of(3, []).0, &runs), None);
}

/// Units from rows of coders, `.` where a coder did not code.
fn units(coders: &[&str]) -> Vec<Unit> {
    let len = coders[0].len();
    (0..len).map(|unit| coders.iter().map(|row| row[unit..=unit].parse().ok()).collect()).collect()
}

const NONE: Runs = Runs { permutations: 0, seed: 1, threads: 1 };

/// Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), examples A, B and C; more digits by the Python package
/// krippendorff 0.9.0.
#[test]
fn alpha_has_the_values_of_its_author() {
    let binary = units(&["0100000010", "1110010000"]);
    let two = units(&["112243335441", "122223335444"]);
    let four = units(&["123321412...", "1233224125.3", ".3332342251.", "12332441251."]);
    let of = |units: &[Unit]| alpha(units, &NONE).unwrap();
    printed(of(&binary).alpha, 0.095, 3);
    near(of(&binary).alpha, 0.095_238_095_238_095_34);
    printed(of(&two).alpha, 0.692, 3);
    near(of(&two).alpha, 0.691_964_285_714_285_8);
    printed(of(&four).alpha, 0.743, 3);
    near(of(&four).alpha, 0.743_421_052_631_579);
    // The last unit was coded by one only.
    assert_eq!((of(&four).units, of(&four).values), (11, 40));
    assert_eq!(of(&four).interval, None);
    // Cohen's kappa of example B, by its formula.
    near(kappa(&two).unwrap().kappa, 0.684_210_526_315_789_5);
    assert_eq!(kappa(&four), Err(Undefined::ManyCoders));
}

#[test]
fn alpha_has_an_interval() {
    let four = units(&["123321412...", "1233224125.3", ".3332342251.", "12332441251."]);
    let runs = Runs { permutations: 4_000, seed: 3, threads: 2 };
    let found = alpha(&four, &runs).unwrap();
    let (low, high) = found.interval.unwrap();
    // Drawn 20,000 times with the Python package.
    assert!((low - 0.414).abs() < 0.03 && (high - 1.0).abs() < 1e-9, "{low} {high}");
    assert_eq!(found.left_out, 0);
    assert_eq!(alpha(&four, &Runs { threads: 1, ..runs }), Ok(found));
}

#[test]
fn agreement_that_is_not_defined_says_why() {
    let cases = [
        (units(&["1111", "1111"]), Undefined::OneCategory),
        (units(&["1212"]), Undefined::OneCoder),
        (units(&["1212", "...."]), Undefined::OneCoder),
        (units(&["12..", "..12"]), Undefined::NothingShared),
        (units(&["....", "...."]), Undefined::NoCoder),
        (Vec::new(), Undefined::NoCoder),
    ];
    for (units, why) in cases {
        assert_eq!(alpha(&units, &NONE), Err(why), "{units:?}");
        assert_eq!(kappa(&units), Err(why), "{units:?}");
    }
    // 20 both yes, 5 and 10 one each, 15 both no.
    let pairs = [(1, 1, 20), (1, 0, 5), (0, 1, 10), (0, 0, 15)];
    let units: Vec<Unit> =
        pairs.into_iter().flat_map(|(one, other, count)| vec![vec![Some(one), Some(other)]; count]).collect();
    let found = kappa(&units).unwrap();
    near(found.kappa, 0.4);
    near(found.observed, 0.7);
}

#[test]
fn coders_are_put_side_by_side() {
    let day = date(2024, 5, 1);
    let by = |coder: &str, one: Statement| Statement { coder: coder.to_owned(), ..one };
    let statements = [
        by("甲", statement("a", "x", true, day, "报告#1")),
        by("乙", statement("a", "x", true, day, "报告#1")),
        by("甲", statement("a", "y", true, day, "报告#2")),
        by("乙", statement("a", "y", false, day, "报告#2")),
        by("乙", statement("b", "x", false, day, "报告#3")),
    ];
    let found = compared(&statements);
    assert_eq!(found.coders, ["乙", "甲"]);
    assert_eq!((found.found.clone(), found.all, found.by_all), (vec![3, 2], 3, 2));
    let told: Vec<_> = found.differences.iter().map(|one| (one.source.as_str(), one.stances.clone())).collect();
    assert_eq!(
        told,
        [("报告#2", vec![Stance::Against, Stance::For]), ("报告#3", vec![Stance::Against, Stance::Nothing])]
    );
    assert_eq!(found.differences[0].statements, [2, 3]);
    assert_eq!(alpha(&found.stances, &NONE).unwrap().units, 2);
    // That one saw something where the other saw nothing counts here.
    assert_eq!(alpha(&found.concepts, &NONE).unwrap().units, 3);
}

#[test]
fn a_claim_needs_more_than_one_kind_of_source() {
    let day = date(2024, 5, 1);
    let of = |kind, actor: &str, agree, source: &str| Statement { kind, ..statement(actor, "x", agree, day, source) };
    let mut statements = vec![
        of(SourceKind::Document, "a", true, "报告#1"),
        of(SourceKind::Document, "b", true, "报告#2"),
        of(SourceKind::Document, "a", true, "通知"),
    ];
    let claim = Claim { concept: "x", actor: None };
    let found = evidence(&statements, &claim);
    assert_eq!(found.verdict, Verdict::OneKindOnly);
    assert_eq!(found.supports[0].documents, ["报告", "通知"]);
    assert_eq!(found.supports[0].statements, [0, 1, 2]);
    statements.push(of(SourceKind::Interview, "a", true, "访谈1"));
    assert_eq!(evidence(&statements, &claim).verdict, Verdict::Supported { kinds: 2 });
    statements.push(of(SourceKind::Operations, "b", false, "办件"));
    assert_eq!(evidence(&statements, &claim).verdict, Verdict::Mixed);
    let actor = "intergovernmental:a".parse().unwrap();
    let of_one = evidence(&statements, &Claim { concept: "x", actor: Some(&actor) });
    assert_eq!(of_one.verdict, Verdict::Supported { kinds: 2 });
    assert_eq!(of_one.supports[0].statements, [0, 2]);
    assert_eq!(evidence(&statements[4..], &claim).verdict, Verdict::Contradicted { kinds: 1 });
    assert_eq!(evidence(&statements, &Claim { concept: "y", actor: None }).verdict, Verdict::NoEvidence);
}
