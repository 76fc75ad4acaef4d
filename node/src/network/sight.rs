//! What the network desk shows first: how organisations hang together, who stands between them, who sends back most.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tongban_core::ident::Region;
use tongban_core::network::brokerage::{Roles, brokerage};
use tongban_core::network::cohesion::{density, reciprocity};
use tongban_core::network::component::separators;
use tongban_core::network::degree::{Degree, degree_centralisation};
use tongban_core::network::facts::{Facts, Profile};
use tongban_core::network::graph::Graph;
use tongban_core::network::path::{Length, undirected_betweenness};
use tongban_core::network::tie::{Actor, Relation};

use super::digests::digests_as_facts;
use super::live::{Live, Select};
use crate::directory::Snapshot;
use crate::limits;

/// From where it is known.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// From the node's own dossiers.
    Own(&'a Live),
    /// From what all nodes publish of theirs.
    Whole(&'a Facts),
}

impl Source<'_> {
    /// Actors in an order of their own, and ties that are meant by their numbers.
    pub fn arcs(&self, select: &Select) -> (Vec<Actor>, Vec<(u32, u32, f64)>) {
        let facts = match self {
            Source::Own(live) => return live.arcs(select),
            Source::Whole(facts) => facts,
        };
        let mut counts: BTreeMap<(&Actor, &Actor), f64> = BTreeMap::new();
        for (fact, from, to) in meant(facts, select) {
            *counts.entry((from, to)).or_default() += f64::from(fact);
        }
        let actors: BTreeSet<&Actor> = counts.keys().flat_map(|(from, to)| [*from, *to]).collect();
        let numbers: BTreeMap<&Actor, u32> = (0..).zip(actors).map(|(number, actor)| (actor, number)).collect();
        let arcs = counts.iter().map(|((from, to), count)| (numbers[from], numbers[to], *count)).collect();
        (numbers.into_keys().cloned().collect(), arcs)
    }
}

/// How many facts, by whom, towards whom.
fn meant<'a>(facts: &'a Facts, select: &'a Select) -> impl Iterator<Item = (u32, &'a Actor, &'a Actor)> {
    facts.facts.iter().filter_map(move |fact| {
        let from = &facts.actors.get(fact.from as usize)?.actor;
        let to = &facts.actors.get(fact.to as usize)?.actor;
        select.has(fact, from, to).then_some((fact.count, from, to))
    })
}

/// What was looked at, as long as nothing has changed since.
#[derive(Default)]
pub struct Sights {
    whole: Mutex<Option<Whole>>,
    kept: Mutex<VecDeque<(Look, Arc<Sight>)>>,
}

/// Which ties, of which source, in which version of it.
pub type Look = (bool, Select, u64);

/// What all nodes tell, of one state of the directory.
#[derive(Clone)]
pub struct Whole {
    /// The state; its digests were read.
    snapshot: Arc<Snapshot>,
    /// What they tell.
    pub facts: Arc<Facts>,
    /// One more with each state.
    pub version: u64,
}

impl Sights {
    /// What all nodes tell now.
    pub fn whole(&self, snapshot: &Arc<Snapshot>) -> Whole {
        let mut kept = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.as_ref() {
            Some(whole) if Arc::ptr_eq(&whole.snapshot, snapshot) => whole.clone(),
            before => {
                let facts = Arc::new(digests_as_facts(snapshot, |_, _| true));
                let version = before.map_or(0, |whole| whole.version) + 1;
                kept.insert(Whole { snapshot: snapshot.clone(), facts, version }).clone()
            }
        }
    }

    /// What was seen, if it is kept.
    pub fn kept(&self, look: &Look) -> Option<Arc<Sight>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(one, _)| one == look).map(|(_, sight)| sight.clone())
    }

    /// Keeps what was seen, the latest few.
    pub fn keep(&self, look: Look, sight: Arc<Sight>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_front((look, sight));
        kept.truncate(limits::NETWORK_KEPT);
    }
}

/// Someone who stands between others.
#[derive(Clone, Debug)]
pub struct Broker {
    /// Who.
    pub who: Profile,
    /// Betweenness, counted in paths, ties having no direction and no weight (Freeman 1977).
    pub betweenness: f64,
    /// The same of the most that there could be.
    pub normalised: Option<f64>,
    /// How often it stands between two others, by whose province they are of (Gould & Fernandez 1989).
    pub roles: Option<Roles<u64>>,
    /// Pairs of provinces that meet only through it.
    pub parts: Vec<(Region, Region)>,
}

/// Someone who sends back.
#[derive(Clone, Debug)]
pub struct Returner {
    /// Who.
    pub who: Profile,
    /// How many hand-overs it sent back.
    pub returned: u64,
    /// How many it answered at all.
    pub answered: u64,
    /// Their share.
    pub share: f64,
    /// 95 % interval of the share (Wilson 1927).
    pub interval: (f64, f64),
}

/// What the desk shows first.
#[derive(Clone, Debug)]
pub struct Sight {
    /// Organisations that have ties with each other.
    pub organisations: Vec<Profile>,
    /// Their ties: as many as there are facts is the weight.
    pub graph: Graph,
    /// How many facts there are between organisations.
    pub facts: f64,
    /// How many ties organisations have with others: applicants, couriers, ministries.
    pub others: usize,
    /// `arcs / n(n-1)`.
    pub density: Option<f64>,
    /// `2M / (2M + A)`.
    pub reciprocity: Option<f64>,
    /// Freeman's centralisation of the partners that an organisation turns to, and that turn to it.
    pub centralisation: (Option<f64>, Option<f64>),
    /// Krackhardt & Stern's E-I index of ties across provinces: -1 all within, 1 all across.
    pub across: Option<f64>,
    /// Who stands between others, whoever nobody can replace first.
    pub brokers: Vec<Broker>,
    /// Who sends back the greatest share, of those who answered enough.
    pub returners: Vec<Returner>,
    /// Who answered too few hand-overs to be judged.
    pub too_few: usize,
}

/// 95 % interval of a share (Wilson 1927).
fn interval(part: f64, whole: f64) -> (f64, f64) {
    const Z: f64 = 1.959_963_984_540_054;
    let share = part / whole;
    let middle = share + Z * Z / (2.0 * whole);
    let half = Z * (share * (1.0 - share) / whole + Z * Z / (4.0 * whole * whole)).sqrt();
    let scale = 1.0 + Z * Z / whole;
    (((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0))
}

impl Sight {
    /// Looks at ties that are meant. `profile` says who somebody is.
    pub fn of(source: Source<'_>, select: &Select, profile: impl Fn(&Actor) -> Profile) -> Sight {
        let (actors, arcs) = source.arcs(select);
        let mut numbers: Vec<Option<u32>> = Vec::with_capacity(actors.len());
        let mut organisations = Vec::new();
        for actor in &actors {
            let is_org = matches!(actor, Actor::Org(_));
            numbers.push(is_org.then_some(organisations.len() as u32));
            if is_org {
                organisations.push(profile(actor));
            }
        }
        let mut others = 0;
        let mut between = Vec::new();
        for (from, to, count) in arcs {
            match (numbers[from as usize], numbers[to as usize]) {
                (Some(from), Some(to)) => between.push((from, to, count)),
                _ => others += 1,
            }
        }
        // The sum of nothing is below zero to a float.
        let facts = between.iter().map(|(.., count)| count).sum::<f64>() + 0.0;
        let graph = Graph::of(organisations.len(), between).0;
        let provinces: Vec<Option<Region>> = organisations.iter().map(|one| one.region.map(Region::province)).collect();
        let (groups, named) = numbered(&provinces);
        let across = across(&graph, &groups);
        let (brokers, (returners, too_few)) =
            (brokers(&graph, &organisations, &groups, &named), returners(source, select, profile));
        Sight {
            facts,
            others,
            density: density(&graph),
            reciprocity: reciprocity(&graph),
            centralisation: (degree_centralisation(&graph, Degree::Out), degree_centralisation(&graph, Degree::In)),
            across,
            brokers,
            returners,
            too_few,
            organisations,
            graph,
        }
    }
}

/// Provinces by number, and the province of each number.
fn numbered(provinces: &[Option<Region>]) -> (Vec<Option<u32>>, Vec<Region>) {
    let named: Vec<Region> = provinces.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let number = |region: &Region| named.binary_search(region).ok().map(|at| at as u32);
    (provinces.iter().map(|region| region.as_ref().and_then(number)).collect(), named)
}

/// `(across - within) / (across + within)` of the arcs whose both ends are in a province.
fn across(graph: &Graph, groups: &[Option<u32>]) -> Option<f64> {
    let ends = graph.each().filter_map(|(from, to, _)| Some((groups[from]?, groups[to]?)));
    let (mut across, mut within) = (0.0, 0.0);
    for (from, to) in ends {
        *(if from == to { &mut within } else { &mut across }) += 1.0;
    }
    let all = across + within;
    (all > 0.0).then(|| (across - within) / all)
}

fn brokers(graph: &Graph, organisations: &[Profile], groups: &[Option<u32>], named: &[Region]) -> Vec<Broker> {
    let Some(between) = undirected_betweenness(graph, Length::Steps) else { return Vec::new() };
    let mut parts: BTreeMap<u32, Vec<(Region, Region)>> = BTreeMap::new();
    for found in separators(graph, groups) {
        parts.entry(found.actor).or_default().push((named[found.one as usize], named[found.other as usize]));
    }
    // Roles are by province: they are told only if everyone is in one.
    let whole: Option<Vec<u32>> = groups.iter().copied().collect();
    let roles = whole.and_then(|groups| brokerage(graph, &groups));
    let mut all: Vec<Broker> = organisations
        .iter()
        .enumerate()
        .filter(|(at, _)| between.raw[*at] > 0.0)
        .map(|(at, who)| Broker {
            who: who.clone(),
            betweenness: between.raw[at],
            normalised: between.normalised.as_ref().map(|all| all[at]),
            roles: roles.as_ref().map(|found| found.actors[at].raw),
            parts: parts.remove(&(at as u32)).unwrap_or_default(),
        })
        .collect();
    all.sort_by(|one, other| {
        other.parts.len().cmp(&one.parts.len()).then(other.betweenness.total_cmp(&one.betweenness))
    });
    all.truncate(limits::NETWORK_FIRST);
    all
}

fn returners(source: Source<'_>, select: &Select, profile: impl Fn(&Actor) -> Profile) -> (Vec<Returner>, usize) {
    let by = |relation: Relation| {
        let meant = Select { relations: BTreeSet::from([relation]), ..select.clone() };
        let (actors, arcs) = source.arcs(&meant);
        let mut counts: BTreeMap<Actor, f64> = BTreeMap::new();
        for (from, _, count) in arcs {
            *counts.entry(actors[from as usize].clone()).or_default() += count;
        }
        counts
    };
    let (returned, received) = (by(Relation::ReturnsTo), by(Relation::ReceivesFrom));
    let everyone: BTreeSet<&Actor> = returned.keys().chain(received.keys()).collect();
    let mut too_few = 0;
    let mut all = Vec::new();
    for actor in everyone {
        let back = returned.get(actor).copied().unwrap_or_default();
        let answered = back + received.get(actor).copied().unwrap_or_default();
        if answered < limits::NETWORK_ANSWERED_LEAST {
            too_few += 1;
        } else if back > 0.0 {
            let who = profile(actor);
            let interval = interval(back, answered);
            all.push(Returner {
                who,
                returned: back as u64,
                answered: answered as u64,
                share: back / answered,
                interval,
            });
        }
    }
    // The lower end of the interval: few answers do not make the first place.
    all.sort_by(|one, other| other.interval.0.total_cmp(&one.interval.0));
    all.truncate(limits::NETWORK_FIRST);
    (all, too_few)
}

#[cfg(test)]
mod tests {
    use super::interval;

    #[test]
    fn interval_of_a_share() {
        // Wilson's interval of 10 of 100, as it is published in many tables: 5.5 % to 17.4 %.
        let (low, high) = interval(10.0, 100.0);
        assert!((low - 0.0552).abs() < 1e-4 && (high - 0.1744).abs() < 1e-4, "{low} {high}");
        assert_eq!(interval(0.0, 5.0).0, 0.0);
    }
}
