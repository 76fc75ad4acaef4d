//! Planted causes are found, worlds without any are left in peace. `cargo xtask soak` runs many more worlds and prints the
//! table of `docs/diagnoses.md`.

mod network_worlds;

use std::collections::BTreeMap;

use network_worlds::{CAUSES, Cause, NOISES, Noise, World, world};
use tongban_core::network::diagnosis::{Diagnosis, FIGURES, Finding, NEEDS, RULES, diagnose};

/// Worlds of each cause and of each noise.
fn worlds() -> u64 {
    asked("TONGBAN_WORLDS").unwrap_or(if is_long() { 20 } else { 1 })
}

fn is_long() -> bool {
    std::env::var_os("TONGBAN_SOAK").is_some()
}

/// The first seed. Those of the table were never looked at while the rules were written.
fn seeds() -> u64 {
    asked("TONGBAN_SEED").unwrap_or(90_000)
}

fn asked(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[derive(Default, Clone, Copy)]
struct Count {
    worlds: u64,
    found: u64,
    asserted: u64,
    wrong: u64,
    tested: u64,
    disturbed: u64,
}

impl Count {
    fn add(&mut self, world: &World, told: &[Diagnosis]) {
        let judged = world.judge(told);
        let wrong = judged.iter().filter(|is_true| !**is_true).count() as u64;
        self.worlds += 1;
        self.found += u64::from(judged.contains(&true));
        self.asserted += judged.len() as u64;
        self.wrong += wrong;
        self.disturbed += u64::from(wrong > 0);
        // Each claim once: an asserted one stands for itself, and all of its rule carry how many were tested.
        let mut tested: BTreeMap<&str, u64> = BTreeMap::new();
        for one in told {
            tested.insert(one.key, one.tested.into());
        }
        self.tested += tested.values().sum::<u64>();
    }

    fn sum(self, other: Count) -> Count {
        Count {
            worlds: self.worlds + other.worlds,
            found: self.found + other.found,
            asserted: self.asserted + other.asserted,
            wrong: self.wrong + other.wrong,
            tested: self.tested + other.tested,
            disturbed: self.disturbed + other.disturbed,
        }
    }
}

/// Counts of many worlds, two at a time.
fn counts(of: &[(Option<Cause>, Noise)]) -> (Vec<Count>, BTreeMap<&'static str, u64>) {
    let one = |(cause, noise): &(Option<Cause>, Noise)| {
        let mut count = Count::default();
        let mut wrong: BTreeMap<&'static str, u64> = BTreeMap::new();
        for seed in 0..worlds() {
            let world = world(*cause, *noise, seeds() + seed);
            let told = diagnose(&world.facts, &world.scope);
            count.add(&world, &told);
            for one in &told {
                assert!(one.figures.iter().all(|figure| FIGURES.contains(&figure.name)), "{one:?}");
                assert!(!matches!(one.finding, Finding::TooLittle { of, .. } if !NEEDS.contains(&of)), "{one:?}");
            }
            let asserted = told.iter().filter(|one| one.finding == Finding::Asserted);
            asserted.filter(|one| !world.is_true(one)).for_each(|one| *wrong.entry(one.key).or_default() += 1);
        }
        (count, wrong)
    };
    let (first, second) = of.split_at(of.len() / 2);
    let each = |some: &[(Option<Cause>, Noise)]| some.iter().map(one).collect::<Vec<_>>();
    let all = std::thread::scope(|scope| {
        let other = scope.spawn(|| each(second));
        [each(first), other.join().unwrap()].concat()
    });
    let mut wrong: BTreeMap<&'static str, u64> = BTreeMap::new();
    all.iter().flat_map(|(_, own)| own).for_each(|(key, count)| *wrong.entry(key).or_default() += count);
    (all.into_iter().map(|(count, _)| count).collect(), wrong)
}

fn percent(part: u64, of: u64) -> f64 {
    100.0 * part as f64 / of.max(1) as f64
}

#[test]
fn planted_causes_are_found() {
    // The noise under a cause changes with it.
    let of: Vec<(Option<Cause>, Noise)> =
        CAUSES.iter().enumerate().map(|(at, cause)| (Some(*cause), NOISES[at % 8])).collect();
    let (counts, wrong) = counts(&of);
    println!(
        "\n| planted | diagnosis | noise | worlds | found | asserted | of them wrong |\n|---|---|---|---|---|---|---|"
    );
    for ((cause, noise), count) in of.iter().zip(&counts) {
        let cause = cause.unwrap();
        println!(
            "| {cause:?} | `{}` | {noise:?} | {} | {} | {} | {} |",
            cause.key(),
            count.worlds,
            count.found,
            count.asserted,
            count.wrong
        );
    }
    let all = counts.into_iter().fold(Count::default(), Count::sum);
    let (found, false_share) = (percent(all.found, all.worlds), percent(all.wrong, all.asserted));
    println!(
        "| all | | | {} | {} ({found:.1} %) | {} | {} ({false_share:.1} %) |\nwrong: {wrong:?}",
        all.worlds, all.found, all.asserted, all.wrong
    );
    assert!(found >= 90.0, "{found:.1} % found");
    assert!(false_share <= 5.0 || !is_long(), "{false_share:.1} % of what is asserted is wrong: {wrong:?}");
}

#[test]
fn worlds_without_a_cause_are_left_in_peace() {
    let of: Vec<(Option<Cause>, Noise)> = NOISES.iter().map(|noise| (None, *noise)).collect();
    let (counts, wrong) = counts(&of);
    println!("\n| no cause, but | worlds | claims tested | asserted | worlds with any |\n|---|---|---|---|---|");
    for ((_, noise), count) in of.iter().zip(&counts) {
        println!("| {noise:?} | {} | {} | {} | {} |", count.worlds, count.tested, count.asserted, count.disturbed);
    }
    let all = counts.into_iter().fold(Count::default(), Count::sum);
    let (of_tested, of_worlds) = (percent(all.asserted, all.tested), percent(all.disturbed, all.worlds));
    println!(
        "| all | {} | {} | {} ({of_tested:.3} %) | {} ({of_worlds:.1} %) |\nwrong: {wrong:?}",
        all.worlds, all.tested, all.asserted, all.disturbed
    );
    assert!(of_tested <= 5.0, "{of_tested:.3} % of what was tested is asserted");
    assert!(of_worlds <= if is_long() { 5.0 } else { 20.0 }, "{of_worlds:.1} % of the worlds: {wrong:?}");
}

#[test]
fn too_little_is_said_and_names_nobody() {
    let mut world = world(Some(Cause::Returns), Noise::Calm, 1);
    world.facts.facts.truncate(40);
    let told = diagnose(&world.facts, &world.scope);
    assert_eq!(told.len(), RULES.len());
    for one in told {
        assert!(matches!(one.finding, Finding::TooLittle { need, have, .. } if have < need), "{one:?}");
        assert!(one.whom.actors.is_empty() && one.evidence.is_empty() && one.p.is_none());
    }
    let nothing = diagnose(&Default::default(), &world.scope);
    assert!(nothing.iter().all(|one| matches!(one.finding, Finding::TooLittle { .. })));
}

#[test]
fn a_claim_opens_to_its_facts_and_has_the_partys_reply() {
    use tongban_core::network::facts::{SourceKind, Statement};
    let mut world = world(Some(Cause::Returns), Noise::Calm, 2);
    let before = diagnose(&world.facts, &world.scope);
    let claim = before.iter().find(|one| world.is_true(one)).expect("it is found");
    let named = claim.whom.actors[0];
    assert!(claim.evidence.iter().all(|at| {
        let fact = &world.facts.facts[*at as usize];
        fact.from == named || fact.to == named
    }));
    assert!(claim.adjusted.unwrap() >= claim.p.unwrap() && claim.replies.is_empty());
    let mut say = |actor: usize, concept: &str| {
        world.facts.statements.push(Statement {
            actor: world.facts.actors[actor].actor.clone(),
            concept: concept.to_owned(),
            agree: false,
            day: world.scope.from,
            kind: SourceKind::Document,
            source: "函 1".to_owned(),
            quote: "窗口收件时没有核对原件".to_owned(),
            coder: String::new(),
        });
    };
    say(named as usize, "reply.returns");
    say(named as usize, "reply.stalling");
    say(named as usize + 1, "reply.returns");
    let after = diagnose(&world.facts, &world.scope);
    let claim = after.iter().find(|one| world.is_true(one)).unwrap();
    assert_eq!(claim.replies.len(), 1);
    assert_eq!((claim.replies[0].actor, claim.replies[0].source.as_str()), (named, "函 1"));
    // The order of facts changes no figure.
    world.facts.facts.reverse();
    let turned = diagnose(&world.facts, &world.scope);
    let again = turned.iter().find(|one| world.is_true(one)).unwrap();
    assert_eq!((again.p, &again.figures, again.evidence.len()), (claim.p, &claim.figures, claim.evidence.len()));
}
