//! Where actors stand in a picture of a network, and which of their names can be read there.
//!
//! Places follow from ties, levels and groups alone, never from geography: a picture of a network is no map. All are in
//! the unit square, x to the right and y downwards; the same network and the same seed give the same picture.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::f64::consts::{FRAC_PI_2, PI, TAU};

use super::component::{Connected, components};
use super::draw::Draw;
use super::facts::Level;
use super::graph::Graph;

/// How often an order is improved.
const SWEEPS: usize = 24;

/// Actors from which all distances are measured; with fewer actors than this, all distances count.
const PIVOTS: usize = 200;

/// How many of them the first arrangement reads.
const START_PIVOTS: usize = 50;

/// How often every actor moves to where its distances want it, at most.
const STRESS_ROUNDS: usize = 120;

/// Less than this part of a step, and nothing moves any more.
const STRESS_STILL: f64 = 1e-3;

/// How often those who stand on each other are pushed apart before they are put on a grid.
const PUSH_ROUNDS: usize = 300;

/// How much one side of an arrangement may be stretched more than the other to fill its place.
const STRETCH_MAX: f64 = 1.6;

/// A place in the unit square.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// The room that each actor wants for itself around its place, in shares of the picture's sides. Two actors overlap if
/// they are nearer to each other than this both across and down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// Across.
    pub width: f64,
    /// Down.
    pub height: f64,
}

fn strengths(graph: &Graph) -> Vec<f64> {
    let sum = |weights: &[f64]| weights.iter().map(|weight| weight.abs()).sum::<f64>();
    (0..graph.len()).map(|actor| sum(graph.out_weights(actor)) + sum(graph.incoming_weights(actor))).collect()
}

/// By level: those of one level side by side, the centre at the top, whoever is on no level beside them, on the right.
/// Ties between levels cross as little as putting everyone under the middle of its partners achieves (Sugiyama, Tagawa &
/// Toda 1981); of all orders met the best is kept.
///
/// A level with more actors than fit beside each other takes several lines.
pub fn levels(graph: &Graph, levels: &[Level], room: Room) -> Vec<Point> {
    let on = |level: Level| (0..graph.len()).filter(|actor| levels[*actor] == level).collect::<Vec<usize>>();
    let outside = on(Level::Outside);
    let wanted = room;
    let room = spread(room, &Level::ALL.map(|level| on(level).len()));
    let inside = Level::ALL.into_iter().filter(|level| *level != Level::Outside).map(on);
    let rows: Vec<Vec<usize>> = inside.filter(|row| !row.is_empty()).collect();
    let columns = (outside.len() as f64 * room.height).ceil();
    let strip = match (rows.is_empty(), outside.is_empty()) {
        (true, _) => 1.0,
        (_, true) => 0.0,
        _ => (columns * room.width).clamp(0.12, 0.5),
    };
    let mut points = vec![Point::default(); graph.len()];
    let rows = ordered(graph, rows);
    let width = 1.0 - strip;
    let lines: Vec<usize> =
        rows.iter().map(|row| ((row.len() as f64 * room.width / width).ceil() as usize).max(1)).collect();
    let all = lines.iter().sum::<usize>() as f64;
    let line = if all * room.height > 1.0 { 1.0 / all } else { room.height };
    let between = (1.0 - all * line) / rows.len().max(1) as f64;
    let mut top = 0.0;
    for (row, lines) in rows.iter().zip(lines) {
        top += between / 2.0;
        for (at, actor) in row.iter().enumerate() {
            let x = (at as f64 + 0.5) / row.len() as f64 * width;
            points[*actor] = Point { x, y: top + ((at % lines) as f64 + 0.5) * line };
        }
        top += lines as f64 * line + between / 2.0;
    }
    // Beside those to whom they have ties.
    let height = |actor: &usize| {
        let partners = graph.partners(*actor);
        let heights = partners.iter().filter(|other| levels[**other as usize] != Level::Outside);
        let heights: Vec<f64> = heights.map(|other| points[*other as usize].y).collect();
        if heights.is_empty() { 0.5 } else { heights.iter().sum::<f64>() / heights.len() as f64 }
    };
    let mut beside: Vec<(f64, usize)> = outside.iter().map(|actor| (height(actor), *actor)).collect();
    beside.sort_by(|one, other| one.0.total_cmp(&other.0));
    let columns = columns.max(1.0) as usize;
    let down = beside.len().div_ceil(columns).max(1);
    for (at, (_, actor)) in beside.into_iter().enumerate() {
        let x = width + ((at % columns) as f64 + 0.5) / columns as f64 * strip;
        points[actor] = Point { x, y: ((at / columns) as f64 + 0.5) / down as f64 };
    }
    apart(points, wanted)
}

/// The most room, up to three times what is wanted, with which levels of so many actors take no more than their share of
/// the height, so that those of a full level stand in several lines and not like beads on a string.
fn spread(wanted: Room, counts: &[usize; 5]) -> Room {
    let times = |times: f64| Room { width: wanted.width * times, height: wanted.height * times };
    let fits = |room: &Room| {
        let strip = (counts[4] as f64 * room.height).ceil() * room.width;
        let lines =
            counts[..4].iter().map(|count| (*count as f64 * room.width / (1.0 - strip.clamp(0.12, 0.5))).ceil());
        strip < 0.3 && lines.sum::<f64>() * room.height < 0.7
    };
    (0..20).map(|step| times(3.0 - 0.1 * f64::from(step))).find(fits).unwrap_or(wanted)
}

/// The same rows, each in the order with the fewest crossings, then the shortest ties, that was met.
fn ordered(graph: &Graph, mut rows: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let mut place = vec![f64::NAN; graph.len()];
    let put = |row: &[usize], place: &mut Vec<f64>| {
        row.iter().enumerate().for_each(|(at, actor)| place[*actor] = (at as f64 + 0.5) / row.len() as f64);
    };
    rows.iter().for_each(|row| put(row, &mut place));
    let partners: Vec<Vec<u32>> = (0..graph.len()).map(|actor| graph.partners(actor)).collect();
    let mut best = (cost(graph, &rows, &place), rows.clone());
    for sweep in 0..SWEEPS {
        let down = sweep % 2 == 0;
        for step in 0..rows.len() {
            let at = if down { step } else { rows.len() - 1 - step };
            let middle = |actor: &usize| {
                let near = partners[*actor].iter().map(|other| place[*other as usize]).filter(|x| !x.is_nan());
                let near: Vec<f64> = near.collect();
                if near.is_empty() { place[*actor] } else { near.iter().sum::<f64>() / near.len() as f64 }
            };
            let mut row: Vec<(f64, usize)> = rows[at].iter().map(|actor| (middle(actor), *actor)).collect();
            row.sort_by(|one, other| one.0.total_cmp(&other.0));
            rows[at] = row.into_iter().map(|(_, actor)| actor).collect();
            put(&rows[at], &mut place);
        }
        let now = cost(graph, &rows, &place);
        if now.0.cmp(&best.0.0).then(now.1.total_cmp(&best.0.1)) == Ordering::Less {
            best = (now, rows.clone());
        }
    }
    best.1
}

/// How many ties between the same two rows cross, and how far ties go sideways.
fn cost(graph: &Graph, rows: &[Vec<usize>], place: &[f64]) -> (u64, f64) {
    let mut row_of = vec![usize::MAX; graph.len()];
    let mut rank = vec![0; graph.len()];
    for (number, row) in rows.iter().enumerate() {
        row.iter().enumerate().for_each(|(at, actor)| (row_of[*actor], rank[*actor]) = (number, at));
    }
    let mut ties: Vec<Vec<(usize, usize)>> = vec![Vec::new(); rows.len() * rows.len()];
    let mut length = 0.0;
    for (from, to, _) in graph.each() {
        let (upper, lower) = if row_of[from] <= row_of[to] { (from, to) } else { (to, from) };
        if row_of[lower] == usize::MAX {
            continue;
        }
        length += (place[from] - place[to]).abs();
        if row_of[upper] != row_of[lower] {
            ties[row_of[upper] * rows.len() + row_of[lower]].push((rank[upper], rank[lower]));
        }
    }
    let crossings = ties.into_iter().enumerate().map(|(pair, mut ties)| {
        ties.sort_unstable();
        // Of each tie, how many before it end further to the right: a tree of counts (Barth, Juenger & Mutzel 2002).
        let mut counts = vec![0_u64; rows[pair % rows.len()].len() + 1];
        let mut crossings = 0;
        for (seen, (_, end)) in ties.iter().enumerate() {
            let mut not_right = 0;
            let mut at = end + 1;
            while at > 0 {
                not_right += counts[at];
                at &= at - 1;
            }
            crossings += seen as u64 - not_right;
            at = end + 1;
            while at < counts.len() {
                counts[at] += 1;
                at += at & at.wrapping_neg();
            }
        }
        crossings
    });
    (crossings.sum(), length)
}

/// By type: each group has a sector of a disc, the first at the top and the others clockwise, as wide as it has actors. The
/// weaker stand at the rim, the stronger within; those of one ring stand nearest to where their partners are.
pub fn sectors(graph: &Graph, groups: &[u32], room: Room) -> Vec<Point> {
    let count = groups.iter().max().map_or(0, |last| *last as usize + 1);
    let strengths = strengths(graph);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
    (0..graph.len()).for_each(|actor| members[groups[actor] as usize].push(actor));
    for group in &mut members {
        group.sort_by(|one, other| strengths[*one].total_cmp(&strengths[*other]));
    }
    members.retain(|group| !group.is_empty());
    // A group of one can still be seen as a sector.
    let least = graph.len() as f64 * 0.06;
    let sizes: Vec<f64> = members.iter().map(|group| (group.len() as f64).max(least)).collect();
    let all: f64 = sizes.iter().sum();
    let gap = if members.len() < 2 { 0.0 } else { (TAU / members.len() as f64 * 0.15).min(0.15) };
    let turn = TAU - gap * members.len() as f64;
    let widths: Vec<f64> = sizes.iter().map(|size| size / all * turn).collect();
    // As wide apart as their room wants, or less if they do not fit; of several rings, as wide as the disc allows.
    let rings = |step: f64, inner: f64| -> Option<Vec<(Vec<usize>, Vec<f64>)>> {
        let rim = 0.5 - step / 2.0;
        let radii: Vec<f64> = (0..).map(|ring| rim - f64::from(ring) * step).take_while(|r| *r > inner).collect();
        let counts = members
            .iter()
            .zip(&widths)
            .map(|(group, width)| shared(group.len(), radii.iter().map(|radius| (width * radius / step) as usize)));
        counts.map(|counts| counts.map(|counts| (counts, radii.clone()))).collect()
    };
    // On a slant two are far enough from each other only by the diagonal of their room.
    let slant = 1.42 * room.width.min(room.height);
    let mut step = (room.width * room.height).sqrt().max(slant).min(0.45);
    let mut ringed = loop {
        match rings(step, step / 2.0) {
            Some(ringed) => break ringed,
            None => step *= 0.9,
        }
    };
    if ringed.iter().any(|(counts, _)| counts.len() > 1) {
        let wider = std::iter::successors(Some(0.16), |wider| Some(wider * 0.95)).take_while(|wider| *wider > step);
        ringed = wider.into_iter().find_map(|wider| rings(wider, 0.18)).unwrap_or(ringed);
    }
    // Rings of actors with their radius, the middle of their sector and its width.
    let mut arcs: Vec<(f64, f64, f64, Vec<usize>)> = Vec::new();
    // The middle of the first sector is at the top.
    let mut begin = -FRAC_PI_2 - widths.first().map_or(0.0, |width| width / 2.0);
    for ((group, (counts, radii)), width) in members.iter().zip(&ringed).zip(&widths) {
        let mut rest = group.as_slice();
        for (count, radius) in counts.iter().zip(radii) {
            let (ring, further) = rest.split_at(*count);
            rest = further;
            arcs.push((*radius, begin + width / 2.0, *width, ring.to_vec()));
        }
        begin += width + gap;
    }
    let mut points = vec![Point::default(); graph.len()];
    let put = |arcs: &[(f64, f64, f64, Vec<usize>)], points: &mut Vec<Point>| {
        for (radius, middle, width, ring) in arcs {
            for (at, actor) in ring.iter().enumerate() {
                let angle = middle - width / 2.0 + width * (at as f64 + 0.5) / ring.len() as f64;
                points[*actor] = Point { x: 0.5 + radius * angle.cos(), y: 0.5 + radius * angle.sin() };
            }
        }
    };
    let length = |points: &[Point]| -> f64 {
        graph.each().map(|(from, to, _)| (points[from].x - points[to].x).hypot(points[from].y - points[to].y)).sum()
    };
    put(&arcs, &mut points);
    let mut best = (length(&points), points.clone());
    for _ in 0..SWEEPS {
        for at in 0..arcs.len() {
            let (_, middle, _, ring) = &mut arcs[at];
            let bearing = |actor: usize| {
                let near = graph.partners(actor);
                let sum =
                    |of: fn(&Point) -> f64| near.iter().map(|other| of(&points[*other as usize]) - 0.5).sum::<f64>();
                let (mut x, mut y) = (sum(|point| point.x), sum(|point| point.y));
                if x.hypot(y) < 1e-9 {
                    (x, y) = (points[actor].x - 0.5, points[actor].y - 0.5);
                }
                let turned = y.atan2(x) - *middle;
                turned - TAU * ((turned + PI) / TAU).floor()
            };
            let mut turned: Vec<(f64, usize)> = ring.iter().map(|actor| (bearing(*actor), *actor)).collect();
            turned.sort_by(|one, other| one.0.total_cmp(&other.0));
            *ring = turned.into_iter().map(|(_, actor)| actor).collect();
            put(&arcs[at..=at], &mut points);
        }
        let now = length(&points);
        if now < best.0 - 1e-12 {
            best = (now, points.clone());
        }
    }
    apart(best.1, room)
}

/// Divides actors among rings from the rim inwards, as few rings as hold them, each filled alike. None: they do not hold
/// them.
fn shared(actors: usize, holds: impl Iterator<Item = usize>) -> Option<Vec<usize>> {
    let mut rings = Vec::new();
    let mut all = 0;
    for hold in holds {
        if all >= actors {
            break;
        }
        rings.push(hold);
        all += hold;
    }
    if all < actors {
        return None;
    }
    let (mut rest, mut left) = (actors, all);
    let counts = rings.into_iter().map(|hold| {
        let count = (rest * hold).div_ceil(left.max(1)).min(rest);
        rest -= count;
        left -= hold;
        count
    });
    Some(counts.collect())
}

/// By ties alone: as far from each other as there are steps between them. Pivot MDS (Brandes & Pich 2007) and then sparse
/// stress (Gansner, Koren & North 2005; Ortmann, Klimenta & Brandes 2017); of up to 200 actors that hang together every
/// distance counts. Weights and directions are not read.
///
/// Parts that do not hang together have places beside each other, as large as they have actors.
pub fn stress(graph: &Graph, room: Room, seed: u64) -> Vec<Point> {
    let parts = components(graph, Connected::Weakly);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); parts.sizes.len()];
    parts.of_actor.iter().enumerate().for_each(|(actor, part)| members[*part as usize].push(actor));
    members.sort_by_key(|part| std::cmp::Reverse(part.len()));
    let mut points = vec![Point::default(); graph.len()];
    let mut local = vec![0; graph.len()];
    let mut place = |part: &[usize], frame: Frame| {
        part.iter().enumerate().for_each(|(at, actor)| local[*actor] = at);
        let near: Vec<Vec<usize>> = part
            .iter()
            .map(|actor| graph.partners(*actor).iter().map(|other| local[*other as usize]).collect())
            .collect();
        let places = frame.fit(&level(arranged(&near, seed)), room);
        part.iter().zip(places).for_each(|(actor, place)| points[*actor] = place);
    };
    tiled(&members, Frame { left: 0.0, top: 0.0, width: 1.0, height: 1.0 }, &mut place);
    apart(points, room)
}

/// A part of the unit square.
#[derive(Clone, Copy)]
struct Frame {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

impl Frame {
    /// The same arrangement in this frame: as large as possible, in the middle.
    fn fit(self, places: &[Point], room: Room) -> Vec<Point> {
        let ends = |of: fn(&Point) -> f64| {
            let values = places.iter().map(of);
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
        };
        let ((left, right), (top, bottom)) = (ends(|place| place.x), ends(|place| place.y));
        let scale = |room: f64, side: f64, low: f64, high: f64| {
            let inner = (side - room.min(side / 2.0)).max(side * 0.1);
            if high - low > 1e-9 { inner / (high - low) } else { f64::INFINITY }
        };
        let across = scale(room.width, self.width, left, right);
        let down = scale(room.height, self.height, top, bottom);
        let least = across.min(down);
        let (across, down) = (across.min(least * STRETCH_MAX), down.min(least * STRETCH_MAX));
        let at = |value: f64, low: f64, high: f64, scale: f64| {
            if scale.is_finite() { (value - (low + high) / 2.0) * scale } else { 0.0 }
        };
        let place = |place: &Point| Point {
            x: self.left + self.width / 2.0 + at(place.x, left, right, across),
            y: self.top + self.height / 2.0 + at(place.y, top, bottom, down),
        };
        places.iter().map(place).collect()
    }
}

/// Gives every part a frame with an area like its number of actors, by halving.
fn tiled(parts: &[Vec<usize>], frame: Frame, place: &mut impl FnMut(&[usize], Frame)) {
    let [first, .., _] = parts else {
        parts.iter().for_each(|part| place(part, frame));
        return;
    };
    let all: usize = parts.iter().map(Vec::len).sum();
    let (mut before, mut at) = (first.len(), 1);
    while at < parts.len() - 1 && before * 2 < all {
        before += parts[at].len();
        at += 1;
    }
    let share = before as f64 / all as f64;
    let Frame { left, top, width, height } = frame;
    let (one, other) = if width > height {
        (
            Frame { width: width * share, ..frame },
            Frame { left: left + width * share, width: width * (1.0 - share), ..frame },
        )
    } else {
        (
            Frame { height: height * share, ..frame },
            Frame { top: top + height * share, height: height * (1.0 - share), ..frame },
        )
    };
    tiled(&parts[..at], one, place);
    tiled(&parts[at..], other, place);
}

/// Turned so that it is widest across.
fn level(mut places: Vec<Point>) -> Vec<Point> {
    let count = places.len() as f64;
    let (x, y) =
        (places.iter().map(|one| one.x).sum::<f64>() / count, places.iter().map(|one| one.y).sum::<f64>() / count);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for place in &mut places {
        (place.x, place.y) = (place.x - x, place.y - y);
        xx += place.x * place.x;
        xy += place.x * place.y;
        yy += place.y * place.y;
    }
    let angle = (2.0 * xy).atan2(xx - yy) / 2.0;
    let (sin, cos) = angle.sin_cos();
    places.iter().map(|one| Point { x: one.x * cos + one.y * sin, y: one.y * cos - one.x * sin }).collect()
}

/// Steps from one actor to all others of a part that hangs together.
fn steps(near: &[Vec<usize>], from: usize) -> Vec<u32> {
    let mut steps = vec![u32::MAX; near.len()];
    steps[from] = 0;
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        for next in &near[at] {
            if steps[*next] == u32::MAX {
                steps[*next] = steps[at] + 1;
                queue.push_back(*next);
            }
        }
    }
    steps
}

/// A part that hangs together, one step about one unit long.
fn arranged(near: &[Vec<usize>], seed: u64) -> Vec<Point> {
    let len = near.len();
    if len < 3 {
        return (0..len).map(|at| Point { x: at as f64, y: 0.0 }).collect();
    }
    // Each pivot is the actor that is farthest from all before it.
    let mut draw = Draw::of(seed);
    let mut pivots = vec![draw.below(len)];
    let mut from: Vec<Vec<u32>> = Vec::new();
    let mut nearest = vec![(u32::MAX, 0); len];
    loop {
        let number = from.len();
        let steps = steps(near, pivots[number]);
        for (nearest, steps) in nearest.iter_mut().zip(&steps) {
            *nearest = (*nearest).min((*steps, number));
        }
        from.push(steps);
        if pivots.len() == PIVOTS.min(len) {
            break;
        }
        // The first of the farthest; there is one that is no pivot yet.
        let farthest = (0..len).max_by_key(|at| (nearest[*at].0, std::cmp::Reverse(*at))).unwrap_or_default();
        pivots.push(farthest);
    }
    let mut places = started(&from[..from.len().min(START_PIVOTS)], &mut draw);
    let edges = near.iter().enumerate().flat_map(|(at, near)| near.iter().map(move |other| (at, *other)));
    let (mut length, mut count) = (0.0, 0.0);
    for (one, other) in edges {
        length += (places[one].x - places[other].x).hypot(places[one].y - places[other].y);
        count += 1.0;
    }
    let scale = if length > 1e-9 { count / length } else { 1.0 };
    for place in &mut places {
        // Those with the same partners would stay on each other.
        *place =
            Point { x: place.x * scale + 0.1 * (draw.share() - 0.5), y: place.y * scale + 0.1 * (draw.share() - 0.5) };
    }
    settled(&mut places, near, &pivots, &from, &nearest);
    places
}

/// Pivot MDS: the two axes along which squared distances to pivots, doubly centred, differ most.
fn started(from: &[Vec<u32>], draw: &mut Draw) -> Vec<Point> {
    let (count, len) = (from.len(), from[0].len());
    let square = |steps: u32| f64::from(steps).powi(2);
    let of_pivot: Vec<f64> =
        from.iter().map(|row| row.iter().map(|steps| square(*steps)).sum::<f64>() / len as f64).collect();
    let all = of_pivot.iter().sum::<f64>() / count as f64;
    let centred: Vec<Vec<f64>> = (0..len)
        .map(|at| {
            let own = from.iter().map(|row| square(row[at])).sum::<f64>() / count as f64;
            (0..count).map(|pivot| -0.5 * (square(from[pivot][at]) - of_pivot[pivot] - own + all)).collect()
        })
        .collect();
    let mut products = vec![vec![0.0; count]; count];
    for row in &centred {
        for (one, products) in row.iter().zip(&mut products) {
            products.iter_mut().zip(row).for_each(|(product, other)| *product += one * other);
        }
    }
    let mut axes: Vec<Vec<f64>> = Vec::new();
    for _ in 0..2 {
        let mut axis: Vec<f64> = (0..count).map(|_| draw.share() - 0.5).collect();
        for _ in 0..100 {
            let mut next: Vec<f64> = products
                .iter()
                .map(|row| row.iter().zip(&axis).map(|(product, value)| product * value).sum())
                .collect();
            for before in &axes {
                let along: f64 = next.iter().zip(before).map(|(one, other)| one * other).sum();
                next.iter_mut().zip(before).for_each(|(value, before)| *value -= along * before);
            }
            let length = next.iter().map(|value| value * value).sum::<f64>().sqrt();
            if length < 1e-12 {
                break;
            }
            axis = next.into_iter().map(|value| value / length).collect();
        }
        axes.push(axis);
    }
    let along = |row: &[f64], axis: &[f64]| row.iter().zip(axis).map(|(one, other)| one * other).sum();
    centred.iter().map(|row| Point { x: along(row, &axes[0]), y: along(row, &axes[1]) }).collect()
}

/// Stress is made smaller by moving one actor after the other to the mean of where its partners and the pivots want it. A
/// pivot speaks for the actors that are nearest to it, as far as they are seen from there in the same direction.
fn settled(places: &mut [Point], near: &[Vec<usize>], pivots: &[usize], from: &[Vec<u32>], nearest: &[(u32, usize)]) {
    let len = places.len();
    // Of each pivot, for how many it speaks within so many steps.
    let mut within: Vec<Vec<u32>> = vec![Vec::new(); pivots.len()];
    for (steps, pivot) in nearest {
        let counts = &mut within[*pivot];
        if counts.len() <= *steps as usize {
            counts.resize(*steps as usize + 1, 0);
        }
        counts[*steps as usize] += 1;
    }
    for counts in &mut within {
        (1..counts.len()).for_each(|at| counts[at] += counts[at - 1]);
    }
    for _ in 0..STRESS_ROUNDS {
        let mut farthest: f64 = 0.0;
        for at in 0..len {
            let here = places[at];
            let (mut x, mut y, mut weights) = (0.0, 0.0, 0.0);
            let mut want = |other: Point, steps: f64, weight: f64| {
                let (across, down) = (here.x - other.x, here.y - other.y);
                let length = across.hypot(down).max(1e-9);
                x += weight * (other.x + steps * across / length);
                y += weight * (other.y + steps * down / length);
                weights += weight;
            };
            near[at].iter().for_each(|other| want(places[*other], 1.0, 1.0));
            for (number, pivot) in pivots.iter().enumerate() {
                let steps = from[number][at];
                // Partners have been heard.
                if steps < 2 {
                    continue;
                }
                let counts = &within[number];
                let speaks_for = counts[(steps as usize / 2).min(counts.len() - 1)];
                want(places[*pivot], f64::from(steps), f64::from(speaks_for) / f64::from(steps).powi(2));
            }
            let there = Point { x: x / weights, y: y / weights };
            farthest = farthest.max((there.x - here.x).hypot(there.y - here.y));
            places[at] = there;
        }
        if farthest < STRESS_STILL {
            break;
        }
    }
}

/// Moves actors that stand on each other apart, each as little as it must, within the unit square. Where they crowd too
/// much for that they are first spread more evenly, and if that is not enough they stand on the places of a grid; where the square has no room for all, they stay as they are.
pub fn apart(mut points: Vec<Point>, room: Room) -> Vec<Point> {
    let slots = |side: f64| (1.0 / side).floor().max(1.0);
    let (columns, rows) = (slots(room.width), slots(room.height));
    if columns * rows < points.len() as f64 {
        return points;
    }
    // A little more, so that rounding leaves nobody too near.
    let (width, height) = (room.width * (1.0 + 1e-6), room.height * (1.0 + 1e-6));
    let inside = |point: Point| Point {
        x: point.x.clamp((width / 2.0).min(0.5), (1.0 - width / 2.0).max(0.5)),
        y: point.y.clamp((height / 2.0).min(0.5), (1.0 - height / 2.0).max(0.5)),
    };
    for evenly in [false, true] {
        if evenly {
            points = evened(&points);
        }
        points.iter_mut().for_each(|point| *point = inside(*point));
        for _ in 0..PUSH_ROUNDS {
            let mut moved = false;
            for (one, other) in neighbours(&points, width, height) {
                let (across, down) = (points[other].x - points[one].x, points[other].y - points[one].y);
                let (far_x, far_y) = (width - across.abs(), height - down.abs());
                if far_x <= width * 1e-7 || far_y <= height * 1e-7 {
                    continue;
                }
                moved = true;
                // Where it is less far to go. Of two on the very same place the first goes left or up.
                let toward = |far: f64, delta: f64| if delta < 0.0 { -far / 2.0 } else { far / 2.0 };
                let is_across = far_x / width < far_y / height;
                let (x, y) = if is_across { (toward(far_x, across), 0.0) } else { (0.0, toward(far_y, down)) };
                points[one] = inside(Point { x: points[one].x - x, y: points[one].y - y });
                points[other] = inside(Point { x: points[other].x + x, y: points[other].y + y });
            }
            if !moved {
                return points;
            }
        }
    }
    on_grid(&points, columns as usize, rows as usize)
}

/// Halfway to where each column and each line of the square holds as many: who is left of or above another stays so.
fn evened(points: &[Point]) -> Vec<Point> {
    let ranks = |of: fn(&Point) -> f64| {
        let mut order: Vec<usize> = (0..points.len()).collect();
        order.sort_by(|one, other| of(&points[*one]).total_cmp(&of(&points[*other])));
        let mut ranks = vec![0.0; points.len()];
        order.iter().enumerate().for_each(|(rank, at)| ranks[*at] = (rank as f64 + 0.5) / points.len() as f64);
        ranks
    };
    let (across, down) = (ranks(|point| point.x), ranks(|point| point.y));
    let middle =
        |(at, point): (usize, &Point)| Point { x: (point.x + across[at]) / 2.0, y: (point.y + down[at]) / 2.0 };
    points.iter().enumerate().map(middle).collect()
}

/// Pairs that may be too near to each other, in a fixed order.
fn neighbours(points: &[Point], width: f64, height: f64) -> Vec<(usize, usize)> {
    // Twice as wide as needed: within a round actors move.
    let mut cells: Vec<(i64, i64, usize)> = points
        .iter()
        .enumerate()
        .map(|(at, point)| ((point.y / height).floor() as i64, (point.x / width).floor() as i64, at))
        .collect();
    cells.sort_unstable();
    let mut pairs = Vec::new();
    for (place, (row, column, one)) in cells.iter().enumerate() {
        let mut add = |cells: &[(i64, i64, usize)], last: i64, of_row: i64| {
            let near = cells.iter().take_while(|cell| cell.0 == of_row && cell.1 <= last);
            pairs.extend(near.map(|cell| (*one, cell.2)));
        };
        add(&cells[place + 1..], column + 1, *row);
        let below = cells.partition_point(|cell| (cell.0, cell.1) < (row + 1, column - 1));
        add(&cells[below..], column + 1, row + 1);
    }
    pairs
}

/// Everyone on the nearest free place of a grid, those in the middle first.
fn on_grid(points: &[Point], columns: usize, rows: usize) -> Vec<Point> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    let middle = |at: &usize| (points[*at].x - 0.5).powi(2) + (points[*at].y - 0.5).powi(2);
    order.sort_by(|one, other| middle(one).total_cmp(&middle(other)));
    let centre = |column: usize, row: usize| Point {
        x: (column as f64 + 0.5) / columns as f64,
        y: (row as f64 + 0.5) / rows as f64,
    };
    let mut taken = vec![false; columns * rows];
    let mut places = vec![Point::default(); points.len()];
    for actor in order {
        let point = points[actor];
        let column = ((point.x * columns as f64) as usize).min(columns - 1);
        let row = ((point.y * rows as f64) as usize).min(rows - 1);
        let mut best: Option<(f64, usize, usize)> = None;
        for reach in 0..columns.max(rows) {
            // One ring further than the first that has a free place: its corners are farther than the next ring's sides.
            if best.is_some_and(|(far, ..)| far < (reach as f64 - 1.0).max(0.0).powi(2)) {
                break;
            }
            let (left, right) = (column.saturating_sub(reach), (column + reach).min(columns - 1));
            for down in row.saturating_sub(reach)..=(row + reach).min(rows - 1) {
                let is_rim = down.abs_diff(row) == reach;
                for across in left..=right {
                    if (!is_rim && across.abs_diff(column) != reach) || taken[down * columns + across] {
                        continue;
                    }
                    let at = centre(across, down);
                    let far = ((at.x - point.x) * columns as f64).powi(2) + ((at.y - point.y) * rows as f64).powi(2);
                    if best.is_none_or(|(least, ..)| far < least) {
                        best = Some((far, across, down));
                    }
                }
            }
        }
        if let Some((_, across, down)) = best {
            taken[down * columns + across] = true;
            places[actor] = centre(across, down);
        }
    }
    places
}

/// A name that wants to stand beside the sign of its actor. Lengths are in units of the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Label {
    /// The middle of the sign.
    pub at: Point,
    /// Its radius.
    pub radius: f64,
    /// How wide the name is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
    /// Stronger ones come first.
    pub strength: f64,
}

/// Where the middles of names stand: under the sign, over it, right or left of it, so that no two names overlap and none
/// leaves the picture, the stronger first. `None`: there is no such place, and the name is not shown. Only the first
/// `covering` names may stand on signs of others where there is no other place.
pub fn labels(wanted: &[Label], width: f64, height: f64, covering: usize) -> Vec<Option<Point>> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|one, other| wanted[*other].strength.total_cmp(&wanted[*one].strength));
    let (wide, high) = wanted.iter().fold((1.0_f64, 1.0_f64), |(wide, high), label| {
        (wide.max(label.width).max(2.0 * label.radius), high.max(label.height).max(2.0 * label.radius))
    });
    let signs = Boxes::of(wide, high, wanted.iter().map(|label| (label.at, label.radius * 2.0, label.radius * 2.0)));
    let mut names = Boxes::of(wide, high, std::iter::empty());
    let mut places = vec![None; wanted.len()];
    let mut covered = 0;
    for actor in order {
        let label = wanted[actor];
        let down = label.radius + label.height / 2.0;
        let across = label.radius + label.width / 2.0;
        let spots = [(0.0, down), (0.0, -down), (across, 0.0), (-across, 0.0)];
        let spots = spots.into_iter().map(|(x, y)| Point { x: label.at.x + x, y: label.at.y + y });
        let free = spots.filter(|spot| {
            let inside = |middle: f64, side: f64, end: f64| middle - side / 2.0 >= 0.0 && middle + side / 2.0 <= end;
            inside(spot.x, label.width, width)
                && inside(spot.y, label.height, height)
                && names.over(*spot, label.width, label.height, None) == 0
        });
        let over = free.map(|spot| (signs.over(spot, label.width, label.height, Some(actor)), spot));
        // The first of the best.
        let Some((over, spot)) = over.min_by_key(|(over, _)| *over) else { continue };
        if over > 0 {
            if covered == covering {
                continue;
            }
            covered += 1;
        }
        names.add(spot, label.width, label.height);
        places[actor] = Some(spot);
    }
    places
}

/// Boxes, found by where they are.
struct Boxes {
    wide: f64,
    high: f64,
    cells: std::collections::BTreeMap<(i64, i64), Vec<usize>>,
    all: Vec<(Point, f64, f64)>,
}

impl Boxes {
    /// Boxes that are at most so wide and high.
    fn of(wide: f64, high: f64, boxes: impl Iterator<Item = (Point, f64, f64)>) -> Boxes {
        let mut made = Boxes { wide, high, cells: std::collections::BTreeMap::new(), all: Vec::new() };
        boxes.for_each(|(middle, width, height)| made.add(middle, width, height));
        made
    }

    fn cell(&self, middle: Point) -> (i64, i64) {
        ((middle.x / self.wide).floor() as i64, (middle.y / self.high).floor() as i64)
    }

    fn add(&mut self, middle: Point, width: f64, height: f64) {
        self.cells.entry(self.cell(middle)).or_default().push(self.all.len());
        self.all.push((middle, width, height));
    }

    /// How many of them a box lies over, one left out.
    fn over(&self, middle: Point, width: f64, height: f64, but: Option<usize>) -> usize {
        let (column, row) = self.cell(middle);
        let near = (column - 1..=column + 1).flat_map(|column| (row - 1..=row + 1).map(move |row| (column, row)));
        let near = near.filter_map(|cell| self.cells.get(&cell)).flatten().filter(|at| Some(**at) != but);
        near.filter(|at| {
            let (other, wide, high) = self.all[**at];
            (other.x - middle.x).abs() < (wide + width) / 2.0 && (other.y - middle.y).abs() < (high + height) / 2.0
        })
        .count()
    }
}
