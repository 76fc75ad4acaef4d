//! Pictures of a network, as SVG: text stays text, nothing is told by colour alone, and each comes with a caption that
//! says what was left out and with a table of the figures that are drawn.
//!
//! The places of actors are made in [`tongban_core::network::layout`]. A picture is the same whether a page shows it or a
//! file keeps it: colours and fonts stand in its attributes, so it needs no style sheet.

mod bars;
mod cast;
mod flows;
mod heat;
mod multiples;
mod period;
mod png;
mod slider;
mod stage;
mod svg;
mod ties;
mod timeline;

use crate::text::Lang;

pub use bars::bars;
pub use cast::{Cast, Grouping};
pub use flows::flows;
pub use heat::{Order, heat};
pub use multiples::multiples;
pub use period::{Every, Period};
pub use png::{PngFault, png};
pub use slider::Slider;
pub use stage::{Layout, Stage, network};
pub use timeline::timeline;

/// A picture and what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The picture itself.
    pub svg: String,
    /// What it shows, and what it does not.
    pub caption: String,
    /// How much it does not show.
    pub left_out: LeftOut,
    /// The figures that are drawn, below a row of headings.
    pub table: Vec<Vec<String>>,
    /// What each row of the table opens, the headings left out; as long as there are rows.
    pub links: Vec<Option<String>>,
}

/// How much is not drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Actors; of a picture of groups, groups.
    pub actors: usize,
    /// Ties; of a picture of groups, flows between two groups; of a timeline, events.
    pub ties: usize,
    /// Names of those who are drawn that are not written; their signs have them as a title.
    pub names: usize,
    /// Periods.
    pub periods: usize,
}

/// Something in a picture that can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// An actor, by its number.
    Actor(usize),
    /// All ties from one actor to another; of a network without directions, both ways.
    Arc(usize, usize),
    /// All ties from one group of actors to another.
    Flow(usize, usize),
    /// A period, or a bar, by its number.
    Period(usize),
    /// An event, by its number.
    Event(usize),
}

/// How pictures are made.
#[derive(Clone, Copy)]
pub struct Style<'a> {
    /// The language of its words.
    pub lang: Lang,
    /// How wide it is, in pixels; its height follows.
    pub width: u32,
    /// The most that it shows: ties of a network, actors of a heat map, flows, bars, periods, events; none: as many as can
    /// be read.
    pub most: Option<usize>,
    /// The address that opens something; none: nothing can be opened.
    pub link: Option<&'a dyn Fn(Thing) -> Option<String>>,
}

impl Style<'_> {
    /// Pictures in a language, as wide as a page, without addresses.
    pub fn of(lang: Lang) -> Style<'static> {
        Style { lang, width: crate::limits::PICTURE_WIDTH, most: None, link: None }
    }

    fn href(&self, thing: Thing) -> Option<String> {
        self.link.and_then(|link| link(thing))
    }

    fn most(&self, otherwise: usize) -> usize {
        self.most.unwrap_or(otherwise).max(1)
    }

    /// Sentences in a row.
    fn sentences(&self, sentences: &[String]) -> String {
        sentences.join(if self.lang == Lang::Zh { "" } else { " " })
    }

    fn words<const N: usize>(&self, keys: [&str; N]) -> Vec<String> {
        keys.into_iter().map(|key| self.lang.t(key).into_owned()).collect()
    }
}

/// A figure as people read it: whole numbers whole, others with two places.
fn figure(value: f64) -> String {
    // A sum of nothing has a sign; adding zero takes it away.
    let value = value + 0.0;
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}
