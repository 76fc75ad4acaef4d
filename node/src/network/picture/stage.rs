//! The network itself: signs for actors, lines for ties. Where everyone stands is made of the whole time, apart from what is
//! drawn, so that the ties of one period can be shown in the same places.

use maud::{Markup, html};
use tongban_core::network::Graph;
use tongban_core::network::facts::Level;
use tongban_core::network::layout::{self, Label, Point, Room};

use super::cast::level_name;
use super::svg::{self, Anchor, FADED, INK, LINE, RULE, SOFT, TEXT, px, sign, titled};
use super::ties::{Line, Ties, among, is_both_ways, line_width, strongest};
use super::{Cast, LeftOut, Period, Picture, Style, Thing, figure};
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

/// More lines than this are drawn thinner.
const THICK_MAX: usize = 120;

/// The widest names that are written whole.
const NAME: f64 = 11.0 * TEXT;

/// The seed of what a layout draws.
const SEED: u64 = 1;

impl Layout {
    /// Where each stands, as shares of the width and the height.
    pub(super) fn places(self, cast: &Cast, graph: &Graph, room: Room) -> Vec<Point> {
        match self {
            Layout::Levels => layout::levels(graph, &cast.levels, room),
            Layout::Types => layout::sectors(graph, &cast.groups.of_actor, room),
            Layout::Stress => layout::stress(graph, room, SEED),
        }
    }
}

/// Draws a network. Actors past [`limits::PICTURE_ACTORS_MAX`] are left out, the weakest first.
pub fn network(cast: &Cast, graph: &Graph, layout: Layout, style: &Style<'_>) -> Picture {
    Stage::of(cast, graph, &[], layout, style).draw(None, style)
}

/// What is drawn widest and largest.
#[derive(Clone, Copy)]
struct Scale {
    /// The weights of the weakest and of the strongest tie.
    ends: (f64, f64),
    /// How wide the strongest is, in pixels.
    thickest: f64,
    /// The weight of all ties of the strongest actor.
    strongest: f64,
}

impl Scale {
    fn of(all: &[&Ties]) -> Scale {
        let ends = all.iter().filter(|ties| !ties.drawn.is_empty()).map(|ties| ties.ends());
        let ends = ends.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))).unwrap_or_default();
        let is_many = all.iter().any(|ties| ties.drawn.len() > THICK_MAX);
        let strongest = all.iter().flat_map(|ties| &ties.strengths).copied().fold(0.0, f64::max);
        Scale { ends, thickest: if is_many { 5.0 } else { 7.0 }, strongest }
    }

    /// Of an actor whose ties weigh so much, as a share of the largest.
    fn size(&self, strength: f64) -> f64 {
        let part = if self.strongest > 0.0 { (strength / self.strongest).sqrt() } else { 0.0 };
        0.5 + 0.5 * part
    }
}

/// The frame within which actors stand, in pixels.
struct Plot {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

impl Plot {
    fn of(layout: Layout, style: &Style<'_>) -> Plot {
        let left = if layout == Layout::Levels { 76.0 } else { 16.0 };
        let top = if layout == Layout::Levels { LINE + 8.0 } else { 12.0 };
        let width = (f64::from(style.width) - 16.0 - left).max(100.0);
        let share = match layout {
            Layout::Levels => 0.62,
            Layout::Types => 0.84,
            Layout::Stress => 0.74,
        };
        Plot { left, top, width, height: width * share }
    }
}

/// Everyone in their place: made of the network of the whole time, whatever is drawn of it.
pub struct Stage {
    cast: Cast,
    /// The number of each who is drawn, among all.
    kept: Vec<usize>,
    /// How many there are in all.
    all: usize,
    layout: Layout,
    plot: Plot,
    places: Vec<Point>,
    /// The radius of the largest sign.
    largest: f64,
    short: Vec<String>,
    /// Who has a name, and where it stands.
    names: Vec<(usize, Point)>,
    whole: Ties,
    whole_scale: Scale,
    periods: Vec<(Period, Ties)>,
    /// Periods share one, so that they can be held against each other.
    period_scale: Scale,
}

impl Stage {
    /// Of the network of the whole time, and those of the periods into which it is parted, among the same actors. Names and
    /// signs fit a picture as wide as `style` says.
    pub fn of(cast: &Cast, whole: &Graph, periods: &[(Period, Graph)], layout: Layout, style: &Style<'_>) -> Stage {
        let all = whole.len();
        let share = |of_all: usize| (of_all / periods.len().max(1)).max(1);
        let most = limits::PICTURE_ACTORS_MAX.min(share(limits::PICTURE_SLIDER_ACTORS));
        let (kept, cast, graph) =
            strongest(cast, whole, most).unwrap_or_else(|| ((0..all).collect(), cast.clone(), whole.clone()));
        let graphs: Vec<(Period, Graph)> =
            periods.iter().map(|(period, graph)| (*period, among(&kept, graph))).collect();
        // There and back are two lines in all or in none.
        let both_ways = is_both_ways(&graph) && graphs.iter().all(|(_, graph)| is_both_ways(graph));
        let most = style.most(limits::PICTURE_TIES);
        let whole = Ties::drawn_as(&graph, most, both_ways);
        let most = most.min(share(limits::PICTURE_SLIDER_TIES));
        let periods: Vec<(Period, Ties)> =
            graphs.iter().map(|(period, graph)| (*period, Ties::drawn_as(graph, most, both_ways))).collect();
        let whole_scale = Scale::of(&[&whole]);
        let period_scale = Scale::of(&periods.iter().map(|(_, ties)| ties).collect::<Vec<_>>());

        let count = graph.len();
        let plot = Plot::of(layout, style);
        let area = plot.width * plot.height / count.max(1) as f64;
        let largest = (area.sqrt() * 0.2).clamp(2.5, 12.0);
        let short: Vec<String> = cast.names.iter().map(|name| svg::short(name, NAME)).collect();
        let widest = short.iter().map(|name| svg::width_of(name)).fold(0.0, f64::max);
        // Below every sign is room for a name, or for half of one, so that every other stands above; or for signs only.
        let side = 2.0 * largest;
        let wide = widest.max(side) + 6.0;
        let sizes = [(wide, side + TEXT + 12.0), (wide / 2.0, side + TEXT + 12.0), (side + 2.0, side + 2.0)];
        let fits = |size: &(f64, f64)| size.0 > side && size.0 * size.1 < area * 0.6;
        let (room_width, room_height) = sizes.into_iter().find(fits).unwrap_or(sizes[2]);
        let room = Room { width: room_width / plot.width, height: room_height / plot.height };
        let places = layout.places(&cast, &graph, room);
        let mut stage = Stage {
            cast,
            kept,
            all,
            layout,
            plot,
            places,
            largest,
            short,
            names: Vec::new(),
            whole,
            whole_scale,
            periods,
            period_scale,
        };
        stage.names = stage.place_names(f64::from(style.width));
        stage
    }

    /// The periods, in their order.
    pub fn periods(&self) -> impl ExactSizeIterator<Item = Period> + '_ {
        self.periods.iter().map(|(period, _)| *period)
    }

    /// How many ties there are in a period, or in the whole time.
    pub fn ties(&self, at: Option<usize>) -> usize {
        self.shown(at).0.all
    }

    fn shown(&self, at: Option<usize>) -> (&Ties, Scale) {
        match at {
            Some(at) => (&self.periods[at].1, self.period_scale),
            None => (&self.whole, self.whole_scale),
        }
    }

    fn at(&self, actor: usize) -> Point {
        let (place, plot) = (&self.places[actor], &self.plot);
        Point { x: plot.left + place.x * plot.width, y: plot.top + place.y * plot.height }
    }

    /// Weak ones first, so that the strong lie on them.
    fn order(strengths: &[f64]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..strengths.len()).collect();
        order.sort_by(|one, other| strengths[*one].total_cmp(&strengths[*other]));
        order
    }

    /// Where names stand: of many actors only the strong have one. It stands clear of the sign of every period.
    fn place_names(&self, width: f64) -> Vec<(usize, Point)> {
        let plot = &self.plot;
        let count = self.places.len();
        let order = Stage::order(&self.whole.strengths);
        let named = &order[count.saturating_sub(limits::PICTURE_NAMES)..];
        let radius = |actor: usize| {
            let sizes = self.periods.iter().map(|(_, ties)| self.period_scale.size(ties.strengths[actor]));
            self.largest * sizes.fold(self.whole_scale.size(self.whole.strengths[actor]), f64::max)
        };
        // Names stay clear of the names of levels.
        let (clear, over) = if self.layout == Layout::Levels { (plot.left - 8.0, plot.top - 4.0) } else { (0.0, 0.0) };
        let wanted: Vec<Label> = named
            .iter()
            .map(|actor| Label {
                at: Point { x: self.at(*actor).x - clear, y: self.at(*actor).y - over },
                radius: radius(*actor) + 1.0,
                width: svg::width_of(&self.short[*actor]) + 2.0,
                height: TEXT + 3.0,
                strength: self.whole.strengths[*actor],
            })
            .collect();
        let covering = if count > limits::PICTURE_NAMES { limits::PICTURE_NAMES_COVERING } else { 0 };
        let spots = layout::labels(&wanted, width - clear, plot.top + plot.height + LINE - over, covering);
        named
            .iter()
            .zip(spots)
            .filter_map(|(actor, spot)| spot.map(|spot| (*actor, Point { x: spot.x + clear, y: spot.y + over })))
            .collect()
    }

    /// Draws the whole time, or the period of that number: its ties, its sizes, everyone without a tie pale.
    pub fn draw(&self, at: Option<usize>, style: &Style<'_>) -> Picture {
        let lang = style.lang;
        let (cast, plot) = (&self.cast, &self.plot);
        let (ties, scale) = self.shown(at);
        let count = self.places.len();
        let radius = |actor: usize| self.largest * scale.size(ties.strengths[actor]);
        let is_pale = |actor: usize| at.is_some() && !ties.tied[actor];

        let heads = !ties.both_ways && ties.drawn.len() <= HEADS_MAX;
        let arrow = if ties.both_ways { "—" } else { "→" };
        let arc = |(from, to, weight): &(usize, usize, f64)| {
            let line = Line {
                from: self.at(*from),
                to: self.at(*to),
                radii: (radius(*from), radius(*to)),
                width: line_width(*weight, scale.ends, scale.thickest),
                negative: *weight < 0.0,
                directed: !ties.both_ways,
                head: heads,
            };
            let href = style.href(Thing::Arc(self.kept[*from], self.kept[*to]));
            let title = format!("{} {arrow} {}", cast.names[*from], cast.names[*to]);
            titled(href.as_deref(), &lang.labelled(&title, &figure(*weight)), &line.draw(href.is_some()))
        };
        let node = |actor: usize| {
            let point = self.at(actor);
            if is_pale(actor) {
                let dot = html! { circle cx=(px(point.x)) cy=(px(point.y)) r=(px(self.largest * 0.4)) fill=(RULE) {} };
                return titled(None, &cast.title(actor, lang), &dot);
            }
            let title = lang.labelled(&cast.title(actor, lang), &figure(ties.strengths[actor]));
            let href = style.href(Thing::Actor(self.kept[actor]));
            titled(href.as_deref(), &title, &sign(cast.sign(actor), point.x, point.y, radius(actor)))
        };
        let others = lang.t("picture-others");
        let bottom = plot.top + plot.height + LINE + 8.0;
        let (legend, legend_height) = svg::legend(cast, &others, bottom, f64::from(style.width));
        let body = html! {
            @if self.layout == Layout::Levels { (bands(cast, &self.places, style, plot)) }
            @for tie in ties.drawn.iter().rev() { (arc(tie)) }
            @for actor in Stage::order(&ties.strengths) { (node(actor)) }
            g {
                @for (actor, place) in &self.names {
                    @let colour = if is_pale(*actor) { FADED } else { INK };
                    (svg::text(place.x, place.y, Anchor::Middle, colour, &self.short[*actor]))
                }
            }
            (legend)
        };

        let left_out = LeftOut {
            actors: self.all - count,
            ties: ties.all - ties.drawn.len(),
            names: count - self.names.len(),
            periods: 0,
        };
        let caption = style.sentences(&self.told(at, &left_out, style));
        let mut table = vec![style.words(["picture-column-from", "picture-column-to", "picture-column-weight"])];
        let mut links = Vec::new();
        for (from, to, weight) in &ties.drawn {
            table.push(vec![cast.names[*from].clone(), cast.names[*to].clone(), figure(*weight)]);
            links.push(style.href(Thing::Arc(self.kept[*from], self.kept[*to])));
        }
        let title = lang.t("picture-network");
        let title = match at {
            Some(at) => lang.labelled(&title, &self.periods[at].0.name(lang)),
            None => title.into_owned(),
        };
        let svg = svg::frame(style, &title, &caption, bottom + legend_height, &body);
        Picture { svg, caption, left_out, table, links }
    }

    /// What the caption says.
    fn told(&self, at: Option<usize>, left_out: &LeftOut, style: &Style<'_>) -> Vec<String> {
        let lang = style.lang;
        let (ties, scale) = self.shown(at);
        let count = ties.tied.len();
        let without = ties.tied.iter().filter(|tied| !**tied).count();
        let said = |key: &str, name: &str, count: usize| lang.tf(key, &[(name, &count.to_string())]).into_owned();
        let mut told = Vec::new();
        match at {
            Some(at) => {
                let (period, active) = (self.periods[at].0.name(lang), (count - without).to_string());
                let values = [("period", period.as_str()), ("actors", &active), ("ties", &ties.all.to_string())];
                told.push(lang.tf("picture-period-caption", &values).into_owned());
                told.push(said("picture-period-pale", "count", without));
                told.push(lang.t("picture-period-places").into_owned());
            }
            None => {
                let values = [("actors", &*count.to_string()), ("ties", &*ties.all.to_string())];
                told.push(lang.tf("picture-network-caption", &values).into_owned());
                if without > 0 {
                    told.push(said("picture-isolates", "count", without));
                }
            }
        }
        if left_out.actors > 0 {
            told.push(said("picture-actors-left-out", "left", left_out.actors));
        }
        told.push(match self.layout {
            Layout::Levels => lang.t("picture-layout-levels").into_owned(),
            Layout::Types => lang.t("picture-layout-types").into_owned(),
            Layout::Stress => lang.t("picture-layout-stress").into_owned(),
        });
        told.extend(ties.told(style));
        if scale.ends.1 > scale.ends.0 {
            told.push(lang.t("picture-widths").into_owned());
        }
        told.push(lang.t("picture-sizes").into_owned());
        if at.is_some() {
            told.push(lang.t("picture-period-scale").into_owned());
        }
        if left_out.names > 0 {
            told.push(said("picture-names-left-out", "left", left_out.names));
        }
        told
    }
}

/// The levels' names and the lines between them.
fn bands(cast: &Cast, places: &[Point], style: &Style<'_>, plot: &Plot) -> Markup {
    let Plot { left, top, width, height } = *plot;
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
