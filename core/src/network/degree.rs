//! With how many others each actor has to do, and how far that gathers at one of them.

use serde::Serialize;

use super::graph::Graph;

/// Which arcs of an actor are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Degree {
    /// Arcs that go out.
    Out,
    /// Arcs that come in.
    In,
    /// Both: a partner with arcs in both directions counts twice.
    Total,
    /// Partners: each once, whatever the directions.
    Partners,
}

/// How many arcs one actor has, and how heavy they are together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Degrees {
    /// Arcs that go out.
    pub out: usize,
    /// Arcs that come in.
    pub into: usize,
    /// Others with whom there is an arc in either direction, each once.
    pub partners: usize,
    /// Sum of the weights of the arcs that go out.
    pub out_strength: f64,
    /// Sum of the weights of the arcs that come in.
    pub into_strength: f64,
}

impl Degrees {
    /// One of the counts.
    pub fn count(&self, degree: Degree) -> usize {
        match degree {
            Degree::Out => self.out,
            Degree::In => self.into,
            Degree::Total => self.out + self.into,
            Degree::Partners => self.partners,
        }
    }
}

/// Degrees and strengths of each actor: `k_out(i) = sum_j A_ij`, `s_out(i) = sum_j W_ij`, and the same of the columns
/// (Wasserman & Faust 1994; Barrat et al. 2004). An isolate has zeros.
pub fn degrees(graph: &Graph) -> Vec<Degrees> {
    (0..graph.len())
        .map(|actor| {
            let (out, into) = (graph.out(actor).len(), graph.incoming(actor).len());
            Degrees {
                out,
                into,
                partners: out + into - mutual(graph, actor),
                out_strength: graph.out_weights(actor).iter().sum(),
                into_strength: graph.incoming_weights(actor).iter().sum(),
            }
        })
        .collect()
}

/// Degree centralisation: `sum_i (max k - k_i)` over the most that so many actors allow (Freeman 1979). The most is a
/// star: `(n-1)^2` with arcs out or in, `(n-1)(n-2)` with partners, `2(n-1)(n-2)` with all arcs.
///
/// `None` below two actors; for partners and all arcs below three.
pub fn degree_centralisation(graph: &Graph, degree: Degree) -> Option<f64> {
    let counts: Vec<usize> = degrees(graph).iter().map(|degrees| degrees.count(degree)).collect();
    let greatest = counts.iter().copied().max()?;
    let others = counts.len() as f64 - 1.0;
    let most = match degree {
        Degree::Out | Degree::In => others * others,
        Degree::Total => 2.0 * others * (others - 1.0),
        Degree::Partners => others * (others - 1.0),
    };
    let found: usize = counts.iter().map(|count| greatest - count).sum();
    (most > 0.0).then(|| found as f64 / most)
}

/// How many arcs of an actor are answered by one in the other direction.
pub(super) fn mutual(graph: &Graph, actor: usize) -> usize {
    let mut into = graph.incoming(actor).iter().peekable();
    let mut found = 0;
    for to in graph.out(actor) {
        while into.next_if(|from| *from < to).is_some() {}
        found += usize::from(into.next_if_eq(&to).is_some());
    }
    found
}
