//! Where actors stand in pictures: the same each time, not on each other, and as their ties, levels and types say.

use tongban_core::network::Graph;
use tongban_core::network::draw::Draw;
use tongban_core::network::facts::Level;
use tongban_core::network::layout::{Label, Point, Room, labels, levels, sectors, stress};

/// Some actors have most ties, as in a network of offices; every twentieth has none.
fn office(actors: usize) -> Graph {
    let mut draw = Draw::of(7);
    let mut arcs = Vec::new();
    for from in 1..actors {
        for _ in 0..if from % 20 == 0 { 0 } else { 3 } {
            let to = draw.below(from);
            if !to.is_multiple_of(20) || to == 0 {
                arcs.push((from as u32, draw.below(to + 1) as u32, 1.0));
            }
        }
    }
    let arcs = arcs.into_iter().filter(|(_, to, _)| to % 20 != 0 || *to == 0);
    Graph::of(actors, arcs).0
}

fn level_of(actors: usize) -> Vec<Level> {
    let level = |actor: usize| match actor % 11 {
        _ if actor < 2 => Level::Centre,
        0 | 1 => Level::Province,
        2..=5 => Level::City,
        6..=8 => Level::County,
        _ => Level::Outside,
    };
    (0..actors).map(level).collect()
}

/// Every layout of a network, with room for each actor that takes `part` of the square in all.
fn layouts(actors: usize, part: f64) -> [(&'static str, Vec<Point>, Room); 3] {
    let graph = office(actors);
    let side = (part / actors as f64).sqrt();
    let room = Room { width: side * 1.2, height: side / 1.2 };
    let groups: Vec<u32> = (0..actors as u32).map(|actor| actor % 5).collect();
    [
        ("levels", levels(&graph, &level_of(actors), room), room),
        ("sectors", sectors(&graph, &groups, room), room),
        ("stress", stress(&graph, room, 1), room),
    ]
}

#[test]
fn nobody_stands_on_another_or_outside() {
    for (actors, part) in [(30, 0.3), (300, 0.3), (3000, 0.15)] {
        for (name, points, room) in layouts(actors, part) {
            assert_eq!(points.len(), actors);
            for (at, one) in points.iter().enumerate() {
                assert!((0.0..=1.0).contains(&one.x) && (0.0..=1.0).contains(&one.y), "{name} {actors}: {one:?}");
                for (before, other) in points[..at].iter().enumerate() {
                    let apart =
                        (one.x - other.x).abs() >= room.width * 0.999 || (one.y - other.y).abs() >= room.height * 0.999;
                    assert!(apart, "{name} {actors}: {before} and {at}");
                }
            }
        }
    }
}

#[test]
fn the_same_network_gives_the_same_picture() {
    for (one, other) in layouts(300, 0.3).into_iter().zip(layouts(300, 0.3)) {
        assert_eq!(one.1, other.1, "{}", one.0);
    }
    let room = Room { width: 0.01, height: 0.01 };
    let [one, other] = [1, 2].map(|seed| stress(&office(300), room, seed));
    assert_ne!(one, other, "a seed draws");
}

#[test]
fn what_there_is_no_room_for_is_still_drawn() {
    for (name, points, _) in layouts(300, 30.0) {
        assert!(points.iter().all(|point| point.x.is_finite() && point.y.is_finite()), "{name}");
    }
    for actors in [0, 1, 2] {
        for (name, points, _) in layouts(actors, 0.1) {
            assert_eq!(points.len(), actors, "{name}");
            assert!(points.iter().all(|point| point.x.is_finite() && point.y.is_finite()), "{name}");
        }
    }
}

#[test]
fn levels_stand_from_the_top_and_outsiders_beside() {
    let graph = office(60);
    let level = level_of(60);
    let points = levels(&graph, &level, Room { width: 0.05, height: 0.03 });
    for (one, at) in points.iter().zip(&level) {
        for (other, under) in points.iter().zip(&level) {
            if *under == Level::Outside {
                assert!(*at == Level::Outside || one.x < other.x);
            } else if at < under {
                assert!(one.y < other.y, "{at:?} {under:?}");
            }
        }
    }
}

#[test]
fn ties_between_levels_cross_no_more_than_they_must() {
    // Each province has its city; as they are numbered, all cross.
    let graph = Graph::of(12, (0..6).map(|province| (province, 11 - province, 1.0))).0;
    let level: Vec<Level> = (0..12).map(|at| if at < 6 { Level::Province } else { Level::City }).collect();
    let points = levels(&graph, &level, Room { width: 0.05, height: 0.05 });
    for (from, to, _) in graph.each() {
        assert!((points[from].x - points[to].x).abs() < 1e-9, "{from} stands above {to}");
    }
}

#[test]
fn types_stand_together() {
    let graph = office(100);
    let groups: Vec<u32> = (0..100).map(|actor| actor % 5).collect();
    let points = sectors(&graph, &groups, Room { width: 0.03, height: 0.03 });
    let angle = |point: &Point| (point.y - 0.5).atan2(point.x - 0.5);
    let mut round: Vec<(f64, u32)> = points.iter().zip(&groups).map(|(point, group)| (angle(point), *group)).collect();
    round.sort_by(|one, other| one.0.total_cmp(&other.0));
    let changes = (0..100).filter(|at| round[*at].1 != round[(at + 1) % 100].1).count();
    assert_eq!(changes, 5, "each type is one sector");
}

#[test]
fn steps_are_distances() {
    // A path: its ends are farthest from each other, and everyone is between the two beside it.
    let graph = Graph::of(9, (0..8).map(|at| (at, at + 1, 1.0))).0;
    let points = stress(&graph, Room { width: 0.01, height: 0.01 }, 1);
    let order: Vec<bool> = points.windows(2).map(|pair| pair[0].x < pair[1].x).collect();
    assert!(order.iter().all(|right| *right == order[0]), "{points:?}");
    // A ring is round.
    let ring = Graph::of(40, (0..40).map(|at| (at, (at + 1) % 40, 1.0))).0;
    let points = stress(&ring, Room { width: 0.01, height: 0.01 }, 1);
    let radii: Vec<f64> = points.iter().map(|point| (point.x - 0.5).hypot(point.y - 0.5)).collect();
    let [least, most] = [f64::min, f64::max].map(|of| radii.iter().copied().reduce(of).unwrap());
    assert!(least > 0.8 * most, "{least} {most}");
}

#[test]
fn names_do_not_overlap_and_the_strong_come_first() {
    let points = stress(&office(300), Room { width: 0.01, height: 0.01 }, 1);
    let wanted: Vec<Label> = points
        .iter()
        .enumerate()
        .map(|(at, point)| Label {
            at: Point { x: point.x * 960.0, y: point.y * 720.0 },
            radius: 4.0,
            width: 14.0 * (4 + at % 6) as f64,
            height: 18.0,
            strength: -(at as f64),
        })
        .collect();
    let places = labels(&wanted, 960.0, 720.0, 20);
    assert!(places[0].is_some(), "the strongest has its name");
    let shown: Vec<(Point, &Label)> =
        places.iter().zip(&wanted).filter_map(|(at, label)| Some(((*at)?, label))).collect();
    assert!(shown.len() > 20 && shown.len() < 300, "{}", shown.len());
    for (at, (one, label)) in shown.iter().enumerate() {
        assert!(one.x - label.width / 2.0 >= 0.0 && one.x + label.width / 2.0 <= 960.0);
        for (other, second) in &shown[..at] {
            let apart = (one.x - other.x).abs() >= (label.width + second.width) / 2.0
                || (one.y - other.y).abs() >= (label.height + second.height) / 2.0;
            assert!(apart, "{one:?} {other:?}");
        }
    }
}
