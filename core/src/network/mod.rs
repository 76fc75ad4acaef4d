//! The network of those who work together across places, and what is measured in it.
//!
//! The type to know is [`Graph`]: actors by number, arcs with weights. Every measure is a function of one, and says in
//! its first line what it is, and by whom. What a network does not define is `None`: never zero, never a number that is
//! none. Directions and weights are read as they stand; where they shall not count, measure [`Graph::undirected`],
//! [`Graph::binary`] or what [`component::without_isolates`] leaves.
//!
//! ```
//! use tongban_core::network::Graph;
//! use tongban_core::network::path::{Length, betweenness};
//!
//! // Two cases went from 0 to 1, three from 1 to 2.
//! let (graph, _) = Graph::of(3, [(0, 1, 2.0), (1, 2, 3.0)]);
//! assert_eq!(betweenness(&graph, Length::Steps).unwrap().raw, [0.0, 1.0, 0.0]);
//! ```
//!
//! Architecture invariant: the same network and the same seed give the same figures, however many threads there are.

pub mod agreement;
pub mod blocks;
pub mod brokerage;
pub mod camps;
pub mod census;
pub mod change;
pub mod claim;
pub mod cohesion;
pub mod component;
pub mod core_number;
pub mod degree;
pub mod derive;
pub mod diagnosis;
pub mod discourse;
pub mod draw;
pub mod facts;
pub mod graph;
pub mod groups;
pub mod hierarchy;
pub mod layers;
pub mod layout;
pub mod leiden;
pub mod model;
pub mod movement;
mod parallel;
mod partners;
pub mod path;
pub mod permute;
pub mod process;
pub mod report;
pub mod signed;
pub mod standing;
pub mod tie;
pub mod two_mode;

pub use graph::{Graph, LeftOut};
