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

/// A world, and what came of it.
struct Run {
    cause: Option<Cause>,
    noise: Noise,
    count: Count,
    /// Which diagnoses are wrong.
    wrong: Vec<&'static str>,
}

fn run(cause: Option<Cause>, noise: Noise, seed: u64) -> Run {
    let world = world(cause, noise, seed);
    let told = diagnose(&world.facts, &world.scope);
    for one in &told {
        assert!(one.figures.iter().all(|figure| FIGURES.contains(&figure.name)), "{one:?}");
        assert!(!matches!(one.finding, Finding::TooLittle { of, .. } if !NEEDS.contains(&of)), "{one:?}");
    }
    let mut count = Count::default();
    count.add(&world, &told);
    let asserted = told.iter().filter(|one| one.finding == Finding::Asserted);
    let wrong = asserted.filter(|one| !world.is_true(one)).map(|one| one.key).collect();
    Run { cause, noise, count, wrong }
}

/// Many worlds, two at a time.
fn run_all(of: &[(Option<Cause>, Noise, u64)]) -> Vec<Run> {
    let each = |some: &[(Option<Cause>, Noise, u64)]| {
        some.iter().map(|(cause, noise, seed)| run(*cause, *noise, *seed)).collect::<Vec<Run>>()
    };
    let (first, second) = of.split_at(of.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| each(second));
        let mut all = each(first);
        all.extend(other.join().unwrap());
        all
    })
}

fn sum(runs: &[Run], is_meant: impl Fn(&Run) -> bool) -> Count {
    runs.iter().filter(|run| is_meant(run)).map(|run| run.count).fold(Count::default(), Count::sum)
}

/// Which diagnoses were wrong how often.
fn wrong(runs: &[Run]) -> BTreeMap<&'static str, u64> {
    let mut all: BTreeMap<&'static str, u64> = BTreeMap::new();
    runs.iter().flat_map(|run| &run.wrong).for_each(|key| *all.entry(*key).or_default() += 1);
    all
}

fn percent(part: u64, of: u64) -> f64 {
    100.0 * part as f64 / of.max(1) as f64
}

#[test]
fn planted_causes_are_found() {
    // Under each cause every noise in turn.
    let of: Vec<(Option<Cause>, Noise, u64)> = (0..worlds())
        .flat_map(|seed| CAUSES.iter().enumerate().map(move |(at, cause)| (at, *cause, seed)))
        .map(|(at, cause, seed)| (Some(cause), NOISES[(at + seed as usize) % NOISES.len()], seeds() + seed))
        .collect();
    let runs = run_all(&of);
    let row = |name: String, count: Count| {
        let Count { worlds, found, asserted, wrong, .. } = count;
        println!("| {name} | {worlds} | {found} | {:.1} % | {asserted} | {wrong} |", percent(found, worlds));
    };
    println!("\n| planted | worlds | found | | asserted | of them wrong |\n|---|---|---|---|---|---|");
    for cause in CAUSES {
        row(format!("{cause:?} `{}`", cause.key()), sum(&runs, |run| run.cause == Some(cause)));
    }
    for noise in NOISES {
        row(format!("all, noise: {noise:?}"), sum(&runs, |run| run.noise == noise));
    }
    let all = sum(&runs, |_| true);
    row("all".to_owned(), all);
    println!("wrong: {:?}", wrong(&runs));
    let found = percent(all.found, all.worlds);
    let (found_min, wrong_max) = if is_long() { (90.0, 5.0) } else { (80.0, 10.0) };
    assert!(found >= found_min, "{found:.1} % found");
    let wrong_share = percent(all.wrong, all.asserted);
    assert!(wrong_share <= wrong_max, "{wrong_share:.1} % of what is asserted is wrong: {:?}", wrong(&runs));
}

#[test]
fn worlds_without_a_cause_are_left_in_peace() {
    let of: Vec<(Option<Cause>, Noise, u64)> =
        (0..worlds()).flat_map(|seed| NOISES.map(|noise| (None, noise, seeds() + seed))).collect();
    let runs = run_all(&of);
    println!(
        "\n| no cause, noise | worlds | claims tested | asserted | worlds with any | |\n|---|---|---|---|---|---|"
    );
    let row = |name: String, count: Count| {
        let Count { worlds, tested, asserted, disturbed, .. } = count;
        println!("| {name} | {worlds} | {tested} | {asserted} | {disturbed} | {:.1} % |", percent(disturbed, worlds));
    };
    for noise in NOISES {
        row(format!("{noise:?}"), sum(&runs, |run| run.noise == noise));
    }
    let all = sum(&runs, |_| true);
    row("all".to_owned(), all);
    println!("wrong: {:?}", wrong(&runs));
    let of_worlds = percent(all.disturbed, all.worlds);
    let disturbed_max = if is_long() { 5.0 } else { 20.0 };
    assert!(of_worlds <= disturbed_max, "something is asserted in {of_worlds:.1} % of worlds: {:?}", wrong(&runs));
    assert!(percent(all.asserted, all.tested) <= 5.0);
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
