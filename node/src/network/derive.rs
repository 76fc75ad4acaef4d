//! Networks made of tables and of other networks: how files say what [`tongban_core::network::derive`] takes.

use tongban_core::network::Graph;
use tongban_core::network::derive::{alike, confirmed, shared};
use tongban_core::network::permute::FULL_ACTORS_MAX;

use super::build::Builder;
use super::fault::{Fault, Place};
use super::file::{Input, read, text_of};
use super::net::{Choice, Net, Tie};
use super::table::numbers;
use crate::limits;

/// The largest number in a table of which networks are made.
const CELL_MAX: f64 = 1e100;

/// How a network is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Of a table of actors: by what two have in common.
    Shared,
    /// Of a table of actors: by how little they differ.
    Alike,
    /// Of two networks, to whom actors say that they give and from whom that they get: by what both ends say.
    Confirmed,
}

impl Way {
    /// How many files it takes.
    pub fn files(self) -> usize {
        if self == Way::Confirmed { 2 } else { 1 }
    }
}

/// Makes a network of one layer, which is called `layer`.
///
/// # Errors
/// All that is wrong in the files; or that nothing comes of them.
pub fn make(inputs: &[Input<'_>], way: Way, layer: &str) -> Result<Net, Vec<Fault>> {
    let (net, graph) = match way {
        Way::Shared => of_table(inputs, |rows| Some(shared(rows)))?,
        Way::Alike => of_table(inputs, alike)?,
        Way::Confirmed => {
            // Each by itself has one relation; together they have the actors of both.
            for input in inputs {
                let layers = read(std::slice::from_ref(input))?.0.layers;
                if layers.len() != 1 {
                    return Err(fault(std::slice::from_ref(input), "layers-two", layers.join(", ")));
                }
            }
            let (net, ..) = read(inputs)?;
            if net.is_signed() {
                return Err(fault(inputs, "layers-opposed", String::new()));
            }
            let of = |number| net.graph(&Choice { layer: Some(number), ..Choice::default() }).0;
            let graph = if net.layers.len() == 2 { confirmed(&of(0), &of(1)) } else { None };
            let graph = graph.ok_or_else(|| fault(inputs, "layers-two", net.layers.join(", ")))?;
            (net, graph)
        }
    };
    let tie = |(from, to, weight): (usize, usize, f64)| Tie {
        from: from as u32,
        to: to as u32,
        layer: 0,
        weight,
        sign: 1,
        from_day: None,
        to_day: None,
    };
    Ok(Net { layers: vec![layer.to_owned()], ties: graph.each().map(tie).collect(), ..net })
}

fn fault(inputs: &[Input<'_>], code: &'static str, value: String) -> Vec<Fault> {
    let file = inputs.iter().map(|input| input.name).collect::<Vec<_>>().join(", ");
    vec![Fault { code, file, place: Place::default(), value }]
}

/// The actors of a table of numbers, and what is made of their rows.
fn of_table(inputs: &[Input<'_>], make: impl Fn(&[Vec<f64>]) -> Option<Graph>) -> Result<(Net, Graph), Vec<Fault>> {
    let mut builder = Builder::of(FULL_ACTORS_MAX, limits::NETWORK_TIES_MAX);
    let mut rows = Vec::new();
    for input in inputs {
        builder.file(input.name, input.relation);
        match text_of(input.bytes, limits::NETWORK_FILE_BYTES_MAX) {
            Ok(text) => rows.extend(numbers(&text, &mut builder)),
            Err((code, place, value)) => builder.fault(code, place, value),
        }
    }
    let (net, _) = builder.finish()?;
    // What comes of a cell is squared and added up.
    if let Some(cell) = rows.iter().flatten().find(|cell| cell.abs() > CELL_MAX) {
        return Err(fault(inputs, "table-large", cell.to_string()));
    }
    let graph = make(&rows).ok_or_else(|| fault(inputs, "table-same", String::new()))?;
    // Ties have a sign of their own; what a table means by less than nothing is not known.
    if let Some((from, to, weight)) = graph.each().find(|(.., weight)| *weight < 0.0) {
        let value = format!("{} – {}: {weight}", net.actors[from].id, net.actors[to].id);
        return Err(fault(inputs, "table-opposed", value));
    }
    Ok((net, graph))
}
