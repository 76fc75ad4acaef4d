//! A picture of values period by period: what is observed as dots, what is reckoned as lines. The table below it says the
//! same.

use maud::{Markup, html};

/// Size of the picture, and its margins, in its own units.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 84.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 34.0;

/// About how many lines across there are, and how many periods are named.
const STEPS: f64 = 5.0;
const NAMED: usize = 6;

/// What is drawn.
pub(super) struct Picture<'a> {
    /// What it shows, for who hears the page.
    pub label: &'a str,
    /// What each period is called.
    pub periods: &'a [String],
    /// As dots.
    pub observed: &'a [Option<f64>],
    /// As lines, each with the class by which it looks; a gap stays one.
    pub lines: &'a [(&'static str, &'a [Option<f64>])],
    /// Where an upright line stands: so many periods, and parts of one, after the beginning of the first.
    pub mark: Option<f64>,
    /// How a value is written.
    pub amount: &'a dyn Fn(f64) -> String,
}

/// From where to where the scale goes, and in which steps: ones, twos and fives. Nought is always on it.
fn scale(values: impl Iterator<Item = f64>) -> (f64, f64, f64) {
    let (low, high) = values.fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    let rough = if high > low { (high - low) / STEPS } else { 1.0 / STEPS };
    let ten = 10.0_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0].into_iter().map(|times| times * ten).find(|step| *step >= rough).unwrap_or(10.0 * ten);
    let top = (high / step).ceil().max(if low < 0.0 { 0.0 } else { 1.0 }) * step;
    ((low / step).floor() * step, top, step)
}

impl Picture<'_> {
    pub(super) fn draw(&self) -> Markup {
        let lines = self.lines.iter().flat_map(|(_, values)| values.iter());
        let (low, high, step) = scale(self.observed.iter().chain(lines).flatten().copied());
        let count = self.periods.len().max(1);
        let along = |periods: f64| LEFT + (WIDTH - LEFT - RIGHT) * periods / count as f64;
        let middle = |at: usize| along(at as f64 + 0.5);
        let down = |value: f64| HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (value - low) / (high - low);
        let across: Vec<f64> = (0..=((high - low) / step).round() as usize).map(|at| low + at as f64 * step).collect();
        let every = count.div_ceil(NAMED);
        let place = |value: f64| format!("{value:.1}");
        html! {
            svg class="lines" viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(self.label) {
                @for value in across {
                    path class="scale" d=(format!("M{LEFT} {:.1}H{}", down(value), WIDTH - RIGHT)) {}
                    text x=(LEFT - 8.0) y=(place(down(value) + 5.0)) text-anchor="end" { ((self.amount)(value)) }
                }
                @for (at, name) in self.periods.iter().enumerate().step_by(every) {
                    text x=(place(middle(at))) y=(HEIGHT - 10.0) text-anchor="middle" { (name) }
                }
                @if let Some(mark) = self.mark {
                    path class="mark" d=(format!("M{:.1} {TOP}V{}", along(mark), HEIGHT - BOTTOM)) {}
                }
                @for (class, values) in self.lines { path class=(class) d=(path(values, middle, down)) {} }
                @for (at, value) in self.observed.iter().enumerate() {
                    @if let Some(value) = value { circle cx=(place(middle(at))) cy=(place(down(*value))) r="3.2" {} }
                }
            }
        }
    }
}

/// A line through the values; it begins anew after a gap.
fn path(values: &[Option<f64>], x: impl Fn(usize) -> f64, y: impl Fn(f64) -> f64) -> String {
    let mut path = String::new();
    let mut is_open = false;
    for (at, value) in values.iter().enumerate() {
        if let Some(value) = value {
            path.push_str(&format!("{}{:.1} {:.1}", if is_open { 'L' } else { 'M' }, x(at), y(*value)));
        }
        is_open = value.is_some();
    }
    path
}
