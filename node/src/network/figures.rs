//! Figures, and what gives them: of what each is, or why there is none.

/// Why a figure is not defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Why {
    /// In Chinese.
    pub zh: &'static str,
    /// In English, after “because”.
    pub en: &'static str,
}

/// A figure, or why there is none.
pub type Value = Result<f64, Why>;

/// Of what a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// The network as a whole.
    Network,
    /// Each actor.
    Actors,
    /// Each group.
    Groups,
    /// Each layer, or each two.
    Layers,
    /// Each term of a model.
    Terms,
    /// How networks drawn from a model look beside the observed one.
    Fit,
}

impl About {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            About::Network => "network",
            About::Actors => "actors",
            About::Groups => "groups",
            About::Layers => "layers",
            About::Terms => "terms",
            About::Fit => "fit",
        }
    }
}

/// Figures of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Of what they are.
    pub about: About,
    /// What each column is.
    pub figures: Vec<String>,
    /// Of each actor, group or layer, by name, its figures; of the network one row.
    pub rows: Vec<(String, Vec<Value>)>,
}

/// What a measure, a test or a model is.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, and how weights and directions are read.
    pub definition: &'static str,
    /// By whom.
    pub reference: &'static str,
    /// Whether it draws from the seed.
    pub is_random: bool,
}

const NO_NUMBER: Why = Why { zh: "算出来的不是数", en: "what was computed is no number" };

/// What is no number is not defined, whatever the reason.
pub(super) fn numbers(mut parts: Vec<Part>) -> Vec<Part> {
    for value in parts.iter_mut().flat_map(|part| &mut part.rows).flat_map(|(_, values)| values) {
        *value = match *value {
            // A sum of nothing is 0, without a sign.
            Ok(number) if number.is_finite() => Ok(number + 0.0),
            Ok(_) => Err(NO_NUMBER),
            why => why,
        };
    }
    parts
}

/// Figures of the network as a whole.
pub(super) fn network(figures: &[(&str, Value)]) -> Vec<Part> {
    let (names, values) = figures.iter().map(|(name, value)| ((*name).to_owned(), *value)).unzip();
    vec![Part { about: About::Network, figures: names, rows: vec![(String::new(), values)] }]
}
