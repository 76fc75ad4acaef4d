//! Change against values of statsmodels 0.15.0 (OLS with cov_type HAC and hac-groupsum, use_correction), scipy 1.17.1 and
//! ruptures 1.1.10 (Pelt and Binseg, model l2, jump 1), and cases made by hand.

use jiff::civil::{Date, date};
use tongban_core::ident::Region;
use tongban_core::network::change::*;
use tongban_core::network::draw::Draw;
use tongban_core::network::facts::{Effect, Event, Fact, Facts, Level, Profile};
use tongban_core::network::tie::{Actor, Network, Relation};

/// Values of 36 months with a change at the 21st.
const TREATED: [f64; 36] = [
    40.2, 43.5, 42.0, 41.6, 39.3, 43.2, 49.8, 39.9, 44.9, 45.1, 47.2, 48.0, 41.9, 47.5, 45.3, 52.4, 48.9, 45.7, 48.1,
    46.4, 57.6, 55.8, 55.1, 56.9, 55.8, 63.2, 65.0, 63.3, 62.7, 60.0, 59.3, 59.1, 61.3, 61.0, 67.4, 66.6,
];

/// Others, with the same shocks and without a change.
const CONTROL: [f64; 36] = [
    35.3, 38.6, 37.4, 42.2, 42.1, 38.0, 40.5, 38.1, 38.0, 40.3, 40.4, 38.3, 36.8, 42.7, 40.4, 43.5, 42.5, 45.5, 36.7,
    41.7, 40.0, 40.7, 45.4, 44.1, 44.6, 48.3, 54.5, 53.3, 53.1, 46.6, 51.5, 49.0, 45.9, 46.6, 45.5, 44.6,
];

/// Values of 60 weeks about 10, 17, 14, 5 and 14.5.
const JUMPS: [f64; 60] = [
    10.0, 10.6, 9.5, 8.2, 9.1, 8.0, 10.1, 12.7, 9.0, 8.8, 11.0, 10.7, 10.2, 8.1, 16.9, 18.4, 14.3, 16.1, 13.2, 14.4,
    13.3, 16.5, 14.5, 14.5, 14.3, 13.6, 9.0, 12.9, 13.9, 14.2, 10.9, 13.0, 12.0, 12.4, 16.1, 12.4, 13.9, 15.8, 12.8,
    13.8, 14.2, 14.1, 11.5, 5.2, 7.7, 1.9, 16.2, 14.7, 13.2, 18.5, 16.0, 12.1, 14.6, 15.7, 14.1, 15.9, 14.4, 15.8,
    17.4, 13.1,
];

const EVENT: Date = date(2022, 9, 1);

fn months(values: &[f64]) -> Series {
    let periods = Periods::of(date(2021, 1, 1), Step::Month, values.len());
    Series::of(&periods, values.iter().copied().map(Some))
}

#[track_caller]
fn near(found: f64, expected: f64) {
    let scale = expected.abs().max(1.0);
    assert!((found - expected).abs() < 1e-8 * scale, "{found} is not {expected}");
}

/// Value, standard error, t, p, and the interval.
#[track_caller]
fn like(found: &Estimate, expected: [f64; 6]) {
    for (found, expected) in
        [found.value, found.error, found.t, found.p, found.interval[0], found.interval[1]].into_iter().zip(expected)
    {
        near(found, expected);
    }
}

#[track_caller]
fn line(found: &Line, expected: [[f64; 6]; 4]) {
    for (found, expected) in [found.start, found.trend, found.level, found.slope].iter().zip(expected) {
        like(found, expected);
    }
}

#[test]
fn an_interrupted_series_as_statsmodels_has_it() {
    let found = interrupted(&months(&TREATED), None, EVENT, &Options::default()).unwrap();
    assert_eq!((found.lag, found.free, found.control), (3, 32, None));
    assert_eq!((found.cut.after, found.cut.before_count, found.cut.after_count), (20, 20, 16));
    line(
        &found.own,
        [
            [41.3685714285714, 0.5938535182543276, 69.66123826322878, 0.0, 40.158931396108066, 42.57821146103473],
            [
                0.3869924812030097,
                0.0688164906933217,
                5.623542806441965,
                3.2365752898040927e-06,
                0.246817876729871,
                0.5271670856761485,
            ],
            [
                7.35040247678019,
                1.6254547050830155,
                4.522059245203507,
                7.92362428697818e-05,
                4.03945958971249,
                10.66134536384789,
            ],
            [
                0.169331048208756,
                0.15522934168300512,
                1.090844336340407,
                0.28348731186113124,
                -0.14686077374871814,
                0.48552287016623014,
            ],
        ],
    );
    // Far out in the tail the share keeps its digits.
    assert!((found.own.start.p / 1.6155706509076544e-36 - 1.0).abs() < 1e-9);
    near(found.r_squared, 0.9003657727405138);
    near(found.average.value, 8.62038533834586);
    near(found.average.error, 1.7027535042916124);
    near(found.average.p, 1.6564321700211957e-05);
    near(found.fitted[0].unwrap(), 41.3685714285714);
    near(found.fitted[35].unwrap(), 64.80367647058827);
    assert_eq!(found.without[19], None);
    near(found.without[35].unwrap(), 54.91330827067674);
    let plain = interrupted(&months(&TREATED), None, EVENT, &Options { lag: Some(0), ..Options::default() }).unwrap();
    near(plain.own.level.error, 1.639532039833486);
    near(plain.own.slope.p, 0.2894267556953453);
}

#[test]
fn seasons_are_taken_out() {
    let with = |season| interrupted(&months(&TREATED), None, EVENT, &Options { season, ..Options::default() }).unwrap();
    let waves = with(Season::Harmonics(2));
    like(
        &waves.own.level,
        [
            6.772811167084989,
            1.3979676298797912,
            4.844755359369352,
            4.239868004644036e-05,
            3.9092042900406527,
            9.636418044129325,
        ],
    );
    like(
        &waves.season[0],
        [
            0.9651164650453989,
            0.6831228234217838,
            1.4128007906559177,
            0.16873426865717736,
            -0.4341972051751153,
            2.364430135265913,
        ],
    );
    like(
        &waves.season[3],
        [
            -0.7495850556579683,
            0.7618462365604649,
            -0.9839059638098987,
            0.33358783660397334,
            -2.3101563275782544,
            0.8109862162623179,
        ],
    );
    let months = with(Season::Months);
    assert_eq!((months.season.len(), months.free), (11, 21));
    like(
        &months.own.level,
        [
            6.830472636815936,
            1.6545047835381637,
            4.128409119621249,
            0.0004779850571151,
            3.3897415828017987,
            10.271203690830074,
        ],
    );
    like(
        &months.season[0],
        [
            4.9638888888888815,
            1.2690031720459998,
            3.911644193044576,
            0.0008023245297623387,
            2.324852323298679,
            7.6029254544790845,
        ],
    );
    near(months.r_squared, 0.9427100970019877);
}

#[test]
fn gaps_keep_their_place() {
    let mut series = months(&TREATED);
    for at in [5, 6, 27] {
        series.values[at] = None;
    }
    assert_eq!(series.gaps(), [date(2021, 6, 1), date(2021, 7, 1), date(2023, 4, 1)]);
    // In statsmodels rows of zeros in the place of gaps, times n / (n - k) of those that are there.
    let found = interrupted(&series, None, EVENT, &Options::default()).unwrap();
    assert_eq!((found.cut.before_count, found.cut.after_count), (18, 15));
    near(found.own.start.error, 0.8275267868347653);
    near(found.own.level.value, 7.075652397560157);
    near(found.own.level.error, 1.5862339325849582);
    near(found.own.level.p, 0.00011318971736444979);
    near(found.own.slope.p, 0.3757838694014876);
}

#[test]
fn against_a_control() {
    let (own, control) = (months(&TREATED), months(&CONTROL));
    let found = interrupted(&own, Some(&control), EVENT, &Options::default()).unwrap();
    let others = found.control.unwrap();
    like(
        &others.level,
        [
            3.06488390092876,
            2.814342103938368,
            1.0890232202544907,
            0.2842774112206637,
            -2.6677433704869564,
            8.797511172344477,
        ],
    );
    line(
        &found.own,
        [
            [
                3.287142857142861,
                1.2648928614257273,
                2.598752002946518,
                0.014032276667383731,
                0.710640411800139,
                5.863645302485583,
            ],
            [
                0.19030075187969675,
                0.09626961217902535,
                1.9767478810012111,
                0.056741300918025435,
                -0.005794031129732674,
                0.38639553488912615,
            ],
            [
                4.285518575851409,
                2.5591817501935727,
                1.6745659332430214,
                0.1037671249532988,
                -0.92736406309246,
                9.498401214795278,
            ],
            [
                0.09587571870853678,
                0.3347627377215236,
                0.2863990160944739,
                0.7764186310135671,
                -0.5860136639044233,
                0.777765101321497,
            ],
        ],
    );
    // It is the same as what the differences of the two series show.
    let between: Vec<f64> = TREATED.iter().zip(CONTROL).map(|(own, other)| own - other).collect();
    let alone = interrupted(&months(&between), None, EVENT, &Options::default()).unwrap();
    near(alone.own.level.error, found.own.level.error);
    near(alone.own.slope.p, found.own.slope.p);
    // Without the event it would have moved as the control did.
    let gone = found.fitted[35].unwrap() - found.without[35].unwrap();
    near(gone, found.own.level.value + 15.0 * found.own.slope.value);

    let options = Options { season: Season::Harmonics(1), ..Options::default() };
    let waves = interrupted(&own, Some(&control), EVENT, &options).unwrap();
    like(
        &waves.own.level,
        [
            4.285518575851399,
            2.600131258329199,
            1.6481931679884507,
            0.10974842228718375,
            -1.0246578758022027,
            9.595695027505002,
        ],
    );
    like(
        &waves.season[0],
        [
            2.023717033607726,
            0.725778492723322,
            2.7883397674325936,
            0.009108957435457806,
            0.5414796085430571,
            3.5059544586723947,
        ],
    );

    let found = differences(&own, &control, EVENT, &Options::default()).unwrap();
    like(
        &found.effect,
        [
            8.430000000000001,
            1.5868559608651034,
            5.312391425497897,
            6.750041185568483e-06,
            5.205120686453803,
            11.6548793135462,
        ],
    );
    near(found.own[0], 45.045);
    near(found.control[1], 47.10625);
}

#[test]
fn students_distribution_as_scipy_has_it() {
    for (t, free, p) in [
        (0.5, 1, 0.7048327646991335),
        (2.0, 2, 0.18350341907227397),
        (2.5, 3, 0.08770664700806556),
        (0.001, 7, 0.9992300172449988),
        (-3.3, 20, 0.0035763827196962413),
        (12.0, 30, 5.580185415199261e-13),
        (40.0, 32, 6.743647313168997e-29),
        (1.96, 1000, 0.050273184955748736),
        (6.0, 4, 0.0038825370469605107),
        (1.0, 5, 0.3632174676491229),
    ] {
        let found = student_two_sided(t, free).unwrap();
        assert!((found / p - 1.0).abs() < 1e-11, "{found} is not {p}");
    }
    for (share, free, t) in [
        (0.05, 1, 12.706204736174694),
        (0.05, 2, 4.302652729749462),
        (0.05, 32, 2.0369333434601016),
        (0.05, 1000, 1.9623390808264083),
        (0.01, 12, 3.0545395893929013),
        (0.9, 3, 0.13659819935369905),
    ] {
        near(student_quantile(share, free).unwrap(), t);
    }
    assert_eq!(
        (student_two_sided(1.0, 0), student_two_sided(f64::NAN, 3), student_quantile(0.0, 3)),
        (None, None, None)
    );
    assert_eq!(student_two_sided(0.0, 3), Some(1.0));
}

#[test]
fn other_days_as_placebo() {
    let found = placebo_dates(&months(&TREATED), None, EVENT, &Options::default()).unwrap();
    let (first, last) = (found.trials[0], found.trials[19]);
    assert_eq!((first.day, last.day), (date(2021, 9, 1), date(2023, 5, 1)));
    near(first.level, -0.8533251231527018);
    near(last.slope, 0.06677613574163954);
    assert_eq!((found.level.others, found.level.beyond, found.slope.beyond), (20, 0, 16));
    near(found.level.p, 1.0 / 21.0);
}

#[test]
fn a_day_within_a_period_leaves_it_out() {
    let found = interrupted(&months(&TREATED), None, date(2022, 8, 20), &Options::default()).unwrap();
    assert_eq!((found.cut.after, found.cut.left_out), (20, vec![date(2022, 8, 1)]));
    assert_eq!((found.fitted[19], found.cut.before_count), (None, 19));
    let later = Options { phase_in: 2, ..Options::default() };
    let found = interrupted(&months(&TREATED), None, EVENT, &later).unwrap();
    assert_eq!((found.cut.after, found.cut.left_out), (22, vec![date(2022, 9, 1), date(2022, 10, 1)]));
}

#[test]
fn what_has_too_little_to_go_by_is_refused() {
    let of = |values: &[f64], day| interrupted(&months(values), None, day, &Options::default()).unwrap_err();
    let before = of(&TREATED, date(2021, 8, 1));
    assert_eq!(before, Refused::TooFewBefore { have: 7, need: 8 });
    assert_eq!(before.to_string(), "too few before: 7 periods with a value before the event, and 8 are needed");
    assert_eq!(of(&TREATED, date(2023, 5, 2)), Refused::TooFewAfter { have: 7, need: 8 });
    assert_eq!(of(&TREATED, date(2020, 12, 31)), Refused::EventOutside);
    assert_eq!(of(&[3.0; 36], EVENT), Refused::Flat);
    let exact: Vec<f64> = (0..36).map(f64::from).collect();
    assert_eq!(of(&exact, EVENT), Refused::Exact);
    let mut broken = TREATED;
    broken[3] = f64::NAN;
    assert_eq!(of(&broken, EVENT), Refused::NotFinite);
    let season = |season, values: &[f64]| {
        let options = Options { season, ..Options::default() };
        interrupted(&months(values), None, date(2021, 11, 1), &options).unwrap_err()
    };
    assert_eq!(season(Season::Months, &TREATED[..23]), Refused::SeasonTooShort { have: 23, need: 24 });
    assert_eq!(season(Season::Harmonics(6), &TREATED), Refused::NoSeason);
    // Every second month is a gap: a wave of four months is always at zero.
    let gappy: Vec<f64> = TREATED.iter().chain(&CONTROL).copied().collect();
    let mut gappy = months(&gappy);
    gappy.values.iter_mut().skip(1).step_by(2).for_each(|value| *value = None);
    let options = Options { season: Season::Harmonics(3), ..Options::default() };
    assert_eq!(interrupted(&gappy, None, EVENT, &options).unwrap_err(), Refused::Collinear);
    let weeks = Series { step: Step::Week, ..months(&CONTROL) };
    let found = interrupted(&months(&TREATED), Some(&weeks), EVENT, &Options::default());
    assert_eq!(found.unwrap_err(), Refused::OtherPeriods);
}

#[test]
fn change_points_as_ruptures_has_them() {
    let series = Series::of(&Periods::of(date(2024, 1, 3), Step::Week, 60), JUMPS.map(Some));
    let starts = |segments: &[Segment]| segments[1..].iter().map(|segment| segment.at).collect::<Vec<_>>();
    for (penalty, shortest, best, halved, rest) in [
        (Penalty::PlaceAndMean, 1, vec![14, 43, 46], vec![14], 179.84600164203607),
        (Penalty::PlaceAndMean, 5, vec![14, 41, 46], vec![14], 251.5405661375661),
        (Penalty::Mean, 1, vec![14, 16, 43, 46], vec![14, 16, 43, 46], 149.52645502645504),
        (Penalty::Mean, 3, vec![14, 18, 43, 46], vec![14, 18, 43, 46], 150.10128095238093),
        (Penalty::Mean, 5, vec![14, 25, 41, 46], vec![14, 25, 41, 46], 226.85490746753243),
        (
            Penalty::Of(5.0),
            1,
            vec![14, 16, 26, 27, 34, 42, 43, 45, 46, 49, 51, 52],
            vec![14, 16, 25, 34, 42, 43, 45, 46],
            76.58403571428572,
        ),
        (Penalty::Of(5.0), 3, vec![14, 18, 26, 34, 43, 46], vec![14, 18, 25, 34, 43, 46], 132.31460317460318),
        (Penalty::Of(100.0), 5, vec![14], vec![14], 439.7632298136646),
    ] {
        let found = change_points(&series, penalty, shortest).unwrap();
        near(found.variance, 5.475169491525423);
        assert_eq!((starts(&found.segments), starts(&found.halved)), (best, halved), "{penalty:?} {shortest}");
        near(found.rest, rest);
    }
    let found = change_points(&series, Penalty::PlaceAndMean, 1).unwrap();
    near(found.penalty, 44.83446086974292);
    assert_eq!((found.segments[1].from, found.segments[2].count), (date(2024, 4, 8), 3));
    assert_eq!(change_points(&series, Penalty::Of(0.0), 1), Err(Refused::Penalty));
    assert_eq!(change_points(&months(&TREATED[..7]), Penalty::default(), 1), Err(Refused::TooFew { have: 7, need: 8 }));
    assert_eq!(change_points(&months(&[2.0; 9]), Penalty::default(), 1), Err(Refused::Flat));
}

#[test]
fn the_best_segments_are_the_best_there_are() {
    let mut draw = Draw::of(5);
    for run in 0..200 {
        let len = 8 + draw.below(25);
        let mut mean = 0.0;
        let values: Vec<f64> = (0..len)
            .map(|_| {
                mean += if draw.below(6) == 0 { 4.0 * draw.share() - 2.0 } else { 0.0 };
                mean + draw.share()
            })
            .collect();
        let (shortest, penalty) = (1 + run % 4, 0.05 + draw.share());
        let found = change_points(&months(&values), Penalty::Of(penalty), shortest).unwrap();
        // Every way to cut, without leaving any out.
        let mut best = vec![f64::INFINITY; len + 1];
        best[0] = -penalty;
        for to in shortest..=len {
            for from in 0..=to - shortest {
                let run = &values[from..to];
                let mean = run.iter().sum::<f64>() / run.len() as f64;
                let cost: f64 = run.iter().map(|value| (value - mean).powi(2)).sum();
                best[to] = best[to].min(best[from] + cost + penalty);
            }
        }
        near(found.rest + penalty * (found.segments.len() - 1) as f64, best[len]);
        assert!(found.segments.iter().all(|segment| segment.count >= shortest));
    }
}

const PROVINCES: [&str; 4] = ["310000", "320000", "330000", "340000"];

fn region(code: &str) -> Region {
    Region::parse(code).unwrap()
}

/// One actor in each province.
fn actors() -> Vec<Profile> {
    let one = |code: &&str| Profile {
        actor: Actor::Named { network: Network::Intergovernmental, name: (*code).to_owned() },
        name: (*code).to_owned(),
        name_en: String::new(),
        network: Network::Intergovernmental,
        level: Level::Province,
        region: Some(region(code)),
        line: String::new(),
    };
    PROVINCES.iter().map(one).collect()
}

fn fact(from: u32, to: u32, day: Date, item: &str, count: u32) -> Fact {
    Fact {
        relation: Relation::HandsTo,
        from,
        to,
        day,
        item: item.to_owned(),
        subject: None,
        code: String::new(),
        sign: 0,
        count,
        late: 0,
        took: None,
        source: String::new(),
    }
}

fn event(day: Date, items: &[&str], regions: &[&str]) -> Event {
    Event {
        key: "event".to_owned(),
        name: "事件".to_owned(),
        name_en: String::new(),
        from: day,
        until: None,
        effect: Effect::Advances,
        items: items.iter().map(|item| (*item).to_owned()).collect(),
        regions: regions.iter().map(|code| region(code)).collect(),
        source: String::new(),
    }
}

#[test]
fn values_of_facts_month_by_month() {
    let day = |month, day| date(2025, month, day);
    let mut facts = vec![fact(0, 1, day(2, 10), "a", 2), fact(1, 0, day(2, 28), "a", 1), fact(0, 1, day(5, 1), "b", 4)];
    facts[0].took = Some(60.0);
    facts[1].took = Some(240.0);
    facts[2].late = 1;
    let answer = |relation, month, count, sign| Fact { relation, sign, ..fact(1, 0, day(month, 3), "a", count) };
    facts.push(answer(Relation::ReceivesFrom, 3, 3, 1));
    facts.push(answer(Relation::ReturnsTo, 3, 1, -1));
    let facts = Facts { actors: actors(), facts, ..Facts::default() };
    let of = |value, item: &str| {
        let periods = Periods::of(day(1, 15), Step::Month, 6);
        series_of(&facts, &periods, value, |fact| fact.item == item).values
    };
    // January and June are before the first and after the last of all facts.
    assert_eq!(of(Value::Count, "b"), [None, Some(0.0), Some(0.0), Some(0.0), Some(4.0), None]);
    assert_eq!(of(Value::Took, "a"), [None, Some(2.0), None, None, None, None]);
    assert_eq!(of(Value::Late, "b")[4], Some(0.25));
    assert_eq!(of(Value::Returned, "a"), [None, None, Some(0.25), None, None, None]);
    assert_eq!(of(Value::With, "a")[2], Some(0.75));
    assert_eq!(of(Value::TurnedAway, "a"), [None; 6]);
    assert_eq!(Periods::covering(&facts, Step::Week).unwrap().first, day(2, 10));
    let quarters = Periods::between(day(2, 10), date(2026, 1, 1), Step::Quarter);
    assert_eq!((quarters.count, quarters.day(4), quarters.at(day(6, 30))), (5, date(2026, 1, 1), Some(1)));
    // Before the fixed week, too.
    assert_eq!(Periods::of(date(1969, 12, 31), Step::Week, 1).first, date(1969, 12, 29));
}

/// Facts of some months and six items among four provinces; every month has shocks in common, and `factor` changes the count.
fn world(months: usize, seed: u64, factor: impl Fn(usize, &str, u32, u32) -> f64) -> Facts {
    let mut draw = Draw::of(seed);
    let periods = Periods::of(date(2021, 1, 1), Step::Month, months);
    let mut facts = Vec::new();
    for at in 0..periods.count {
        let shock = 1.0 + 0.3 * (draw.share() - 0.5);
        for item in ["a", "b", "c", "d", "e", "f"] {
            for (from, to) in [(0, 1), (1, 2), (2, 3), (3, 0)] {
                let mean = 60.0 * shock * (1.0 + 0.4 * (draw.share() - 0.5)) * factor(at, item, from, to);
                facts.push(fact(from, to, periods.day(at), item, mean.round() as u32));
            }
        }
    }
    Facts { actors: actors(), facts, ..Facts::default() }
}

fn judged(facts: &Facts, event: &Event) -> EffectOf {
    let periods = Periods::covering(facts, Step::Month).unwrap();
    effect_of(event, facts, &periods, Value::Count, |_| true, &Options::default())
}

#[test]
fn an_event_that_changed_an_item() {
    let day = date(2023, 1, 1);
    let facts = world(48, 1, |at, item, _, _| if at >= 24 && item == "a" { 1.5 } else { 1.0 });
    let found = judged(&facts, &event(day, &["a"], &[]));
    assert_eq!(found.verdict, Verdict::Clear);
    let main = found.design().as_ref().unwrap();
    assert!(main.own.level.interval[0] < 120.0 && main.own.level.interval[1] > 120.0, "{:?}", main.own.level);
    let control = found.control.as_ref().unwrap();
    assert!((control.scale - 0.2).abs() < 0.02);
    let units = found.units.as_ref().unwrap();
    assert_eq!(units.trials.iter().map(|trial| trial.unit.as_str()).collect::<Vec<_>>(), ["b", "c", "d", "e", "f"]);
    assert_eq!((units.level.beyond, units.refused), (0, 0));
    assert!(found.assumptions.contains(&Assumption::OthersUntouched));
    // What everyone shares is not the event's doing.
    let all = world(48, 1, |at, _, _, _| if at >= 24 { 1.5 } else { 1.0 });
    assert_eq!(judged(&all, &event(day, &["a"], &[])).verdict, Verdict::Unclear);
    // Of an event everywhere, there is nothing to compare with, and more to assume.
    let everywhere = judged(&all, &event(day, &[], &[]));
    assert_eq!((everywhere.verdict, everywhere.against), (Verdict::Clear, Err(Refused::NoControl)));
    assert!(everywhere.assumptions.contains(&Assumption::NothingElse) && everywhere.units.is_none());
}

#[test]
fn an_event_in_a_place() {
    let day = date(2023, 1, 1);
    // Shanghai is at one end of half of the ties.
    let facts = world(48, 2, |at, _, from, to| if at >= 24 && (from == 0 || to == 0) { 0.5 } else { 1.0 });
    let found = judged(&facts, &event(day, &[], &["310000"]));
    assert_eq!(found.verdict, Verdict::Clear);
    assert!(found.against.as_ref().unwrap().own.level.value < 0.0);
    // Anhui and Jiangsu have ties with each other's neighbour Zhejiang, who has ties with both and so has no others.
    let units = found.units.as_ref().unwrap();
    assert_eq!(units.trials.iter().map(|trial| trial.unit.as_str()).collect::<Vec<_>>(), ["320000", "340000"]);
    assert_eq!(units.refused, 1);
    // It lasted four months: too few to tell.
    let brief = Event { until: Some(date(2023, 4, 30)), ..event(day, &[], &["310000"]) };
    let found = judged(&facts, &brief);
    assert_eq!(found.verdict, Verdict::CannotTell(Refused::TooFewAfter { have: 4, need: 8 }));
    assert!(found.dates.is_err() && found.units.is_none());
    assert_eq!(judged(&facts, &event(date(2030, 1, 1), &[], &[])).verdict, Verdict::CannotTell(Refused::EventOutside));
}

/// In how many of 200 worlds that differ by chance an event in the middle is called clear, and in how many p alone says so.
fn called_clear(months: usize, items: &[&str], factor: f64) -> (usize, usize) {
    let day = date(2021, 1, 1).checked_add(jiff::Span::new().months(months as i64 / 2)).unwrap();
    let event = event(day, items, &[]);
    let found = (0..200).map(|seed| {
        let is_more = |at: usize, item: &str| at >= months / 2 && (items.is_empty() || items.contains(&item));
        let facts = world(months, 1_000 + seed, |at, item, _, _| if is_more(at, item) { factor } else { 1.0 });
        let found = judged(&facts, &event);
        let main = &found.design().as_ref().unwrap().own;
        (found.verdict == Verdict::Clear, main.level.p < 0.025 || main.slope.p < 0.025)
    });
    found.fold((0, 0), |sum, (clear, p)| (sum.0 + usize::from(clear), sum.1 + usize::from(p)))
}

#[test]
fn where_nothing_happened_little_is_called_clear() {
    for months in [24, 48] {
        for items in [&["a"][..], &[]] {
            let (clear, p_alone) = called_clear(months, items, 1.0);
            let (found, _) = called_clear(months, items, 1.3);
            assert!(clear <= 14, "{months} {items:?}: {clear}");
            // This is why p alone is not asked.
            assert!(p_alone > 20, "{months} {items:?}: {p_alone}");
            assert!(found >= 100, "{months} {items:?}: {found}");
        }
    }
}

#[test]
fn snapshots_through_time() {
    let day = |month, day| date(2025, month, day);
    let mut all = Vec::new();
    for each in [1, 11, 21] {
        all.push(fact(0, 1, day(1, each), "a", 1));
    }
    all.push(fact(1, 2, day(1, 5), "a", 2));
    all.push(fact(0, 1, day(2, 5), "a", 1));
    all.push(fact(3, 0, day(2, 5), "a", 1));
    all.push(fact(0, 2, day(4, 30), "b", 1));
    let facts = Facts { actors: actors(), facts: all, ..Facts::default() };
    let found = snapshots(&facts, Step::Month, |_| true);
    assert_eq!(found.len(), 4);
    assert_eq!((found[0].from, found[0].until, found[0].facts), (day(1, 1), day(2, 1), 5));
    assert_eq!((found[0].members.as_slice(), found[0].arcs), ([0, 1, 2].as_slice(), 2));
    near(found[0].density.unwrap(), 1.0 / 3.0);
    assert_eq!((found[0].regularity, found[0].regular_arcs), (Some(1.0), 1));
    assert_eq!((found[0].persistence, found[0].jaccard, found[0].turnover), (None, None, None));
    assert_eq!((found[1].persistence, found[1].jaccard), (Some(0.5), Some(1.0 / 3.0)));
    let turnover = found[1].turnover.unwrap();
    assert_eq!((turnover.stayed, turnover.left, turnover.joined), (2, 1, 1));
    // A month without facts is a month without a network.
    assert_eq!(
        (found[2].arcs, found[2].density, found[2].persistence, found[3].persistence),
        (0, None, Some(0.0), None)
    );
    assert_eq!(snapshots(&facts, Step::Year, |fact| fact.item == "b").len(), 1);
    assert!(snapshots(&facts, Step::Year, |fact| fact.item == "c").is_empty());
}
