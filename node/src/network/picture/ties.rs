//! The network itself: signs for actors, lines for ties.

use maud::{Markup, html};
use tongban_core::network::Graph;
use tongban_core::network::facts::Level;
use tongban_core::network::layout::{self, Label, Point, Room};

use super::cast::level_name;
use super::svg::{self, Anchor, BLUE, INK, LINE, RULE, SOFT, TEXT, WARM, px, sign, titled};
use super::{Cast, LeftOut, Picture, Style, Thing, figure};
use crate::limits;

/// Where actors stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// By level, the centre at the top, whoever is on no level beside.
    Levels,
    /// By type: each group in a sector of its own.
    Types,
    /// By ties alone.
    Stress,
}

/// More arcs than this and their heads hide more than they tell.
const HEADS_MAX: usize = 250;

/// The widest names that are written whole.
const NAME: f64 = 11.0 * TEXT;

/// The seed of what a layout draws.
const SEED: u64 = 1;

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
}

impl Ties {
    pub fn of(graph: &Graph, most: usize) -> Ties {
        let mut strengths = vec![0.0; graph.len()];
        for (from, to, weight) in graph.each() {
            strengths[from] += weight.abs();
            strengths[to] += weight.abs();
        }
        let both_ways = graph.each().all(|(from, to, weight)| graph.weight(to, from) == Some(weight));
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
        Ties { drawn, all, both_ways, strengths }
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
    let mut number = vec![None; graph.len()];
    kept.iter().enumerate().for_each(|(at, actor)| number[*actor] = Some(at as u32));
    let arcs = graph.each().filter_map(|(from, to, weight)| Some((number[from]?, number[to]?, weight)));
    let graph = Graph::of(kept.len(), arcs).0;
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

/// Draws a network. Actors past [`limits::PICTURE_ACTORS_MAX`] are left out, the weakest first.
pub fn network(cast: &Cast, graph: &Graph, layout: Layout, style: &Style<'_>) -> Picture {
    let lang = style.lang;
    let all = graph.len();
    let reduced = strongest(cast, graph, limits::PICTURE_ACTORS_MAX);
    let (kept, cast, graph) = match &reduced {
        Some((kept, cast, graph)) => (kept.clone(), cast, graph),
        None => ((0..all).collect(), cast, graph),
    };
    let count = graph.len();
    let ties = Ties::of(graph, style.most(limits::PICTURE_TIES));
    let isolates = (0..count).filter(|actor| graph.partners(*actor).is_empty()).count();

    // The frame within which actors stand.
    let width = f64::from(style.width);
    let left = if layout == Layout::Levels { 76.0 } else { 16.0 };
    let (top, right) = (if layout == Layout::Levels { LINE + 8.0 } else { 12.0 }, width - 16.0);
    let plot_width = (right - left).max(100.0);
    let share = match layout {
        Layout::Levels => 0.62,
        Layout::Types => 0.84,
        Layout::Stress => 0.74,
    };
    let plot_height = plot_width * share;
    let area = plot_width * plot_height / count.max(1) as f64;
    let largest = (area.sqrt() * 0.2).clamp(2.5, 12.0);
    let strongest = ties.strengths.iter().copied().fold(0.0, f64::max);
    let radius = |actor: usize| {
        let part = if strongest > 0.0 { (ties.strengths[actor] / strongest).sqrt() } else { 0.0 };
        largest * (0.5 + 0.5 * part)
    };
    let short: Vec<String> = cast.names.iter().map(|name| svg::short(name, NAME)).collect();
    let widest = short.iter().map(|name| svg::width_of(name)).fold(0.0, f64::max);
    // Below every sign is room for a name, or for half of one, so that every other stands above; or for signs only.
    let side = 2.0 * largest;
    let wide = widest.max(side) + 6.0;
    let sizes = [(wide, side + TEXT + 12.0), (wide / 2.0, side + TEXT + 12.0), (side + 2.0, side + 2.0)];
    let fits = |size: &(f64, f64)| size.0 > side && size.0 * size.1 < area * 0.6;
    let (room_width, room_height) = sizes.into_iter().find(fits).unwrap_or(sizes[2]);
    let room = Room { width: room_width / plot_width, height: room_height / plot_height };
    let places = match layout {
        Layout::Levels => layout::levels(graph, &cast.levels, room),
        Layout::Types => layout::sectors(graph, &cast.groups.of_actor, room),
        Layout::Stress => layout::stress(graph, room, SEED),
    };
    let at = |actor: usize| Point { x: left + places[actor].x * plot_width, y: top + places[actor].y * plot_height };

    // Weak ones first, so that the strong lie on them; of many only the strong have names.
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|one, other| ties.strengths[*one].total_cmp(&ties.strengths[*other]));
    let named = &order[count.saturating_sub(limits::PICTURE_NAMES)..];
    // Names stay clear of the names of levels.
    let (clear, over) = if layout == Layout::Levels { (left - 8.0, top - 4.0) } else { (0.0, 0.0) };
    let wanted: Vec<Label> = named
        .iter()
        .map(|actor| Label {
            at: Point { x: at(*actor).x - clear, y: at(*actor).y - over },
            radius: radius(*actor) + 1.0,
            width: svg::width_of(&short[*actor]) + 2.0,
            height: TEXT + 3.0,
            strength: ties.strengths[*actor],
        })
        .collect();
    let covering = if count > limits::PICTURE_NAMES { limits::PICTURE_NAMES_COVERING } else { 0 };
    let spots = layout::labels(&wanted, width - clear, top + plot_height + LINE - over, covering);
    let names: Vec<(usize, Point)> = named
        .iter()
        .zip(spots)
        .filter_map(|(actor, spot)| spot.map(|spot| (*actor, Point { x: spot.x + clear, y: spot.y + over })))
        .collect();
    let nameless = count - names.len();

    let heads = !ties.both_ways && ties.drawn.len() <= HEADS_MAX;
    let ends = ties.ends();
    let thickest = if ties.drawn.len() > 120 { 5.0 } else { 7.0 };
    let arrow = if ties.both_ways { "—" } else { "→" };
    let arc = |(from, to, weight): &(usize, usize, f64)| {
        let line = Line {
            from: at(*from),
            to: at(*to),
            radii: (radius(*from), radius(*to)),
            width: line_width(*weight, ends, thickest),
            negative: *weight < 0.0,
            directed: !ties.both_ways,
            head: heads,
        };
        let href = style.href(Thing::Arc(kept[*from], kept[*to]));
        let title = format!("{} {arrow} {}", cast.names[*from], cast.names[*to]);
        titled(href.as_deref(), &lang.labelled(&title, &figure(*weight)), &line.draw(href.is_some()))
    };
    let node = |actor: usize| {
        let title = lang.labelled(&cast.title(actor, lang), &figure(ties.strengths[actor]));
        let href = style.href(Thing::Actor(kept[actor]));
        let point = at(actor);
        titled(href.as_deref(), &title, &sign(cast.sign(actor), point.x, point.y, radius(actor)))
    };
    let others = lang.t("picture-others");
    let (legend, legend_height) = svg::legend(cast, &others, top + plot_height + LINE + 8.0, width);
    let body = html! {
        @if layout == Layout::Levels { (bands(cast, &places, style, left, top, plot_width, plot_height)) }
        @for tie in ties.drawn.iter().rev() { (arc(tie)) }
        @for actor in &order { (node(*actor)) }
        g {
            @for (actor, place) in &names { (svg::text(place.x, place.y, Anchor::Middle, INK, &short[*actor])) }
        }
        (legend)
    };

    let left_out = LeftOut { actors: all - count, ties: ties.all - ties.drawn.len(), names: nameless, periods: 0 };
    let numbers = [("actors", &count.to_string()), ("ties", &ties.all.to_string())];
    let mut told =
        vec![lang.tf("picture-network-caption", &numbers.map(|(key, value)| (key, value.as_str()))).into_owned()];
    if left_out.actors > 0 {
        told.push(lang.tf("picture-actors-left-out", &[("left", &left_out.actors.to_string())]).into_owned());
    }
    if isolates > 0 {
        told.push(lang.tf("picture-isolates", &[("count", &isolates.to_string())]).into_owned());
    }
    told.push(match layout {
        Layout::Levels => lang.t("picture-layout-levels").into_owned(),
        Layout::Types => lang.t("picture-layout-types").into_owned(),
        Layout::Stress => lang.t("picture-layout-stress").into_owned(),
    });
    told.extend(ties.told(style));
    if ends.1 > ends.0 {
        told.push(lang.t("picture-widths").into_owned());
    }
    told.push(lang.t("picture-sizes").into_owned());
    if nameless > 0 {
        told.push(lang.tf("picture-names-left-out", &[("left", &nameless.to_string())]).into_owned());
    }
    let caption = style.sentences(&told);
    let mut table = vec![style.words(["picture-column-from", "picture-column-to", "picture-column-weight"])];
    let mut links = Vec::new();
    for (from, to, weight) in &ties.drawn {
        table.push(vec![cast.names[*from].clone(), cast.names[*to].clone(), figure(*weight)]);
        links.push(style.href(Thing::Arc(kept[*from], kept[*to])));
    }
    let height = top + plot_height + LINE + 8.0 + legend_height;
    let svg = svg::frame(style, &lang.t("picture-network"), &caption, height, &body);
    Picture { svg, caption, left_out, table, links }
}

/// The levels' names and the lines between them.
fn bands(cast: &Cast, places: &[Point], style: &Style<'_>, left: f64, top: f64, width: f64, height: f64) -> Markup {
    let ends = |level: Level, of: fn(&Point) -> f64| {
        let on = places.iter().zip(&cast.levels).filter(|(_, own)| **own == level).map(|(place, _)| of(place));
        on.fold(None, |ends: Option<(f64, f64)>, value| {
            Some(ends.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
        })
    };
    let inside = Level::ALL.into_iter().filter(|level| *level != Level::Outside);
    let rows: Vec<(Level, f64, f64)> =
        inside.filter_map(|level| ends(level, |place| place.y).map(|(low, high)| (level, low, high))).collect();
    let outside = ends(Level::Outside, |place| place.x);
    let inner = places.iter().zip(&cast.levels).filter(|(_, level)| **level != Level::Outside);
    let inner =
        inner.map(|(place, _)| place.x).fold(None, |most: Option<f64>, x| Some(most.map_or(x, |most| most.max(x))));
    let part = match (inner, outside) {
        (Some(inner), Some((outer, _))) => left + (inner + outer) / 2.0 * width,
        _ => left + width,
    };
    let y = |share: f64| top + share * height;
    html! {
        @for pair in rows.windows(2) {
            @let middle = px(y((pair[0].2 + pair[1].1) / 2.0));
            line x1="16" x2=(px(part)) y1=(middle) y2=(middle) stroke=(RULE) {}
        }
        @for (level, low, high) in &rows {
            (svg::text(16.0, y((low + high) / 2.0), Anchor::Start, SOFT, &level_name(*level, style.lang)))
        }
        @if let Some((low, high)) = outside {
            @if inner.is_some() { line x1=(px(part)) x2=(px(part)) y1=(px(top - LINE)) y2=(px(top + height)) stroke=(RULE) {} }
            (svg::text(left + (low + high) / 2.0 * width, top - LINE / 2.0, Anchor::Middle, SOFT,
                &level_name(Level::Outside, style.lang)))
        }
    }
}
