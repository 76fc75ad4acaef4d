//! Pictures of a network: well-formed, honest about what they leave out, and with an address for everything that has one.

mod support;

use jiff::civil::date;
use quick_xml::Reader;
use quick_xml::events::Event as Xml;
use support::run;
use tongban::network::picture::{
    Cast, Every, Grouping, Layout, Order, Picture, Slider, Stage, Style, Thing, bars, flows, heat, multiples, network,
    timeline,
};
use tongban::network::{Actor, Choice, Net, Tie};
use tongban::text::Lang;
use tongban_core::network::Graph;
use tongban_core::network::facts::{Effect, Event, Facts};

const LAYOUTS: [Layout; 3] = [Layout::Levels, Layout::Types, Layout::Stress];

/// Offices on all levels, each with ties to the three before it; the last has none.
fn net(actors: u32) -> Net {
    let levels = ["centre", "province", "city", "county", ""];
    let kinds = ["community", "intergovernmental", "professional", "producer", "issue"];
    let actor = |at: usize| Actor {
        id: format!("a{at}"),
        label: format!("第{at}个<机关>&\"局\""),
        kind: kinds[at % 5].to_owned(),
        level: levels[at % 5].to_owned(),
        ..Actor::default()
    };
    let tie = |from: u32, to: u32| Tie {
        from,
        to,
        layer: 0,
        weight: f64::from(from % 7 + 1),
        sign: 1,
        from_day: Some(date(2023, 1 + (from % 12) as i8, 1)),
        to_day: Some(date(2023, 1 + (from % 12) as i8, 28)),
    };
    let ties = (1..actors - 1).flat_map(|from| (from.saturating_sub(3)..from).map(move |to| tie(from, to)));
    Net { actors: (0..actors as usize).map(actor).collect(), layers: vec!["layer".to_owned()], ties: ties.collect() }
}

fn drawn(net: &Net, lang: Lang) -> (Cast, Graph) {
    (Cast::of_net(net, None, lang).unwrap(), net.graph(&Choice::default()).0)
}

fn event(name: &str, from: jiff::civil::Date, until: Option<jiff::civil::Date>, effect: Effect) -> Event {
    let (key, name_en) = (name.to_owned(), String::new());
    Event {
        key,
        name: name.to_owned(),
        name_en,
        from,
        until,
        effect,
        items: vec![],
        regions: vec![],
        source: "x".to_owned(),
    }
}

/// Every kind of picture of one network.
fn every(lang: Lang, link: Option<&dyn Fn(Thing) -> Option<String>>) -> Vec<Picture> {
    let net = net(40);
    let (cast, graph) = drawn(&net, lang);
    let style = Style { link, ..Style::of(lang) };
    let periods = Every::Quarter.periods(date(2023, 2, 3), date(2023, 12, 31));
    let graphs: Vec<_> = periods.iter().map(|period| (*period, graph.clone())).collect();
    let series: Vec<_> = periods.iter().map(|period| (*period, Some(4.0))).collect();
    let events = [event("开始<&>", date(2023, 3, 1), None, Effect::Advances)];
    let rows = [("有<&>".to_owned(), Some(3.5)), ("无".to_owned(), None), ("负".to_owned(), Some(-1.0))];
    let mut pictures: Vec<Picture> = LAYOUTS.iter().map(|layout| network(&cast, &graph, *layout, &style)).collect();
    pictures.extend([Order::Group, Order::Communities, Order::Concor].map(|order| heat(&cast, &graph, order, &style)));
    pictures.push(flows(&cast, &graph, &style));
    pictures.push(timeline(&events, &series, "事实数", &style));
    pictures.extend(LAYOUTS.iter().map(|layout| multiples(&cast, &graphs, *layout, &style)));
    pictures.push(bars(&rows, "密度", &style));
    pictures
}

/// Elements of a picture, by name; panics if it is not well-formed.
fn elements(svg: &str) -> Vec<(String, Option<String>)> {
    let mut reader = Reader::from_str(svg);
    reader.config_mut().check_end_names = true;
    let mut elements = Vec::new();
    let mut open = 0;
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {svg}")) {
            Xml::Start(start) => {
                open += 1;
                let href = start.attributes().map(Result::unwrap).find(|one| one.key.as_ref() == "href");
                let href = href.map(|one| one.value.into_owned());
                elements.push((start.name().as_ref().to_owned(), href));
            }
            Xml::End(_) => open -= 1,
            Xml::Eof => break,
            _ => {}
        }
    }
    assert_eq!(open, 0);
    elements
}

#[test]
fn every_picture_is_well_formed_and_says_what_it_is() {
    for lang in [Lang::Zh, Lang::En] {
        for picture in every(lang, None) {
            let found = elements(&picture.svg);
            assert_eq!(found[..3].iter().map(|one| one.0.as_str()).collect::<Vec<_>>(), ["svg", "title", "desc"]);
            assert!(!picture.svg.contains("NaN") && !picture.svg.contains("inf"), "{}", picture.svg);
            assert!(picture.svg.contains("role=\"img\"") && !picture.svg.contains("href"));
            assert!(!picture.svg.contains("<机关>") && !picture.svg.contains("<&>"), "names are escaped");
            assert!(!picture.caption.is_empty() && !picture.caption.contains("picture-"), "{}", picture.caption);
            assert!(picture.table.len() > 1);
            assert_eq!(picture.links.len(), picture.table.len() - 1);
            assert!(picture.table.iter().all(|row| row.len() == picture.table[0].len()));
        }
    }
}

#[test]
fn the_same_network_gives_the_same_pictures() {
    assert_eq!(every(Lang::Zh, None), every(Lang::Zh, None));
}

#[test]
fn every_arc_opens_what_is_behind_it() {
    let link = |thing: Thing| match thing {
        Thing::Arc(from, to) => Some(format!("/network/tie?from={from}&to={to}")),
        Thing::Actor(actor) => Some(format!("/network/actor/{actor}")),
        Thing::Flow(..) | Thing::Period(_) | Thing::Event(_) => None,
    };
    let net = net(40);
    let (cast, graph) = drawn(&net, Lang::Zh);
    let style = Style { link: Some(&link), ..Style::of(Lang::Zh) };
    let picture = network(&cast, &graph, Layout::Stress, &style);
    let hrefs: Vec<String> = elements(&picture.svg).into_iter().filter_map(|(_, href)| href).collect();
    for (from, to, _) in graph.each() {
        let address = format!("/network/tie?from={from}&amp;to={to}");
        assert_eq!(hrefs.iter().filter(|href| **href == address).count(), 1, "{address}");
    }
    assert_eq!(hrefs.len(), graph.arcs() + graph.len());
    assert!(picture.svg.contains("role=\"group\""));
    assert!(picture.links.iter().all(Option::is_some));
}

#[test]
fn what_is_left_out_is_counted() {
    let net = net(40);
    let (cast, graph) = drawn(&net, Lang::Zh);
    let few = Style { most: Some(10), ..Style::of(Lang::Zh) };
    let picture = network(&cast, &graph, Layout::Types, &few);
    assert_eq!(picture.left_out.ties, graph.arcs() - 10);
    assert_eq!(picture.table.len(), 11);
    let least = &picture.table[10][2];
    for told in [
        format!("共有 {} 条关系", graph.arcs()),
        format!("最强的 10 条（权重不低于 {least}），另有 {} 条没有画", graph.arcs() - 10),
        "其中 1 个行动者没有任何关系".to_owned(),
    ] {
        assert!(picture.caption.contains(&told), "{told}: {}", picture.caption);
    }
    let titles = elements(&picture.svg).iter().filter(|(name, _)| name == "title").count();
    assert_eq!(titles, 1 + 10 + 40, "the picture, its ties and its actors");

    let map = heat(&cast, &graph, Order::Group, &few);
    assert_eq!((map.left_out.actors, map.table.len(), map.table[0].len()), (30, 11, 11));
    assert!(map.caption.contains("另有 30 个关系较弱的行动者没有画"), "{}", map.caption);

    let bands = flows(&cast, &graph, &few);
    let all = flows(&cast, &graph, &Style::of(Lang::Zh));
    assert_eq!(bands.table.len(), 11);
    assert_eq!(bands.left_out.ties, all.table.len() - 11);
    let total: f64 = all.table[1..].iter().map(|row| row[2].parse::<f64>().unwrap()).sum();
    assert_eq!(total, graph.each().map(|(_, _, weight)| weight).sum::<f64>(), "every tie is in a band");
}

#[test]
fn a_network_without_ties_or_actors_is_drawn_and_says_so() {
    for actors in [0, 1, 5] {
        let net = Net { actors: net(6).actors[..actors].to_vec(), ..Net::default() };
        let (cast, graph) = drawn(&net, Lang::Zh);
        let style = Style::of(Lang::Zh);
        let pictures = LAYOUTS.map(|layout| network(&cast, &graph, layout, &style)).into_iter();
        let others = [heat(&cast, &graph, Order::Communities, &style), flows(&cast, &graph, &style)];
        let empty = [timeline(&[], &[], "事实数", &style), multiples(&cast, &[], Layout::Stress, &style)];
        for picture in pictures.chain(others).chain(empty) {
            elements(&picture.svg);
            assert!(!picture.svg.contains("NaN") && !picture.svg.contains("inf"), "{}", picture.svg);
        }
    }
}

#[test]
fn two_ways_are_two_arcs_and_no_way_is_one_line() {
    let net = net(40);
    let (cast, graph) = drawn(&net, Lang::Zh);
    let both = graph.undirected();
    let picture = network(&cast, &both, Layout::Stress, &Style::of(Lang::Zh));
    assert_eq!(picture.table.len() - 1, both.arcs() / 2);
    assert!(picture.caption.contains("关系没有方向") && !picture.svg.contains(" Q"));
    let signed = Graph::of(40, [(0, 1, -2.0), (1, 0, 1.0)]).0;
    let picture = network(&cast, &signed, Layout::Stress, &Style::of(Lang::Zh));
    assert_eq!(picture.table.len(), 3);
    assert!(picture.caption.contains("虚线") && picture.svg.contains("stroke-dasharray"));
}

#[test]
fn a_pair_counts_alike_in_every_period() {
    let (cast, _) = drawn(&net(3), Lang::Zh);
    let periods = Every::Month.periods(date(2023, 1, 1), date(2023, 2, 1));
    let ties = |second: &[(u32, u32, f64)]| {
        let back_and_forth = Graph::of(3, [(0, 1, 2.0), (1, 0, 2.0)]).0;
        let graphs = [back_and_forth, Graph::of(3, second.iter().copied()).0];
        let graphs: Vec<_> = periods.iter().copied().zip(graphs).collect();
        let table = multiples(&cast, &graphs, Layout::Stress, &Style::of(Lang::Zh)).table;
        table[1..].iter().map(|row| (row[3].clone(), row[4].clone())).collect::<Vec<_>>()
    };
    let told = |ties: &str, weight: &str| (ties.to_owned(), weight.to_owned());
    // One period has directions, so all have.
    assert_eq!(ties(&[(0, 1, 3.0)]), [told("2", "4"), told("1", "3")]);
    assert_eq!(ties(&[(0, 1, 3.0), (1, 0, 3.0)]), [told("1", "2"), told("1", "3")]);
}

/// A network and its months, with everyone in their place.
fn stage(actors: u32, lang: Lang, layout: Layout) -> Stage {
    let net = net(actors);
    let (cast, whole) = drawn(&net, lang);
    let month = |period: &tongban::network::picture::Period| {
        let ties = net.ties.iter().filter(|tie| tie.from_day.is_some_and(|day| period.has(day)));
        Graph::of(net.actors.len(), ties.map(|tie| (tie.from, tie.to, tie.weight))).0
    };
    let periods = Every::Month.periods(date(2023, 1, 1), date(2023, 12, 31));
    let graphs: Vec<_> = periods.into_iter().map(|period| (period, month(&period))).collect();
    Stage::of(&cast, &whole, &graphs, layout, &Style::of(lang))
}

/// Where names stand, in the order in which they are written.
fn names(svg: &str) -> Vec<(String, String)> {
    let texts = svg.split("<text ").skip(1);
    let middle = texts.filter(|text| text.contains("text-anchor=\"middle\""));
    let value = |text: &str, name: &str| {
        let (_, rest) = text.split_once(&format!("{name}=\"")).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    middle.map(|text| (value(text, "x"), value(text, "y"))).collect()
}

#[test]
fn in_every_period_everyone_stands_where_they_stand_in_the_whole() {
    for layout in LAYOUTS {
        let stage = stage(40, Lang::Zh, layout);
        let style = Style::of(Lang::Zh);
        let whole = stage.draw(None, &style);
        assert_eq!(stage.periods().len(), 12);
        for (at, period) in stage.periods().enumerate() {
            let picture = stage.draw(Some(at), &style);
            elements(&picture.svg);
            assert_eq!(names(&picture.svg), names(&whole.svg), "{layout:?}, {}", period.key());
            assert_eq!(picture.table.len() - 1, stage.ties(Some(at)));
            assert!(picture.caption.starts_with(&period.name(Lang::Zh)), "{}", picture.caption);
            assert!(picture.svg.contains("#6b7785"), "who has no tie in a month is pale");
        }
        let ties: usize = (0..12).map(|at| stage.ties(Some(at))).sum();
        assert_eq!(ties, stage.ties(None), "every tie of this network is in one month");
    }
}

#[test]
fn long_times_are_parted_into_longer_periods() {
    let every = |last| Every::fitting(date(2020, 1, 1), last, 36);
    assert_eq!(every(date(2022, 12, 31)), Every::Month);
    assert_eq!(every(date(2023, 1, 1)), Every::Quarter);
    assert_eq!(every(date(2040, 1, 1)), Every::Year);
    let keys = |every: Every| every.periods(date(2026, 3, 5), date(2026, 3, 6))[0].key();
    assert_eq!([Every::Month, Every::Quarter, Every::Year].map(keys), ["2026-03", "2026-Q1", "2026"]);
}

#[test]
fn the_slider_goes_without_scripts_and_names_what_it_shows() {
    for lang in [Lang::Zh, Lang::En] {
        let stage = stage(12, lang, Layout::Stress);
        let address = |key: &str| format!("/network/picture?at={key}");
        let controls = |at| Slider { stage: &stage, at, lang }.controls(Some(&address)).into_string();
        let first = controls(None);
        assert!(!first.contains("picture-slider"), "{first}");
        // A choice that begins with the whole time, a button to look at it, and the way to the next month.
        assert!(first.contains("<select id=\"at\" name=\"at\"") && first.contains("type=\"submit\""));
        assert!(first.contains("<option value=\"\"") && first.contains("<option value=\"2023-04\""));
        assert!(first.contains("aria-disabled=\"false\" href=\"/network/picture?at=2023-01\""));
        assert_eq!(
            first.matches("aria-disabled=\"true\"").count(),
            2,
            "from the whole time there is only the first month"
        );
        let second = controls(Some(1));
        assert!(second.contains("?at=2023-01\"") && second.contains("?at=2023-03\""), "{second}");
        assert!(second.contains(&format!("aria-valuetext=\"{}\"", stage.periods().nth(1).unwrap().name(lang))));
    }
}

#[test]
fn events_outside_the_time_and_undefined_periods_are_told() {
    let periods = Every::Month.periods(date(2022, 11, 15), date(2023, 2, 1));
    assert_eq!(periods.len(), 4);
    assert_eq!((periods[0].from, periods[0].until), (date(2022, 11, 1), date(2022, 11, 30)));
    let series: Vec<_> =
        periods.iter().enumerate().map(|(at, period)| (*period, (at != 1).then_some(at as f64))).collect();
    let events = [
        event("以前", date(2020, 1, 1), Some(date(2020, 2, 1)), Effect::Advances),
        event("跨过", date(2020, 1, 1), Some(date(2022, 12, 1)), Effect::Suspends),
        event("以后", date(2024, 1, 1), None, Effect::Advances),
    ];
    let picture = timeline(&events, &series, "事实数", &Style::of(Lang::Zh));
    assert_eq!(picture.left_out.ties, 2);
    assert!(
        picture.caption.contains("1 个事件；") && picture.caption.contains("另有 2 个事件不在"),
        "{}",
        picture.caption
    );
    assert!(picture.caption.contains("1 期的数值未定义"));
    assert_eq!(picture.table[2][3], "未定义");
    assert_eq!(picture.table[5], ["2020-01-01", "2022-12-01", "跨过", "中断"]);
}

#[test]
fn facts_are_grouped_by_what_is_known_of_actors() {
    let facts: Facts = serde_json::from_str(
        r#"{"actors": [
            {"actor": "community:部", "name": "部", "network": "community", "level": "centre"},
            {"actor": "person:320000", "name": "申请人", "name_en": "Applicants", "network": "issue", "level": "outside", "region": "320000"}
        ], "facts": [{"relation": "applies_to", "from": 1, "to": 0, "day": "2023-05-01", "count": 3}]}"#,
    )
    .unwrap();
    let names = |by, lang| Cast::of_facts(&facts, by, lang).groups.names;
    assert_eq!(names(Grouping::Network, Lang::Zh), ["政策社群", "议题网络"]);
    assert_eq!(names(Grouping::Province, Lang::Zh), ["未归入", "江苏省"]);
    assert_eq!(Cast::of_facts(&facts, Grouping::Level, Lang::En).names[1], "Applicants");
    let cast = Cast::of_facts(&facts, Grouping::Line, Lang::Zh);
    assert!(cast.has_levels());
    // The issue network has its sign although the three before it are not there.
    let drawn = |cast: &Cast| network(cast, &facts.graph(|_| true).0, Layout::Types, &Style::of(Lang::Zh)).svg;
    let svg = drawn(&Cast::of_facts(&facts, Grouping::Network, Lang::Zh));
    assert!(svg.contains("#7a3b78") && !svg.contains("#8a4b00"), "{svg}");
}

#[test]
fn the_command_draws_and_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(
        at("ties.csv"),
        "from,to,weight,from_day,to_day\n苏州,合肥,3,2023-01-01,2023-02-01\n合肥,苏州,1,2023-05-01,\n",
    )
    .unwrap();
    let draw = |rest: &[&str]| {
        let ties = at("ties.csv");
        run(&[&["network", "draw", ties.as_str()], rest].concat())
    };
    let (svg, table) = (at("net.svg"), at("net.csv"));
    let ran = draw(&["--picture", "network", "--out", &svg, "--table", &table]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(String::from_utf8_lossy(&ran.out).contains("共有 2 条关系"));
    elements(&std::fs::read_to_string(&svg).unwrap());
    assert!(std::fs::read_to_string(&table).unwrap().contains("苏州,合肥,3"));
    let ran = draw(&["--picture", "multiples", "--every", "month", "--lang", "en", "--out", &svg]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let page = at("net.html");
    let slider = ["--picture", "network", "--every", "month", "--out", page.as_str(), "--table", table.as_str()];
    assert_eq!(draw(&slider).code, 0);
    let html = std::fs::read_to_string(&page).unwrap();
    // The whole time, and January to May of 2023; in March nothing holds.
    assert_eq!(html.matches("<template data-at=").count(), 6);
    for told in ["整段时间：2 条关系", "2023 年 2 月：1 条关系", "2023 年 3 月：0 条关系"] {
        assert!(html.contains(told), "{told}: {html}");
    }
    // Nothing is asked of any network; nothing runs but what the page's policy names.
    let strange = ["src=", "href=", "@import", "url(", "http-equiv=\"refresh\""];
    let outside = html.replace("http://www.w3.org/2000/svg", "");
    assert!(strange.iter().all(|word| !outside.contains(word)) && !outside.contains("http:"), "{html}");
    assert!(html.contains("default-src 'none'; script-src 'sha256-") && html.matches("<script").count() == 1);
    let rows = std::fs::read_to_string(&table).unwrap();
    assert!(rows.contains("整段时间,苏州,合肥,3") && rows.contains("2023 年 5 月,合肥,苏州,1"), "{rows}");
    assert_eq!(draw(&slider).code, 0);
    assert_eq!(std::fs::read_to_string(&page).unwrap(), html, "the same files, the same page");
    for (rest, code) in [
        (&["--picture", "network", "--out", "net.gif"][..], "picture-format"),
        (&["--picture", "heat", "--out", "net.html"], "picture-format"),
        (&["--picture", "network", "--layout", "levels", "--out", &svg], "levels-missing"),
        (&["--picture", "timeline", "--out", &svg], "events-missing"),
        (&["--picture", "flows", "--out", &svg], "group-one"),
        (&["--picture", "heat", "--group", "省份", "--out", &svg], "group-missing"),
        (&["--picture", "heat", "--layer", "别的", "--out", &svg], "layer-unknown"),
        (&["--picture", "heat", "--from", "2024-01-01", "--until", "2023-01-01", "--out", &svg], "days-reversed"),
        (&["--picture", "multiples", "--every", "month", "--from", "1990-01-01", "--out", &svg], "periods-too-many"),
    ] {
        let ran = draw(rest);
        assert!(ran.code != 0 && ran.err.contains(&format!("[{code}]")), "{code}: {}", ran.err);
    }
    std::fs::write(
        at("facts.json"),
        r#"{"actors": [{"actor": "community:部", "name": "部", "network": "community", "level": "centre"}],
            "facts": [{"relation": "asks", "from": 0, "to": 5, "day": "2023-05-01", "count": 1}]}"#,
    )
    .unwrap();
    let ran = run(&["network", "draw", &at("facts.json"), "--picture", "timeline", "--out", &svg]);
    assert!(ran.err.contains("[facts-actor-unknown]"), "{}", ran.err);
}
