//! Invented worlds in which the cause of a difficulty is known, because it was planted, and worlds without any.
//!
//! They are made without the rules: no threshold and no other constant of `core/src/network/diagnosis` is read here, and
//! nothing of this is read there. How strong a cause is, is what a person would call one: an authority whose odds of
//! returning are nine times those of the others, an item that stands still, not what a test happens to need. How unlike
//! offices are without any cause is drawn anew for each world.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use tongban_core::case::{Barrier, REASONS};
use tongban_core::catalogue::{Mode, Subject};
use tongban_core::ident::{Region, drill_uscc};
use tongban_core::network::diagnosis::{Diagnosis, Finding, Scope};
use tongban_core::network::draw::Draw;
use tongban_core::network::facts::{Agreement, Effect, Event, Fact, Facts, Level, Opening, Profile};
use tongban_core::network::tie::{Actor, Network, Relation};

/// What is planted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cause {
    /// One authority returns: its odds are those of the others times nine.
    Returns,
    /// The same with odds times six.
    ReturnsLess,
    /// Three of four reasons are of one class.
    Barrier(Barrier),
    /// One authority answers late.
    Late,
    /// One authority leaves two of five unanswered.
    Silent,
    /// Nearly all between two provinces goes by one service centre.
    BrokerCentre,
    /// Nearly all between two provinces goes by an office that belongs to neither.
    BrokerOffice,
    /// What crosses a provincial border is returned: odds times five.
    Borders,
    /// What crosses lines of work is returned.
    Lines,
    /// Firms of one province have their matters decided in another, not the other way round.
    Siphon,
    /// Firms of all provinces do so in one.
    SiphonAll,
    /// Nearly nothing is agreed, and whoever deals with whom changes at half-time.
    Agreements,
    /// For ten weeks nearly nothing of one line goes.
    EventItems,
    /// For ten weeks nearly nothing goes to or from one province.
    EventPlace,
    /// For ten weeks nearly nothing goes.
    EventAll,
    /// Two of five ratings are bad, always, and nobody hears those who apply.
    Voice,
    /// There are experts, and nobody asks them.
    Advice,
    /// One expert body is asked by one government.
    AdviceOne,
    /// Whoever sends by one courier delivers late.
    Producer,
    /// Each authority has corrections of its own for one item.
    Standards,
    /// One item is open in one province, and not used.
    Unused,
    /// One item is open everywhere, and not used.
    UnusedEverywhere,
    /// An objection to a law stands.
    Law,
}

/// All that is planted, each world with one.
pub const CAUSES: [Cause; 26] = [
    Cause::Returns,
    Cause::ReturnsLess,
    Cause::Barrier(Barrier::Household),
    Cause::Barrier(Barrier::Administrative),
    Cause::Barrier(Barrier::Technical),
    Cause::Barrier(Barrier::Material),
    Cause::Late,
    Cause::Silent,
    Cause::BrokerCentre,
    Cause::BrokerOffice,
    Cause::Borders,
    Cause::Lines,
    Cause::Siphon,
    Cause::SiphonAll,
    Cause::Agreements,
    Cause::EventItems,
    Cause::EventPlace,
    Cause::EventAll,
    Cause::Voice,
    Cause::Advice,
    Cause::AdviceOne,
    Cause::Producer,
    Cause::Standards,
    Cause::Unused,
    Cause::UnusedEverywhere,
    Cause::Law,
];

impl Cause {
    /// The diagnosis that should be made.
    pub fn key(self) -> &'static str {
        match self {
            Cause::Returns | Cause::ReturnsLess => "returns",
            Cause::Barrier(_) => "barrier",
            Cause::Late | Cause::Silent => "stalling",
            Cause::BrokerCentre | Cause::BrokerOffice => "broker",
            Cause::Borders => "borders",
            Cause::Lines => "lines",
            Cause::Siphon | Cause::SiphonAll => "siphon",
            Cause::Agreements => "agreements",
            Cause::EventItems | Cause::EventPlace | Cause::EventAll => "event",
            Cause::Voice => "voice",
            Cause::Advice | Cause::AdviceOne => "advice",
            Cause::Producer => "producer",
            Cause::Standards => "standards",
            Cause::Unused | Cause::UnusedEverywhere => "unused",
            Cause::Law => "law",
        }
    }
}

/// What is unusual in a world without being a cause.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Noise {
    /// Nothing: offices differ a little.
    Calm,
    /// Few large offices and many small ones.
    Sizes,
    /// High and low seasons, weeks of holiday.
    Seasons,
    /// Offices differ much in all they do.
    Unlike,
    /// The hard items are with some authorities only.
    Mix,
    /// Demand grows threefold.
    Growth,
    /// Months of more, months of less, by pairs of provinces.
    Waves,
    /// Many more cases: every difference is significant, none matters.
    Many,
    /// A quarter of the cases.
    Few,
    /// All of it together.
    Everything,
}

/// All of it.
pub const NOISES: [Noise; 10] = [
    Noise::Calm,
    Noise::Sizes,
    Noise::Seasons,
    Noise::Unlike,
    Noise::Mix,
    Noise::Growth,
    Noise::Waves,
    Noise::Many,
    Noise::Few,
    Noise::Everything,
];

/// A world, and what was planted in it.
pub struct World {
    pub facts: Facts,
    pub scope: Scope,
    planted: Vec<Planted>,
}

/// Of whom or what a diagnosis must be.
struct Planted {
    key: &'static str,
    actor: Option<u32>,
    item: Option<String>,
    region: Option<Region>,
    code: Option<String>,
}

impl World {
    /// Whether a diagnosis says what was planted, of the one of whom it is true.
    pub fn is_true(&self, one: &Diagnosis) -> bool {
        let whom = &one.whom;
        self.planted.iter().any(|planted| {
            planted.key == one.key
                && planted.actor.is_none_or(|actor| whom.actors.contains(&actor))
                && planted.item.as_ref().is_none_or(|item| whom.item == *item)
                && planted.region.is_none_or(|region| whom.regions.contains(&region))
                && planted.code.as_ref().is_none_or(|code| whom.code == *code)
        })
    }

    /// What is asserted, and whether each is true.
    pub fn judge(&self, told: &[Diagnosis]) -> Vec<bool> {
        let asserted = told.iter().filter(|one| one.finding == Finding::Asserted);
        asserted.map(|one| self.is_true(one)).collect()
    }
}

const FROM: Date = date(2024, 1, 1);
const WEEKS: usize = 104;
const PROVINCES: [&str; 4] = ["310000", "320000", "330000", "340000"];
const CITIES: [[&str; 3]; 4] = [
    ["310000", "310101", "310104"],
    ["320000", "320100", "320500"],
    ["330000", "330100", "330200"],
    ["340000", "340100", "340200"],
];
const LINES: [&str; 4] = ["public-security", "social-security", "market", "housing"];
const ITEMS_A_LINE: usize = 4;

/// Draws of the kinds that a world needs.
struct Dice(Draw);

impl Dice {
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.0.share()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.0.share()).cos()
    }

    fn chance(&mut self, share: f64) -> bool {
        self.0.share() < share
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.share()
    }

    fn count(&mut self, mean: f64) -> usize {
        if mean > 50.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0) as usize;
        }
        let (mut left, mut count) = (self.0.share() * mean.exp(), 0);
        let mut term = 1.0;
        while left > term && count < 500 {
            left -= term;
            count += 1;
            term *= mean / count as f64;
        }
        count
    }

    /// One of some by weight.
    fn one(&mut self, weights: &[f64]) -> usize {
        let mut left = self.0.share() * weights.iter().sum::<f64>();
        for (at, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return at;
            }
        }
        weights.len() - 1
    }
}

fn odds(log: f64) -> f64 {
    1.0 / (1.0 + (-log).exp())
}

/// Who is in a world, and what each is like.
struct Cast {
    profiles: Vec<Profile>,
    /// By province: service centres first, then a window of each line.
    windows: Vec<Vec<u32>>,
    window_weight: Vec<Vec<f64>>,
    /// By province and line.
    authorities: Vec<Vec<Vec<u32>>>,
    /// By authority its weight in each item of its line; none if it does not have it.
    weight: BTreeMap<u32, [f64; ITEMS_A_LINE]>,
    applicants: [Vec<u32>; 2],
    couriers: Vec<u32>,
    experts: Vec<u32>,
    office: u32,
    ministry: u32,
    press: u32,
}

fn cast(dice: &mut Dice, noise: Noise) -> Cast {
    let mut profiles: Vec<Profile> = Vec::new();
    let mut add = |actor: Option<Actor>, network, level, region: Option<&str>, line: &str| {
        let number = profiles.len() as u32;
        let actor = actor.unwrap_or(Actor::Org(drill_uscc(number + 1)));
        let region = region.map(|code| Region::parse(code).unwrap());
        let (name, line) = (format!("演练{number}"), line.to_owned());
        profiles.push(Profile { actor, name, name_en: String::new(), network, level, region, line });
        number
    };
    let is_wild = matches!(noise, Noise::Sizes | Noise::Everything);
    let size = |dice: &mut Dice| (if is_wild { 0.9 } else { 0.4 } * dice.normal()).exp();
    let (mut windows, mut window_weight, mut authorities) = (Vec::new(), Vec::new(), Vec::new());
    let mut weight = BTreeMap::new();
    for cities in CITIES {
        let mut own = Vec::new();
        let mut own_weight = Vec::new();
        for line in ["", ""].into_iter().chain(LINES) {
            own.push(add(None, Network::Intergovernmental, Level::City, Some(cities[1]), line));
            own_weight.push(size(dice));
        }
        windows.push(own);
        window_weight.push(own_weight);
        let mut of_lines = Vec::new();
        for line in LINES {
            let mut of_line = Vec::new();
            for (place, city) in cities.into_iter().enumerate() {
                let level = if place == 0 { Level::Province } else { Level::City };
                let number = add(None, Network::Intergovernmental, level, Some(city), line);
                let large = size(dice);
                let mut of_items = [0.0; ITEMS_A_LINE];
                for (item, own) in of_items.iter_mut().enumerate() {
                    // Under a mix the last item, which is hard, is with the first authority, and it has little else.
                    let is_mixed = matches!(noise, Noise::Mix | Noise::Everything);
                    let share = match (is_mixed, item + 1 == ITEMS_A_LINE, place == 0) {
                        (true, true, true) => 4.0,
                        (true, false, true) | (true, true, false) => 0.35,
                        _ => 1.0,
                    };
                    *own = large * share * (0.2 * dice.normal()).exp();
                }
                weight.insert(number, of_items);
                of_line.push(number);
            }
            of_lines.push(of_line);
        }
        authorities.push(of_lines);
    }
    let applicants = [Subject::Person, Subject::Enterprise].map(|subject| {
        let actor = |province: &str| Actor::Applicants { subject, province: Region::parse(province).unwrap() };
        PROVINCES.map(|code| add(Some(actor(code)), Network::Issue, Level::Outside, None, "")).to_vec()
    });
    let mut named = |network, name: &str| {
        let level = if network == Network::Community { Level::Centre } else { Level::Outside };
        add(Some(Actor::Named { network, name: name.to_owned() }), network, level, None, "")
    };
    let couriers = ["甲", "乙", "丙"].map(|name| named(Network::Producer, name)).to_vec();
    let experts = ["一所", "二所", "三所"].map(|name| named(Network::Professional, name)).to_vec();
    let office = named(Network::Intergovernmental, "协调办");
    let ministry = named(Network::Community, "部");
    let press = named(Network::Issue, "报");
    Cast {
        profiles,
        windows,
        window_weight,
        authorities,
        weight,
        applicants,
        couriers,
        experts,
        office,
        ministry,
        press,
    }
}

fn item(line: usize, place: usize) -> String {
    format!("{}-{}", LINES[line], place + 1)
}

/// What is counted together: a week's facts of one kind between two.
#[derive(Default)]
struct Book(BTreeMap<Kind, (Option<Subject>, u32, u32)>);

/// Relation, from, to, week, item, code, sign.
type Kind = (Relation, u32, u32, usize, String, String, i8);

impl Book {
    fn add(
        &mut self,
        what: (Relation, u32, u32),
        week: usize,
        about: (&str, Subject),
        code: &str,
        sign: i8,
        late: bool,
    ) {
        let key = (what.0, what.1, what.2, week, about.0.to_owned(), code.to_owned(), sign);
        let own = self.0.entry(key).or_insert((Some(about.1), 0, 0));
        own.1 += 1;
        own.2 += u32::from(late);
    }
}

fn fact(relation: Relation, from: u32, to: u32, day: Date) -> Fact {
    let (item, code, source) = (String::new(), String::new(), String::new());
    Fact { relation, from, to, day, item, subject: None, code, sign: 0, count: 1, late: 0, took: None, source }
}

/// Effects of offices and items on what happens to a case, as log-odds.
struct Effects {
    office: BTreeMap<u32, f64>,
    item: [f64; 16],
    cell: BTreeMap<(u32, usize), f64>,
    usual: f64,
}

impl Effects {
    fn of(dice: &mut Dice, cast: &Cast, usual: f64, unlike: f64) -> Effects {
        let office = (0..cast.profiles.len() as u32).map(|actor| (actor, unlike * dice.normal())).collect();
        let mut items = [0.0; 16];
        items.iter_mut().for_each(|item| *item = 0.4 * dice.normal());
        let authorities = cast.authorities.iter().flatten().flatten();
        let cell = authorities.flat_map(|actor| (0..ITEMS_A_LINE).map(move |item| (*actor, item)));
        let cell = cell.map(|key| (key, 0.4 * unlike * dice.normal())).collect();
        Effects { office, item: items, cell, usual }
    }

    fn at(&self, authority: u32, line: usize, place: usize) -> f64 {
        self.usual + self.office[&authority] + self.item[line * ITEMS_A_LINE + place] + self.cell[&(authority, place)]
    }
}

/// A world of a seed: with a cause or with none.
pub fn world(cause: Option<Cause>, noise: Noise, seed: u64) -> World {
    let mut dice =
        Dice(Draw::run(seed, cause.map_or(0, |cause| 1 + CAUSES.iter().position(|one| *one == cause).unwrap_or(0))));
    let dice = &mut dice;
    let is = |one: Cause| cause == Some(one);
    let has = |kinds: &[Noise]| kinds.contains(&noise) || noise == Noise::Everything;
    let mut cast = cast(dice, noise);
    let unlike = if has(&[Noise::Unlike]) { dice.between(0.45, 0.7) } else { dice.between(0.15, 0.4) };
    let mut returned = Effects::of(dice, &cast, log_odds(0.09), unlike);
    let mut late = Effects::of(dice, &cast, log_odds(0.10), unlike);
    let mut corrected = Effects::of(dice, &cast, log_odds(0.18), unlike);
    let mut delivered_late = Effects::of(dice, &cast, log_odds(0.10), unlike);
    let mut bad = Effects::of(dice, &cast, log_odds(0.08), 0.6 * unlike);
    if has(&[Noise::Mix]) {
        for line in 0..LINES.len() {
            returned.item[line * ITEMS_A_LINE + ITEMS_A_LINE - 1] += 1.3;
            corrected.item[line * ITEMS_A_LINE + ITEMS_A_LINE - 1] += 1.0;
        }
    }
    let mut planted = Vec::new();
    let mut plant = |actor: Option<u32>, item: Option<String>, region: Option<usize>, code: Option<&str>| {
        let region = region.map(|province| Region::parse(PROVINCES[province]).unwrap());
        let key = cause.map_or("", Cause::key);
        planted.push(Planted { key, actor, item, region, code: code.map(str::to_owned) });
    };
    // Of whom it is: any place, any line, an authority that is not the smallest of its line.
    let (province, line) = (dice.0.below(4), dice.0.below(4));
    let other = (province + 1 + dice.0.below(3)) % 4;
    let place = dice.0.below(ITEMS_A_LINE);
    let mut of_line = cast.authorities[province][line].clone();
    of_line.sort_by(|one, two| cast.weight[two].iter().sum::<f64>().total_cmp(&cast.weight[one].iter().sum::<f64>()));
    let authority = of_line[dice.0.below(2)];
    let centre = cast.windows[province][0];
    match cause {
        Some(Cause::Returns | Cause::ReturnsLess) => {
            let own = returned.office.get_mut(&authority).unwrap();
            *own = if is(Cause::Returns) { 9.0_f64.ln() } else { 6.0_f64.ln() };
            plant(Some(authority), None, None, None);
        }
        Some(Cause::Late) => {
            *late.office.get_mut(&authority).unwrap() = 9.0_f64.ln();
            plant(Some(authority), None, None, None);
        }
        Some(Cause::Silent) => plant(Some(authority), None, None, None),
        Some(Cause::Barrier(class)) => plant(None, None, None, Some(class.name())),
        Some(Cause::BrokerCentre) => plant(Some(centre), None, Some(other), None),
        Some(Cause::BrokerOffice) => plant(Some(cast.office), None, Some(other), None),
        Some(Cause::Siphon | Cause::SiphonAll) => plant(None, None, Some(other), None),
        Some(Cause::EventItems | Cause::EventPlace | Cause::EventAll) => plant(None, None, None, Some("event-1")),
        Some(Cause::Voice) => bad.usual = log_odds(0.4),
        Some(Cause::Producer) => plant(Some(cast.couriers[0]), None, None, None),
        Some(Cause::Standards) => {
            for actor in cast.authorities.iter().flat_map(|lines| &lines[line]) {
                *corrected.cell.get_mut(&(*actor, place)).unwrap() = 2.0 * dice.normal();
            }
            plant(None, Some(item(line, place)), None, None);
        }
        Some(Cause::Unused) => plant(None, Some(item(line, place)), Some(province), None),
        Some(Cause::UnusedEverywhere) => plant(None, Some(item(line, place)), None, None),
        Some(Cause::Law) => plant(None, None, None, Some("law-1")),
        _ => {}
    }
    if matches!(
        cause,
        Some(Cause::Borders | Cause::Lines | Cause::Agreements | Cause::Voice | Cause::Advice | Cause::AdviceOne)
    ) {
        plant(None, None, None, None);
    }
    // Which courier an authority mostly sends by.
    let courier: BTreeMap<u32, (usize, f64)> = cast
        .weight
        .keys()
        .map(|actor| (*actor, (dice.0.below(cast.couriers.len()), dice.between(0.6, 0.95))))
        .collect();
    for (actor, (courier, _)) in &courier {
        if is(Cause::Producer) && *courier == 0 {
            *delivered_late.office.get_mut(actor).unwrap() += 6.0_f64.ln();
        }
    }
    // Demand: by places, by items, by weeks.
    let sizes: Vec<f64> = (0..4)
        .map(|_| (if has(&[Noise::Sizes]) { 0.5 } else { 0.25 } * dice.normal()).clamp(-0.8, 0.8).exp())
        .collect();
    let popular: Vec<f64> = (0..16).map(|_| (0.5 * dice.normal()).clamp(-0.9, 1.2).exp()).collect();
    let subject = |place: usize| if place.is_multiple_of(2) { Subject::Person } else { Subject::Enterprise };
    let season = if has(&[Noise::Seasons]) { dice.between(0.4, 0.7) } else { 0.15 };
    let phase = dice.0.share();
    let total = match noise {
        Noise::Many => 60_000.0,
        Noise::Few => 4_000.0,
        _ => 16_000.0,
    };
    let wave = if has(&[Noise::Waves]) { 0.35 } else { 0.1 };
    let mut rate = BTreeMap::new();
    for home in 0..4 {
        for away in 0..4 {
            let pull = sizes[home] * sizes[away] * (0.3 * dice.normal()).clamp(-0.45, 0.45).exp();
            for line_of in 0..4 {
                for place_of in 0..ITEMS_A_LINE {
                    let own = (0.2 * dice.normal()).exp() * popular[line_of * ITEMS_A_LINE + place_of];
                    let mut mean = pull * own * if home == away { 1.2 } else { 1.0 };
                    let is_firms = subject(place_of) == Subject::Enterprise;
                    let draws = away == other
                        && home != other
                        && (is(Cause::SiphonAll) || is(Cause::Siphon) && home == province);
                    let drained = home == other
                        && away != other
                        && (is(Cause::SiphonAll) || is(Cause::Siphon) && away == province);
                    if is_firms && draws {
                        mean *= 3.0;
                    }
                    if is_firms && drained {
                        mean *= 0.1;
                    }
                    rate.insert((home, away, line_of, place_of), mean);
                }
            }
        }
    }
    let all: f64 = rate.values().sum::<f64>() * WEEKS as f64;
    rate.values_mut().for_each(|rate| *rate *= total / all);
    // Few ask for some things at some places: those are not opened there.
    let yearly = |rate: &BTreeMap<(usize, usize, usize, usize), f64>, home: usize, line: usize, place: usize| -> f64 {
        (0..4).filter(|away| *away != home).map(|away| rate[&(home, away, line, place)] * 52.0).sum()
    };
    let mut openings = Vec::new();
    for (home, code) in PROVINCES.iter().enumerate() {
        for line_of in 0..4 {
            for place_of in 0..ITEMS_A_LINE {
                if yearly(&rate, home, line_of, place_of) < 25.0 {
                    continue;
                }
                for away in (0..4).filter(|away| *away != home) {
                    openings.push(Opening {
                        item: item(line_of, place_of),
                        receiving: Region::parse(code).unwrap(),
                        handling: Region::parse(PROVINCES[away]).unwrap(),
                        mode: Some(Mode::CollectHere),
                        since: Some(date(2023, 6, 1)),
                    });
                }
            }
        }
    }
    for ((home, away, line_of, place_of), rate) in &mut rate {
        let is_it = (*line_of, *place_of) == (line, place) && home != away;
        if is_it && (is(Cause::UnusedEverywhere) || is(Cause::Unused) && *home == province) {
            *rate = 1.0 / 52.0;
            let receiving = Region::parse(PROVINCES[*home]).unwrap();
            let handling = Region::parse(PROVINCES[*away]).unwrap();
            let since = Some(date(2023, 6, 1));
            openings.push(Opening {
                item: item(line, place),
                receiving,
                handling,
                mode: Some(Mode::CollectHere),
                since,
            });
        }
    }
    // An event in the second year; in worlds without that cause it is named as one that suspends, and suspended nothing.
    let event_week = 60 + dice.0.below(25);
    let event_weeks = 10;
    let kind = match cause {
        Some(Cause::EventItems) => 0,
        Some(Cause::EventPlace) => 1,
        Some(Cause::EventAll) => 2,
        _ => dice.0.below(3),
    };
    let suspends = matches!(cause, Some(Cause::EventItems | Cause::EventPlace | Cause::EventAll));
    let is_suspended = |week: usize, home: usize, away: usize, line_of: usize| {
        let concerned = match kind {
            0 => line_of == line,
            1 => home == province || away == province,
            _ => true,
        };
        suspends && concerned && (event_week..event_week + event_weeks).contains(&week)
    };
    let mut waves = BTreeMap::new();
    let mut book = Book::default();
    let half = WEEKS / 2;
    // Under weak institutions whoever deals with whom is anyone's choice, and chosen anew.
    let mut chosen: BTreeMap<(usize, u32, usize, usize, usize), u32> = BTreeMap::new();
    for week in 0..WEEKS {
        let year = (week as f64 / 52.0 + phase) * std::f64::consts::TAU;
        let holiday = if [5, 40].contains(&(week % 52)) { 0.3 } else { 1.0 };
        let grown = if has(&[Noise::Growth]) { 0.5 + 1.0 * week as f64 / WEEKS as f64 } else { 1.0 };
        let usual = (season * year.sin()).exp() * holiday * grown;
        for ((home, away, line_of, place_of), mean) in &rate {
            let (home, away, line_of, place_of) = (*home, *away, *line_of, *place_of);
            let wave = *waves.entry((home, away, week / 4)).or_insert_with(|| (wave * dice.normal()).exp());
            let stopped = if is_suspended(week, home, away, line_of) { 0.08 } else { 1.0 };
            for _ in 0..dice.count(mean * usual * wave * stopped) {
                let key = item(line_of, place_of);
                let about = (key.as_str(), subject(place_of));
                let applicant = cast.applicants[place_of % 2][home];
                let of_home = &cast.windows[home];
                let mut by_weight = cast.window_weight[home].clone();
                by_weight[2 + line_of] *= 2.0;
                if is(Cause::Agreements) {
                    let open = (week / half) % 2;
                    by_weight
                        .iter_mut()
                        .enumerate()
                        .for_each(|(at, weight)| *weight *= if at % 2 == open { 1.0 } else { 0.02 });
                }
                let mut window = of_home[dice.one(&by_weight)];
                let of_away = &cast.authorities[away][line_of];
                let weights: Vec<f64> = of_away.iter().map(|actor| cast.weight[actor][place_of]).collect();
                let mut handler = of_away[dice.one(&weights)];
                if is(Cause::Agreements) && home != away {
                    handler = *chosen.entry((week / half, window, away, line_of, place_of)).or_insert(handler);
                }
                let between = (home == province && away == other) || (home == other && away == province);
                let is_brokered = between && dice.chance(0.95);
                let mut by = None;
                if is_brokered && is(Cause::BrokerCentre) {
                    if home == province { window = centre } else { by = Some(centre) }
                }
                if is_brokered && is(Cause::BrokerOffice) {
                    by = Some(cast.office);
                }
                book.add((Relation::AppliesTo, applicant, window), week, about, "", 0, false);
                book.add((Relation::TakesInFor, window, handler), week, about, "", 0, false);
                book.add((Relation::HandsTo, window, by.unwrap_or(handler)), week, about, "", 0, false);
                if let Some(by) = by {
                    book.add((Relation::ForwardsTo, by, handler), week, about, "", 0, false);
                }
                let answer_week = week + usize::from(dice.chance(0.5));
                if dice.chance(if is(Cause::Silent) && handler == authority { 0.4 } else { 0.02 }) {
                    continue;
                }
                let is_late = dice.chance(odds(late.at(handler, line_of, place_of)));
                let mut back = returned.at(handler, line_of, place_of) + returned.office[&window];
                let window_line = cast.profiles[window as usize].line.as_str();
                if is(Cause::Borders) && home != away
                    || is(Cause::Lines) && !window_line.is_empty() && window_line != LINES[line_of]
                {
                    back += 5.0_f64.ln();
                }
                if dice.chance(odds(back)) {
                    let code = reason(dice, cause, handler);
                    book.add((Relation::ReturnsTo, handler, window), answer_week, about, code, -1, is_late);
                    continue;
                }
                book.add((Relation::ReceivesFrom, handler, window), answer_week, about, "", 1, is_late);
                if dice.chance(odds(corrected.at(handler, line_of, place_of))) {
                    book.add((Relation::CorrectsFor, handler, applicant), answer_week, about, "", 0, false);
                }
                if dice.chance(0.02) {
                    let code = reason(dice, cause, handler);
                    book.add((Relation::TurnsAway, handler, applicant), answer_week, about, code, -1, false);
                    continue;
                }
                let done = answer_week + 1 + dice.0.below(3);
                book.add((Relation::DecidesFor, handler, applicant), done, about, "granted", 1, false);
                let (main, share) = courier[&handler];
                let by = if dice.chance(share) { main } else { dice.0.below(cast.couriers.len()) };
                book.add((Relation::SendsBy, handler, cast.couriers[by]), done, about, "", 0, false);
                let is_late = dice.chance(odds(delivered_late.at(handler, line_of, place_of)));
                book.add((Relation::DeliversTo, handler, applicant), done + 1, about, "", 1, is_late);
                if dice.chance(0.3) {
                    let is_bad = dice.chance(odds(bad.at(handler, line_of, place_of)));
                    let (code, sign) = if is_bad { ("5", -1) } else { ("2", 1) };
                    book.add((Relation::Rates, applicant, handler), done + 2, about, code, sign, false);
                }
            }
        }
    }
    let day = |week: usize| FROM.saturating_add(jiff::Span::new().days(7 * week as i64));
    let mut facts: Vec<Fact> = book
        .0
        .into_iter()
        .map(|((relation, from, to, week, item, code, sign), (subject, count, late))| {
            let about = fact(relation, from, to, day(week));
            Fact { item, code, sign, subject, count, late, ..about }
        })
        .collect();
    // Experts are asked, papers write, applicants' bodies are heard.
    let offices: Vec<u32> = cast.weight.keys().copied().chain(cast.windows.iter().flatten().copied()).collect();
    let asked = match cause {
        Some(Cause::Advice | Cause::AdviceOne) => 0.0,
        _ => dice.between(0.3, 0.6),
    };
    for (at, office) in offices.iter().enumerate() {
        if dice.chance(asked) || is(Cause::AdviceOne) && at == 5 {
            let expert = cast.experts[dice.0.below(cast.experts.len())];
            facts.push(fact(Relation::Asks, *office, expert, day(dice.0.below(WEEKS))));
        }
        if !is(Cause::Voice) && dice.chance(0.4) {
            facts.push(fact(Relation::Opposes, cast.press, *office, day(dice.0.below(WEEKS))));
        }
    }
    // Laws: an objection is met within a few weeks, or is new.
    let objection = |week: usize, law: &str| Fact {
        code: law.to_owned(),
        sign: -1,
        ..fact(Relation::Objects, cast.windows[0][0], cast.ministry, day(week))
    };
    facts.push(objection(20, "law-2"));
    facts.push(Fact { code: "law-2".to_owned(), ..fact(Relation::Amends, cast.ministry, cast.windows[0][0], day(34)) });
    facts.push(objection(WEEKS - 10, "law-3"));
    if is(Cause::Law) {
        facts.push(objection(30, "law-1"));
    }
    let agreement = |key: &str, regions: &[&str], items: Vec<String>| Agreement {
        key: key.to_owned(),
        name: key.to_owned(),
        regions: regions.iter().map(|code| Region::parse(code).unwrap()).collect(),
        items,
        from: date(2022, 1, 1),
        until: None,
        source: String::new(),
    };
    let agreements = if is(Cause::Agreements) {
        vec![agreement("one", &[PROVINCES[0], PROVINCES[1]], vec![item(0, 0), item(1, 0)])]
    } else {
        let most = (0..4).flat_map(|line| (0..3).map(move |place| item(line, place))).collect();
        vec![agreement("all", &PROVINCES, most), agreement("two", &PROVINCES[..2], Vec::new())]
    };
    let event = Event {
        key: "event-1".to_owned(),
        name: "停办".to_owned(),
        name_en: String::new(),
        from: day(event_week),
        until: Some(day(event_week + event_weeks).yesterday().unwrap()),
        effect: Effect::Suspends,
        items: if kind == 0 { (0..ITEMS_A_LINE).map(|place| item(line, place)).collect() } else { Vec::new() },
        regions: if kind == 1 { vec![Region::parse(PROVINCES[province]).unwrap()] } else { Vec::new() },
        source: String::new(),
    };
    let scope = Scope { from: FROM, until: day(WEEKS + 8) };
    let actors = std::mem::take(&mut cast.profiles);
    let facts = Facts { actors, facts, agreements, openings, events: vec![event], ..Facts::default() };
    World { facts, scope, planted }
}

/// Log-odds of a share.
fn log_odds(share: f64) -> f64 {
    (share / (1.0 - share)).ln()
}

/// Why something is sent back: offices have habits, and most of it is about materials without being most of all.
fn reason(dice: &mut Dice, cause: Option<Cause>, authority: u32) -> &'static str {
    let classes = [Barrier::Material, Barrier::Administrative, Barrier::Technical, Barrier::Household, Barrier::Other];
    let mut shares = [0.4, 0.25, 0.15, 0.12, 0.08];
    shares[(authority % 5) as usize] *= 1.4;
    let mut class = classes[dice.one(&shares)];
    if let Some(Cause::Barrier(most)) = cause
        && dice.chance(0.6)
    {
        class = most;
    }
    let of_class: Vec<&str> = REASONS.iter().filter(|one| one.barrier == class).map(|one| one.code).collect();
    of_class[dice.0.below(of_class.len())]
}
