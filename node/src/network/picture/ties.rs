//! Ties and the lines that are drawn of them.

use maud::{Markup, html};
use tongban_core::network::Graph;
use tongban_core::network::layout::Point;

use super::svg::{BLUE, WARM, px};
use super::{Cast, Style, figure};

/// Ties, the strongest first.
pub(super) struct Ties {
    /// Those that are drawn. Without directions each stands here once.
    pub drawn: Vec<(usize, usize, f64)>,
    /// How many there are.
    pub all: usize,
    /// Whether every tie goes both ways with one weight.
    pub both_ways: bool,
    /// The weight of all that goes out of and into each actor.
    pub strengths: Vec<f64>,
    /// Whether each has a tie at all: those for and against each other may weigh nothing together.
    pub tied: Vec<bool>,
}

impl Ties {
    pub fn of(graph: &Graph, most: usize) -> Ties {
        Ties::drawn_as(graph, most, is_both_ways(graph))
    }

    /// Ties that are drawn once for both ways, or once for each, like others beside which they stand.
    pub fn drawn_as(graph: &Graph, most: usize, both_ways: bool) -> Ties {
        let (mut strengths, mut tied) = (vec![0.0; graph.len()], vec![false; graph.len()]);
        for (from, to, weight) in graph.each() {
            for end in [from, to] {
                strengths[end] += weight.abs();
                tied[end] = true;
            }
        }
        let mut drawn: Vec<(usize, usize, f64)> =
            graph.each().filter(|(from, to, _)| !both_ways || from < to).collect();
        let all = drawn.len();
        // Of equal weights, those whose weaker end is stronger.
        let key = |tie: &(usize, usize, f64)| (tie.2.abs(), strengths[tie.0].min(strengths[tie.1]));
        drawn.sort_by(|one, other| {
            let (one, other) = (key(one), key(other));
            other.0.total_cmp(&one.0).then(other.1.total_cmp(&one.1))
        });
        drawn.truncate(most);
        Ties { drawn, all, both_ways, strengths, tied }
    }

    /// The weights of the weakest and of the strongest that is drawn.
    pub fn ends(&self) -> (f64, f64) {
        let weight = |tie: Option<&(usize, usize, f64)>| tie.map_or(0.0, |tie| tie.2.abs());
        (weight(self.drawn.last()), weight(self.drawn.first()))
    }

    /// What a caption says of them.
    pub fn told(&self, style: &Style<'_>) -> Vec<String> {
        let lang = style.lang;
        let mut told = Vec::new();
        let key = if self.both_ways { "picture-undirected" } else { "picture-directed" };
        told.push(lang.t(key).into_owned());
        if self.drawn.iter().any(|tie| tie.2 < 0.0) {
            told.push(lang.t("picture-negative").into_owned());
        }
        let left = self.all - self.drawn.len();
        if let (Some(last), true) = (self.drawn.last(), left > 0) {
            let (drawn, left) = (self.drawn.len().to_string(), left.to_string());
            let values = [("drawn", drawn.as_str()), ("left", &left), ("least", &figure(last.2.abs()))];
            told.push(lang.tf("picture-ties-left-out", &values).into_owned());
        }
        told
    }
}

/// Whether every tie goes both ways with one weight.
pub(super) fn is_both_ways(graph: &Graph) -> bool {
    graph.each().all(|(from, to, weight)| graph.weight(to, from) == Some(weight))
}

/// The ties among some of the actors, who are numbered anew.
pub(super) fn among(kept: &[usize], graph: &Graph) -> Graph {
    let mut number = vec![None; graph.len()];
    kept.iter().enumerate().for_each(|(at, actor)| number[*actor] = Some(at as u32));
    let arcs = graph.each().filter_map(|(from, to, weight)| Some((number[from]?, number[to]?, weight)));
    Graph::of(kept.len(), arcs).0
}

/// The strongest actors of a network that has more than can be drawn, and the network of these.
pub(super) fn strongest(cast: &Cast, graph: &Graph, most: usize) -> Option<(Vec<usize>, Cast, Graph)> {
    if graph.len() <= most {
        return None;
    }
    let strengths = Ties::of(graph, 0).strengths;
    let mut kept: Vec<usize> = (0..graph.len()).collect();
    kept.sort_by(|one, other| strengths[*other].total_cmp(&strengths[*one]));
    kept.truncate(most);
    kept.sort_unstable();
    let graph = among(&kept, graph);
    let mut groups = cast.groups.clone();
    groups.of_actor = kept.iter().map(|actor| cast.groups.of_actor[*actor]).collect();
    let names = kept.iter().map(|actor| cast.names[*actor].clone()).collect();
    let levels = kept.iter().map(|actor| cast.levels[*actor]).collect();
    Some((kept, Cast { names, levels, groups, signs: cast.signs.clone() }, graph))
}

/// A line from sign to sign. With a direction it bends to the left of the way it goes, so that there and back are two.
pub(super) struct Line {
    pub from: Point,
    pub to: Point,
    pub radii: (f64, f64),
    pub width: f64,
    pub negative: bool,
    pub directed: bool,
    pub head: bool,
}

impl Line {
    pub fn draw(&self, reachable: bool) -> Markup {
        let (across, down) = (self.to.x - self.from.x, self.to.y - self.from.y);
        let length = across.hypot(down).max(1e-6);
        let bend = if self.directed { 0.16 } else { 0.0 };
        let control = Point {
            x: (self.from.x + self.to.x) / 2.0 + down * bend,
            y: (self.from.y + self.to.y) / 2.0 - across * bend,
        };
        // From rim to rim, as far as the signs leave room.
        let toward = |at: Point, far: f64| {
            let (x, y) = (control.x - at.x, control.y - at.y);
            let all = x.hypot(y).max(1e-6);
            let far = far.min(length * 0.4);
            Point { x: at.x + x / all * far, y: at.y + y / all * far }
        };
        let tip = toward(self.to, self.radii.1 + 1.0);
        let size = if self.head { 5.0 + self.width * 1.3 } else { 0.0 };
        let begin = toward(self.from, self.radii.0);
        let end = toward(tip, size * 0.8);
        let point = |point: Point| format!("{} {}", px(point.x), px(point.y));
        let path = if self.directed {
            format!("M{} Q{} {}", point(begin), point(control), point(end))
        } else {
            format!("M{} L{}", point(begin), point(end))
        };
        let colour = if self.negative { WARM } else { BLUE };
        let head = self.head.then(|| {
            let base = toward(tip, size);
            let (x, y) = ((tip.y - base.y) * 0.45, (base.x - tip.x) * 0.45);
            let side = |by: f64| Point { x: base.x + x * by, y: base.y + y * by };
            format!("{} {} {}", point(tip), point(side(1.0)), point(side(-1.0)))
        });
        html! {
            path d=(path) fill="none" stroke=(colour) stroke-opacity="0.5" stroke-width=(px(self.width))
                stroke-dasharray=[self.negative.then_some("6 4")] {}
            @if reachable {
                // So that a thin line can be hit.
                path d=(path) fill="none" stroke=(colour) stroke-opacity="0" stroke-width="14" {}
            }
            @if let Some(head) = head { polygon points=(head) fill=(colour) fill-opacity="0.75" {} }
        }
    }
}

/// Width of the line of a tie, where weights are from the least to the most.
pub(super) fn line_width(weight: f64, (least, most): (f64, f64), widest: f64) -> f64 {
    // Where all weigh the same, none is strong; where they differ little, none is much stronger.
    let widest = widest.min(1.2 + 0.9 * most / least);
    if most > least { 0.8 + (widest - 0.8) * (weight.abs() / most).sqrt() } else { 1.2 }
}
